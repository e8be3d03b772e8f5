"""Watch lists: the weekly run, work on entries, thresholds that two persons set, advice for a customer."""

from dianke.application.watching.entries import (
    assign_entries,
    dismiss_entry,
    finish_entry,
    judge_entry,
    take_entry,
)
from dianke.application.watching.policies import (
    approve_thresholds,
    propose_thresholds,
    refuse_thresholds,
    withdraw_thresholds,
)
from dianke.application.watching.runs import make_lists, run_week

VIEW, WORK, MANAGE, APPROVE = "watching.view", "watching.work", "watching.manage", "watching.approve"

__all__ = [
    "APPROVE",
    "MANAGE",
    "VIEW",
    "WORK",
    "approve_thresholds",
    "assign_entries",
    "dismiss_entry",
    "finish_entry",
    "judge_entry",
    "make_lists",
    "propose_thresholds",
    "refuse_thresholds",
    "run_week",
    "take_entry",
    "withdraw_thresholds",
]
