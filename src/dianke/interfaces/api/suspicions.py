"""The review of a run: what it found by cause, each suspicion, decisions and what became of them."""

from collections.abc import Callable
from datetime import datetime
from typing import Annotated, Any

from django.http import HttpRequest, HttpResponse
from ninja import Field, Query, Router, Schema
from pydantic import AfterValidator, WithJsonSchema
from pydantic import Field as Described

from dianke.application import meter_to_cash
from dianke.domain.billing.models import BillSuspicion
from dianke.domain.billing.queries import review as queries
from dianke.domain.billing.queries import runs as run_queries
from dianke.domain.billing.rules.review.causes import CAUSES
from dianke.domain.billing.types import Severity, SuspicionState
from dianke.domain.customers.types import UsageClass
from dianke.interfaces.api.access import actor_with
from dianke.interfaces.api.paging import Moment, PageOf, PageQuery, Text, page_of
from dianke.interfaces.api.problems import REFUSALS
from dianke.interfaces.api.runs import REVIEW, VIEW, CountOut, find_run
from dianke.interfaces.api.writes import IdempotencyKey, answer_write
from dianke.kernel.clock import SystemClock

router = Router(tags=["review"])

_MOST_IDS = 500


def _require_cause(code: str) -> str:
    if code and code not in CAUSES:
        msg = "no cause of the review"
        raise ValueError(msg)
    return code


Cause = Annotated[str, AfterValidator(_require_cause), WithJsonSchema({"type": "string", "enum": ["", *CAUSES]})]
Key = Annotated[int, Described(ge=1, lt=2**63)]


class ReviewQuery(Schema):
    """Of which class of use."""

    usage_class: UsageClass | None = None


class SuspicionQuery(PageQuery):
    """Which suspicions: of a cause, a severity, a state, a class of use."""

    code: Cause = ""
    severity: Severity | None = None
    state: SuspicionState | None = None
    usage_class: UsageClass | None = None


class _Choice(Schema):
    """Which suspicions: all of a cause (and a class of use), or some by `id`; one of the two is needed."""

    code: Cause = ""
    usage_class: UsageClass | None = None
    ids: list[Key] = Field(default_factory=list, max_length=_MOST_IDS)


class DecisionIn(_Choice):
    """A decision on some suspicions, with its reason."""

    reason: Text = Field(min_length=2, max_length=200)


class WithdrawalIn(_Choice):
    """Which decisions are taken back; `decided_at` narrows to those of one moment."""

    decided_at: Moment | None = None


class CauseOut(Schema):
    """The suspicions of a cause: how many in each state, and one to begin with, an undecided one if there is any."""

    code: str
    rule: str
    severity: str
    action: str
    count: int
    open: int
    noted: int
    exempt: int
    correction_asked: int
    corrected: int
    example: int
    example_account: str


class SettledOut(Schema):
    """A reason that somebody gave, and how many suspicions stand by it."""

    code: str
    state: str
    reason: str
    decided_by: str
    count: int


class FaultCountOut(Schema):
    """Points without a bill of one cause, and how many of them wait for a later run."""

    code: str
    count: int
    deferred: int


class ReviewOut(Schema):
    """What the review of a run found and what became of it."""

    run: str
    status: str
    bills: int
    suspicious_bills: int
    causes: list[CauseOut]
    decisions: list[SettledOut]
    faults: list[FaultCountOut]


class SuspicionOut(Schema):
    """
    A reason to look at a bill; `evidence` holds the figures that show it.

    `amount_fen` is that of the bill or draft, null where it is gone.
    """

    id: int
    code: str
    rule: str
    severity: str
    state: str
    account: str
    usage_point: str
    usage_class: str
    amount_fen: int | None
    evidence: dict[str, Any]
    action: str
    reason: str
    decided_by: str
    decided_at: datetime | None
    found_at: datetime


@router.get(
    "/bill-runs/{number}/review",
    response={200: ReviewOut, **REFUSALS},
    summary="Show what the review found and what became of it",
)
def show_review(request: HttpRequest, number: Text, asked: Query[ReviewQuery]) -> dict[str, Any]:
    """Return the causes with counts and examples, undecided and grave ones first, and the decisions with reasons."""
    actor = actor_with(request, VIEW)
    run = find_run(actor, number)
    return {
        "run": run.number,
        "status": run.status,
        "bills": run_queries.get_totals(actor=actor, run=run).bills,
        "suspicious_bills": queries.count_suspicious_bills(actor=actor, run=run),
        "causes": [
            _draw_cause(group)
            for group in queries.list_causes(actor=actor, run=run, usage_class=asked.usage_class or "")
        ],
        "decisions": [
            {name: getattr(one, name) for name in SettledOut.model_fields}
            for one in queries.list_decisions(actor=actor, run=run)
        ],
        "faults": [
            {"code": code, "count": count, "deferred": deferred}
            for code, count, deferred in queries.list_faults_by_cause(actor=actor, run=run)
        ],
    }


