"""
The basis of one bill, written out of its frozen inputs: a case of the quote command, its meters, its price.

Nothing here looks at what stands in the archive today.
"""

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import numpy as np

from dianke.domain.billing.rules import batches, shards, stages
from dianke.domain.billing.rules.cases import CaseFacts, build_case, build_segment, decimal_text
from dianke.domain.billing.rules.inputs import ShardInputs, Span, narrow_inputs
from dianke.domain.billing.rules.plans import GroupKey, build_prices, get_tier_limits
from dianke.domain.billing.rules.quantities import text
from dianke.domain.tariffs.rules.time_bands import describe_days
from dianke.domain.tariffs.types import PERIOD_NAMES, Consumer, PriceTable

Row = dict[str, Any]


@dataclass(frozen=True)
class _Point:
    """One point of a block, alone."""

    shard: shards.SortedShard
    key: GroupKey
    table: PriceTable
    row: Row

    @property
    def span(self) -> Span:
        return self.shard.span


def write_basis(*, inputs: ShardInputs, span: Span, find_table: shards.FindTable, point_id: int) -> Row:
    """Return the basis of a point: case, meters, transformers, supply and where its prices come from."""
    own = narrow_inputs(inputs, np.array([point_id], dtype=np.int64))
    shard = shards.sort_points(own, span)
    ((key, _),) = shard.positions.items()
    point = _Point(shard=shard, key=key, table=find_table(key), row=own.points.to_pylist()[0])
    segments = own.segments.to_pylist()
    capacity = shard.facts.capacity.get(point_id, [])
    return {
        "case": build_case(_case_facts(point, segments), prices=_prices_of(point)),
        "meters": [build_segment(segment) for segment in segments],
        "transformers": [
            {"code": own.code, "name": own.name, "kva": decimal_text(own.kva_e4, 4), "days": own.days,
             "whole": own.is_whole, "charged": own.is_charged}
            for own in capacity
        ],
        "supply": {"voltage": point.row["voltage"], "side": point.row["metering_side"]},
        "price": _describe_price(key=key, table=point.table, month=span.start.month),
        **_describe_stage(own, span),
    }  # fmt: skip


def _describe_stage(inputs: ShardInputs, span: Span) -> Row:
    """Return which reading of the month is billed, and what interim bills charged, where it is read several times."""
    if span.stages == 1:
        return {}
    before = [
        {
            "code": row["code"],
            "name": row["name"] or "",
            "unit": row["unit_name"] or "",
            "rule": row["rule"] or "",
            "included": bool(row["included"]),
            "price": decimal_text(int(str(row["price_e8"])), 8),
            "quantity": decimal_text(int(str(row["quantity_e6"])), 6),
            "amount": decimal_text(int(str(row["amount_e6"])), 6),
        }
        for row in stages.list_rows_of(inputs.billed_before)
    ]
    return {"stage": {"number": span.stage, "of": span.stages, "before": before}}


def _case_facts(point: _Point, segments: list[Row]) -> CaseFacts:
    limits = get_tier_limits(table=point.table, months=list(point.span.months))
    key = point.row["point_id"]
    sums = shards.measure_sub_meters(point.shard.inputs.sub_segments)
    return CaseFacts(
        start=str(point.span.start),
        end=str(point.span.end),
        months="1" if limits and limits.is_annual else str(len(point.span.months)),
        is_part=point.span.is_part,
        segments=segments,
        capacity=point.shard.facts.capacity.get(key, []),
        shares=point.shard.facts.shares.get(key, []),
        sub_kwh={kind: decimal_text(own[key], 2) for kind, own in sums.items() if own.get(key)},
        point=point.row,
    )


def _prices_of(point: _Point) -> Row:
    months = list(point.span.months)
    limits = get_tier_limits(table=point.table, months=months)
    prices = build_prices(key=point.key, table=point.table, tiers=limits)
    if limits is None:
        return prices
    group = batches.Group(
        key=point.key,
        table=point.table,
        inputs=point.shard.inputs,
        facts=point.shard.facts,
        sub_meters={},
        span=point.span,
    )
    divisor = 1 if limits.is_annual else len(months)
    energy = prices["energy_price"]
    for tier, limit in zip(energy["tiers"], batches.list_tier_limits(limits, group), strict=False):
        tier["up_to_kwh"] = text(Decimal(int(limit[0])).scaleb(-2) / divisor)
    used = point.shard.inputs.used_before["energy_e2"].to_pylist()
    if limits.is_annual and any(used):
        energy["used_before_kwh"] = decimal_text(used[0], 2)
    return prices


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
