"""Bill runs: list them, see how far one is, start, calculate, issue; long work goes to the worker."""

from collections.abc import Callable
from datetime import date, datetime
from typing import Annotated, Any

from django.http import Http404, HttpRequest, HttpResponse
from ninja import Field, Query, Router, Schema
from pydantic import StringConstraints

from dianke.application import meter_to_cash
from dianke.domain.billing.models import BillRun, BillRunFault, BillRunShard
from dianke.domain.billing.queries import bills as bill_queries
from dianke.domain.billing.queries import review as review_queries
from dianke.domain.billing.queries import runs as queries
from dianke.domain.billing.queries.runs import RunTotals
from dianke.domain.billing.rules import remedies
from dianke.domain.billing.rules.runs import list_issue_conditions
from dianke.domain.billing.types import FaultStatus, RunStatus, ShardStatus
from dianke.interfaces.api.access import actor_with, caller_of
from dianke.interfaces.api.paging import PageOf, PageQuery, Text, page_of
from dianke.interfaces.api.problems import REFUSALS
from dianke.interfaces.api.writes import IdempotencyKey, answer_write
from dianke.interfaces.jobs import tasks
from dianke.kernel.clock import SystemClock
from dianke.platform.identity.types import Actor

VIEW, RUN, REVIEW, ISSUE = "billing.view", "billing.run", "billing.review", "billing.issue"
_ACCEPTED, _DONE = 202, 200

router = Router(tags=["bill runs"])

Month = Annotated[str, StringConstraints(pattern=r"^20[0-9]{2}-(0[1-9]|1[0-2])$")]


class RunQuery(PageQuery):
    """Which runs: of a month, a cycle, a unit, in one state."""

    month: Month | None = Field(None, description="YYYY-MM")
    cycle: Text = Field("", max_length=20, description="code of the reading cycle")
    unit: Text = Field("", max_length=20, description="code of the unit")
    status: RunStatus | None = None


class ShardQuery(PageQuery):
    """Which shards of a run."""

    status: ShardStatus | None = None


class FaultQuery(PageQuery):
    """Which faults of a run."""

    code: Text = Field("", max_length=60)
    status: FaultStatus | None = None


class RunIn(Schema):
    """Which frozen month of a cycle is billed; of several readings the last, unless `stage` names another."""

    cycle: Text = Field(min_length=1, max_length=20, description="code of the reading cycle")
    month: Month = Field(description="YYYY-MM")
    stage: int | None = Field(None, ge=1, le=9)


class CancellationIn(Schema):
    """Why a run is cancelled."""

    reason: Text = Field(min_length=2, max_length=300)


class DeferralIn(Schema):
    """Which faults wait for a later run, and why."""

    code: Text = Field(min_length=1, max_length=60)
    reason: Text = Field(min_length=2, max_length=300)


class TotalsOut(Schema):
    """How far a run is and what it comes to; money is fen."""

    points: int
    points_done: int
    shards: int
    shards_done: int
    bills: int
    amount_fen: int
    faults: int
    faults_open: int


class RunOut(Schema):
    """A bill run; `amount_fen` is of drafts before issue, of bills after."""

    number: str
    # CYCLE of every point of the month; FINAL, OPENING and SUPPLEMENTARY of some, in a period of their own or not.
    kind: str
    month: date
    period_start: date
    period_end: date
    cycle: str
    stage: int
    stages: int
    unit: str
    status: str
    started_at: datetime
    started_by: str
    calculated_at: datetime | None
    issued_at: datetime | None
    issued_by: str
    totals: TotalsOut


class ConditionOut(Schema):
    """A condition of issue; whether it is met depends on who asks, for issue wants a second person."""

    code: str
    is_met: bool
    count: int


class FaultGroupOut(Schema):
    """The points of one cause that cannot be billed: how many, how many undecided, an account to begin with."""

    code: str
    count: int
    open: int
    example_account: str
    remedy: str
    reason: str


class RunDetail(RunOut):
    """A run with what stands in the way of issue; conditions are there once it is CALCULATED."""

    faults: list[FaultGroupOut]
    suspicions_open: int
    corrections_asked: int
    conditions: list[ConditionOut]


class ShardOut(Schema):
    """A part of a run that is calculated and issued whole or not at all."""

    number: int
    status: str
    points: int
    bills: int
    faults: int
    amount_fen: int
    attempts: int
    finished_at: datetime | None
    duration_ms: int


class FaultOut(Schema):
    """A point that the run could not bill."""

    account: str
    usage_point: str
    code: str
    field: str
    detail: str
    remedy: str
    status: str
    reason: str
    decided_by: str


class CountOut(Schema):
    """How many rows an act changed."""

    run: str
    count: int


