"""From the prices of a day to the plan that the engine calculates by, and to the prices of a quote case."""

from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Any, Literal

from dianke.domain.billing.rules.quantities import text, to_units
from dianke.domain.billing.rules.quote_plan import weigh_by_days
from dianke.domain.tariffs.types import (
    PERIOD_COLUMNS,
    PERIOD_NAMES,
    PriceColumn,
    PriceTable,
    Structure,
    TierKind,
    TierSeason,
)
from dianke.engine import types as engine
from dianke.engine.power_factor import STANDARD_TABLES
from dianke.kernel.errors import DomainError


class PlanIncomplete(DomainError):
    """The plan's prices do not fit what the points are billed on."""

    code = "plan_incomplete"
    message = "{what}"


@dataclass(frozen=True)
class ShareKey:
    """What a share has in common for all points of a group."""

    name: str
    price_e8: int
    is_ratio: bool
    taken_from: str
    in_power_factor: bool
    in_power_factor_base: bool
    with_funds: bool


@dataclass(frozen=True)
class GroupKey:
    """Points with the same key are priced by one plan."""

    plan_code: str
    structure: Structure
    price_voltage: str
    time_of_use: bool
    basic_mode: str
    power_factor_standard: str
    loss_method: str
    shares: tuple[ShareKey, ...] = ()


@dataclass(frozen=True)
class TierLimits:
    """Upper limits in kWh of the closed blocks for the billed months, without a household's allowance."""

    limits_kwh: tuple[Decimal, ...]
    allowance_kwh: Decimal
    allowance_persons: int | None
    is_annual: bool


_MODES: dict[str, Literal["capacity", "contract_demand", "actual_demand"]] = {
    "CAPACITY": "capacity",
    "CONTRACT_DEMAND": "contract_demand",
    "ACTUAL_DEMAND": "actual_demand",
}


def build_plan(
    *, key: GroupKey, table: PriceTable, months: list[date], part_days: int | None = None
) -> engine.ChargePlan:
    """
    Return the engine's plan of a group of points; a part of a month charges demand by its days of thirty.

    :raises PriceMissing: if a price that the group needs is not on the sheet
    :raises PlanIncomplete: if the group asks for something that the plan has not
    """
    return engine.ChargePlan(
        energy=(_build_energy(key=key, table=table),),
        tiers=_build_tiers(table=table, months=months),
        shares=tuple(
            engine.Share(
                name=share.name,
                price=share.price_e8,
                is_ratio=share.is_ratio,
                taken_from=share.taken_from or None,
                in_power_factor=share.in_power_factor,
                in_power_factor_base=share.in_power_factor_base,
                has_funds=share.with_funds,
            )
            for share in key.shares
        ),
        basic=_build_basic(key=key, table=table, part_days=part_days),
        power_factor=_build_power_factor(key.power_factor_standard),
        funds=tuple(
            engine.Fund(name=fund.label or fund.code, price=to_units(fund.price, 8), is_included=fund.is_included)
            for fund in table.funds
        ),
        is_largest_demand=True,
    )


def build_prices(*, key: GroupKey, table: PriceTable, tiers: TierLimits | None) -> dict[str, Any]:
    """Return the price part of a quote case; tier limits are filled in for each point."""
    prices: dict[str, Any] = {"energy_price": _quote_energy(key=key, table=table)}
    if tiers:
        surcharges = [text(block.surcharge) for block in _first_season(table).blocks]
        prices["energy_price"]["tiers"] = [{"surcharge": surcharge} for surcharge in surcharges]
    if key.basic_mode != "NONE":
        prices["basic_charge"] = _quote_basic(key=key, table=table)
    if key.power_factor_standard:
        prices["power_factor"] = {"standard": key.power_factor_standard, "base": "without_funds"}
    if table.funds:
        prices["funds"] = [
            {
                "name": fund.label or fund.code,
                "price": text(fund.price),
                "on": "all",
                "included": fund.is_included,
            }
            for fund in table.funds
        ]
    return prices


def get_tier_limits(*, table: PriceTable, months: list[date]) -> TierLimits | None:
    """Return the limits of the billed months: summed by month, or the year's, or None without tiers."""
    facts = table.tiers
    if facts is None:
        return None
    if facts.kind is TierKind.ANNUAL:
        limits = _limits(facts.seasons[0])
        allowance = facts.large_household_kwh_per_month * 12
    else:
        by_month = [_limits(_season_of(facts.seasons, month.month)) for month in months]
        limits = tuple(sum(column, Decimal(0)) for column in zip(*by_month, strict=True))
        allowance = facts.large_household_kwh_per_month * len(months)
    return TierLimits(limits, allowance, facts.large_household_persons, facts.kind is TierKind.ANNUAL)


