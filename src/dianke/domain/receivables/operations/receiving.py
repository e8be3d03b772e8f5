"""
Take money in, one way for one payment and for two hundred thousand.

Payments are claimed by channel and number first, then the accounts are locked in the order of their keys: of two that
bring the same payment one waits and finds it there. Everything is written in the caller's transaction.
"""

from collections.abc import Sequence
from contextlib import nullcontext
from dataclasses import dataclass, replace
from datetime import date, datetime

from django.db import connection

from dianke.domain.receivables.models import Payment
from dianke.domain.receivables.operations import periods, vouchers
from dianke.domain.receivables.operations.locks import lock_accounts
from dianke.domain.receivables.operations.settling import SUSPENSE, Desk, Settled
from dianke.domain.receivables.operations.vouchers import PreparedVoucher
from dianke.domain.receivables.queries import payments as queries
from dianke.domain.receivables.queries.arrays import write_integers, write_texts
from dianke.domain.receivables.rules.allocation import find_money_code
from dianke.domain.receivables.types import (
    Channel,
    NewPayment,
    NewPosting,
    NewVoucher,
    Received,
    SpreadRule,
    VoucherKind,
    get_key_range,
    name_payment,
)
from dianke.kernel.clock import to_shanghai
from dianke.kernel.errors import DomainError
from dianke.platform.collector import collector_at_rest
from dianke.platform.identity.types import Actor
from dianke.platform.org.scoping import Scope

_SYSTEM = Actor.system("receiving payments")
_MANY = 500

# A claim waits for whoever claims the same number until that transaction ends.
_CLAIM = """
insert into receivables_payment (id, channel, external_number, unit_id, customer_account_id, payer_id, amount_fen,
       tender, paid_on, received_by, received_at, voucher_id, summary)
select key, channel, number, unit_id, account_id, payer_id, amount_fen, tender, paid_on, received_by, %(at)s,
       voucher_id, summary
  from unnest(%(keys)s::bigint[], %(channels)s::text[], %(numbers)s::text[], %(units)s::bigint[],
              %(accounts)s::bigint[], %(payers)s::bigint[], %(amounts)s::bigint[], %(tenders)s::text[],
              %(days)s::date[], %(people)s::text[], %(vouchers)s::bigint[], %(summaries)s::text[])
    as n (key, channel, number, unit_id, account_id, payer_id, amount_fen, tender, paid_on, received_by, voucher_id,
          summary)
 order by channel collate "C", number collate "C"
    on conflict (channel, external_number) do nothing
returning id
"""
_KNOWN = """
select p.* from receivables_payment p
  join unnest(%(channels)s::text[], %(numbers)s::text[]) as n (channel, number)
    on p.channel = n.channel and p.external_number = n.number
"""


class PaymentDiffers(DomainError):
    """A payment came again under its number, with another amount or for another account."""

    code = "receivables.payment_differs"
    message = "{channel} {number} was received before as {known}, not as {repeated}"


class UnableToReceive(DomainError):
    """A payment cannot be taken as it was reported."""

    code = "receivables.unable_to_receive"
    message = "{number} cannot be received: {reason}"


_Identity = tuple[Channel, str]


@dataclass(frozen=True, slots=True)
class _Claimed:
    """A payment that nobody brought before, with its keys and the day of booking."""

    new: NewPayment
    key: int
    voucher_id: int
    booked_on: date
    accounts: tuple[int, ...]
    is_ranked: bool = False


def receive_payment(*, actor: Scope, payment: NewPayment, at: datetime) -> Received:
    """
    Take one payment in; see `receive_payments`.

    :raises PaymentDiffers: if it came before with another amount or for another account
    """
    (received,) = receive_payments(actor=actor, payments=[payment], at=at)
    return received


def receive_payments(*, actor: Scope, payments: Sequence[NewPayment], at: datetime) -> list[Received]:
    """
    Take payments in and return what each did, in the order given; one that came before is not taken again.

    :raises PaymentDiffers: if one came before with another amount or for another account
    :raises UnableToReceive: if one has no number, nothing to pay, or names both an account and a payer
    :raises CustomerAccountUnknown: if an account does not exist
    """
    for payment in payments:
        _require_sound(payment)
    first = {(one.channel, one.external_number): one for one in reversed(payments)}
    for payment in payments:
        _require_same(first[payment.channel, payment.external_number], payment)
    with collector_at_rest() if len(first) >= _MANY else nullcontext():
        found = _enter(_claim(actor, list(first.values()), at), at)
    found |= _find_known([one for key, one in first.items() if key not in found])
    if len(first) == len(payments):
        return [found[one.channel, one.external_number] for one in payments]
    results = []
    for payment in payments:
        identity = (payment.channel, payment.external_number)
        results.append(found[identity])
        # The second of two equal ones in a call is a repeat of the first.
        found[identity] = replace(found[identity], is_new=False)
    return results


