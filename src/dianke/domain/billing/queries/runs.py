"""Reads of runs: what the board shows and what decides issue."""

from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import date
from typing import Any

from django.db.models import Count, Max, Min, Q, QuerySet, Sum
from django.db.models.functions import Coalesce

from dianke.domain.billing.models import BillRun, BillRunFault, BillRunShard
from dianke.domain.billing.queries import review
from dianke.domain.billing.rules.runs import RunState
from dianke.domain.billing.types import FaultStatus, RunKind, RunStatus, ShardStatus
from dianke.domain.metering.models import UsagePoint
from dianke.domain.readings import queries as readings
from dianke.domain.readings.models import CycleMonth
from dianke.kernel.errors import DomainError
from dianke.platform.identity.types import Actor
from dianke.platform.org.kept_statements import KeptStatements
from dianke.platform.org.scoping import Scope

# Whoever bills a point may know the days of its month, also where the cycle belongs to a unit above.
_ANYBODY = Actor.system("finding the days of a month that is billed")


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
    differing: int


_UNFINISHED, _RUN, _NUMBERED, _SHARDS, _SUMS, _OPENED, _GROUPS = (KeptStatements(is_prepared=True) for _of in range(7))
# Stand-ins: no run has such a key, nor such a number.
_KEY, _NUMBER = -1, "?number"
_FIGURES = ("points", "points_done", "bills", "faults", "amount_fen", "shards", "shards_done", "differing")


@dataclass(frozen=True)
class FaultGroup:
    """The faults of one cause: how many, how many still open, one account as example, why the others wait."""

    code: str
    count: int
    open: int
    example_point_id: int
    example_account: str
    reason: str


def get_run(*, actor: Scope, number: str, lock: bool = False) -> BillRun:
    """Return the run of a number; locked, its shards are still written by who is at them."""
    if not lock:
        return _find_numbered(actor, number)
    # A lock of the key as well would make a worker wait that holds a shard which the lock's owner waits for.
    run: BillRun = filter_runs(actor=actor).select_for_update(of=("self",), no_key=True).get(number=number)
    return run


def _find_numbered(actor: Scope, number: str) -> BillRun:
    found = _NUMBERED.ask_objects(
        actor=actor, write=lambda scope: filter_runs(actor=scope).filter(number=_NUMBER), values={_NUMBER: number}
    )
    if not found:
        raise BillRun.DoesNotExist
    run: BillRun = found[0]
    return run


def lock_run(*, actor: Scope, run: BillRun) -> None:
    """Lock a run until the transaction ends, and read its status anew: somebody may have moved it on."""
    rows = BillRun.objects.for_actor(actor).select_for_update(of=("self",), no_key=True)
    run.status = rows.values_list("status", flat=True).get(pk=run.pk)


def read_status(*, actor: Scope, run: BillRun) -> None:
    """Read the status of a run anew."""
    run.status = BillRun.objects.for_actor(actor).values_list("status", flat=True).get(pk=run.pk)


def find_run(*, actor: Scope, run_id: int) -> BillRun | None:
    """Return the run of a key, or None where it reaches beyond the actor's units, as it may for a station."""
    found = _RUN.ask_objects(
        actor=actor, write=lambda scope: filter_runs(actor=scope).filter(pk=_KEY), values={_KEY: run_id}
    )
    run: BillRun | None = found[0] if found else None
    return run


def filter_runs(*, actor: Scope) -> QuerySet[BillRun]:
    """Return the runs of the actor's units."""
    runs: QuerySet[BillRun] = BillRun.objects.for_actor(actor).select_related("unit", "cycle_month__cycle")
    return runs


def list_runs(*, actor: Scope, of_cycles: bool = False) -> list[BillRun]:
    """Return the runs of the actor's units, newest first; only those that bill every point of a month if asked."""
    runs = filter_runs(actor=actor)
    if of_cycles:
        runs = runs.filter(kind=RunKind.CYCLE.value)
    return list(runs.order_by("-cycle_month__month", "-id")[:200])


def list_unfinished(*, actor: Scope) -> list[BillRun]:
    """Return the runs of the actor's units that are neither issued nor cancelled, newest first."""
    done = (RunStatus.ISSUED.value, RunStatus.CANCELLED.value)
    runs = filter_runs(actor=actor).exclude(status__in=done)
    return list(runs.order_by("-cycle_month__month", "-id")[:200])


