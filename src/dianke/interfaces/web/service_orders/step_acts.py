"""What else can be done with a step that waits: sent back to one before, handed to somebody."""

from dataclasses import dataclass

from dianke.application import service_orders
from dianke.application.service_orders.steps import EffectDone, require_no_effect
from dianke.domain.service_orders.models import OrderStep, ServiceOrder
from dianke.domain.service_orders.operations import moving
from dianke.domain.service_orders.queries import orders as queries
from dianke.interfaces.web.service_orders import words
from dianke.kernel.clock import SystemClock
from dianke.platform.identity.types import Actor
from dianke.platform.processes.types import RunStatus


@dataclass(frozen=True)
class StepActs:
    """Steps that the work may go back to, by path, and people who may get the step, by login; nothing hides it."""

    back: tuple[tuple[str, str], ...] = ()
    people: tuple[tuple[str, str], ...] = ()
    # Whoever leads the unit may also give the step back to everybody.
    may_give_out: bool = False

    def __bool__(self) -> bool:
        return bool(self.back or self.people)


def find_step_acts(actor: Actor, order: ServiceOrder, step: OrderStep) -> StepActs:
    """Return what the reader may do with a waiting step beside doing it."""
    if order.state != RunStatus.RUNNING.value or not service_orders.may_turn(actor, order, step):
        return StepActs()
    colleagues = service_orders.list_colleagues(order=order, step=step, at=SystemClock().now())
    may_give_out = actor.may(service_orders.MANAGE, order.unit.path)
    left_out = {step.assignee} if may_give_out else {step.assignee, actor.login}
    return StepActs(
        back=_list_back(actor, order, step),
        people=tuple((login, name) for login, name in sorted(colleagues.items()) if login not in left_out),
        may_give_out=may_give_out and step.assignee != "",
    )


def _list_back(actor: Actor, order: ServiceOrder, step: OrderStep) -> tuple[tuple[str, str], ...]:
    try:
        require_no_effect(actor, order)
    except EffectDone:
        return ()
    known = {one.path: one for one in queries.list_steps(actor=actor, order=order)}
    paths = ["/".join(path) for path in moving.load_walk(order).steps_before(serial=step.serial)]
    return tuple((path, words.step_of(known[path].process_id, known[path].step)) for path in paths if path in known)
