"""A shard from its inputs to its figures: sorted, priced, calculated. A run, a replay and a trial all come here."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from dianke.domain.billing.rules import batches, fleets, groups, stages
from dianke.domain.billing.rules.batches import SubMeterSums
from dianke.domain.billing.rules.groups import ShardFacts
from dianke.domain.billing.rules.inputs import FaultBook, ShardInputs, Span, ints, narrow_inputs
from dianke.domain.billing.rules.plans import GroupKey, get_tier_limits
from dianke.domain.tariffs.types import PriceTable
from dianke.engine.calculate import calculate
from dianke.engine.types import BoolArray, Calculation, ChargePlan, Fleet, IntArray, Section
from dianke.kernel.errors import DomainError

SUMS: tuple[Section, ...] = ("basic", "energy", "shares", "power_factor", "funds")
FindTable = Callable[[GroupKey], PriceTable]


class PriceChangesInPeriod(DomainError):
    """Two versions of the plan share the period, which needs a reading at the change."""

    code = "price_changes_in_period"
    message = "sheet {sheet} ends on {end}, inside the billed period"


@dataclass(frozen=True)
class SortedShard:
    """The points of a shard by what prices them, and those that cannot be billed."""

    inputs: ShardInputs
    span: Span
    facts: ShardFacts
    book: FaultBook
    positions: Mapping[GroupKey, IntArray]

    @property
    def point_ids(self) -> IntArray:
        """Return the keys of all points of the shard, ascending."""
        return ints(self.inputs.points, "point_id")


@dataclass(frozen=True)
class CalculatedGroup:
    """
    The points of a group by their position in the shard, and what the engine found.

    `calculation` is what is billed; of the last of several stages it is the `whole` month less the interim bills.
    """

    key: GroupKey
    positions: IntArray
    calculation: Calculation
    whole: Calculation


@dataclass(frozen=True)
class CalculatedShard:
    """The figures of a shard as columns over all its points; those of faulty points are nought."""

    shard: SortedShard
    groups: list[CalculatedGroup]
    is_sound: BoolArray
    energy_kwh_e2: IntArray
    sums_fen: Mapping[Section, IntArray]
    amount_fen: IntArray


def sort_points(inputs: ShardInputs, span: Span) -> SortedShard:
    """Return the points sorted into groups, with every fault that is seen before any price."""
    book = FaultBook()
    facts = groups.read_facts(inputs, span)
    groups.find_faults(inputs=inputs, facts=facts, book=book)
    ids = ints(inputs.points, "point_id")
    is_sound = ~np.isin(ids, np.fromiter(book.faults, dtype=np.int64, count=len(book.faults)))
    positions = groups.group_points(inputs=inputs, facts=facts, is_sound=is_sound)
    return SortedShard(inputs=inputs, span=span, facts=facts, book=book, positions=positions)


def find_tables(shard: SortedShard, find_table: FindTable) -> dict[GroupKey, PriceTable]:
    """Return the prices of each group; the points of a group without any are faults from then on."""
    tables: dict[GroupKey, PriceTable] = {}
    for key, positions in shard.positions.items():
        try:
            tables[key] = _require_whole_period(find_table(key), shard.span)
        except DomainError as refusal:
            _refuse(shard, positions, refusal)
    return tables


def list_annual_points(shard: SortedShard, tables: Mapping[GroupKey, PriceTable]) -> IntArray:
    """Return the keys of the points whose blocks run through the year, so that earlier months count."""
    months = list(shard.span.months)
    found = [
        shard.point_ids[shard.positions[key]]
        for key, table in tables.items()
        if (limits := get_tier_limits(table=table, months=months)) and limits.is_annual
    ]
    return np.sort(np.concatenate(found)) if found else np.zeros(0, dtype=np.int64)


def calculate_shard(shard: SortedShard, tables: Mapping[GroupKey, PriceTable]) -> CalculatedShard:
    """Return the figures of every point that has a price; what the engine cannot bill is added to the faults."""
    size = len(shard.point_ids)
    sub_meters = measure_sub_meters(shard.inputs.sub_segments)
    done: list[CalculatedGroup] = []
    is_sound = np.zeros(size, dtype=np.bool_)
    columns = {name: np.zeros(size, dtype=np.int64) for name in ("energy", "total")}
    sums: dict[Section, IntArray] = {name: np.zeros(size, dtype=np.int64) for name in SUMS}
    for key, table in tables.items():
        positions = shard.positions[key]
        try:
            plan, fleet = _build(shard, key, table, sub_meters)
        except DomainError as refusal:
            _refuse(shard, positions, refusal)
            continue
        result = calculate(plan, fleet)
        for fault in result.faults:
            shard.book.add(shard.point_ids[positions[fault.points]], code=fault.code, about=fault.field)
        settled = stages.settle(result, point_ids=shard.point_ids[positions], billed_before=shard.inputs.billed_before)
        sound = np.flatnonzero(~result.is_faulty)
        is_sound[positions[sound]] = True
        _fill(columns["total"], positions, sound, settled.calculation.total)
        _fill(columns["energy"], positions, sound, settled.energy_kwh_e2)
        for name in SUMS:
            _fill(sums[name], positions, sound, settled.calculation.subtotals.get(name))
        done.append(CalculatedGroup(key, positions, settled.calculation, result))
    return CalculatedShard(
        shard=shard,
        groups=done,
        is_sound=is_sound,
        energy_kwh_e2=columns["energy"],
        sums_fen=sums,
        amount_fen=columns["total"],
    )


def _build(shard: SortedShard, key: GroupKey, table: PriceTable, sub_meters: SubMeterSums) -> tuple[ChargePlan, Fleet]:
    positions = shard.positions[key]
    is_whole = len(positions) == len(shard.point_ids)
    inputs = shard.inputs if is_whole else narrow_inputs(shard.inputs, shard.point_ids[positions])
    group = batches.Group(
        key=key, table=table, inputs=inputs, facts=shard.facts, sub_meters=sub_meters, span=shard.span
    )
    return batches.build_batch(group)


def _fill(column: IntArray, positions: IntArray, sound: IntArray, values: IntArray | None) -> None:
    if values is not None:
        column[positions[sound]] = values[sound]


def _refuse(shard: SortedShard, positions: IntArray, refusal: DomainError) -> None:
    points = shard.point_ids[positions]
    shard.book.add(points, code=refusal.code, about=refusal.field or "", detail=str(refusal))


def _require_whole_period(table: PriceTable, span: Span) -> PriceTable:
    if table.end is not None and table.end < span.end:
        raise PriceChangesInPeriod(field="plan", sheet=table.sheet_id, end=table.end)
    return table


def measure_sub_meters(table: pa.Table) -> dict[str, dict[int, int]]:
    """Return what sub-meters take off their parents, measured by the same engine (TR-1.5)."""
    sub_ids = np.unique(ints(table, "point_id"))
    if not sub_ids.size:
        return {}
    read = fleets.read_segments(table, sub_ids)
    plan = ChargePlan(scales=fleets.scales_of(read))
    result = calculate(plan, Fleet(size=len(sub_ids), registers=read.registers))
    return groups.sum_sub_meters(sub_segments=table, energies=result.quantities.parts[0], sub_ids=sub_ids)


def keep_sound(result: CalculatedShard) -> ShardInputs:
    """Return the inputs of the points that got a bill, which is what the bills freeze."""
    inputs = result.shard.inputs
    return inputs if result.is_sound.all() else narrow_inputs(inputs, result.shard.point_ids[result.is_sound])
