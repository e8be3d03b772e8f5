"""Reads of runs: what the board shows and what decides issue."""

from dataclasses import dataclass
from datetime import date

from django.db import connection
from django.db.models import Count, Min, Sum

from dianke.domain.billing.models import BillRun, BillRunFault, BillRunShard
from dianke.domain.billing.rules.runs import RunState
from dianke.domain.billing.types import FaultStatus, RunStatus, ShardStatus
from dianke.domain.readings import queries as readings
from dianke.domain.readings.models import CycleMonth
from dianke.kernel.errors import DomainError
from dianke.platform.identity.types import Actor
from dianke.platform.org.scoping import Scope


@dataclass(frozen=True)
class RunTotals:
    """The figures at the head of the board."""

    points: int
    points_done: int
    bills: int
    faults: int
    faults_open: int
    amount_fen: int
    shards: int
    shards_done: int


@dataclass(frozen=True)
class FaultGroup:
    """The faults of one cause."""

    code: str
    count: int
    open: int
    example_point_id: int


def get_run(*, actor: Scope, number: str, lock: bool = False) -> BillRun:
    """Return the run of a number."""
    runs = BillRun.objects.for_actor(actor).select_related("unit", "cycle_month__cycle")
    if lock:
        runs = runs.select_for_update(of=("self",))
    run: BillRun = runs.get(number=number)
    return run


def get_run_by_id(*, actor: Scope, run_id: int) -> BillRun:
    """Return the run of a key."""
    run: BillRun = BillRun.objects.for_actor(actor).select_related("unit", "cycle_month__cycle").get(pk=run_id)
    return run


def list_runs(*, actor: Scope) -> list[BillRun]:
    """Return the runs of the actor's units, newest first."""
    runs = BillRun.objects.for_actor(actor).select_related("unit", "cycle_month__cycle")
    return list(runs.order_by("-cycle_month__month", "-id")[:200])


def list_shards(*, actor: Scope, run: BillRun) -> list[BillRunShard]:
    """Return the shards of a run: unfinished ones first."""
    return list(BillRunShard.objects.for_actor(actor).filter(run=run).order_by("-status", "number", "id"))


def list_pending_shards(*, actor: Scope, run: BillRun) -> list[int]:
    """Return the numbers of the shards still to be calculated."""
    shards = BillRunShard.objects.for_actor(actor).filter(run=run, status=ShardStatus.PENDING.value)
    return list(shards.order_by("number").values_list("number", flat=True))


def list_calculated_shards(*, actor: Scope, run: BillRun) -> list[int]:
    """Return the numbers of the shards still to be issued."""
    shards = BillRunShard.objects.for_actor(actor).filter(run=run, status=ShardStatus.CALCULATED.value)
    return list(shards.order_by("number").values_list("number", flat=True))


def get_totals(*, actor: Scope, run: BillRun) -> RunTotals:
    """Return the figures of a run, summed from its shards."""
    points = points_done = bills = faults = amount_fen = done = 0
    shards = list_shards(actor=actor, run=run)
    for shard in shards:
        points += shard.point_count
        bills += shard.bill_count
        faults += shard.fault_count
        amount_fen += shard.amount_fen
        if shard.status != ShardStatus.PENDING.value:
            points_done += shard.point_count
            done += 1
    opened = BillRunFault.objects.for_actor(actor).filter(run=run, status=FaultStatus.OPEN.value)
    return RunTotals(points, points_done, bills, faults, opened.count(), amount_fen, len(shards), done)


def list_fault_groups(*, actor: Scope, run: BillRun) -> list[FaultGroup]:
    """Return the faults of a run by cause, the most frequent first."""
    faults = BillRunFault.objects.for_actor(actor).filter(run=run)
    open_by_code = dict(
        faults.filter(status=FaultStatus.OPEN.value).values_list("code").annotate(n=Count("id")).order_by("code")
    )
    groups = faults.values("code").annotate(n=Count("id"), example=Min("usage_point_id")).order_by("-n", "code")
    return [FaultGroup(row["code"], row["n"], open_by_code.get(row["code"], 0), row["example"]) for row in groups]


