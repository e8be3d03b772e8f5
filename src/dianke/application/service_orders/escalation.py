"""
Clocks that run out come before somebody: amber before the post of the step, red before the unit above.

Each order in a transaction of its own, so that one that somebody works on holds nobody up.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime

from dianke.application.service_orders.rights import MANAGE
from dianke.domain.service_orders.models import OrderAct, OrderNote, ServiceOrder
from dianke.domain.service_orders.operations import moving
from dianke.domain.service_orders.queries import escalations
from dianke.domain.service_orders.queries import orders as queries
from dianke.domain.service_orders.queries.clocks import read_clocks
from dianke.domain.service_orders.queries.orders import OrderNotFound
from dianke.domain.service_orders.rules.escalation import find_untold, path_above, subject_of
from dianke.kernel.clock import to_shanghai
from dianke.platform.audit.use_case import use_case
from dianke.platform.identity.types import Actor
from dianke.platform.org import queries as org

_AT_ONCE = 500
_EVERYBODY = Actor.system("naming the units that late orders come before")


def escalate_clocks(*, actor: Actor, at: datetime) -> int:
    """Bring every clock that came to amber or red before whom it concerns, once a level; return how many orders."""
    count = 0
    orders = queries.list_past_amber(actor=actor, at=at)
    for found in _cut(orders):
        told = escalations.find_told(actor=actor, orders=found)
        steps, pauses = escalations.find_course(actor=actor, orders=found)
        for order in found:
            key = order.pk
            clocks = read_clocks(order=order, steps=steps.get(key, []), pauses=pauses.get(key, []), now=at)
            if find_untold(clocks, told.get(key, [])):
                count += _escalate(actor, order.number, at)
    return count


@use_case(right=MANAGE)
def escalate_order(*, actor: Actor, number: str, at: datetime) -> list[OrderNote]:
    """
    Write into the course of an order which of its clocks are amber or red, and before which unit that comes.

    :raises OrderIsOver: if it ended meanwhile
    """
    order = moving.lock_order(actor=actor, right=MANAGE, number=number)
    told = escalations.find_told(actor=actor, orders=[order]).get(order.pk, [])
    steps, pauses = queries.list_steps(actor=actor, order=order), queries.list_pauses(actor=actor, order=order)
    clocks = read_clocks(order=order, steps=steps, pauses=pauses, now=at)
    row = escalations.find_row(on=to_shanghai(at).date())
    names = {one.path: one.name for one in org.list_units(actor=_EVERYBODY)}
    return [
        moving.add_note(
            order=order, actor=actor, at=at, act=OrderAct.ESCALATED, subject=subject_of(level, clock),
            text=names[path_above(order.unit.path, row.units_up[level])],
        )
        for level, clock in find_untold(clocks, told)
    ]  # fmt: skip


def _escalate(actor: Actor, number: str, at: datetime) -> bool:
    try:
        return bool(escalate_order(actor=actor, number=number, at=at))
    except (moving.OrderIsOver, OrderNotFound):
        # It ended between the look and the lock: nobody has to be told any more.
        return False


def _cut(orders: Sequence[ServiceOrder]) -> Iterator[Sequence[ServiceOrder]]:
    for start in range(0, len(orders), _AT_ONCE):
        yield orders[start : start + _AT_ONCE]
