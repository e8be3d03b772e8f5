"""A group of points ready to be calculated, and the basis that each of their bills freezes."""

from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from decimal import ROUND_DOWN, Decimal
from typing import Any

import numpy as np
import pyarrow as pa

from dianke.domain.billing.rules import fleets
from dianke.domain.billing.rules.cases import CaseFacts, build_case, build_segment, decimal_text
from dianke.domain.billing.rules.groups import ShardFacts
from dianke.domain.billing.rules.inputs import CapacityRow, ints
from dianke.domain.billing.rules.plans import GroupKey, TierLimits, build_prices, get_tier_limits
from dianke.domain.billing.rules.quantities import text, to_units
from dianke.domain.tariffs.rules.time_bands import describe_days
from dianke.domain.tariffs.types import PERIOD_NAMES, Consumer, PriceTable
from dianke.engine.types import ChargePlan, Fleet, IntArray

Row = dict[str, Any]

DRAFT_COLUMNS = (
    "id", "unit_id", "run_id", "shard_number", "usage_point_id", "account_id", "account_number",
    "customer_name", "address", "usage_class", "month", "period_start", "period_end", "energy_kwh_e2",
    "basic_fen", "energy_fen", "shares_fen", "power_factor_fen", "funds_fen", "amount_fen", "basis",
)  # fmt: skip


@dataclass(frozen=True)
class Batch:
    """Points of one group: what the engine takes, and how to write down what it took."""

    plan: ChargePlan
    fleet: Fleet
    points: list[Row]
    basis_of: Callable[[int], Row]


@dataclass(frozen=True)
class Group:
    """Points of a shard that share a plan, with everything their bills depend on."""

    key: GroupKey
    table: PriceTable
    plan: ChargePlan
    points: pa.Table
    segments: pa.Table
    facts: ShardFacts
    positions: IntArray
    sub_meters: Mapping[str, Mapping[int, int]]
    months: list[date]
    period: tuple[date, date]
    used_before: Mapping[int, int]

    @property
    def rows(self) -> list[Row]:
        """Return the points as rows."""
        return [self.facts.points[position] for position in self.positions.tolist()]


def build_batch(group: Group) -> Batch:
    """Return the group as the engine takes it, with the writer of each bill's basis."""
    rows = group.rows
    ids = ints(group.points, "point_id")
    read = fleets.read_segments(group.segments, ids)
    capacity = [group.facts.capacity.get(row["point_id"], []) for row in rows]
    limits = get_tier_limits(table=group.table, months=group.months)
    fleet = fleets.build_fleet(
        points=group.points,
        segments=read,
        capacity=capacity,
        share_amounts=_share_amounts(group.key, rows, group.facts),
        sub_meters=_sub_meters_of(ids, group.sub_meters),
        loss_method=group.key.loss_method,
        tier_limits=_tier_limits(limits, rows, group.period[0]) if limits else None,
        has_basic=group.key.basic_mode != "NONE",
        months_e4=len(group.months) * 10_000,
    )
    if limits:
        fleet = _set_tiers(fleet, limits, rows, group.used_before)
    writer = _BasisWriter(
        limits=limits,
        segments=_group_rows(group.segments, ids),
        capacity=capacity,
        shares=group.facts.shares,
        sub_meters=group.sub_meters,
        months=len(group.months),
        period=group.period,
        used_before=group.used_before,
        rows=rows,
        prices=build_prices(key=group.key, table=group.table, tiers=limits),
        price=_describe_price(key=group.key, table=group.table, month=group.period[0].month),
    )
    plan = replace(group.plan, scales=fleets.scales_of(read))
    return Batch(plan=plan, fleet=fleet, points=rows, basis_of=writer.write)


def _set_tiers(fleet: Fleet, limits: TierLimits, rows: list[Row], used_before: Mapping[int, int]) -> Fleet:
    """Return the fleet with the year's energy before, where tiers run through the year."""
    before = [used_before.get(row["point_id"], 0) if limits.is_annual else 0 for row in rows]
    return replace(
        fleet,
        # The limits handed in are those of the whole period already.
        tier_months=np.full(fleet.size, 10_000, dtype=np.int64),
        used_before_kwh=np.array(before, dtype=np.int64),
    )


def _share_amounts(key: GroupKey, rows: list[Row], facts: ShardFacts) -> tuple[IntArray, ...]:
    return tuple(
        np.array(
            [facts.shares[row["point_id"]][at]["ratio_e6" if share.is_ratio else "fixed_kwh_e2"] for row in rows],
            dtype=np.int64,
        )
        for at, share in enumerate(key.shares)
    )


def _sub_meters_of(ids: IntArray, sums: Mapping[str, Mapping[int, int]]) -> dict[str, IntArray] | None:
    columns = {
        kind: np.array([by_parent.get(int(point), 0) for point in ids], dtype=np.int64)
        for kind, by_parent in sums.items()
    }
    return columns if any(column.any() for column in columns.values()) else None


