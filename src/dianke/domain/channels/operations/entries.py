"""What all decisions on bookings of the bank share: how they are kept, and how the books name them."""

from datetime import datetime

from dianke.domain.channels.models import Bank, EntryState, StatementEntry
from dianke.domain.channels.queries.left import count_own_vouchers, count_payments
from dianke.domain.channels.rules.matching import MatchReason
from dianke.domain.receivables.models import Claim, Payment
from dianke.domain.receivables.operations.locks import lock_accounts
from dianke.domain.receivables.operations.payments import receive_payment, reverse_payment
from dianke.domain.receivables.queries.claims import find_at_bank
from dianke.domain.receivables.queries.payments import is_reversed
from dianke.domain.receivables.types import Channel, NewPayment, Tender
from dianke.kernel.errors import DomainError
from dianke.platform.org.scoping import Scope

_MOST_NAME = 64


class EntryOutOfState(DomainError):
    """The booking was dealt with, or cannot be dealt with so."""

    code = "channels.entry_out_of_state"
    message = "the booking {reference} cannot be changed: {reason}"


def decide_entry(
    entry: StatementEntry, state: EntryState, target: str, reason: MatchReason, login: str, at: datetime
) -> StatementEntry:
    """Keep what a booking was found to be, and by whom."""
    entry.state = state.value
    entry.target = target
    entry.match_reason = reason.value
    entry.decided_by, entry.decided_at = login, at
    entry.save()
    return entry


def name_entry(*, bank: Bank, reference: str, repeat: int = 0) -> str:
    """Return the number that the payment of a booking is known again by; one taken in anew has one of its own."""
    end = f"/{repeat}" if repeat else ""
    return f"{bank.code}:{reference}"[: _MOST_NAME - len(end)] + end


def name_source(entry: StatementEntry) -> str:
    """Return what the next voucher of a booking itself is known by."""
    return f"bank:{entry.pk}:{count_own_vouchers(entry_id=entry.pk) + 1}"


def make_payment(
    *,
    bank: Bank,
    row: StatementEntry,
    account_id: int | None,
    login: str,
    repeat: int = 0,
    payer_id: int | None = None,
) -> NewPayment:
    """Return the payment that a booking brought, of an account, of a collective payer, or of nobody known."""
    return NewPayment(
        channel=Channel.TRANSFER,
        external_number=name_entry(bank=bank, reference=row.reference, repeat=repeat),
        unit_id=bank.unit_id,
        customer_account_id=account_id,
        payer_id=payer_id,
        amount_fen=row.amount_fen,
        tender=Tender.ACCOUNT,
        paid_on=row.booked_on,
        received_by=login,
        summary=f"{bank.name} {row.counterparty}"[:200].strip(),
    )


def receive_anew(*, actor: Scope, entry: StatementEntry, login: str, at: datetime, payer_id: int | None = None) -> None:
    """
    Take the money of a booking in once more, as a payment of its own: of a payer, else into suspense.

    The caller saves the booking.
    """
    names = [name_entry(bank=entry.bank, reference=entry.reference, repeat=repeat) for repeat in range(100)]
    payment = make_payment(
        bank=entry.bank, row=entry, account_id=None, login=login, repeat=count_payments(names=names), payer_id=payer_id
    )
    entry.payment_id = receive_payment(actor=actor, payment=payment, at=at).payment_id


def reverse_standing(*, actor: Scope, payment: Payment, reason: str, login: str, at: datetime) -> None:
    """Reverse a payment unless it was reversed before."""
    if not is_reversed(payment_id=payment.pk):
        reverse_payment(actor=actor, payment=payment, reason=reason[:300], login=login, at=at)


def hold_claim(*, actor: Scope, number: str) -> Claim | None:
    """Return the claim of a number with its account held until the transaction ends, or None."""
    claim = find_at_bank(actor=actor, number=number)
    if claim is None:
        return None
    lock_accounts([claim.account_id])
    return find_at_bank(actor=actor, number=number)
