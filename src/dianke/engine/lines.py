"""Writing the lines of each kind of charge onto a sheet."""

from dataclasses import dataclass

import numpy as np

from dianke.engine import basic, power_factor, pricing
from dianke.engine.quantities import Column, Settled
from dianke.engine.rounding import exact_sum, rescale
from dianke.engine.sheet import Figure, Label, Sheet, Sum
from dianke.engine.types import (
    PERIODS,
    BasicCharge,
    BoolArray,
    Capacity,
    ChargePlan,
    EnergyPrice,
    Fault,
    Fleet,
    IntArray,
    LineColumn,
    PowerFactorPolicy,
    PowerFactorResult,
    Quantities,
)


@dataclass(frozen=True, slots=True, eq=False)
class DemandFacts:
    """What the basic charge decided on the way to its lines."""

    billed_kw: IntArray | None = None
    contract_kw: IntArray | None = None
    is_discounted: BoolArray | None = None


def write_energy(sheet: Sheet, plan: ChargePlan, settled: Settled) -> None:
    """Write one line a period (or "single") and component of each price version."""
    columns = {(column.version, column.code): column for column in settled.columns}
    for price in plan.energy:
        for code in sorted(price.codes, key=("single", *PERIODS).index):
            column = columns.get((price.version, code))
            if column is not None:
                _write_components(sheet, plan, price, column)


def write_tiers(sheet: Sheet, plan: ChargePlan, fleet: Fleet, kwh: IntArray) -> tuple[IntArray, ...]:
    """Write one line a tier and return the kWh of the tiers."""
    if plan.tiers is None:
        return ()
    months = fleet.tier_months if fleet.tier_months is not None else fleet.months
    limits = pricing.tier_limits(plan.tiers, months, fleet.tier_limits, size=fleet.size, scales=plan.scales)
    quantities = pricing.tier_quantities(kwh, fleet.used_before_kwh, limits)
    kind = "surcharge" if plan.tiers.is_surcharge else "price"
    for index, (tier, quantity) in enumerate(zip(plan.tiers.tiers, quantities, strict=True), start=1):
        _write_energy_line(sheet, plan, quantity, tier.price, code=f"energy.tier{index}", name=f"tier {index} {kind}")
    return tuple(quantities)


def write_free_quota(sheet: Sheet, plan: ChargePlan, fleet: Fleet, kwh: IntArray) -> None:
    """Write the credit for the free monthly quota of low-income households."""
    if plan.free_quota_price is None or fleet.free_quota_kwh is None:
        return
    free = pricing.free_quota(kwh, fleet.free_quota_kwh, fleet.months, scales=plan.scales)
    _write_energy_line(sheet, plan, -free, plan.free_quota_price, code="energy.free_quota", name="free quota")


def write_per_kwh(sheet: Sheet, plan: ChargePlan, settled: Settled) -> None:
    """Write the charges on every kWh of the main price."""
    for charge in plan.per_kwh:
        kwh = _main_kwh(settled, charge.version)
        code = _versioned(f"per_kwh.{charge.name}", charge.version)
        _write_energy_line(sheet, plan, kwh, charge.price, code=code, name=charge.name, rule="TR-8")


def write_shares(sheet: Sheet, plan: ChargePlan, quantities: Quantities) -> list[LineColumn]:
    """Write the shares at their own price and return their lines in the order of the plan."""
    lines = []
    for share, kwh in zip(plan.shares, quantities.share_kwh, strict=True):
        line = sheet.write(
            pricing.energy_charge(kwh, share.price, scales=plan.scales),
            Label(f"share.{share.name}", share.name, "shares", "kWh", "TR-1.4"),
            quantity=Figure(kwh, plan.scales.energy),
            price=Figure(share.price, plan.scales.price),
        )
        lines.append(line)
    return lines


