"""Reads of statements and their bookings; what a booking may be."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from django.db.models import QuerySet

from dianke.domain.channels.models import (
    Acquirer,
    Bank,
    BankStatement,
    CashDeposit,
    EntryState,
    StatementEntry,
    WithholdingBatch,
)
from dianke.domain.channels.queries import cheques, clearing
from dianke.domain.channels.queries.acquirers import list_acquirers
from dianke.domain.channels.queries.left import map_coming_claims
from dianke.domain.channels.rules import matching
from dianke.domain.channels.rules.left import ClaimAtBank, propose_claim
from dianke.domain.channels.rules.matching import Known, MatchReason, Proposal
from dianke.domain.channels.rules.statements.types import Entry
from dianke.domain.channels.rules.withholding import BatchState
from dianke.domain.customers.models import CustomerAccount
from dianke.domain.receivables.queries.debts import list_debts
from dianke.domain.receivables.queries.payers import filter_payers
from dianke.platform.identity.types import Actor
from dianke.platform.org.scoping import Scope

WAITING = (EntryState.OPEN.value, EntryState.SUSPENSE.value)
_SYSTEM = Actor.system("finding whose money a booking of the bank is")
_MOST_LIKE = 20
_SENT = [BatchState.SENT.value, BatchState.ANSWERED.value]


def filter_statements(*, actor: Scope) -> QuerySet[Any]:
    """Return the statements of the actor's units; no order."""
    rows: QuerySet[Any] = BankStatement.objects.for_actor(actor).select_related("bank")
    return rows


def filter_entries(*, actor: Scope) -> QuerySet[Any]:
    """Return the bookings of the actor's units; no order."""
    rows: QuerySet[Any] = StatementEntry.objects.for_actor(actor).select_related("bank", "payment", "statement")
    return rows


def get_entry(*, actor: Scope, key: int, lock: bool = False) -> StatementEntry | None:
    """Return a booking within the actor's units, or None."""
    rows = StatementEntry.objects.for_actor(actor).select_related("bank", "statement").filter(pk=key)
    found: StatementEntry | None = (rows.select_for_update(of=("self",)) if lock else rows).first()
    return found


def find_known_references(*, bank: Bank, references: Sequence[str]) -> set[str]:
    """Return which bookings of an account of ours were loaded before."""
    rows = StatementEntry.objects.for_actor(_SYSTEM).filter(bank=bank, reference__in=references)
    return set(rows.values_list("reference", flat=True))


def propose_entries(*, actor: Scope, entries: Sequence[Entry]) -> list[list[Proposal]]:
    """Return what each booking may be, the surest first; accounts are sought within the actor's units."""
    numbers = {number for entry in entries for number in matching.find_user_numbers(entry)}
    numbers |= {number for entry in entries if (number := matching.find_virtual_user(entry))}
    known = {one.user_number: one for one in _load_known(actor, numbers)}
    batches = _find_batches(actor, {number for entry in entries if (number := matching.find_batch_number(entry))})
    merchants = {one.merchant_number: one for one in list_acquirers(actor=actor)}
    words = {word for entry in entries for word in matching.list_words(entry)}
    slips, under_way = _find_slips(actor, words), cheques.map_numbers(actor=actor, numbers=words)
    claims = map_coming_claims(actor=actor, entries=entries)
    payers = _load_payers(actor, words, on=max((one.booked_on for one in entries), default=date.min))
    proposals = []
    for entry in entries:
        if own := _propose_settlement(entry, merchants) or matching.propose_deposit(entry, slips):
            if own.reason is MatchReason.SLIP_AND_AMOUNT:
                # Each slip is one booking: another that names it is somebody else's.
                slips[own.target].remove(entry.amount_fen)
            proposals.append([own])
            continue
        if cheque := matching.propose_cheque(entry, under_way):
            if cheque.reason is MatchReason.CHEQUE_AND_AMOUNT:
                under_way[cheque.target].remove(entry.amount_fen)
            proposals.append([cheque])
            continue
        if claim := _propose_claim(entry, claims):
            proposals.append([claim])
            continue
        found = matching.propose(entry, known=known, batches=batches, payers=payers)
        # Looked for by name only where no number says it: most bookings name one.
        if entry.amount_fen > 0 and entry.counterparty and matching.find_sure(found) is None:
            like = _find_like(actor, entry)
            found = matching.propose(entry, known=known, like=like, batches=batches, payers=payers)
        proposals.append(found)
    return proposals


