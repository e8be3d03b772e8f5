"""Addresses of fee control."""

from django.urls import path

from dianke.interfaces.web.fee_control import account_views, agreement_views, order_views

urlpatterns = [
    path("", account_views.list_accounts, name="fee_control_accounts"),
    path("accounts/<str:number>/", account_views.show_account, name="fee_control_account"),
    path("accounts/<str:number>/order/", account_views.propose_order, name="fee_control_propose"),
    path("accounts/<str:number>/notice/", account_views.record_notice, name="fee_control_notice"),
    path("orders/", order_views.list_orders, name="supply_orders"),
    path("orders/<int:key>/", order_views.show_order, name="supply_order"),
    path("orders/<int:key>/decide/", order_views.decide_order, name="supply_order_decide"),
    path("orders/<int:key>/withdraw/", order_views.withdraw_order, name="supply_order_withdraw"),
    path("orders/<int:key>/release/", order_views.release_order, name="supply_order_release"),
    path("orders/<int:key>/by-hand/", order_views.record_by_hand, name="supply_order_by_hand"),
    path("execution/", order_views.show_execution, name="fee_control_execution"),
    path("agreements/", agreement_views.list_agreements, name="fee_control_agreements"),
    path("agreements/new/<str:number>/", agreement_views.propose_agreement, name="fee_control_agreement_new"),
    path("agreements/<int:key>/", agreement_views.show_agreement, name="fee_control_agreement"),
    path("agreements/<int:key>/decide/", agreement_views.decide_agreement, name="fee_control_agreement_decide"),
    path("agreements/<int:key>/withdraw/", agreement_views.withdraw_agreement, name="fee_control_agreement_withdraw"),
    path("exemptions/new/<str:number>/", agreement_views.propose_exemption, name="fee_control_exemption_new"),
    path("exemptions/<int:key>/decide/", agreement_views.decide_exemption, name="fee_control_exemption_decide"),
    path("exemptions/<int:key>/withdraw/", agreement_views.withdraw_exemption, name="fee_control_exemption_withdraw"),
    path("exemptions/<int:key>/evidence/", agreement_views.show_evidence, name="fee_control_exemption_evidence"),
]
