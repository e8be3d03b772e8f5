"""Working hours and pauses as people type them."""

import re
from datetime import timedelta
from itertools import pairwise

from dianke.domain.service_orders.types import Shift
from dianke.kernel.clock import parse_instant
from dianke.kernel.errors import DomainError
from dianke.kernel.period import InvalidPeriod, TimePeriod

_TIME = re.compile(r"([0-9]{2}):([0-9]{2})", re.ASCII)
_DAY = timedelta(hours=24)
_OPEN_ENDS = ("", "..")


class UnreadableTimeOfDay(DomainError):
    """A text is no time of day."""

    code = "unreadable_time"
    message = "{text!r} is not a time of day from 00:00 to 24:00"


class UnreadableWorkingHours(DomainError):
    """Working hours are not written as shifts, run backwards or overlap."""

    code = "unreadable_hours"
    message = "{text!r} are not working hours such as 08:30-12:00,14:30-18:00: {reason}"


class UnreadablePause(DomainError):
    """A pause is not written as two moments in order."""

    code = "unreadable_pause"
    message = "{text!r} is not a pause such as 2024-05-08T10:00/2024-05-09T15:00: {reason}"


def parse_time_of_day(text: str, *, field: str | None = None) -> timedelta:
    """
    Return the distance from midnight of HH:MM; 24:00 is the end of the day.

    :raises UnreadableTimeOfDay: if it is no such time
    """
    match = _TIME.fullmatch(text.strip())
    if match is None or int(match[2]) > 59:
        raise UnreadableTimeOfDay(field=field, text=text)
    distance = timedelta(hours=int(match[1]), minutes=int(match[2]))
    if distance > _DAY:
        raise UnreadableTimeOfDay(field=field, text=text)
    return distance


def parse_working_hours(text: str, *, field: str | None = None) -> tuple[Shift, ...]:
    """
    Return the shifts of a working day in order; shifts that touch are allowed, shifts that overlap are not.

    :raises UnreadableWorkingHours: if a shift is unreadable, empty, backwards, or overlaps another
    """
    shifts = []
    for part in text.split(","):
        start, dash, end = part.partition("-")
        if not dash:
            raise UnreadableWorkingHours(field=field, text=text, reason=f"{part.strip()!r} has no end")
        try:
            shift = Shift(parse_time_of_day(start), parse_time_of_day(end))
        except UnreadableTimeOfDay as error:
            raise UnreadableWorkingHours(field=field, text=text, reason=str(error)) from error
        if shift.end <= shift.start:
            reason = f"{part.strip()} ends before it starts; write a night shift as two"
            raise UnreadableWorkingHours(field=field, text=text, reason=reason)
        shifts.append(shift)
    shifts.sort()
    if any(later.start < earlier.end for earlier, later in pairwise(shifts)):
        raise UnreadableWorkingHours(field=field, text=text, reason="shifts overlap")
    return tuple(shifts)


def parse_pause(text: str, *, field: str | None = None) -> TimePeriod:
    """
    Return the pause from A to B, B excluded; a B that is empty or `..` means that it has not ended.

    :raises UnreadablePause: if it is not two moments or B does not lie after A
    """
    parts = text.split("/")
    if len(parts) != 2:
        raise UnreadablePause(field=field, text=text, reason="one slash between two moments is needed")
    try:
        start = parse_instant(parts[0])
        end = None if parts[1].strip() in _OPEN_ENDS else parse_instant(parts[1])
        return TimePeriod(start, end)
    except InvalidPeriod as error:
        raise UnreadablePause(
            field=field, text=text, reason="the end is exclusive and must lie after the start"
        ) from error
    except DomainError as error:
        raise UnreadablePause(field=field, text=text, reason=str(error)) from error
