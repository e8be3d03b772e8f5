"""Facts about customers, masked where they accuse, and objections against grades."""

from datetime import date, datetime
from typing import Annotated, Any

from django.http import Http404, HttpRequest, HttpResponse
from ninja import Field, Query, Router, Schema
from pydantic import Field as Described

from dianke.application import credit
from dianke.application.credit.masking import is_masked, sees_accusations_everywhere
from dianke.domain.credit.models import CustomerFact, Objection
from dianke.domain.credit.queries import facts as fact_queries
from dianke.domain.credit.queries import scores as queries
from dianke.domain.credit.types import SENSITIVE_TYPES, FactSource, FactState, FactType, ObjectionState
from dianke.interfaces.api.access import actor_with
from dianke.interfaces.api.paging import PageOf, PageQuery, Text, page_of
from dianke.interfaces.api.problems import REFUSALS
from dianke.interfaces.api.writes import IdempotencyKey, answer_write
from dianke.kernel.clock import SystemClock
from dianke.platform.audit.use_case import PermissionRefused
from dianke.platform.identity.types import Actor

router = Router(tags=["credit"])

_Key = Annotated[int, Described(ge=1, lt=2**63)]


class CustomerFactQuery(PageQuery):
    """Which facts: of a customer, a type, a state, a source; types that accuse want credit.see_sensitive."""

    customer: Text = ""
    type: FactType | None = None
    state: FactState | None = None
    source: FactSource | None = None


class CustomerFactOut(Schema):
    """A fact about a customer; type, days, value and note are null where it accuses and the caller may not see."""

    id: int
    number: str
    customer: str
    account: str | None
    is_masked: bool
    type: str | None
    on_date: date | None
    until_date: date | None
    value: str | None
    note: str | None
    source: FactSource
    state: FactState
    is_withdrawal_asked: bool
    entered_by: str
    entered_at: datetime
    decided_by: str
    decided_at: datetime | None


class ObjectionQuery(PageQuery):
    """Which objections: of a customer, a state."""

    customer: Text = ""
    state: ObjectionState | None = None


class ObjectionIn(Schema):
    """The customer, by its number or that of an account, and what it says."""

    customer: Text = Field(max_length=20)
    text: Text = Field(min_length=1, max_length=1000)


class ObjectionOut(Schema):
    """An objection with its clock; `grade_after` is empty until it is decided."""

    id: int
    number: str
    customer: str
    text: str
    state: ObjectionState
    grade_before: str
    grade_after: str
    filed_by: str
    filed_at: datetime
    due_at: datetime
    decided_by: str
    decided_at: datetime | None
    decision_reason: str


@router.get(
    "/customer-facts", response={200: PageOf[CustomerFactOut], **REFUSALS}, summary="List facts about customers"
)
def list_customer_facts(request: HttpRequest, query: Query[CustomerFactQuery]) -> dict[str, Any]:
    """Return facts by key, waiting, refused and withdrawn ones too."""
    actor = actor_with(request, credit.VIEW)
    # Asking by a type tells of whom it is known, however well the row is masked.
    if query.type in SENSITIVE_TYPES and not sees_accusations_everywhere(actor):
        raise PermissionRefused(field="actor", login=actor.login, right=credit.SENSITIVE)
    rows = fact_queries.filter_facts(actor=actor)
    chosen = {"type": query.type, "state": query.state, "source": query.source}
    asked = {name: one.value for name, one in chosen.items() if one is not None}
    if query.customer:
        asked["customer__number"] = query.customer
    return page_of(request, rows.filter(**asked), query, lambda row: _draw_fact(actor, row))


@router.get(
    "/credit-objections", response={200: PageOf[ObjectionOut], **REFUSALS}, summary="List objections against grades"
)
def list_credit_objections(request: HttpRequest, query: Query[ObjectionQuery]) -> dict[str, Any]:
    """Return objections by key."""
    rows = queries.filter_objections(actor=actor_with(request, credit.VIEW))
    asked = {"customer__number": query.customer or None, "state": query.state and query.state.value}
    rows = rows.filter(**{name: value for name, value in asked.items() if value is not None})
    return page_of(request, rows, query, _draw_objection)


@router.get(
    "/credit-objections/{objection_id}",
    response={200: ObjectionOut, **REFUSALS},
    summary="Show an objection against a grade",
)
def show_credit_objection(request: HttpRequest, objection_id: _Key) -> dict[str, Any]:
    """Return an objection, its clock and its answer."""
    actor = actor_with(request, credit.VIEW)
    try:
        return _draw_objection(queries.get_objection(actor=actor, key=objection_id))
    except queries.ObjectionUnknown as unknown:
        raise Http404 from unknown


@router.post(
    "/credit-objections", response={201: ObjectionOut, **REFUSALS}, summary="Take a customer's objection to its grade"
)
def file_credit_objection(request: HttpRequest, body: ObjectionIn, idempotency_key: IdempotencyKey) -> HttpResponse:
    """Take an objection; another person answers it within the working days of the table of points."""
    actor = actor_with(request, credit.ENTER)

    def write() -> ObjectionOut:
        row = credit.file_objection(actor=actor, number=body.customer, text=body.text, at=SystemClock().now())
        return ObjectionOut(**_draw_objection(row))

    return answer_write(request, key=idempotency_key, write=write)


def _draw_fact(actor: Actor, row: CustomerFact) -> dict[str, Any]:
    masked = is_masked(actor, row.type, row.unit.path)
    told: dict[str, Any] = dict.fromkeys(("type", "on_date", "until_date", "value", "note"))
    if not masked:
        told = {name: getattr(row, name) for name in told}
        told["value"] = None if row.value is None else f"{row.value.normalize():f}"
    return {
        "id": row.pk,
        "number": row.number,
        "customer": row.customer.number,
        "account": row.customer_account.number if row.customer_account else None,
        "is_masked": masked,
        **told,
        "source": row.source,
        "state": row.state,
        "is_withdrawal_asked": bool(row.withdrawal_asked_by),
        **{name: getattr(row, name) for name in ("entered_by", "entered_at", "decided_by", "decided_at")},
    }


def _draw_objection(row: Objection) -> dict[str, Any]:
    plain = [name for name in ObjectionOut.model_fields if name not in {"id", "customer"}]
    return {"id": row.pk, "customer": row.customer.number, **{name: getattr(row, name) for name in plain}}