@router.get("/bill-runs", response={200: PageOf[RunOut], **REFUSALS}, summary="List bill runs")
def list_runs(request: HttpRequest, page: Query[RunQuery]) -> dict[str, Any]:
    """Return runs by key, each with its totals."""
    actor = actor_with(request, VIEW)
    given = {
        "cycle_month__month": bill_queries.get_month(page.month) if page.month else None,
        "cycle_month__cycle__code": page.cycle,
        "unit__code": page.unit,
        "status": page.status,
    }
    rows = queries.filter_runs(actor=actor).filter(**{name: value for name, value in given.items() if value})
    totals: dict[int, RunTotals] = {}
    return page_of(
        request,
        rows,
        page,
        lambda run: _draw(run, totals[run.pk]),
        prepare=lambda shown: totals.update(queries.list_totals(actor=actor, runs=shown)),
    )


@router.get("/bill-runs/{number}", response={200: RunDetail, **REFUSALS}, summary="Show a bill run with its progress")
def show_run(request: HttpRequest, number: Text) -> dict[str, Any]:
    """Return a run with its totals, the faults by cause and the conditions of issue as they stand for the caller."""
    actor = actor_with(request, VIEW)
    run = find_run(actor, number)
    totals = queries.get_totals(actor=actor, run=run)
    undecided = review_queries.count_undecided(actor=actor, run=run)
    return {
        **_draw(run, totals),
        "faults": [_draw_fault_group(one) for one in queries.list_fault_groups(actor=actor, run=run)],
        "suspicions_open": undecided.open,
        "corrections_asked": undecided.asked,
        "conditions": _list_conditions(request, actor, run, totals),
    }


@router.get(
    "/bill-runs/{number}/shards", response={200: PageOf[ShardOut], **REFUSALS}, summary="List the shards of a bill run"
)
def list_shards(request: HttpRequest, number: Text, page: Query[ShardQuery]) -> dict[str, Any]:
    """Return shards by key."""
    actor = actor_with(request, VIEW)
    rows = BillRunShard.objects.for_actor(actor).filter(run=find_run(actor, number))
    return page_of(request, rows.filter(status=page.status) if page.status else rows, page, _draw_shard)


@router.get(
    "/bill-runs/{number}/faults",
    response={200: PageOf[FaultOut], **REFUSALS},
    summary="List the points that a run could not bill",
)
def list_run_faults(request: HttpRequest, number: Text, page: Query[FaultQuery]) -> dict[str, Any]:
    """Return faults by key."""
    actor = actor_with(request, VIEW)
    rows = queries.filter_faults(actor=actor, run=find_run(actor, number), code=page.code)
    return page_of(request, rows.filter(status=page.status) if page.status else rows, page, _draw_fault)


@router.post("/bill-runs", response={201: RunOut, **REFUSALS}, summary="Start a bill run")
def start_run(request: HttpRequest, body: RunIn, idempotency_key: IdempotencyKey) -> HttpResponse:
    """Start the run of a cycle's frozen month and hand its calculation to the worker."""
    actor = actor_with(request, RUN)

    def write() -> RunOut:
        run = meter_to_cash.start_run(
            actor=actor,
            cycle_code=body.cycle,
            month=bill_queries.get_month(body.month),
            stage=body.stage,
            at=SystemClock().now(),
        )
        # Committed with the run, for the queue stands in the same database.
        tasks.calculate_run.defer(number=run.number, login=actor.login)
        return _draw_out(actor, run.number)

    return answer_write(request, key=idempotency_key, write=write)


@router.post(
    "/bill-runs/{number}/calculation",
    response={202: RunOut, **REFUSALS},
    summary="Calculate what is pending, and again what was mended",
)
def calculate_run(request: HttpRequest, number: Text, idempotency_key: IdempotencyKey) -> HttpResponse:
    """Put shards with faults or asked corrections back to pending and let the worker calculate."""

    def act(actor: Actor, run: BillRun) -> None:
        meter_to_cash.recalculate_run(actor=actor, number=run.number)
        tasks.calculate_run.defer(number=run.number, login=actor.login)

    return _answer_step(request, number, idempotency_key, right=RUN, act=act, status=_ACCEPTED)


@router.post("/bill-runs/{number}/pause", response={200: RunOut, **REFUSALS}, summary="Pause a calculation")
def pause_run(request: HttpRequest, number: Text, idempotency_key: IdempotencyKey) -> HttpResponse:
    """Let a run rest once the shards at work are done."""

    def act(actor: Actor, run: BillRun) -> None:
        meter_to_cash.pause_run(actor=actor, number=run.number)

    return _answer_step(request, number, idempotency_key, right=RUN, act=act)


@router.post(
    "/bill-runs/{number}/resumption", response={202: RunOut, **REFUSALS}, summary="Let a paused calculation go on"
)
def resume_run(request: HttpRequest, number: Text, idempotency_key: IdempotencyKey) -> HttpResponse:
    """Let a paused run go on in the worker."""

    def act(actor: Actor, run: BillRun) -> None:
        meter_to_cash.resume_run(actor=actor, number=run.number)
        tasks.calculate_run.defer(number=run.number, login=actor.login)

    return _answer_step(request, number, idempotency_key, right=RUN, act=act, status=_ACCEPTED)


