"""Reads of payments, and of what became of them."""

import re
from collections.abc import Sequence
from datetime import date
from typing import Any

from django.db import connection
from django.db.models import BigIntegerField, Exists, F, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce

from dianke.domain.receivables.models import Payer, PayerMember, Payment, PaymentEvent
from dianke.domain.receivables.queries.arrays import write_integers
from dianke.domain.receivables.queries.standing import LATE_FEES, PREPAYMENTS, RECEIVABLES, load_ledger_codes
from dianke.domain.receivables.types import KEY_SERIAL_DIGITS, PaymentEventKind, Received
from dianke.kernel.errors import DomainError
from dianke.platform.identity.types import Actor
from dianke.platform.org.scoping import Scope

SUSPENSE = "2241.03"
_SYSTEM = Actor.system("telling whether a payment was taken back")
_NUMBER = re.compile(r"SK-(\d{4})-(\d{8,12})", re.ASCII)
_TO_AN_ACCOUNT = (PaymentEventKind.ASSIGNED.value, PaymentEventKind.MOVED.value)


class PaymentUnknown(DomainError):
    """There is no payment of the number within the actor's units."""

    code = "receivables.payment_unknown"
    message = "there is no payment {payment}"


class PayerUnknown(DomainError):
    """There is no payer of the key or number within the actor's units."""

    code = "receivables.payer_unknown"
    message = "there is no payer {payer}"


def filter_payments(*, actor: Scope) -> QuerySet[Any]:
    """Return the payments that the actor's units received, with `is_reversed` and `current_account_id`; no order."""
    events = PaymentEvent.objects.for_actor(actor).filter(payment=OuterRef("pk")).order_by("-id")
    newest = events.filter(kind__in=_TO_AN_ACCOUNT).values("to_account_id")[:1]
    rows: QuerySet[Any] = Payment.objects.for_actor(actor).annotate(
        is_reversed=Exists(events.filter(kind=PaymentEventKind.REVERSED.value)),
        current_account_id=Coalesce(Subquery(newest), F("customer_account_id"), output_field=BigIntegerField()),
    )
    return rows.select_related("unit", "customer_account")


def filter_suspense(*, actor: Scope) -> QuerySet[Any]:
    """Return the payments that nobody knows the account of yet; no order."""
    return filter_payments(actor=actor).filter(payer=None, current_account_id=None, is_reversed=False)


def get_payment(*, actor: Scope, number: str) -> Payment:
    """
    Return the payment of a number.

    :raises PaymentUnknown: if there is none within the actor's units
    """
    key = find_key(number)
    found: Payment | None = filter_payments(actor=actor).filter(pk=key).first() if key is not None else None
    if found is None:
        raise PaymentUnknown(field="payment", payment=number)
    return found


def find_key(number: str) -> int | None:
    """Return the key that a number on a receipt stands for, or None."""
    read = _NUMBER.fullmatch(number.strip().upper())
    return int(read[1]) * 10**KEY_SERIAL_DIGITS + int(read[2]) if read else None


def is_reversed(*, payment_id: int) -> bool:
    """Tell whether a payment was taken back."""
    rows = PaymentEvent.objects.for_actor(_SYSTEM).filter(payment_id=payment_id)
    return bool(rows.filter(kind=PaymentEventKind.REVERSED.value).exists())


def list_events(*, actor: Scope, payment: Payment) -> list[PaymentEvent]:
    """Return what became of a payment, the first first."""
    rows = PaymentEvent.objects.for_actor(actor).filter(payment=payment)
    return list(rows.select_related("from_account", "to_account").order_by("id"))


def list_member_ids(*, payer: Payer, on: date, actor: Scope) -> list[int]:
    """Return the accounts that a payer pays for on a day, in the order of their entry."""
    rows = PayerMember.objects.for_actor(actor).filter(payer=payer, since_date__lte=on)
    in_force = rows.exclude(until_date__lte=on).order_by("id")
    return list(dict.fromkeys(in_force.values_list("customer_account_id", flat=True)))


def get_payer(*, actor: Scope, key: int) -> Payer:
    """
    Return a payer.

    :raises PayerUnknown: if there is none within the actor's units
    """
    found: Payer | None = Payer.objects.for_actor(actor).filter(pk=key).first()
    if found is None:
        raise PayerUnknown(field="payer", payer=key)
    return found


def find_payer(*, actor: Scope, number: str) -> Payer:
    """
    Return the payer of a number.

    :raises PayerUnknown: if there is none within the actor's units
    """
    found: Payer | None = Payer.objects.for_actor(actor).filter(number=number.strip()).first()
    if found is None:
        raise PayerUnknown(field="payer", payer=number)
    return found


def search_payers(*, actor: Scope, text: str, limit: int, on: date | None = None) -> list[Payer]:
    """Return the payers of the actor's units whose number a text is or in whose name it stands; on a day not ended."""
    rows = Payer.objects.for_actor(actor).filter(Q(number=text) | Q(name__icontains=text))
    if on is not None:
        rows = rows.exclude(until_date__lte=on)
    return list(rows.order_by("number")[:limit])


def describe_received(*, payments: Sequence[Payment]) -> dict[int, Received]:
    """Return what payments did when they came in, read from the postings of their vouchers, by key."""
    codes = load_ledger_codes(RECEIVABLES, PREPAYMENTS, SUSPENSE)
    keys = {payment.voucher_id: payment for payment in payments}
    found = {
        payment.pk: Received(payment.pk, payment.number, False, payment.voucher_id, {}, 0, 0, 0) for payment in payments
    }
    with connection.cursor() as cursor:
        cursor.execute(
            """
            select v.id, p.ledger_account_id, p.item_id, sum(p.credit_fen)::bigint
              from receivables_voucher v
              join receivables_posting p
                on p.id between v.first_posting_id and v.last_posting_id and p.voucher_id = v.id
             where v.id = any(%s::bigint[]) and p.ledger_account_id = any(%s) and p.credit_fen <> 0
             group by 1, 2, 3 order by 1, 3, 2
            """,
            [write_integers(keys), list(codes)],
        )
        for voucher_id, ledger_id, item_id, fen in cursor.fetchall():
            payment = keys[voucher_id]
            found[payment.pk] = _add(found[payment.pk], codes[ledger_id], item_id, fen)
    return found


def _add(received: Received, code: str, item_id: int | None, fen: int) -> Received:
    paid, fee, prepaid, suspense = (
        received.paid_fen, received.late_fee_fen, received.prepaid_fen, received.suspense_fen,
    )  # fmt: skip
    if code.startswith(PREPAYMENTS):
        prepaid += fen
    elif code.startswith(SUSPENSE):
        suspense += fen
    elif item_id is not None:
        paid = {**paid, item_id: paid.get(item_id, 0) + fen}
        fee += fen if code.startswith(LATE_FEES) else 0
    return Received(
        received.payment_id, received.number, received.is_new, received.voucher_id, paid, fee, prepaid, suspense
    )
