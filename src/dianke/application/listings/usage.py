"""The usage of an account as its page shows it: months, and one day of one point."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

from dianke.domain.billing.queries import terms as term_queries
from dianke.domain.customers.models import CustomerAccount
from dianke.domain.metering.models import UsagePoint
from dianke.domain.readings import queries as readings
from dianke.domain.readings.intervals import Curve
from dianke.platform.identity.types import Actor

_WEEK = timedelta(days=7)
# Fifty-two weeks: the load of a day goes by the day of the week more than by the date.
_YEAR = timedelta(weeks=52)

Months = dict[date, dict[str, int]]


@dataclass(frozen=True)
class DayUsage:
    """
    A day of a usage point: its curve, those of a week and of 52 weeks before, the period code of each quarter.

    `curve` is None where nothing is stored; `last_day` is the newest day that any curve of the point has.
    """

    points: Sequence[str]
    point: str
    day: date | None
    last_day: date | None
    curve: Curve | None = None
    week_before: Curve | None = None
    year_before: Curve | None = None
    period_codes: list[int] | None = None


@dataclass(frozen=True)
class YearUsage:
    """The months of a year that have usage, those of the year before, and the years that can be chosen."""

    years: Sequence[int]
    year: int
    months: Months
    before: Months


def list_summed_points(*, actor: Actor, account: CustomerAccount) -> list[int]:
    """Return the points whose energy adds up to the account's: a sub-meter's is within that of its main meter."""
    rows = list(UsagePoint.objects.for_actor(actor).filter(account=account).values_list("id", "parent_id"))
    own = {key for key, _ in rows}
    return sorted(key for key, parent in rows if parent not in own)


def sum_years(*, actor: Actor, usage_point_ids: Sequence[int], last_day: date, count: int) -> Months:
    """Return the energy (1e-2 kWh) of the last calendar years by their first day, the year of the last day too."""
    months = readings.sum_months(
        actor=actor,
        usage_point_ids=usage_point_ids,
        start=date(last_day.year - count + 1, 1, 1),
        end=last_day + timedelta(days=1),
    )
    years: Months = {}
    for month, row in months.items():
        year = years.setdefault(month.replace(month=1), dict.fromkeys(row, 0) | {"months": 0})
        year["months"] += 1
        for name, value in row.items():
            year[name] = max(year[name], value) if name == "demand_w" else year[name] + value
    return years


def get_year(*, actor: Actor, usage_point_ids: Sequence[int], last_day: date, year: int | None) -> YearUsage:
    """Return the months of a year (the newest if none is named) beside those of the year before."""
    shown = year or last_day.year
    months = readings.sum_months(
        actor=actor, usage_point_ids=usage_point_ids, start=date(shown - 1, 1, 1), end=date(shown + 1, 1, 1)
    )
    first = readings.get_first_day(actor=actor, usage_point_ids=usage_point_ids) or last_day
    return YearUsage(
        years=list(range(last_day.year, first.year - 1, -1)),
        year=shown,
        months={month: row for month, row in months.items() if month.year == shown},
        before={month: row for month, row in months.items() if month.year == shown - 1},
    )


def sum_last_months(*, actor: Actor, usage_point_ids: Sequence[int], last_day: date, count: int) -> Months:
    """Return the energy (1e-2 kWh) of the last months, the month of the last day among them."""
    index = last_day.year * 12 + last_day.month - count
    start = date(index // 12, index % 12 + 1, 1)
    return readings.sum_months(
        actor=actor, usage_point_ids=usage_point_ids, start=start, end=last_day + timedelta(days=1)
    )


def get_day(*, actor: Actor, account: CustomerAccount, point: str, day: date | None, root: Path) -> DayUsage | None:
    """Return a day of the point of a code (else of the first), the newest day if none is named; None without points."""
    points = {
        row.code: row for row in UsagePoint.objects.for_actor(actor).filter(account=account).order_by("code", "id")
    }
    if not points:
        return None
    chosen = points.get(point) or next(iter(points.values()))
    last_day = readings.get_last_day(actor=actor, usage_point_ids=[chosen.pk])
    shown = day or last_day
    usage = DayUsage(points=list(points), point=chosen.code, day=shown, last_day=last_day)
    if shown is None:
        return usage
    curve, week_before, year_before = (
        readings.get_curve(actor=actor, root=root, usage_point=chosen, start=one, end=one + timedelta(days=1))
        for one in (shown, shown - _WEEK, shown - _YEAR)
    )
    return DayUsage(
        points=usage.points,
        point=usage.point,
        day=shown,
        last_day=last_day,
        curve=curve if _has_values(curve) else None,
        week_before=week_before if _has_values(week_before) else None,
        year_before=year_before if _has_values(year_before) else None,
        period_codes=term_queries.get_period_codes(actor=actor, usage_point_id=chosen.pk, day=shown),
    )


def _has_values(curve: Curve | None) -> bool:
    return curve is not None and bool(curve.days) and bool(curve.is_present.any())
