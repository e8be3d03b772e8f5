"""Entries of shifts as tables show them: with payment, account and customer."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.urls import reverse

from dianke.domain.channels.models import ShiftEntry
from dianke.domain.channels.queries import shifts as queries
from dianke.domain.channels.types import EntryKind
from dianke.domain.customers.models import CustomerAccount
from dianke.domain.receivables.models import Payment
from dianke.interfaces.web.components.page import Text
from dianke.interfaces.web.counter.words import ENTRY_KINDS
from dianke.interfaces.web.payments.words import TENDERS
from dianke.kernel.clock import to_shanghai
from dianke.platform.identity.types import Actor


@dataclass(frozen=True)
class DrawnEntry:
    """An entry of a shift, written."""

    serial: int
    time: str
    number: str
    url: str
    customer: str
    account_number: str
    kind: Text
    is_returned: bool
    # Taken, and given back later.
    is_undone: bool
    tender: Text
    tender_code: str
    slip: str
    note: str
    amount_fen: int


def draw_entries(actor: Actor, entries: Sequence[ShiftEntry]) -> list[DrawnEntry]:
    """Return entries with what a table shows beside them."""
    keys = [entry.payment_id for entry in entries]
    payments = {one.pk: one for one in Payment.objects.for_actor(actor).filter(pk__in=keys).select_related("payer")}
    account_ids = {one.customer_account_id for one in payments.values() if one.customer_account_id}
    rows = CustomerAccount.objects.for_actor(actor).filter(pk__in=account_ids).select_related("customer")
    accounts = {row.pk: row for row in rows}
    undone = queries.map_returned(actor=actor, payment_ids=keys)
    return [_draw(entry, payments[entry.payment_id], accounts, undone) for entry in entries]


def _draw(entry: ShiftEntry, payment: Payment, accounts: dict[int, CustomerAccount], undone: set[int]) -> DrawnEntry:
    account = accounts.get(payment.customer_account_id or 0)
    is_returned = entry.kind == EntryKind.RETURNED.value
    return DrawnEntry(
        serial=entry.serial,
        time=f"{to_shanghai(entry.entered_at):%H:%M}",
        number=payment.number,
        url=reverse("web:payment", args=[payment.number]),
        customer=account.customer.name if account else _name_payer(payment),
        account_number=account.number if account else "",
        kind=ENTRY_KINDS[entry.kind],
        is_returned=is_returned,
        is_undone=not is_returned and entry.payment_id in undone,
        tender=TENDERS[entry.tender],
        tender_code=entry.tender,
        slip=" ".join(part for part in (entry.bank_name, entry.slip_number) if part),
        note=entry.note,
        amount_fen=entry.amount_fen,
    )


def _name_payer(payment: Payment) -> str:
    return str(payment.payer.name) if payment.payer else ""
