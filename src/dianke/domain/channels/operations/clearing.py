"""Settlements: what a gateway or agent paid to the bank clears its days, its commission is an expense of ours."""

from dataclasses import dataclass
from datetime import date, datetime

from dianke.domain.channels.models import Acquirer, AcquirerSettlement, StatementEntry
from dianke.domain.channels.queries import clearing as queries
from dianke.domain.channels.rules.clearing import compute_most_fee
from dianke.domain.channels.rules.shifts import find_card_fee_parts
from dianke.domain.receivables.operations.chart import AccountMap
from dianke.domain.receivables.operations.vouchers import post_voucher
from dianke.domain.receivables.types import NewPosting, NewVoucher, VoucherKind
from dianke.kernel.errors import DomainError
from dianke.platform.org.scoping import Scope

BANK, UNDER_WAY, COMMISSION = "1002.01", queries.UNDER_WAY, "6603.01"


class UnableToSettle(DomainError):
    """A booking of the bank is no settlement of these days."""

    code = "channels.unable_to_settle"
    message = "the booking {reference} cannot settle: {reason}"


@dataclass(frozen=True, slots=True)
class SettledDays:
    """The days that a settlement is for, and what was kept as commission."""

    first_day: date
    last_day: date
    fee_fen: int = 0


def find_days(*, acquirer: Acquirer, amount_fen: int, booked_on: date) -> SettledDays | None:
    """Return the open days that an amount pays for certain, or None."""
    found = queries.find_days(acquirer=acquirer, amount_fen=amount_fen, booked_on=booked_on)
    return SettledDays(*found) if found else None


def settle(
    *, actor: Scope, acquirer: Acquirer, entry: StatementEntry, days: SettledDays, login: str, at: datetime
) -> AcquirerSettlement:
    """
    Book a booking of the bank as the settlement of days; the gateway or agent is held by the caller.

    :raises UnableToSettle: if no money came by it, or the days or the commission cannot be
    """
    reason = _find_obstacle(acquirer, entry, days)
    if reason:
        raise UnableToSettle(field="days", reference=entry.reference, reason=reason)
    gross_fen = entry.amount_fen + days.fee_fen
    voucher = NewVoucher(
        unit_id=acquirer.unit_id,
        kind=VoucherKind.SETTLEMENT,
        source=_name_source(entry),
        summary=f"{acquirer.name} {days.first_day}–{days.last_day} {entry.reference}"[:200],
        occurred_on=entry.booked_on,
        made_by=login,
        made_at=at,
    )
    accounts = AccountMap(actor=actor, on=entry.booked_on)
    sides = [(BANK, entry.amount_fen, 0), (COMMISSION, days.fee_fen, 0), (UNDER_WAY, 0, gross_fen)]
    postings = [
        NewPosting(
            accounts.find(code, unit_path=acquirer.unit.path), acquirer.unit_id, debit_fen=debit, credit_fen=credit
        )
        for code, debit, credit in sides
        if debit or credit
    ]
    settlement = AcquirerSettlement(
        unit=acquirer.unit,
        acquirer=acquirer,
        entry=entry,
        first_day=days.first_day,
        last_day=days.last_day,
        gross_fen=gross_fen,
        fee_fen=days.fee_fen,
        voucher_id=post_voucher(actor=actor, voucher=voucher, postings=postings),
        settled_by=login,
        settled_at=at,
    )
    settlement.save(force_insert=True)
    return settlement


def unsettle(*, settlement: AcquirerSettlement, voucher_id: int) -> None:
    """Say that a voucher took a settlement back: its days are open again; the caller holds the gateway or agent."""
    settlement.undone_voucher_id = voucher_id
    settlement.save(update_fields=["undone_voucher_id"])


def _name_source(entry: StatementEntry) -> str:
    """Return what the voucher is known by; a booking that settles again has a number of its own."""
    earlier = queries.count_settlements(entry_id=entry.pk)
    return f"settlement:{entry.pk}" + (f":{earlier}" if earlier else "")


def _find_obstacle(acquirer: Acquirer, entry: StatementEntry, days: SettledDays) -> str:
    if entry.amount_fen <= 0:
        return "no money came by it"
    if not days.first_day <= days.last_day <= entry.booked_on:
        return "its days are not before it"
    if not 0 <= days.fee_fen <= entry.amount_fen:
        return "the commission is more than the money"
    # What is missing beyond the rate is no fee: it stays as what the bank of the terminal owes.
    parts = find_card_fee_parts(on=entry.booked_on)
    most_fen = compute_most_fee(entry.amount_fen + days.fee_fen, parts)
    return "the commission is more than the rate" if acquirer.is_terminal and days.fee_fen > most_fen else ""
