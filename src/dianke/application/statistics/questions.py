"""What people ask of the statistics, within the units where they may see bills."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

from dianke.domain.billing.queries import statistics as queries
from dianke.domain.billing.queries.statistics import AccountChange, StatisticsFilter
from dianke.domain.billing.rules import period_comparison, statistics
from dianke.domain.billing.rules.period_comparison import PeriodComparison
from dianke.domain.billing.rules.statistics import NOTHING, BilledSums, MonthSums, Statistics
from dianke.domain.billing.types import Dimension, MonthView
from dianke.kernel.errors import DomainError
from dianke.platform.identity.types import EVERY_UNIT, Actor
from dianke.platform.org import queries as org
from dianke.platform.org.models import Unit

RIGHT = "billing.view"
MOST_MONTHS = 36
# Behind a change stand the bills themselves, a million a month: more months than this are read too long.
ACCOUNT_MONTHS = 3
MOST_ACCOUNTS = 100
# Keys of bills hold two digits of the year.
FIRST_YEAR, LAST_YEAR = 2000, 2099


class UnitOutOfReach(DomainError):
    """The unit does not exist, or lies outside the actor's."""

    code = "billing.statistics_unit_out_of_reach"
    message = "unit {unit} is not among your units"


class MonthsOutOfRange(DomainError):
    """The months do not follow each other, or are too many."""

    code = "billing.months_out_of_range"
    message = "from {first} to {last}: ask for 1 to {most} months"


@dataclass(frozen=True)
class Periods:
    """Two stretches of months, each with its first and last."""

    before: tuple[date, date]
    after: tuple[date, date]


def list_units(*, actor: Actor) -> list[Unit]:
    """Return the units whose bills the actor may see, parents first."""
    return [unit for unit in org.list_units(actor=actor) if actor.may(RIGHT, unit.path)]


def within_reach(*, actor: Actor, unit_code: str, narrowed: StatisticsFilter) -> StatisticsFilter:
    """
    Return the filter narrowed to a unit and what lies below it; without a code it is left as it is.

    :raises UnitOutOfReach: if the actor may not see bills there
    """
    if not unit_code:
        return narrowed
    unit = next((one for one in list_units(actor=actor) if one.code == unit_code), None)
    if unit is None:
        raise UnitOutOfReach(field="unit", unit=unit_code)
    return replace(narrowed, unit_path=unit.path)


def get_average_prices(
    *, actor: Actor, by: Dimension, first: date, last: date, view: MonthView, narrowed: StatisticsFilter
) -> Statistics:
    """
    Return the statistics of the actor's units from one month to another, both included.

    :raises MonthsOutOfRange: if there are none, or too many
    """
    months = _list_months(first, last)
    asked = {statistics.shift_month(month, -back) for month in months for back in (0, 1, 12, len(months))}
    cells = _list_cells(actor=actor, by=by, months=sorted(asked), view=view, narrowed=narrowed)
    return statistics.build_statistics(cells, first=first, last=last)


def compare_periods(
    *, actor: Actor, by: Dimension, periods: Periods, view: MonthView, narrowed: StatisticsFilter
) -> PeriodComparison:
    """
    Return two periods of the actor's units side by side.

    :raises MonthsOutOfRange: if either has no month, or too many
    """
    before, after = _list_months(*periods.before), _list_months(*periods.after)
    cells = _list_cells(actor=actor, by=by, months=sorted({*before, *after}), view=view, narrowed=narrowed)
    return period_comparison.compare_periods(_sum_cells(cells, before), _sum_cells(cells, after))


def compare_accounts(
    *, actor: Actor, periods: Periods, view: MonthView, narrowed: StatisticsFilter
) -> list[AccountChange]:
    """
    Return the accounts whose bills changed most between two periods.

    :raises MonthsOutOfRange: if either has no month, or more than can be read from the bills
    """
    return queries.list_account_changes(
        actor=actor.within(RIGHT),
        view=view,
        before=_list_months(*periods.before, most=ACCOUNT_MONTHS),
        after=_list_months(*periods.after, most=ACCOUNT_MONTHS),
        narrowed=narrowed,
        limit=MOST_ACCOUNTS,
    )


def _list_months(first: date, last: date, *, most: int = MOST_MONTHS) -> list[date]:
    months = statistics.list_months(first, last)
    if not 1 <= len(months) <= most or not FIRST_YEAR <= first.year <= last.year <= LAST_YEAR:
        raise MonthsOutOfRange(field="months", first=f"{first:%Y-%m}", last=f"{last:%Y-%m}", most=most)
    return months


def _list_cells(
    *, actor: Actor, by: Dimension, months: Sequence[date], view: MonthView, narrowed: StatisticsFilter
) -> list[MonthSums]:
    reader = actor.within(RIGHT)
    cells = queries.list_month_sums(actor=reader, by=by, view=view, months=months, narrowed=narrowed)
    return _fold_units(actor, cells, narrowed) if by is Dimension.UNIT else cells


def _fold_units(actor: Actor, cells: list[MonthSums], narrowed: StatisticsFilter) -> list[MonthSums]:
    """
    Return the cells with each unit's bills at the unit one step below the one asked for, by its code.

    Where none is asked for, this is the highest unit that the actor reaches; whoever reaches several sees these.
    """
    units = {unit.pk: unit for unit in org.list_units(actor=actor)}
    codes = {unit.path: unit.code for unit in units.values()}
    tops = [narrowed.unit_path] if narrowed.unit_path else _list_tops(actor, list(units.values()))

    def fold(key: str) -> str:
        path = units[int(key)].path
        top = next(one for one in tops if path.startswith(one))
        step = path[len(top) :].split("/")[0] if len(tops) == 1 else ""
        return codes[f"{top}{step}/" if step else top]

    return [replace(cell, key=fold(cell.key)) for cell in cells]


def _list_tops(actor: Actor, units: list[Unit]) -> list[str]:
    reached = actor.list_unit_paths(RIGHT)
    if EVERY_UNIT in reached:
        return [unit.path for unit in units if unit.parent_id is None]
    return list(reached)


def _sum_cells(cells: Sequence[MonthSums], months: Sequence[date]) -> dict[str, BilledSums]:
    wanted = set(months)
    found: dict[str, BilledSums] = {}
    for cell in cells:
        if cell.month in wanted:
            found[cell.key] = found.get(cell.key, NOTHING) + cell.sums
    return found
