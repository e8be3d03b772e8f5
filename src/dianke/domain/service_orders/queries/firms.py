"""Firms that are listed on a day, and what an applicant chose among them."""

from datetime import date
from typing import Any

from django.db.models import Q, QuerySet

from dianke.domain.service_orders.models import FirmChoice, ListedFirm, ServiceOrder
from dianke.domain.service_orders.queries.plans import get_rules
from dianke.domain.service_orders.rules.plans import FirmFacts, FirmKind, count_missing_firms
from dianke.platform.identity.types import Actor
from dianke.platform.org.scoping import Scope

_SYSTEM = Actor.system("showing an applicant the firms that are listed")


def filter_firms(*, actor: Scope) -> QuerySet[Any]:
    """Return the firms that the actor's units listed; no order."""
    rows: QuerySet[Any] = ListedFirm.objects.for_actor(actor).select_related("unit")
    return rows


def list_firms_for(*, order: ServiceOrder, kind: FirmKind, on: date) -> list[ListedFirm]:
    """Return the firms of a kind that are qualified on a day, listed by the unit of an order or one above it."""
    path = order.unit.path
    above = [path[: place + 1] for place, sign in enumerate(path) if sign == "/"]
    rows = ListedFirm.objects.for_actor(_SYSTEM).filter(
        Q(valid_to=None) | Q(valid_to__gt=on), unit__path__in=above, kind=kind.value, valid_from__lte=on
    )
    return list(rows.order_by("id"))


def count_lacking(*, order: ServiceOrder, on: date) -> dict[FirmKind, int]:
    """Return of which kinds too few qualified firms are listed to offer a free choice, and how many lack."""
    facts = [
        FirmFacts(firm_id=f"{one.pk}", kind=kind, valid_from=one.valid_from, valid_to=one.valid_to)
        for kind in FirmKind
        for one in list_firms_for(order=order, kind=kind, on=on)
    ]
    return dict(count_missing_firms(facts, rule_set=get_rules(order), on=on))


def list_choices(*, actor: Scope, order: ServiceOrder) -> list[FirmChoice]:
    """Return what an applicant chose last of each kind, in the order of the kinds."""
    latest: dict[str, FirmChoice] = {}
    for one in FirmChoice.objects.for_actor(actor).filter(order=order).select_related("firm").order_by("id"):
        latest[one.kind] = one
    return [latest[kind.value] for kind in FirmKind if kind.value in latest]
