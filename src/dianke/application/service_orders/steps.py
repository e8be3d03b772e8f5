"""
People do the steps of an order, each with the right of their post.

One use case a right: what the trail says somebody did is what they were allowed to do. Effects run in the same
transaction, so that an order never says more than the archive.
"""

from collections.abc import Callable
from datetime import datetime

from dianke.application.service_orders import final_bill
from dianke.application.service_orders.approval import APPROVING, require_level
from dianke.application.service_orders.handing import require_turn
from dianke.application.service_orders.notices import tell_customer
from dianke.application.service_orders.of_steps import find_effect_of_step
from dianke.application.service_orders.rights import (
    ACCEPT,
    APPROVE,
    ARCHIVE,
    BILL,
    CONTRACT,
    ISSUE,
    LASTING,
    OPEN,
    PLAN,
    READ,
    REFUND,
    REMOVE,
    SEAL,
    SETTLE,
    SIGN_DISPATCH,
    SIGN_GRID,
    SIGN_SAFETY,
    SURVEY,
    VIEW,
    right_of_step,
)
from dianke.application.service_orders.work import StepInput, Work
from dianke.domain.service_orders.models import EffectKind, OrderStep, ServiceOrder
from dianke.domain.service_orders.operations import moving
from dianke.domain.service_orders.queries import orders as queries
from dianke.domain.service_orders.queries.effects import find_effect
from dianke.kernel.clock import to_shanghai
from dianke.kernel.errors import DomainError
from dianke.platform.audit.use_case import PermissionRefused, use_case
from dianke.platform.identity.separation import require_another_person
from dianke.platform.identity.types import Actor
from dianke.platform.processes.running import StepNotReady

NEEDS_REASON = frozenset({"RETURNED", "REFUSED", "REWORK", "NOT_PROVED", "OBJECTED", "WITHDRAWN"})


class EffectDone(DomainError):
    """What the order changed stands in the archive; it is undone by another order alone."""

    code = "service_orders.effect_done"
    message = "{number} has changed the archive: it can be neither cancelled nor sent back; take a new order"


def complete_step(
    *,
    actor: Actor,
    number: str,
    serial: int,
    revision: int,
    outcome: str = "",
    reason: str = "",
    given: StepInput | None = None,
    at: datetime,
) -> OrderStep:
    """
    End a step by the use case of its right.

    :raises StepNotReady: if nobody can do the step any more
    """
    order = queries.get_order(actor=actor, number=number)
    step = moving.get_open_step(actor=actor, order=order, serial=serial)
    right = right_of_step(step.step) if step else None
    if right is None:
        if order.ended_at is not None:
            raise moving.OrderIsOver(field="number", number=number)
        raise StepNotReady(field="serial")
    return COMPLETING[right](
        actor=actor,
        number=number,
        serial=serial,
        revision=revision,
        outcome=outcome,
        reason=reason,
        given=given,
        at=at,
    )


@use_case(right=ACCEPT)
def record_customer_step(
    *,
    actor: Actor,
    number: str,
    serial: int,
    revision: int,
    outcome: str = "",
    reason: str = "",
    given: StepInput | None = None,
    at: datetime,
) -> OrderStep:
    """Record that the customer did what was theirs to do."""
    return _complete(ACCEPT, actor, number, serial, revision, outcome, reason, given, at)


@use_case(right=SURVEY)
def survey_order(
    *,
    actor: Actor,
    number: str,
    serial: int,
    revision: int,
    outcome: str = "",
    reason: str = "",
    given: StepInput | None = None,
    at: datetime,
) -> OrderStep:
    """Say what was found on site."""
    return _complete(SURVEY, actor, number, serial, revision, outcome, reason, given, at)


@use_case(right=APPROVE)
def approve_order(
    *,
    actor: Actor,
    number: str,
    serial: int,
    revision: int,
    outcome: str = "",
    reason: str = "",
    given: StepInput | None = None,
    at: datetime,
) -> OrderStep:
    """Approve, return or refuse what other people accepted and checked."""
    return _complete(APPROVE, actor, number, serial, revision, outcome, reason, given, at)


@use_case(right=SEAL)
def carry_out_order(
    *,
    actor: Actor,
    number: str,
    serial: int,
    revision: int,
    outcome: str = "",
    reason: str = "",
    given: StepInput | None = None,
    at: datetime,
) -> OrderStep:
    """Seal or unseal what another person approved; the archive and the next bill change from today."""
    return _complete(SEAL, actor, number, serial, revision, outcome, reason, given, at)