def _require_sound(payment: NewPayment) -> None:
    reason = ""
    if not payment.external_number.strip() or len(payment.external_number) > 64:
        reason = "number_missing"
    elif payment.amount_fen <= 0:
        reason = "nothing_to_pay"
    elif payment.customer_account_id is not None and payment.payer_id is not None:
        reason = "account_and_payer"
    if reason:
        raise UnableToReceive(field="payment", number=payment.external_number, reason=reason)


def _require_same(known: NewPayment | Payment, repeated: NewPayment) -> None:
    before, now = _tell(known), _tell(repeated)
    if before != now:
        raise PaymentDiffers(
            field="external_number", channel=repeated.channel.value, number=repeated.external_number,
            known=before, repeated=now,
        )  # fmt: skip


def _tell(payment: NewPayment | Payment) -> str:
    whose = f"payer {payment.payer_id}" if payment.payer_id else f"account {payment.customer_account_id or '-'}"
    return f"{payment.amount_fen} fen, {whose}"


def _claim(actor: Scope, payments: Sequence[NewPayment], at: datetime) -> list[_Claimed]:
    """Insert the payments whose numbers are new and return them, by day of payment."""
    days = {day: periods.find_booking_day(actor=actor, occurred_on=day) for day in {one.paid_on for one in payments}}
    drawn = []
    for day, booked_on in sorted(days.items()):
        of_day = [one for one in payments if one.paid_on == day]
        vouchers.open_month(booked_on)
        keys = vouchers.reserve_voucher_keys(booked_on=booked_on, count=len(of_day))
        drawn += [(one, key, booked_on) for one, key in zip(of_day, keys, strict=True)]
    received_on = to_shanghai(at).date()
    numbers = _draw_keys(received_on, len(drawn))
    with connection.cursor() as cursor:
        cursor.execute(_CLAIM, {**_list_columns(drawn), "keys": write_integers(numbers), "at": at})
        new = {key for (key,) in cursor.fetchall()}
    members = _list_members([one for (one, *_rest), key in zip(drawn, numbers, strict=True) if key in new])
    return [
        _Claimed(one, key, voucher_id, booked_on, *members.get((one.payer_id, one.paid_on), ((), False)))
        if one.payer_id
        else _Claimed(one, key, voucher_id, booked_on, _name_account(one))
        for (one, voucher_id, booked_on), key in zip(drawn, numbers, strict=True)
        if key in new
    ]


def _name_account(payment: NewPayment) -> tuple[int, ...]:
    return () if payment.customer_account_id is None else (payment.customer_account_id,)


def _list_columns(drawn: Sequence[tuple[NewPayment, int, date]]) -> dict[str, str]:
    payments = [one for one, *_rest in drawn]
    return {
        "channels": write_texts(one.channel.value for one in payments),
        "numbers": write_texts(one.external_number for one in payments),
        "units": write_integers(one.unit_id for one in payments),
        "accounts": write_integers(one.customer_account_id for one in payments),
        "payers": write_integers(one.payer_id for one in payments),
        "amounts": write_integers(one.amount_fen for one in payments),
        "tenders": write_texts(one.tender.value for one in payments),
        "days": write_texts(one.paid_on for one in payments),
        "people": write_texts(one.received_by for one in payments),
        "vouchers": write_integers(voucher_id for _one, voucher_id, _day in drawn),
        "summaries": write_texts(one.summary[:200] for one in payments),
    }


def _draw_keys(received_on: date, count: int) -> list[int]:
    first_of_month, _end = get_key_range(month=received_on)
    with connection.cursor() as cursor:
        cursor.execute("select nextval('receivables_payment_serial') from generate_series(1, %s)", [count])
        return [first_of_month + int(serial) for (serial,) in cursor.fetchall()]


