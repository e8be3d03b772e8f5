"""From frozen readings to issued bills: run, review, issue by a second person."""

from dianke.application.meter_to_cash.issue_bills import issue_run
from dianke.application.meter_to_cash.run_bills import (
    calculate_run,
    cancel_run,
    defer_faults,
    recalculate_run,
    start_run,
)

__all__ = ["calculate_run", "cancel_run", "defer_faults", "issue_run", "recalculate_run", "start_run"]
