"""Addresses of tax invoices."""

from django.urls import path

from dianke.interfaces.web.invoices import invoice_views, lists, make_views, party_views, request_views, run_views

urlpatterns = [
    path("", lists.list_invoices, name="invoices"),
    path("requests/", lists.list_requests, name="invoice_requests"),
    path("requests/<int:key>/", request_views.show_request, name="invoice_request"),
    path("requests/<int:key>/withdraw/", request_views.withdraw_request, name="invoice_request_withdraw"),
    path("requests/<int:key>/red-letter/", request_views.decide_red_letter, name="red_letter_decide"),
    path("requests/<int:key>/invoice/", request_views.decide_invoice, name="invoice_request_decide"),
    path("bills/", lists.list_bills, name="invoice_bills"),
    path("bills/<int:bill_id>/", make_views.make_invoice, name="invoice_new"),
    path("runs/", run_views.list_runs, name="invoice_runs"),
    path("runs/<str:number>/", run_views.show_run, name="invoice_run"),
    path("runs/<str:number>/start/", run_views.start_batch, name="invoice_run_start"),
    path("runs/<str:number>/cancel/", run_views.cancel_batch, name="invoice_run_cancel"),
    path("customers/<str:customer_number>/", party_views.edit_profile, name="invoice_profile"),
    path("sellers/", party_views.list_sellers, name="invoice_sellers"),
    path("sellers/<str:code>/", party_views.edit_seller, name="invoice_seller"),
    path("by-number/<str:number>/", invoice_views.show_invoice, name="invoice"),
    path("by-number/<str:number>/send/", invoice_views.send_invoice, name="invoice_send"),
    path("by-number/<str:number>/red-letter/", invoice_views.ask_red_letter, name="invoice_red_letter"),
    path("by-number/<str:number>/file.<str:form>", invoice_views.download_invoice, name="invoice_file"),
]
