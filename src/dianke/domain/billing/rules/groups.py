"""Sort the points of a shard into groups that one plan prices, and find those that no plan can."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
import pyarrow as pa

from dianke.domain.billing.rules.inputs import (
    CapacityRow,
    FaultBook,
    count_capacity,
    find_reading_faults,
    ints,
)
from dianke.domain.billing.rules.plans import GroupKey, ShareKey
from dianke.domain.tariffs.types import Structure
from dianke.engine.types import IntArray

Row = dict[str, Any]


@dataclass(frozen=True)
class ShardFacts:
    """The shard's rows by point, as far as they are not arrays."""

    points: list[Row]
    capacity: Mapping[int, list[CapacityRow]]
    shares: Mapping[int, list[Row]]


def read_facts(*, points: pa.Table, capacities: pa.Table, shares: pa.Table, start: date, end: date) -> ShardFacts:
    """Return the shard's points with their transformers and shares."""
    by_point: dict[int, list[Row]] = defaultdict(list)
    for row in capacities.to_pylist():
        by_point[row["point_id"]].append(row)
    share_rows: dict[int, list[Row]] = defaultdict(list)
    for row in shares.to_pylist():
        share_rows[row["point_id"]].append(row)
    counted = {point: count_capacity(rows, start=start, end=end) for point, rows in by_point.items()}
    return ShardFacts(points=points.to_pylist(), capacity=counted, shares=share_rows)


def find_faults(*, facts: ShardFacts, segments: pa.Table, sub_segments: pa.Table, book: FaultBook) -> None:
    """Note every point that cannot be billed for a reason that is seen before any calculation."""
    has_segments = set(ints(segments, "point_id").tolist())
    for point in facts.points:
        if obstacle := _find_obstacle(point, facts):
            book.add([point["point_id"]], code=obstacle)
        elif point["point_id"] not in has_segments:
            book.add([point["point_id"]], code="meter_missing")
    find_reading_faults(segments, book)
    subs = FaultBook()
    find_reading_faults(sub_segments, subs)
    parents = dict(zip(ints(sub_segments, "point_id").tolist(), ints(sub_segments, "parent_id").tolist(), strict=True))
    book.add((parents[point] for point in subs.faults), code="sub_meter_reading_missing")


def _find_obstacle(point: Row, facts: ShardFacts) -> str | None:
    capacity = facts.capacity.get(point["point_id"], [])
    if point["terms_id"] is None:
        return "terms_missing"
    if point["terms_in_period"] > 1:
        return "terms_changed_in_period"
    if point["basic_mode"] in {"CAPACITY", "CONTRACT_DEMAND"} and not capacity:
        return "transformer_missing"
    if point["metering_side"] == "HIGH_LOW" and point["loss_method"] == "FORMULA":
        plates = [row for row in capacity if row.loss_e4 and row.is_charged]
        if len(plates) != 1:
            return "transformer_data_missing" if not plates else "transformers_share_a_meter"
    return None


def group_points(*, facts: ShardFacts, book: FaultBook) -> dict[GroupKey, IntArray]:
    """Return positions (ascending) of the sound points by what prices them."""
    groups: dict[GroupKey, list[int]] = defaultdict(list)
    for position, point in enumerate(facts.points):
        if point["point_id"] not in book.faults:
            groups[_key_of(point, facts.shares.get(point["point_id"], []))].append(position)
    return {key: np.array(positions, dtype=np.int64) for key, positions in groups.items()}


def _key_of(point: Row, shares: list[Row]) -> GroupKey:
    return GroupKey(
        plan_code=point["plan_code"],
        structure=Structure(point["structure"]),
        price_voltage=point["price_voltage"] or "",
        time_of_use=bool(point["time_of_use"]),
        basic_mode=point["basic_mode"],
        power_factor_standard=point["power_factor_standard"] or "",
        loss_method=point["loss_method"],
        shares=tuple(
            ShareKey(
                name=share["name"],
                price_e8=share["price_e8"],
                is_ratio=share["ratio_e6"] is not None,
                taken_from=share["taken_from"] or "",
                in_power_factor=bool(share["in_power_factor"]),
                in_power_factor_base=bool(share["in_power_factor_base"]),
                with_funds=bool(share["with_funds"]),
            )
            for share in shares
        ),
    )


def sum_sub_meters(
    *, sub_segments: pa.Table, energies: Mapping[str, IntArray], sub_ids: IntArray
) -> dict[str, dict[int, int]]:
    """Return for each kind the energy (1e-2 kWh) that sub-meters take off each parent."""
    parents = dict(zip(ints(sub_segments, "point_id").tolist(), ints(sub_segments, "parent_id").tolist(), strict=True))
    sums: dict[str, dict[int, int]] = {}
    for kind, values in energies.items():
        sums[kind] = defaultdict(int)
        for sub_id, value in zip(sub_ids.tolist(), values.tolist(), strict=True):
            sums[kind][parents[sub_id]] += value
    return sums
