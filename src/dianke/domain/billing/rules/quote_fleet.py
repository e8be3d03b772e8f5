"""From what quote cases measured to the engine's fleet: one point a case."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

import numpy as np

from dianke.domain.billing.rules.quote_numbers import round_units, to_units
from dianke.domain.billing.rules.quote_plan import multiplier_of
from dianke.domain.billing.rules.quote_schema import ENERGY_REGISTERS, LOSS_FIELDS
from dianke.engine.power_factor import MAX_DECIMALS
from dianke.engine.proration import MONTH_DAYS, days_in_use, use_factor
from dianke.engine.rounding import narrow
from dianke.engine.types import (
    PERIODS,
    BoolArray,
    Capacity,
    ChargePlan,
    Fleet,
    IntArray,
    Registers,
    TransformerLoss,
    Usage,
)

Case = Mapping[str, Any]

_USAGE_KINDS = {
    "total": "total_kwh",
    **{period: f"{period}_kwh" for period in PERIODS},
    "reactive": "reactive_kvarh",
    "reactive_import": "reactive_import_kvarh",
    "reactive_export": "reactive_export_kvarh",
}
_DEFAULT_LOSS = {"hours": Decimal(720), "k": Decimal(1)}


def build_fleet(cases: Sequence[Case], plan: ChargePlan, *, multiplier_divisor: int) -> Fleet:
    """Return the arrays of cases that share a plan."""
    scales = plan.scales
    used_before = [case.get("energy_price", {}).get("used_before_kwh") for case in cases]
    factor, has_factor = _power_factors(cases, plan)
    registers = usage = None
    demand = has_demand = None
    if any("meters" in case for case in cases):
        registers = _build_registers(cases, plan, divisor=multiplier_divisor)
    elif any("usage" in case for case in cases):
        usage = _build_usage(cases, plan)
        demands = [case.get("usage", {}).get("demand_kw") for case in cases]
        demand, has_demand = _column(demands, scales.demand)
    return Fleet(
        size=len(cases),
        registers=registers,
        usage=usage,
        transformer_loss=_build_loss(cases, plan),
        line_loss_ratio=_optional(cases, lambda case: case.get("line_loss_ratio"), scales.ratio),
        share_amounts=_share_amounts(cases, plan),
        months=_optional(cases, lambda case: case.get("months"), scales.months, default=Decimal(1)),
        capacity=_build_capacity(cases, plan) if any("capacity" in case for case in cases) else None,
        demand_kw=demand if has_demand is not None and has_demand.any() else None,
        has_demand=has_demand,
        contract_kw=_optional(cases, lambda case: case.get("basic_charge", {}).get("contract_kw"), scales.demand),
        power_factor=factor if has_factor.any() else None,
        has_power_factor=has_factor,
        used_before_kwh=None
        if not any(used_before)
        else _integers([to_units(value, scales.energy) for value in used_before]),
    )


def source_of(case: Case) -> str | None:
    """Return where a case takes its quantities from."""
    return next((name for name in ("meters", "usage") if name in case), None)


def _integers(units: Sequence[int]) -> IntArray:
    return narrow(np.array(units, dtype=object))


def _column(values: Sequence[Decimal | None], scale: int) -> tuple[IntArray, BoolArray]:
    present = np.array([value is not None for value in values], dtype=bool)
    return _integers([to_units(value, scale) for value in values]), present


def _optional(
    cases: Sequence[Case],
    value_of: Callable[[Case], Decimal | None],
    scale: int,
    *,
    default: Decimal = Decimal(0),
) -> IntArray | None:
    """A column, or None where no case gives the value."""
    values = [value_of(case) for case in cases]
    if all(value is None for value in values):
        return None
    return _integers([to_units(default if value is None else value, scale) for value in values])


def _build_registers(cases: Sequence[Case], plan: ChargePlan, *, divisor: int) -> Registers:
    scales = plan.scales
    meters = [meter for case in cases for meter in case.get("meters", ())]
    read = [meter.get("registers", {}) for meter in meters]
    start, end, present = {}, {}, {}
    for kind in ENERGY_REGISTERS:
        if any(kind in registers for registers in read):
            pairs = [registers.get(kind, (None, None)) for registers in read]
            start[kind], present[kind] = _column([pair[0] for pair in pairs], scales.reading)
            end[kind], _ = _column([pair[1] for pair in pairs], scales.reading)
    demand = None
    if any("demand" in registers for registers in read):
        readings = [registers.get("demand", [None])[0] for registers in read]
        demand, present["demand"] = _column(readings, scales.reading)
    multipliers = [multiplier_of(meter) * divisor * 10**scales.multiplier for meter in meters]
    return Registers(
        start=start,
        end=end,
        multiplier=_integers([int(multiplier) for multiplier in multipliers]),
        multiplier_divisor=divisor,
        present=present,
        add=_build_additions(meters, plan),
        demand=demand,
        digits=np.array([int(meter.get("digits", 0)) for meter in meters], dtype=np.int64),
        is_rollover=np.array([meter.get("rollover", False) for meter in meters], dtype=bool),
        offsets=np.cumsum([0, *(len(case.get("meters", ())) for case in cases)]),
    )


def _build_additions(meters: Sequence[Case], plan: ChargePlan) -> dict[str, IntArray]:
    """What each meter adds; the total takes the periods' additions unless it has its own."""
    given = [meter.get("add", {}) for meter in meters]
    kinds = {kind for add in given for kind in add}
    additions = {
        kind: _column([add.get(kind) for add in given], _addition_scale(kind, plan))[0] for kind in sorted(kinds)
    }
    if "total" in kinds:
        additions["total"] = _integers([_raised_total(add, plan) for add in given])
    return additions


