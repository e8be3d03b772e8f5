"""Addresses of payments."""

from django.urls import path

from dianke.interfaces.web.payments import lists, payment_views, receipt_views

urlpatterns = [
    path("", lists.list_payments, name="payments"),
    path("accounts/", payment_views.find_accounts, name="payments_accounts"),
    path("suspense/", lists.list_suspense, name="payments_suspense"),
    path("<str:number>/", payment_views.show_payment, name="payment"),
    path("<str:number>/receipt/", receipt_views.show_receipt, name="payment_receipt"),
    path("<str:number>/receipt.pdf", receipt_views.send_receipt, name="payment_receipt_pdf"),
    path("<str:number>/return/", payment_views.return_payment, name="payment_return"),
    path("<str:number>/ask/", payment_views.ask_change, name="payment_ask"),
    path("<str:number>/assign/", payment_views.assign_payment, name="payment_assign"),
    path("<str:number>/changes/<int:key>/", payment_views.decide_change, name="payment_decide"),
    path("<str:number>/changes/<int:key>/withdraw/", payment_views.withdraw_change, name="payment_withdraw"),
]