def _propose_settlement(entry: Entry, merchants: Mapping[str, Acquirer]) -> Proposal | None:
    """Return that a booking settles days of the gateway or agent whose number it names, or None."""
    number = matching.find_merchant(entry, {number: number for number in merchants}) if entry.amount_fen > 0 else ""
    if not number:
        return None
    acquirer = merchants[number]
    found = clearing.find_days(acquirer=acquirer, amount_fen=entry.amount_fen, booked_on=entry.booked_on)
    return matching.propose_settlement(acquirer.code, is_exact=found is not None)


def _propose_claim(entry: Entry, claims: dict[str, tuple[ClaimAtBank, bool]]) -> Proposal | None:
    """Return that a booking is money of a claim that came, or None; each deposit is one booking."""
    if entry.amount_fen <= 0:
        return None
    for is_deposit in (True, False):
        known = {word: claim for word, (claim, deposit) in claims.items() if deposit is is_deposit}
        found = propose_claim(entry, known, is_sure=is_deposit)
        if found is not None:
            if found.confidence >= matching.SURE:
                for word in [word for word, claim in known.items() if claim.number == found.target]:
                    del claims[word]
            return found
    return None


def find_deposit(*, actor: Scope, slip_number: str, amount_fen: int) -> CashDeposit | None:
    """Return the cash of a slip that no booking of a bank was found to be yet, or None."""
    rows = CashDeposit.objects.for_actor(actor).filter(slip_number=slip_number, amount_fen=amount_fen)
    known = StatementEntry.objects.for_actor(_SYSTEM).filter(
        state=EntryState.DEPOSITED.value, target=slip_number, amount_fen=amount_fen
    )
    found: list[CashDeposit] = list(rows.order_by("id"))
    return next(iter(found[known.count() :]), None)


def _find_slips(actor: Scope, words: set[str]) -> dict[str, list[int]]:
    """Return slips of cash with the amounts that no booking of a bank was found to be yet."""
    rows = CashDeposit.objects.for_actor(actor).filter(slip_number__in=words)
    found: dict[str, list[int]] = {}
    for slip, amount_fen in rows.values_list("slip_number", "amount_fen"):
        found.setdefault(slip, []).append(amount_fen)
    known = StatementEntry.objects.for_actor(_SYSTEM).filter(state=EntryState.DEPOSITED.value, target__in=list(found))
    for slip, amount_fen in known.values_list("target", "amount_fen"):
        if amount_fen in found[slip]:
            found[slip].remove(amount_fen)
    return found


def _load_known(actor: Scope, numbers: set[str]) -> list[Known]:
    rows = CustomerAccount.objects.for_actor(actor).filter(number__in=numbers).select_related("customer")
    return [_describe(account, 0) for account in rows]


def _load_payers(actor: Scope, words: set[str], *, on: date) -> dict[str, Known]:
    """Return the collective payers that words name, by number; one that ended by the day is nobody's."""
    rows = filter_payers(actor=actor).filter(number__in=words).exclude(until_date__lte=on)
    return {one.number: Known(one.number, (one.name, one.customer_account.customer.name), 0) for one in rows}


def _find_like(actor: Scope, entry: Entry) -> list[Known]:
    """Return accounts whose customer bears the name of who paid, with what they owe on the day."""
    name = entry.counterparty.strip()
    rows = CustomerAccount.objects.for_actor(actor).select_related("customer").filter(customer__name__startswith=name)
    accounts = list(rows.order_by("pk")[:_MOST_LIKE])
    debts = list_debts(actor=actor, customer_account_ids=[one.pk for one in accounts], on=entry.booked_on)
    return [_describe(one, sum(debt.total_fen for debt in debts.get(one.pk, []))) for one in accounts]


def _describe(account: CustomerAccount, owed_fen: int) -> Known:
    return Known(account.number, (account.customer.name, account.customer.short_name), owed_fen)


def _find_batches(actor: Scope, numbers: set[str]) -> frozenset[str]:
    rows = WithholdingBatch.objects.for_actor(actor).filter(number__in=numbers, state__in=_SENT)
    return frozenset(rows.values_list("number", flat=True))
