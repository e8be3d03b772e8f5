"""From frozen readings to issued bills: run, review, issue by a second person."""

from dianke.application.meter_to_cash.freeze_readings import freeze_readings
from dianke.application.meter_to_cash.issue_bills import begin_issue, issue_run
from dianke.application.meter_to_cash.record_readings import record_readings
from dianke.application.meter_to_cash.run_bills import (
    calculate_run,
    cancel_run,
    defer_faults,
    recalculate_run,
    start_run,
)

__all__ = [
    "begin_issue",
    "calculate_run",
    "cancel_run",
    "defer_faults",
    "freeze_readings",
    "issue_run",
    "recalculate_run",
    "record_readings",
    "start_run",
]