@router.post(
    "/bill-runs/{number}/cancellation", response={200: RunOut, **REFUSALS}, summary="Cancel a bill run before issue"
)
def cancel_run(
    request: HttpRequest, number: Text, body: CancellationIn, idempotency_key: IdempotencyKey
) -> HttpResponse:
    """Remove the drafts of a run, so that the month can be run again."""

    def act(actor: Actor, run: BillRun) -> None:
        meter_to_cash.cancel_run(actor=actor, number=run.number, reason=body.reason)

    return _answer_step(request, number, idempotency_key, right=RUN, act=act)


@router.post(
    "/bill-runs/{number}/issue", response={202: RunOut, **REFUSALS}, summary="Issue a bill run as its second person"
)
def issue_run(request: HttpRequest, number: Text, idempotency_key: IdempotencyKey) -> HttpResponse:
    """Decide to issue and hand the shards to the worker; a condition that is not met is named as `field`."""

    def act(actor: Actor, run: BillRun) -> None:
        meter_to_cash.begin_issue(actor=actor, number=run.number, at=SystemClock().now())
        tasks.issue_run.defer(number=run.number, login=actor.login)

    return _answer_step(request, number, idempotency_key, right=ISSUE, act=act, status=_ACCEPTED)


@router.post(
    "/bill-runs/{number}/faults/deferral",
    response={200: CountOut, **REFUSALS},
    summary="Let the points of a cause wait for a later run",
)
def defer_faults(request: HttpRequest, number: Text, body: DeferralIn, idempotency_key: IdempotencyKey) -> HttpResponse:
    """Put the undecided faults of a cause off, so that the other bills can be issued."""
    actor = actor_with(request, REVIEW)
    run = find_run(actor, number)

    def write() -> CountOut:
        count = meter_to_cash.defer_faults(actor=actor, number=run.number, code=body.code, reason=body.reason)
        return CountOut(run=run.number, count=count)

    return answer_write(request, key=idempotency_key, write=write, status=_DONE)


def find_run(actor: Actor, number: str) -> BillRun:
    """Return the run of a number within the units where the actor's right is held, or answer that nothing is found."""
    run = queries.filter_runs(actor=actor).filter(number=number).first()
    if run is None:
        raise Http404
    return run


def _answer_step(
    request: HttpRequest,
    number: str,
    key: str,
    *,
    right: str,
    act: Callable[[Actor, BillRun], None],
    status: int = _DONE,
) -> HttpResponse:
    actor = actor_with(request, right)
    run = find_run(actor, number)

    def write() -> RunOut:
        act(actor, run)
        return _draw_out(actor, run.number)

    return answer_write(request, key=key, write=write, status=status)


def _list_conditions(request: HttpRequest, actor: Actor, run: BillRun, totals: RunTotals) -> list[dict[str, Any]]:
    if run.status != RunStatus.CALCULATED.value:
        return []
    state = queries.get_state(actor=actor, run=run, totals=totals)
    found = list_issue_conditions(state, login=caller_of(request).actor.login)
    return [{"code": one.code, "is_met": one.met, "count": one.count} for one in found]


def _draw_out(actor: Actor, number: str) -> RunOut:
    run = find_run(actor, number)
    return RunOut(**_draw(run, queries.get_totals(actor=actor, run=run)))


def _draw(run: BillRun, totals: RunTotals) -> dict[str, Any]:
    month = run.cycle_month
    return {
        "number": run.number,
        "kind": run.kind,
        "month": month.month,
        "period_start": run.start,
        "period_end": run.end,
        "cycle": month.cycle.code,
        "stage": month.stage,
        "stages": month.stages,
        "unit": run.unit.code,
        "status": run.status,
        "started_at": run.started_at,
        "started_by": run.started_by,
        "calculated_at": run.calculated_at,
        "issued_at": run.issued_at,
        "issued_by": run.issued_by,
        "totals": {name: getattr(totals, name) for name in TotalsOut.model_fields},
    }


def _draw_fault_group(group: queries.FaultGroup) -> dict[str, Any]:
    return {
        "code": group.code,
        "count": group.count,
        "open": group.open,
        "example_account": group.example_account,
        "remedy": remedies.get_remedy(group.code),
        "reason": group.reason,
    }


def _draw_shard(shard: BillRunShard) -> dict[str, Any]:
    return {
        "number": shard.number,
        "status": shard.status,
        "points": shard.point_count,
        "bills": shard.bill_count,
        "faults": shard.fault_count,
        "amount_fen": shard.amount_fen,
        "attempts": shard.attempts,
        "finished_at": shard.finished_at,
        "duration_ms": shard.duration_ms,
    }


def _draw_fault(fault: BillRunFault) -> dict[str, Any]:
    return {
        "account": fault.usage_point.account.number,
        "usage_point": fault.usage_point.code,
        "code": fault.code,
        "field": fault.field,
        "detail": fault.detail,
        "remedy": remedies.get_remedy(fault.code),
        "status": fault.status,
        "reason": fault.reason,
        "decided_by": fault.decided_by,
    }
