"""The time of day in the utility's zone; the clock itself is read only at the edge and passed in."""

import re
from datetime import UTC, date, datetime, timedelta
from typing import Protocol
from zoneinfo import ZoneInfo

from dianke.kernel.errors import DomainError

SHANGHAI = ZoneInfo("Asia/Shanghai")

_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", re.ASCII)


class UnreadableInstant(DomainError):
    """A text is no moment in time."""

    code = "unreadable_instant"
    message = "{text!r} is not an ISO 8601 moment such as 2024-05-06T10:00 or 2024-05-06T10:00+08:00"


class UnreadableDate(DomainError):
    """A text is no calendar date."""

    code = "unreadable_date"
    message = "{text!r} is not a date such as 2024-05-06"


class Clock(Protocol):
    """What tells the time; interfaces and jobs hold one, rules receive its answer."""

    def now(self) -> datetime:
        """Return the present moment in the Shanghai zone."""
        ...


class SystemClock:
    """The clock of the machine."""

    def now(self) -> datetime:
        """Return the present moment in the Shanghai zone."""
        return datetime.now(SHANGHAI)


class FixedClock:
    """A clock that stands still, for replays and trials."""

    def __init__(self, moment: datetime) -> None:
        self._moment = to_shanghai(moment)

    def now(self) -> datetime:
        """Return the moment the clock was set to."""
        return self._moment


def to_shanghai(moment: datetime) -> datetime:
    """Return the moment in the Shanghai zone; one without offset is taken to be there already."""
    if moment.tzinfo is None:
        return moment.replace(tzinfo=SHANGHAI)
    return moment.astimezone(SHANGHAI)


def parse_instant(text: str, *, field: str | None = None) -> datetime:
    """
    Return the moment an ISO 8601 text names, in the Shanghai zone; a bare date is its midnight.

    :raises UnreadableInstant: if it names none, or one outside the years Python can count
    """
    try:
        return to_shanghai(datetime.fromisoformat(text.strip()))
    except (ValueError, OverflowError) as error:
        raise UnreadableInstant(field=field, text=text) from error


def parse_date(text: str, *, field: str | None = None) -> date:
    """
    Return the date of a text written YYYY-MM-DD.

    :raises UnreadableDate: if it is anything else; week dates and moments are refused
    """
    try:
        if not _DATE.fullmatch(text):
            raise UnreadableDate(field=field, text=text)
        return date.fromisoformat(text)
    except ValueError as error:
        raise UnreadableDate(field=field, text=text) from error


def at_midnight(day: date) -> datetime:
    """Return the moment a day begins in Shanghai."""
    return datetime(day.year, day.month, day.day, tzinfo=SHANGHAI)


def add_elapsed(moment: datetime, length: timedelta) -> datetime:
    """Return the moment that much real time later, whatever the zone's offset did in between."""
    return (moment.astimezone(UTC) + length).astimezone(moment.tzinfo)
