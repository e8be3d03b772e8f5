"""From register readings to energy: advance, rollover, multiplier, exchange, adjustments, missing flat."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from dianke.engine.rounding import Product, exact_product, exact_sum, rescale, round_half_up
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
    return np.where(is_backwards, 0, advance), is_backwards


def is_rollover_plausible(energy_kwh: IntArray, contract_kva: IntArray, *, days: int) -> BoolArray:
    """
    Return whether a wrapped energy could have passed through the contract capacity.

    Shapes: (n,), (n,) -> (n,). Units: kWh and kVA in one scale.
    Errors: none; an implausible rollover is a fault for a person.
    Source: TR-1.1 (limit kVA x 24 h x days x 1.2, a convention of ours).
    """
    return np.asarray(exact_product(energy_kwh, 10) <= exact_product(contract_kva, 24 * days * 12), dtype=bool)


def register_energy(
    advance: IntArray, multiplier: IntArray, *, scale: int, divisor: int = 1, decimals: int = 0
) -> IntArray:
    """
    Return the energy of one register of each segment: advance x multiplier, rounded half up.

    Shapes: advance, multiplier (s,) -> (s,); segments of an exchange are added afterwards (sum_rows).
    Units:  scale is that of advance plus that of multiplier; divisor divides every multiplier; out in
            10 ** -decimals kWh.
    Errors: none.
    Source: TR-1.1, TR-13 no. 1 (each register is rounded after the multiplier).
    """
    return round_half_up(Product((advance, multiplier), scale, divisor), decimals=decimals)


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
    values: dict[str, IntArray] = {}
    present: dict[str, BoolArray] = {}
    advances: dict[str, IntArray] = {}
    for kind in registers.start:
        present[kind] = registers.present.get(kind, np.ones(rows, dtype=bool))
        advance, is_backwards = register_advance(
            registers.start[kind],
            registers.end[kind],
            turn=_turn(plan, registers),
            is_rollover=registers.is_rollover,
        )
        advances[kind] = np.where(present[kind], advance, 0)
        values[kind] = _segment_energy(plan, registers, advances[kind], decimals=plan.rounding.quantity)
        _note(faults, "register_backwards", f"registers.{kind}", is_backwards & present[kind], registers.offsets)
    is_negative = _complete(values, present, derives_all=_prices_by_period(plan), rows=rows)
    _note(faults, "flat_negative", "registers.flat", is_negative, registers.offsets)
    unrounded = _unrounded_total(plan, registers, advances, present)
    _add(plan, registers, values, present)
    demand, has_demand = _demand(plan, registers, size=size)
    segments = Energies(values, present)
    parts = _sum_segments(segments, registers, size=size)
    return Measurement(parts, segments, unrounded, demand, has_demand, tuple(faults))


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
    unit = 10**plan.scales.reading
    return np.array([10 ** int(digits) * unit if digits else 0 for digits in registers.digits], dtype=object)


def _complete(
    values: dict[str, IntArray], present: dict[str, BoolArray], *, derives_all: bool, rows: int
) -> BoolArray:
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
    return is_negative & is_derived


def _add(
    plan: ChargePlan, registers: Registers, values: dict[str, IntArray], present: dict[str, BoolArray]
) -> None:
    add = dict(registers.add)
    zeros = np.zeros(registers.multiplier.size, dtype=np.int64)
    if "total" not in add:
        raising = [add[period] for period in PERIODS if period in add]
        add["total"] = exact_sum(raising, size=zeros.size)
    for kind in _ENERGIES:
        if kind in add and add[kind].any():
            values[kind] = values.get(kind, zeros) + _round_energy(plan, add[kind])
            present[kind] = present.get(kind, zeros.astype(bool)) | (add[kind] != 0)


def _unrounded_total(
    plan: ChargePlan,
    registers: Registers,
    advances: Mapping[str, IntArray],
    present: Mapping[str, BoolArray],
) -> IntArray:
    """Metered total before rounding, where the load-factor discount needs it (else not computed)."""
    if plan.basic is None or plan.basic.discount is None:
        return np.zeros(0, dtype=np.int64)
    rows = registers.multiplier.size
    summed = exact_sum([advances[period] for period in PERIODS if period in advances], size=rows)
    total = np.where(present["total"], advances["total"], summed) if "total" in advances else summed
    added = [registers.add["total"]] if "total" in registers.add else []
    added = added or [registers.add[period] for period in PERIODS if period in registers.add]
    energy = _segment_energy(plan, registers, total, decimals=plan.scales.energy)
    return sum_rows(exact_sum([energy, *added], size=rows), registers.offsets)


def _sum_segments(segments: Energies, registers: Registers, *, size: int) -> tuple[Energies, ...]:
    if registers.version is None and registers.offsets is None:
        return (segments,)
    count = 1 if registers.version is None else int(registers.version.max(initial=0)) + 1
    everywhere = np.ones(registers.multiplier.size, dtype=bool)
    parts = []
    for index in range(count):
        chosen = everywhere if registers.version is None else registers.version == index
        values = {
            kind: sum_rows(np.where(chosen, rows, 0), registers.offsets) for kind, rows in segments.values.items()
        }
        present = {
            kind: any_of_rows(rows & chosen, registers.offsets) for kind, rows in segments.present.items()
        }
        parts.append(Energies(values, present))
    return tuple(parts)


def _demand(
    plan: ChargePlan, registers: Registers, *, size: int
) -> tuple[IntArray | None, BoolArray | None]:
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
        demand = demand + sum_rows(registers.add["demand"], registers.offsets)
    return demand, has_demand


def _segment_energy(plan: ChargePlan, registers: Registers, advance: IntArray, *, decimals: int) -> IntArray:
    energy = register_energy(
        advance,
        registers.multiplier,
        scale=plan.scales.reading + plan.scales.multiplier,
        divisor=registers.multiplier_divisor,
        decimals=decimals,
    )
    return rescale(energy, scale=decimals, to_scale=plan.scales.energy)


def _round_energy(plan: ChargePlan, energy: IntArray) -> IntArray:
    rounded = rescale(energy, scale=plan.scales.energy, to_scale=plan.rounding.quantity)
    return rescale(rounded, scale=plan.rounding.quantity, to_scale=plan.scales.energy)


def _note(faults: list[Fault], code: str, field: str, rows: BoolArray, offsets: IntArray | None) -> None:
    if rows.any():
        faults.append(Fault(code=code, field=field, points=np.flatnonzero(any_of_rows(rows, offsets))))
