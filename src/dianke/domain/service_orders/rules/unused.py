"""Which months the readings of a meter prove to be without use (REG-SUPPLY-1996 art. 33)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from itertools import pairwise

from dianke.domain.service_orders.rules.months import add_months
from dianke.domain.service_orders.types import MonthUse
from dianke.kernel.clock import at_midnight


@dataclass(frozen=True, slots=True)
class ReadValues:
    """What the energy registers of a meter showed at a moment, read and not estimated; kWh by register."""

    at: datetime
    values: Mapping[str, Decimal]


def judge_months(meters: Sequence[Sequence[ReadValues]], *, months: Sequence[date]) -> dict[date, MonthUse]:
    """
    Return what the readings of every meter of an account say of some months, each by its first day.

    A month is without use if the last reading at or before its start and the first at or after its end are there for
    every meter and show the same; without both it is not known. A difference counts as use of every month between
    the two readings, even if it arose in one of them: only readings prove that a month had none. [P]
    """
    return {month: _join([_judge(readings, month) for readings in meters]) for month in months}


def _join(found: Sequence[MonthUse]) -> MonthUse:
    if not found or MonthUse.MISSING in found:
        return MonthUse.USED if MonthUse.USED in found else MonthUse.MISSING
    return MonthUse.USED if MonthUse.USED in found else MonthUse.ZERO


def _judge(readings: Sequence[ReadValues], month: date) -> MonthUse:
    start, end = at_midnight(month), at_midnight(add_months(month, 1))
    before = max((one for one in readings if one.at <= start), key=lambda one: one.at, default=None)
    after = min((one for one in readings if one.at >= end), key=lambda one: one.at, default=None)
    within = [one for one in readings if start <= one.at <= end]
    if any(one.values != other.values for one, other in pairwise(within)):
        return MonthUse.USED
    if before is None or after is None:
        return MonthUse.MISSING
    return MonthUse.ZERO if before.values == after.values else MonthUse.USED