@use_case(right=ARCHIVE)
def archive_order(
    *,
    actor: Actor,
    number: str,
    serial: int,
    revision: int,
    outcome: str = "",
    reason: str = "",
    given: StepInput | None = None,
    at: datetime,
) -> OrderStep:
    """Archive an order whose work is done."""
    return _complete(ARCHIVE, actor, number, serial, revision, outcome, reason, given, at)


@use_case(right=READ)
def read_for_order(
    *,
    actor: Actor,
    number: str,
    serial: int,
    revision: int,
    outcome: str = "",
    reason: str = "",
    given: StepInput | None = None,
    at: datetime,
) -> OrderStep:
    """Say what the meters show, or what they prove, on the day that an order asks for."""
    return _complete(READ, actor, number, serial, revision, outcome, reason, given, at)


@use_case(right=REMOVE)
def remove_by_order(
    *,
    actor: Actor,
    number: str,
    serial: int,
    revision: int,
    outcome: str = "",
    reason: str = "",
    given: StepInput | None = None,
    at: datetime,
) -> OrderStep:
    """Take meters down by an order, with what they show."""
    return _complete(REMOVE, actor, number, serial, revision, outcome, reason, given, at)


@use_case(right=CONTRACT)
def work_on_contract(
    *,
    actor: Actor,
    number: str,
    serial: int,
    revision: int,
    outcome: str = "",
    reason: str = "",
    given: StepInput | None = None,
    at: datetime,
) -> OrderStep:
    """Say that the customer was told, or that the contract of an order is signed or ended."""
    return _complete(CONTRACT, actor, number, serial, revision, outcome, reason, given, at)


@use_case(right=BILL)
def ask_final_by_order(
    *,
    actor: Actor,
    number: str,
    serial: int,
    revision: int,
    outcome: str = "",
    reason: str = "",
    given: StepInput | None = None,
    at: datetime,
) -> OrderStep:
    """Ask for the final bill of an order from the readings that are stored."""
    return _complete(BILL, actor, number, serial, revision, outcome, reason, given, at)


@use_case(right=ISSUE)
def issue_by_order(
    *,
    actor: Actor,
    number: str,
    serial: int,
    revision: int,
    outcome: str = "",
    reason: str = "",
    given: StepInput | None = None,
    at: datetime,
) -> OrderStep:
    """Issue the final bill of an order as its second person, or return it."""
    return _complete(ISSUE, actor, number, serial, revision, outcome, reason, given, at)


@use_case(right=SETTLE)
def settle_by_order(
    *,
    actor: Actor,
    number: str,
    serial: int,
    revision: int,
    outcome: str = "",
    reason: str = "",
    given: StepInput | None = None,
    at: datetime,
) -> OrderStep:
    """Settle the account of who leaves, and ask for the refund of what is held."""
    return _complete(SETTLE, actor, number, serial, revision, outcome, reason, given, at)


@use_case(right=REFUND)
def refund_by_order(
    *,
    actor: Actor,
    number: str,
    serial: int,
    revision: int,
    outcome: str = "",
    reason: str = "",
    given: StepInput | None = None,
    at: datetime,
) -> OrderStep:
    """Record that the refunds of an order were paid, or file a debt with a liquidator."""
    return _complete(REFUND, actor, number, serial, revision, outcome, reason, given, at)


@use_case(right=OPEN)
def open_account_by_order(
    *,
    actor: Actor,
    number: str,
    serial: int,
    revision: int,
    outcome: str = "",
    reason: str = "",
    given: StepInput | None = None,
    at: datetime,
) -> OrderStep:
    """Confirm that an account belongs to who took it over."""
    return _complete(OPEN, actor, number, serial, revision, outcome, reason, given, at)


@use_case(right=PLAN)
def plan_by_order(
    *,
    actor: Actor,
    number: str,
    serial: int,
    revision: int,
    outcome: str = "",
    reason: str = "",
    given: StepInput | None = None,
    at: datetime,
) -> OrderStep:
    """Draft a supply plan, review a design, or answer the customer with a plan."""
    return _complete(PLAN, actor, number, serial, revision, outcome, reason, given, at)


@use_case(right=SIGN_GRID)
def sign_for_grid(
    *,
    actor: Actor,
    number: str,
    serial: int,
    revision: int,
    outcome: str = "",
    reason: str = "",
    given: StepInput | None = None,
    at: datetime,
) -> OrderStep:
    """Countersign a supply plan for the grid, or object to it."""
    return _complete(SIGN_GRID, actor, number, serial, revision, outcome, reason, given, at)


