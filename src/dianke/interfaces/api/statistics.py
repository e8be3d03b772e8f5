"""Statistics of bills: average prices by group, and two periods side by side."""

from datetime import date
from fractions import Fraction
from typing import Any, Literal

from django.http import HttpRequest
from ninja import Field, Query, Router, Schema

from dianke.application import statistics as use_cases
from dianke.application.statistics import RIGHT, Periods
from dianke.domain.billing.queries.bills import get_month
from dianke.domain.billing.queries.statistics import StatisticsFilter, find_month_range
from dianke.domain.billing.rules.period_comparison import ComparedRow
from dianke.domain.billing.rules.statistics import BilledSums, Growth, StatisticsRow, shift_month
from dianke.domain.billing.types import Dimension, MonthView
from dianke.interfaces.api.access import actor_with
from dianke.interfaces.api.paging import Text
from dianke.interfaces.api.problems import REFUSALS
from dianke.kernel.clock import SystemClock
from dianke.kernel.money import round_fraction
from dianke.platform.identity.types import Actor

router = Router(tags=["statistics"])

_MONTH = r"^(20[0-9]{2}-(0[1-9]|1[0-2]))?$"
# The months stand in an answer by themselves.
_Group = Literal["class", "industry", "division", "voltage", "unit"]


class _Filter(Schema):
    """Which bills count; an empty value is all, industry "-" those without a trade."""

    by: _Group = Field("class", description="what the rows are")
    view: Literal["booked", "billed"] = Field(
        "booked", description="corrections in the month of their issue, or in the month that they bill"
    )
    unit: Text = Field("", max_length=20, description="code of a unit, with everything below it")
    usage_class: Text = Field("", max_length=24)
    industry: Text = Field("", max_length=2, description="letter of a section or digits of a division, GB/T 4754")
    voltage: Text = Field("", max_length=12)


class AveragePriceQuery(_Filter):
    """The months asked for, both included."""

    first_month: str = Field("", pattern=_MONTH, description="YYYY-MM; empty: the last month billed")
    last_month: str = Field("", pattern=_MONTH, description="YYYY-MM; empty: the first alone")


class ComparisonQuery(_Filter):
    """The two periods asked for."""

    before_first: str = Field("", pattern=_MONTH, description="YYYY-MM; empty: the month before `after_first`")
    before_last: str = Field("", pattern=_MONTH, description="YYYY-MM; empty: `before_first` alone")
    after_first: str = Field("", pattern=_MONTH, description="YYYY-MM; empty: the last month billed")
    after_last: str = Field("", pattern=_MONTH, description="YYYY-MM; empty: `after_first` alone")


class SumsOut(Schema):
    """What some bills come to: money is fen, energy 1e-2 kWh, prices yuan; no price where no energy was billed."""

    bill_count: int
    energy_kwh_e2: int
    basic_fen: int
    energy_fen: int
    shares_fen: int
    power_factor_fen: int
    funds_fen: int
    recovery_fen: int
    penalty_fen: int
    other_fen: int
    amount_fen: int
    price_per_kwh: str | None
    price_per_1000_kwh: str | None


class GrowthOut(Schema):
    """Changes as parts of what was before; null where there was nothing."""

    energy: str | None
    amount: str | None
    price: str | None


class StatisticsRowOut(Schema):
    """A group; `on_before` and `on_year` are null where the months to compare with hold no bills."""

    key: str
    sums: SumsOut
    corrections: SumsOut
    energy_share: str | None
    amount_share: str | None
    on_before: GrowthOut | None
    on_year: GrowthOut | None


class AveragePricesOut(Schema):
    """The statistics, their total, each month, and the months that comparisons miss."""

    rows: list[StatisticsRowOut]
    total: StatisticsRowOut
    months: list[StatisticsRowOut]
    missing_before: list[date]
    missing_year_before: list[date]


class EffectsOut(Schema):
    """What moved the average price, in yuan a kWh; the three add up to the change."""

    price: str
    mix: str
    untold: str


class ComparedRowOut(Schema):
    """A group in both periods; no effects where a period has no average price."""

    key: str
    before: SumsOut
    after: SumsOut
    growth: GrowthOut
    effects: EffectsOut | None


class ComparisonOut(Schema):
    """Two periods side by side, the largest change of amount first."""

    rows: list[ComparedRowOut]
    total: ComparedRowOut


