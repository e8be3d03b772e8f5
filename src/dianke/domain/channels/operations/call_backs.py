"""
Call-backs of gateways: kept exactly as they came, then booked, each in a transaction of its own.

What was kept and not booked, because the process was killed between the two, is booked by the next job; a repeat
changes nothing. A refund that comes before its payment waits for it.
"""

import hashlib
from datetime import datetime, timedelta

from dianke.domain.channels.models import Acquirer, CallBack, CallBackOutcome, PaymentOrder
from dianke.domain.channels.operations.acquired import Taken, hold_number, list_taken, receive_taken, take_back
from dianke.domain.channels.queries import acquirers as queries
from dianke.domain.channels.rules.gateway.interface import Gateway
from dianke.domain.channels.rules.gateway.judging import WINDOW, Ordered, is_of_now, judge_payment
from dianke.domain.channels.rules.gateway.plain import CallBackUnreadable
from dianke.domain.channels.rules.gateway.signing import is_signed
from dianke.domain.channels.rules.gateway.types import (
    CallBackFault,
    Notice,
    NoticeKind,
    OrderState,
    Outcome,
    SignedCall,
)
from dianke.kernel.clock import to_shanghai
from dianke.platform.identity.types import Actor
from dianke.platform.org.scoping import Scope

_SYSTEM = Actor.system("booking call-backs of gateways")
# Of calls that are worth nothing so many are kept a minute: nobody fills our tables without a key.
MOST_FAULTY = 60


def keep_call_back(*, acquirer: Acquirer, gateway: Gateway, call: SignedCall, address: str, at: datetime) -> CallBack:
    """
    Keep a call of a gateway as it came, with what it tells or why it is worth nothing.

    The signature is looked at first: nothing of the body is read before it is known whose it is.
    """
    fault = _find_fault(acquirer, call, at)
    kept = CallBack(
        acquirer=acquirer,
        received_at=at,
        address=address[:64],
        key_id=call.key_id[:40],
        timestamp=call.timestamp[:20],
        nonce=call.nonce[:80],
        signature=call.signature[:1400],
        body=call.body,
        body_sha256=hashlib.sha256(call.body).hexdigest(),
    )
    if fault is None:
        fault = _read(kept, acquirer, gateway, call, at)
    if fault is not None:
        kept.fault = fault.value
        if _count_faulty(acquirer, at) >= MOST_FAULTY:
            return kept
    else:
        kept.repeats = _find_earlier(kept)
    kept.save(force_insert=True)
    return kept


def book_call_back(*, actor: Scope, call_back: CallBack, login: str, at: datetime) -> CallBackOutcome:
    """Do once what a call-back tells, and keep what it did."""
    acquirer = call_back.acquirer
    hold_number(acquirer=acquirer, number=call_back.external_number)
    rows = CallBackOutcome.objects.for_actor(_SYSTEM).filter(call_back=call_back)
    known: CallBackOutcome | None = rows.first()
    if known is not None:
        return known
    assert call_back.amount_fen is not None and call_back.happened_at is not None  # noqa: S101, PT018 - it was read
    notice = Notice(
        kind=NoticeKind(call_back.kind),
        merchant=acquirer.merchant_number,
        order_number=call_back.order_number,
        number=call_back.external_number,
        amount_fen=call_back.amount_fen,
        happened_at=call_back.happened_at,
    )
    book = _book_payment if notice.kind is NoticeKind.PAID else _book_refund
    found = book(actor, acquirer, notice, login, at)
    found.call_back, found.dealt_at = call_back, at
    found.save(force_insert=True)
    return found


def _find_fault(acquirer: Acquirer, call: SignedCall, at: datetime) -> CallBackFault | None:
    key = queries.find_key_in_use(acquirer=acquirer, key_id=call.key_id)
    if key is None:
        return CallBackFault.KEY_UNKNOWN
    if not is_signed(call, public_pem=key.public_key):
        return CallBackFault.SIGNATURE_WRONG
    return None if is_of_now(call.timestamp, at=at) else CallBackFault.TOO_OLD


def _read(kept: CallBack, acquirer: Acquirer, gateway: Gateway, call: SignedCall, at: datetime) -> CallBackFault | None:
    """Write what a call tells into its row; return why it is worth nothing."""
    try:
        notice = gateway.read_call_back(call)
    except CallBackUnreadable:
        return CallBackFault.UNREADABLE
    if notice.merchant != acquirer.merchant_number:
        return CallBackFault.MERCHANT_WRONG
    if notice.happened_at > at + WINDOW:
        return CallBackFault.UNREADABLE
    kept.kind, kept.order_number, kept.external_number = notice.kind.value, notice.order_number, notice.number
    kept.amount_fen, kept.happened_at = notice.amount_fen, notice.happened_at
    return None


def _count_faulty(acquirer: Acquirer, at: datetime) -> int:
    rows = CallBack.objects.for_actor(_SYSTEM).filter(acquirer=acquirer, received_at__gt=at - timedelta(minutes=1))
    return int(rows.exclude(fault="").count())


