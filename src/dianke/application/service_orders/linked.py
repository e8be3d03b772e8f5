"""The customer's own look at an order, by a secret link: where it stands, and the steps that are theirs."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from dianke.application.service_orders.notices import tell_customer, tell_link
from dianke.application.service_orders.of_steps import find_effect_of_step
from dianke.application.service_orders.rights import ACCEPT
from dianke.application.service_orders.steps import NEEDS_REASON
from dianke.application.service_orders.work import StepInput, Work
from dianke.domain.service_orders.models import OrderPause, OrderStep, ServiceOrder
from dianke.domain.service_orders.operations import moving
from dianke.domain.service_orders.queries import orders as queries
from dianke.platform.audit.use_case import use_case
from dianke.platform.identity.types import Actor, Grant
from dianke.platform.links import operations as links
from dianke.platform.processes.running import StepNotReady
from dianke.platform.processes.types import CUSTOMER

BY_LINK, KIND = "orders.by_link", "SERVICE_ORDER"
PLACE = "SECRET"
# An order that takes longer gets another link.
VALID_FOR = timedelta(days=365)


@dataclass(frozen=True, slots=True)
class LinkedOrder:
    """An order that a link opened, with whoever holds the link as the actor."""

    actor: Actor
    order: ServiceOrder
    steps: list[OrderStep]
    pauses: list[OrderPause]


@use_case(right=ACCEPT)
def make_order_link(*, actor: Actor, number: str, page: str = "", at: datetime) -> str:
    """
    Make the link of an order and return its secret, which is told once; a link before it no longer opens.

    :param page: the address of the customer's page with SECRET where the secret goes; the customer is sent it
    """
    order = queries.get_order(actor=actor, number=number, right=ACCEPT)
    secret = links.make_link(actor=actor, unit=order.unit, kind=KIND, target=order.pk, expires_at=at + VALID_FOR, at=at)
    if page:
        tell_link(order=order, link=page.replace(PLACE, secret), login=actor.login, at=at)
    return secret


@use_case(right=ACCEPT)
def revoke_order_link(*, actor: Actor, number: str, at: datetime) -> bool:
    """Close the link of an order; tell whether one was open."""
    order = queries.get_order(actor=actor, number=number, right=ACCEPT)
    return links.revoke_link(actor=actor, kind=KIND, target=order.pk, at=at)


def open_order_link(*, secret: str, address: str, at: datetime) -> LinkedOrder | None:
    """Return the order that a secret opens, or None; the actor may do what is the customer's, in this unit alone."""
    link = links.open_link(kind=KIND, secret=secret, at=at)
    if link is None:
        return None
    grants = frozenset({Grant(BY_LINK, link.unit.path)})
    actor = Actor(login="customer", name=f"link {link.pk}", grants=grants, origin="portal", address=address)
    order = queries.find_order_by_key(actor=actor, key=link.target, right=BY_LINK)
    if order is None:
        return None
    reader = actor.within(BY_LINK)
    return LinkedOrder(
        actor=actor, order=order, steps=queries.list_steps(actor=reader, order=order),
        pauses=queries.list_pauses(actor=reader, order=order),
    )  # fmt: skip


@use_case(right=BY_LINK)
def answer_by_link(
    *, actor: Actor, number: str, serial: int, revision: int, outcome: str = "", reason: str = "", at: datetime
) -> OrderStep:
    """
    End a step that is the customer's own.

    :raises StepNotReady: if the step does not wait, or is not the customer's
    """
    order = moving.lock_order(actor=actor, right=BY_LINK, number=number, revision=revision)
    step = moving.get_open_step(actor=actor, order=order, serial=serial)
    if step is None or step.post != CUSTOMER:
        raise StepNotReady(field="serial")
    if outcome in NEEDS_REASON:
        moving.require_reason(reason)
    done = moving.complete(order=order, serial=serial, outcome=outcome, text=reason, actor=actor, at=at)
    if effect := find_effect_of_step(order.kind, step.step):
        effect(Work(order=order, step=done, given=StepInput(), actor=actor, at=at))
    tell_customer(order=order, login=actor.login, at=at)
    return done
