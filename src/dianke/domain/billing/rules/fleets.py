"""Turn the columns of a shard into the engine's fleets: one for each group of points that share a plan."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from dianke.domain.billing.rules.inputs import (
    DAYS_OF_A_BILLING_MONTH,
    CapacityRow,
    flags,
    ints,
    offsets_of,
    present,
    register_masks,
    where_text,
)
from dianke.engine.types import BoolArray, Capacity, Fleet, IntArray, Registers, Scales, TransformerLoss

_READING_STEP = 100  # readings come with four decimals; two are kept where the last two are zero
_MULTIPLIER_STEP = 1_000_000


@dataclass(frozen=True)
class Segments:
    """The meter segments of some points, in the engine's form, with the scales they are in."""

    registers: Registers
    reading_decimals: int
    multiplier_decimals: int


def read_segments(segments: pa.Table, point_ids: IntArray) -> Segments:
    """Return the segments of the points (sorted by key) as registers; a kind no meter has is left out."""
    owners = ints(segments, "point_id")
    is_own = np.isin(owners, point_ids)
    chosen = segments if is_own.all() else segments.filter(pa.array(is_own))
    reading_decimals, start, end, where = _read_registers(chosen)
    multiplier = ints(chosen, "multiplier_e6")
    is_whole = not (multiplier % _MULTIPLIER_STEP).any()
    demand = ints(chosen, "demand")
    return Segments(
        registers=Registers(
            start=start,
            end=end,
            multiplier=multiplier // _MULTIPLIER_STEP if is_whole else multiplier,
            present=where,
            demand=_scale_reading(demand, reading_decimals) if present(chosen, "demand").any() else None,
            digits=ints(chosen, "integer_digits"),
            is_rollover=flags(chosen, "rolled_over"),
            offsets=offsets_of(ints(chosen, "point_id"), point_ids),
        ),
        reading_decimals=reading_decimals,
        multiplier_decimals=0 if is_whole else 6,
    )


def _read_registers(
    segments: pa.Table,
) -> tuple[int, dict[str, IntArray], dict[str, IntArray], dict[str, BoolArray]]:
    raw: dict[str, tuple[IntArray, IntArray]] = {}
    where: dict[str, BoolArray] = {}
    is_fine = bool((ints(segments, "demand") % _READING_STEP).any())
    for kind, has in register_masks(segments).items():
        if not has.any():
            continue
        start, end = ints(segments, f"{kind}_start"), ints(segments, f"{kind}_end")
        is_fine |= bool((start % _READING_STEP).any() or (end % _READING_STEP).any())
        raw[kind] = (start, end)
        where[kind] = has
    decimals = 4 if is_fine else 2
    return (
        decimals,
        {kind: _scale_reading(start, decimals) for kind, (start, _) in raw.items()},
        {kind: _scale_reading(end, decimals) for kind, (_, end) in raw.items()},
        where,
    )


def _scale_reading(values: IntArray, decimals: int) -> IntArray:
    return values if decimals == 4 else values // _READING_STEP


def build_capacity(rows: list[list[CapacityRow]]) -> Capacity | None:
    """Return the transformers of the points in the engine's form, or None where nobody has any."""
    flat = [row for point in rows for row in point]
    if not flat:
        return None
    groups = [_number_groups(point) for point in rows]
    return Capacity(
        kva=np.array([row.kva_e4 for row in flat], dtype=np.int64),
        offsets=np.cumsum([0, *(len(point) for point in rows)]).astype(np.int64),
        factor=np.array([DAYS_OF_A_BILLING_MONTH if row.is_whole else row.days for row in flat], dtype=np.int64),
        factor_divisor=DAYS_OF_A_BILLING_MONTH,
        is_charged=np.array([row.is_charged for row in flat], dtype=np.bool_),
        group=np.array([number for point in groups for number in point], dtype=np.int64),
    )


def _number_groups(rows: list[CapacityRow]) -> list[int]:
    names = sorted({row.group for row in rows if row.group})
    return [names.index(row.group) + 1 if row.group else 0 for row in rows]


def build_transformer_loss(
    *, method: str, points: pa.Table, rows: list[list[CapacityRow]], is_low_side: BoolArray
) -> TransformerLoss | None:
    """
    Return the loss parameters of points metered on the low side (TR-1.2); others carry none.

    The formula takes the hours of the transformer: 720 for a whole commercial month, else 24 × days.
    """
    if method == "NONE" or not is_low_side.any():
        return None
    factor, iron_kwh, iron_kvarh = (
        np.where(is_low_side, ints(points, name), 0)
        for name in ("loss_factor_e4", "loss_iron_kwh_e2", "loss_iron_kvarh_e2")
    )
    if method == "FIXED":
        return TransformerLoss(method="given", values={"active_kwh": iron_kwh, "reactive_kvarh": iron_kvarh})
    if method == "RATIO":
        return TransformerLoss(method="ratio", values={"copper_ratio": factor * 100, "iron_kwh": iron_kwh})
    plates = np.array([_nameplate(own) for own in rows], dtype=np.int64).reshape(len(rows), 6)
    names = ("p0_kw", "pk_kw", "i0_percent", "uk_percent", "sn_kva", "hours")
    values = {name: np.where(is_low_side, plates[:, at], 0) for at, name in enumerate(names)}
    # A rated capacity of nought would divide; without losses its value does not matter.
    values["sn_kva"] = np.maximum(values["sn_kva"], 1)
    values["hours"] = np.maximum(values["hours"], 1)
    return TransformerLoss(method="formula", values={**values, "load_shape": factor})


def _nameplate(rows: list[CapacityRow]) -> tuple[int, ...]:
    for row in rows:
        if row.loss_e4 and row.is_charged:
            hours = 720 if row.is_whole else 24 * row.days
            return (*row.loss_e4, row.kva_e4, hours * 10_000)
    return (0, 0, 0, 0, 0, 0)


def build_fleet(
    *,
    points: pa.Table,
    segments: Segments,
    capacity: list[list[CapacityRow]],
    share_amounts: tuple[IntArray, ...],
    sub_meters: Mapping[str, IntArray] | None,
    loss_method: str,
    tier_limits: tuple[IntArray, ...] | None,
    has_basic: bool,
    months_e4: int,
) -> Fleet:
    """Return the fleet of one group of points."""
    is_low_side = where_text(points, "metering_side", "HIGH_LOW")
    line_loss = ints(points, "line_loss_ratio_e6")
    size = len(points)
    return Fleet(
        size=size,
        registers=segments.registers,
        sub_meters=sub_meters,
        transformer_loss=build_transformer_loss(
            method=loss_method, points=points, rows=capacity, is_low_side=is_low_side
        ),
        line_loss_ratio=line_loss if line_loss.any() else None,
        share_amounts=share_amounts,
        months=np.full(size, months_e4, dtype=np.int64),
        capacity=build_capacity(capacity) if has_basic else None,
        contract_kw=ints(points, "contract_kw_e6") if has_basic else None,
        tier_limits=tier_limits,
    )


def scales_of(segments: Segments) -> Scales:
    """Return the engine's usual scales with the readings' own."""
    return Scales(reading=segments.reading_decimals, multiplier=segments.multiplier_decimals)
