"""Reads of the accounts that an order ends, hands over or opens: its own, those of a split, those of a merger."""

from typing import Any

from django.db.models import Q, QuerySet

from dianke.domain.customers.models import CustomerAccount
from dianke.domain.service_orders.models import EffectKind, ServiceOrder
from dianke.domain.service_orders.queries.orders import filter_orders
from dianke.domain.service_orders.types import OrderKind
from dianke.platform.identity.types import Actor
from dianke.platform.org.scoping import Scope

# Orders that are about more than one account.
_SHARED = (OrderKind.SPLIT.value, OrderKind.MERGE.value)


def filter_orders_about(*, actor: Actor, account: CustomerAccount) -> QuerySet[Any]:
    """Return the orders of an account, and those of others by which it came or went."""
    shared = filter_orders(actor=actor).filter(kind__in=_SHARED)
    opened = Q(effects__kind=EffectKind.ACCOUNT_PLANNED.value, effects__key=account.pk)
    found = shared.filter(opened | Q(asked__accounts__contains=[account.number]))
    # Asked apart: few orders are shared, and the others are found by the account.
    keys = list(found.order_by().values_list("pk", flat=True).distinct())
    return filter_orders(actor=actor).filter(Q(account=account) | Q(pk__in=keys))


def list_leaving(*, actor: Scope, order: ServiceOrder) -> list[CustomerAccount]:
    """Return the accounts that an order reads, bills and settles, its own first."""
    others = order.asked.get("accounts", []) if order.kind == OrderKind.MERGE.value else []
    if not others:
        return [order.account]
    rows = CustomerAccount.objects.for_actor(actor).filter(number__in=others).exclude(pk=order.account_id)
    return [order.account, *rows.select_related("customer__unit", "unit").order_by("number")]
