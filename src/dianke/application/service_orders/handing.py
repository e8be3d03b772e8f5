"""A step changes hands: given out by who leads, handed over to a colleague by whose turn it is."""

from datetime import datetime

from dianke.application.service_orders.rights import MANAGE, VIEW, right_of_step
from dianke.domain.service_orders.models import OrderAct, OrderStep, ServiceOrder
from dianke.domain.service_orders.operations import moving
from dianke.kernel.clock import to_shanghai
from dianke.kernel.errors import DomainError
from dianke.platform.audit.use_case import PermissionRefused, use_case
from dianke.platform.identity import queries as identity
from dianke.platform.identity.types import Actor
from dianke.platform.processes.running import StepNotReady


class NotTheirStep(DomainError):
    """Who should get the step does not hold the right that it asks for."""

    code = "service_orders.not_their_step"
    message = "{login} may not do this step of {number}; give it to somebody who may"


@use_case(right=MANAGE)
def hand_step(*, actor: Actor, number: str, serial: int, revision: int, login: str, at: datetime) -> None:
    """
    Give a waiting step to a person, or back to everybody whose post it is.

    :raises NotTheirStep: if the person does not hold the right of the step at the unit
    """
    order = moving.lock_order(actor=actor, right=MANAGE, number=number, revision=revision)
    step = moving.get_open_step(actor=actor, order=order, serial=serial)
    if step is None:
        raise StepNotReady(field="serial")
    wanted = login.strip()
    name = _name_holder(order, step, wanted, at) if wanted else ""
    moving.assign(order=order, step=step, login=wanted, act=OrderAct.TAKEN, text=name, actor=actor, at=at)


@use_case(right=VIEW)
def hand_over(*, actor: Actor, number: str, serial: int, revision: int, login: str, reason: str, at: datetime) -> None:
    """
    Hand a step over to a colleague who may do it, for a reason; only whose turn it is or who leads does so.

    :raises NotTheirStep: if the colleague does not hold the right of the step at the unit
    """
    text = moving.require_reason(reason)
    order = moving.lock_order(actor=actor, right=VIEW, number=number, revision=revision)
    step = require_turn(actor=actor, order=order, serial=serial)
    wanted = login.strip()
    name = _name_holder(order, step, wanted, at)
    moving.assign(
        order=order, step=step, login=wanted, act=OrderAct.HANDED_OVER, text=f"{name} · {text}", actor=actor, at=at
    )


def may_turn(actor: Actor, order: ServiceOrder, step: OrderStep) -> bool:
    """Tell whether a waiting step is the actor's to send back or to hand over: their turn, or they lead the unit."""
    right = right_of_step(step.step)
    is_theirs = right is not None and step.assignee in ("", actor.login) and actor.may(right, order.unit.path)
    return is_theirs or actor.may(MANAGE, order.unit.path)


def require_turn(*, actor: Actor, order: ServiceOrder, serial: int) -> OrderStep:
    """
    Return a step that waits and is the actor's to give away.

    :raises StepNotReady: if this arrival does not wait any more
    :raises StepOfAnother: if another person took it
    :raises PermissionRefused: if the step is not of the actor's post, and they do not lead the unit
    """
    step = moving.get_open_step(actor=actor, order=order, serial=serial)
    if step is None:
        raise StepNotReady(field="serial")
    if may_turn(actor, order, step):
        return step
    right = right_of_step(step.step) or step.step
    if step.assignee and actor.may(right, order.unit.path):
        raise moving.StepOfAnother(field="assignee", number=order.number, assignee=step.assignee)
    raise PermissionRefused(field="actor", login=actor.login, right=right)


def list_colleagues(*, order: ServiceOrder, step: OrderStep, at: datetime) -> dict[str, str]:
    """Return the names by login of who may do a step of an order on a day."""
    right = right_of_step(step.step)
    if right is None:
        return {}
    return identity.list_holders(right=right, unit_path=order.unit.path, on=to_shanghai(at).date())


def _name_holder(order: ServiceOrder, step: OrderStep, login: str, at: datetime) -> str:
    holders = list_colleagues(order=order, step=step, at=at)
    if login not in holders:
        raise NotTheirStep(field="login", login=login, number=order.number)
    return holders[login]