@router.get(
    "/bill-runs/{number}/suspicions",
    response={200: PageOf[SuspicionOut], **REFUSALS},
    summary="List the suspicions of a run",
)
def list_suspicions(request: HttpRequest, number: Text, page: Query[SuspicionQuery]) -> dict[str, Any]:
    """Return suspicions by key."""
    actor = actor_with(request, VIEW)
    run = find_run(actor, number)
    rows = queries.filter_suspicions(
        actor=actor,
        run=run,
        code=page.code,
        severity=page.severity or "",
        state=page.state or "",
        usage_class=page.usage_class or "",
    )
    amounts: dict[int, int] = {}
    return page_of(
        request,
        rows,
        page,
        lambda row: _draw_suspicion(row, amounts.get(row.bill_id)),
        prepare=lambda shown: amounts.update(queries.list_amounts(actor=actor, run=run, rows=shown)),
    )


@router.post(
    "/bill-runs/{number}/suspicions/exemption",
    response={200: CountOut, **REFUSALS},
    summary="Let suspicious bills stand, for a reason",
)
def exempt_suspicions(
    request: HttpRequest, number: Text, body: DecisionIn, idempotency_key: IdempotencyKey
) -> HttpResponse:
    """Exempt undecided suspicions; whoever does so does not issue the run."""
    return _answer_decision(request, number, body, idempotency_key, meter_to_cash.exempt_suspicions)


@router.post(
    "/bill-runs/{number}/suspicions/correction",
    response={200: CountOut, **REFUSALS},
    summary="Ask for a correction of suspicious bills",
)
def ask_correction(
    request: HttpRequest, number: Text, body: DecisionIn, idempotency_key: IdempotencyKey
) -> HttpResponse:
    """Say what is to be mended; the run waits until it is, and is calculated again."""
    return _answer_decision(request, number, body, idempotency_key, meter_to_cash.ask_correction)


@router.post(
    "/bill-runs/{number}/suspicions/withdrawal",
    response={200: CountOut, **REFUSALS},
    summary="Take decisions back",
)
def withdraw_decisions(
    request: HttpRequest, number: Text, body: WithdrawalIn, idempotency_key: IdempotencyKey
) -> HttpResponse:
    """Open decided suspicions again while the run is not issued."""
    actor = actor_with(request, REVIEW)
    run = find_run(actor, number)

    def write() -> CountOut:
        count = meter_to_cash.withdraw_decisions(
            actor=actor,
            number=run.number,
            code=body.code,
            ids=tuple(body.ids),
            usage_class=body.usage_class or "",
            decided_at=body.decided_at,
        )
        return CountOut(run=run.number, count=count)

    return answer_write(request, key=idempotency_key, write=write, status=200)


def _answer_decision(
    request: HttpRequest, number: str, body: DecisionIn, key: str, decide: Callable[..., int]
) -> HttpResponse:
    actor = actor_with(request, REVIEW)
    run = find_run(actor, number)

    def write() -> CountOut:
        count = decide(
            actor=actor,
            number=run.number,
            code=body.code,
            ids=tuple(body.ids),
            usage_class=body.usage_class or "",
            reason=body.reason,
            at=SystemClock().now(),
        )
        return CountOut(run=run.number, count=count)

    return answer_write(request, key=key, write=write, status=200)


def _draw_cause(group: queries.CauseGroup) -> dict[str, Any]:
    cause = CAUSES[group.code]
    return {
        "code": group.code,
        "rule": cause.rule,
        "severity": group.severity,
        "action": cause.action,
        "count": group.count,
        "open": group.open,
        "noted": group.noted,
        "exempt": group.exempt,
        "correction_asked": group.asked,
        "corrected": group.corrected,
        "example": group.example_id,
        "example_account": group.example_account,
    }


def _draw_suspicion(row: BillSuspicion, amount_fen: int | None) -> dict[str, Any]:
    account = row.usage_point.account
    return {
        "id": row.pk,
        "code": row.code,
        "rule": CAUSES[row.code].rule,
        "severity": row.severity,
        "state": row.state,
        "account": account.number,
        "usage_point": row.usage_point.code,
        "usage_class": account.usage_class,
        "amount_fen": amount_fen,
        "evidence": row.evidence,
        "action": CAUSES[row.code].action,
        "reason": row.reason,
        "decided_by": row.decided_by,
        "decided_at": row.decided_at,
        "found_at": row.found_at,
    }
