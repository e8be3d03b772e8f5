"""What becomes of payments after their shift: asked for by one person, decided by another; suspense is assigned."""

from datetime import datetime
from typing import Any

from dianke.application.counter.shifts import AccountUnknown
from dianke.domain.channels.models import PaymentChange
from dianke.domain.channels.operations import payment_changes
from dianke.domain.channels.queries import shifts as queries
from dianke.domain.channels.types import ChangeKind
from dianke.domain.customers import queries as customers
from dianke.domain.customers.models import CustomerAccount
from dianke.domain.receivables.operations import payments
from dianke.domain.receivables.queries.payments import get_payment
from dianke.kernel.clock import to_shanghai
from dianke.platform.audit.use_case import use_case
from dianke.platform.identity.separation import require_another_person
from dianke.platform.identity.types import Actor

_ASK, _APPROVE, _ASSIGN = "payments.ask", "payments.approve", "payments.assign"


@use_case(right=_ASK)
def ask_reversal(*, actor: Actor, number: str, reason: str, at: datetime) -> PaymentChange:
    """Ask for a payment to be reversed."""
    return _ask(actor, number, ChangeKind.REVERSAL, reason, at)


@use_case(right=_ASK)
def ask_bounce(*, actor: Actor, number: str, notice_number: str, reason: str, at: datetime) -> PaymentChange:
    """Ask for the payment of a cheque that the bank returned to be reversed."""
    return _ask(actor, number, ChangeKind.BOUNCE, reason, at, notice_number=notice_number)


@use_case(right=_ASK)
def ask_move(*, actor: Actor, number: str, account_number: str, reason: str, at: datetime) -> PaymentChange:
    """
    Ask for a payment to be moved to the account that it was meant for.

    :raises AccountUnknown: if there is no such account
    """
    account = _get_account(actor, account_number)
    return _ask(actor, number, ChangeKind.MOVE, reason, at, customer_account=account)


@use_case(right=_ASK)
def withdraw_change(*, actor: Actor, key: int, at: datetime) -> PaymentChange:
    """Take back one's own wish that nobody has decided."""
    wish = queries.get_change(actor=actor, key=key, lock=True)
    return payment_changes.withdraw_change(actor=actor, wish=wish, login=actor.login, at=at)


@use_case(right=_APPROVE)
def approve_change(*, actor: Actor, key: int, at: datetime, reason: str = "") -> PaymentChange:
    """
    Carry out what another person asked for.

    :raises SamePerson: if the actor asked for it, or stands in for who did
    """
    return _decide(actor, key, is_approved=True, reason=reason, at=at)


@use_case(right=_APPROVE)
def refuse_change(*, actor: Actor, key: int, reason: str, at: datetime) -> PaymentChange:
    """
    Refuse what another person asked for.

    :raises SamePerson: if the actor asked for it, or stands in for who did
    """
    return _decide(actor, key, is_approved=False, reason=reason, at=at)


@use_case(right=_ASSIGN)
def assign_payment(*, actor: Actor, number: str, account_number: str, at: datetime) -> None:
    """
    Give money that nobody knew to an account.

    :raises AccountUnknown: if there is no such account
    """
    account = _get_account(actor, account_number)
    payment = get_payment(actor=actor, number=number)
    payments.assign_payment(actor=actor, payment=payment, customer_account_id=account.pk, login=actor.login, at=at)


def _ask(actor: Actor, number: str, kind: ChangeKind, reason: str, at: datetime, **more: Any) -> PaymentChange:
    payment = get_payment(actor=actor, number=number)
    return payment_changes.ask_change(
        actor=actor, payment=payment, kind=kind, reason=reason, login=actor.login, at=at, **more
    )


def _decide(actor: Actor, key: int, *, is_approved: bool, reason: str, at: datetime) -> PaymentChange:
    wish = queries.get_change(actor=actor, key=key, lock=True)
    require_another_person(actor=actor, operator_login=wish.asked_by, operated_on=to_shanghai(wish.asked_at).date())
    return payment_changes.decide_change(
        actor=actor, wish=wish, is_approved=is_approved, reason=reason, login=actor.login, at=at
    )


def _get_account(actor: Actor, number: str) -> CustomerAccount:
    account = customers.get_account(actor=actor, number=number)
    if account is None:
        raise AccountUnknown(field="account", number=number)
    return account
