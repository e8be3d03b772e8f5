"""Start a run, cut it into shards, close its calculation, decide faults, cancel it."""

from datetime import datetime

from django.db import connection
from django.db.models import Q

from dianke.domain.billing.models import BillRun, BillRunFault, BillRunShard, BillSuspicion
from dianke.domain.billing.operations import drafts
from dianke.domain.billing.types import BEFORE_ISSUE, FaultStatus, RunStatus, ShardStatus, SuspicionState
from dianke.domain.metering.types import PointStatus
from dianke.domain.readings.models import CycleMonth
from dianke.domain.readings.types import MonthStatus
from dianke.kernel.errors import DomainError
from dianke.platform.org.scoping import Scope

SHARD_SIZES = (1, 50_000)


class UnableToStartRun(DomainError):
    """The cycle's month cannot be billed yet, or is being billed."""

    code = "billing.unable_to_start_run"
    message = "cycle {cycle} of {month} cannot be billed: {reason}"


class UnableToPauseRun(DomainError):
    """The run is not at work, or is not paused."""

    code = "billing.unable_to_pause_run"
    message = "run {run}: {reason}"


class UnableToDecideFault(DomainError):
    """The fault cannot be put off."""

    code = "billing.unable_to_decide_fault"
    message = "fault of {point} cannot be decided: {reason}"


class UnableToCancelRun(DomainError):
    """Bills of the run are already with customers."""

    code = "billing.unable_to_cancel_run"
    message = "run {run} cannot be cancelled: {reason}"


def start_run(
    *, actor: Scope, cycle_month: CycleMonth, started_by: str, at: datetime, shard_size: int = 5_000
) -> BillRun:
    """
    Start the run of a frozen month and cut its points into shards by key.

    :raises UnableToStartRun: if the month is not frozen, has no points, or has a live run
    """
    where = {"cycle": cycle_month.cycle.code, "month": f"{cycle_month.month:%Y-%m}"}
    if cycle_month.status != MonthStatus.FROZEN.value:
        raise UnableToStartRun(field="month", reason="its readings are not frozen", **where)
    if not SHARD_SIZES[0] <= shard_size <= SHARD_SIZES[1]:
        raise UnableToStartRun(field="shard_size", reason=f"a shard holds 1 to {SHARD_SIZES[1]} points", **where)
    runs = BillRun.objects.for_actor(actor).filter(cycle_month=cycle_month)
    if runs.exclude(status=RunStatus.CANCELLED.value).exists():
        raise UnableToStartRun(field="month", reason="a run of it exists", **where)
    if obstacle := _find_stage_obstacle(actor, cycle_month):
        raise UnableToStartRun(field="month", reason=obstacle, **where)
    run = BillRun(
        unit=cycle_month.cycle.unit,
        number=f"{_name_run(cycle_month)}-{runs.count() + 1:02d}",
        cycle_month=cycle_month,
        status=RunStatus.CALCULATING.value,
        shard_size=shard_size,
        started_at=at,
        started_by=started_by,
    )
    run.save()
    if not _cut_into_shards(run):
        raise UnableToStartRun(field="month", reason="no point stands on its routes", **where)
    with connection.cursor() as cursor:
        cursor.execute("select billing_open_month(%s)", [int(f"{cycle_month.month:%y%m}")])
    return run


def _name_run(cycle_month: CycleMonth) -> str:
    name = f"JS-{cycle_month.month:%Y%m}-{cycle_month.cycle.code}"
    return f"{name}-{cycle_month.stage}" if cycle_month.stages > 1 else name


def _find_stage_obstacle(actor: Scope, cycle_month: CycleMonth) -> str | None:
    """
    Return why a stage cannot be billed beside the other stages of its month, or None.

    The last stage takes off what was issued before; a bill that is issued after it would be charged twice.
    """
    if cycle_month.stages == 1:
        return None
    # Held until the run is there: two people may start two stages at once.
    stages = CycleMonth.objects.for_actor(actor).filter(cycle_id=cycle_month.cycle_id, month=cycle_month.month)
    list(stages.select_for_update(of=("self",)).order_by("stage"))
    live = BillRun.objects.for_actor(actor).filter(
        cycle_month__cycle_id=cycle_month.cycle_id,
        cycle_month__month=cycle_month.month,
    )
    live = live.exclude(status=RunStatus.CANCELLED.value)
    if live.filter(cycle_month__stage__gt=cycle_month.stage).exists():
        return "a later reading of the month is billed already"
    earlier = live.filter(cycle_month__stage__lt=cycle_month.stage)
    if earlier.exclude(status=RunStatus.ISSUED.value).exists():
        return "the bills of an earlier reading of the month are not issued yet"
    return None


