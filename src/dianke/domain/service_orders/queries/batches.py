"""Parts of a batch: where each stands, and how many are where."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Count, Min, QuerySet

from dianke.domain.service_orders.models import OrderResult, OrderStep, ServiceOrder
from dianke.platform.identity.types import Actor


@dataclass(frozen=True, slots=True, kw_only=True)
class PartsCount:
    """How many parts a batch has, how many ended, of those how many were given up; waiting ones by step."""

    total: int
    ended: int
    given_up: int
    waiting: dict[str, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class WaitingParts:
    """So many parts of a batch wait at a step; the first falls due at `due_at`."""

    number: str
    process_id: str
    step: str
    count: int
    due_at: datetime | None


def filter_parts(*, actor: Actor, order: ServiceOrder) -> QuerySet[Any]:
    """Return the parts of a batch with their accounts, by number."""
    rows: QuerySet[Any] = ServiceOrder.objects.for_actor(actor).filter(parent=order)
    return rows.select_related("unit", "account__customer", "account__location").order_by("number")


def count_parts(*, actor: Actor, order: ServiceOrder) -> PartsCount:
    """Return how far the parts of a batch are; a part may wait at two steps at once."""
    results = Counter(ServiceOrder.objects.for_actor(actor).filter(parent=order).values_list("result", flat=True))
    steps = OrderStep.objects.for_actor(actor).filter(order__parent=order, ended_at=None)
    total = sum(results.values())
    return PartsCount(
        total=total,
        ended=total - results.get("", 0),
        given_up=results.get(OrderResult.CANCELLED.value, 0) + results.get(OrderResult.REFUSED.value, 0),
        waiting=dict(Counter(steps.values_list("step", flat=True))),
    )


def list_waiting_parts(
    *, actor: Actor, order: ServiceOrder, step: str, after: int, limit: int
) -> list[tuple[ServiceOrder, OrderStep]]:
    """Return parts that wait at a step with their arrival there, by key behind one, no more than some."""
    rows = OrderStep.objects.for_actor(actor).filter(
        order__parent=order, step=step, ended_at=None, order__state="RUNNING", order_id__gt=after
    )
    found = rows.select_related("order__account__customer", "order__account__location", "order__unit")
    return [(one.order, one) for one in found.order_by("order_id")[:limit]]


def list_waiting_batches(*, actor: Actor, right: str, steps: Sequence[str]) -> list[WaitingParts]:
    """Return which steps the parts of which batches wait at where a right is held, what falls due first."""
    rows = OrderStep.objects.for_actor(actor, right).filter(
        order__parent__isnull=False, step__in=steps, ended_at=None, order__state="RUNNING",
        assignee__in=["", actor.login],
    )  # fmt: skip
    groups = rows.order_by().values("order__parent__number", "process_id", "step")
    counted = groups.annotate(count=Count("id"), due_at=Min("order__due_at"))
    found = [
        WaitingParts(
            number=one["order__parent__number"], process_id=one["process_id"], step=one["step"], count=one["count"],
            due_at=one["due_at"],
        )
        for one in counted
    ]  # fmt: skip
    return sorted(found, key=lambda one: (one.due_at is None, one.due_at, one.number))


def find_parts_of(*, actor: Actor, order: ServiceOrder, flats: Sequence[str]) -> dict[str, ServiceOrder]:
    """Return open parts of a batch by the name of their place."""
    wanted = set(flats)
    rows = ServiceOrder.objects.for_actor(actor).filter(parent=order, ended_at=None).select_related("account")
    return {name: one for one in rows if (name := one.asked.get("flat", "")) in wanted}