def _list_members(payments: Sequence[NewPayment]) -> dict[tuple[int | None, date], tuple[tuple[int, ...], bool]]:
    """Return the accounts that payers pay for on a day, their own first, and whether their order counts."""
    found: dict[tuple[int | None, date], tuple[tuple[int, ...], bool]] = {}
    for payer_id, day in {(one.payer_id, one.paid_on) for one in payments if one.payer_id}:
        payer = queries.get_payer(actor=_SYSTEM, key=payer_id or 0)
        members = queries.list_member_ids(payer=payer, on=day, actor=_SYSTEM)
        accounts = tuple(dict.fromkeys([payer.customer_account_id, *members]))
        found[payer_id, day] = (accounts, payer.spread == SpreadRule.BY_MEMBER.value)
    return found


def _enter(claimed: Sequence[_Claimed], at: datetime) -> dict[_Identity, Received]:
    """Allocate and book what was claimed; all accounts are locked before the first is read."""
    units = lock_accounts({key for one in claimed for key in one.accounts})
    found: dict[_Identity, Received] = {}
    prepared: list[PreparedVoucher] = []
    seen: set[int] = set()
    for day in sorted({one.new.paid_on for one in claimed}):
        # Allocated in the order of receipt, so that the same file always does the same.
        of_day = sorted((one for one in claimed if one.new.paid_on == day), key=lambda one: one.key)
        wanted = {key: units[key] for one in of_day for key in one.accounts}
        if not seen.isdisjoint(wanted):
            vouchers.post_prepared(vouchers=prepared)
            prepared, seen = [], set()
        seen |= set(wanted)
        desk = Desk(units=wanted, on=of_day[0].booked_on, until=day)
        for one in of_day:
            settled = put_to_accounts(desk, one.accounts, one.new, is_ranked=one.is_ranked)
            prepared.append(_draw_up(desk, one, settled, at))
            found[one.new.channel, one.new.external_number] = _report(one, settled)
    if prepared:
        vouchers.post_prepared(vouchers=prepared)
    return found


def _draw_up(desk: Desk, claimed: _Claimed, settled: Settled, at: datetime) -> PreparedVoucher:
    new = claimed.new
    voucher = NewVoucher(
        unit_id=new.unit_id,
        kind=VoucherKind.PAYMENT,
        source=f"payment:{claimed.key}",
        summary=new.summary or new.external_number,
        occurred_on=new.paid_on,
        made_by=new.received_by,
        made_at=at,
    )
    money = desk.find_ledger(find_money_code(channel=new.channel, tender=new.tender), new.unit_id)
    postings = [NewPosting(money, new.unit_id, debit_fen=new.amount_fen), *settled.postings]
    return PreparedVoucher(claimed.voucher_id, claimed.booked_on, voucher, desk.level_units(postings))


def _report(claimed: _Claimed, settled: Settled) -> Received:
    return Received(
        payment_id=claimed.key,
        number=name_payment(claimed.key),
        is_new=True,
        voucher_id=claimed.voucher_id,
        paid_fen=settled.paid_fen,
        late_fee_fen=settled.late_fee_fen,
        prepaid_fen=settled.left_fen if claimed.accounts else 0,
        suspense_fen=0 if claimed.accounts else claimed.new.amount_fen,
    )


def _find_known(repeated: Sequence[NewPayment]) -> dict[_Identity, Received]:
    """Return what payments that came before did, by channel and number."""
    if not repeated:
        return {}
    keys = {
        "channels": write_texts(one.channel.value for one in repeated),
        "numbers": write_texts(one.external_number for one in repeated),
    }
    known = list(Payment.objects.raw(_KNOWN, keys))
    received = queries.describe_received(payments=known)
    found = {(Channel(one.channel), one.external_number): one for one in known}
    for payment in repeated:
        _require_same(found[payment.channel, payment.external_number], payment)
    return {key: received[one.pk] for key, one in found.items()}


def put_to_accounts(
    desk: Desk, accounts: Sequence[int], payment: NewPayment | Payment, *, is_ranked: bool = False
) -> Settled:
    """Return what a payment does for accounts: debts by policy, the rest to the prepayment of the first of them."""
    if not accounts:
        ledger_id = desk.find_ledger(SUSPENSE, payment.unit_id)
        return Settled([NewPosting(ledger_id, payment.unit_id, credit_fen=payment.amount_fen)])
    named = payment.item_ids if isinstance(payment, NewPayment) else ()
    settled = desk.settle(accounts=accounts, amount_fen=payment.amount_fen, named_items=named, is_ranked=is_ranked)
    if settled.left_fen:
        settled.postings += desk.hold(accounts[0], settled.left_fen)
    return settled
