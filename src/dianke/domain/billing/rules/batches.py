"""A group of points as the engine takes it."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import timedelta

import numpy as np

from dianke.domain.billing.rules import fleets
from dianke.domain.billing.rules.groups import ShardFacts
from dianke.domain.billing.rules.inputs import CapacityRow, ShardInputs, Span, days, ints
from dianke.domain.billing.rules.plans import GroupKey, TierLimits, build_plan, get_tier_limits
from dianke.domain.billing.rules.quantities import to_units
from dianke.domain.tariffs.types import PriceTable
from dianke.engine.types import ChargePlan, Fleet, IntArray

SubMeterSums = Mapping[str, Mapping[int, int]]


@dataclass(frozen=True)
class Group:
    """Points of a shard that share a plan: `inputs` holds them alone, in ascending order."""

    key: GroupKey
    table: PriceTable
    inputs: ShardInputs
    facts: ShardFacts
    sub_meters: SubMeterSums
    span: Span

    @property
    def point_ids(self) -> IntArray:
        """Return the keys of the points."""
        return ints(self.inputs.points, "point_id")


def build_batch(group: Group) -> tuple[ChargePlan, Fleet]:
    """
    Return the plan and the fleet of a group.

    :raises PriceMissing: if a price that the group needs is not on the sheet
    :raises PlanIncomplete: if the group asks for something that the plan has not
    """
    ids = group.point_ids
    months = list(group.span.months)
    read = fleets.read_segments(group.inputs.segments, ids)
    limits = get_tier_limits(table=group.table, months=months)
    has_basic = group.key.basic_mode != "NONE"
    fleet = fleets.build_fleet(
        points=group.inputs.points,
        segments=read,
        capacity=_capacity_of(ids, group) if has_basic or group.key.loss_method != "NONE" else [],
        share_amounts=_share_amounts(ids, group),
        sub_meters=_sub_meters_of(ids, group.sub_meters),
        loss_method=group.key.loss_method,
        tier_limits=list_tier_limits(limits, group) if limits else None,
        has_basic=has_basic,
        months_e4=len(months) * 10_000,
    )
    if limits:
        fleet = _set_tiers(fleet, limits, group)
    plan = build_plan(key=group.key, table=group.table, months=months, part_days=group.span.part_days)
    return replace(plan, scales=fleets.scales_of(read)), fleet


def _capacity_of(ids: IntArray, group: Group) -> list[list[CapacityRow]]:
    return [group.facts.capacity.get(point, []) for point in ids.tolist()]


def _set_tiers(fleet: Fleet, limits: TierLimits, group: Group) -> Fleet:
    """Return the fleet with the year's energy before, where tiers run through the year."""
    before = np.zeros(fleet.size, dtype=np.int64)
    if limits.is_annual:
        used = group.inputs.used_before
        before[np.searchsorted(group.point_ids, ints(used, "point_id"))] = ints(used, "energy_e2")
    return replace(
        fleet,
        # The limits handed in are those of the whole period already.
        tier_months=np.full(fleet.size, 10_000, dtype=np.int64),
        used_before_kwh=before,
    )


def _share_amounts(ids: IntArray, group: Group) -> tuple[IntArray, ...]:
    return tuple(
        np.array(
            [group.facts.shares[point][at]["ratio_e6" if share.is_ratio else "fixed_kwh_e2"] for point in ids.tolist()],
            dtype=np.int64,
        )
        for at, share in enumerate(group.key.shares)
    )


def _sub_meters_of(ids: IntArray, sums: SubMeterSums) -> dict[str, IntArray] | None:
    columns: dict[str, IntArray] = {}
    for kind, by_parent in sums.items():
        columns[kind] = np.zeros(len(ids), dtype=np.int64)
        for parent, energy in by_parent.items():
            at = int(np.searchsorted(ids, parent))
            if at < len(ids) and ids[at] == parent:
                columns[kind][at] = energy
    return columns if any(column.any() for column in columns.values()) else None


def list_tier_limits(limits: TierLimits, group: Group) -> tuple[IntArray, ...]:
    """
    Return the upper limits (1e-2 kWh) of every household for the billed months or the year.

    A household that was connected or leaves within the year has the limits of its months of service; the months of
    connection and of leaving count (TR-6). Hundredths of a kWh are cut, in the customer's disfavour by less than a
    cent.
    """
    points = group.inputs.points
    persons = limits.allowance_persons
    is_large = ints(points, "household_size") >= persons if persons is not None else np.zeros(len(points), dtype=bool)
    allowance = np.where(is_large, to_units(limits.allowance_kwh, 2), 0).astype(np.int64)
    opened = days(points, "opened_date").astype("datetime64[M]").astype(np.int64)
    year_start = (group.span.start.year - 1970) * 12
    last = (group.span.end - timedelta(days=1)).month if group.span.closes else 12
    first = np.where(opened >= year_start, opened % 12, 0)
    served = np.where(limits.is_annual, np.maximum(last - first, 1), 12)
    return tuple((to_units(limit, 2) + allowance) * served // 12 for limit in limits.limits_kwh)
