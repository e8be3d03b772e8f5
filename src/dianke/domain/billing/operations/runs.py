"""Start a run, cut it into shards, close its calculation, decide faults, cancel it."""

from datetime import datetime
from typing import Any

from django.db import connection
from django.db.models import Q

from dianke.domain.billing.models import BillRun, BillRunFault, BillRunShard, BillSuspicion, FinalBilling
from dianke.domain.billing.operations import drafts
from dianke.domain.billing.queries import runs as run_queries
from dianke.domain.billing.types import (
    BEFORE_ISSUE,
    FINAL_BILLED,
    LEFT_OUT_SHARD,
    FaultStatus,
    FinalState,
    RunKind,
    RunStatus,
    ShardStatus,
    SuspicionState,
)
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


class UnableToHoldBack(DomainError):
    """Nothing of the run can be held back."""

    code = "billing.unable_to_hold_back"
    message = "no bill of run {run} can be held back: {reason}"


class UnableToRecalculateRun(DomainError):
    """The run rests or is past calculating."""

    code = "billing.unable_to_recalculate_run"
    message = "run {run} cannot be calculated again: {reason}"


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
    # Held until the run is there: a final bill of the month may be asked for at the same time.
    CycleMonth.objects.for_actor(actor).select_for_update(of=("self",)).get(pk=cycle_month.pk)
    runs = BillRun.objects.for_actor(actor).filter(cycle_month=cycle_month, kind=RunKind.CYCLE.value)
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
    _leave_out_final_bills(run)
    if not cut_into_shards(run):
        raise UnableToStartRun(field="month", reason="no point stands on its routes", **where)
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
        kind=RunKind.CYCLE.value,
    )
    live = live.exclude(status=RunStatus.CANCELLED.value)
    if live.filter(cycle_month__stage__gt=cycle_month.stage).exists():
        return "a later reading of the month is billed already"
    earlier = live.filter(cycle_month__stage__lt=cycle_month.stage)
    if earlier.exclude(status=RunStatus.ISSUED.value).exists():
        return "the bills of an earlier reading of the month are not issued yet"
    return None


def _leave_out_final_bills(run: BillRun) -> int:
    """
    Note every point of the cycle that has a final bill for this month, or was closed before; return how many.

    One that is asked for counts as well: if it is withdrawn, a supplementary run bills the point.
    """
    start, end = run_queries.get_whole_period(run.cycle_month)
    keys: dict[str, Any] = {
        "run": run.pk,
        "shard": LEFT_OUT_SHARD,
        "code": FINAL_BILLED,
        "cycle": run.cycle_month.cycle_id,
        "start": start,
        "end": end,
    }
    with connection.cursor() as cursor:
        cursor.execute(_LEAVE_OUT, keys)
        return int(cursor.rowcount)


def cut_into_shards(run: BillRun) -> int:
    """Cut the points of a run into shards by key, ready the month for its bills, and return how many shards it has."""
    keys: dict[str, Any] = {
        "run": run.pk,
        "status": ShardStatus.PENDING.value,
        "size": run.shard_size,
        "month": run.cycle_month_id,
        "cycle": run.cycle_month.cycle_id,
        "active": PointStatus.ACTIVE.value,
        "left_out": LEFT_OUT_SHARD,
    }
    with connection.cursor() as cursor:
        cursor.execute(_CUT.format(points=_POINTS_OF_CYCLE if run.is_of_cycle else _POINTS_OF_RUN), keys)
        shards = int(cursor.rowcount)
        cursor.execute("select billing_open_month(%s)", [int(f"{run.cycle_month.month:%y%m}")])
    return shards


_CUT = """
insert into billing_billrunshard
    (run_id, number, first_point_id, last_point_id, point_count,
     status, bill_count, fault_count, amount_fen, first_bill_id, end_bill_id, differing_count,
     attempts, duration_ms)
select %(run)s, shard + 1, min(point), max(point), count(*), %(status)s, 0, 0, 0, 0, 0, 0, 0, 0
  from (select point, (row_number() over (order by point) - 1) / %(size)s as shard
          from ({points}) known) points
 group by shard
"""

_POINTS_OF_CYCLE = """
select point
  from (select usage_point_id as point from readings_frozensegment
         where cycle_month_id = %(month)s and sequence = 1
        union
        -- A point that stands on a route without a meter is a fault, not a silence.
        select p.id from readings_routepoint t
          join readings_readingroute r on r.id = t.route_id
          join metering_usagepoint p on p.id = t.usage_point_id
         where r.cycle_id = %(cycle)s and p.status = %(active)s) standing
 where point not in (select usage_point_id from billing_billrunfault
                      where run_id = %(run)s and shard_number = %(left_out)s)
"""

_POINTS_OF_RUN = "select usage_point_id as point from billing_runpoint where run_id = %(run)s"

