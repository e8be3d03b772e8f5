"""Large fleets in chunks that fit the processor's cache, on a small pool of threads."""

from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

from dianke.engine.calculate import calculate
from dianke.engine.types import (
    BoolArray,
    Calculation,
    Capacity,
    ChargePlan,
    Fleet,
    IntArray,
    Registers,
    TransformerLoss,
    Usage,
)

CHUNK_POINTS = 16_384
WORKERS = 2


def calculate_in_chunks(
    plan: ChargePlan, fleet: Fleet, *, points: int = CHUNK_POINTS, workers: int = WORKERS
) -> Iterator[Calculation]:
    """
    Return the calculations of a fleet's chunks in order; numpy lets the threads run side by side.

    Shapes: a fleet of n points -> ceil(n / points) calculations. Units: those of the plan.
    Errors: as calculate.
    Source: no rule.
    """
    starts = range(0, fleet.size, points)
    with ThreadPoolExecutor(max_workers=workers) as pool:
        yield from pool.map(lambda start: calculate(plan, take(fleet, start, start + points)), starts)


def take(fleet: Fleet, start: int, stop: int) -> Fleet:
    """
    Return the points start to stop of a fleet, as views of its arrays.

    Shapes: n points -> min(stop, n) - start points. Units: unchanged. Errors: none. Source: no rule.
    """
    stop = min(stop, fleet.size)
    span = slice(start, stop)
    return replace(
        fleet,
        size=stop - start,
        registers=None if fleet.registers is None else _take_registers(fleet.registers, start, stop),
        usage=None if fleet.usage is None else _take_usage(fleet.usage, span),
        sub_meters=None if fleet.sub_meters is None else _take_all(fleet.sub_meters, span),
        transformer_loss=None
        if fleet.transformer_loss is None
        else TransformerLoss(
            method=fleet.transformer_loss.method, values=_take_all(fleet.transformer_loss.values, span)
        ),
        share_amounts=tuple(amount[span] for amount in fleet.share_amounts),
        capacity=None if fleet.capacity is None else _take_capacity(fleet.capacity, start, stop),
        tier_limits=None if fleet.tier_limits is None else tuple(limit[span] for limit in fleet.tier_limits),
        has_demand=_take_flags(fleet.has_demand, span),
        has_power_factor=_take_flags(fleet.has_power_factor, span),
        line_loss_ratio=_take(fleet.line_loss_ratio, span),
        months=_take(fleet.months, span),
        demand_kw=_take(fleet.demand_kw, span),
        contract_kw=_take(fleet.contract_kw, span),
        power_factor=_take(fleet.power_factor, span),
        tier_months=_take(fleet.tier_months, span),
        used_before_kwh=_take(fleet.used_before_kwh, span),
        free_quota_kwh=_take(fleet.free_quota_kwh, span),
    )


def _take(values: IntArray | None, span: slice) -> IntArray | None:
    return None if values is None else values[span]


def _take_flags(flags: BoolArray | None, span: slice) -> BoolArray | None:
    return None if flags is None else flags[span]


def _take_all(columns: Mapping[str, IntArray], span: slice) -> dict[str, IntArray]:
    return {name: values[span] for name, values in columns.items()}


def _take_masks(columns: Mapping[str, BoolArray], span: slice) -> dict[str, BoolArray]:
    return {name: flags[span] for name, flags in columns.items()}


def _take_usage(usage: Usage, span: slice) -> Usage:
    return Usage(
        parts=tuple(_take_all(part, span) for part in usage.parts),
        present=tuple(_take_masks(part, span) for part in usage.present),
    )


def _take_registers(registers: Registers, start: int, stop: int) -> Registers:
    offsets = registers.offsets
    span = slice(start, stop) if offsets is None else slice(int(offsets[start]), int(offsets[stop]))
    return replace(
        registers,
        start=_take_all(registers.start, span),
        end=_take_all(registers.end, span),
        multiplier=registers.multiplier[span],
        present=_take_masks(registers.present, span),
        add=_take_all(registers.add, span),
        demand=_take(registers.demand, span),
        digits=_take(registers.digits, span),
        is_rollover=_take_flags(registers.is_rollover, span),
        version=_take(registers.version, span),
        offsets=None if offsets is None else offsets[start : stop + 1] - offsets[start],
    )


def _take_capacity(capacity: Capacity, start: int, stop: int) -> Capacity:
    span = slice(int(capacity.offsets[start]), int(capacity.offsets[stop]))
    return replace(
        capacity,
        kva=capacity.kva[span],
        offsets=capacity.offsets[start : stop + 1] - capacity.offsets[start],
        factor=_take(capacity.factor, span),
        is_charged=_take_flags(capacity.is_charged, span),
        group=_take(capacity.group, span),
        version=_take(capacity.version, span),
    )
