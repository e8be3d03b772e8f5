"""An order moves: steps end, work goes back, the clock stands and runs again, the order hangs or is cancelled."""

from datetime import date, datetime

from dianke.domain.service_orders.models import (
    OrderAct,
    OrderClock,
    OrderNote,
    OrderPause,
    OrderResult,
    OrderStep,
    ServiceOrder,
)
from dianke.domain.service_orders.operations.due_times import set_due
from dianke.domain.service_orders.operations.papers import require_papers
from dianke.domain.service_orders.processes import library
from dianke.domain.service_orders.queries.clocks import UNDONE
from dianke.domain.service_orders.queries.orders import OrderNotFound
from dianke.domain.service_orders.queries.plans import NO_PLAN, gather_walk_facts
from dianke.domain.service_orders.rules.catalog import load_kinds
from dianke.domain.service_orders.types import OrderKind, PauseReason
from dianke.kernel.clock import to_shanghai
from dianke.kernel.errors import DomainError
from dianke.platform.documents.models import Document
from dianke.platform.identity.types import Actor
from dianke.platform.processes import running
from dianke.platform.processes.running import RunningProcess
from dianke.platform.processes.types import CUSTOMER, FactValue, Process, RunStatus

_RESULTS = {"REFUSED": OrderResult.REFUSED, "WITHDRAWN": OrderResult.CANCELLED}
MAX_TEXT = 400


class OrderChanged(DomainError):
    """Somebody else acted on the order since the page was read."""

    code = "service_orders.changed"
    message = "somebody acted on {number} after you opened it; look at it again before you go on"


class OrderIsOver(DomainError):
    """The order was archived, refused or cancelled."""

    code = "service_orders.over"
    message = "{number} is over: nothing is done in it any more"


class StepOfAnother(DomainError):
    """Another person took the step."""

    code = "service_orders.step_of_another"
    message = "{assignee} has taken this step of {number}"


class PauseNotPossible(DomainError):
    """The clock stands already, or it runs, or nothing proves why it should stand."""

    code = "service_orders.pause_not_possible"
    message = "the clock of {number} cannot be changed so: {reason}"


class OrderReasonMissing(DomainError):
    """Somebody sends back, hangs or cancels and does not say why."""

    code = "service_orders.reason_missing"
    message = "say why"


def lock_order(*, actor: Actor, right: str, number: str, revision: int | None = None) -> ServiceOrder:
    """
    Return an order, locked until the transaction ends, unless somebody acted on it since it was seen.

    :raises OrderNotFound: if none of the actor's units has the number
    :raises OrderIsOver: if it ended
    :raises OrderChanged: if its revision is no longer the one that was seen
    """
    rows = ServiceOrder.objects.for_actor(actor, right).select_related("unit", "account__customer")
    order: ServiceOrder | None = rows.select_for_update(of=("self",)).filter(number=number).first()
    if order is None:
        raise OrderNotFound(field="number", number=number)
    if order.ended_at is not None:
        raise OrderIsOver(field="number", number=number)
    if revision is not None and revision != order.revision:
        raise OrderChanged(field="revision", number=number)
    return order


def require_reason(text: str) -> str:
    """
    Return a reason that says something.

    :raises OrderReasonMissing: if it does not
    """
    if len(text.strip()) < 2:
        raise OrderReasonMissing(field="reason")
    return text.strip()


def day_of(at: datetime) -> date:
    """Return the day in the utility's clock on which something happens."""
    return to_shanghai(at).date()


def load_walk(order: ServiceOrder) -> RunningProcess:
    """Return the running process of an order."""
    return running.load(library(), order.process_state)


def get_open_step(*, actor: Actor, order: ServiceOrder, serial: int) -> OrderStep | None:
    """Return the arrival at a step if it still waits."""
    rows = OrderStep.objects.for_actor(actor).filter(order=order, serial=serial, ended_at=None)
    found: OrderStep | None = rows.first()
    return found


