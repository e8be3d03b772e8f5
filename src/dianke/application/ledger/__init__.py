"""The books: close and reopen, accounts of units, booking of what was issued before, reports, proof."""

from dianke.application.ledger.accounts import approve_account, end_account, propose_account, refuse_account
from dianke.application.ledger.opening import book_issued_bills
from dianke.application.ledger.periods import (
    approve_reopening,
    ask_reopening,
    close_day,
    close_month,
    refuse_reopening,
    withdraw_reopening,
)
from dianke.application.ledger.proof import check_books
from dianke.application.ledger.vouchers import CSV_FIELDS, export_vouchers, list_csv_rows, write_json

VIEW, KEEP, APPROVE = "ledger.view", "ledger.keep", "ledger.approve"

__all__ = [
    "APPROVE",
    "CSV_FIELDS",
    "KEEP",
    "VIEW",
    "approve_account",
    "approve_reopening",
    "ask_reopening",
    "book_issued_bills",
    "check_books",
    "close_day",
    "close_month",
    "end_account",
    "export_vouchers",
    "list_csv_rows",
    "propose_account",
    "refuse_account",
    "refuse_reopening",
    "withdraw_reopening",
    "write_json",
]
