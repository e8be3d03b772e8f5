"""Reads of what orders brought about elsewhere."""

from datetime import date

from dianke.domain.service_orders.models import EffectKind, OrderEffect, ServiceOrder
from dianke.platform.org.scoping import Scope


def list_effects(*, actor: Scope, order: ServiceOrder) -> list[OrderEffect]:
    """Return what an order brought about, in time."""
    return list(OrderEffect.objects.for_actor(actor).filter(order=order).order_by("id"))


def find_effect(*, actor: Scope, order: ServiceOrder, kind: EffectKind) -> OrderEffect | None:
    """Return the latest effect of a kind that an order had, None before."""
    rows = OrderEffect.objects.for_actor(actor).filter(order=order, kind=kind.value)
    found: OrderEffect | None = rows.order_by("-id").first()
    return found


def find_final_day(*, actor: Scope, order: ServiceOrder) -> date:
    """Return the first day that is not billed to who leaves: that of the removal, else the day agreed."""
    removed = find_effect(actor=actor, order=order, kind=EffectKind.METER_REMOVED)
    return removed.on if removed is not None and removed.on is not None else order.effective_on
