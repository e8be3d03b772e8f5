"""Addresses of billing."""

from django.urls import path

from dianke.interfaces.web.billing import (
    bill_list_views,
    bill_views,
    document_views,
    parameter_views,
    review_steps,
    review_views,
    run_list_views,
    run_steps,
    run_views,
    statement_views,
)

urlpatterns = [
    path("runs/", run_list_views.list_runs, name="bill_runs"),
    path("runs/start/", run_steps.start_run, name="bill_run_start"),
    path("runs/<str:number>/", run_views.show_run, name="bill_run"),
    path("runs/<str:number>/board/", run_views.show_board, name="bill_run_board"),
    path("runs/<str:number>/faults/", run_views.list_faults, name="bill_run_faults"),
    path("runs/<str:number>/bills/", run_views.list_run_bills, name="bill_run_bills"),
    path("runs/<str:number>/calculate/", run_steps.calculate_run, name="bill_run_calculate"),
    path("runs/<str:number>/pause/", run_steps.pause_run, name="bill_run_pause"),
    path("runs/<str:number>/resume/", run_steps.resume_run, name="bill_run_resume"),
    path("runs/<str:number>/defer/", run_steps.defer_faults, name="bill_run_defer"),
    path("runs/<str:number>/issue/", run_steps.issue_run, name="bill_run_issue"),
    path("runs/<str:number>/cancel/", run_steps.cancel_run, name="bill_run_cancel"),
    path("runs/<str:number>/works/", document_views.show_works, name="bill_run_works"),
    path("runs/<str:number>/replay/", document_views.start_replay, name="bill_run_replay"),
    path("runs/<str:number>/pdf/", document_views.start_pdf, name="bill_run_pdf"),
    path("runs/<str:number>/works/<int:key>/cancel/", document_views.cancel_work, name="bill_run_work_cancel"),
    path("runs/<str:number>/works/<int:key>/file/", document_views.download_file, name="bill_run_file"),
    path("runs/<str:number>/review/", review_views.show_review, name="bill_review"),
    path("runs/<str:number>/review/report/", review_views.show_report, name="bill_review_report"),
    path("runs/<str:number>/review/report.xlsx", review_views.export_report, name="bill_review_export"),
    path("runs/<str:number>/review/withdraw/", review_steps.withdraw, name="bill_review_withdraw"),
    path("runs/<str:number>/review/<slug:act>/preview/", review_steps.preview_decision, name="bill_review_preview"),
    path("runs/<str:number>/review/<slug:act>/decide/", review_steps.decide, name="bill_review_decide"),
    path("runs/<str:number>/review/cause/<slug:code>/", review_views.show_cause, name="bill_review_cause"),
    path("runs/<str:number>/review/bill/<int:suspicion_id>/", review_views.show_suspicion, name="bill_review_bill"),
    path(
        "runs/<str:number>/review/bill/<int:suspicion_id>/ticket/",
        review_steps.record_ticket,
        name="bill_review_ticket",
    ),
    path(
        "runs/<str:number>/review/bill/<int:suspicion_id>/check/", review_steps.record_check, name="bill_review_check"
    ),
    path("review/parameters/", parameter_views.show_parameters, name="bill_review_parameters"),
    path("statements/", statement_views.list_statements, name="statements"),
    path("statements/make/", statement_views.make_statements, name="statements_make"),
    path("statements/<int:key>/", statement_views.show_statement, name="statement"),
    path("bills/", bill_list_views.list_bills, name="bills"),
    path("bills/<int:bill_id>/", bill_views.show_bill, name="bill"),
    path("bills/<int:bill_id>/pdf/", document_views.download_bill, name="bill_pdf"),
    path("bills/<int:bill_id>/replay/", document_views.replay_bill, name="bill_replay"),
    path("drafts/<int:bill_id>/", bill_views.show_draft, name="bill_draft"),
]
