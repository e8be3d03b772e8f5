"""Half-open periods of days and of instants: the start belongs to the period, the end does not."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Generic, Self, TypeVar

from dianke.kernel.errors import DomainError

T = TypeVar("T", date, datetime)


class InvalidPeriod(DomainError):
    """The bounds of a period are in the wrong order or of the wrong kind."""

    code = "invalid_period"
    message = "{start} to {end} is not a period: the end is exclusive and must lie after the start"


class UnableToSplitPeriod(DomainError):
    """A period can only be split strictly inside."""

    code = "unable_to_split_period"
    message = "{at} does not lie inside {period}"


class PeriodIsOpen(DomainError):
    """A length was asked of a period that has not ended."""

    code = "period_is_open"
    message = "the period from {start} has no end"


@dataclass(frozen=True, slots=True)
class Period(Generic[T]):
    """A half-open span with an exclusive end; an end of None means that it has not ended."""

    start: T
    end: T | None = None

    def __post_init__(self) -> None:
        if self.end is not None and self.end <= self.start:
            raise InvalidPeriod(start=self.start, end=self.end)

    def contains(self, moment: T) -> bool:
        """Return whether the moment lies in the period; the end does not."""
        return self.start <= moment and (self.end is None or moment < self.end)

    def overlaps(self, other: Self) -> bool:
        """Return whether the two share anything; periods that only touch do not overlap."""
        return (other.end is None or self.start < other.end) and (self.end is None or other.start < self.end)

    def intersection(self, other: Self) -> Self | None:
        """Return what both have in common, or None."""
        if not self.overlaps(other):
            return None
        ends = [end for end in (self.end, other.end) if end is not None]
        return type(self)(max(self.start, other.start), min(ends) if ends else None)

    def split(self, at: T) -> tuple[Self, Self]:
        """
        Return the parts before and from the moment.

        :raises UnableToSplitPeriod: if a part would be empty
        """
        if at == self.start or not self.contains(at):
            raise UnableToSplitPeriod(at=at, period=self)
        return type(self)(self.start, at), type(self)(at, self.end)

    def subtract(self, others: Iterable[Self]) -> Iterator[Self]:
        """Yield, in order, the parts of this period that none of the others covers."""
        start = self.start
        for other in sorted(others, key=lambda period: period.start):
            if not self.overlaps(other):
                continue
            if start < other.start:
                yield type(self)(start, other.start)
            if other.end is None:
                return
            start = max(start, other.end)
        if self.end is None or start < self.end:
            yield type(self)(start, self.end)

    def __str__(self) -> str:
        return f"{self.start.isoformat()}/{'..' if self.end is None else self.end.isoformat()}"


class DatePeriod(Period[date]):
    """Whole days, as bills, prices and contracts count them."""

    __slots__ = ()

    def __post_init__(self) -> None:
        # A datetime is a date to Python, but comparing the two raises only later and elsewhere.
        if isinstance(self.start, datetime) or isinstance(self.end, datetime):
            raise InvalidPeriod(start=self.start, end=self.end)
        Period.__post_init__(self)

    def days(self) -> int:
        """
        Return the number of days.

        :raises PeriodIsOpen: if the period has no end
        """
        if self.end is None:
            raise PeriodIsOpen(start=self.start)
        return (self.end - self.start).days

    def each_day(self) -> Iterator[date]:
        """Yield every day in order; an open period never stops."""
        day = self.start
        while self.contains(day):
            yield day
            day += timedelta(days=1)


class TimePeriod(Period[datetime]):
    """A span between two instants; both carry an offset."""

    __slots__ = ()

    def __post_init__(self) -> None:
        if self.start.tzinfo is None or (self.end is not None and self.end.tzinfo is None):
            raise InvalidPeriod(start=self.start, end=self.end)
        Period.__post_init__(self)

    def length(self) -> timedelta:
        """
        Return the time that passes, also where the zone changed its offset on the way.

        :raises PeriodIsOpen: if the period has no end
        """
        if self.end is None:
            raise PeriodIsOpen(start=self.start)
        # Python subtracts wall clocks when both ends share a zone, and a zone may have changed its offset.
        return self.end.astimezone(UTC) - self.start.astimezone(UTC)


def merge_periods(periods: Iterable[TimePeriod]) -> list[TimePeriod]:
    """Return the same time as the fewest periods, in order; overlapping and touching ones become one."""
    merged: list[TimePeriod] = []
    for period in sorted(periods, key=lambda item: item.start):
        last = merged[-1] if merged else None
        if last is None or (last.end is not None and last.end < period.start):
            merged.append(period)
        elif last.end is not None and (period.end is None or last.end < period.end):
            merged[-1] = TimePeriod(last.start, period.end)
    return merged
