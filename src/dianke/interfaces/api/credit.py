"""Credit of customers: scores with their reasons and rules, notices of lower grades, the table of points."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from django.http import Http404, HttpRequest
from ninja import Query, Router, Schema

from dianke.application import credit
from dianke.application.credit.masking import is_masked, list_accusing_items
from dianke.domain.credit.models import CreditScore, GradeNotice
from dianke.domain.credit.queries import scores as queries
from dianke.domain.credit.queries.measures import find_measures, get_measures
from dianke.domain.credit.queries.policies import get_policy
from dianke.domain.credit.rules.policy import Policy, Row
from dianke.domain.credit.types import CreditKind, Measure, NoticeState, RowRule
from dianke.domain.customers import queries as customers
from dianke.domain.customers.models import Customer
from dianke.domain.customers.types import CreditGrade
from dianke.interfaces.api.access import actor_with
from dianke.interfaces.api.paging import PageOf, PageQuery, Text, page_of
from dianke.interfaces.api.problems import REFUSALS
from dianke.kernel.clock import SystemClock, to_shanghai
from dianke.platform.identity.types import Actor

router = Router(tags=["credit"])


class CreditScoreQuery(PageQuery):
    """Which scores of the last run: of a grade, of a kind of customer."""

    grade: CreditGrade | None = None
    kind: CreditKind | None = None


class CreditItemOut(Schema):
    """An item of a score: points and the most there are, as text; without credit.see_sensitive some are masked."""

    item: str
    points: str | None
    most: str
    is_masked: bool


class CreditReasonOut(Schema):
    """
    What moved a score: points of an item, by a rule of the table of points, for a fact.

    A fact that accuses is masked without credit.see_sensitive: only that it is there and the item are told then.
    """

    item: str
    is_masked: bool
    rule: str | None
    points: str | None
    fact: str | None
    on_date: date | None
    until_date: date | None
    value: str | None


class CreditScoreOut(Schema):
    """A score as of a day; points as text, `grade_before` is empty where there was none."""

    customer: str
    as_of_date: date
    policy: str
    kind: CreditKind
    score: str
    grade: CreditGrade
    grade_before: str
    items: list[CreditItemOut]


class CreditDetail(CreditScoreOut):
    """The last score of a customer with its reasons and what the grade asks for today."""

    reasons: list[CreditReasonOut]
    measures: list[Measure]
    reminder_days_earlier: int


class CreditNoticeQuery(PageQuery):
    """Which notices: of a customer, a state."""

    customer: Text = ""
    state: NoticeState | None = None


class CreditNoticeOut(Schema):
    """A grade that fell; `objection_until` is the last day to object, null while the customer was not told."""

    id: int
    customer: str
    as_of_date: date
    grade_before: str
    grade: CreditGrade
    state: NoticeState
    told_on: date | None
    told_how: str
    objection_until: date | None


class CreditLevelOut(Schema):
    """From how many facts on, or from how many months that one lasts, a level is reached."""

    rule: str
    points: str
    from_count: int
    from_months: int


class CreditRowOut(Schema):
    """A row of the table of points; with levels the worst one reached counts and `points` is null."""

    rule: str
    counted: RowRule
    facts: list[str]
    window_months: int
    points: str | None
    levels: list[CreditLevelOut]


class CreditItemRuleOut(Schema):
    """An item of a kind of customer with its rows; at nought the worst grade follows where `is_zero_worst`."""

    kind: CreditKind
    item: str
    most: str
    is_zero_worst: bool
    rows: list[CreditRowOut]


class CreditCutOut(Schema):
    """A grade, the total that it begins with, and what it asks for."""

    grade: str
    from_points: str
    measures: list[Measure]
    reminder_days_earlier: int


class CreditPolicyOut(Schema):
    """The table of points in force, the best grade first."""

    code: str
    valid_from: date
    source: str
    allow_overflow: bool
    levels_add_up: bool
    made_good: str
    is_open_arrear_always_counted: bool
    not_judged_share: str
    grace_days: int
    objection_days: int
    answer_working_days: int
    grades: list[CreditCutOut]
    items: list[CreditItemRuleOut]


@router.get(
    "/credit-scores", response={200: PageOf[CreditScoreOut], **REFUSALS}, summary="List credit scores of the last run"
)
def list_credit_scores(request: HttpRequest, query: Query[CreditScoreQuery]) -> dict[str, Any]:
    """Return the scores of the last whole run, by key; what changed since shows at the customer."""
    actor = actor_with(request, credit.VIEW)
    rows = queries.filter_scores(actor=actor)
    asked = {"grade": query.grade, "kind": query.kind}
    rows = rows.filter(**{name: value.value for name, value in asked.items() if value is not None})
    return page_of(request, rows, query, lambda row: _draw(actor, row))


@router.get("/customers/{number}/credit", response={200: CreditDetail, **REFUSALS}, summary="Show a customer's credit")
def show_credit(request: HttpRequest, number: Text) -> dict[str, Any]:
    """Return the last score with its reasons; 404 where the customer was never scored."""
    actor = actor_with(request, credit.VIEW)
    customer = find_customer(actor, number)
    found = queries.list_scores(actor=actor, customer_id=customer.pk, limit=1)
    if not found:
        raise Http404
    asked = find_measures(grade=found[0].grade, on=_today())
    path = customer.unit.path
    return {
        **_draw(actor, found[0]),
        "reasons": [_draw_reason(actor, one, path) for one in found[0].reasons],
        "measures": list(asked.measures),
        "reminder_days_earlier": asked.reminder_days_earlier,
    }


@router.get(
    "/customers/{number}/credit-scores",
    response={200: PageOf[CreditScoreOut], **REFUSALS},
    summary="List a customer's credit scores",
)
def list_scores_of_customer(request: HttpRequest, number: Text, query: Query[PageQuery]) -> dict[str, Any]:
    """Return the course of a customer: the monthly scores and those between them, in the order they were made."""
    actor = actor_with(request, credit.VIEW)
    customer = find_customer(actor, number)
    rows = queries.filter_scores_of(actor=actor, customer_id=customer.pk)
    return page_of(request, rows, query, lambda row: _draw(actor, row))


@router.get(
    "/credit-notices", response={200: PageOf[CreditNoticeOut], **REFUSALS}, summary="List notices of lower grades"
)
def list_credit_notices(request: HttpRequest, query: Query[CreditNoticeQuery]) -> dict[str, Any]:
    """Return grades that fell, by key."""
    rows = queries.filter_notices(actor=actor_with(request, credit.VIEW))
    asked = {"customer__number": query.customer or None, "state": query.state and query.state.value}
    rows = rows.filter(**{name: value for name, value in asked.items() if value is not None})
    return page_of(request, rows, query, _draw_notice)


@router.get("/credit-policy", response={200: CreditPolicyOut, **REFUSALS}, summary="Show the table of points in force")
def show_credit_policy(request: HttpRequest) -> dict[str, Any]:
    """Return which fact costs how many points, which total gives which grade, and what a grade asks for."""
    actor_with(request, credit.VIEW)
    policy, measures = get_policy(on=_today()), get_measures(on=_today())
    plain = (
        "code", "valid_from", "source", "allow_overflow", "levels_add_up", "is_open_arrear_always_counted",
        "grace_days", "objection_days", "answer_working_days",
    )  # fmt: skip
    return {
        **{name: getattr(policy, name) for name in plain},
        "made_good": policy.made_good.value,
        "not_judged_share": str(policy.not_judged_share),
        "grades": [
            {
                "grade": cut.code,
                "from_points": str(cut.from_points),
                "measures": list(measures.find(cut.code).measures),
                "reminder_days_earlier": measures.find(cut.code).reminder_days_earlier,
            }
            for cut in policy.grades
        ],
        "items": _draw_items_of_policy(policy),
    }


def find_customer(actor: Actor, number: str) -> Customer:
    """
    Return the customer of a number.

    :raises Http404: if there is none within the actor's units
    """
    found = customers.get_customer(actor=actor, number=number)
    if found is None:
        raise Http404
    return found


def _draw(actor: Actor, row: CreditScore) -> dict[str, Any]:
    kind, policy = CreditKind(row.kind), get_policy(on=row.as_of_date)
    accusing = list_accusing_items(policy, kind) if not actor.may(credit.SENSITIVE, row.unit.path) else frozenset()
    return {
        "customer": row.customer.number,
        "as_of_date": row.as_of_date,
        "policy": row.policy,
        "kind": row.kind,
        "score": _write_points(row.score_e2),
        "grade": row.grade,
        "grade_before": row.grade_before,
        "items": [
            {
                "item": item.code,
                "points": None if item.code in accusing else _write_points(points),
                "most": str(item.most),
                "is_masked": item.code in accusing,
            }
            for item, points in zip(policy.items[kind], row.items_e2, strict=True)
        ],
    }


def _draw_reason(actor: Actor, reason: Mapping[str, Any], unit_path: str) -> dict[str, Any]:
    """Return a stored reason; what accuses is masked from who lacks the right at the customer's unit."""
    fact = reason["fact"]
    told: dict[str, Any] = dict.fromkeys(("rule", "points", "fact", "on_date", "until_date", "value"))
    masked = is_masked(actor, fact["type"], unit_path)
    if not masked:
        told = {
            "rule": reason["rule"],
            "points": str(reason["points"]),
            "fact": fact["type"],
            "on_date": fact["on"],
            "until_date": fact.get("cleared_on"),
            "value": None if fact.get("value") is None else str(fact["value"]),
        }
    return {"item": reason["item"], "is_masked": masked, **told}


def _draw_notice(row: GradeNotice) -> dict[str, Any]:
    return {
        "id": row.pk,
        "customer": row.customer.number,
        **{name: getattr(row, name) for name in CreditNoticeOut.model_fields if name not in {"id", "customer"}},
    }


def _draw_items_of_policy(policy: Policy) -> Sequence[dict[str, Any]]:
    return [
        {
            "kind": kind,
            "item": item.code,
            "most": str(item.most),
            "is_zero_worst": item.is_zero_worst,
            "rows": [_draw_row(row) for row in policy.list_rows(item)],
        }
        for kind in CreditKind
        for item in policy.items[kind]
    ]


def _draw_row(row: Row) -> dict[str, Any]:
    return {
        "rule": row.id,
        "counted": row.rule,
        "facts": [one.value for one in row.facts],
        "window_months": row.months,
        "points": str(row.points) if row.points else None,
        "levels": [
            {"rule": one.id, "points": str(one.points), "from_count": one.count, "from_months": one.lasting}
            for one in row.levels
        ],
    }


def _write_points(points_e2: int) -> str:
    return f"{points_e2 / 100:.2f}"


def _today() -> date:
    return to_shanghai(SystemClock().now()).date()
