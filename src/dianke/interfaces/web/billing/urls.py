"""Addresses of billing."""

from django.urls import path

from dianke.interfaces.web.billing import bill_list_views, bill_views, run_steps, run_views

urlpatterns = [
    path("runs/", run_views.list_runs, name="bill_runs"),
    path("runs/start/", run_steps.start_run, name="bill_run_start"),
    path("runs/<str:number>/", run_views.show_run, name="bill_run"),
    path("runs/<str:number>/board/", run_views.show_board, name="bill_run_board"),
    path("runs/<str:number>/faults/", run_views.list_faults, name="bill_run_faults"),
    path("runs/<str:number>/bills/", run_views.list_run_bills, name="bill_run_bills"),
    path("runs/<str:number>/calculate/", run_steps.calculate_run, name="bill_run_calculate"),
    path("runs/<str:number>/defer/", run_steps.defer_faults, name="bill_run_defer"),
    path("runs/<str:number>/issue/", run_steps.issue_run, name="bill_run_issue"),
    path("runs/<str:number>/cancel/", run_steps.cancel_run, name="bill_run_cancel"),
    path("bills/", bill_list_views.list_bills, name="bills"),
    path("bills/<int:bill_id>/", bill_views.show_bill, name="bill"),
    path("drafts/<int:bill_id>/", bill_views.show_draft, name="bill_draft"),
]
