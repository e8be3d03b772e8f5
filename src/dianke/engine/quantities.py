"""From readings to the energies that are priced: metered, sub-meters, losses, shares, in this order."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from dianke.engine.losses import Losses, compute_losses, spread_losses
from dianke.engine.registers import Energies, Measurement, measure_registers, measure_usage
from dianke.engine.rounding import exact_sum
from dianke.engine.shares import allot_shares, deduct_sub_meters, wanted_share
from dianke.engine.spreading import spread_in_proportion
from dianke.engine.types import PERIODS, BoolArray, ChargePlan, Fault, Fleet, IntArray, Quantities

SPREAD_ORDER = ("sharp", "peak", "valley", "deep", "flat")
"""Columns in the order in which equal remainders of a split are raised."""


@dataclass(frozen=True, slots=True, eq=False)
class Column:
    """Energies of one period (or of all, code "single") in one price version."""

    version: int
    code: str
    kwh: IntArray
    present: BoolArray


@dataclass(frozen=True, slots=True, eq=False)
class Settled:
    """Quantities and the columns that are priced, after shares."""

    size: int
    quantities: Quantities
    columns: tuple[Column, ...]
    main_kwh: IntArray  # of the price columns
    total_left_kwh: IntArray  # of the total, after shares
    faults: tuple[Fault, ...]


def settle_quantities(plan: ChargePlan, fleet: Fleet) -> Settled:
    """
    Return all quantities of a fleet and the columns of energy that are priced.

    Shapes: (n,) everywhere. Units: scales of the plan.
    Errors: faults register_backwards, flat_negative, negative_main, quantity_negative, price_missing.
    Source: TR-1.1 to TR-1.5 (Q_bill and its order).
    """
    measurement = _measure(plan, fleet)
    metered = exact_sum([_total_of(part) for part in measurement.parts], size=fleet.size)
    kvarh = exact_sum([reactive_energy(part, size=fleet.size) for part in measurement.parts], size=fleet.size)
    faults = list(measurement.faults)
    parts = [_columns_of(part, version) for version, part in enumerate(measurement.parts)]
    losses = compute_losses(plan, fleet, metered, kvarh)
    sub_kwh = None
    if fleet.sub_meters is not None:
        parts, sub_kwh = _deduct(parts, fleet, faults, unit=10 ** (plan.scales.energy - plan.rounding.quantity))
    if losses is not None:
        parts = _add_losses(plan, parts, losses)
    quantities = _state(plan, measurement, parts, losses, metered, kvarh, sub_kwh)
    columns = _priced_columns(plan, parts)
    _note_negative(columns, faults)
    quantities, columns = _take_shares(plan, fleet, quantities, columns)
    _note_unpriced(plan, columns, faults)
    main_kwh = exact_sum([column.kwh for column in columns], size=fleet.size)
    quantities = replace(quantities, main_kwh=main_kwh)
    shared = exact_sum(quantities.share_kwh, size=fleet.size)
    total = quantities.total_kwh if quantities.total_kwh is not None else main_kwh
    return Settled(fleet.size, quantities, columns, main_kwh, total - shared, tuple(faults))


def reactive_energy(part: Energies, *, size: int) -> IntArray:
    """
    Return the reactive energy that counts for the power factor.

    Shapes: (n,). Units: kvarh in scales.energy. Errors: none.
    Source: TR-5.2 (absolute values of import and export are added; a given sum wins).
    """
    zeros = np.zeros(size, dtype=np.int64)
    directions = [abs(part.values[kind]) for kind in ("reactive_import", "reactive_export") if kind in part.values]
    summed = exact_sum(directions, size=size)
    if "reactive" not in part.values:
        return summed
    return np.where(part.present["reactive"], abs(part.values["reactive"]), summed if directions else zeros)


def _measure(plan: ChargePlan, fleet: Fleet) -> Measurement:
    if fleet.registers is not None:
        measurement = measure_registers(plan, fleet.registers, size=fleet.size)
    elif fleet.usage is not None:
        measurement = measure_usage(plan, fleet.usage, size=fleet.size)
    else:
        zeros, nowhere = np.zeros(fleet.size, dtype=np.int64), np.zeros(fleet.size, dtype=bool)
        part = Energies({"total": zeros}, {"total": nowhere})
        measurement = Measurement((part,), None, zeros, None, None, ())
    if fleet.demand_kw is None:
        return measurement
    has_demand = np.ones(fleet.size, dtype=bool) if fleet.has_demand is None else fleet.has_demand
    return replace(measurement, demand_kw=fleet.demand_kw, has_demand=has_demand)


def _total_of(part: Energies) -> IntArray:
    return part.values["total"]


def _columns_of(part: Energies, version: int) -> dict[str, Column]:
    return {
        kind: Column(version, kind, part.values[kind], part.present[kind])
        for kind in ("total", *SPREAD_ORDER)
        if kind in part.values and (kind == "total" or part.present[kind].any())
    }


def _deduct(
    parts: list[dict[str, Column]], fleet: Fleet, faults: list[Fault], *, unit: int
) -> tuple[list[dict[str, Column]], IntArray]:
    """Sub-meters are read in the same periods; a lone total is spread over the main meter's periods."""
    subs = dict(fleet.sub_meters or {})
    periods = [kind for kind in SPREAD_ORDER if kind in parts[0]]
    if "total" not in subs:
        subs["total"] = exact_sum([subs[kind] for kind in PERIODS if kind in subs], size=fleet.size)
    elif not any(kind in subs for kind in PERIODS):
        weights = [parts[0][kind].kwh for kind in periods]
        if periods:
            spread = spread_in_proportion(subs["total"], weights, unit=unit)
            subs.update(zip(periods, spread, strict=True))
    zeros = np.zeros(fleet.size, dtype=np.int64)
    kinds = ["total", *periods]
    main, is_negative = deduct_sub_meters(
        [parts[0][kind].kwh for kind in kinds], [subs.get(kind, zeros) for kind in kinds]
    )
    if is_negative.any():
        faults.append(Fault(code="negative_main", field="sub_meters", points=np.flatnonzero(is_negative)))
    first = {kind: replace(parts[0][kind], kwh=kwh) for kind, kwh in zip(kinds, main, strict=True)}
    return [first, *parts[1:]], subs["total"]


