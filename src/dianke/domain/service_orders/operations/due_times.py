"""What follows from an order's clocks: when it falls due, and how the clocks that ended were kept."""

from collections.abc import Sequence
from datetime import datetime

from dianke.domain.service_orders.models import OrderClock, OrderPause, OrderStep, ServiceOrder
from dianke.domain.service_orders.queries.clocks import UNDONE, read_clocks
from dianke.domain.service_orders.types import ClockReading


def set_due(
    *, order: ServiceOrder, steps: Sequence[OrderStep], pauses: Sequence[OrderPause], now: datetime
) -> tuple[list[OrderStep], list[OrderClock]]:
    """
    Write on an order and on its waiting steps when they fall due and turn amber.

    An order is due with the first of its clocks that runs; while everything stands there is no due time. Returns the
    steps that changed and one row for each clock that has ended, not saved.
    """
    order.due_at = order.amber_at = None
    readings = read_clocks(order=order, steps=steps, pauses=pauses, now=now)
    running = [one for one in readings if one.ended_at is None]
    times = [(one.due.due_at, one.amber_at or one.due.due_at) for one in running if one.due is not None]
    if times and order.ended_at is None:
        order.due_at, order.amber_at = min(due for due, _amber in times), min(amber for _due, amber in times)
    undone = {(one.step, one.started_at) for one in steps if one.outcome == UNDONE}
    ended = [_close(order, one) for one in readings if (one.step, one.started_at) not in undone]
    return _mark_steps(steps, running), [one for one in ended if one is not None]


def _mark_steps(steps: Sequence[OrderStep], running: Sequence[ClockReading]) -> list[OrderStep]:
    by_step = {one.step: one for one in running if one.step}
    changed = []
    for step in steps:
        if step.ended_at is not None:
            continue
        reading = by_step.get(step.step)
        due = reading.due.due_at if reading and reading.due else None
        amber = reading.amber_at if reading and due else None
        if (step.due_at, step.amber_at) != (due, amber):
            step.due_at, step.amber_at = due, amber
            changed.append(step)
    return changed


def _close(order: ServiceOrder, one: ClockReading) -> OrderClock | None:
    if one.ended_at is None:
        return None
    return OrderClock(
        unit_id=order.unit_id, order=order, promise=one.promise, step=one.step, started_at=one.started_at,
        ended_at=one.ended_at, due_at=one.due.due_at if one.due else None, state=one.state.value,
    )  # fmt: skip