def _cut_into_shards(run: BillRun) -> int:
    with connection.cursor() as cursor:
        cursor.execute(
            """
            insert into billing_billrunshard
                (run_id, number, first_point_id, last_point_id, point_count,
                 status, bill_count, fault_count, amount_fen, first_bill_id, end_bill_id, differing_count,
                 attempts, duration_ms)
            select %s, shard + 1, min(point), max(point), count(*), %s, 0, 0, 0, 0, 0, 0, 0, 0
              from (select point, (row_number() over (order by point) - 1) / %s as shard
                      from (select usage_point_id as point from readings_frozensegment
                             where cycle_month_id = %s and sequence = 1
                            union
                            -- A point that stands on a route without a meter is a fault, not a silence.
                            select p.id from readings_routepoint t
                              join readings_readingroute r on r.id = t.route_id
                              join metering_usagepoint p on p.id = t.usage_point_id
                             where r.cycle_id = %s and p.status = %s) known) points
             group by shard
            """,
            [
                run.pk,
                ShardStatus.PENDING.value,
                run.shard_size,
                run.cycle_month_id,
                run.cycle_month.cycle_id,
                PointStatus.ACTIVE.value,
            ],
        )
        return int(cursor.rowcount)


def close_calculation(*, actor: Scope, run: BillRun, at: datetime) -> bool:
    """Mark the run as calculated once no shard is pending, and tell whether it is."""
    if run.status != RunStatus.CALCULATING.value:
        return run.status != RunStatus.PAUSED.value
    if BillRunShard.objects.for_actor(actor).filter(run=run, status=ShardStatus.PENDING.value).exists():
        return False
    run.status = RunStatus.CALCULATED.value
    run.calculated_at = at
    run.save(update_fields=["status", "calculated_at"])
    return True


def pause_run(*, run: BillRun) -> None:
    """
    Let the calculation rest: shards that are being calculated end, and no other begins.

    :raises UnableToPauseRun: if the run is not being calculated
    """
    if run.status != RunStatus.CALCULATING.value:
        raise UnableToPauseRun(field="run", run=run.number, reason="only a run that is being calculated can be paused")
    run.status = RunStatus.PAUSED.value
    run.save(update_fields=["status"])


def resume_run(*, run: BillRun) -> None:
    """
    Let a paused calculation go on where it stood.

    :raises UnableToPauseRun: if the run is not paused
    """
    if run.status != RunStatus.PAUSED.value:
        raise UnableToPauseRun(field="run", run=run.number, reason="the run is not paused")
    run.status = RunStatus.CALCULATING.value
    run.save(update_fields=["status"])


def defer_faults(*, actor: Scope, run: BillRun, code: str, decided_by: str, reason: str) -> int:
    """
    Let the points of one cause wait for a later run, so that the others can be issued; return how many.

    :raises UnableToDecideFault: if no reason is given or the run is past deciding
    """
    if not reason.strip():
        raise UnableToDecideFault(field="reason", point=code, reason="a reason is needed")
    if run.status not in BEFORE_ISSUE:
        raise UnableToDecideFault(field="run", point=code, reason="the run is being issued")
    faults = BillRunFault.objects.for_actor(actor).filter(run=run, code=code, status=FaultStatus.OPEN.value)
    return int(faults.update(status=FaultStatus.DEFERRED.value, decided_by=decided_by, reason=reason.strip()[:300]))


def recalculate_shards(*, actor: Scope, run: BillRun) -> int:
    """Put every shard with a fault or an asked correction back to pending, after it was mended; return how many."""
    if run.status == RunStatus.PAUSED.value:
        raise UnableToCancelRun(field="run", run=run.number, reason="it is paused")
    if run.status not in {RunStatus.CALCULATING.value, RunStatus.CALCULATED.value}:
        raise UnableToCancelRun(field="run", run=run.number, reason="it is being issued")
    asked = BillSuspicion.objects.for_actor(actor).filter(run=run, state=SuspicionState.CORRECTION_ASKED.value)
    shards = BillRunShard.objects.for_actor(actor).filter(
        Q(fault_count__gt=0) | Q(number__in=asked.values("shard_number")),
        run=run,
        status=ShardStatus.CALCULATED.value,
    )
    count = int(shards.update(status=ShardStatus.PENDING.value))
    if count:
        run.status = RunStatus.CALCULATING.value
        run.save(update_fields=["status"])
    return count


def reopen_shard(*, actor: Scope, run: BillRun, shard_number: int) -> None:
    """Put one calculated shard back to pending."""
    shards = BillRunShard.objects.for_actor(actor).filter(run=run, number=shard_number)
    shards.filter(status=ShardStatus.CALCULATED.value).update(status=ShardStatus.PENDING.value)


def cancel_run(*, actor: Scope, run: BillRun) -> None:
    """
    Cancel a run before issue and remove its drafts, so that the month can be run again.

    :raises UnableToCancelRun: if it is being issued or was
    """
    if run.status not in BEFORE_ISSUE:
        raise UnableToCancelRun(field="run", run=run.number, reason="bills of it are issued")
    for shard in BillRunShard.objects.for_actor(actor).filter(run=run).order_by("number"):
        drafts.remove(shard)
    BillRunFault.objects.for_actor(actor).filter(run=run).delete()
    BillSuspicion.objects.for_actor(actor).filter(run=run).delete()
    run.status = RunStatus.CANCELLED.value
    run.save(update_fields=["status"])
