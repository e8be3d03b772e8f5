"""
An order's clocks, from what happened to it: the whole utility time and one clock for each step.

The whole clock stands while a step is with the customer and while somebody paused it. Steps that a promise names
have a clock of their own, from entering to leaving. Counting is that of `due`.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from dianke.domain.service_orders.rules.catalog import KindFacts
from dianke.domain.service_orders.rules.due import ClockIsStopped, compute_due_time
from dianke.domain.service_orders.types import (
    ClockAct,
    ClockColour,
    ClockEvent,
    ClockReading,
    ClockState,
    DueTime,
    PauseReason,
    Promise,
    PromiseSet,
    PromiseUnit,
    Shift,
)
from dianke.kernel.calendar import WorkingCalendar
from dianke.kernel.clock import at_midnight, to_shanghai
from dianke.kernel.errors import DomainError
from dianke.kernel.period import TimePeriod, merge_periods

_ONE_DAY = timedelta(days=1)
ANSWER_STEP = "answer_plan"
AMBER_PERCENT = 80  # [P] of the promised time


class EventsOutOfOrder(DomainError):
    """The events of an order contradict one another."""

    code = "service_orders.events_out_of_order"
    message = "event {number}: {reason}"


@dataclass(frozen=True, slots=True, kw_only=True)
class ClockRules:
    """How clocks count here: calendar, end of a working day, shifts of minute promises, when amber begins."""

    calendar: WorkingCalendar
    day_end: timedelta
    shifts: tuple[Shift, ...] = ()
    amber_percent: int = AMBER_PERCENT


@dataclass(frozen=True, slots=True, kw_only=True)
class ClockSpan:
    """A stretch that a clock measures, with the pauses in it; the last pause may be open."""

    started_at: datetime
    ended_at: datetime | None
    is_void: bool
    pauses: tuple[TimePeriod, ...]
    paused_for: PauseReason | None


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderPromises:
    """
    What was promised for an order: the whole, the answer with a plan, single steps.

    The answer is due from acceptance until `answer_plan` is left. `customer_steps` say why the clocks of the whole
    and the answer stand during steps of the customer.
    """

    whole: Promise | None
    plan: Promise | None
    steps: Mapping[str, Promise]
    customer_steps: Mapping[str, PauseReason]


@dataclass(slots=True)
class _Story:
    """What the events told so far."""

    started_at: datetime | None = None
    ended_at: datetime | None = None
    is_void: bool = False
    paused: tuple[datetime, PauseReason] | None = None
    pauses: list[TimePeriod] = field(default_factory=list)
    steps: dict[str, datetime] = field(default_factory=dict)
    left: list[tuple[str, datetime, datetime]] = field(default_factory=list)


def choose_promises(kind: KindFacts, promise_set: PromiseSet) -> OrderPromises:
    """Return what a set promises for a kind of order; where it is silent there is no clock."""
    promises = promise_set.promises
    return OrderPromises(
        whole=promises.get(kind.whole or ""),
        plan=promises.get(kind.plan or ""),
        steps={step.code: promises[step.promise] for step in kind.steps if step.promise and step.promise in promises},
        customer_steps={step.code: step.pause for step in kind.steps if step.pause is not None},
    )


def read_order_clocks(
    events: Sequence[ClockEvent], *, promised: OrderPromises, rules: ClockRules, now: datetime
) -> list[ClockReading]:
    """
    Return every clock of an order at a moment: the whole, the answer with a plan, steps as they were entered.

    A step that is entered again has another clock.

    :raises EventsOutOfOrder: if the events contradict one another or lie after `now`
    """
    story = _tell(events, now)
    if story.started_at is None:
        return []
    readings = []
    if promised.whole is not None:
        readings.append(measure(promised.whole, _whole_span(story, promised.customer_steps), rules=rules, now=now))
    if promised.plan is not None:
        span = _answer_span(story, promised.customer_steps)
        readings.append(replace(measure(promised.plan, span, rules=rules, now=now), step=ANSWER_STEP))
    visits: list[tuple[str, datetime, datetime | None]] = [*story.left]
    visits += [(step, entered, story.ended_at) for step, entered in story.steps.items()]
    for step, entered, left in sorted(visits, key=lambda visit: visit[1]):
        if step in promised.steps:
            span = ClockSpan(
                started_at=entered,
                ended_at=left,
                is_void=story.is_void and left == story.ended_at,
                pauses=tuple(_list_pauses(story)),
                paused_for=story.paused[1] if story.paused and left is None else None,
            )
            readings.append(replace(measure(promised.steps[step], span, rules=rules, now=now), step=step))
    return readings


def measure(promise: Promise, span: ClockSpan, *, rules: ClockRules, now: datetime) -> ClockReading:
    """Return how one clock stands: due, amber, kept or broken. Times are instants; Source: docs/rules/clock.md."""
    due = _due(promise, span, rules)
    amber = _amber(promise, span, rules)
    until = span.ended_at or now
    is_late = due is not None and until > due.due_at
    is_paused = span.ended_at is None and span.paused_for is not None
    if span.is_void:
        state = ClockState.VOID
    elif is_late:
        state = ClockState.BROKEN
    elif span.ended_at is not None:
        state = ClockState.KEPT
    else:
        state = ClockState.PAUSED if is_paused else ClockState.RUNNING
    colour = ClockColour.GREEN
    if not span.is_void and is_late:
        colour = ClockColour.RED
    elif span.ended_at is None and amber is not None and now >= amber:
        colour = ClockColour.AMBER
    return ClockReading(
        promise=promise.code,
        step="",
        started_at=span.started_at,
        ended_at=span.ended_at,
        due=due,
        due_if_resumed=_due(promise, _close_pauses(span, now), rules) if is_paused and due is None else None,
        amber_at=amber,
        state=state,
        colour=colour,
        paused_for=span.paused_for if is_paused else None,
    )


def count_used_days(
    *, started_at: datetime, after: datetime, until: datetime, pauses: Sequence[TimePeriod], rules: ClockRules
) -> int:
    """
    Return the working days of a clock whose end lies in (after, until]: days a pause touches do not count.

    Two spans that meet add up to the whole, wherever they meet.
    """
    day = max(to_shanghai(started_at).date() + _ONE_DAY, to_shanghai(after).date())
    stops, count = merge_periods(pauses), 0
    while at_midnight(day) + rules.day_end <= until:
        whole = TimePeriod(at_midnight(day), at_midnight(day) + rules.day_end)
        is_inside = whole.end is not None and whole.end > after
        if is_inside and rules.calendar.is_working_day(day) and not any(stop.overlaps(whole) for stop in stops):
            count += 1
        day += _ONE_DAY
    return count


def _tell(events: Sequence[ClockEvent], now: datetime) -> _Story:
    story, last = _Story(), None
    for number, event in enumerate(events, start=1):
        reason = _find_contradiction(story, event, last, now)
        if reason:
            raise EventsOutOfOrder(field="events", number=number, reason=reason)
        _take(story, event)
        last = event.at
    return story


def _find_contradiction(story: _Story, event: ClockEvent, last: datetime | None, now: datetime) -> str | None:
    """Return why an event cannot follow what was told, or None."""
    act = event.act
    if (last is not None and event.at < last) or event.at > now:
        return "it lies before the one above it, or in the future"
    if act is ClockAct.START:
        return "the order has started" if story.started_at else None
    if story.started_at is None or story.ended_at is not None:
        return "the order is not running"
    if act is ClockAct.PAUSE:
        return _find_pause_contradiction(story, event)
    wrong = {
        ClockAct.RESUME: (story.paused is None, "no pause is running"),
        ClockAct.ENTER: (not event.step or event.step in story.steps, "a step is entered once until it is left"),
        ClockAct.LEAVE: (event.step not in story.steps, "the step was not entered"),
    }
    is_wrong, reason = wrong.get(act, (False, ""))
    return reason if is_wrong else None


def _find_pause_contradiction(story: _Story, event: ClockEvent) -> str | None:
    if story.paused is not None:
        return "a pause is running already"
    if event.reason is None or not event.evidence.strip():
        return "a pause needs a reason and evidence"
    return None


def _take(story: _Story, event: ClockEvent) -> None:
    if event.act is ClockAct.START:
        story.started_at = event.at
    elif event.act is ClockAct.PAUSE and event.reason is not None:
        story.paused = (event.at, event.reason)
    elif event.act is ClockAct.RESUME:
        _end_pause(story, event.at)
    elif event.act is ClockAct.ENTER:
        story.steps[event.step] = event.at
    elif event.act is ClockAct.LEAVE:
        story.left.append((event.step, story.steps.pop(event.step), event.at))
    else:
        _end_pause(story, event.at)
        story.ended_at = event.at
        story.is_void = event.act is ClockAct.CANCEL


def _end_pause(story: _Story, at: datetime) -> None:
    # A pause that ends as it begins never was.
    if story.paused is not None and story.paused[0] < at:
        story.pauses.append(TimePeriod(story.paused[0], at))
    story.paused = None


def _list_pauses(story: _Story) -> Iterator[TimePeriod]:
    yield from story.pauses
    if story.paused is not None:
        yield TimePeriod(story.paused[0])


def _whole_span(story: _Story, customer_steps: Mapping[str, PauseReason]) -> ClockSpan:
    """Take the customer's own steps out of the whole time, beside the pauses."""
    pauses = list(_list_pauses(story))
    for step, entered, left in story.left:
        if step in customer_steps and entered < left:
            pauses.append(TimePeriod(entered, left))
    with_customer = [step for step in story.steps if step in customer_steps]
    for step in with_customer:
        entered = story.steps[step]
        if story.ended_at is None or entered < story.ended_at:
            pauses.append(TimePeriod(entered, story.ended_at))
    reason = story.paused[1] if story.paused else next((customer_steps[step] for step in with_customer), None)
    if story.started_at is None:
        raise EventsOutOfOrder(field="events", number=1, reason="the order has not started")
    return ClockSpan(
        started_at=story.started_at,
        ended_at=story.ended_at,
        is_void=story.is_void,
        pauses=tuple(pauses),
        paused_for=reason,
    )