def write_funds(sheet: Sheet, plan: ChargePlan, settled: Settled) -> None:
    """Write the funds; those inside the energy price are shown and never added."""
    for fund in plan.funds:
        bearing = [
            kwh
            for share, kwh in zip(plan.shares, settled.quantities.share_kwh, strict=True)
            if fund.falls_on_shares and share.has_funds
        ]
        kwh = pricing.fund_quantity(_main_kwh(settled, fund.version), bearing)
        sheet.write(
            pricing.energy_charge(kwh, fund.price, scales=plan.scales),
            Label(_versioned(f"fund.{fund.name}", fund.version), fund.name, "funds", "kWh", "TR-7"),
            quantity=Figure(kwh, plan.scales.energy),
            price=Figure(fund.price, plan.scales.price),
            is_included=fund.is_included,
        )


def write_fixed(sheet: Sheet, plan: ChargePlan, fleet: Fleet) -> None:
    """Write the amounts a month."""
    ones = np.ones(fleet.size, dtype=np.int64)
    months = Figure(ones, 0) if fleet.months is None else Figure(fleet.months, plan.scales.months)
    for charge in plan.fixed:
        sheet.write(
            pricing.fixed_charge(charge.amount, fleet.months, size=fleet.size, scales=plan.scales),
            Label(f"fixed.{charge.name}", charge.name, "fixed", "month", "TR-13"),
            quantity=months,
            price=Figure(charge.amount, plan.scales.amount),
        )


def write_tax(sheet: Sheet, plan: ChargePlan) -> None:
    """Write the tax, one line on the sum of all others."""
    if plan.tax_ratio is None:
        return
    sheet.write_ratio(
        sheet.add_up(line for line in sheet.lines if not line.is_included),
        plan.tax_ratio,
        Label("tax", "tax", "tax", plan.currency, "TR-13"),
        ratio_scale=plan.scales.ratio,
    )


def write_basic(
    sheet: Sheet, plan: ChargePlan, fleet: Fleet, quantities: Quantities, faults: list[Fault]
) -> DemandFacts:
    """Write the capacity or demand charge, its excess and its discount."""
    if plan.basic is None:
        return DemandFacts()
    if plan.basic.mode == "capacity":
        _write_capacity(sheet, plan, plan.basic, fleet, faults)
        return DemandFacts()
    demand = quantities.demand_kw if quantities.demand_kw is not None else np.zeros(fleet.size, dtype=np.int64)
    if plan.needs_all_data:
        _note_missing(faults, "demand_missing", "usage.demand_kw", quantities.has_demand, fleet.size)
    if plan.basic.mode == "actual_demand":
        _write_demand(sheet, plan, plan.basic, fleet, demand)
        facts = DemandFacts(billed_kw=demand)
    else:
        facts = _write_contract_demand(sheet, plan, plan.basic, fleet, demand)
    return _write_discount(sheet, plan, plan.basic, fleet, quantities, facts, faults)


def write_power_factor(
    sheet: Sheet,
    plan: ChargePlan,
    fleet: Fleet,
    quantities: Quantities,
    share_lines: list[LineColumn],
    faults: list[Fault],
) -> PowerFactorResult | None:
    """Write the power-factor adjustment on basic, energy and share lines that belong to its base."""
    policy = plan.power_factor
    if policy is None:
        return None
    active, value, is_defined = _factor(plan, fleet, policy, quantities, faults)
    decimals = plan.rounding.power_factor
    percent = power_factor.adjustment_percent(value, policy.table, decimals=decimals)
    percent = np.where(is_defined, percent, 0)
    base = _adjusted_base(sheet, plan, policy, share_lines)
    sheet.write_ratio(
        base,
        percent,
        Label("power_factor", "power factor adjustment", "power_factor", plan.currency, "TR-5.4"),
        ratio_scale=plan.scales.percent + 2,
    )
    return PowerFactorResult(
        value=value,
        decimals=decimals,
        is_defined=is_defined,
        percent=percent,
        base=base.amount,
        active_kwh=active,
        reactive_kvarh=quantities.reactive_kvarh,
    )


