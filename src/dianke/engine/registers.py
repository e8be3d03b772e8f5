"""From register readings to energy: advance, rollover, multiplier, exchange, adjustments, missing flat."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from dianke.engine.rounding import Product, exact_product, exact_sum, narrow, rescale, round_half_up
from dianke.engine.spreading import any_of_rows, largest_of_rows, sum_rows
from dianke.engine.types import PERIODS, BoolArray, ChargePlan, Fault, IntArray, Registers, Usage

OTHER_PERIODS = tuple(period for period in PERIODS if period != "flat")
_ENERGIES = ("total", *PERIODS, "reactive_import", "reactive_export", "reactive")


@dataclass(frozen=True, slots=True, eq=False)
class Energies:
    """Rounded energies by kind in scales.energy, and which rows or points have them."""

    values: Mapping[str, IntArray]
    present: Mapping[str, BoolArray]


@dataclass(frozen=True, slots=True, eq=False)
class Measurement:
    """Everything read of the points: energies of each price version, demand, what could not be read."""

    parts: tuple[Energies, ...]
    segments: Energies | None  # of each register segment, as a bill shows them
    total_unrounded_kwh: IntArray
    demand_kw: IntArray | None
    has_demand: BoolArray | None
    faults: tuple[Fault, ...]


def register_advance(
    start: IntArray, end: IntArray, *, turn: IntArray | None = None, is_rollover: BoolArray | None = None
) -> tuple[IntArray, BoolArray]:
    """
    Return how far registers advanced, and which ran backwards without a marked rollover.

    Shapes: start, end, turn, is_rollover (s,) -> (s,), (s,).
    Units:  one reading unit throughout; turn is 10 ** digits in that unit, 0 where unknown.
    Errors: none; backwards rows are flagged, never wrapped, and their advance is 0.
    Source: TR-1.1 (翻转 only where the reading is marked).
    """
    advance = end - start
    is_backwards = np.asarray(advance < 0, dtype=bool)
    if not is_backwards.any():
        return advance, is_backwards
    if turn is not None and is_rollover is not None:
        is_turned = is_backwards & is_rollover & np.asarray(turn > 0, dtype=bool)
        advance = np.where(is_turned, advance + turn, advance)
        is_backwards = np.asarray(advance < 0, dtype=bool)
    return narrow(np.where(is_backwards, 0, advance)), is_backwards


def is_rollover_plausible(energy_kwh: IntArray, contract_kva: IntArray, *, days: int) -> BoolArray:
    """
    Return whether a wrapped energy could have passed through the contract capacity.

    Shapes: (n,), (n,) -> (n,). Units: kWh and kVA in one scale.
    Errors: none; an implausible rollover is a fault for a person.
    Source: TR-1.1 (limit kVA x 24 h x days x 1.2, a convention of ours).
    """
    return np.asarray(exact_product(energy_kwh, 10) <= exact_product(contract_kva, 24 * days * 12), dtype=bool)


def register_energy(
    advance: IntArray,
    multiplier: IntArray,
    *,
    offsets: IntArray | None = None,
    scale: int,
    divisor: int = 1,
    decimals: int = 0,
) -> IntArray:
    """
    Return the energy of one register kind at each point: advance x multiplier over its segments.

    Segments of an exchange are added exactly and rounded once, half up.

    Shapes: advance, multiplier (s,), offsets (n + 1,) -> (n,); without offsets row i is point i.
    Units:  scale is that of advance plus that of multiplier; divisor divides every multiplier; out in
            10 ** -decimals kWh.
    Errors: none.
    Source: TR-1.1 (换表, 换互感器: two-segment sums), TR-13 no. 1.
    """
    energy = exact_product(advance, multiplier)
    return round_half_up(Product((sum_rows(energy, offsets),), scale, divisor), decimals=decimals)


def remaining_flat(total_kwh: IntArray, others_kwh: IntArray) -> tuple[IntArray, BoolArray]:
    """
    Return the flat energy as total less the other periods, and where that is negative.

    Shapes: (n,), (n,) -> (n,), (n,). Units: one energy unit. Errors: none; negative rows are flagged.
    Source: TR-1.1 (平 = 总 - 尖 - 峰 - 谷 - 深谷).
    """
    flat = total_kwh - others_kwh
    return flat, np.asarray(flat < 0, dtype=bool)


def resupplied_demand(energy_kwh: IntArray, *, kwh_per_kw: int, scale: int, demand_scale: int) -> IntArray:
    """
    Return the demand that a re-supplied user takes out of the main customer's demand.

    Shapes: (n,) -> (n,). Units: energy 10 ** -scale kWh a month; out 10 ** -demand_scale kW.
    Errors: none.
    Source: TR-1.5 (180 kWh a month = 1 kW for lighting and one shift, 360 two, 540 three, 270 farming).
    """
    return round_half_up(Product((energy_kwh,), scale, kwh_per_kw), decimals=demand_scale)


def measure_registers(plan: ChargePlan, registers: Registers, *, size: int) -> Measurement:
    """
    Return the energies and demand of points from their register segments.

    Shapes: registers (s,) -> (size,). Units: scales of the plan.
    Errors: faults register_backwards and flat_negative by point.
    Source: TR-1.1.
    """
    rows = registers.multiplier.size
    faults: list[Fault] = []
    advance: dict[str, IntArray] = {}
    present: dict[str, BoolArray] = {}
    for kind in registers.start:
        present[kind] = registers.present.get(kind, np.ones(rows, dtype=bool))
        start, end = registers.start[kind], registers.end[kind]
        turn = _turn(plan, registers) if (end < start).any() else None
        moved, is_backwards = register_advance(start, end, turn=turn, is_rollover=registers.is_rollover)
        advance[kind] = moved if present[kind].all() else np.where(present[kind], moved, 0)
        is_backwards = is_backwards & present[kind]
        _note(faults, "register_backwards", f"registers.{kind}", is_backwards, registers.offsets)
    read = Energies(dict(advance), dict(present))
    _complete(advance, present, derives_all=_prices_by_period(plan), rows=rows)
    parts = [
        _sum_version(plan, registers, read, Energies(advance, present), chosen, faults)
        for chosen in _versions(registers)
    ]
    demand, has_demand = _demand(plan, registers, size=size)
    return Measurement(
        tuple(parts),
        _segment_energies(plan, registers, read),
        _unrounded_total(plan, registers, advance["total"]),
        demand,
        has_demand,
        tuple(faults),
    )


def measure_usage(plan: ChargePlan, usage: Usage, *, size: int) -> Measurement:
    """
    Return energies that are known without registers, rounded, with their total and missing flat.

    Shapes: (size,). Units: scales of the plan. Errors: fault flat_negative.
    Source: TR-1.1, TR-13 no. 1.
    """
    parts: list[Energies] = []
    faults: list[Fault] = []
    unrounded = np.zeros(size, dtype=np.int64)
    for index, part in enumerate(usage.parts):
        masks = usage.present[index] if usage.present else {}
        present = {kind: masks.get(kind, np.ones(size, dtype=bool)) for kind in part}
        exact = {kind: np.where(present[kind], part[kind], 0) for kind in part}
        exact_present = dict(present)
        values = {kind: _round_energy(plan, exact[kind]) for kind in part}
        is_negative = _complete(values, present, derives_all=_prices_by_period(plan), rows=size)
        _note(faults, "flat_negative", "usage.flat_kwh", is_negative, None)
        _complete(exact, exact_present, derives_all=False, rows=size)
        unrounded = exact_sum([unrounded, exact["total"]], size=size)
        parts.append(Energies(values, present))
    return Measurement(tuple(parts), None, unrounded, None, None, tuple(faults))


def _prices_by_period(plan: ChargePlan) -> bool:
    return any(price.codes != ("single",) for price in plan.energy)


def _turn(plan: ChargePlan, registers: Registers) -> IntArray | None:
    if registers.digits is None:
        return None
    powers = [0, *(10 ** (digits + plan.scales.reading) for digits in range(1, 19))]
    return narrow(np.array(powers, dtype=object)[registers.digits])


def _complete(values: dict[str, IntArray], present: dict[str, BoolArray], *, derives_all: bool, rows: int) -> BoolArray:
    """Fill in total and flat; `derives_all`: all of a lone total is flat. Return where flat is negative."""
    nowhere, zeros = np.zeros(rows, dtype=bool), np.zeros(rows, dtype=np.int64)
    has_total, has_flat = present.get("total", nowhere), present.get("flat", nowhere)
    others = [period for period in OTHER_PERIODS if period in values]
    has_others = np.logical_or.reduce([nowhere, *(present[period] for period in others)])
    others_kwh = exact_sum([values[period] for period in others], size=rows)
    is_negative = nowhere
    is_derived = has_total & ~has_flat & (has_others | derives_all)
    if is_derived.any():
        flat, is_negative = remaining_flat(values["total"], others_kwh)
        values["flat"] = np.where(is_derived, flat, values.get("flat", zeros))
        present["flat"] = has_flat | is_derived
    if not has_total.all():
        summed = exact_sum([others_kwh, values.get("flat", zeros)], size=rows)
        values["total"] = np.where(has_total, values["total"], summed) if "total" in values else summed
        present["total"] = has_total | has_others | present.get("flat", nowhere)
    return np.asarray(is_negative & is_derived, dtype=bool)


def _versions(registers: Registers) -> list[BoolArray]:
    """Return which rows belong to each price version."""
    if registers.version is None:
        return [np.ones(registers.multiplier.size, dtype=bool)]
    count = int(registers.version.max(initial=0)) + 1
    return [np.asarray(registers.version == index, dtype=bool) for index in range(count)]


def _sum_version(
    plan: ChargePlan,
    registers: Registers,
    read: Energies,
    whole: Energies,
    chosen: BoolArray,
    faults: list[Fault],
) -> Energies:
    """Add up the rows of a version, round once a kind, balance flat and total, and add adjustments."""
    offsets, is_all = registers.offsets, bool(chosen.all())
    values = {
        kind: _energy(plan, registers, advance if is_all else np.where(chosen, advance, 0))
        for kind, advance in whole.values.items()
    }
    present = {kind: any_of_rows(rows & chosen, offsets) for kind, rows in whole.present.items()}
    others = [period for period in OTHER_PERIODS if period in values]
    size = values["total"].size
    others_kwh = exact_sum([values[period] for period in others], size=size)
    nowhere = np.zeros(chosen.size, dtype=bool)
    has_total = read.present.get("total", nowhere)
    if "flat" in values:
        # Where no segment read flat, the rounded periods and the rounded total must agree.
        is_derived = whole.present["flat"] & ~read.present.get("flat", nowhere)
        is_other = whole.present["total"] & ~is_derived
        is_balanced = any_of_rows(chosen & is_derived, offsets) & ~any_of_rows(chosen & is_other, offsets)
        flat, _ = remaining_flat(values["total"], others_kwh)
        values["flat"] = np.where(is_balanced, flat, values["flat"])
        is_negative = np.asarray(values["flat"] < 0, dtype=bool)
        _note(faults, "flat_negative", "registers.flat", is_negative, None)
    if not has_total.all():
        summed = exact_sum([others_kwh, values["flat"]] if "flat" in values else [others_kwh], size=size)
        values["total"] = np.where(any_of_rows(chosen & has_total, offsets), values["total"], summed)
    _add(plan, registers, values, present, chosen)
    return Energies(values, present)


def _add(
    plan: ChargePlan,
    registers: Registers,
    values: dict[str, IntArray],
    present: dict[str, BoolArray],
    chosen: BoolArray,
) -> None:
    zeros = np.zeros(values["total"].size, dtype=np.int64)
    added = {
        kind: sum_rows(np.where(chosen, _round_energy(plan, rows), 0), registers.offsets)
        for kind, rows in registers.add.items()
        if kind in _ENERGIES and rows.any()
    }
    if "total" not in registers.add:
        raising = [added[period] for period in PERIODS if period in added]
        added["total"] = exact_sum(raising, size=zeros.size)
    for kind, energy in added.items():
        if energy.any():
            values[kind] = exact_sum([values.get(kind, zeros), energy], size=zeros.size)
            present[kind] = present.get(kind, zeros.astype(bool)) | np.asarray(energy != 0, dtype=bool)


def _unrounded_total(plan: ChargePlan, registers: Registers, advance: IntArray) -> IntArray:
    """Metered total before rounding, where the load-factor discount needs it (else not computed)."""
    if plan.basic is None or plan.basic.discount is None:
        return np.zeros(0, dtype=np.int64)
    added = [registers.add["total"]] if "total" in registers.add else []
    added = added or [registers.add[period] for period in PERIODS if period in registers.add]
    energy = _energy(plan, registers, advance, decimals=plan.scales.energy)
    return exact_sum([energy, *(sum_rows(rows, registers.offsets) for rows in added)], size=energy.size)


def _segment_energies(plan: ChargePlan, registers: Registers, read: Energies) -> Energies:
    """What each segment measured, as its line on the bill shows it; its rounding decides nothing."""
    scale = plan.scales.reading + plan.scales.multiplier
    values = {
        kind: round_half_up(
            Product((advance, registers.multiplier), scale, registers.multiplier_divisor),
            decimals=plan.scales.energy,
        )
        for kind, advance in read.values.items()
    }
    return Energies(values, read.present)


def _demand(plan: ChargePlan, registers: Registers, *, size: int) -> tuple[IntArray | None, BoolArray | None]:
    if registers.demand is None and "demand" not in registers.add:
        return None, None
    demand, has_demand = np.zeros(size, dtype=np.int64), np.ones(size, dtype=bool)
    if registers.demand is not None:
        everywhere = np.ones(registers.multiplier.size, dtype=bool)
        has_row = registers.present.get("demand", everywhere)
        raw = exact_product(np.where(has_row, registers.demand, 0), registers.multiplier)
        combine = largest_of_rows if plan.is_largest_demand else sum_rows
        scale = plan.scales.reading + plan.scales.multiplier
        product = Product((combine(raw, registers.offsets),), scale, registers.multiplier_divisor)
        demand = round_half_up(product, decimals=plan.scales.demand)
        has_demand = any_of_rows(has_row, registers.offsets)
    if "demand" in registers.add:
        demand = exact_sum([demand, sum_rows(registers.add["demand"], registers.offsets)], size=size)
    return demand, has_demand


def _energy(plan: ChargePlan, registers: Registers, advance: IntArray, *, decimals: int | None = None) -> IntArray:
    places = plan.rounding.quantity if decimals is None else decimals
    energy = register_energy(
        advance,
        registers.multiplier,
        offsets=registers.offsets,
        scale=plan.scales.reading + plan.scales.multiplier,
        divisor=registers.multiplier_divisor,
        decimals=places,
    )
    return rescale(energy, scale=places, to_scale=plan.scales.energy)


def _round_energy(plan: ChargePlan, energy: IntArray) -> IntArray:
    rounded = rescale(energy, scale=plan.scales.energy, to_scale=plan.rounding.quantity)
    return rescale(rounded, scale=plan.rounding.quantity, to_scale=plan.scales.energy)


def _note(faults: list[Fault], code: str, field: str, rows: BoolArray, offsets: IntArray | None) -> None:
    if rows.any():
        faults.append(Fault(code=code, field=field, points=np.flatnonzero(any_of_rows(rows, offsets))))