def complete(*, order: ServiceOrder, serial: int, outcome: str, text: str, actor: Actor, at: datetime) -> OrderStep:
    """
    End one arrival at a step of a locked order and let it walk on; return the step.

    :raises ProcessNotRunning: if it hangs
    :raises StepNotReady: if this arrival does not wait any more
    :raises UnknownOutcome: if the step cannot end so
    :raises StepOfAnother: if another person took it
    :raises PapersMissing: if it waits for papers of the customer
    """
    walk = load_walk(order)
    step = get_open_step(actor=actor, order=order, serial=serial)
    if step is not None and step.assignee not in ("", actor.login):
        raise StepOfAnother(field="assignee", number=order.number, assignee=step.assignee)
    if step is not None:
        require_papers(order=order, step=step.step, actor=actor)
    walk.complete(serial=serial, facts=_gather(order, walk.process, actor), outcome=outcome)
    assert step is not None  # noqa: S101 - the process and the rows are kept by one transaction
    known = library().find_step(step.process_id, step.step).outcomes
    step.ended_at, step.ended_by, step.outcome = at, actor.login, outcome or known[0]
    step.save(update_fields=["ended_at", "ended_by", "outcome"])
    add_note(order=order, actor=actor, at=at, act=OrderAct.COMPLETED, subject=f"{step.step}:{step.outcome}", text=text)
    keep(order=order, walk=walk, actor=actor, at=at, outcome=step.outcome)
    _stand_with_customer(order, actor, at, done=step)
    return step


def _stand_with_customer(order: ServiceOrder, actor: Actor, at: datetime, *, done: OrderStep) -> None:
    """Let the clock stand while the work is with the customer, and run again when it came back."""
    pauses = OrderPause.objects.for_actor(actor).filter(order=order, ended_at=None)
    if done.post == CUSTOMER and pauses.exists():
        resume(order=order, actor=actor, at=at)
    waiting: OrderStep | None = (
        OrderStep.objects.for_actor(actor).filter(order=order, ended_at=None, post=CUSTOMER).first()
    )
    reasons = {one.code: one.pause for one in load_kinds()[OrderKind(order.kind)].steps}
    if waiting is None or pauses.exists():
        return
    if reason := reasons.get(waiting.step):
        pause(order=order, reason=reason, evidence=f"step {waiting.step}", document=None, actor=actor, at=at)


def send_back(*, order: ServiceOrder, serial: int, to_path: str, text: str, actor: Actor, at: datetime) -> None:
    """
    Take the work back to a step that was done on the way; what came after it is undone.

    :raises ProcessNotRunning: if it hangs
    :raises StepNotReady: if this arrival does not wait any more
    :raises NotBeforeStep: if that step was not done on the way here
    """
    walk = load_walk(order)
    walk.send_back(serial=serial, to_path=tuple(to_path.split("/")), facts=_gather(order, walk.process, actor))
    add_note(
        order=order, actor=actor, at=at, act=OrderAct.SENT_BACK, subject=to_path.rsplit("/", maxsplit=1)[-1], text=text
    )
    keep(order=order, walk=walk, actor=actor, at=at)


def assign(
    *, order: ServiceOrder, step: OrderStep, login: str, act: OrderAct, text: str, actor: Actor, at: datetime
) -> None:
    """Give a waiting step to a person, or to nobody in particular."""
    step.assignee = login
    step.save(update_fields=["assignee"])
    add_note(order=order, actor=actor, at=at, act=act, subject=step.step, text=text)
    _write(order, actor, at)


def hang(*, order: ServiceOrder, text: str, actor: Actor, at: datetime) -> None:
    """
    Let nothing be done in an order until it is let go on.

    :raises ProcessNotRunning: if it does not run
    """
    walk = load_walk(order)
    walk.hang()
    add_note(order=order, actor=actor, at=at, act=OrderAct.HUNG, text=text)
    keep(order=order, walk=walk, actor=actor, at=at)


def unhang(*, order: ServiceOrder, actor: Actor, at: datetime) -> None:
    """
    Let an order go on where it hung.

    :raises ProcessNotRunning: if it does not hang
    """
    walk = load_walk(order)
    walk.resume()
    add_note(order=order, actor=actor, at=at, act=OrderAct.UNHUNG)
    keep(order=order, walk=walk, actor=actor, at=at)


def cancel(*, order: ServiceOrder, text: str, actor: Actor, at: datetime) -> None:
    """End an order before it had an effect."""
    walk = load_walk(order)
    walk.cancel()
    add_note(order=order, actor=actor, at=at, act=OrderAct.CANCELLED, text=text)
    keep(order=order, walk=walk, actor=actor, at=at)


