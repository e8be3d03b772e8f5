"""
What becomes of payments after they came in: assigned from suspense, moved to another account, reversed.

Everything that the vouchers of a payment come to is taken back in red, late fees that were booked with it too. Where
other money went meanwhile where this one had been, it is put right by vouchers of their own: a use of the prepayment
that the payment had filled is taken back, the last one first, so that no prepayment falls below zero.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from dianke.domain.receivables.models import Payment, PaymentEvent, Voucher
from dianke.domain.receivables.operations import periods, vouchers
from dianke.domain.receivables.operations.locks import lock_accounts, lock_payment
from dianke.domain.receivables.operations.prepayments import use_prepayments
from dianke.domain.receivables.operations.receiving import put_to_accounts
from dianke.domain.receivables.operations.settling import SUSPENSE, Desk, get_key, post_credit
from dianke.domain.receivables.operations.vouchers import PreparedVoucher
from dianke.domain.receivables.queries.payment_vouchers import list_mirrored, list_money_ledgers, list_uses
from dianke.domain.receivables.types import NewPosting, NewVoucher, PaymentEventKind, VoucherKind
from dianke.kernel.clock import to_shanghai
from dianke.kernel.errors import DomainError
from dianke.platform.identity.types import Actor
from dianke.platform.org.scoping import Scope

_SYSTEM = Actor.system("changing payments")
_KINDS = {
    PaymentEventKind.ASSIGNED: VoucherKind.PAYMENT_ASSIGN,
    PaymentEventKind.MOVED: VoucherKind.PAYMENT_MOVE,
    PaymentEventKind.REVERSED: VoucherKind.PAYMENT_REVERSAL,
    PaymentEventKind.REARRANGED: VoucherKind.PREPAYMENT_USE,
}


class UnableToChangePayment(DomainError):
    """A payment cannot be assigned, moved or reversed any more."""

    code = "receivables.unable_to_change_payment"
    message = "{payment} cannot be changed: {reason}"


@dataclass(frozen=True, slots=True)
class _Act:
    """One change of a payment, as its vouchers and events tell it."""

    payment: Payment
    kind: PaymentEventKind
    reason: str
    login: str
    at: datetime
    booked_on: date
    from_account_id: int | None = None
    to_account_id: int | None = None

    @property
    def on(self) -> date:
        """Return the day of the change."""
        return to_shanghai(self.at).date()


def reverse_payment(*, actor: Scope, payment: Payment, reason: str, login: str, at: datetime) -> Voucher:
    """
    Take a payment back as a whole, on its day or later, and what other money did in its place.

    :raises UnableToChangePayment: if it was reversed, no reason is given, or its prepayment was paid out
    """
    account_id = _open(payment, reason)
    act = _begin(actor, payment, PaymentEventKind.REVERSED, reason, login, at, from_account_id=account_id)
    mirrored = list_mirrored(payment=payment)
    return _carry_out(actor, act, mirrored)


def move_payment(
    *, actor: Scope, payment: Payment, customer_account_id: int, reason: str, login: str, at: datetime
) -> Voucher:
    """
    Move a payment from the account that it came for by mistake to another, as if it had come for that one at first.

    :raises UnableToChangePayment: if it was reversed, is in suspense, or stands on that account
    """
    account_id = _open(payment, reason)
    if account_id is None and payment.payer_id is None:
        raise UnableToChangePayment(field="payment", payment=payment.number, reason="in_suspense")
    if account_id == customer_account_id:
        raise UnableToChangePayment(field="account", payment=payment.number, reason="same_account")
    act = _begin(
        actor, payment, PaymentEventKind.MOVED, reason, login, at,
        from_account_id=account_id, to_account_id=customer_account_id,
    )  # fmt: skip
    money = list_money_ledgers()
    mirrored = [one for one in list_mirrored(payment=payment) if one.ledger_account_id not in money]
    return _carry_out(actor, act, mirrored)


def assign_payment(
    *, actor: Scope, payment: Payment, customer_account_id: int, login: str, at: datetime, reason: str = ""
) -> Voucher:
    """
    Give money that nobody knew to the account that it is for, as of the day that it was paid.

    :raises UnableToChangePayment: if it is not in suspense
    """
    account_id = _open(payment, "-")
    if account_id is not None or payment.payer_id is not None:
        raise UnableToChangePayment(field="payment", payment=payment.number, reason="not_in_suspense")
    act = _begin(
        actor, payment, PaymentEventKind.ASSIGNED, reason, login, at, to_account_id=customer_account_id
    )  # fmt: skip
    return _carry_out(actor, act, [])


def _open(payment: Payment, reason: str) -> int | None:
    """Hold a payment, and return the account that it stands on now."""
    lock_payment(payment.pk)
    if not reason.strip():
        raise UnableToChangePayment(field="reason", payment=payment.number, reason="reason_missing")
    events = list(PaymentEvent.objects.for_actor(_SYSTEM).filter(payment_id=payment.pk).order_by("id"))
    if any(event.kind == PaymentEventKind.REVERSED.value for event in events):
        raise UnableToChangePayment(field="payment", payment=payment.number, reason="reversed_already")
    account_id: int | None = payment.customer_account_id
    for event in events:
        account_id = event.to_account_id or account_id
    return account_id


def _begin(
    actor: Scope,
    payment: Payment,
    kind: PaymentEventKind,
    reason: str,
    login: str,
    at: datetime,
    **accounts: int | None,
) -> _Act:
    booked_on = periods.find_booking_day(actor=actor, occurred_on=to_shanghai(at).date())
    vouchers.open_month(booked_on)
    return _Act(payment, kind, reason.strip()[:300], login, at, booked_on, **accounts)


def _carry_out(actor: Scope, act: _Act, mirrored: Sequence[NewPosting]) -> Voucher:
    """Write the voucher of the change and those that put other money right, and use what became free."""
    losing = sorted({one.customer_account_id for one in mirrored if one.customer_account_id is not None})
    gaining = [act.to_account_id] if act.to_account_id is not None else []
    units = lock_accounts({*losing, *gaining})
    desk = Desk(units=units, on=act.booked_on, until=act.payment.paid_on, with_settled=True)
    desk.apply(mirrored)
    postings = list(mirrored)
    if gaining:
        if act.kind is PaymentEventKind.ASSIGNED:
            suspense = desk.find_ledger(SUSPENSE, act.payment.unit_id)
            postings.append(NewPosting(suspense, act.payment.unit_id, debit_fen=act.payment.amount_fen))
        postings += put_to_accounts(desk, gaining, act.payment).postings
    main = _draw_up(act, act.kind, desk.level_units(postings))
    events = [_tell(act, act.kind, main, act.payment.paid_on)]
    prepared = [main]
    for day, rearranged in _rearrange(desk, losing, act).items():
        voucher = _draw_up(act, PaymentEventKind.REARRANGED, desk.level_units(rearranged))
        prepared.append(voucher)
        events.append(_tell(act, PaymentEventKind.REARRANGED, voucher, day))
    # Losses on late fees that the payment had booked and that never ran.
    if unlost := [one for account_id in losing for one in desk.take_unlost(account_id)]:
        prepared.append(_draw_up(act, act.kind, desk.level_units(unlost), voucher_kind=VoucherKind.WRITE_OFF))
    vouchers.post_prepared(vouchers=prepared)
    PaymentEvent.objects.bulk_create(events)
    use_prepayments(actor=actor, customer_account_ids=list(units), on=act.on, at=act.at)
    written: Voucher = Voucher.objects.for_actor(_SYSTEM).get(pk=main.key)
    return written


def _rearrange(desk: Desk, accounts: Sequence[int], act: _Act) -> dict[date, list[NewPosting]]:
    """Return what puts the other money of accounts right, by the day from which it counts for late fees."""
    found: dict[date, list[NewPosting]] = {}
    for account_id in accounts:
        postings = desk.free(account_id)
        standing = desk.standings[account_id]
        missing_fen = sum(line.deficit_fen for line in standing.lines) - standing.prepaid_fen
        for day, taken in _take_back(desk, account_id, missing_fen, act).items():
            found.setdefault(day, []).extend(taken)
        postings += desk.fill(account_id)
        if postings:
            found.setdefault(act.payment.paid_on, []).extend(postings)
    return found


def _take_back(desk: Desk, account_id: int, missing_fen: int, act: _Act) -> dict[date, list[NewPosting]]:
    """Return what takes uses of a prepayment back until enough is there, by the day of the use."""
    if missing_fen <= 0:
        return {}
    found: dict[date, list[NewPosting]] = {}
    lines = {get_key(line): line for line in desk.standings[account_id].lines}
    for use in list_uses(account_ids=[account_id]):
        line = lines[use.line]
        fen = min(missing_fen, use.amount_fen, line.settled_fen - min(line.billed_fen, 0))
        if fen > 0:
            line.settled_fen -= fen
            missing_fen -= fen
            found.setdefault(use.used_on, []).extend([post_credit(line, -fen), *desk.hold(account_id, fen)])
    if missing_fen > 0:
        raise UnableToChangePayment(field="payment", payment=act.payment.number, reason="prepayment_spent")
    return found


def _draw_up(
    act: _Act, kind: PaymentEventKind, postings: Sequence[NewPosting], *, voucher_kind: VoucherKind | None = None
) -> PreparedVoucher:
    key = vouchers.reserve_voucher_key(booked_on=act.booked_on)
    voucher = NewVoucher(
        unit_id=act.payment.unit_id,
        kind=voucher_kind or _KINDS[kind],
        source=f"{kind.value.lower()}:{act.payment.pk}:{key}",
        summary=f"{act.payment.number} {act.reason}".strip(),
        occurred_on=act.on,
        made_by=act.login,
        made_at=act.at,
    )
    return PreparedVoucher(key, act.booked_on, voucher, postings)


def _tell(act: _Act, kind: PaymentEventKind, voucher: PreparedVoucher, effective_on: date) -> PaymentEvent:
    return PaymentEvent(
        payment_id=act.payment.pk,
        kind=kind.value,
        voucher_id=voucher.key,
        effective_on=effective_on,
        from_account_id=act.from_account_id,
        to_account_id=act.to_account_id,
        reason=act.reason,
        made_by=act.login,
        made_at=act.at,
    )
