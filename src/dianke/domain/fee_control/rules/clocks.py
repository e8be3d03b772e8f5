"""By when supply is restored, and how near that is."""

from datetime import datetime, timedelta

from dianke.domain.fee_control.rules.policy import Policy
from dianke.domain.fee_control.types import Cause, Light
from dianke.kernel.clock import add_elapsed, to_shanghai

_PERCENT = 100


def find_due_time(*, cause: Cause, paid_at: datetime, policy: Policy) -> datetime:
    """Return by when supply is restored: hours around the clock from the moment that the money was received."""
    hours = policy.fee_control_hours if cause is Cause.BALANCE else policy.law_hours
    return add_elapsed(to_shanghai(paid_at), timedelta(hours=hours))


def find_light(*, started_at: datetime, due_at: datetime, at: datetime, policy: Policy) -> Light:
    """Return how near a due time is: red once it is past, amber once its part of the time is used."""
    if at > due_at:
        return Light.RED
    used = (at - started_at) * _PERCENT
    return Light.AMBER if used >= (due_at - started_at) * policy.amber_ratio_percent else Light.GREEN


def is_kept(*, due_at: datetime, restored_at: datetime) -> bool:
    """Return whether supply was restored in time: the moment itself is."""
    return restored_at <= due_at
