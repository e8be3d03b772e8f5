"""Addresses of collection."""

from django.urls import path

from dianke.interfaces.web.collection import (
    ageing_views,
    forecast_views,
    ladder_views,
    recovery_bill_views,
    recovery_views,
    responsibility_views,
    step_views,
    write_off_views,
)

urlpatterns = [
    path("", ageing_views.show_ageing, name="collection_ageing"),
    path("export/", ageing_views.export_ageing, name="collection_ageing_export"),
    path("debts/", ageing_views.show_debts, name="collection_debts"),
    path("debts/export/", ageing_views.export_debts, name="collection_debts_export"),
    path("accounts/<str:number>/", step_views.show_account, name="collection_account"),
    path("accounts/<str:number>/pause/", step_views.pause_account, name="collection_pause"),
    path("pauses/<int:key>/end/", step_views.end_pause, name="collection_pause_end"),
    path("steps/", step_views.list_steps, name="dunning_steps"),
    path("steps/<int:key>/", step_views.show_step, name="dunning_step"),
    path("steps/<int:key>/result/", step_views.record_result, name="dunning_result"),
    path("steps/<int:key>/release/", step_views.release_step, name="dunning_release"),
    path("steps/<int:key>/cancel/", step_views.cancel_step, name="dunning_cancel"),
    path("steps/<int:key>/letter/", step_views.show_letter, name="dunning_letter"),
    path("recovery/", recovery_views.show_recovery, name="collection_recovery"),
    path("recovery/bills/", recovery_bill_views.show_bills, name="collection_recovery_bills"),
    path("forecast/", forecast_views.show_forecast, name="collection_forecast"),
    path("ladder/", ladder_views.show_ladder, name="dunning_ladder"),
    path("responsibility/", responsibility_views.show_responsibility, name="collection_responsibility"),
    path("responsibility/assign/", responsibility_views.assign_collector, name="collection_assign"),
    path("responsibility/hand-over/", responsibility_views.hand_over, name="collection_hand_over"),
    path("responsibility/<int:key>/end/", responsibility_views.end_responsibility, name="collection_assign_end"),
    path("write-offs/", write_off_views.list_write_offs, name="write_offs"),
    path("write-offs/new/<str:number>/", write_off_views.propose_write_off, name="write_off_propose"),
    path("write-offs/evidence/<int:key>/", write_off_views.show_evidence, name="write_off_evidence"),
    path("write-offs/<int:key>/", write_off_views.show_write_off, name="write_off"),
    path("write-offs/<int:key>/decide/", write_off_views.decide_write_off, name="write_off_decide"),
    path("write-offs/<int:key>/withdraw/", write_off_views.withdraw_write_off, name="write_off_withdraw"),
    path("write-offs/<int:key>/return/", write_off_views.return_bad_debt, name="write_off_return"),
]
