"""Trials of prices: start one, see how far it is, read its report."""

from datetime import date, datetime
from typing import Any

from django.http import HttpRequest, HttpResponse
from ninja import Field, Query, Router, Schema

from dianke.application import trials as use_cases
from dianke.application.trials import RIGHT
from dianke.domain.billing.models import BillTrial
from dianke.domain.billing.queries import bills as bill_queries
from dianke.domain.billing.queries import trials as queries
from dianke.interfaces.api.access import actor_with
from dianke.interfaces.api.paging import PageOf, PageQuery, Text, page_of
from dianke.interfaces.api.problems import REFUSALS
from dianke.interfaces.api.writes import IdempotencyKey, answer_write
from dianke.interfaces.jobs import tasks
from dianke.kernel.clock import SystemClock

router = Router(tags=["trials"])


class TrialIn(Schema):
    """What is tried: a version over a month; without a unit the highest that the caller reaches."""

    version: int = Field(ge=1, lt=2**63)
    month: str = Field(pattern=r"^[0-9]{4}-(0[1-9]|1[0-2])$", description="YYYY-MM")
    unit: Text = Field("", max_length=20)
    usage_class: Text = Field("", max_length=24)


class TrialQuery(PageQuery):
    """Which trials: of one version, in one state."""

    version: int | None = Field(None, ge=1, lt=2**63)
    status: Text = Field("", max_length=10)


class TrialOut(Schema):
    """A trial and how far it is; `bill_count` and `difference_fen` are there once it is DONE."""

    number: str
    version: int
    sheet: str
    plan: str
    month: date
    unit: str
    usage_class: str
    status: str
    shards_done: int
    shard_count: int
    started_by: str
    started_at: datetime
    finished_at: datetime | None
    end_reason: str
    bill_count: int
    difference_fen: int


class TrialDetail(TrialOut):
    """A trial with its report, null until it is DONE; money is fen, energy 1e-2 kWh."""

    report: dict[str, Any] | None
    report_sha256: str


@router.get("/trials", response={200: PageOf[TrialOut], **REFUSALS}, summary="List trials of prices")
def list_trials(request: HttpRequest, page: Query[TrialQuery]) -> dict[str, Any]:
    """Return trials by key."""
    rows = queries.filter_trials(actor=actor_with(request, RIGHT), version_id=page.version)
    return page_of(request, rows.filter(status=page.status) if page.status else rows, page, _draw)


@router.get("/trials/{number}", response={200: TrialDetail, **REFUSALS}, summary="Show a trial with its report")
def show_trial(request: HttpRequest, number: Text) -> dict[str, Any]:
    """Return a trial."""
    trial = queries.get_trial(actor=actor_with(request, RIGHT), number=number)
    return {**_draw(trial), "report": trial.report, "report_sha256": trial.report_sha256}


@router.post("/trials", response={201: TrialOut, **REFUSALS}, summary="Start a trial of prices")
def start_trial(request: HttpRequest, body: TrialIn, idempotency_key: IdempotencyKey) -> HttpResponse:
    """Put a trial on the list; the worker carries it out."""
    actor = actor_with(request, RIGHT)

    def write() -> TrialOut:
        trial = use_cases.start_trial(
            actor=actor,
            version_id=body.version,
            month=bill_queries.get_month(body.month),
            unit_code=body.unit,
            usage_class=body.usage_class,
            at=SystemClock().now(),
        )
        # Committed with the trial, for the queue stands in the same database.
        tasks.run_trial.defer(number=trial.number, login=actor.login)
        return TrialOut(**_draw(trial))

    return answer_write(request, key=idempotency_key, write=write)


def _draw(trial: BillTrial) -> dict[str, Any]:
    return {
        "number": trial.number,
        "version": trial.version_id,
        "sheet": trial.version.sheet_id,
        "plan": trial.version.plan.code,
        "month": trial.month,
        "unit": trial.unit.code,
        "usage_class": trial.usage_class,
        "status": trial.status,
        "shards_done": trial.shards_done,
        "shard_count": trial.shard_count,
        "started_by": trial.started_by,
        "started_at": trial.started_at,
        "finished_at": trial.finished_at,
        "end_reason": trial.end_reason,
        "bill_count": trial.bill_count,
        "difference_fen": trial.difference_fen,
    }