def _add_losses(plan: ChargePlan, parts: list[dict[str, Column]], losses: Losses) -> list[dict[str, Column]]:
    unit = 10 ** (plan.scales.energy - plan.rounding.quantity)
    parts = _ensure_priced(plan, parts)
    grown = [dict(part) for part in parts]
    totals = [part["total"].kwh for part in parts]
    added = spread_losses(losses, totals, hours=None, fallback=0, unit=unit)
    for part, total_loss in zip(grown, added, strict=True):
        part["total"] = _grow(part["total"], total_loss)
    keys = [(version, code) for version, part in enumerate(parts) for code in SPREAD_ORDER if code in part]
    if not keys:
        return grown
    hours = None
    if plan.iron_loss_hours is not None:
        hours = [plan.iron_loss_hours[PERIODS.index(code)] for _, code in keys]
    flats = [index for index, (_, code) in enumerate(keys) if code == "flat"]
    columns = [parts[version][code].kwh for version, code in keys]
    fallback = flats[0] if flats else 0
    shares = spread_losses(losses, columns, hours=hours, fallback=fallback, unit=unit)
    for (version, code), share in zip(keys, shares, strict=True):
        grown[version][code] = _grow(grown[version][code], share)
    return grown


def _ensure_priced(plan: ChargePlan, parts: list[dict[str, Column]]) -> list[dict[str, Column]]:
    """An idle point priced by periods needs a column that can take its losses."""
    by_period = [price for price in plan.energy if price.codes != ("single",)]
    if not by_period or any(code in parts[0] for code in SPREAD_ORDER):
        return parts
    code = "flat" if "flat" in by_period[0].codes else by_period[0].codes[0]
    total = parts[0]["total"]
    return [{**parts[0], code: Column(0, code, np.zeros_like(total.kwh), total.present)}, *parts[1:]]


def _grow(column: Column, kwh: IntArray) -> Column:
    total = exact_sum([column.kwh, kwh], size=kwh.size)
    return replace(column, kwh=total, present=column.present | np.asarray(kwh != 0, dtype=bool))


