"""Calculate one shard: one read to arrays, the engine, ordered COPYs, in one transaction."""

import time
from dataclasses import replace

from django.db import connection

from dianke.domain.billing.models import BillRun, BillRunFault, BillRunShard
from dianke.domain.billing.operations import drafts, review
from dianke.domain.billing.queries import inputs as input_queries
from dianke.domain.billing.queries import runs as run_queries
from dianke.domain.billing.rules import parts, shards, stages
from dianke.domain.billing.rules.inputs import FaultBook, ShardInputs, Span
from dianke.domain.billing.rules.plans import GroupKey
from dianke.domain.billing.rules.review.figures import take_figures
from dianke.domain.billing.rules.shards import CalculatedShard
from dianke.domain.billing.types import HELD_BACK, FaultStatus, RunKind, RunStatus, ShardStatus
from dianke.domain.tariffs import queries as tariff_queries
from dianke.domain.tariffs.types import PriceTable
from dianke.engine.types import IntArray
from dianke.kernel.clock import SystemClock
from dianke.kernel.errors import DomainError
from dianke.platform.database.copying import copy_rows
from dianke.platform.org.scoping import Scope

_FAULT_COLUMNS = (
    "run_id", "shard_number", "usage_point_id", "code", "field", "detail", "status", "reason", "decided_by",
)  # fmt: skip


class UnableToCalculateShard(DomainError):
    """The run is past calculating."""

    code = "billing.unable_to_calculate_shard"
    message = "run {run} is {status}: nothing of it is calculated any more"


def calculate_shard(*, actor: Scope, run: BillRun, shard_number: int) -> int:
    """
    Calculate the drafts and faults of a shard and return how many drafts it has.

    A shard that is calculated already is left alone, and so is one that another worker is at; what an interrupted
    try left was never committed.

    :raises UnableToCalculateShard: if the run is paused, is being issued, was issued or cancelled
    """
    started = time.monotonic()
    rows = BillRunShard.objects.for_actor(actor).select_for_update(of=("self",), skip_locked=True)
    shard = rows.filter(run=run, number=shard_number).order_by("id").first()
    # Read once the shard is held: who cancels the run waits for the shard, or was done before.
    run_queries.read_status(actor=actor, run=run)
    if run.status not in {RunStatus.CALCULATING.value, RunStatus.CALCULATED.value}:
        raise UnableToCalculateShard(field="run", run=run.number, status=run.status)
    if shard is None or shard.status != ShardStatus.PENDING.value:
        return 0 if shard is None else int(shard.bill_count)
    _clear(actor=actor, run=run, shard=shard)
    result, tables = _calculate(actor=actor, run=run, shard=shard)
    stored = drafts.store(run=run, shard=shard, result=result, tables=tables)
    _store_faults(run, shard, result.shard.book)
    _review(actor=actor, run=run, shard=shard, result=result, bill_ids=stored.bill_ids)
    shard.status = ShardStatus.CALCULATED.value
    shard.bill_count, shard.fault_count = stored.bills, len(result.shard.book.faults) + _store_held(run, shard)
    shard.first_bill_id, shard.end_bill_id = stored.first_bill_id, stored.first_bill_id + stored.bills
    shard.amount_fen = int(result.amount_fen.sum())
    shard.differing_count = drafts.count_differing(shard)
    shard.attempts += 1
    shard.finished_at = SystemClock().now()
    shard.duration_ms = int((time.monotonic() - started) * 1000)
    shard.save()
    return stored.bills


def _review(*, actor: Scope, run: BillRun, shard: BillRunShard, result: CalculatedShard, bill_ids: IntArray) -> None:
    inputs = result.shard.inputs
    review.review_calculated_shard(
        actor=actor,
        run=run,
        shard=shard,
        points=inputs.points,
        segments=inputs.segments,
        capacities=inputs.capacities,
        groups=[
            # The review looks at the month, whatever interim bills charged of it.
            take_figures(positions=group.positions, result=group.whole, bill_ids=bill_ids[group.positions])
            for group in result.groups
        ],
    )


def _clear(*, actor: Scope, run: BillRun, shard: BillRunShard) -> None:
    drafts.remove(shard)
    BillRunFault.objects.for_actor(actor).filter(run=run, shard_number=shard.number).delete()


def get_span(run: BillRun) -> Span:
    """Return the period of a run and the months that it stands for."""
    month = run.cycle_month
    if run.has_own_period:
        return _get_own_span(run)
    months = parts.list_months(first=run.start, months=month.cycle.months_per_period)
    return Span(start=run.start, end=run.end, months=months, stage=month.stage, stages=month.stages)


def _get_own_span(run: BillRun) -> Span:
    """Return the period of a final bill, or of the one that begins after it; it settles interim bills of the month."""
    first, end = run_queries.get_whole_period(run.cycle_month)
    return Span(
        start=run.start,
        end=run.end,
        months=parts.count_months(
            first=first, start=run.start, end=run.end, months=run.cycle_month.cycle.months_per_period
        ),
        stage=run.cycle_month.stage,
        stages=run.cycle_month.stage,
        is_part=(run.start, run.end) != (first, end),
        closes=run.kind == RunKind.FINAL.value,
    )


def _calculate(
    *, actor: Scope, run: BillRun, shard: BillRunShard
) -> tuple[CalculatedShard, dict[GroupKey, PriceTable]]:
    span = get_span(run)
    points = shards.sort_points(_load(run, shard, span), span)
    tables = shards.find_tables(
        points,
        lambda key: tariff_queries.get_price_table(
            actor=actor, plan=key.plan_code, on=span.start, structure=key.structure, voltage=key.price_voltage
        ),
    )
    annual = shards.list_annual_points(points, tables)
    if annual.size:
        used = input_queries.load_used_before(month=run.cycle_month.month, start=span.start, point_ids=annual)
        points = replace(points, inputs=replace(points.inputs, used_before=used))
    return shards.calculate_shard(points, tables), tables


def _load(run: BillRun, shard: BillRunShard, span: Span) -> ShardInputs:
    inputs = parts.take_part(input_queries.load_shard(shard=shard, run=run), span)
    if run.is_interim:
        return stages.leave_to_last_stage(inputs)
    if span.stages > 1:
        before = input_queries.load_billed_before(cycle_month=run.cycle_month, shard=shard)
        return replace(inputs, billed_before=before)
    return inputs


def _store_held(run: BillRun, shard: BillRunShard) -> int:
    """Note the points whose bills are held back as put off, with what the review asked for; return how many."""
    with connection.cursor() as cursor:
        cursor.execute(_STORE_HELD, {"run": run.pk, "shard": shard.number, "code": HELD_BACK})
        return int(cursor.rowcount)


_STORE_HELD = """
insert into billing_billrunfault
    (run_id, shard_number, usage_point_id, code, field, detail, status, reason, decided_by)
select %(run)s, %(shard)s, usage_point_id, %(code)s, 'review', '', 'DEFERRED', min(reason), min(decided_by)
  from billing_billsuspicion
 where run_id = %(run)s and shard_number = %(shard)s and state = 'HELD'
 group by usage_point_id
"""


def _store_faults(run: BillRun, shard: BillRunShard, book: FaultBook) -> None:
    rows = (
        (
            run.pk,
            shard.number,
            fault.point_id,
            fault.code[:60],
            fault.field[:80],
            fault.detail[:300],
            FaultStatus.OPEN.value,
            "",
            "",
        )
        for _, fault in sorted(book.faults.items())
    )
    copy_rows(table="billing_billrunfault", columns=_FAULT_COLUMNS, rows=rows)