def _write_components(sheet: Sheet, plan: ChargePlan, price: EnergyPrice, column: Column) -> None:
    index = price.codes.index(column.code)
    for component in price.components:
        suffix = f".{component.code}" if component.code else ""
        _write_energy_line(
            sheet,
            plan,
            column.kwh,
            component.prices[index],
            code=_versioned(f"energy.{column.code}{suffix}", price.version),
            name=component.name or column.code,
            rule="TR-8" if column.code == "single" else "TR-4",
            present=column.present if plan.needs_all_data or column.code != "single" else None,
        )


def _write_energy_line(
    sheet: Sheet,
    plan: ChargePlan,
    kwh: IntArray,
    price: int,
    *,
    code: str,
    name: str,
    rule: str = "TR-6",
    present: BoolArray | None = None,
) -> None:
    sheet.write(
        pricing.energy_charge(kwh, price, scales=plan.scales),
        Label(code, name, "energy", "kWh", rule),
        quantity=Figure(kwh, plan.scales.energy),
        price=Figure(price, plan.scales.price),
        present=None if present is None or present.all() else present,
    )


def _write_capacity(sheet: Sheet, plan: ChargePlan, charge: BasicCharge, fleet: Fleet, faults: list[Fault]) -> None:
    scales = plan.scales
    capacity = fleet.capacity if fleet.capacity is not None else _no_capacity(fleet.size)
    if plan.needs_all_data:
        has_rows = np.diff(capacity.offsets) > 0
        _note_missing(faults, "capacity_missing", "capacity", has_rows, fleet.size)
    for version, price in enumerate(charge.prices):
        in_use = basic.capacity_in_use(capacity, version=version)
        divisor = capacity.factor_divisor
        sheet.write(
            basic.capacity_charge(in_use, price, fleet.months, divisor=divisor, scales=scales),
            Label(_versioned("basic.capacity", version), "capacity charge", "basic", "kVA", "TR-3.1"),
            quantity=Figure(in_use, scales.capacity, divisor),
            price=Figure(price, scales.month_price),
        )


def _no_capacity(size: int) -> Capacity:
    nothing = np.zeros(0, dtype=np.int64)
    return Capacity(kva=nothing, offsets=np.zeros(size + 1, dtype=np.int64), factor=nothing)


def _write_demand(sheet: Sheet, plan: ChargePlan, charge: BasicCharge, fleet: Fleet, kw: IntArray) -> None:
    price, divisor = basic.weighted_price(charge)
    sheet.write(
        basic.demand_charge(kw, charge, fleet.months, scales=plan.scales),
        Label("basic.demand", "demand charge", "basic", "kW", "TR-3.1"),
        quantity=Figure(kw, plan.scales.demand),
        price=Figure(price, plan.scales.month_price, divisor),
    )


def _write_contract_demand(
    sheet: Sheet, plan: ChargePlan, charge: BasicCharge, fleet: Fleet, demand: IntArray
) -> DemandFacts:
    scales, zeros = plan.scales, np.zeros(fleet.size, dtype=np.int64)
    declared = zeros if fleet.contract_kw is None else fleet.contract_kw
    floor = zeros if fleet.capacity is None else basic.floor_capacity(fleet.capacity)
    contract = basic.contract_demand(charge, declared, demand, floor, scales=scales)
    _write_demand(sheet, plan, charge, fleet, contract.base_kw)
    if contract.excess_kw.any():
        price, divisor = basic.weighted_price(charge)
        sheet.write(
            basic.excess_charge(contract.excess_kw, charge, fleet.months, scales=scales),
            Label("basic.excess", "demand above the band", "basic", "kW", "TR-3.1"),
            quantity=Figure(contract.excess_kw, scales.demand),
            price=Figure(price * charge.excess_multiple, scales.month_price + scales.ratio, divisor),
            present=np.asarray(contract.excess_kw > 0, dtype=bool),
        )
    return DemandFacts(billed_kw=contract.billed_kw, contract_kw=contract.contract_kw)


