"""Reads of orders: one with its course, lists, what waits for whom."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db.models import QuerySet

from dianke.domain.service_orders.models import (
    IS_OPEN,
    AgreedSpell,
    OrderClock,
    OrderNote,
    OrderPaper,
    OrderPause,
    OrderStep,
    OrderTransformer,
    ServiceOrder,
)
from dianke.kernel.errors import DomainError
from dianke.platform.identity.types import Actor

VIEW = "orders.view"


class OrderNotFound(DomainError):
    """No order of the actor's units has the number."""

    code = "service_orders.not_found"
    message = "there is no order {number} within your units"


def filter_orders(*, actor: Actor, right: str = VIEW) -> QuerySet[Any]:
    """Return the orders of the units that a right of the actor reaches, ended ones too."""
    rows: QuerySet[Any] = ServiceOrder.objects.for_actor(actor, right)
    return rows.select_related("unit", "account__customer")


def filter_clocks(*, actor: Actor) -> QuerySet[Any]:
    """Return the clocks that have ended of the orders that the actor may see."""
    rows: QuerySet[Any] = OrderClock.objects.for_actor(actor, VIEW)
    return rows.select_related("unit", "order")


def get_order(*, actor: Actor, number: str, right: str = VIEW) -> ServiceOrder:
    """
    Return an order by its number.

    :raises OrderNotFound: if none of the actor's units has it
    """
    order: ServiceOrder | None = filter_orders(actor=actor, right=right).filter(number=number).first()
    if order is None:
        raise OrderNotFound(field="number", number=number)
    return order


def list_steps(*, actor: Actor, order: ServiceOrder) -> list[OrderStep]:
    """Return every arrival at a step, in time."""
    return list(OrderStep.objects.for_actor(actor).filter(order=order).order_by("serial"))


def find_open_steps(*, actor: Actor, orders: Sequence[ServiceOrder]) -> dict[int, list[OrderStep]]:
    """Return the steps that each of some orders stands at, by the key of the order."""
    found: dict[int, list[OrderStep]] = {}
    for step in OrderStep.objects.for_actor(actor).filter(order__in=orders, ended_at=None).order_by("serial"):
        found.setdefault(step.order_id, []).append(step)
    return found


def list_notes(*, actor: Actor, order: ServiceOrder) -> list[OrderNote]:
    """Return what happened, the newest first."""
    return list(OrderNote.objects.for_actor(actor).filter(order=order).order_by("-id"))


def list_pauses(*, actor: Actor, order: ServiceOrder) -> list[OrderPause]:
    """Return when and why the clock stood, in time."""
    return list(
        OrderPause.objects.for_actor(actor).filter(order=order).select_related("document").order_by("started_at", "id")
    )


def count_notes(*, actor: Actor, order: ServiceOrder, by: str) -> int:
    """Return how often somebody did something with an order."""
    return int(OrderNote.objects.for_actor(actor).filter(order=order, by=by).count())


def list_papers(*, actor: Actor, order: ServiceOrder) -> list[OrderPaper]:
    """Return the papers that an order needs, those of acceptance first."""
    rows = OrderPaper.objects.for_actor(actor).filter(order=order).select_related("document")
    return list(rows.order_by("by_step", "id"))


def find_order_by_key(*, actor: Actor, key: int, right: str) -> ServiceOrder | None:
    """Return an order by its key, or None if a right of the actor does not reach it."""
    found: ServiceOrder | None = filter_orders(actor=actor, right=right).filter(pk=key).first()
    return found


def list_transformers(*, actor: Actor, order: ServiceOrder) -> list[Any]:
    """Return the transformers that the order is about."""
    rows = OrderTransformer.objects.for_actor(actor).filter(order=order).select_related("transformer")
    return [row.transformer for row in rows.order_by("transformer__code")]


def find_spell(*, actor: Actor, order: ServiceOrder) -> AgreedSpell | None:
    """Return the spell that the order began or ended, None before it did."""
    rows = AgreedSpell.objects.for_actor(actor)
    found: AgreedSpell | None = rows.filter(order=order).first() or rows.filter(ended_by_order=order).first()
    return found


def has_done(*, actor: Actor, order: ServiceOrder, steps: Sequence[str]) -> bool:
    """Return whether one of some steps was done and not undone."""
    rows = OrderStep.objects.for_actor(actor).filter(order=order, step__in=steps, ended_at__isnull=False)
    return bool(rows.exclude(ended_by="").exists())


def list_waiting(*, actor: Actor, right: str, steps: Sequence[str], limit: int) -> list[OrderStep]:
    """
    Return steps that wait where a right is held, what falls due first; those of other people are left out.

    Parts of a batch are told together, by `list_waiting_batches`.
    """
    rows = OrderStep.objects.for_actor(actor, right).filter(
        step__in=steps, ended_at=None, order__state="RUNNING", order__parent=None
    )
    rows = rows.filter(assignee__in=["", actor.login]).select_related("order__account")
    # Asked apart, so that the index of what falls due gives the first few of very many.
    found = list(rows.filter(order__due_at__isnull=False).order_by("order__due_at", "id")[:limit])
    if len(found) < limit:
        found += rows.filter(order__due_at=None).order_by("id")[: limit - len(found)]
    return found


def list_past_amber(*, actor: Actor, at: datetime) -> list[ServiceOrder]:
    """Return open orders whose clock is amber or red at a moment, what falls due first."""
    rows = ServiceOrder.objects.for_actor(actor).filter(IS_OPEN, amber_at__lte=at, due_at__isnull=False)
    return list(rows.select_related("unit").order_by("due_at", "id"))
