"""
Which stretches of days an estimate prices, each as one bill would (TR-3.3, docs/rules/fee-control.md).

What is not billed yet is cut at the days on which the cycle reads: whole months are priced as their bills will be, the
last stretch as the part of a month that a final bill of that day would have: blocks stay whole, monthly charges go by
days of thirty.
"""

from datetime import date

from dianke.domain.billing.rules.parts import count_months, list_months
from dianke.domain.fee_control.types import Piece
from dianke.domain.readings.rules import add_months, month_period
from dianke.kernel.period import DatePeriod


def find_period(day: date, *, reading_day: int, months_per_period: int, anchor: date | None = None) -> DatePeriod:
    """
    Return the period of a cycle that a day lies in.

    A cycle of several months begins at a day that it once began at (`anchor`); without one in January.
    """
    first = (
        anchor
        or month_period(
            month=date(day.year - 1, 12, 1), reading_day=reading_day, months_per_period=months_per_period
        ).end
    )
    assert first is not None  # noqa: S101 - a month has an end
    steps = (day.year * 12 + day.month - first.year * 12 - first.month) // months_per_period - 1
    start = add_months(first, steps * months_per_period)
    while (following := add_months(start, months_per_period)) <= day:
        start = following
    return DatePeriod(start, following)


def list_pieces(*, start: date, end: date, reading_day: int, months_per_period: int) -> list[Piece]:
    """Return the stretches from the day that is billed until to the last day read, none if nothing was read since."""
    found = []
    at = start
    while at < end:
        # Billed until a day of reading, a period begins there; a final bill may end within one.
        anchor = at if at.day == reading_day else None
        period = find_period(at, reading_day=reading_day, months_per_period=months_per_period, anchor=anchor)
        first, last = period.start, period.end
        assert last is not None  # noqa: S101 - never open
        until = min(last, end)
        is_part = (at, until) != (first, last)
        months = (
            count_months(first=first, start=at, end=until, months=months_per_period)
            if is_part
            else list_months(first=first, months=months_per_period)
        )
        # A bill bears the month that it ends in; read on the first, the one before.
        bill_month = add_months(last, -1) if last.day == 1 else last.replace(day=1)
        found.append(Piece(start=at, end=until, months=months, is_part=is_part, bill_month=bill_month))
        at = until
    return found
