"""Correction of issued bills: full reversal and rebill, approved by amount, issued by a second person."""

from dianke.application.bill_corrections.orders import (
    APPROVE,
    ASK,
    ISSUE,
    approve_correction,
    ask_correction,
    change_correction,
    draft_correction,
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
    "approve_correction",
    "ask_correction",
    "change_correction",
    "draft_correction",
    "issue_correction",
    "may_approve",
    "reject_correction",
    "right_to_approve",
    "withdraw_correction",
]
