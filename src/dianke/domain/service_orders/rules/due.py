"""When a promise falls due: working days, calendar days, minutes and hours around the clock or in shifts."""

from collections.abc import Callable, Iterator, Sequence
from datetime import date, datetime, timedelta

from dianke.domain.service_orders.types import DueTime, Promise, PromiseUnit, Shift
from dianke.kernel.calendar import WorkingCalendar
from dianke.kernel.clock import add_elapsed, at_midnight, to_shanghai
from dianke.kernel.errors import DomainError
from dianke.kernel.period import TimePeriod, merge_periods

_ONE_DAY = timedelta(days=1)
_LENGTHS = {PromiseUnit.HOUR: timedelta(hours=1), PromiseUnit.MINUTE: timedelta(minutes=1)}


class ClockIsStopped(DomainError):
    """A pause has not ended, so nobody can say when the promise falls due."""

    code = "clock_is_stopped"
    message = "the pause from {paused_from} has not ended: there is no due time before it does"


class DueTimeOutOfRange(DomainError):
    """The due time lies outside the years that can be counted."""

    code = "due_time_out_of_range"
    message = "the due time lies outside the years 1 to 9999"


def compute_due_time(
    *,
    promise: Promise,
    started_at: datetime,
    calendar: WorkingCalendar,
    day_end: timedelta,
    pauses: Sequence[TimePeriod] = (),
    shifts: Sequence[Shift] = (),
) -> DueTime:
    """
    Return when the promise falls due.

    Shifts make minute and hour promises run in working hours only; promises in days ignore them.

    :raises ClockIsStopped: if a pause without end begins before the promise falls due
    :raises DueTimeOutOfRange: if the count leaves the calendar
    """
    start = to_shanghai(started_at)
    stops = merge_periods(TimePeriod(to_shanghai(p.start), p.end and to_shanghai(p.end)) for p in pauses)
    try:
        if promise.unit in _LENGTHS:
            length = promise.amount * _LENGTHS[promise.unit]
            return _due_by_the_clock(start, length, calendar, stops, shifts)
        return _due_by_days(start, promise, calendar, stops, day_end)
    except OverflowError as error:
        raise DueTimeOutOfRange(field="from") from error


def _due_by_days(
    start: datetime, promise: Promise, calendar: WorkingCalendar, stops: list[TimePeriod], day_end: timedelta
) -> DueTime:
    """Count days from the day after the start (REG-CIVIL-CODE-2020 art. 201)."""
    if promise.unit is PromiseUnit.WORKING_DAY:
        first = start.date() + _ONE_DAY
        last = _count_days(start.date(), promise.amount, stops, day_end, calendar.is_working_day)
    else:
        first = _count_days(start.date(), promise.amount, stops, day_end, _is_a_day)
        # Art. 203: a last day on which nobody works gives way to the next working day.
        last = _count_days(first - _ONE_DAY, 1, stops, day_end, calendar.is_working_day)
    return DueTime(due_at=at_midnight(last) + day_end, unloaded_years=_unloaded_years(calendar, first, last))


def _count_days(
    day: date, count: int, stops: list[TimePeriod], day_end: timedelta, counts: Callable[[date], bool]
) -> date:
    while count > 0:
        day += _ONE_DAY
        pause = next((p for p in stops if _touches(p, day, day_end)), None)
        if pause is None:
            count -= counts(day)
        elif pause.end is None:
            raise ClockIsStopped(field="pause", paused_from=pause.start.isoformat())
        else:
            # Go to the last day the pause touches: a pause may last for years.
            ends_at_midnight = pause.end == at_midnight(pause.end.date())
            day = pause.end.date() - (_ONE_DAY if ends_at_midnight else timedelta())
    return day


def _touches(pause: TimePeriod, day: date, day_end: timedelta) -> bool:
    """Return whether a pause takes anything from a working day; after its end there is nothing to take."""
    midnight = at_midnight(day)
    return pause.start < midnight + day_end and (pause.end is None or midnight < pause.end)


def _is_a_day(_day: date) -> bool:
    return True


def _due_by_the_clock(
    start: datetime,
    length: timedelta,
    calendar: WorkingCalendar,
    stops: list[TimePeriod],
    shifts: Sequence[Shift],
) -> DueTime:
    """Let the clock run through the open windows, less the pauses, until the length is used up."""
    around_the_clock = [TimePeriod(start)]
    windows = _shift_windows(start, calendar, stops, shifts) if shifts else around_the_clock
    for window in windows:
        for running in window.subtract(stops):
            if running.end is None or length <= running.length():
                due_at = add_elapsed(running.start, length)
                # Around the clock no calendar was asked, so none can be missing.
                unloaded = _unloaded_years(calendar, start.date(), due_at.date()) if shifts else ()
                return DueTime(due_at=due_at, unloaded_years=unloaded)
            length -= running.length()
    raise ClockIsStopped(field="pause", paused_from=stops[-1].start.isoformat())


def _shift_windows(
    start: datetime, calendar: WorkingCalendar, stops: list[TimePeriod], shifts: Sequence[Shift]
) -> Iterator[TimePeriod]:
    """Yield the working hours from the start on; ends only where a pause without end begins."""
    day = start.date()
    while True:
        midnight = at_midnight(day)
        pause = next((p for p in stops if p.contains(midnight)), None)
        if pause is not None:
            if pause.end is None:
                return
            day = max(day, pause.end.date())
            midnight = at_midnight(day)
        if calendar.is_working_day(day):
            for shift in shifts:
                opens, closes = midnight + shift.start, midnight + shift.end
                if closes > start:
                    yield TimePeriod(max(opens, start), closes)
        day += _ONE_DAY


def _unloaded_years(calendar: WorkingCalendar, first: date, last: date) -> tuple[int, ...]:
    years = range(first.year, last.year + 1)
    return tuple(year for year in years if not calendar.first_year <= year <= calendar.last_year)