def _state(
    plan: ChargePlan,
    measurement: Measurement,
    parts: Sequence[Mapping[str, Column]],
    losses: Losses | None,
    metered: IntArray,
    kvarh: IntArray,
    sub_kwh: IntArray | None,
) -> Quantities:
    size = metered.size
    unrounded = None
    if plan.basic is not None and plan.basic.discount is not None:
        extra = [losses.active_kwh()] if losses is not None else []
        unrounded = exact_sum([measurement.total_unrounded_kwh, *extra], size=size)
    reactive = [losses.reactive_kvarh()] if losses is not None else []
    return Quantities(
        metered_kwh=metered,
        metered_kvarh=kvarh,
        sub_meter_kwh=sub_kwh,
        total_kwh=exact_sum([part["total"].kwh for part in parts], size=size),
        has_total=np.logical_or.reduce([part["total"].present for part in parts]),
        total_unrounded_kwh=unrounded,
        parts=tuple({code: column.kwh for code, column in part.items()} for part in parts),
        present=tuple({code: column.present for code, column in part.items()} for part in parts),
        segments=measurement.segments.values if measurement.segments is not None else None,
        reactive_kvarh=exact_sum([kvarh, *reactive], size=size),
        has_reactive=_has_reactive(measurement, reactive, size=size),
        copper_loss_kwh=losses.copper_kwh if losses is not None else None,
        iron_loss_kwh=losses.iron_kwh if losses is not None else None,
        line_loss_kwh=losses.line_kwh if losses is not None else None,
        copper_loss_kvarh=losses.copper_kvarh if losses is not None else None,
        iron_loss_kvarh=losses.iron_kvarh if losses is not None else None,
        line_loss_kvarh=losses.line_kvarh if losses is not None else None,
        demand_kw=measurement.demand_kw,
        has_demand=measurement.has_demand,
    )


def _has_reactive(measurement: Measurement, losses: Sequence[IntArray], *, size: int) -> BoolArray:
    nowhere = np.zeros(size, dtype=bool)
    read = [
        part.present[kind]
        for part in measurement.parts
        for kind in ("reactive", "reactive_import", "reactive_export")
        if kind in part.present
    ]
    lost = [np.asarray(loss != 0, dtype=bool) for loss in losses]
    return np.asarray(np.logical_or.reduce([nowhere, *read, *lost]), dtype=bool)


def _priced_columns(plan: ChargePlan, parts: Sequence[Mapping[str, Column]]) -> tuple[Column, ...]:
    """The periods where energy is priced by period, else the total of each version."""
    if any(price.codes != ("single",) for price in plan.energy):
        return tuple(column for part in parts for code, column in part.items() if code != "total")
    return tuple(replace(part["total"], code="single") for part in parts)


def _take_shares(
    plan: ChargePlan, fleet: Fleet, quantities: Quantities, columns: tuple[Column, ...]
) -> tuple[Quantities, tuple[Column, ...]]:
    share_kwh: list[IntArray] = []
    if plan.shares and columns:
        total = quantities.total_kwh if quantities.total_kwh is not None else columns[0].kwh
        wanted = [
            wanted_share(amount, total, is_ratio=share.is_ratio, plan=plan)
            for share, amount in zip(plan.shares, fleet.share_amounts, strict=True)
        ]
        share_kwh, left = allot_shares(
            plan.shares,
            wanted,
            total,
            [column.kwh for column in columns],
            periods=[column.code for column in columns],
            unit=10 ** (plan.scales.energy - plan.rounding.quantity),
        )
        columns = tuple(replace(column, kwh=kwh) for column, kwh in zip(columns, left, strict=True))
    main: list[dict[str, IntArray]] = [{} for _ in quantities.parts]
    for column in columns:
        main[column.version][column.code] = column.kwh
    return replace(quantities, share_kwh=tuple(share_kwh), main_parts=tuple(main)), columns


def _note_negative(columns: Sequence[Column], faults: list[Fault]) -> None:
    for column in columns:
        if column.kwh.size and column.kwh.min() < 0:
            points = np.flatnonzero(np.asarray(column.kwh < 0, dtype=bool))
            code = "total" if column.code == "single" else column.code
            faults.append(Fault(code="quantity_negative", field=f"usage.{code}_kwh", points=points))


def _note_unpriced(plan: ChargePlan, columns: Sequence[Column], faults: list[Fault]) -> None:
    priced = {(price.version, code) for price in plan.energy for code in price.codes}
    for column in columns:
        if plan.energy and (column.version, column.code) not in priced:
            points = np.flatnonzero(np.asarray(column.kwh != 0, dtype=bool))
            if points.size:
                faults.append(Fault(code="price_missing", field=f"energy_price.{column.code}", points=points))