def _tier_limits(limits: TierLimits, rows: list[Row], start: date) -> tuple[IntArray, ...]:
    return tuple(
        np.array([to_units(_limit_of(limits, at, row, start), 2) for row in rows], dtype=np.int64)
        for at in range(len(limits.limits_kwh))
    )


def _limit_of(limits: TierLimits, at: int, row: Row, start: date) -> Decimal:
    """
    Return an upper limit of a household for the billed months or the year.

    A household that was connected within the year has the limits of its months of service; the month of
    connection counts (TR-6). Hundredths of a kWh are cut, in the customer's disfavour by less than a cent.
    """
    limit = limits.limits_kwh[at] + (limits.allowance_kwh if _is_large(limits, row) else Decimal(0))
    opened: date = row["opened_date"]
    if not limits.is_annual or opened.year < start.year:
        return limit
    return (limit * (13 - opened.month) / 12).quantize(Decimal("0.01"), rounding=ROUND_DOWN)


def _is_large(limits: TierLimits, row: Row) -> bool:
    persons = limits.allowance_persons
    return persons is not None and (row["household_size"] or 0) >= persons


def _group_rows(segments: pa.Table, ids: IntArray) -> dict[int, list[Row]]:
    chosen = segments.take(pa.array(np.flatnonzero(np.isin(ints(segments, "point_id"), ids))))
    grouped: dict[int, list[Row]] = defaultdict(list)
    for row in chosen.to_pylist():
        grouped[row["point_id"]].append(row)
    return grouped


@dataclass(frozen=True)
class _BasisWriter:
    """Writes the basis of one point after the other."""

    limits: TierLimits | None
    segments: Mapping[int, list[Row]]
    capacity: list[list[CapacityRow]]
    shares: Mapping[int, list[Row]]
    sub_meters: Mapping[str, Mapping[int, int]]
    months: int
    period: tuple[date, date]
    used_before: Mapping[int, int]
    rows: list[Row]
    prices: Row
    price: Row

    def write(self, position: int) -> Row:
        """Return the basis of the point at a position: case, meters, transformers, price's parts."""
        row = self.rows[position]
        point_id = row["point_id"]
        segments = self.segments[point_id]
        facts = CaseFacts(
            start=str(self.period[0]),
            end=str(self.period[1]),
            months="1" if self.limits and self.limits.is_annual else str(self.months),
            segments=segments,
            capacity=self.capacity[position],
            shares=self.shares.get(point_id, []),
            sub_kwh={
                kind: decimal_text(by_parent[point_id], 2)
                for kind, by_parent in self.sub_meters.items()
                if by_parent.get(point_id)
            },
            point=row,
        )
        return {
            "case": build_case(facts, prices=self._prices_of(row)),
            "meters": [build_segment(segment) for segment in segments],
            "transformers": [
                {"code": own.code, "name": own.name, "kva": decimal_text(own.kva_e4, 4), "days": own.days,
                 "whole": own.is_whole, "charged": own.is_charged}
                for own in self.capacity[position]
            ],
            "supply": {"voltage": row["voltage"], "side": row["metering_side"]},
            "price": self.price,
        }  # fmt: skip

    def _prices_of(self, row: Row) -> Row:
        if self.limits is None:
            return self.prices
        divisor = 1 if self.limits.is_annual else self.months
        energy = {
            **self.prices["energy_price"],
            "tiers": [dict(tier) for tier in self.prices["energy_price"]["tiers"]],
        }
        for at, tier in enumerate(energy["tiers"][: len(self.limits.limits_kwh)]):
            tier["up_to_kwh"] = text(_limit_of(self.limits, at, row, self.period[0]) / divisor)
        if self.limits.is_annual and self.used_before.get(row["point_id"]):
            energy["used_before_kwh"] = decimal_text(self.used_before[row["point_id"]], 2)
        return {**self.prices, "energy_price": energy}


def _describe_price(*, key: GroupKey, table: PriceTable, month: int) -> Row:
    """Return where the prices come from and what they are made of, for the bill's page."""
    return {
        "plan": table.plan_code,
        "sheet": table.sheet_id,
        "version": table.version_id,
        "structure": str(table.structure),
        "voltage": table.voltage,
        "grade": table.grade,
        "time_of_use": key.time_of_use,
        "basic_mode": key.basic_mode,
        "regulations": list(table.regulations),
        "components": [
            {"code": part.code, "kind": str(part.kind), "label": part.label, "price": text(part.price)}
            for part in table.components
            if not part.part_of
        ],
        "hours": _describe_hours(table, month) if key.time_of_use else {},
    }


def _describe_hours(table: PriceTable, month: int) -> dict[str, list[str]]:
    """Return the hours of each period on the month's ordinary days, as the sheet prints them."""
    hours: dict[str, list[str]] = {}
    for strip in describe_days(bands=table.bands, consumer=Consumer(structure=table.structure)):
        if month in strip.months and strip.condition.is_every_day:
            for segment in strip.segments:
                hours.setdefault(PERIOD_NAMES[segment.period], []).append(segment.hours)
    return hours