def list_billed_months(*, actor: Scope, months: Sequence[int]) -> set[int]:
    """Return which of some cycle months have a run that was not cancelled."""
    live = BillRun.objects.for_actor(actor).filter(cycle_month__in=months, kind=RunKind.CYCLE.value)
    live = live.exclude(status=RunStatus.CANCELLED.value)
    return set(live.order_by().values_list("cycle_month_id", flat=True))


def count_unfinished(*, actor: Scope) -> int:
    """Return how many runs are neither issued nor cancelled; every page's menu asks it."""
    return len(_UNFINISHED.ask(actor=actor, write=_write_unfinished, values={}))


def _write_unfinished(actor: Scope) -> Any:
    done = (RunStatus.ISSUED.value, RunStatus.CANCELLED.value)
    return BillRun.objects.for_actor(actor).exclude(status__in=done).values("id")


def list_shards(*, actor: Scope, run: BillRun) -> list[BillRunShard]:
    """Return the shards of a run: unfinished ones first."""
    return _SHARDS.ask_objects(
        actor=actor,
        write=lambda scope: (
            BillRunShard.objects.for_actor(scope).filter(run_id=_KEY).order_by("-status", "number", "id")
        ),
        values={_KEY: run.pk},
    )


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
    return list_totals(actor=actor, runs=[run])[run.pk]


def list_totals(*, actor: Scope, runs: Sequence[BillRun]) -> dict[int, RunTotals]:
    """Return the figures of runs by key, in two queries however many they are."""
    keys = {-place: run.pk for place, run in enumerate(runs, 1)}
    shape = len(keys)
    sums = _SUMS.ask(actor=actor, shape=shape, write=lambda scope: _write_sums(scope, list(keys)), values=keys)
    opened = dict(
        _OPENED.ask(actor=actor, shape=shape, write=lambda scope: _write_opened(scope, list(keys)), values=keys)
    )
    found = {key: dict(zip(_FIGURES, map(int, figures), strict=True)) for key, *figures in sums}
    return {
        run.pk: RunTotals(**found.get(run.pk, dict.fromkeys(_FIGURES, 0)), faults_open=opened.get(run.pk, 0))
        for run in runs
    }


def _write_sums(actor: Scope, run_ids: Sequence[int]) -> QuerySet[BillRunShard, Any]:
    is_done = ~Q(status=ShardStatus.PENDING.value)
    sums = {
        "points": Sum("point_count"),
        "points_done": Sum("point_count", filter=is_done, default=0),
        "bills": Sum("bill_count", default=0),
        "faults": Sum("fault_count", default=0),
        "amount_fen": Sum("amount_fen", default=0),
        "shards": Count("id"),
        "shards_done": Count("id", filter=is_done),
        "differing": Sum("differing_count", default=0),
    }
    rows: QuerySet[BillRunShard] = BillRunShard.objects.for_actor(actor).filter(run__in=run_ids)
    return rows.values("run_id").annotate(**{name: sums[name] for name in _FIGURES}).order_by("run_id")


def _write_opened(actor: Scope, run_ids: Sequence[int]) -> QuerySet[BillRunFault, Any]:
    rows: QuerySet[BillRunFault] = BillRunFault.objects.for_actor(actor)
    opened = rows.filter(run__in=run_ids, status=FaultStatus.OPEN.value)
    return opened.values_list("run_id").annotate(n=Count("id")).order_by("run_id")


def list_fault_groups(*, actor: Scope, run: BillRun) -> list[FaultGroup]:
    """Return the faults of a run by cause: those with open ones first, then the most frequent."""
    groups = _GROUPS.ask(actor=actor, write=_write_groups, values={_KEY: run.pk})
    points = UsagePoint.objects.for_actor(actor).filter(id__in=[example for _code, _n, _open, example, _why in groups])
    accounts = dict(points.values_list("id", "account__number").order_by("id"))
    found = [
        FaultGroup(code, count, opened, example, accounts.get(example, ""), why)
        for code, count, opened, example, why in groups
    ]
    return sorted(found, key=lambda group: not group.open)