def _find_earlier(kept: CallBack) -> CallBack | None:
    """Return the call-back that told the same before and was dealt with."""
    rows = CallBack.objects.for_actor(_SYSTEM).filter(
        acquirer=kept.acquirer, external_number=kept.external_number, kind=kept.kind, body_sha256=kept.body_sha256
    )
    found: CallBack | None = rows.filter(fault="", repeats=None, outcome__isnull=False).order_by("id").first()
    return found


def _book_payment(actor: Scope, acquirer: Acquirer, notice: Notice, login: str, at: datetime) -> CallBackOutcome:
    known = list_taken(acquirer=acquirer, number=notice.number)
    if known:
        if any(one.amount_fen == notice.amount_fen for one in known):
            return CallBackOutcome(outcome=Outcome.REPEATED.value, payment=known[0])
        return CallBackOutcome(outcome=Outcome.REFUSED.value, reason="amount_differs", payment=known[0])
    order = _hold_order(acquirer, notice)
    why_not = judge_payment(notice, _describe(order))
    taken = Taken(
        number=notice.number,
        amount_fen=notice.amount_fen,
        paid_on=to_shanghai(notice.happened_at).date(),
        customer_account_id=order.customer_account_id if order and not why_not else None,
        summary=f"{acquirer.name} {notice.order_number}",
        item_ids=tuple(order.item_ids) if order and not why_not else (),
    )
    (received,) = receive_taken(actor=actor, acquirer=acquirer, taken=[taken], login=login, at=at)
    payment = list_taken(acquirer=acquirer, number=notice.number)[0]
    if order and not why_not:
        _mark_paid(order, notice, received.payment_id)
    outcome = CallBackOutcome(outcome=Outcome.BOOKED.value, payment=payment)
    if why_not:
        outcome.outcome, outcome.reason = Outcome.SUSPENSE.value, why_not.value
    early = _find_early_refund(acquirer, notice)
    if early is None:
        return outcome
    outcome.reason = take_back(
        actor=actor, payment=payment, reason=notice.order_number, login=login, at=_clip(early.happened_at, at)
    )
    if not outcome.reason:
        outcome.outcome = Outcome.BOOKED_AND_REVERSED.value
        _mark_refunded(acquirer, payment.pk)
    return outcome


def _book_refund(actor: Scope, acquirer: Acquirer, notice: Notice, login: str, at: datetime) -> CallBackOutcome:
    known = list_taken(acquirer=acquirer, number=notice.number)
    if not known:
        return CallBackOutcome(outcome=Outcome.EARLY.value)
    standing = [one for one in known if not one.is_reversed]
    if not standing:
        return CallBackOutcome(outcome=Outcome.REPEATED.value, payment=known[-1])
    payment = standing[-1]
    if payment.amount_fen != notice.amount_fen:
        return CallBackOutcome(outcome=Outcome.REFUSED.value, reason="refund_in_part", payment=payment)
    why_not = take_back(
        actor=actor, payment=payment, reason=notice.order_number, login=login, at=_clip(notice.happened_at, at)
    )
    if why_not:
        return CallBackOutcome(outcome=Outcome.REFUSED.value, reason=why_not, payment=payment)
    _mark_refunded(acquirer, payment.pk)
    return CallBackOutcome(outcome=Outcome.REVERSED.value, payment=payment)


def _hold_order(acquirer: Acquirer, notice: Notice) -> PaymentOrder | None:
    rows = PaymentOrder.objects.for_actor(_SYSTEM).select_for_update(of=("self",))
    found: PaymentOrder | None = rows.filter(acquirer=acquirer, number=notice.order_number).first()
    return found


def _describe(order: PaymentOrder | None) -> Ordered | None:
    if order is None:
        return None
    return Ordered(order.amount_fen, OrderState(order.state), order.expires_at, order.closed_at)


def _mark_paid(order: PaymentOrder, notice: Notice, payment_id: int) -> None:
    order.state, order.paid_at = OrderState.PAID.value, notice.happened_at
    order.external_number, order.payment_id = notice.number, payment_id
    order.save(update_fields=["state", "paid_at", "external_number", "payment"])


def _mark_refunded(acquirer: Acquirer, payment_id: int) -> None:
    rows = PaymentOrder.objects.for_actor(_SYSTEM).filter(acquirer=acquirer, payment_id=payment_id)
    rows.update(state=OrderState.REFUNDED.value)


def _find_early_refund(acquirer: Acquirer, notice: Notice) -> CallBack | None:
    """Return the refund of this payment that came before it and waits."""
    rows = CallBack.objects.for_actor(_SYSTEM).filter(
        acquirer=acquirer, external_number=notice.number, kind=NoticeKind.REFUNDED.value, amount_fen=notice.amount_fen
    )
    found: CallBack | None = rows.filter(outcome__outcome=Outcome.EARLY.value).order_by("id").first()
    return found


def _clip(happened_at: datetime | None, at: datetime) -> datetime:
    """Return when money went back: the gateway's moment, never one to come, for the books of its day."""
    return min(happened_at or at, at)
