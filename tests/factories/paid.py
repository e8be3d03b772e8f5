"""Homes with issued bills, and payments for them."""

from datetime import date, datetime, time
from typing import Any

from django.db import connection, transaction
from tests.factories.utility import Utility

from dianke.domain.billing.models import Bill
from dianke.domain.customers.models import CustomerAccount
from dianke.domain.receivables.operations.payments import receive_payment
from dianke.domain.receivables.queries.debts import get_position
from dianke.domain.receivables.queries.proof import prove_books
from dianke.domain.receivables.types import Channel, NewPayment, Position, Received, Tender
from dianke.kernel.clock import SHANGHAI

PAID_ON = date(2026, 2, 5)


def at_ten(day: date) -> datetime:
    """Return ten o'clock of a day in China."""
    return datetime.combine(day, time(10), SHANGHAI)


def list_accounts(utility: Utility) -> list[CustomerAccount]:
    """Return the accounts in the order of their entry."""
    return list(CustomerAccount.objects.for_actor(utility.actor).order_by("id"))


def make_payment(
    utility: Utility,
    account: CustomerAccount | None,
    amount_fen: int,
    number: str = "1",
    *,
    day: date = PAID_ON,
    **options: Any,
) -> NewPayment:
    """Return cash that came over the counter."""
    fields: dict[str, Any] = {
        "channel": Channel.COUNTER,
        "external_number": number,
        "unit_id": utility.root.pk,
        "customer_account_id": account.pk if account else None,
        "amount_fen": amount_fen,
        "tender": Tender.CASH,
        "paid_on": day,
        "received_by": "cashier",
    }
    return NewPayment(**{**fields, **options})


def pay(
    utility: Utility, account: CustomerAccount | None, amount_fen: int, number: str = "1", **options: Any
) -> Received:
    """Receive cash that came over the counter."""
    payment = make_payment(utility, account, amount_fen, number, **options)
    with transaction.atomic():
        return receive_payment(actor=utility.actor, payment=payment, at=at_ten(payment.paid_on))


def look_at(utility: Utility, account: CustomerAccount, day: date = PAID_ON) -> Position:
    """Return what an account owes and what is held for it."""
    return get_position(actor=utility.actor, customer_account_id=account.pk, on=day)


def get_bill(utility: Utility, account: CustomerAccount) -> Bill:
    """Return the first bill of an account."""
    bill: Bill = Bill.objects.for_actor(utility.actor).filter(account_id=account.pk).order_by("id")[0]
    return bill


def get_sums() -> dict[str, int]:
    """Return the balance of every account of the chart by code, above zero on the debit side, without the empty."""
    with connection.cursor() as cursor:
        cursor.execute(
            "select a.code, sum(p.debit_fen - p.credit_fen)::bigint from receivables_posting p"
            " join receivables_ledgeraccount a on a.id = p.ledger_account_id"
            " group by a.code having sum(p.debit_fen - p.credit_fen) <> 0"
        )
        return dict(cursor.fetchall())


def list_faults() -> list[str]:
    """Return the first fault of every proof of the books that found one."""
    return [finding.first_fault for finding in prove_books() if finding.faults]
