"""Addresses of the books."""

from django.urls import path

from dianke.interfaces.web.ledger import (
    account_views,
    balance_views,
    period_views,
    posting_list,
    report_views,
    voucher_views,
)

urlpatterns = [
    path("", balance_views.show_trial_balance, name="ledger_balance"),
    path("export/", balance_views.export_trial_balance, name="ledger_balance_export"),
    path("receivables/", report_views.show_receivables, name="ledger_receivables"),
    path("funds/", report_views.show_funds, name="ledger_funds"),
    path("reports/<str:name>/export/", report_views.export_report, name="ledger_report_export"),
    path("postings/", posting_list.list_postings, name="ledger_postings"),
    path("vouchers/", voucher_views.list_vouchers, name="ledger_vouchers"),
    path("vouchers/export/", voucher_views.export_vouchers, name="ledger_vouchers_export"),
    path("vouchers/<str:number>/", voucher_views.show_voucher, name="ledger_voucher"),
    path("closing/", period_views.show_closing, name="ledger_closing"),
    path("closing/day/", period_views.close_day, name="ledger_close_day"),
    path("closing/month/", period_views.close_month, name="ledger_close_month"),
    path("closing/reopen/", period_views.ask_reopening, name="ledger_ask_reopening"),
    path("closing/reopen/<int:key>/", period_views.decide_reopening, name="ledger_decide_reopening"),
    path("closing/reopen/<int:key>/withdraw/", period_views.withdraw_reopening, name="ledger_withdraw_reopening"),
    path("accounts/", account_views.list_accounts, name="ledger_accounts"),
    path("accounts/new/", account_views.propose_account, name="ledger_propose_account"),
    path("accounts/<str:code>/decide/", account_views.decide_account, name="ledger_decide_account"),
    path("accounts/<str:code>/end/", account_views.end_account, name="ledger_end_account"),
]