def pause(
    *,
    order: ServiceOrder,
    reason: PauseReason,
    evidence: str,
    document: Document | None,
    actor: Actor,
    at: datetime,
) -> OrderPause:
    """
    Let the utility's clock stand from this moment, for a reason and with what proves it.

    :raises PauseNotPossible: if it stands already or nothing proves the reason
    """
    if len(evidence.strip()) < 2:
        raise PauseNotPossible(field="evidence", number=order.number, reason="say what proves it")
    if OrderPause.objects.for_actor(actor).filter(order=order, ended_at=None).exists():
        raise PauseNotPossible(field="number", number=order.number, reason="it stands already")
    row = OrderPause(
        order=order, reason=reason.value, evidence=evidence.strip(), document=document, started_at=at,
        started_by=actor.login,
    )  # fmt: skip
    row.save()
    add_note(order=order, actor=actor, at=at, act=OrderAct.PAUSED, subject=reason.value, text=evidence.strip())
    _write(order, actor, at)
    return row


def resume(*, order: ServiceOrder, actor: Actor, at: datetime) -> OrderPause:
    """
    End the pause of an order; from now on it falls due later by the working days that the pause took.

    :raises PauseNotPossible: if its clock runs
    """
    row: OrderPause | None = OrderPause.objects.for_actor(actor).filter(order=order, ended_at=None).first()
    if row is None:
        raise PauseNotPossible(field="number", number=order.number, reason="it runs")
    row.ended_at, row.ended_by = at, actor.login
    row.save(update_fields=["ended_at", "ended_by"])
    add_note(order=order, actor=actor, at=at, act=OrderAct.RESUMED, subject=row.reason)
    _write(order, actor, at)
    return row


def add_note(
    *, order: ServiceOrder, actor: Actor, at: datetime, act: OrderAct, subject: str = "", text: str = ""
) -> OrderNote:
    """Write down something that happened."""
    note = OrderNote(order=order, at=at, by=actor.login, act=act.value, subject=subject, text=text[:MAX_TEXT])
    note.save()
    return note


def keep(*, order: ServiceOrder, walk: RunningProcess, actor: Actor, at: datetime, outcome: str = "") -> None:
    """Write a process that moved, with the steps it reached and those it left behind undone."""
    order.process_state, order.state = walk.save(), walk.status.value
    waiting = {one.serial: one for one in walk.waiting_steps()}
    rows = list(OrderStep.objects.for_actor(actor).filter(order=order, ended_at=None))
    for row in rows:
        if row.serial not in waiting:
            row.ended_at, row.outcome = at, UNDONE
            row.save(update_fields=["ended_at", "outcome"])
    known = {row.serial for row in rows}
    OrderStep.objects.bulk_create(
        OrderStep(
            order=order, serial=one.serial, path="/".join(one.path), process_id=one.process_id, step=one.step.id,
            post=one.step.post, started_at=at,
        )
        for one in waiting.values()
        if one.serial not in known
    )  # fmt: skip
    if walk.status in (RunStatus.DONE, RunStatus.CANCELLED):
        order.ended_at = at
        order.result = _find_result(walk.status, outcome).value
        OrderPause.objects.for_actor(actor).filter(order=order, ended_at=None).update(ended_at=at, ended_by=actor.login)
    _write(order, actor, at)


def _find_result(status: RunStatus, outcome: str) -> OrderResult:
    if status is RunStatus.CANCELLED:
        return OrderResult.CANCELLED
    return _RESULTS.get(outcome, OrderResult.ARCHIVED)


def facts_of(process: Process) -> dict[str, FactValue]:
    """Return the facts that a process declares, as they are before there is a plan: nothing is due, nobody meets."""
    return {name: value for name, value in NO_PLAN.items() if name in process.facts}


def _gather(order: ServiceOrder, process: Process, actor: Actor) -> dict[str, FactValue]:
    return gather_walk_facts(actor=actor, order=order, wanted=frozenset(process.facts))


def _write(order: ServiceOrder, actor: Actor, at: datetime) -> None:
    """Save an order that moved, with the due times that follow from its rows."""
    steps = list(OrderStep.objects.for_actor(actor).filter(order=order).order_by("serial"))
    pauses = list(OrderPause.objects.for_actor(actor).filter(order=order).order_by("started_at", "id"))
    changed, ended = set_due(order=order, steps=steps, pauses=pauses, now=at)
    for step in changed:
        step.save(update_fields=["due_at", "amber_at"])
    order.revision += 1
    order.save()
    # A clock ends once; the rows of those that ended before stand already.
    OrderClock.objects.bulk_create(ended, ignore_conflicts=True)
