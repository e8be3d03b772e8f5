"""
Money that left an account of ours: given back, paid out, bounced, a fee; what nobody knows is money not yet known.

Every such booking stands in the books on its day. What it is found to be later takes that back in red first.
"""

from collections.abc import Callable, Sequence
from datetime import datetime

from django.db import transaction

from dianke.domain.channels.models import EntryState, StatementEntry
from dianke.domain.channels.operations import cheques
from dianke.domain.channels.operations.entries import (
    EntryOutOfState,
    decide_entry,
    hold_claim,
    name_source,
    reverse_standing,
)
from dianke.domain.channels.queries import left as queries
from dianke.domain.channels.queries.cheques import find_clearing
from dianke.domain.channels.rules.left import find_fee_rule, propose_left
from dianke.domain.channels.rules.matching import MatchKind, MatchReason, Proposal, find_sure
from dianke.domain.channels.rules.statements.types import Entry
from dianke.domain.receivables.operations.chart import AccountMap
from dianke.domain.receivables.operations.claims import pay_out_claim
from dianke.domain.receivables.operations.payments import reverse_payment
from dianke.domain.receivables.operations.red_vouchers import take_voucher_back
from dianke.domain.receivables.operations.vouchers import post_voucher
from dianke.domain.receivables.types import ClaimState, NewPosting, NewVoucher, VoucherKind
from dianke.kernel.errors import DomainError
from dianke.platform.org.scoping import Scope

BANK, LEFT, FEE = "1002.01", "1221.02", "6603.02"
_WAITING = (EntryState.OPEN.value, EntryState.SUSPENSE.value)


def book_left(
    *, actor: Scope, rows: Sequence[tuple[StatementEntry, Entry]], login: str, at: datetime
) -> list[StatementEntry]:
    """Book by rule what left, each by itself: what no rule is sure of, or the books refuse, is not yet known."""
    facts = queries.load_facts(actor=actor, bank=rows[0][0].bank, entries=[entry for _row, entry in rows])
    for row, entry in rows:
        found = propose_left(entry, facts=facts, fee=find_fee_rule(on=row.booked_on))
        row.proposals = [
            {"kind": one.kind.value, "target": one.target, "confidence": one.confidence, "reason": one.reason.value}
            for one in found
        ]
        sure = find_sure(found)
        if sure is None or not _try(_RULES[sure.kind], actor, row, sure, login, at):
            book_as_unknown(actor=actor, entry=row, login=login, at=at)
    return [row for row, _entry in rows]


def book_as_unknown(*, actor: Scope, entry: StatementEntry, login: str, at: datetime) -> StatementEntry:
    """Book money that left and nobody knows; it waits until somebody says what it was for."""
    entry.voucher_id = _post(actor, entry, LEFT, login, at)
    entry.state, entry.target, entry.match_reason = EntryState.SUSPENSE.value, "", ""
    entry.save()
    return entry


def give_back(*, actor: Scope, entry: StatementEntry, reference: str, login: str, at: datetime) -> StatementEntry:
    """
    Say that a booking gives a transfer back: its payment is reversed, the bills that it paid are owed again.

    :raises EntryOutOfState: if it does not wait, or no such booking of its amount has its money in the books
    """
    return _give_back(actor, _require_left(entry), reference, MatchReason.BY_HAND, login, at)


def pay_claim(*, actor: Scope, entry: StatementEntry, number: str, login: str, at: datetime) -> StatementEntry:
    """
    Say that a booking is what was paid out on a claim; one that waits to be paid out is so by it.

    :raises EntryOutOfState: if it does not wait, or no claim of its amount waits for a booking of the bank
    :raises ClaimOutOfState: if the claim was approved after the money left
    """
    return _pay_claim(actor, _require_left(entry), number, MatchReason.BY_HAND, login, at)


def bounce_cheque(*, actor: Scope, entry: StatementEntry, number: str, login: str, at: datetime) -> StatementEntry:
    """
    Say that the bank takes back a cheque that it had credited: its payment is reversed.

    :raises EntryOutOfState: if it does not wait, or no cheque of its amount was credited by the number
    """
    return _bounce(actor, _require_left(entry), number, MatchReason.BY_HAND, login, at)


def charge_fee(*, actor: Scope, entry: StatementEntry, login: str, at: datetime) -> StatementEntry:
    """
    Say that a booking is a fee of the bank: an expense of ours.

    :raises EntryOutOfState: if it does not wait
    """
    return _charge(actor, _require_left(entry), "", MatchReason.BY_HAND, login, at)


def set_aside(*, actor: Scope, entry: StatementEntry, note: str, login: str, at: datetime) -> StatementEntry:
    """
    Say that money that left is no matter of customers; it stays booked as not known, and the note says what it is.

    :raises EntryOutOfState: if money came by it, it was dealt with, or no note says what it is
    """
    _require_left(entry)
    if not note.strip():
        raise EntryOutOfState(field="note", reference=entry.reference, reason="say what it is")
    if entry.voucher_id is None:
        entry.voucher_id = _post(actor, entry, LEFT, login, at)
    entry.note = note.strip()
    return decide_entry(entry, EntryState.ELSEWHERE, "", MatchReason.BY_HAND, login, at)


def take_back_voucher(*, actor: Scope, entry: StatementEntry, reason: str, login: str, at: datetime) -> None:
    """Take back in red what a booking stands in the books by, if it does by a voucher of its own."""
    if entry.voucher_id is not None:
        take_voucher_back(
            actor=actor, voucher_id=entry.voucher_id, kind=VoucherKind.BANK_ENTRY, source=name_source(entry),
            reason=reason, login=login, at=at,
        )  # fmt: skip
        entry.voucher_id = None


