"""What holds for every service clock, whatever the start, the pauses and the shifts."""

from datetime import date, datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from dianke.domain.service_orders.rules.due import compute_due_time
from dianke.domain.service_orders.types import Promise, PromiseUnit, Shift
from dianke.kernel.calendar import load_mainland_calendar
from dianke.kernel.clock import SHANGHAI
from dianke.kernel.period import DatePeriod, TimePeriod

CALENDAR = load_mainland_calendar()
DAY_END = timedelta(hours=18)
FIRST = datetime(2023, 1, 1, tzinfo=SHANGHAI)
MINUTE = timedelta(minutes=1)
ONE_DAY = timedelta(days=1)

moments = st.integers(0, 3 * 365 * 24 * 60).map(lambda minutes: FIRST + minutes * MINUTE)
units = st.sampled_from(PromiseUnit)
no_shifts = st.just(())
split_shifts = st.just(
    (
        Shift(timedelta(hours=8, minutes=30), timedelta(hours=12)),
        Shift(timedelta(hours=14, minutes=30), timedelta(hours=18)),
    )
)


@st.composite
def pauses_near(draw: st.DrawFn, start: datetime) -> TimePeriod:
    begin = start + draw(st.integers(-3 * 24 * 60, 20 * 24 * 60)) * MINUTE
    return TimePeriod(begin, begin + draw(st.integers(1, 6 * 24 * 60)) * MINUTE)


@st.composite
def requests(draw: st.DrawFn) -> tuple[Promise, datetime, list[TimePeriod], tuple[Shift, ...]]:
    promise = Promise(code="p", amount=draw(st.integers(1, 45)), unit=draw(units), evidence="P", source="SRC-P")
    start = draw(moments)
    pauses = draw(st.lists(pauses_near(start), max_size=4))
    return promise, start, pauses, draw(no_shifts | split_shifts)


def due_at(promise: Promise, start: datetime, pauses: list[TimePeriod], shifts: tuple[Shift, ...] = ()) -> datetime:
    return compute_due_time(
        promise=promise,
        started_at=start,
        calendar=CALENDAR,
        day_end=DAY_END,
        pauses=pauses,
        shifts=shifts,
    ).due_at


def count_running_minutes(start: datetime, end: datetime, pauses: list[TimePeriod], shifts: tuple[Shift, ...]) -> int:
    """Walk minute by minute: slow, and written without looking at the clock's own way."""
    running, moment = 0, start
    while moment < end:
        since_midnight = timedelta(hours=moment.hour, minutes=moment.minute)
        at_work = not shifts or (
            CALENDAR.is_working_day(moment.date())
            and any(shift.start <= since_midnight < shift.end for shift in shifts)
        )
        running += at_work and not any(pause.start <= moment < pause.end for pause in pauses if pause.end)
        moment += MINUTE
    return running


@settings(deadline=None)
@given(requests(), st.integers(0, 10 * 24 * 60))
def test_a_later_start_is_never_due_earlier(request, minutes: int):
    promise, start, pauses, shifts = request

    later = due_at(promise, start + minutes * MINUTE, pauses, shifts)

    assert due_at(promise, start, pauses, shifts) <= later


@settings(deadline=None)
@given(requests(), st.data())
def test_one_more_pause_never_makes_it_due_earlier(request, data: st.DataObject):
    promise, start, pauses, shifts = request
    more = data.draw(pauses_near(start))

    assert due_at(promise, start, pauses, shifts) <= due_at(promise, start, [*pauses, more], shifts)


@settings(deadline=None)
@given(requests(), st.integers(0, 5000))
def test_a_pause_from_the_due_time_on_changes_nothing(request, minutes: int):
    promise, start, pauses, shifts = request
    due = due_at(promise, start, pauses, shifts)

    late = TimePeriod(due, due + (minutes + 1) * MINUTE)

    assert due_at(promise, start, [*pauses, late], shifts) == due


@settings(deadline=None)
@given(requests())
def test_the_order_and_the_pieces_of_pauses_do_not_matter(request):
    promise, start, pauses, shifts = request
    pieces = [part for pause in pauses for part in halves(pause)]

    assert due_at(promise, start, pieces[::-1], shifts) == due_at(promise, start, pauses, shifts)


def halves(pause: TimePeriod) -> tuple[TimePeriod, ...]:
    middle = pause.start + pause.length() / 2
    return pause.split(middle)


@settings(deadline=None)
@given(moments, st.integers(1, 45))
def test_the_working_days_up_to_the_due_time_are_the_promise(start: datetime, amount: int):
    promise = Promise(code="p", amount=amount, unit=PromiseUnit.WORKING_DAY, evidence="P", source="SRC-P")

    due = due_at(promise, start, [])

    counted = DatePeriod(start.date() + ONE_DAY, due.date() + ONE_DAY)
    assert CALENDAR.count_working_days(counted) == amount
    assert CALENDAR.is_working_day(due.date())
    assert due.time() == datetime(2024, 1, 1, 18, tzinfo=SHANGHAI).time()


@settings(deadline=None)
@given(requests())
def test_the_working_days_no_pause_touches_are_the_promise(request):
    promise, start, pauses, _ = request
    promise = Promise(code="p", amount=promise.amount, unit=PromiseUnit.WORKING_DAY, evidence="P", source="SRC-P")

    due = due_at(promise, start, pauses)

    assert sum(is_counted(day, pauses) for day in days_between(start.date(), due.date())) == promise.amount
    assert is_counted(due.date(), pauses)


def days_between(start: date, last: date) -> list[date]:
    return [start + n * ONE_DAY for n in range(1, (last - start).days + 1)]


def is_counted(day: date, pauses: list[TimePeriod]) -> bool:
    morning = datetime(day.year, day.month, day.day, tzinfo=SHANGHAI)
    working_day = TimePeriod(morning, morning + DAY_END)
    return CALENDAR.is_working_day(day) and not any(pause.overlaps(working_day) for pause in pauses)


@settings(deadline=None)
@given(st.integers(1, 400), moments, st.data(), no_shifts | split_shifts)
def test_a_clock_in_minutes_runs_exactly_the_promise(
    amount: int, start: datetime, data: st.DataObject, shifts: tuple[Shift, ...]
):
    promise = Promise(code="p", amount=amount, unit=PromiseUnit.MINUTE, evidence="P", source="SRC-P")
    pauses = data.draw(st.lists(pauses_near(start), max_size=2))

    due = due_at(promise, start, pauses, shifts)

    assert count_running_minutes(start, due, pauses, shifts) == amount
    assert count_running_minutes(due - MINUTE, due, pauses, shifts) == 1