def _answer_span(story: _Story, customer_steps: Mapping[str, PauseReason]) -> ClockSpan:
    """End the clock of the answer with the first plan that was answered."""
    span = _whole_span(story, customer_steps)
    answered = min((left for step, _, left in story.left if step == ANSWER_STEP), default=None)
    if answered is None:
        return span
    return replace(span, ended_at=answered, is_void=False)


def _close_pauses(span: ClockSpan, now: datetime) -> ClockSpan:
    closed = [TimePeriod(one.start, one.end or now) for one in span.pauses if one.start < (one.end or now)]
    return replace(span, pauses=tuple(closed))


def _due(promise: Promise, span: ClockSpan, rules: ClockRules) -> DueTime | None:
    try:
        return compute_due_time(
            promise=promise,
            started_at=span.started_at,
            calendar=rules.calendar,
            day_end=rules.day_end,
            pauses=span.pauses,
            shifts=rules.shifts,
        )
    except ClockIsStopped:
        return None


def _amber(promise: Promise, span: ClockSpan, rules: ClockRules) -> datetime | None:
    """Return when the share of the promised time is used up, the start where it is less than one day."""
    if promise.unit in (PromiseUnit.HOUR, PromiseUnit.MINUTE):
        minutes = promise.amount * (60 if promise.unit is PromiseUnit.HOUR else 1)
        shorter = replace(promise, unit=PromiseUnit.MINUTE, amount=minutes * rules.amber_percent // 100)
    else:
        shorter = replace(promise, amount=promise.amount * rules.amber_percent // 100)
    if not shorter.amount:
        return span.started_at
    due = _due(shorter, span, rules)
    return due.due_at if due else None
