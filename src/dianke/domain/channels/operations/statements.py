"""
Statements: each booking of the bank once; what a rule is sure of is booked, other money waits in suspense.

So everything that came to the bank or left it stands in the books on its day, whether or not somebody knows what it
is.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import connection

from dianke.domain.channels.models import Bank, BankStatement, EntryState, StatementEntry, WithholdingLine
from dianke.domain.channels.operations import cheques, clearing, left
from dianke.domain.channels.operations.clearing import SettledDays
from dianke.domain.channels.operations.entries import (
    EntryOutOfState,
    decide_entry,
    hold_claim,
    make_payment,
    receive_anew,
)
from dianke.domain.channels.queries import statements as queries
from dianke.domain.channels.queries.acquirers import get_acquirer
from dianke.domain.channels.queries.cheques import find_cheque
from dianke.domain.channels.queries.left import sum_claimed
from dianke.domain.channels.queries.withholding import get_batch
from dianke.domain.channels.rules.matching import MatchKind, MatchReason, Proposal, find_sure
from dianke.domain.channels.rules.statements.types import Entry, Statement
from dianke.domain.channels.rules.withholding import LineState
from dianke.domain.customers.models import CustomerAccount
from dianke.domain.receivables.models import Payer, Payment
from dianke.domain.receivables.operations.claims import return_claim
from dianke.domain.receivables.operations.payments import (
    assign_payment,
    receive_payments,
    reverse_payment,
)
from dianke.domain.receivables.queries.payers import filter_payers
from dianke.domain.receivables.types import ClaimKind, ClaimState
from dianke.kernel.errors import DomainError
from dianke.platform.identity.types import Actor
from dianke.platform.org.scoping import Scope

_SYSTEM = Actor.system("booking what a bank took back")
MOST_ENTRIES = 20_000
_REMITTANCE = 300
_DISTINCT = "select pg_advisory_xact_lock(hashtextextended('channels.statement', %s))"


class UnableToLoadStatement(DomainError):
    """The statement cannot be loaded."""

    code = "channels.unable_to_load_statement"
    message = "the statement cannot be loaded: {reason}"


@dataclass(frozen=True, slots=True)
class Source:
    """The file that a statement came as."""

    name: str
    sha256: str


def load_statement(
    *, actor: Scope, bank: Bank, read: Statement, source: Source, login: str, at: datetime
) -> BankStatement:
    """
    Load the bookings of a statement that were not loaded before, and book them.

    :raises UnableToLoadStatement: if it has faults, is of another account, or is too long
    """
    _require_loadable(bank, read)
    with connection.cursor() as cursor:
        # Two who load one statement take turns: the second finds everything known.
        cursor.execute(_DISTINCT, [bank.pk])
    first = {one.reference: one for one in reversed(read.entries)}
    known = queries.find_known_references(bank=bank, references=list(first))
    fresh = [one for one in read.entries if one.reference not in known and one is first[one.reference]]
    days = [one.booked_on for one in read.entries]
    statement = BankStatement(
        unit=bank.unit,
        bank=bank,
        number=read.number[:60],
        file_name=source.name[-200:],
        sha256=source.sha256,
        first_day=min(days, default=None),
        last_day=max(days, default=None),
        opening_fen=read.opening_fen,
        closing_fen=read.closing_fen,
        entry_count=len(fresh),
        known_count=len(read.entries) - len(fresh),
        loaded_by=login,
        loaded_at=at,
    )
    statement.save()
    proposals = queries.propose_entries(actor=actor, entries=fresh)
    rows = [_make_entry(statement, one, found) for one, found in zip(fresh, proposals, strict=True)]
    others = [row for row in rows if not _clear(actor, row, login, at)]
    _book(actor, bank, others, login, at)
    StatementEntry.objects.bulk_create(others, batch_size=1_000)
    # Last, for one may give back what came by the same statement.
    read_as = {one.reference[:80]: one for one in fresh}
    left_ones = [row for row in others if row.amount_fen < 0 and row.state == EntryState.OPEN.value]
    if left_ones:
        left.book_left(actor=actor, rows=[(row, read_as[row.reference]) for row in left_ones], login=login, at=at)
    return statement


def assign_entry(
    *, actor: Scope, entry: StatementEntry, account: CustomerAccount, login: str, at: datetime
) -> StatementEntry:
    """
    Give money that waits in suspense to the account that it is for.

    :raises EntryOutOfState: if it does not wait
    """
    payment = _require_suspense(entry)
    assign_payment(
        actor=actor, payment=payment, customer_account_id=account.pk, login=login, at=at, reason=entry.reference
    )
    return decide_entry(entry, EntryState.BOOKED, account.number, MatchReason.BY_HAND, login, at)


def give_to_payer(*, actor: Scope, entry: StatementEntry, payer: Payer, login: str, at: datetime) -> StatementEntry:
    """
    Give money that waits in suspense to the collective payer whose it is: it pays for all accounts of that day.

    It is taken out of suspense by reversing it, and comes in once more as the payer's.

    :raises EntryOutOfState: if it does not wait, or the payer had ended when it came
    """
    payment = _require_suspense(entry)
    if payer.until_date is not None and payer.until_date <= entry.booked_on:
        raise EntryOutOfState(field="payer", reference=entry.reference, reason="the payer had ended when it came")
    reverse_payment(actor=actor, payment=payment, reason=entry.reference, login=login, at=at)
    receive_anew(actor=actor, entry=entry, login=login, at=at, payer_id=payer.pk)
    return decide_entry(entry, EntryState.BOOKED, payer.number, MatchReason.BY_HAND, login, at)


def settle_entry(*, actor: Scope, entry: StatementEntry, batch_number: str, login: str, at: datetime) -> StatementEntry:
    """
    Say that a booking is the money of a batch of withholding; taken as unknown money, it leaves the books again.

    :raises EntryOutOfState: if it does not wait
    :raises BatchUnknown: if there is no such batch
    """
    batch = get_batch(actor=actor, number=batch_number)
    payment = _require_suspense(entry)
    reverse_payment(actor=actor, payment=payment, reason=batch.number, login=login, at=at)
    return decide_entry(entry, EntryState.SETTLED, batch.number, MatchReason.BY_HAND, login, at)


def match_deposit(*, actor: Scope, entry: StatementEntry, slip_number: str, login: str, at: datetime) -> StatementEntry:
    """
    Say that a booking is cash of a shift that was brought to the bank; taken as unknown money, it leaves the books.

    :raises EntryOutOfState: if it does not wait, or no such slip of its amount waits for the bank
    """
    payment = _require_suspense(entry)
    deposit = queries.find_deposit(actor=actor, slip_number=slip_number, amount_fen=entry.amount_fen)
    if deposit is None:
        raise EntryOutOfState(
            field="slip_number", reference=entry.reference, reason="no slip of its amount waits for the bank"
        )
    reverse_payment(actor=actor, payment=payment, reason=slip_number, login=login, at=at)
    return decide_entry(entry, EntryState.DEPOSITED, slip_number, MatchReason.BY_HAND, login, at)


def match_cheque(*, actor: Scope, entry: StatementEntry, number: str, login: str, at: datetime) -> StatementEntry:
    """
    Say that a booking is a cheque that a counter took; taken as unknown money, it leaves suspense.

    :raises EntryOutOfState: if it does not wait, or no cheque of its amount is under way by the number
    """
    cheques.hold_cheques()
    payment = _require_suspense(entry)
    taking = find_cheque(actor=actor, number=number, amount_fen=entry.amount_fen)
    if taking is None:
        raise EntryOutOfState(
            field="number", reference=entry.reference, reason="no cheque of its amount is under way by the number"
        )
    reverse_payment(actor=actor, payment=payment, reason=number, login=login, at=at)
    cheques.clear_cheque(actor=actor, taking=taking, entry=entry, login=login, at=at)
    return decide_entry(entry, EntryState.HONOURED, number, MatchReason.BY_HAND, login, at)


def clear_entry(
    *, actor: Scope, entry: StatementEntry, code: str, days: SettledDays, login: str, at: datetime
) -> StatementEntry:
    """
    Say that a booking is what a gateway or agent settles of days; taken as unknown money, it leaves suspense.

    :raises EntryOutOfState: if it does not wait
    :raises AcquirerUnknown: if there is no such gateway or agent
    :raises UnableToSettle: if the days or the commission cannot be
    """
    acquirer = get_acquirer(actor=actor, code=code, lock=True)
    payment = _require_suspense(entry)
    reverse_payment(actor=actor, payment=payment, reason=acquirer.code, login=login, at=at)
    clearing.settle(actor=actor, acquirer=acquirer, entry=entry, days=days, login=login, at=at)
    return decide_entry(entry, EntryState.CLEARED, acquirer.code, MatchReason.BY_HAND, login, at)


def claim_entry(*, actor: Scope, entry: StatementEntry, number: str, login: str, at: datetime) -> StatementEntry:
    """
    Say that a booking is a deposit that a claim took, or money paid out on a claim that came back.

    What came back is owed again: the claim waits to be paid out anew. Unknown until then, it leaves suspense.

    :raises EntryOutOfState: if it does not wait, or no claim of its amount waits for money that comes
    """
    payment = _require_suspense(entry)
    claim = hold_claim(actor=actor, number=number.strip())
    is_deposit = claim is not None and claim.kind == ClaimKind.DEPOSIT_TAKEN.value
    waits = claim is not None and (
        not sum_claimed(number=claim.number) if is_deposit else claim.state == ClaimState.PAID.value
    )
    if claim is None or not waits or claim.amount_fen != entry.amount_fen:
        raise EntryOutOfState(
            field="number", reference=entry.reference, reason="no claim of its amount waits for money that comes"
        )
    reverse_payment(actor=actor, payment=payment, reason=claim.number, login=login, at=at)
    if not is_deposit:
        return_claim(actor=actor, claim=claim, reason=entry.reference, paid_back_on=entry.booked_on, login=login, at=at)
    return decide_entry(entry, EntryState.CLAIMED, claim.number, MatchReason.BY_HAND, login, at)


def _require_loadable(bank: Bank, read: Statement) -> None:
    if not read.is_whole:
        raise UnableToLoadStatement(field="file", reason="it has faults")
    if read.account != bank.account_number:
        raise UnableToLoadStatement(field="file", reason="it is of another account")
    if len(read.entries) > MOST_ENTRIES:
        raise UnableToLoadStatement(field="file", reason="it is too long; ask for a statement a day")


def _make_entry(statement: BankStatement, entry: Entry, proposals: Sequence[Proposal]) -> StatementEntry:
    return StatementEntry(
        statement=statement,
        bank=statement.bank,
        reference=entry.reference[:80],
        booked_on=entry.booked_on,
        amount_fen=entry.amount_fen,
        counterparty=entry.counterparty[:140],
        counterparty_account=entry.counterparty_account,
        remittance=" ".join(dict.fromkeys((entry.remittance, *entry.references))).strip()[:_REMITTANCE],
        proposals=[
            {"kind": one.kind.value, "target": one.target, "confidence": one.confidence, "reason": one.reason.value}
            for one in proposals
        ],
    )


def _book(actor: Scope, bank: Bank, rows: Sequence[StatementEntry], login: str, at: datetime) -> None:
    """Do what rules are sure of, and put other money that came into suspense."""
    accounts, payers = _find_accounts(actor, rows), _find_payers(actor, rows)
    money: list[tuple[StatementEntry, int | None, int | None]] = []
    for row in rows:
        sure = _find_sure(row)
        if sure and sure.kind is MatchKind.WITHHOLDING and row.amount_fen > 0:
            _match(row, EntryState.SETTLED, sure)
        elif sure and sure.kind is MatchKind.DEPOSIT and row.amount_fen > 0:
            _match(row, EntryState.DEPOSITED, sure)
        elif sure and sure.kind is MatchKind.CLAIM and row.amount_fen > 0:
            # The deposit is in the books by its claim.
            _match(row, EntryState.CLAIMED, sure)
        elif sure and sure.kind is MatchKind.RETURNED and row.amount_fen < 0:
            _take_back(actor, row, sure, login, at)
        elif row.amount_fen > 0:
            is_payer = sure is not None and sure.kind is MatchKind.PAYER
            account_id = accounts.get(sure.target) if sure and not is_payer else None
            payer_id = payers.get(sure.target) if sure and is_payer else None
            money.append((row, account_id, payer_id))
            if sure and (account_id is not None or payer_id is not None):
                _match(row, EntryState.BOOKED, sure)
            else:
                row.state = EntryState.SUSPENSE.value
    new = [
        make_payment(bank=bank, row=row, account_id=account_id, login=login, payer_id=payer_id)
        for row, account_id, payer_id in money
    ]
    received = receive_payments(actor=actor, payments=new, at=at) if new else []
    for (row, _account, _payer), one in zip(money, received, strict=True):
        row.payment_id = one.payment_id


def _clear(actor: Scope, row: StatementEntry, login: str, at: datetime) -> bool:
    """Book a settlement of open days or a cheque, and tell whether it is one; days and cheques are taken once."""
    sure = _find_sure(row)
    if sure is None or row.amount_fen <= 0:
        return False
    if sure.kind is MatchKind.CHEQUE:
        return _honour(actor, row, sure, login, at)
    if sure.kind is not MatchKind.SETTLEMENT:
        return False
    acquirer = get_acquirer(actor=actor, code=sure.target, lock=True)
    days = clearing.find_days(acquirer=acquirer, amount_fen=row.amount_fen, booked_on=row.booked_on)
    if days is None:
        return False
    _match(row, EntryState.CLEARED, sure)
    row.save(force_insert=True)
    clearing.settle(actor=actor, acquirer=acquirer, entry=row, days=days, login=login, at=at)
    return True


def _honour(actor: Scope, row: StatementEntry, sure: Proposal, login: str, at: datetime) -> bool:
    cheques.hold_cheques()
    taking = find_cheque(actor=actor, number=sure.target, amount_fen=row.amount_fen)
    if taking is None:
        return False
    _match(row, EntryState.HONOURED, sure)
    row.save(force_insert=True)
    cheques.clear_cheque(actor=actor, taking=taking, entry=row, login=login, at=at)
    return True


def _find_sure(row: StatementEntry) -> Proposal | None:
    return find_sure(
        [
            Proposal(MatchKind(one["kind"]), one["target"], one["confidence"], MatchReason(one["reason"]))
            for one in row.proposals
        ]
    )


def _find_accounts(actor: Scope, rows: Sequence[StatementEntry]) -> dict[str, int]:
    numbers = {one["target"] for row in rows for one in row.proposals if one["kind"] == MatchKind.ACCOUNT.value}
    found = CustomerAccount.objects.for_actor(actor).filter(number__in=numbers)
    return dict(found.values_list("number", "pk"))


def _find_payers(actor: Scope, rows: Sequence[StatementEntry]) -> dict[str, int]:
    numbers = {one["target"] for row in rows for one in row.proposals if one["kind"] == MatchKind.PAYER.value}
    found = filter_payers(actor=actor).filter(number__in=numbers) if numbers else ()
    return {one.number: one.pk for one in found}


def _match(row: StatementEntry, state: EntryState, sure: Proposal) -> None:
    row.state = state.value
    row.target = sure.target
    row.match_reason = sure.reason.value


def _take_back(actor: Scope, row: StatementEntry, sure: Proposal, login: str, at: datetime) -> None:
    """Reverse the payment of a line that the bank took back whole; anything else stays to be looked at."""
    number, _slash, serial = sure.target.partition("/")
    lines = WithholdingLine.objects.for_actor(_SYSTEM).filter(batch__number=number, serial=int(serial))
    paid = [LineState.PAID.value, LineState.PARTLY.value]
    line = lines.filter(state__in=paid, paid_fen=-row.amount_fen).select_for_update(of=("self",)).first()
    if line is None or line.payment_id is None:
        return
    payment = Payment.objects.for_actor(actor).get(pk=line.payment_id)
    reverse_payment(actor=actor, payment=payment, reason=row.reference, login=login, at=at)
    line.state = LineState.RETURNED.value
    line.save(update_fields=["state"])
    _match(row, EntryState.RETURNED, sure)


def _require_suspense(entry: StatementEntry) -> Payment:
    if entry.state != EntryState.SUSPENSE.value or entry.payment is None:
        raise EntryOutOfState(field="state", reference=entry.reference, reason="it does not wait for this")
    return entry.payment
