"""From the shared part of quote cases to the engine's plan, in scales that hold every number exactly."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction
from typing import Any

from dianke.domain.billing.rules.quote_checks import standard_name
from dianke.domain.billing.rules.quote_numbers import decimals_of, multiplier_scale, to_units
from dianke.engine.power_factor import UNIT, standard_table
from dianke.engine.proration import MONTH_DAYS
from dianke.engine.types import (
    PERIODS,
    BasicCharge,
    ChargePlan,
    Component,
    EnergyPrice,
    FixedCharge,
    Fund,
    LoadFactorDiscount,
    PerKwh,
    PowerFactorPolicy,
    PowerFactorRow,
    PowerFactorTable,
    Rounding,
    Scales,
    Share,
    Tier,
    TierScheme,
)

Case = Mapping[str, Any]

DEFAULT_RATIOS = {
    "floor_ratio": Decimal("0.40"),
    "band_ratio": Decimal("1.05"),
    "excess_multiple": Decimal(2),
}
_QUOTIENT_DECIMALS = 12  # kept of a multiplier that is no finite decimal


def read_rounding(case: Case) -> Rounding:
    """Return the rounding of a case; what it leaves out follows TR-13."""
    given = case.get("rounding", {})
    return Rounding(
        quantity=int(given.get("quantity", 0)),
        power_factor=int(given.get("power_factor", 2)),
        line=int(given.get("line", 2)),
        total=int(given.get("total", 2)),
        are_lines_rounded=given.get("lines_rounded", True),
    )


def multiplier_of(meter: Case) -> Fraction:
    """Return the multiplier of a meter: as given, or CT times PT."""
    multiplier = Fraction(meter.get("multiplier", 1))
    for pair in (meter.get("ct"), meter.get("pt")):
        if pair is not None:
            multiplier *= Fraction(pair[0]) / Fraction(pair[1])
    return multiplier


def find_scales(cases: Sequence[Case]) -> tuple[Scales, int]:
    """Return scales that hold every number of the cases exactly, and the common divisor of multipliers."""
    meters = [meter for case in cases for meter in case.get("meters", ())]
    multiplier, divisor = multiplier_scale(multiplier_of(meter) for meter in meters)
    reading = decimals_of(*_readings(meters))
    capacity = decimals_of(*(entry["kva"] for case in cases for entry in case.get("capacity", ())))
    ratio = decimals_of(*(value for case in cases for value in _ratios(case)))
    months = decimals_of(*(case.get("months") for case in cases))
    raw = reading + multiplier + (_QUOTIENT_DECIMALS if divisor != 1 else 0)
    energy = decimals_of(*(value for case in cases for value in _energies(case)))
    limits = decimals_of(*(limit for case in cases for limit in _limits(case)))
    demand = decimals_of(*(value for case in cases for value in _demands(case)))
    percents = decimals_of(*(value for case in cases for value in _percents(case)))
    return (
        Scales(
            reading=reading,
            multiplier=multiplier,
            energy=max(raw, energy, limits + months, *(read_rounding(case).quantity for case in cases)),
            demand=max(raw, demand, capacity + ratio) + 2 * ratio,
            capacity=capacity,
            price=decimals_of(*(value for case in cases for value in _prices(case))),
            month_price=decimals_of(*(case.get("basic_charge", {}).get("price") for case in cases)),
            ratio=ratio,
            months=months,
            amount=decimals_of(*(row["amount"] for case in cases for row in case.get("fixed_charges", ()))),
            loss=decimals_of(*(value for case in cases for value in _loss_data(case))),
            percent=max(4, percents + 2),
        ),
        divisor,
    )


def part_days_of(case: Case) -> int | None:
    """Return the thirtieths that a case counts for whose period is a part of a month, or None for whole months."""
    period = case.get("period")
    if not case.get("part_month") or period is None:
        return None
    days: int = (period["end"] - period["start"]).days
    return min(days, MONTH_DAYS)


def weigh_by_days(charge: BasicCharge, part_days: int | None) -> BasicCharge:
    """Return a demand charge that counts some days of thirty (TR-3.3); capacity counts its days by itself."""
    if part_days is None or part_days == MONTH_DAYS or charge.mode == "capacity":
        return charge
    return replace(charge, prices=(*charge.prices, 0), price_days=(part_days, MONTH_DAYS - part_days))


def build_plan(case: Case, scales: Scales) -> ChargePlan:
    """Return the plan of a case."""
    price = case.get("energy_price", {})
    policy = case.get("power_factor")
    tax = case.get("tax_ratio")
    return ChargePlan(
        currency=case.get("currency", "CNY"),
        scales=scales,
        rounding=read_rounding(case),
        energy=_build_energy(price, scales),
        tiers=_build_tiers(price, scales),
        per_kwh=tuple(
            PerKwh(name=row["name"], price=to_units(row["price"], scales.price)) for row in case.get("per_kwh", ())
        ),
        shares=tuple(_build_share(row, scales) for row in case.get("shares", ())),
        basic=weigh_by_days(_build_basic(case["basic_charge"], scales), part_days_of(case))
        if "basic_charge" in case
        else None,
        power_factor=_build_power_factor(policy, scales) if policy is not None else None,
        funds=tuple(
            Fund(
                name=row["name"],
                price=to_units(row["price"], scales.price),
                falls_on_shares=row.get("on", "all") == "all",
                is_included=row.get("included", False),
            )
            for row in case.get("funds", ())
        ),
        fixed=tuple(
            FixedCharge(name=row["name"], amount=to_units(row["amount"], scales.amount))
            for row in case.get("fixed_charges", ())
        ),
        tax_ratio=None if tax is None else to_units(tax, scales.ratio),
        needs_all_data=False,
    )


def _build_energy(price: Case, scales: Scales) -> tuple[EnergyPrice, ...]:
    codes = tuple(code for code in ("single", *PERIODS) if code in price)
    if not codes:
        return ()
    prices = tuple(to_units(price[code], scales.price) for code in codes)
    return (EnergyPrice(codes=codes, components=(Component(prices=prices),)),)


def _build_tiers(price: Case, scales: Scales) -> TierScheme | None:
    """The last tier is open here; whether energy passes its limit is checked on the answer."""
    tiers = price.get("tiers")
    if not tiers:
        return None
    is_surcharge = any(code in price for code in ("single", *PERIODS))
    kind = "surcharge" if is_surcharge else "price"
    closed = [to_units(tier["up_to_kwh"], scales.energy) for tier in tiers[:-1]]
    return TierScheme(
        tiers=tuple(
            Tier(up_to_kwh=limit, price=to_units(tier[kind], scales.price))
            for tier, limit in zip(tiers, [*closed, None], strict=True)
        ),
        is_surcharge=is_surcharge,
    )


def _build_share(row: Case, scales: Scales) -> Share:
    return Share(
        name=row["name"],
        price=to_units(row["price"], scales.price),
        is_ratio="ratio" in row,
        taken_from=row.get("taken_from"),
        in_power_factor=row.get("in_power_factor", True),
        in_power_factor_base=row.get("in_power_factor_base", False),
        has_funds=row.get("funds", True),
    )


def _build_basic(charge: Case, scales: Scales) -> BasicCharge:
    discount = charge.get("discount")
    is_contract = charge["mode"] == "contract_demand"
    ratios = {
        name: to_units(charge.get(name, default), scales.ratio) if is_contract else 0
        for name, default in DEFAULT_RATIOS.items()
    }
    return BasicCharge(
        mode=charge["mode"],
        prices=(to_units(charge["price"], scales.month_price),),
        floor_ratio=ratios["floor_ratio"],
        band_ratio=ratios["band_ratio"],
        excess_multiple=ratios["excess_multiple"],
        is_band_charged=charge.get("excess_base") == "band",
        discount=None
        if discount is None
        else LoadFactorDiscount(
            kwh_per_kva=to_units(discount["kwh_per_kva"], scales.ratio),
            ratio=to_units(discount["ratio"], scales.ratio),
        ),
    )


def _build_power_factor(policy: Case, scales: Scales) -> PowerFactorPolicy:
    rows = policy.get("table")
    if rows is None:
        table = standard_table(standard_name(policy["standard"]), percent_scale=scales.percent)
    else:
        table = PowerFactorTable(
            rows=tuple(
                PowerFactorRow(
                    limit=int(row["below"] * UNIT),
                    percent=to_units(row.get("percent"), scales.percent),
                    per_point=to_units(row.get("per_point"), scales.percent),
                )
                for row in rows
            )
        )
    return PowerFactorPolicy(table=table, has_funds_in_base=policy.get("base") == "with_funds")


def _readings(meters: Sequence[Case]) -> Iterator[Decimal]:
    for meter in meters:
        for readings in meter.get("registers", {}).values():
            yield from readings


def _ratios(case: Case) -> Iterator[Decimal | None]:
    charge = case.get("basic_charge", {})
    if charge.get("mode") == "contract_demand":
        yield from (charge.get(name, default) for name, default in DEFAULT_RATIOS.items())
    yield from charge.get("discount", {}).values()
    yield from (share.get("ratio") for share in case.get("shares", ()))
    yield case.get("tax_ratio")
    yield case.get("line_loss_ratio")
    yield case.get("transformer_loss", {}).get("copper_ratio")


def _energies(case: Case) -> Iterator[Decimal | None]:
    yield from (value for name, value in case.get("usage", {}).items() if name != "demand_kw")
    for meter in case.get("meters", ()):
        yield from (value for kind, value in meter.get("add", {}).items() if kind != "demand")
    yield from (share.get("fixed_kwh") for share in case.get("shares", ()))
    loss = case.get("transformer_loss", {})
    yield from (loss.get(name) for name in ("active_kwh", "reactive_kvarh", "iron_kwh"))
    yield case.get("energy_price", {}).get("used_before_kwh")


def _limits(case: Case) -> Iterator[Decimal | None]:
    yield from (tier.get("up_to_kwh") for tier in case.get("energy_price", {}).get("tiers", ()))


def _demands(case: Case) -> Iterator[Decimal | None]:
    yield case.get("usage", {}).get("demand_kw")
    yield from (meter.get("add", {}).get("demand") for meter in case.get("meters", ()))
    yield case.get("basic_charge", {}).get("contract_kw")


def _percents(case: Case) -> Iterator[Decimal | None]:
    for row in case.get("power_factor", {}).get("table", ()):
        yield from (row.get("percent"), row.get("per_point"))


def _prices(case: Case) -> Iterator[Decimal | None]:
    price = case.get("energy_price", {})
    yield from (price.get(code) for code in ("single", *PERIODS))
    for tier in price.get("tiers", ()):
        yield from (tier.get("price"), tier.get("surcharge"))
    for block in ("shares", "per_kwh", "funds"):
        yield from (row["price"] for row in case.get(block, ()))


def _loss_data(case: Case) -> Iterator[Decimal | None]:
    loss = case.get("transformer_loss", {})
    yield from (loss.get(name) for name in ("p0_kw", "pk_kw", "i0_percent", "uk_percent", "sn_kva", "hours", "k"))