def _limits(season: TierSeason) -> tuple[Decimal, ...]:
    return tuple(block.upper_kwh for block in season.blocks if block.upper_kwh is not None)


def _season_of(seasons: tuple[TierSeason, ...], month: int) -> TierSeason:
    return next(season for season in seasons if month in season.months)


def _first_season(table: PriceTable) -> TierSeason:
    if table.tiers is None:
        raise PlanIncomplete(field="plan", what=f"plan {table.plan_code} has no tiers")
    return table.tiers.seasons[0]


def _build_energy(*, key: GroupKey, table: PriceTable) -> engine.EnergyPrice:
    if not key.time_of_use:
        price = to_units(table.single_price, 8)
        return engine.EnergyPrice(codes=("single",), components=(engine.Component(prices=(price,)),))
    named = _period_prices(table)
    return engine.EnergyPrice(
        codes=tuple(named),
        components=(engine.Component(prices=tuple(to_units(price, 8) for price in named.values())),),
    )


def _period_prices(table: PriceTable) -> dict[str, Decimal]:
    """Return the printed period prices; a period that the sheet does not print is not priced."""
    return {
        name: price
        for name, column in zip(PERIOD_NAMES, PERIOD_COLUMNS, strict=True)
        if (price := table.prices[column].value) is not None
    }


def _quote_energy(*, key: GroupKey, table: PriceTable) -> dict[str, Any]:
    if not key.time_of_use:
        return {"single": text(table.single_price)}
    return {name: text(price) for name, price in _period_prices(table).items()}


def _build_tiers(*, table: PriceTable, months: list[date]) -> engine.TierScheme | None:
    limits = get_tier_limits(table=table, months=months)
    if limits is None:
        return None
    tiers = tuple(
        engine.Tier(
            up_to_kwh=to_units(limits.limits_kwh[at], 2) if at < len(limits.limits_kwh) else None,
            price=to_units(block.surcharge, 8),
        )
        for at, block in enumerate(_first_season(table).blocks)
    )
    return engine.TierScheme(tiers=tiers, is_surcharge=True)


def _build_basic(*, key: GroupKey, table: PriceTable, part_days: int | None) -> engine.BasicCharge | None:
    if key.basic_mode == "NONE":
        return None
    quote = _quote_basic(key=key, table=table)
    mode = _MODES[key.basic_mode]
    basic = engine.BasicCharge(mode=mode, prices=(to_units(Decimal(quote["price"]), 4),))
    if mode == "contract_demand":
        basic = replace(
            basic,
            floor_ratio=to_units(Decimal(quote["floor_ratio"]), 6),
            band_ratio=to_units(Decimal(quote["band_ratio"]), 6),
            excess_multiple=to_units(Decimal(quote["excess_multiple"]), 6),
            is_band_charged=quote["excess_base"] == "band",
        )
    if "discount" in quote:
        discount = engine.LoadFactorDiscount(
            kwh_per_kva=to_units(Decimal(quote["discount"]["kwh_per_kva"]), 6),
            ratio=to_units(Decimal(quote["discount"]["ratio"]), 6),
        )
        basic = replace(basic, discount=discount)
    return weigh_by_days(basic, part_days)


def _quote_basic(*, key: GroupKey, table: PriceTable) -> dict[str, Any]:
    mode = _MODES[key.basic_mode]
    policies = table.policies
    if mode == "capacity":
        return {"mode": mode, "price": text(table.require(PriceColumn.CAPACITY))}
    discount = {
        "kwh_per_kva": text(policies.number("LOAD_FACTOR_DISCOUNT_KWH_PER_KVA")),
        "ratio": text(policies.number("LOAD_FACTOR_DISCOUNT_RATIO")),
    }
    basic = {"mode": mode, "price": text(table.require(PriceColumn.DEMAND)), "discount": discount}
    if mode == "contract_demand":
        basic |= {
            "floor_ratio": text(policies.number("CONTRACT_DEMAND_FLOOR_RATIO")),
            "band_ratio": text(policies.number("CONTRACT_DEMAND_BAND_RATIO")),
            "excess_multiple": text(policies.number("DEMAND_EXCESS_MULTIPLE")),
            "excess_base": policies.text("DEMAND_EXCESS_BASE"),
        }
    return basic


def _build_power_factor(standard: str) -> engine.PowerFactorPolicy | None:
    return engine.PowerFactorPolicy(table=STANDARD_TABLES[standard]) if standard else None