def _write_discount(
    sheet: Sheet,
    plan: ChargePlan,
    charge: BasicCharge,
    fleet: Fleet,
    quantities: Quantities,
    facts: DemandFacts,
    faults: list[Fault],
) -> DemandFacts:
    if charge.discount is None or quantities.total_unrounded_kwh is None:
        return facts
    zeros = np.zeros(fleet.size, dtype=np.int64)
    listed = zeros if fleet.capacity is None else basic.listed_capacity(fleet.capacity)
    if plan.needs_all_data:
        _note_missing(faults, "capacity_missing", "capacity", np.asarray(listed > 0, dtype=bool), fleet.size)
    is_discounted = basic.is_load_factor_discounted(quantities.total_unrounded_kwh, listed, charge, scales=plan.scales)
    if is_discounted.any():
        sheet.write_ratio(
            sheet.add_up(sheet.section("basic")),
            charge.discount.ratio - 10**plan.scales.ratio,
            Label("basic.discount", "load factor discount", "basic", plan.currency, "TR-3.2"),
            ratio_scale=plan.scales.ratio,
            present=is_discounted,
        )
    return DemandFacts(facts.billed_kw, facts.contract_kw, is_discounted)


def _factor(
    plan: ChargePlan, fleet: Fleet, policy: PowerFactorPolicy, quantities: Quantities, faults: list[Fault]
) -> tuple[IntArray, IntArray, BoolArray]:
    zeros = np.zeros(fleet.size, dtype=np.int64)
    excluded = [kwh for share, kwh in zip(plan.shares, quantities.share_kwh, strict=True) if not share.in_power_factor]
    active = power_factor.assessed_energy(
        quantities.total_kwh if quantities.total_kwh is not None else zeros,
        excluded,
        quantities.sub_meter_kwh if policy.has_sub_meters else None,
    )
    reactive = quantities.reactive_kvarh if quantities.reactive_kvarh is not None else zeros
    decimals = plan.rounding.power_factor
    value, is_defined, is_undefined = power_factor.power_factor(active, reactive, decimals=decimals)
    if fleet.power_factor is not None:
        everywhere = np.ones(fleet.size, dtype=bool)
        is_given = everywhere if fleet.has_power_factor is None else fleet.has_power_factor
        given = rescale(fleet.power_factor, scale=power_factor.MAX_DECIMALS, to_scale=decimals)
        value = np.where(is_given, given, value)
        is_defined, is_undefined = is_defined | is_given, is_undefined & ~is_given
    if is_undefined.any():
        field = "usage.reactive_kvarh"
        faults.append(Fault(code="power_factor_undefined", field=field, points=np.flatnonzero(is_undefined)))
    return active, value, is_defined


def _adjusted_base(sheet: Sheet, plan: ChargePlan, policy: PowerFactorPolicy, share_lines: list[LineColumn]) -> Sum:
    """Basic charge after discount, energy and the shares agreed; with or without funds (TR-5.4)."""
    shares = zip(plan.shares, share_lines, strict=True)
    based = [*sheet.section("basic"), *sheet.section("energy")]
    based += [line for share, line in shares if share.in_power_factor_base]
    if policy.has_funds_in_base:
        return sheet.add_up([*based, *sheet.section("funds")])
    return sheet.add_up(based).minus(sheet.add_up(line for line in sheet.lines if line.is_included))


def _main_kwh(settled: Settled, version: int | None) -> IntArray:
    if version is None:
        return settled.main_kwh
    columns = [column.kwh for column in settled.columns if column.version == version]
    return exact_sum(columns, size=settled.size)


def _note_missing(faults: list[Fault], code: str, field: str, has_value: BoolArray | None, size: int) -> None:
    missing = np.ones(size, dtype=bool) if has_value is None else ~has_value
    if missing.any():
        faults.append(Fault(code=code, field=field, points=np.flatnonzero(missing)))


def _versioned(code: str, version: int | None) -> str:
    return f"{code}@{version + 1}" if version else code
