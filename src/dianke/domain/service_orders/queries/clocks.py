"""The clocks of an order, read from its rows: acceptance, steps, pauses, end."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from django.conf import settings

from dianke.domain.service_orders.models import OrderPause, OrderResult, OrderStep, ServiceOrder
from dianke.domain.service_orders.rules.catalog import load_kinds
from dianke.domain.service_orders.rules.clocks import ClockRules, choose_promises, read_order_clocks
from dianke.domain.service_orders.rules.due import compute_due_time
from dianke.domain.service_orders.rules.promise_choice import choose_promise_set, list_house_choices, read_choices
from dianke.domain.service_orders.rules.promise_sets import get_promise_set, load_promise_book
from dianke.domain.service_orders.types import (
    ClockAct,
    ClockColour,
    ClockEvent,
    ClockReading,
    ClockState,
    DueTime,
    OrderKind,
    PauseReason,
    Promise,
    PromiseUnit,
)
from dianke.kernel.calendar import load_mainland_calendar
from dianke.kernel.clock import at_midnight, to_shanghai
from dianke.kernel.period import DatePeriod, TimePeriod

OWN_FILE = "order-promises.toml"
AGREED_DAY = "agreed_day"
UNDONE = "UNDONE"
_ARCHIVING = frozenset({"archive", "archive_closing"})
_ONE_DAY = timedelta(days=1)
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
    *, order: ServiceOrder, steps: Sequence[OrderStep], pauses: Sequence[OrderPause], now: datetime
) -> list[ClockReading]:
    """
    Return every clock of an order at a moment: the whole, the answer, steps.

    Where the promise set knows no whole for the kind, the whole is due on the day agreed (`AGREED_DAY`).

    :raises EventsOutOfOrder: if the rows contradict one another or lie after `now`
    """
    promised = choose_promises(
        load_kinds()[OrderKind(order.kind)], get_promise_set(load_promise_book(), promise_set=order.promise_set)
    )
    events = list_events(order=order, steps=steps, pauses=pauses)
    readings = read_order_clocks(events, promised=promised, rules=get_clock_rules(), now=now)
    if promised.whole:
        return readings
    carried_out = [one.started_at for one in steps if one.step in _ARCHIVING and one.outcome != UNDONE]
    ended_at = max(carried_out, default=order.ended_at)
    return [_read_agreed_day(order, pauses, ended_at, now), *readings]


def _read_agreed_day(
    order: ServiceOrder, pauses: Sequence[OrderPause], ended_at: datetime | None, now: datetime
) -> ClockReading:
    """
    Return the clock of the day agreed: due when that day is over, amber a working day before.

    It ends when what was asked for is carried out: nobody waits for the archive. Working days that a pause took are
    added: the time from acceptance to the day agreed is counted as a promise of that many working days.
    """
    rules = get_clock_rules()
    stands = next((one for one in pauses if one.ended_at is None), None)
    due, amber = _agreed_times(order, [(one.started_at, one.ended_at or now) for one in pauses], rules)
    is_void = order.result == OrderResult.CANCELLED
    is_late = (ended_at or now) > due.due_at and not is_void and not stands
    state = ClockState.BROKEN if is_late else ClockState.PAUSED if stands else ClockState.RUNNING
    if ended_at is not None and not is_late:
        state = ClockState.VOID if is_void else ClockState.KEPT
    is_amber = ended_at is None and not stands and now >= amber
    return ClockReading(
        promise=AGREED_DAY, step="", started_at=order.accepted_at, ended_at=ended_at,
        due=None if stands else due, due_if_resumed=due if stands else None, amber_at=None if stands else amber,
        state=state, colour=ClockColour.RED if is_late else ClockColour.AMBER if is_amber else ClockColour.GREEN,
        paused_for=PauseReason(stands.reason) if stands else None,
    )  # fmt: skip


def _agreed_times(
    order: ServiceOrder, stood: Iterable[tuple[datetime, datetime]], rules: ClockRules
) -> tuple[DueTime, datetime]:
    accepted = to_shanghai(order.accepted_at)
    due = DueTime(due_at=at_midnight(order.effective_on) + rules.day_end)
    first, after = accepted.date() + _ONE_DAY, order.effective_on + _ONE_DAY
    days = rules.calendar.count_working_days(DatePeriod(first, after)) if first < after else 0
    spans = [TimePeriod(start, end) for start, end in stood if start < end]
    if days and spans:
        promise = Promise(
            code=AGREED_DAY, amount=days, unit=PromiseUnit.WORKING_DAY, evidence="P", source="SRC-OWN-ORDERS"
        )
        counted = compute_due_time(
            promise=promise, started_at=accepted, calendar=rules.calendar, day_end=rules.day_end, pauses=spans
        )
        due = max(due, counted, key=lambda one: one.due_at)
    before = to_shanghai(due.due_at).date() - _ONE_DAY
    while not rules.calendar.is_working_day(before):
        before -= _ONE_DAY
    return due, at_midnight(before) + rules.day_end
