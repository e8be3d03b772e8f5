"""Calculate one shard: one read to arrays, the engine, one ordered COPY, in one transaction."""

import json
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
import pyarrow as pa
from django.db import connection

from dianke.domain.billing.models import BillDraft, BillDraftLine, BillRun, BillRunFault, BillRunShard
from dianke.domain.billing.queries import inputs as input_queries
from dianke.domain.billing.rules import bases, fleets, groups, plans
from dianke.domain.billing.rules.drafts import LINE_COLUMNS, list_line_figures, list_line_rows
from dianke.domain.billing.rules.inputs import FaultBook, ints
from dianke.domain.billing.types import FaultStatus, RunStatus, ShardStatus, get_bill_id_range
from dianke.domain.tariffs import queries as tariff_queries
from dianke.domain.tariffs.types import PriceTable
from dianke.engine.calculate import calculate
from dianke.engine.types import Calculation, ChargePlan, Fleet, IntArray, Section
from dianke.kernel.clock import SystemClock
from dianke.kernel.errors import DomainError
from dianke.platform.database.copying import copy_rows
from dianke.platform.org.scoping import Scope

_SUMS: tuple[Section, ...] = ("basic", "energy", "shares", "power_factor", "funds")


class UnableToCalculateShard(DomainError):
    """The run is past calculating."""

    code = "billing.unable_to_calculate_shard"
    message = "run {run} is {status}: nothing of it is calculated any more"


@dataclass
class ShardWork:
    """What one calculation of a shard carries along."""

    run: BillRun
    shard: BillRunShard
    start: date
    end: date
    months: list[date]
    facts: groups.ShardFacts
    inputs: input_queries.ShardInputs
    book: FaultBook
    bills: int = 0
    amount_fen: int = 0


def calculate_shard(*, actor: Scope, run: BillRun, shard_number: int) -> int:
    """
    Calculate the drafts and faults of a shard and return how many drafts it has.

    A shard that is calculated already is left alone; what an interrupted try left was never committed.

    :raises UnableToCalculateShard: if the run is being issued, was issued or cancelled
    """
    started = time.monotonic()
    shards = BillRunShard.objects.for_actor(actor).select_for_update(of=("self",))
    shard = shards.get(run=run, number=shard_number)
    if run.status not in {RunStatus.CALCULATING.value, RunStatus.CALCULATED.value}:
        raise UnableToCalculateShard(field="run", run=run.number, status=run.status)
    if shard.status != ShardStatus.PENDING.value:
        return int(shard.bill_count)
    _clear(actor=actor, run=run, shard_number=shard_number)
    work = _load(run=run, shard=shard)
    groups.find_faults(
        facts=work.facts, segments=work.inputs.segments, sub_segments=work.inputs.sub_segments, book=work.book
    )
    sub_meters = _measure_sub_meters(work)
    for key, positions in groups.group_points(facts=work.facts, book=work.book).items():
        _calculate_group(actor=actor, work=work, key=key, positions=positions, sub_meters=sub_meters)
    _store_faults(work)
    _close(work, duration_ms=int((time.monotonic() - started) * 1000))
    return work.bills


def _clear(*, actor: Scope, run: BillRun, shard_number: int) -> None:
    drafts = BillDraft.objects.for_actor(actor).filter(run=run, shard_number=shard_number)
    BillDraftLine.objects.for_actor(actor).filter(bill_id__in=drafts.values("id")).delete()
    drafts.delete()
    BillRunFault.objects.for_actor(actor).filter(run=run, shard_number=shard_number).delete()


