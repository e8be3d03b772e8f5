"""Decisions of reading: which days a month of a cycle covers, how a day's curve becomes kWh."""

from collections.abc import Sequence
from datetime import date, timedelta

import numpy as np
import numpy.typing as npt

from dianke.kernel.period import DatePeriod

IntArray = npt.NDArray[np.int64]

WH_PER_UNIT = 10
"""A unit of daily usage is 1e-2 kWh."""
SLOTS_AN_HOUR = 4


def find_cycle_obstacle(*, reading_day: int, months_per_period: int) -> str | None:
    """Return why a cycle cannot be read so, or None."""
    if not 1 <= reading_day <= 28:
        return "the reading day lies between 1 and 28, for every month has it"
    if months_per_period not in {1, 2, 3, 4, 6, 12}:
        return "a period of months divides the year"
    return None


def month_period(*, month: date, reading_day: int, months_per_period: int) -> DatePeriod:
    """
    Return the days that a cycle's bill of a month covers, from reading to reading.

    Read on the first, a bill covers its calendar month; read on a later day, it ends on that day of it.
    """
    end = add_months(month, 1) if reading_day == 1 else month.replace(day=reading_day)
    return DatePeriod(add_months(end, -months_per_period), end)


def add_months(day: date, months: int) -> date:
    """Return the same day that many months later; days up to the 28th exist in every month."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return day.replace(year=year, month=month + 1)


def find_month_obstacle(period: DatePeriod, *, others: Sequence[DatePeriod]) -> str | None:
    """Return why a month of a cycle cannot cover these days beside its other months, or None."""
    for other in others:
        if other.overlaps(period):
            return f"the days from {other.start} to {other.end} belong to another month"
    before = max((other.end for other in others if other.end and other.end <= period.start), default=None)
    if before is not None and before != period.start:
        return f"the days from {before} to {period.start} would belong to no month"
    after = min((other.start for other in others if period.end and other.start >= period.end), default=None)
    if after is not None and after != period.end:
        return f"the days from {period.end} to {after} would belong to no month"
    return None


def sum_to_units(period_wh: IntArray) -> tuple[IntArray, IntArray]:
    """
    Return total and parts of days in 1e-2 kWh such that the parts add up to the total exactly.

    Shapes: period_wh (n, k) of Wh, not negative -> (n,), (n, k).
    Units:  Wh in; 1e-2 kWh out, half up.
    A part is the difference of two rounded running sums, so that no unit is made or lost by rounding.
    """
    running = np.cumsum(period_wh, axis=1)
    rounded = (2 * running + WH_PER_UNIT) // (2 * WH_PER_UNIT)
    return rounded[:, -1], np.diff(rounded, axis=1, prepend=0)


def each_day(start: date, end: date) -> list[date]:
    """Return the days from start up to, not including, end."""
    return [start + timedelta(days=offset) for offset in range((end - start).days)]
