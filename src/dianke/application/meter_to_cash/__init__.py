"""From frozen readings to issued bills: run, review, issue by a second person."""

from dianke.application.meter_to_cash.freeze_readings import freeze_readings
from dianke.application.meter_to_cash.issue_bills import begin_issue, issue_run
from dianke.application.meter_to_cash.record_readings import record_readings
from dianke.application.meter_to_cash.replay_bills import replay_bill, replay_month, replay_run
from dianke.application.meter_to_cash.review_bills import (
    ask_correction,
    exempt_suspicions,
    record_meter_ticket,
    record_share_check,
    withdraw_decisions,
)
from dianke.application.meter_to_cash.review_parameters import (
    approve_review_parameter,
    propose_review_parameter,
    reject_review_parameter,
    take_back_review_parameter,
)
from dianke.application.meter_to_cash.run_bills import (
    calculate_run,
    cancel_run,
    defer_faults,
    hold_back,
    pause_run,
    recalculate_run,
    resume_run,
    start_run,
)

__all__ = [
    "approve_review_parameter",
    "ask_correction",
    "begin_issue",
    "calculate_run",
    "cancel_run",
    "defer_faults",
    "exempt_suspicions",
    "freeze_readings",
    "hold_back",
    "issue_run",
    "pause_run",
    "propose_review_parameter",
    "recalculate_run",
    "record_meter_ticket",
    "record_readings",
    "record_share_check",
    "reject_review_parameter",
    "replay_bill",
    "replay_month",
    "replay_run",
    "resume_run",
    "start_run",
    "take_back_review_parameter",
    "withdraw_decisions",
]