def list_faults(
    *, actor: Scope, run: BillRun, code: str | None = None, after: int = 0, limit: int = 50
) -> list[BillRunFault]:
    """Return the faults of a run (of one cause), by key."""
    faults = BillRunFault.objects.for_actor(actor).filter(run=run, id__gt=after)
    if code:
        faults = faults.filter(code=code)
    return list(faults.select_related("usage_point__account__customer").order_by("id")[:limit])


def get_state(*, actor: Scope, run: BillRun) -> RunState:
    """Return what decides whether a run may be issued."""
    totals = get_totals(actor=actor, run=run)
    return RunState(
        status=RunStatus(run.status),
        started_by=run.started_by,
        shards_open=totals.shards - totals.shards_done,
        faults_open=totals.faults_open,
        bills=totals.bills,
        lines_differ=count_bills_whose_lines_differ(run=run),
    )


def count_bills_whose_lines_differ(*, run: BillRun) -> int:
    """Return how many drafts of a run do not equal the sum of their lines; anything but 0 stops issue."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            select count(*) from billing_billdraft d
              left join lateral (
                select coalesce(sum(l.amount), 0) as total from billing_billdraftline l
                 where l.id >= d.id * 100 and l.id < d.id * 100 + 100 and not l.included) s on true
             where d.run_id = %s and s.total * 100 <> d.amount_fen
            """,
            [run.pk],
        )
        return int(cursor.fetchone()[0])


def sum_amount_fen(*, actor: Scope, run: BillRun) -> int:
    """Return what the run's drafts come to."""
    total = BillRunShard.objects.for_actor(actor).filter(run=run).aggregate(total=Sum("amount_fen"))["total"]
    return int(total or 0)


class RunNotFound(DomainError):
    """The cycle's month has no run within reach."""

    code = "billing.run_not_found"
    message = "cycle {cycle} of {month} has no run"


def get_live_run(*, actor: Scope, cycle_month: CycleMonth) -> BillRun | None:
    """Return the run of a cycle's month that was not cancelled, if there is one."""
    runs = BillRun.objects.for_actor(actor).filter(cycle_month=cycle_month)
    run: BillRun | None = runs.exclude(status=RunStatus.CANCELLED.value).order_by("-id").first()
    return run


class CycleMonthNotFound(DomainError):
    """The cycle has no such month within reach."""

    code = "billing.cycle_month_not_found"
    message = "cycle {cycle} has no month {month}; open and freeze it first"


def get_cycle_month(*, actor: Actor, cycle_code: str, month: date) -> CycleMonth:
    """
    Return the month of a cycle that a run bills.

    :raises CycleMonthNotFound: if it was never opened, or belongs to another unit
    """
    found = readings.get_month(actor=actor, cycle_code=cycle_code, month=month)
    if found is None:
        raise CycleMonthNotFound(field="month", cycle=cycle_code, month=f"{month:%Y-%m}")
    return found


def sum_month(*, actor: Actor, month: date) -> RunTotals:
    """Return the figures of all live runs of a month."""
    runs = BillRun.objects.for_actor(actor).filter(cycle_month__month=month)
    totals = [get_totals(actor=actor, run=run) for run in runs.exclude(status=RunStatus.CANCELLED.value)]
    return RunTotals(
        points=sum(one.points for one in totals),
        points_done=sum(one.points_done for one in totals),
        bills=sum(one.bills for one in totals),
        faults=sum(one.faults for one in totals),
        faults_open=sum(one.faults_open for one in totals),
        amount_fen=sum(one.amount_fen for one in totals),
        shards=sum(one.shards for one in totals),
        shards_done=sum(one.shards_done for one in totals),
    )
