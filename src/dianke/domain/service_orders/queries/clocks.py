"""The clocks of an order, read from its rows: acceptance, steps, pauses, end."""

from collections.abc import Iterable
from datetime import datetime

from django.conf import settings

from dianke.domain.service_orders.models import OrderPause, OrderResult, OrderStep, ServiceOrder
from dianke.domain.service_orders.rules.catalog import load_kinds
from dianke.domain.service_orders.rules.clocks import ClockRules, choose_promises, read_order_clocks
from dianke.domain.service_orders.rules.promise_choice import (
    choose_promise_set,
    list_house_choices,
    read_choices,
)
from dianke.domain.service_orders.rules.promise_sets import get_promise_set, load_promise_book
from dianke.domain.service_orders.types import ClockAct, ClockEvent, ClockReading, OrderKind, PauseReason
from dianke.kernel.calendar import load_mainland_calendar
from dianke.kernel.clock import to_shanghai

OWN_FILE = "order-promises.toml"
# What is left ends before what is entered, and a pause ends before the next begins, at one moment.
_RANK = {
    ClockAct.START: 0,
    ClockAct.LEAVE: 1,
    ClockAct.RESUME: 2,
    ClockAct.ENTER: 3,
    ClockAct.PAUSE: 4,
    ClockAct.FINISH: 5,
    ClockAct.CANCEL: 5,
}


def find_promise_set(*, at: datetime) -> str:
    """
    Return the code of the promise set for an order accepted at a moment.

    :raises OrderRulesUnreadable: if the utility's own file cannot be used
    """
    path = settings.DATA_DIR / OWN_FILE
    own = read_choices(path.read_text("utf-8")) if path.is_file() else []
    return choose_promise_set([*list_house_choices(), *own], accepted_on=to_shanghai(at).date())


def get_clock_rules() -> ClockRules:
    """Return how the clocks of orders count."""
    return ClockRules(calendar=load_mainland_calendar(), day_end=load_promise_book().working_day_end)


def list_events(*, order: ServiceOrder, steps: Iterable[OrderStep], pauses: Iterable[OrderPause]) -> list[ClockEvent]:
    """Return what happened to an order as its clocks notice it, in time; what took no time is left out."""
    events = [ClockEvent(at=order.accepted_at, act=ClockAct.START)]
    for step in steps:
        if step.ended_at is None or step.started_at < step.ended_at:
            events.append(ClockEvent(at=step.started_at, act=ClockAct.ENTER, step=step.step))
            if step.ended_at is not None:
                events.append(ClockEvent(at=step.ended_at, act=ClockAct.LEAVE, step=step.step))
    for one in pauses:
        if one.ended_at is None or one.started_at < one.ended_at:
            why = PauseReason(one.reason)
            events.append(ClockEvent(at=one.started_at, act=ClockAct.PAUSE, reason=why, evidence=one.evidence))
            if one.ended_at is not None:
                events.append(ClockEvent(at=one.ended_at, act=ClockAct.RESUME))
    if order.ended_at is not None:
        is_void = order.result == OrderResult.CANCELLED
        events.append(ClockEvent(at=order.ended_at, act=ClockAct.CANCEL if is_void else ClockAct.FINISH))
    return sorted(events, key=lambda event: (event.at, _RANK[event.act]))


def read_clocks(
    *, order: ServiceOrder, steps: Iterable[OrderStep], pauses: Iterable[OrderPause], now: datetime
) -> list[ClockReading]:
    """
    Return every clock that the promise set of an order knows, at a moment: the whole, the answer, steps.

    :raises EventsOutOfOrder: if the rows contradict one another or lie after `now`
    """
    promised = choose_promises(
        load_kinds()[OrderKind(order.kind)], get_promise_set(load_promise_book(), promise_set=order.promise_set)
    )
    events = list_events(order=order, steps=steps, pauses=pauses)
    return read_order_clocks(events, promised=promised, rules=get_clock_rules(), now=now)
