"""Reads of the accounts that an order ends or hands over: its own, and those that go into a merger."""

from dianke.domain.customers.models import CustomerAccount
from dianke.domain.service_orders.models import ServiceOrder
from dianke.domain.service_orders.types import OrderKind
from dianke.platform.org.scoping import Scope


def list_leaving(*, actor: Scope, order: ServiceOrder) -> list[CustomerAccount]:
    """Return the accounts that an order reads, bills and settles, its own first."""
    others = order.asked.get("accounts", []) if order.kind == OrderKind.MERGE.value else []
    if not others:
        return [order.account]
    rows = CustomerAccount.objects.for_actor(actor).filter(number__in=others).exclude(pk=order.account_id)
    return [order.account, *rows.select_related("customer__unit", "unit").order_by("number")]