@router.get(
    "/statistics/average-prices",
    response={200: AveragePricesOut, **REFUSALS},
    summary="Average prices by class, industry, voltage or unit",
)
def show_average_prices(request: HttpRequest, asked: Query[AveragePriceQuery]) -> dict[str, Any]:
    """Return the statistics of the caller's units."""
    actor = actor_with(request, RIGHT)
    first = _find_first(actor, asked, asked.first_month)
    found = use_cases.get_average_prices(
        actor=actor,
        by=Dimension(asked.by),
        first=first,
        last=get_month(asked.last_month) if asked.last_month else first,
        view=MonthView(asked.view),
        narrowed=use_cases.within_reach(actor=actor, unit_code=asked.unit, narrowed=_narrow(asked)),
    )
    return {
        "rows": [_draw_row(row) for row in found.rows],
        "total": _draw_row(found.total),
        "months": [_draw_row(row) for row in found.months],
        "missing_before": list(found.missing_before),
        "missing_year_before": list(found.missing_year_before),
    }


@router.get(
    "/statistics/period-comparison",
    response={200: ComparisonOut, **REFUSALS},
    summary="Two periods side by side",
)
def compare_periods(request: HttpRequest, asked: Query[ComparisonQuery]) -> dict[str, Any]:
    """Return two periods of the caller's units."""
    actor = actor_with(request, RIGHT)
    after = _find_first(actor, asked, asked.after_first)
    before = get_month(asked.before_first) if asked.before_first else shift_month(after, -1)
    found = use_cases.compare_periods(
        actor=actor,
        by=Dimension(asked.by),
        periods=Periods(
            before=(before, get_month(asked.before_last) if asked.before_last else before),
            after=(after, get_month(asked.after_last) if asked.after_last else after),
        ),
        view=MonthView(asked.view),
        narrowed=use_cases.within_reach(actor=actor, unit_code=asked.unit, narrowed=_narrow(asked)),
    )
    return {"rows": [_draw_compared(row) for row in found.rows], "total": _draw_compared(found.total)}


def _find_first(actor: Actor, asked: _Filter, month: str) -> date:
    if month:
        return get_month(month)
    known = find_month_range(actor=actor, view=MonthView(asked.view))
    return known[1] if known else SystemClock().now().date().replace(day=1)


def _narrow(asked: _Filter) -> StatisticsFilter:
    return StatisticsFilter(usage_class=asked.usage_class, industry=asked.industry, voltage=asked.voltage)


def _draw_row(row: StatisticsRow) -> dict[str, Any]:
    return {
        "key": row.key,
        "sums": _draw_sums(row.sums),
        "corrections": _draw_sums(row.corrections),
        "energy_share": _write(row.energy_share, 6),
        "amount_share": _write(row.amount_share, 6),
        "on_before": _draw_growth(row.on_before),
        "on_year": _draw_growth(row.on_year),
    }


def _draw_compared(row: ComparedRow) -> dict[str, Any]:
    effects = row.effects
    return {
        "key": row.key,
        "before": _draw_sums(row.before),
        "after": _draw_sums(row.after),
        "growth": _draw_growth(row.growth),
        "effects": {name: _write(getattr(effects, name), 8) for name in ("price", "mix", "untold")}
        if effects
        else None,
    }


def _draw_sums(sums: BilledSums) -> dict[str, Any]:
    price = sums.price
    return {
        "bill_count": sums.bill_count,
        "energy_kwh_e2": sums.energy_kwh_e2,
        "basic_fen": sums.basic_fen,
        "energy_fen": sums.energy_fen,
        "shares_fen": sums.shares_fen,
        "power_factor_fen": sums.power_factor_fen,
        "funds_fen": sums.funds_fen,
        "recovery_fen": sums.recovery_fen,
        "penalty_fen": sums.penalty_fen,
        "other_fen": sums.other_fen,
        "amount_fen": sums.amount_fen,
        "price_per_kwh": _write(price, 8),
        "price_per_1000_kwh": _write(None if price is None else price * 1000, 2),
    }


def _draw_growth(growth: Growth | None) -> dict[str, Any] | None:
    if growth is None:
        return None
    return {name: _write(getattr(growth, name), 6) for name in ("energy", "amount", "price")}


def _write(value: Fraction | None, decimals: int) -> str | None:
    return None if value is None else f"{round_fraction(value, decimals=decimals):f}"