def _give_back(
    actor: Scope, entry: StatementEntry, reference: str, reason: MatchReason, login: str, at: datetime
) -> StatementEntry:
    came = queries.find_came(entry=entry, reference=reference)
    if came is None or came.payment is None:
        raise EntryOutOfState(
            field="reference", reference=entry.reference, reason="no booking of its amount stands in the books by it"
        )
    take_back_voucher(actor=actor, entry=entry, reason=reference, login=login, at=at)
    reverse_payment(actor=actor, payment=came.payment, reason=f"退汇 {entry.reference}"[:300], login=login, at=at)
    came.state, came.decided_by, came.decided_at = EntryState.RETURNED.value, login, at
    came.save(update_fields=["state", "decided_by", "decided_at"])
    entry.gives_back = came
    return decide_entry(entry, EntryState.RETURNED, came.reference, reason, login, at)


def _pay_claim(
    actor: Scope, entry: StatementEntry, number: str, reason: MatchReason, login: str, at: datetime
) -> StatementEntry:
    claim = hold_claim(actor=actor, number=number)
    if claim is None or not claim.is_paid_out or claim.amount_fen != -entry.amount_fen or _is_at_bank(claim.number):
        raise EntryOutOfState(
            field="number", reference=entry.reference, reason="no claim of its amount waits for a booking of the bank"
        )
    take_back_voucher(actor=actor, entry=entry, reason=claim.number, login=login, at=at)
    if claim.state == ClaimState.APPROVED.value:
        pay_out_claim(
            actor=actor, claim=claim, reference=entry.reference[:64], paid_on=entry.booked_on, login=login, at=at
        )
    return decide_entry(entry, EntryState.CLAIMED, claim.number, reason, login, at)


def _bounce(
    actor: Scope, entry: StatementEntry, number: str, reason: MatchReason, login: str, at: datetime
) -> StatementEntry:
    cheques.hold_cheques()
    clearing = find_clearing(actor=actor, number=number, amount_fen=-entry.amount_fen)
    if clearing is None:
        raise EntryOutOfState(
            field="number", reference=entry.reference, reason="no cheque of its amount was credited by the number"
        )
    take_back_voucher(actor=actor, entry=entry, reason=number, login=login, at=at)
    voucher_id = take_voucher_back(
        actor=actor, voucher_id=clearing.voucher_id, kind=VoucherKind.BANK_ENTRY, source=name_source(entry),
        reason=f"退票 {number}", login=login, at=at, on=entry.booked_on,
    )  # fmt: skip
    cheques.unclear_cheque(clearing=clearing, voucher_id=voucher_id)
    reverse_standing(actor=actor, payment=clearing.taking.payment, reason=f"退票 {number}", login=login, at=at)
    return decide_entry(entry, EntryState.BOUNCED, number, reason, login, at)


def _charge(
    actor: Scope, entry: StatementEntry, _target: str, reason: MatchReason, login: str, at: datetime
) -> StatementEntry:
    take_back_voucher(actor=actor, entry=entry, reason="手续费", login=login, at=at)
    entry.voucher_id = _post(actor, entry, FEE, login, at)
    return decide_entry(entry, EntryState.CHARGED, "", reason, login, at)


_Rule = Callable[[Scope, StatementEntry, str, MatchReason, str, datetime], StatementEntry]
_RULES: dict[MatchKind, _Rule] = {
    MatchKind.TRANSFER: _give_back,
    MatchKind.CLAIM: _pay_claim,
    MatchKind.BOUNCE: _bounce,
    MatchKind.FEE: _charge,
}


def _try(rule: _Rule, actor: Scope, row: StatementEntry, sure: Proposal, login: str, at: datetime) -> bool:
    """Carry a rule out, and tell whether the books took it."""
    try:
        with transaction.atomic():
            rule(actor, row, sure.target, sure.reason, login, at)
    except DomainError:
        row.voucher_id, row.gives_back = None, None
        return False
    # Nobody decided on what a rule was sure of.
    row.decided_by, row.decided_at = "", None
    row.save()
    return True


def _is_at_bank(number: str) -> bool:
    """Tell whether the money of a claim left by a booking that nothing gave back."""
    return queries.sum_claimed(number=number) != 0


def _require_left(entry: StatementEntry) -> StatementEntry:
    if entry.amount_fen > 0 or entry.state not in _WAITING:
        raise EntryOutOfState(field="state", reference=entry.reference, reason="it does not wait for this")
    return entry


def _post(actor: Scope, entry: StatementEntry, code: str, login: str, at: datetime) -> int:
    """Book that money left for an account of the chart, on the day that it did."""
    unit = entry.bank.unit
    voucher = NewVoucher(
        unit_id=unit.pk,
        kind=VoucherKind.BANK_ENTRY,
        source=name_source(entry),
        summary=f"{entry.bank.name} {entry.reference} {entry.remittance or entry.counterparty}"[:200].strip(),
        occurred_on=entry.booked_on,
        made_by=login,
        made_at=at,
    )
    accounts = AccountMap(actor=actor, on=entry.booked_on)
    sides = [(code, -entry.amount_fen, 0), (BANK, 0, -entry.amount_fen)]
    postings = [
        NewPosting(accounts.find(one, unit_path=unit.path), unit.pk, debit_fen=debit, credit_fen=credit)
        for one, debit, credit in sides
    ]
    return post_voucher(actor=actor, voucher=voucher, postings=postings)