def _load(*, run: BillRun, shard: BillRunShard) -> ShardWork:
    period = run.cycle_month.period
    start, end = period.lower, period.upper
    inputs = input_queries.load_shard(shard=shard, cycle_month_id=run.cycle_month_id, start=start, end=end)
    facts = groups.read_facts(
        points=inputs.points, capacities=inputs.capacities, shares=inputs.shares, start=start, end=end
    )
    months = [
        date(start.year + (start.month - 1 + at) // 12, (start.month - 1 + at) % 12 + 1, 1)
        for at in range(run.cycle_month.cycle.months_per_period)
    ]
    return ShardWork(
        run=run,
        shard=shard,
        start=start,
        end=end,
        months=months,
        facts=facts,
        inputs=inputs,
        book=FaultBook(),
    )


def _measure_sub_meters(work: ShardWork) -> dict[str, dict[int, int]]:
    """Return what sub-meters take off their parents, measured by the same engine (TR-1.5)."""
    table = work.inputs.sub_segments
    sub_ids = np.unique(ints(table, "point_id"))
    if not sub_ids.size:
        return {}
    segments = fleets.read_segments(table, sub_ids)
    plan = ChargePlan(scales=fleets.scales_of(segments))
    result = calculate(plan, Fleet(size=len(sub_ids), registers=segments.registers))
    return groups.sum_sub_meters(sub_segments=table, energies=result.quantities.parts[0], sub_ids=sub_ids)


def _calculate_group(
    *,
    actor: Scope,
    work: ShardWork,
    key: plans.GroupKey,
    positions: IntArray,
    sub_meters: dict[str, dict[int, int]],
) -> None:
    points = work.inputs.points.take(pa.array(positions))
    point_ids = ints(points, "point_id")
    try:
        table = tariff_queries.get_price_table(
            actor=actor, plan=key.plan_code, on=work.start, structure=key.structure, voltage=key.price_voltage
        )
        _require_whole_period(table, work)
        plan = plans.build_plan(key=key, table=table, months=work.months)
    except DomainError as refusal:
        work.book.add(point_ids, code=refusal.code, about=refusal.field or "", detail=str(refusal))
        return
    group = bases.Group(
        key=key,
        table=table,
        plan=plan,
        points=points,
        segments=work.inputs.segments,
        facts=work.facts,
        positions=positions,
        sub_meters=sub_meters,
        months=work.months,
        period=(work.start, work.end),
        used_before=_used_before(work, points) if table.tiers else {},
    )
    batch = bases.build_batch(group)
    result = calculate(batch.plan, batch.fleet)
    for fault in result.faults:
        work.book.add(point_ids[fault.points], code=fault.code, about=fault.field)
    _store_drafts(work, batch, result)


class PriceChangesInPeriod(DomainError):
    """Two versions of the plan share the period, which needs a reading at the change."""

    code = "price_changes_in_period"
    message = "sheet {sheet} ends on {end}, inside the billed period"


def _require_whole_period(table: PriceTable, work: ShardWork) -> None:
    if table.end is not None and table.end < work.end:
        raise PriceChangesInPeriod(field="plan", sheet=table.sheet_id, end=table.end)


def _used_before(work: ShardWork, points: pa.Table) -> dict[int, int]:
    """Return the energy (1e-2 kWh) that each point was billed before in the same year, for annual tiers."""
    first, _ = get_bill_id_range(year=work.start.year, month=1)
    month = work.run.cycle_month.month
    last, _ = get_bill_id_range(year=month.year, month=month.month)
    if first >= last:
        return {}
    with connection.cursor() as cursor:
        cursor.execute(
            """
            select usage_point_id, sum(energy_kwh_e2) from billing_bill
             where id >= %s and id < %s and usage_point_id = any(%s) group by usage_point_id
            """,
            [first, last, ints(points, "point_id").tolist()],
        )
        return {int(point): int(energy) for point, energy in cursor.fetchall()}


def _store_drafts(work: ShardWork, batch: bases.Batch, result: Calculation) -> None:
    sound = np.flatnonzero(~result.is_faulty)
    bill_ids = np.zeros(result.size, dtype=np.int64)
    bill_ids[sound] = _reserve_ids(work, len(sound))
    copy_rows(
        table="billing_billdraft",
        columns=bases.DRAFT_COLUMNS,
        rows=_list_draft_rows(work, batch, result, sound, bill_ids),
    )
    figures = list_line_figures(result)
    copy_rows(table="billing_billdraftline", columns=LINE_COLUMNS, rows=list_line_rows(figures, bill_ids))
    work.bills += len(sound)
    work.amount_fen += int(result.total[sound].sum())


def _list_draft_rows(
    work: ShardWork, batch: bases.Batch, result: Calculation, sound: IntArray, bill_ids: IntArray
) -> Iterator[tuple[Any, ...]]:
    nothing = np.zeros(result.size, dtype=np.int64)
    energy = result.quantities.total_kwh
    columns = [
        (nothing if energy is None else energy)[sound].tolist(),
        *(result.subtotals.get(name, nothing)[sound].tolist() for name in _SUMS),
        result.total[sound].tolist(),
    ]
    for at, position in enumerate(sound.tolist()):
        point = batch.points[position]
        yield (
            int(bill_ids[position]),
            point["unit_id"],
            work.run.pk,
            work.shard.number,
            point["point_id"],
            point["account_id"],
            point["account_number"],
            point["customer_name"],
            point["address"],
            point["usage_class"],
            work.run.cycle_month.month,
            work.start,
            work.end,
            *(column[at] for column in columns),
            json.dumps(batch.basis_of(position), ensure_ascii=False, separators=(",", ":")),
        )


def _reserve_ids(work: ShardWork, count: int) -> IntArray:
    month = work.run.cycle_month.month
    first, _ = get_bill_id_range(year=month.year, month=month.month)
    with connection.cursor() as cursor:
        cursor.execute("select nextval('billing_bill_serial') from generate_series(1, %s)", [count])
        return np.array([first + row[0] for row in cursor.fetchall()], dtype=np.int64)


def _store_faults(work: ShardWork) -> None:
    rows = (
        (
            work.run.pk,
            work.shard.number,
            f.point_id,
            f.code[:60],
            f.field[:80],
            f.detail[:300],
            FaultStatus.OPEN.value,
            "",
            "",
        )
        for f in work.book.faults.values()
    )
    columns = (
        "run_id",
        "shard_number",
        "usage_point_id",
        "code",
        "field",
        "detail",
        "status",
        "reason",
        "decided_by",
    )
    copy_rows(table="billing_billrunfault", columns=columns, rows=rows)


def _close(work: ShardWork, *, duration_ms: int) -> None:
    shard = work.shard
    shard.status = ShardStatus.CALCULATED.value
    shard.bill_count, shard.fault_count = work.bills, len(work.book.faults)
    shard.amount_fen = work.amount_fen
    shard.attempts += 1
    shard.finished_at = SystemClock().now()
    shard.duration_ms = duration_ms
    shard.save()
