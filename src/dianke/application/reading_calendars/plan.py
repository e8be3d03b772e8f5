"""Make and change the calendar of the reading cycles."""

from collections.abc import Sequence
from datetime import date, datetime

from dianke.domain.readings import operations as readings
from dianke.domain.readings import queries
from dianke.domain.readings.models import PlannedDay, ReadingCycle
from dianke.domain.readings.types import StepRule
from dianke.kernel.clock import to_shanghai
from dianke.kernel.errors import DomainError
from dianke.platform.audit.use_case import use_case
from dianke.platform.identity.types import Actor

PLAN = "readings.plan"


class CycleNotFound(DomainError):
    """No cycle of that code is within reach."""

    code = "readings.cycle_not_found"
    message = "there is no cycle {cycle}"


class PlannedDayNotFound(DomainError):
    """No planned day of that key is within reach."""

    code = "readings.planned_day_not_found"
    message = "there is no such planned day"


@use_case(right=PLAN)
def generate_days(*, actor: Actor, cycle_code: str, first_month: date, months: int, at: datetime) -> int:
    """Make the calendar of some months of a cycle; return how many days were made or changed."""
    today = to_shanghai(at).date()
    cycle = _get_cycle(actor, cycle_code)
    return readings.generate_days(actor=actor, cycle=cycle, first_month=first_month, months=months, today=today)


@use_case(right=PLAN)
def move_day(*, actor: Actor, key: int, to: date, reason: str, at: datetime) -> PlannedDay:
    """Move a planned day that has not come."""
    day = queries.find_planned_day(actor=actor, key=key)
    if day is None:
        raise PlannedDayNotFound(field="key")
    return readings.move_day(actor=actor, day=day, to=to, reason=reason, at=at)


@use_case(right=PLAN)
def set_template(*, actor: Actor, cycle_code: str, from_month: date, step_rules: Sequence[StepRule]) -> int:
    """Let the steps of a cycle be due by other rules from a month on."""
    cycle = _get_cycle(actor, cycle_code)
    return readings.set_template(actor=actor, cycle=cycle, from_month=from_month, step_rules=step_rules)


@use_case(right=PLAN)
def set_interim_days(*, actor: Actor, cycle_code: str, interim_days: Sequence[int]) -> ReadingCycle:
    """Let a cycle be read and billed on further days of the month."""
    return readings.set_interim_days(actor=actor, cycle=_get_cycle(actor, cycle_code), interim_days=interim_days)


def _get_cycle(actor: Actor, code: str) -> ReadingCycle:
    cycle = queries.find_cycle(actor=actor, code=code)
    if cycle is None:
        raise CycleNotFound(field="cycle", cycle=code)
    return cycle