def _write_groups(actor: Scope) -> QuerySet[BillRunFault, Any]:
    faults: QuerySet[BillRunFault] = BillRunFault.objects.for_actor(actor).filter(run_id=_KEY)
    is_open = Q(status=FaultStatus.OPEN.value)
    rows = faults.values("code").annotate(
        n=Count("id"),
        opened=Count("id", filter=is_open),
        # An open one is the better example.
        example=Coalesce(Min("usage_point_id", filter=is_open), Min("usage_point_id")),
        why=Max("reason"),
    )
    return rows.order_by("-n", "code")


def filter_faults(*, actor: Scope, run: BillRun, code: str = "") -> QuerySet[BillRunFault]:
    """Return the faults of a run (of one cause) with point, account and customer."""
    faults: QuerySet[BillRunFault] = BillRunFault.objects.for_actor(actor).filter(run=run)
    if code:
        faults = faults.filter(code=code)
    return faults.select_related("usage_point__account__customer", "usage_point__location")


def list_faults(
    *, actor: Scope, run: BillRun, code: str | None = None, after: int = 0, limit: int = 50
) -> list[BillRunFault]:
    """Return the faults of a run (of one cause), by key."""
    return list(filter_faults(actor=actor, run=run, code=code or "").filter(id__gt=after).order_by("id")[:limit])


def get_state(*, actor: Scope, run: BillRun, totals: RunTotals | None = None) -> RunState:
    """Return what decides whether a run may be issued; totals that are known already are not summed again."""
    totals = totals or get_totals(actor=actor, run=run)
    undecided = review.count_undecided(actor=actor, run=run)
    return RunState(
        status=RunStatus(run.status),
        started_by=run.started_by,
        shards_open=totals.shards - totals.shards_done,
        faults_open=totals.faults_open,
        bills=totals.bills,
        lines_differ=totals.differing,
        suspicions_open=undecided.open,
        corrections_open=undecided.asked,
        exempted_by=undecided.exempted_by,
    )


class RunNotFound(DomainError):
    """The cycle's month has no run within reach."""

    code = "billing.run_not_found"
    message = "cycle {cycle} of {month} has no run"


def get_live_run(*, actor: Scope, cycle_month: CycleMonth) -> BillRun | None:
    """Return the run of a cycle's month that was not cancelled, if there is one."""
    runs = BillRun.objects.for_actor(actor).filter(cycle_month=cycle_month, kind=RunKind.CYCLE.value)
    run: BillRun | None = runs.exclude(status=RunStatus.CANCELLED.value).order_by("-id").first()
    return run


def get_whole_period(cycle_month: CycleMonth) -> tuple[date, date]:
    """Return the days of the whole month that a month or one of its stages belongs to, half-open."""
    if cycle_month.stages == 1:
        return cycle_month.period.lower, cycle_month.period.upper
    stages = CycleMonth.objects.for_actor(_ANYBODY).filter(cycle_id=cycle_month.cycle_id, month=cycle_month.month)
    last = stages.order_by("-stage").first()
    return cycle_month.month_start or cycle_month.period.lower, last.period.upper


class CycleMonthNotFound(DomainError):
    """The cycle has no such month within reach."""

    code = "billing.cycle_month_not_found"
    message = "cycle {cycle} has no month {month}; open and freeze it first"


def get_cycle_month(*, actor: Actor, cycle_code: str, month: date, stage: int | None = None) -> CycleMonth:
    """
    Return the month of a cycle that a run bills; of several stages the last one, unless another is named.

    :raises CycleMonthNotFound: if it was never opened, or belongs to another unit
    """
    found = readings.get_month(actor=actor, cycle_code=cycle_code, month=month, stage=stage)
    if found is None:
        raise CycleMonthNotFound(field="month", cycle=cycle_code, month=f"{month:%Y-%m}")
    return found


def sum_month(*, actor: Actor, month: date) -> RunTotals:
    """Return the figures of all live runs of a month."""
    runs = BillRun.objects.for_actor(actor).filter(cycle_month__month=month)
    live = list(runs.exclude(status=RunStatus.CANCELLED.value).order_by("id"))
    totals = list_totals(actor=actor, runs=live).values()
    return RunTotals(**{name.name: sum(getattr(one, name.name) for one in totals) for name in fields(RunTotals)})
