"""Start a run, cut it into shards, close its calculation, decide faults, cancel it."""

from datetime import datetime

from django.db import connection
from django.db.models import Q

from dianke.domain.billing.models import BillRun, BillRunFault, BillRunShard, BillSuspicion
from dianke.domain.billing.operations import drafts
from dianke.domain.billing.types import FaultStatus, RunStatus, ShardStatus, SuspicionState
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
    run = BillRun(
        unit=cycle_month.cycle.unit,
        number=f"JS-{cycle_month.month:%Y%m}-{cycle_month.cycle.code}-{runs.count() + 1:02d}",
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
    shards = BillRunShard.objects.for_actor(actor).filter(run=run)
    if run.status != RunStatus.CALCULATING.value or shards.filter(status=ShardStatus.PENDING.value).exists():
        return run.status != RunStatus.CALCULATING.value
    run.status = RunStatus.CALCULATED.value
    run.calculated_at = at
    run.save(update_fields=["status", "calculated_at"])
    return True


def defer_faults(*, actor: Scope, run: BillRun, code: str, decided_by: str, reason: str) -> int:
    """
    Let the points of one cause wait for a later run, so that the others can be issued; return how many.

    :raises UnableToDecideFault: if no reason is given or the run is past deciding
    """
    if not reason.strip():
        raise UnableToDecideFault(field="reason", point=code, reason="a reason is needed")
    if run.status not in {RunStatus.CALCULATING.value, RunStatus.CALCULATED.value}:
        raise UnableToDecideFault(field="run", point=code, reason="the run is being issued")
    faults = BillRunFault.objects.for_actor(actor).filter(run=run, code=code, status=FaultStatus.OPEN.value)
    return int(faults.update(status=FaultStatus.DEFERRED.value, decided_by=decided_by, reason=reason.strip()[:300]))


def recalculate_shards(*, actor: Scope, run: BillRun) -> int:
    """Put every shard with a fault or an asked correction back to pending, after it was mended; return how many."""
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
    if run.status not in {RunStatus.CALCULATING.value, RunStatus.CALCULATED.value}:
        raise UnableToCancelRun(field="run", run=run.number, reason="bills of it are issued")
    for shard in BillRunShard.objects.for_actor(actor).filter(run=run).order_by("number"):
        drafts.remove(shard)
    BillRunFault.objects.for_actor(actor).filter(run=run).delete()
    BillSuspicion.objects.for_actor(actor).filter(run=run).delete()
    run.status = RunStatus.CANCELLED.value
    run.save(update_fields=["status"])
