"""Addresses of payments."""

from django.urls import path

from dianke.interfaces.web.payments import lists, payer_lists, payer_views, payment_views, receipt_views

urlpatterns = [
    path("", lists.list_payments, name="payments"),
    path("accounts/", payment_views.find_accounts, name="payments_accounts"),
    path("suspense/", lists.list_suspense, name="payments_suspense"),
    path("payers/", payer_lists.list_payers, name="payers"),
    path("payers/new/", payer_views.ask_payer, name="payer_new"),
    path("payers/changes/", payer_lists.list_changes, name="payer_changes"),
    path("payers/changes/<int:key>/", payer_views.show_change, name="payer_change"),
    path("payers/changes/<int:key>/decide/", payer_views.decide_change, name="payer_change_decide"),
    path("payers/changes/<int:key>/withdraw/", payer_views.withdraw_change, name="payer_change_withdraw"),
    path("payers/<str:number>/", payer_views.show_payer, name="payer"),
    path("payers/<str:number>/ask/", payer_views.ask_change, name="payer_ask"),
    path("<str:number>/", payment_views.show_payment, name="payment"),
    path("<str:number>/receipt/", receipt_views.show_receipt, name="payment_receipt"),
    path("<str:number>/receipt.pdf", receipt_views.send_receipt, name="payment_receipt_pdf"),
    path("<str:number>/return/", payment_views.return_payment, name="payment_return"),
    path("<str:number>/ask/", payment_views.ask_change, name="payment_ask"),
    path("<str:number>/assign/", payment_views.assign_payment, name="payment_assign"),
    path("<str:number>/changes/<int:key>/", payment_views.decide_change, name="payment_decide"),
    path("<str:number>/changes/<int:key>/withdraw/", payment_views.withdraw_change, name="payment_withdraw"),
]
