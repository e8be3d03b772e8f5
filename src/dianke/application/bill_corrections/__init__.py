"""Correction of issued bills: reversal and rebill, back-billing; approved by amount, issued by a second person."""

from dianke.application.bill_corrections.back_billing import change_back_billing, draft_back_billing
from dianke.application.bill_corrections.evidence import add_evidence, open_evidence
from dianke.application.bill_corrections.orders import (
    APPROVE,
    ASK,
    ISSUE,
    approve_correction,
    ask_correction,
    change_correction,
    change_reversal,
    draft_correction,
    draft_reversal,
    issue_correction,
    may_approve,
    reject_correction,
    right_to_approve,
    withdraw_correction,
)

__all__ = [
    "APPROVE",
    "ASK",
    "ISSUE",
    "add_evidence",
    "approve_correction",
    "ask_correction",
    "change_back_billing",
    "change_correction",
    "change_reversal",
    "draft_back_billing",
    "draft_correction",
    "draft_reversal",
    "issue_correction",
    "may_approve",
    "open_evidence",
    "reject_correction",
    "right_to_approve",
    "withdraw_correction",
]
