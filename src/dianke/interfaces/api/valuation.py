"""Value of customers: the rating of one, the ratings of the last month, the service table in force."""

from datetime import date
from decimal import Decimal
from typing import Any

from django.http import Http404, HttpRequest
from ninja import Query, Router, Schema

from dianke.application import valuation
from dianke.domain.customers import queries as customers
from dianke.domain.customers.types import ValueClass
from dianke.domain.valuation.models import CustomerRating
from dianke.domain.valuation.queries import ratings as queries
from dianke.domain.valuation.queries.service import list_services
from dianke.domain.valuation.types import (
    ApprovalPath,
    ClassReason,
    Indicator,
    LifeStage,
    ServiceChannel,
    VoltageGroup,
)
from dianke.interfaces.api.access import actor_with
from dianke.interfaces.api.paging import PageOf, PageQuery, Text, page_of
from dianke.interfaces.api.problems import REFUSALS
from dianke.kernel.clock import SystemClock, to_shanghai
from dianke.kernel.money import fen_to_yuan

router = Router(tags=["value"])


class RatingQuery(PageQuery):
    """Which ratings of the last month: of a class in force, of a stage of life."""

    value_class: ValueClass | None = None
    life_stage: LifeStage | None = None


class RatingOut(Schema):
    """A rating; yuan as text, index and percentiles 0 to 100, null where nothing is known."""

    customer: str
    month: date
    value_class: ValueClass
    candidate: ValueClass
    previous_class: str
    reason: ClassReason
    index: float | None
    known: float
    percentiles: dict[str, float | None]
    voltage_group: str
    is_policy_priced: bool
    energy_kwh: str
    revenue: str
    margin: str
    ranked: str
    life_stage: LifeStage
    future_value: str
    credit_grade: str


class ServiceRowOut(Schema):
    """What a class is served with; visit_days 0 means no regular visits."""

    value_class: ValueClass
    queue_place: int
    has_manager: bool
    call_back_minutes: int
    visit_days: int
    channel: ServiceChannel
    offers: str
    approval: ApprovalPath


class ServiceTableOut(Schema):
    """The service table in force, the highest class first."""

    code: str
    rows: list[ServiceRowOut]


@router.get("/value-ratings", response={200: PageOf[RatingOut], **REFUSALS}, summary="List ratings of the last month")
def list_value_ratings(request: HttpRequest, query: Query[RatingQuery]) -> dict[str, Any]:
    """Return the ratings of the last month that was rated, by key."""
    actor = actor_with(request, valuation.VIEW)
    rows = queries.filter_ratings(actor=actor, run=queries.get_last_run(actor=actor)).select_related("run", "customer")
    asked = {"value_class": query.value_class, "life_stage": query.life_stage}
    rows = rows.filter(**{name: value.value for name, value in asked.items() if value is not None})
    return page_of(request, rows, query, _draw)


@router.get("/customers/{number}/value", response={200: RatingOut, **REFUSALS}, summary="Show a customer's rating")
def show_value_rating(request: HttpRequest, number: Text) -> dict[str, Any]:
    """Return the last rating of a customer; 404 where it was never rated."""
    actor = actor_with(request, valuation.VIEW)
    customer = customers.get_customer(actor=actor, number=number)
    found = queries.list_ratings_of(actor=actor, customer_id=customer.pk, limit=1) if customer else []
    if not found:
        raise Http404
    return _draw(found[0])


@router.get("/service-table", response={200: ServiceTableOut, **REFUSALS}, summary="Show the service table in force")
def show_service_table(request: HttpRequest) -> dict[str, Any]:
    """Return what each class is served with today."""
    actor_with(request, valuation.VIEW)
    rows = list_services(on=to_shanghai(SystemClock().now()).date())
    return {"code": rows[0].table, "rows": list(rows)}


def _draw(one: CustomerRating) -> dict[str, Any]:
    return {
        "customer": one.customer.number,
        "month": one.run.month,
        "value_class": one.value_class,
        "candidate": one.candidate,
        "previous_class": one.previous_class,
        "reason": one.reason,
        "index": one.index_e2 / 100 if one.index_e2 >= 0 else None,
        "known": one.coverage_e4 / 10_000,
        "percentiles": {
            at.name.lower(): value / 100 if value is not None else None
            for at, value in zip(Indicator, one.percentiles_e2, strict=True)
        },
        "voltage_group": VoltageGroup(one.voltage_group).name,
        "is_policy_priced": one.is_policy_priced,
        "energy_kwh": str(Decimal(one.energy_kwh_e2).scaleb(-2)),
        "revenue": str(fen_to_yuan(one.revenue_fen)),
        "margin": str(fen_to_yuan(one.margin_fen)),
        "ranked": str(fen_to_yuan(one.ranked_fen)),
        "life_stage": one.life_stage,
        "future_value": str(fen_to_yuan(one.future_value_fen)),
        "credit_grade": one.credit_grade,
    }