# A hand-over concerns the month that it falls into, a closing every month from then on.
_LEAVE_OUT = """
insert into billing_billrunfault
    (run_id, shard_number, usage_point_id, code, field, detail, status, reason, decided_by)
select distinct on (p.usage_point_id)
       %(run)s, %(shard)s, p.usage_point_id, %(code)s, 'account', '', 'DEFERRED',
       'ZJ-' || lpad(f.id::text, 6, '0') || ' ' || f.final_date, f.asked_by
  from billing_finalbilling f
  join billing_billrun o on o.id = f.run_id
  join billing_runpoint p on p.run_id = o.id
  join metering_usagepoint u on u.id = p.usage_point_id and u.account_id = f.account_id
  join readings_routepoint t on t.usage_point_id = p.usage_point_id
  join readings_readingroute r on r.id = t.route_id and r.cycle_id = %(cycle)s
 where f.state in ('ASKED', 'ISSUED') and o.period_start < %(end)s
   and (f.kind = 'CLOSING' or f.final_date > %(start)s)
 order by p.usage_point_id, f.id desc
"""


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
    """
    Put every shard with a fault or an asked correction back to pending, after it was mended; return how many.

    :raises UnableToRecalculateRun: if the run is paused, is being issued, was issued or cancelled
    """
    if run.status == RunStatus.PAUSED.value:
        raise UnableToRecalculateRun(field="run", run=run.number, reason="it is paused; let it go on first")
    if run.status == RunStatus.CANCELLED.value:
        raise UnableToRecalculateRun(field="run", run=run.number, reason="it is cancelled")
    if run.status not in {RunStatus.CALCULATING.value, RunStatus.CALCULATED.value}:
        raise UnableToRecalculateRun(field="run", run=run.number, reason="it is being issued or was")
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


def hold_back(*, actor: Scope, run: BillRun) -> int:
    """
    Hold back every bill that a correction is asked for, so that the others can be issued; return how many.

    What else is undecided of such a bill is held with it. The shards are calculated again without them.

    :raises UnableToHoldBack: if the run is not calculated, or no correction is asked for
    """
    if run.status != RunStatus.CALCULATED.value:
        raise UnableToHoldBack(field="run", run=run.number, reason="it is not calculated")
    rows = BillSuspicion.objects.for_actor(actor).filter(run=run)
    asked = rows.filter(state=SuspicionState.CORRECTION_ASKED.value)
    found = {row.usage_point_id: row for row in asked.order_by("-id")}
    if not found:
        raise UnableToHoldBack(field="run", run=run.number, reason="no correction is asked for")
    for point, first in found.items():
        rows.filter(usage_point_id=point, state=SuspicionState.OPEN.value).update(
            reason=first.reason, decided_by=first.decided_by, decided_at=first.decided_at
        )
    states = (SuspicionState.CORRECTION_ASKED.value, SuspicionState.OPEN.value)
    rows.filter(usage_point_id__in=found, state__in=states).update(state=SuspicionState.HELD.value)
    shards = BillRunShard.objects.for_actor(actor).filter(
        run=run, number__in={row.shard_number for row in found.values()}
    )
    shards.update(status=ShardStatus.PENDING.value)
    run.status = RunStatus.CALCULATING.value
    run.save(update_fields=["status"])
    return len(found)


def reopen_shard(*, actor: Scope, run: BillRun, shard_number: int) -> None:
    """Put one calculated shard back to pending."""
    shards = BillRunShard.objects.for_actor(actor).filter(run=run, number=shard_number)
    shards.filter(status=ShardStatus.CALCULATED.value).update(status=ShardStatus.PENDING.value)


def cancel_run(*, actor: Scope, run: BillRun) -> None:
    """
    Cancel a run before issue and remove its drafts, so that the month can be run again.

    A shard that a worker is at is waited for and then removed; whoever takes one up later finds the run cancelled.

    :raises UnableToCancelRun: if it is being issued or was
    """
    run_queries.lock_run(actor=actor, run=run)
    if run.status not in BEFORE_ISSUE:
        raise UnableToCancelRun(field="run", run=run.number, reason="bills of it are issued")
    shards = BillRunShard.objects.for_actor(actor).filter(run=run).select_for_update(of=("self",))
    for shard in shards.order_by("number"):
        drafts.remove(shard)
    BillRunFault.objects.for_actor(actor).filter(run=run).delete()
    BillSuspicion.objects.for_actor(actor).filter(run=run).delete()
    run.status = RunStatus.CANCELLED.value
    run.save(update_fields=["status"])
    if run.has_own_period:
        FinalBilling.objects.for_actor(actor).filter(run=run).update(state=FinalState.WITHDRAWN.value)
        FinalBilling.objects.for_actor(actor).filter(opening_run=run).update(opening_run=None)
