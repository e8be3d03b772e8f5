"""Receipts: what was paid, for what, in figures and in capital characters; as data for the page and as PDF."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from importlib import resources
from typing import Any

from dianke.application.counter.settled import SettledLine, list_settled
from dianke.domain.channels.models import ShiftEntry
from dianke.domain.channels.queries import shifts as queries
from dianke.domain.customers.models import CustomerAccount
from dianke.domain.receivables.models import Payment
from dianke.domain.receivables.queries.payments import get_payment
from dianke.kernel.errors import DomainError
from dianke.kernel.money import spell_yuan
from dianke.platform.identity.types import Actor


class UnableToWriteReceipt(DomainError):
    """The receipt cannot be set."""

    code = "counter.unable_to_write_receipt"
    message = "the receipt was not written: {reason}"


@dataclass(frozen=True, slots=True)
class Receipt:
    """A receipt (收据): who paid, what, for which bills."""

    payment: Payment
    account: CustomerAccount | None
    entry: ShiftEntry | None
    lines: tuple[SettledLine, ...]
    spelled: str
    is_reversed: bool

    @property
    def payer_name(self) -> str:
        """Return who paid: the customer, the collective payer, or nothing while nobody knows."""
        if self.account is not None:
            return str(self.account.customer.name)
        return str(self.payment.payer.name) if self.payment.payer else ""

    @property
    def received_at(self) -> datetime:
        """Return when it was received."""
        return self.payment.received_at

    @property
    def change_fen(self) -> int | None:
        """Return the change of a payment in cash, None where nothing was handed over beyond the amount."""
        tendered = self.entry.tendered_fen if self.entry else None
        return None if tendered is None else tendered - self.payment.amount_fen


def get_receipt(*, actor: Actor, number: str) -> Receipt:
    """
    Return the receipt of a payment as it was received: what became of it later stands on its page.

    :raises PaymentUnknown: if there is no such payment within the actor's units
    """
    payment: Any = get_payment(actor=actor, number=number)
    account = (
        CustomerAccount.objects.for_actor(actor)
        .filter(pk=payment.customer_account_id)
        .select_related("customer")
        .first()
    )
    return Receipt(
        payment=payment,
        account=account,
        entry=queries.find_taking(actor=actor, payment_id=payment.pk),
        lines=tuple(list_settled(voucher_ids=[payment.voucher_id])[payment.voucher_id]),
        spelled=spell_yuan(payment.amount_fen),
        is_reversed=payment.is_reversed,
    )


def write_receipt_pdf(content: dict[str, Any], *, fonts: Any, families: Sequence[str]) -> bytes:
    """
    Return a receipt as PDF; its words come as data that the template reads, none of them can be markup.

    :raises UnableToWriteReceipt: if typst refuses or warns of anything
    """
    # A tenth of a second to import: only who prints waits for it.
    import typst

    files = {
        "main.typ": (resources.files("dianke.application.counter") / "receipt.typ").read_bytes(),
        "content.json": json.dumps({**content, "fonts": list(families)}, ensure_ascii=False).encode(),
    }
    set_pages: Any = typst.compile_with_warnings
    try:
        found, warnings = set_pages(files, font_paths=fonts, format="pdf")
    except typst.TypstError as fault:
        raise UnableToWriteReceipt(reason=fault.message) from fault
    if warnings:
        raise UnableToWriteReceipt(reason=warnings[0].message)
    written: bytes = found
    return written
