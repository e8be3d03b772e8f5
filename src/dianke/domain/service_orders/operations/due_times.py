"""When an order falls due: the first of its promised clocks, or the day that was agreed where nothing is promised."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from dianke.domain.service_orders.models import OrderPause, OrderStep, ServiceOrder
from dianke.domain.service_orders.queries.clocks import get_clock_rules, read_clocks
from dianke.domain.service_orders.rules.due import compute_due_time
from dianke.domain.service_orders.types import ClockReading, Promise, PromiseUnit
from dianke.kernel.clock import at_midnight, to_shanghai
from dianke.kernel.period import DatePeriod, TimePeriod

_ONE_DAY = timedelta(days=1)


def set_due(
    *, order: ServiceOrder, steps: Sequence[OrderStep], pauses: Sequence[OrderPause], now: datetime
) -> list[OrderStep]:
    """
    Write on an order and on its waiting steps when they fall due and turn amber; return the steps that changed.

    An order is due with the first of its clocks that runs: the whole, the answer with a plan, a step. Where a kind has
    no promise for the whole it is due on the day agreed. While everything stands there is no due time.
    """
    order.due_at = order.amber_at = None
    if order.ended_at is not None:
        return []
    readings = [one for one in read_clocks(order=order, steps=steps, pauses=pauses, now=now) if one.ended_at is None]
    times = [(one.due.due_at, one.amber_at or one.due.due_at) for one in readings if one.due is not None]
    if all(one.step for one in readings) and not any(one.ended_at is None for one in pauses):
        times.append(_agreed(order, pauses))
    if times:
        order.due_at, order.amber_at = min(due for due, _amber in times), min(amber for _due, amber in times)
    return _mark_steps(steps, readings)


def _mark_steps(steps: Sequence[OrderStep], readings: Sequence[ClockReading]) -> list[OrderStep]:
    by_step = {one.step: one for one in readings if one.step}
    changed = []
    for step in steps:
        reading = by_step.get(step.step) if step.ended_at is None else None
        due = reading.due.due_at if reading and reading.due else None
        amber = reading.amber_at if reading and due else None
        if (step.due_at, step.amber_at) != (due, amber) and step.ended_at is None:
            step.due_at, step.amber_at = due, amber
            changed.append(step)
    return changed


def _agreed(order: ServiceOrder, pauses: Sequence[OrderPause]) -> tuple[datetime, datetime]:
    """
    Return when the day agreed is over and when amber begins, a working day before.

    Working days that a pause took are added: the time from acceptance to the day agreed is counted as a promise of
    that many working days.
    """
    rules = get_clock_rules()
    accepted = to_shanghai(order.accepted_at)
    due_at = at_midnight(order.effective_on) + rules.day_end
    first, after = accepted.date() + _ONE_DAY, order.effective_on + _ONE_DAY
    days = rules.calendar.count_working_days(DatePeriod(first, after)) if first < after else 0
    spans = [
        TimePeriod(one.started_at, one.ended_at) for one in pauses if one.ended_at and one.ended_at > one.started_at
    ]
    if days and spans:
        promise = Promise(
            code="agreed_day", amount=days, unit=PromiseUnit.WORKING_DAY, evidence="P", source="SRC-OWN-ORDERS"
        )
        counted = compute_due_time(
            promise=promise, started_at=accepted, calendar=rules.calendar, day_end=rules.day_end, pauses=spans
        )
        due_at = max(due_at, counted.due_at)
    before = to_shanghai(due_at).date() - _ONE_DAY
    while not rules.calendar.is_working_day(before):
        before -= _ONE_DAY
    return due_at, at_midnight(before) + rules.day_end