def _raised_total(add: Case, plan: ChargePlan) -> int:
    """Return what a meter adds to the total: its own figure, or its rounded periods."""
    scale, decimals = plan.scales.energy, plan.rounding.quantity
    if "total" in add:
        return to_units(add["total"], scale)
    raising = (add[period] for period in PERIODS if period in add)
    return sum(round_units(value, decimals=decimals, scale=scale) for value in raising)


def _addition_scale(kind: str, plan: ChargePlan) -> int:
    return plan.scales.demand if kind == "demand" else plan.scales.energy


def _build_usage(cases: Sequence[Case], plan: ChargePlan) -> Usage:
    values, present = {}, {}
    for kind, name in _USAGE_KINDS.items():
        if any(name in case.get("usage", {}) for case in cases):
            usages = [case.get("usage", {}) for case in cases]
            values[kind], present[kind] = _column([usage.get(name) for usage in usages], plan.scales.energy)
    return Usage(parts=(values,), present=(present,))


def _build_loss(cases: Sequence[Case], plan: ChargePlan) -> TransformerLoss | None:
    losses = [case["transformer_loss"] for case in cases if "transformer_loss" in case]
    if not losses:
        return None
    method = losses[0].get("method", "given")
    in_energy = {"active_kwh", "reactive_kvarh", "iron_kwh"}
    values = {}
    for name in LOSS_FIELDS[method]:
        scale = plan.scales.loss
        if name in in_energy:
            scale = plan.scales.energy
        elif name == "copper_ratio":
            scale = plan.scales.ratio
        column = [to_units(loss.get(name, _DEFAULT_LOSS.get(name)), scale) for loss in losses]
        values["load_shape" if name == "k" else name] = _integers(column)
    return TransformerLoss(method=method, values=values)


def _share_amounts(cases: Sequence[Case], plan: ChargePlan) -> tuple[IntArray, ...]:
    amounts = []
    for index, share in enumerate(plan.shares):
        name, scale = ("ratio", plan.scales.ratio) if share.is_ratio else ("fixed_kwh", plan.scales.energy)
        amounts.append(_integers([to_units(case["shares"][index][name], scale) for case in cases]))
    return tuple(amounts)


def _power_factors(cases: Sequence[Case], plan: ChargePlan) -> tuple[IntArray, BoolArray]:
    """Given factors, rounded like computed ones."""
    places = plan.rounding.power_factor
    given = [case.get("power_factor", {}).get("value") for case in cases]
    units = [0 if v is None else round_units(v, decimals=places, scale=MAX_DECIMALS) for v in given]
    return _integers(units), np.array([v is not None for v in given], dtype=bool)


def _build_capacity(cases: Sequence[Case], plan: ChargePlan) -> Capacity:
    entries = [entry for case in cases for entry in case.get("capacity", ())]
    factors = [factor for case in cases for factor in _use_factors(case)]
    groups: list[int] = []
    for case in cases:
        names = [entry.get("interlock") for entry in case.get("capacity", ())]
        known = {name: number for number, name in enumerate(dict.fromkeys(names), start=1) if name is not None}
        groups += [known.get(name, 0) for name in names]
    return Capacity(
        kva=_integers([to_units(entry["kva"], plan.scales.capacity) for entry in entries]),
        offsets=np.cumsum([0, *(len(case.get("capacity", ())) for case in cases)]),
        factor=np.array(factors, dtype=np.int64),
        factor_divisor=MONTH_DAYS,
        is_charged=np.array([entry.get("state") != "cold_sealed" for entry in entries], dtype=bool),
        group=np.array(groups, dtype=np.int64),
    )


def _use_factors(case: Case) -> list[int]:
    """Return the thirtieths that each entry of a case counts."""
    entries = case.get("capacity", ())
    period = case.get("period")
    if period is None:
        return [min(int(entry.get("days", MONTH_DAYS)), MONTH_DAYS) for entry in entries]
    # No entry is in use for the whole of a month that the period is only a part of.
    whole_days = MONTH_DAYS if case.get("part_month") else (period["end"] - period["start"]).days
    start, end = period["start"].toordinal(), period["end"].toordinal()
    spans = [_clip(entry, start, end) for entry in entries]
    suspensions = [entry.get("suspended", ()) for entry in entries]
    active = days_in_use(
        np.array([first for first, _ in spans], dtype=np.int64),
        np.array([last for _, last in spans], dtype=np.int64),
        suspended_start=_ordinals([row["from"] for rows in suspensions for row in rows]),
        suspended_end=_ordinals([row["to"] for rows in suspensions for row in rows]),
        offsets=np.cumsum([0, *(len(rows) for rows in suspensions)]),
    )
    # An entry may state its days instead of dates; suspended days still come off.
    stated = np.array([int(entry.get("days", end - start)) for entry in entries], dtype=np.int64)
    factors: list[int] = use_factor(active + stated - (end - start), period_days=whole_days).tolist()
    return factors


def _clip(entry: Case, start: int, end: int) -> tuple[int, int]:
    first = max(entry["from"].toordinal() if "from" in entry else start, start)
    last = min(entry["to"].toordinal() if "to" in entry else end, end)
    return first, max(first, last)


def _ordinals(days: Sequence[date]) -> IntArray:
    return np.array([day.toordinal() for day in days], dtype=np.int64)
