"""Sort the points of a shard into groups that one plan prices, and find those that no plan can."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa

from dianke.domain.billing.rules.inputs import (
    CapacityRow,
    FaultBook,
    ShardInputs,
    Span,
    codes,
    count_capacity,
    find_reading_faults,
    flags,
    ints,
    present,
    where_text,
)
from dianke.domain.billing.rules.plans import GroupKey, ShareKey
from dianke.domain.tariffs.types import Structure
from dianke.engine.types import BoolArray, IntArray

Row = dict[str, Any]

_KEY_TEXTS = ("plan_code", "structure", "price_voltage", "basic_mode", "power_factor_standard", "loss_method")


@dataclass(frozen=True)
class ShardFacts:
    """What only some points have, by point: transformers as far as they count, and shares."""

    capacity: Mapping[int, list[CapacityRow]]
    shares: Mapping[int, list[Row]]


def read_facts(inputs: ShardInputs, span: Span) -> ShardFacts:
    """Return the transformers and shares of the shard's points."""
    by_point: dict[int, list[Row]] = defaultdict(list)
    for row in inputs.capacities.to_pylist():
        by_point[row["point_id"]].append(row)
    share_rows: dict[int, list[Row]] = defaultdict(list)
    for row in inputs.shares.to_pylist():
        share_rows[row["point_id"]].append(row)
    counted = {
        point: count_capacity(rows, start=span.start, end=span.end, is_part=span.is_part)
        for point, rows in by_point.items()
    }
    return ShardFacts(capacity=counted, shares=share_rows)


def find_faults(*, inputs: ShardInputs, facts: ShardFacts, book: FaultBook) -> None:
    """Note every point that cannot be billed for a reason that is seen before any calculation."""
    points = inputs.points
    ids = ints(points, "point_id")
    book.add(ids[~present(points, "terms_id")], code="terms_missing")
    book.add(ids[ints(points, "terms_in_period") > 1], code="terms_changed_in_period")
    charged_by_capacity = ids[where_text(points, "basic_mode", "CAPACITY", "CONTRACT_DEMAND")].tolist()
    book.add((point for point in charged_by_capacity if point not in facts.capacity), code="transformer_missing")
    with_formula = where_text(points, "metering_side", "HIGH_LOW") & where_text(points, "loss_method", "FORMULA")
    for point in ids[with_formula].tolist():
        plates = [row for row in facts.capacity.get(point, []) if row.loss_e4 and row.is_charged]
        if len(plates) != 1:
            book.add([point], code="transformers_share_a_meter" if plates else "transformer_data_missing")
    book.add(ids[~np.isin(ids, ints(inputs.segments, "point_id"))], code="meter_missing")
    find_reading_faults(inputs.segments, book)
    subs = FaultBook()
    find_reading_faults(inputs.sub_segments, subs)
    parents = _parents_of(inputs.sub_segments)
    book.add((parents[point] for point in subs.faults), code="sub_meter_reading_missing")


def _parents_of(sub_segments: pa.Table) -> dict[int, int]:
    return dict(zip(ints(sub_segments, "point_id").tolist(), ints(sub_segments, "parent_id").tolist(), strict=True))


def group_points(*, inputs: ShardInputs, facts: ShardFacts, is_sound: BoolArray) -> dict[GroupKey, IntArray]:
    """Return positions (ascending) of the sound points by what prices them."""
    points = inputs.points
    number = flags(points, "time_of_use").astype(np.int64)
    for name in _KEY_TEXTS:
        numbers, values = codes(points, name)
        number = number * max(len(values), 1) + numbers
    with_shares, share_keys = _number_shares(points, facts)
    number = number * len(share_keys) + with_shares
    sound = np.flatnonzero(is_sound)
    order = sound[np.argsort(number[sound], kind="stable")]
    cuts = np.flatnonzero(np.diff(number[order])) + 1
    return {
        _key_of(points, int(positions[0]), share_keys[int(with_shares[positions[0]]) - 1]): positions
        for positions in np.split(order, cuts)
        if positions.size
    }


def _number_shares(points: pa.Table, facts: ShardFacts) -> tuple[IntArray, list[tuple[ShareKey, ...]]]:
    """Return for each point 1 + the number of its set of shares, 0 for none, and the sets, the empty one last."""
    found: dict[tuple[ShareKey, ...], int] = {}
    numbers = np.zeros(len(points), dtype=np.int64)
    if facts.shares:
        ids = ints(points, "point_id")
        for point, rows in facts.shares.items():
            at = np.searchsorted(ids, point)
            numbers[at] = found.setdefault(tuple(_share_key(row) for row in rows), len(found) + 1)
    return numbers, [*found, ()]


def _share_key(share: Row) -> ShareKey:
    return ShareKey(
        name=share["name"],
        price_e8=share["price_e8"],
        is_ratio=share["ratio_e6"] is not None,
        taken_from=share["taken_from"] or "",
        in_power_factor=bool(share["in_power_factor"]),
        in_power_factor_base=bool(share["in_power_factor_base"]),
        with_funds=bool(share["with_funds"]),
    )


def _key_of(points: pa.Table, position: int, shares: tuple[ShareKey, ...]) -> GroupKey:
    point = points.slice(position, 1).to_pylist()[0]
    return GroupKey(
        plan_code=point["plan_code"],
        structure=Structure(point["structure"]),
        price_voltage=point["price_voltage"] or "",
        time_of_use=bool(point["time_of_use"]),
        basic_mode=point["basic_mode"],
        power_factor_standard=point["power_factor_standard"] or "",
        loss_method=point["loss_method"],
        shares=shares,
    )


def sum_sub_meters(
    *, sub_segments: pa.Table, energies: Mapping[str, IntArray], sub_ids: IntArray
) -> dict[str, dict[int, int]]:
    """Return for each kind the energy (1e-2 kWh) that sub-meters take off each parent."""
    parents = _parents_of(sub_segments)
    sums: dict[str, dict[int, int]] = {}
    for kind, values in energies.items():
        sums[kind] = defaultdict(int)
        for sub_id, value in zip(sub_ids.tolist(), values.tolist(), strict=True):
            sums[kind][parents[sub_id]] += value
    return sums
