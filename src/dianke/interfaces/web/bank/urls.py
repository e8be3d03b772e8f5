"""Addresses of banks."""

from django.urls import path

from dianke.interfaces.web.bank import (
    answer_views,
    balance_views,
    batch_views,
    mandate_views,
    reconcile_views,
    statement_views,
    undo_views,
)

urlpatterns = [
    path("withholding/", batch_views.list_batches, name="bank_batches"),
    path("withholding/new/", batch_views.make_batch, name="bank_batch_new"),
    path("withholding/answers/", answer_views.bring_answer, name="bank_answer_bring"),
    path("withholding/answers/<int:key>/", answer_views.show_answer, name="bank_answer"),
    path("withholding/answers/<int:key>/work/", answer_views.show_work, name="bank_answer_work"),
    path("withholding/answers/<int:key>/book/", answer_views.book_answer, name="bank_answer_book"),
    path("withholding/answers/<int:key>/bad-rows/", answer_views.send_bad_rows, name="bank_answer_bad_rows"),
    path("withholding/<str:number>/", batch_views.show_batch, name="bank_batch"),
    path("withholding/<str:number>/release/", batch_views.release_batch, name="bank_batch_release"),
    path("withholding/<str:number>/withdraw/", batch_views.withdraw_batch, name="bank_batch_withdraw"),
    path("withholding/<str:number>/file/", batch_views.send_batch, name="bank_batch_send"),
    path("mandates/", mandate_views.list_mandates, name="bank_mandates"),
    path("mandates/new/", mandate_views.add_mandate, name="bank_mandate_new"),
    path("mandates/<str:number>/", mandate_views.show_mandate, name="bank_mandate"),
    path("banks/", mandate_views.list_banks, name="banks"),
    path("statements/", statement_views.list_entries, name="bank_entries"),
    path("statements/load/", statement_views.load_statement, name="bank_statement_load"),
    path("statements/<int:key>/", statement_views.show_entry, name="bank_entry"),
    path("statements/<int:key>/decide/", statement_views.decide_entry, name="bank_entry_decide"),
    path("statements/<int:key>/undo/", undo_views.ask_undo, name="bank_undo_ask"),
    path("statements/undo/<int:key>/decide/", undo_views.decide_undo, name="bank_undo_decide"),
    path("statements/undo/<int:key>/withdraw/", undo_views.withdraw_undo, name="bank_undo_withdraw"),
    path("balance/", balance_views.show_balance, name="bank_balance"),
    path("balance/export/", balance_views.export_balance, name="bank_balance_export"),
    path("balance/compare/", balance_views.compare_balance, name="bank_balance_compare"),
    path("reconciliation/", reconcile_views.list_days, name="bank_days"),
    path("reconciliation/compare/", reconcile_views.compare_day, name="bank_day_compare"),
    path("reconciliation/<int:key>/", reconcile_views.show_day, name="bank_day"),
    path("reconciliation/<int:key>/close/", reconcile_views.close_day, name="bank_day_close"),
    path("reconciliation/differences/<int:key>/", reconcile_views.work_on_difference, name="bank_difference"),
    path("reconciliation/differences/<int:key>/decide/", reconcile_views.decide_remedy, name="bank_remedy"),
]
