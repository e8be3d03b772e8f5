"""Correct issued bills: one person asks, another approves by amount, and issue is an act of its own."""

from collections.abc import Mapping
from datetime import datetime

from dianke.domain.billing.models import Bill, BillCorrection
from dianke.domain.billing.operations import back_billing, correction_issue, corrections
from dianke.domain.billing.queries import bills as bill_queries
from dianke.domain.billing.queries import corrections as queries
from dianke.domain.billing.rules.correction_levels import get_level
from dianke.domain.billing.types import CorrectionCause, CorrectionKind
from dianke.domain.invoicing.operations import requests as invoices
from dianke.domain.receivables.operations import bills as books
from dianke.domain.receivables.operations.prepayments import lock_accounts_of_order, use_prepayments_of_order
from dianke.kernel.clock import to_shanghai
from dianke.kernel.errors import DomainError
from dianke.platform.audit.use_case import PermissionRefused, use_case
from dianke.platform.identity.separation import require_another_person
from dianke.platform.identity.types import Actor

ASK, APPROVE, ISSUE = "billing.correct", "billing.approve_corrections", "billing.issue"


class NotYourCorrection(DomainError):
    """Only who drew up an order may change it, ask for it or take it back."""

    code = "billing.not_your_correction"
    message = "only {operator}, who drew up the correction, may do this"


@use_case(right=ASK)
def draft_correction(
    *, actor: Actor, bill_id: int, cause: CorrectionCause, reason: str, changes: Mapping[str, str], at: datetime
) -> BillCorrection:
    """Draw up the correction of a bill."""
    bill = bill_queries.get_bill(actor=actor, bill_id=bill_id)
    return corrections.draft_correction(
        actor=actor, bill=bill, cause=cause, reason=reason, changes=changes, login=actor.login, at=at
    )


@use_case(right=ASK)
def change_correction(
    *, actor: Actor, key: int, cause: CorrectionCause, reason: str, changes: Mapping[str, str]
) -> BillCorrection:
    """Write a drafted correction anew."""
    order = get_own_order(actor, key)
    return corrections.change_correction(actor=actor, order=order, cause=cause, reason=reason, changes=changes)


@use_case(right=ASK)
def draft_reversal(*, actor: Actor, bill_id: int, cause: CorrectionCause, reason: str, at: datetime) -> BillCorrection:
    """Draw up an order that takes a bill back and bills nothing in its place."""
    bill = bill_queries.get_bill(actor=actor, bill_id=bill_id)
    return corrections.draft_reversal(actor=actor, bill=bill, cause=cause, reason=reason, login=actor.login, at=at)


@use_case(right=ASK)
def change_reversal(*, actor: Actor, key: int, cause: CorrectionCause, reason: str) -> BillCorrection:
    """Write a drafted reversal anew."""
    order = get_own_order(actor, key)
    return corrections.change_reversal(actor=actor, order=order, cause=cause, reason=reason)


@use_case(right=ASK)
def ask_correction(*, actor: Actor, key: int, at: datetime) -> BillCorrection:
    """Hand a drafted correction to whoever approves it."""
    return corrections.ask_correction(actor=actor, order=get_own_order(actor, key), at=at)


@use_case(right=ASK)
def withdraw_correction(*, actor: Actor, key: int, reason: str = "") -> BillCorrection:
    """Take a correction back before it is decided."""
    return corrections.withdraw_correction(actor=actor, order=get_own_order(actor, key), reason=reason)


@use_case(right=APPROVE)
def approve_correction(*, actor: Actor, key: int, at: datetime, reason: str = "") -> BillCorrection:
    """
    Approve a correction that another person asked for.

    :raises SamePerson: if the actor asked for it, or stands in for who did
    :raises PermissionRefused: if the amount needs a higher level
    """
    order = queries.get_correction(actor=actor, key=key, lock=True)
    corrections.require_state(order, "approve")
    _require_another(actor, order)
    if not may_approve(actor, order):
        raise PermissionRefused(field="actor", login=actor.login, right=right_to_approve(order))
    return corrections.approve_correction(actor=actor, order=order, login=actor.login, reason=reason, at=at)


@use_case(right=APPROVE)
def reject_correction(*, actor: Actor, key: int, at: datetime, reason: str) -> BillCorrection:
    """Refuse a correction that another person asked for, also an approved one that is not issued yet."""
    order = queries.get_correction(actor=actor, key=key, lock=True)
    corrections.require_state(order, "reject")
    _require_another(actor, order)
    return corrections.reject_correction(actor=actor, order=order, login=actor.login, reason=reason, at=at)


@use_case(right=ISSUE)
def issue_correction(*, actor: Actor, key: int, at: datetime) -> list[Bill]:
    """
    Issue the bills of an approved correction, as somebody else than who asked for it, book them, and ask for the red
    letters of what was invoiced.

    :raises SamePerson: if the actor asked for it, or stands in for who did
    """
    order = queries.get_correction(actor=actor, key=key, lock=True)
    corrections.require_state(order, "issue")
    _require_another(actor, order)
    if order.kind == CorrectionKind.BACK_BILLING.value:
        issued = [back_billing.issue_back_billing(actor=actor, order=order, login=actor.login, at=at)]
    else:
        issued = correction_issue.issue_correction(actor=actor, order=order, login=actor.login, at=at)
    lock_accounts_of_order(order=order)
    books.post_issued_correction(actor=actor, order=order)
    use_prepayments_of_order(actor=actor, order=order, at=at)
    # What was invoiced of a bill that is reversed now has to be taken back.
    invoices.ask_after_correction(order=order, at=at)
    return issued


def right_to_approve(order: BillCorrection) -> str:
    """Return the right that the amount of an order asks for."""
    return get_level(code=order.level, day=to_shanghai(order.asked_at).date()).right


def may_approve(actor: Actor, order: BillCorrection) -> bool:
    """Tell whether an actor's rights reach an order and its amount."""
    return actor.may(APPROVE, order.unit.path) and actor.may(right_to_approve(order), order.unit.path)


def get_own_order(actor: Actor, key: int) -> BillCorrection:
    """
    Return an order, locked, to who drew it up.

    :raises NotYourCorrection: to everybody else
    """
    order = queries.get_correction(actor=actor, key=key, lock=True)
    if order.asked_by != actor.login:
        raise NotYourCorrection(field="actor", operator=order.asked_by)
    return order


def _require_another(actor: Actor, order: BillCorrection) -> None:
    day = to_shanghai(order.asked_at).date()
    require_another_person(actor=actor, operator_login=order.asked_by, operated_on=day)
