"""Trials: a past month under another version of prices, before anybody is billed by it."""

from dianke.application.trials.run_trials import (
    RIGHT,
    UnitOutOfReach,
    cancel_trial,
    carry_out_trial,
    list_units,
    start_trial,
)

__all__ = ["RIGHT", "UnitOutOfReach", "cancel_trial", "carry_out_trial", "list_units", "start_trial"]