@use_case(right=SIGN_DISPATCH)
def sign_for_dispatch(
    *,
    actor: Actor,
    number: str,
    serial: int,
    revision: int,
    outcome: str = "",
    reason: str = "",
    given: StepInput | None = None,
    at: datetime,
) -> OrderStep:
    """Countersign a supply plan for dispatch, or say that its agreement is signed."""
    return _complete(SIGN_DISPATCH, actor, number, serial, revision, outcome, reason, given, at)


@use_case(right=SIGN_SAFETY)
def sign_for_safety(
    *,
    actor: Actor,
    number: str,
    serial: int,
    revision: int,
    outcome: str = "",
    reason: str = "",
    given: StepInput | None = None,
    at: datetime,
) -> OrderStep:
    """Countersign a supply plan for safety, or object to it."""
    return _complete(SIGN_SAFETY, actor, number, serial, revision, outcome, reason, given, at)


COMPLETING: dict[str, Callable[..., OrderStep]] = {
    ACCEPT: record_customer_step,
    SURVEY: survey_order,
    APPROVE: approve_order,
    SEAL: carry_out_order,
    ARCHIVE: archive_order,
    READ: read_for_order,
    REMOVE: remove_by_order,
    CONTRACT: work_on_contract,
    BILL: ask_final_by_order,
    ISSUE: issue_by_order,
    SETTLE: settle_by_order,
    REFUND: refund_by_order,
    OPEN: open_account_by_order,
    PLAN: plan_by_order,
    SIGN_GRID: sign_for_grid,
    SIGN_DISPATCH: sign_for_dispatch,
    SIGN_SAFETY: sign_for_safety,
}


@use_case(right=VIEW)
def send_back(
    *, actor: Actor, number: str, serial: int, revision: int, to_path: str, reason: str, at: datetime
) -> None:
    """Send the work back to a step before, for a reason: by whose turn it is, while nothing changed in the archive."""
    text = moving.require_reason(reason)
    order = moving.lock_order(actor=actor, right=VIEW, number=number, revision=revision)
    require_turn(actor=actor, order=order, serial=serial)
    require_no_effect(actor, order)
    final_bill.withdraw_final(order, actor=actor)
    moving.send_back(order=order, serial=serial, to_path=to_path, text=text, actor=actor, at=at)


def require_no_effect(actor: Actor, order: ServiceOrder) -> None:
    """
    Refuse if the order has changed the archive.

    :raises EffectDone: if it sealed, removed or issued something
    """
    has_removed = find_effect(actor=actor, order=order, kind=EffectKind.METER_REMOVED) is not None
    has_spell = queries.find_spell(actor=actor, order=order) is not None
    if has_spell or has_removed or queries.has_done(actor=actor, order=order, steps=LASTING):
        raise EffectDone(field="number", number=order.number)


def end_step(
    *,
    right: str,
    actor: Actor,
    number: str,
    serial: int,
    revision: int,
    given: StepInput,
    at: datetime,
) -> OrderStep:
    """End a step inside of a use case that ends several: its right is the one that the step asks for."""
    return _complete(right, actor, number, serial, revision, "", "", given, at)


def _complete(
    right: str,
    actor: Actor,
    number: str,
    serial: int,
    revision: int,
    outcome: str,
    reason: str,
    given: StepInput | None,
    at: datetime,
) -> OrderStep:
    order = moving.lock_order(actor=actor, right=right, number=number, revision=revision)
    step = moving.get_open_step(actor=actor, order=order, serial=serial)
    if step is None:
        raise StepNotReady(field="serial")
    needed = right_of_step(step.step)
    if needed != right:
        raise PermissionRefused(field="actor", login=actor.login, right=needed or step.step)
    if step.step in APPROVING:
        require_level(actor=actor, order=order, on=to_shanghai(at).date())
    _require_four_eyes(actor, order, step)
    if outcome in NEEDS_REASON:
        moving.require_reason(reason)
    done = moving.complete(order=order, serial=serial, outcome=outcome, text=reason, actor=actor, at=at)
    if effect := find_effect_of_step(order.kind, step.step):
        effect(Work(order=order, step=done, given=given or StepInput(), actor=actor, at=at))
    tell_customer(order=order, login=actor.login, at=at)
    return done


def _require_four_eyes(actor: Actor, order: ServiceOrder, step: OrderStep) -> None:
    """Who approves never operates, on either side of the approval."""
    steps = [one for one in queries.list_steps(actor=actor, order=order) if one.ended_by]
    if step.step in APPROVING:
        others = {one.ended_by for one in steps if one.step not in APPROVING} | {order.accepted_by}
    elif find_effect_of_step(order.kind, step.step):
        others = {one.ended_by for one in steps if one.step in APPROVING}
    else:
        return
    for login in sorted(others):
        require_another_person(actor=actor, operator_login=login)
