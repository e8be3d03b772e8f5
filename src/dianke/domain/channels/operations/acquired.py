"""Money that gateways and agents took, in our books: once by their number, taken back by it, else in suspense."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import connection, transaction

from dianke.domain.channels.models import Acquirer
from dianke.domain.receivables.models import Payment
from dianke.domain.receivables.operations.payments import receive_payments, reverse_payment
from dianke.domain.receivables.queries.payments import filter_payments
from dianke.domain.receivables.types import NewPayment, Received, Tender
from dianke.kernel.errors import DomainError
from dianke.platform.identity.types import Actor
from dianke.platform.org.scoping import Scope

_SYSTEM = Actor.system("finding what a gateway or agent took")
# So often one number is booked anew, each time after another person agreed.
MOST_REPEATS = 9
_HOLD = "select pg_advisory_xact_lock(hashtextextended('channels.acquired:' || %s, %s))"


@dataclass(frozen=True, slots=True)
class Taken:
    """What a gateway or agent took: its number, whose it is, how much and when."""

    number: str
    amount_fen: int
    paid_on: date
    customer_account_id: int | None
    summary: str
    item_ids: tuple[int, ...] = ()


def name_taken(*, acquirer: Acquirer, number: str, repeat: int = 0) -> str:
    """Return the number that a payment is known again by; what is booked anew after a reversal has one of its own."""
    return f"{acquirer.code}:{number}" + (f"/{repeat}" if repeat else "")


def hold_number(*, acquirer: Acquirer, number: str) -> None:
    """Hold a number of a gateway until the transaction ends: of what is told of it, one thing is done at a time."""
    with connection.cursor() as cursor:
        cursor.execute(_HOLD, [number, acquirer.pk])


def receive_taken(
    *, actor: Scope, acquirer: Acquirer, taken: Sequence[Taken], login: str, at: datetime, repeat: int = 0
) -> list[Received]:
    """Book what was taken; the money is with the gateway or agent until it settles."""
    new = [
        NewPayment(
            channel=acquirer.channel,
            external_number=name_taken(acquirer=acquirer, number=one.number, repeat=repeat),
            unit_id=acquirer.unit_id,
            customer_account_id=one.customer_account_id,
            amount_fen=one.amount_fen,
            tender=Tender.ACCOUNT,
            paid_on=one.paid_on,
            received_by=login,
            summary=one.summary[:200],
            item_ids=one.item_ids,
        )
        for one in taken
    ]
    return receive_payments(actor=actor, payments=new, at=at) if new else []


def list_taken(*, acquirer: Acquirer, number: str) -> list[Any]:
    """Return the payments under a number of a gateway or agent with `is_reversed`, the first first."""
    names = [name_taken(acquirer=acquirer, number=number, repeat=repeat) for repeat in range(MOST_REPEATS + 1)]
    rows = filter_payments(actor=_SYSTEM).filter(channel=acquirer.channel.value, external_number__in=names)
    return list(rows.order_by("id"))


def take_back(*, actor: Scope, payment: Payment, reason: str, login: str, at: datetime) -> str:
    """Reverse a payment that the gateway or agent gave back, and return why it could not be done, or nothing."""
    try:
        with transaction.atomic():
            reverse_payment(actor=actor, payment=payment, reason=reason, login=login, at=at)
    except DomainError as refusal:
        return str(refusal.facts.get("reason", refusal.code))[:60]
    return ""
