"""Payments reversed or moved after their shift: one person asks, another decides (冲正、退票、转户)."""

from datetime import datetime

from django.db import IntegrityError, transaction

from dianke.domain.channels.models import PaymentChange
from dianke.domain.channels.operations import shifts
from dianke.domain.channels.operations.cheques import hold_cheques
from dianke.domain.channels.queries import shifts as queries
from dianke.domain.channels.queries.cheques import is_honoured
from dianke.domain.channels.rules import shifts as rules
from dianke.domain.channels.types import ChangeKind, ChangeState
from dianke.domain.customers.models import CustomerAccount
from dianke.domain.receivables.models import Payment
from dianke.domain.receivables.operations import payments
from dianke.domain.receivables.types import Tender
from dianke.kernel.errors import DomainError
from dianke.platform.org.scoping import Scope

_TEXT = 300


class UnableToChangePayment(DomainError):
    """A payment cannot be reversed or moved like this, or somebody decided meanwhile."""

    code = "channels.unable_to_change_payment"
    message = "payment {payment} cannot be changed: {reason}"


def ask_change(
    *,
    actor: Scope,
    payment: Payment,
    kind: ChangeKind,
    reason: str,
    login: str,
    at: datetime,
    customer_account: CustomerAccount | None = None,
    notice_number: str = "",
) -> PaymentChange:
    """
    Ask for a payment to be reversed, or moved to another account.

    :raises UnableToChangePayment: if no reason is given, it cannot be done to this payment, or somebody asked already
    """
    obstacle = _find_obstacle(payment, kind, reason, customer_account, notice_number)
    if obstacle:
        raise UnableToChangePayment(field="reason", payment=payment.number, reason=obstacle)
    wish = PaymentChange(
        unit_id=payment.unit_id,
        payment=payment,
        kind=kind.value,
        customer_account=customer_account,
        notice_number=notice_number.strip()[:40],
        reason=reason.strip()[:_TEXT],
        asked_by=login,
        asked_at=at,
    )
    try:
        with transaction.atomic():
            wish.save(force_insert=True)
    except IntegrityError as error:
        raise UnableToChangePayment(field="payment", payment=payment.number, reason="asked_already") from error
    return wish


def decide_change(
    *, actor: Scope, wish: PaymentChange, is_approved: bool, reason: str, login: str, at: datetime
) -> PaymentChange:
    """
    Carry out or refuse what somebody else asked for, in the transaction that decides.

    Cash that is given back leaves the drawer of whoever asked, so that person needs an open shift.

    :raises UnableToChangePayment: if it was decided already, a refusal gives no reason, or no drawer is open
    """
    payment = Payment.objects.for_actor(actor).get(pk=wish.payment_id)
    _require_asked(wish, payment)
    if is_approved:
        _carry_out(actor, wish, payment, login=login, at=at)
    elif not reason.strip():
        raise UnableToChangePayment(field="reason", payment=payment.number, reason="reason_missing")
    wish.state = (ChangeState.APPROVED if is_approved else ChangeState.REFUSED).value
    return _settle(wish, login=login, reason=reason, at=at)


def withdraw_change(*, actor: Scope, wish: PaymentChange, login: str, at: datetime) -> PaymentChange:
    """
    Take one's own wish back.

    :raises UnableToChangePayment: if it was decided already, or another person asked
    """
    payment = Payment.objects.for_actor(actor).get(pk=wish.payment_id)
    _require_asked(wish, payment)
    if wish.asked_by != login:
        raise UnableToChangePayment(field="payment", payment=payment.number, reason="asked_by_another")
    wish.state = ChangeState.WITHDRAWN.value
    return _settle(wish, login=login, reason="", at=at)


def _find_obstacle(
    payment: Payment, kind: ChangeKind, reason: str, account: CustomerAccount | None, notice_number: str
) -> str:
    if not reason.strip():
        return "reason_missing"
    if kind is ChangeKind.MOVE and account is None:
        return "account_missing"
    if kind is ChangeKind.BOUNCE and payment.tender != Tender.CHEQUE.value:
        return "no_cheque"
    if payment.tender == Tender.CHEQUE.value and kind is not ChangeKind.MOVE and is_honoured(payment_id=payment.pk):
        return "cheque_honoured"
    return "notice_missing" if kind is ChangeKind.BOUNCE and not notice_number.strip() else ""


def _require_asked(wish: PaymentChange, payment: Payment) -> None:
    if wish.state != ChangeState.ASKED.value:
        raise UnableToChangePayment(field="payment", payment=payment.number, reason="decided_already")


def _carry_out(actor: Scope, wish: PaymentChange, payment: Payment, *, login: str, at: datetime) -> None:
    if wish.kind == ChangeKind.MOVE.value and wish.customer_account_id is not None:
        payments.move_payment(
            actor=actor,
            payment=payment,
            customer_account_id=wish.customer_account_id,
            reason=wish.reason,
            login=login,
            at=at,
        )
        return
    taking = queries.find_taking(actor=actor, payment_id=payment.pk)
    drawer = None
    if payment.tender == Tender.CHEQUE.value:
        hold_cheques()
        if is_honoured(payment_id=payment.pk):
            # The money is ours at the bank: it goes back as a refund.
            raise UnableToChangePayment(field="payment", payment=payment.number, reason="cheque_honoured")
    if taking is not None and taking.tender == rules.CASH:
        # Locked before the account: every cashier's act takes the two in this order.
        drawer = queries.find_open_shift(actor=actor, cashier=wish.asked_by, lock=True)
        if drawer is None or drawer.unit_id != taking.shift.unit_id:
            raise UnableToChangePayment(field="payment", payment=payment.number, reason="no_open_drawer")
    payments.reverse_payment(actor=actor, payment=payment, reason=wish.reason, login=login, at=at)
    if drawer is not None and taking is not None:
        shifts.give_back(actor=actor, shift=drawer, taking=taking, reason=wish.reason, at=at)


def _settle(wish: PaymentChange, *, login: str, reason: str, at: datetime) -> PaymentChange:
    wish.decided_by, wish.decided_at, wish.decision_reason = login, at, reason.strip()[:_TEXT]
    wish.save(update_fields=["state", "decided_by", "decided_at", "decision_reason"])
    return wish
