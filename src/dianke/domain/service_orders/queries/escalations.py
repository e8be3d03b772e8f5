"""Clocks that run out: what was told of them, and what stands before whom."""

from collections.abc import Sequence
from datetime import date, datetime

from django.conf import settings
from django.db.models import Exists, OuterRef

from dianke.domain.service_orders.models import IS_OPEN, OrderAct, OrderNote, OrderPause, OrderStep, ServiceOrder
from dianke.domain.service_orders.queries.orders import filter_orders
from dianke.domain.service_orders.rules.escalation import (
    EscalationRow,
    Level,
    Told,
    choose_row,
    list_house_rows,
    path_above,
    read_rows,
)
from dianke.kernel.clock import to_shanghai
from dianke.platform.identity.types import Actor
from dianke.platform.org import queries as org

OWN_FILE = "order-escalation.toml"
_EVERYBODY = Actor.system("naming the units that late orders come before")


def find_row(*, on: date) -> EscalationRow:
    """
    Return before whom clocks come on a day: the rows of the house, then the utility's own.

    :raises OrderRulesUnreadable: if the utility's own file cannot be used
    """
    path = settings.DATA_DIR / OWN_FILE
    own = read_rows(path.read_text("utf-8")) if path.is_file() else []
    return choose_row([*list_house_rows(), *own], on=on)


def find_told(*, actor: Actor, orders: Sequence[ServiceOrder]) -> dict[int, list[Told]]:
    """Return what was told of the clocks of some orders, in time, by the key of the order."""
    rows = OrderNote.objects.for_actor(actor).filter(order__in=orders, act=OrderAct.ESCALATED.value).order_by("id")
    found: dict[int, list[Told]] = {}
    for order_id, subject, at in rows.values_list("order_id", "subject", "at"):
        found.setdefault(order_id, []).append(Told(subject, at))
    return found


def find_course(
    *, actor: Actor, orders: Sequence[ServiceOrder]
) -> tuple[dict[int, list[OrderStep]], dict[int, list[OrderPause]]]:
    """Return the steps and the pauses of some orders, in time, by the key of the order."""
    steps: dict[int, list[OrderStep]] = {}
    pauses: dict[int, list[OrderPause]] = {}
    for step in OrderStep.objects.for_actor(actor).filter(order__in=orders).order_by("serial"):
        steps.setdefault(step.order_id, []).append(step)
    for one in OrderPause.objects.for_actor(actor).filter(order__in=orders).order_by("started_at", "id"):
        pauses.setdefault(one.order_id, []).append(one)
    return steps, pauses


def list_broken_below(*, actor: Actor, right: str, at: datetime, limit: int) -> list[ServiceOrder]:
    """
    Return open orders that are red, were told so, and come before the actor; what fell due first comes first.

    They come before whoever holds the right at the unit so many above that of the order as the row of the day says.
    """
    units_up = find_row(on=to_shanghai(at).date()).units_up[Level.RED]
    units = [one.pk for one in org.list_units(actor=_EVERYBODY) if actor.may(right, path_above(one.path, units_up))]
    notes = OrderNote.objects.for_actor(actor, right).filter(
        order=OuterRef("pk"), act=OrderAct.ESCALATED.value, subject__startswith=f"{Level.RED.value}:"
    )
    rows = filter_orders(actor=actor, right=right).filter(IS_OPEN, unit__in=units, due_at__lte=at)
    return list(rows.filter(Exists(notes)).order_by("due_at", "id")[:limit])
