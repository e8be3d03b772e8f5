"""Reads of reconciliation: both sides of a day, and the days with their differences."""

from collections import Counter
from datetime import date, timedelta
from typing import Any

from django.db.models import Count, Q, QuerySet

from dianke.domain.channels.models import (
    Acquirer,
    Bank,
    CashDeposit,
    EntryState,
    ReconciliationDay,
    ReconciliationDifference,
    StatementEntry,
    WithholdingBatch,
)
from dianke.domain.channels.queries import collections
from dianke.domain.channels.rules.matching import MatchKind
from dianke.domain.channels.rules.reconciling import DifferenceState, TakenBack
from dianke.domain.receivables.queries.payments import filter_payments
from dianke.domain.receivables.types import Channel
from dianke.kernel.errors import DomainError
from dianke.platform.org.scoping import Scope

CHANNELS = (Channel.BANK_WITHHOLDING, Channel.TRANSFER, Channel.COUNTER)
# So many days a bank may take to book cash that was brought to it.
_DEPOSIT_DAYS = 7
# Differences that wait for work: nobody decided, or somebody asked for a remedy.
WAITING = (DifferenceState.OPEN.value, DifferenceState.ASKED.value)
_OF_CUSTOMERS = (EntryState.SUSPENSE.value, EntryState.BOOKED.value, EntryState.OPEN.value)


class DayUnknown(DomainError):
    """There is no such day within the actor's units."""

    code = "channels.day_unknown"
    message = "no such day of reconciliation"


def filter_days(*, actor: Scope) -> QuerySet[Any]:
    """Return the days of the actor's units with `open_count`; no order."""
    is_open = Q(differences__state__in=WAITING)
    rows: QuerySet[Any] = ReconciliationDay.objects.for_actor(actor).select_related("bank", "acquirer")
    counted: QuerySet[Any] = rows.annotate(open_count=Count("differences", filter=is_open))
    return counted


def get_day(*, actor: Scope, key: int, lock: bool = False) -> ReconciliationDay:
    """
    Return a day of a channel.

    :raises DayUnknown: if there is none within the actor's units
    """
    rows = ReconciliationDay.objects.for_actor(actor).select_related("bank", "acquirer").filter(pk=key)
    found: ReconciliationDay | None = (rows.select_for_update(of=("self",)) if lock else rows).first()
    if found is None:
        raise DayUnknown(field="day")
    return found


def list_differences(*, actor: Scope, day: ReconciliationDay) -> list[ReconciliationDifference]:
    """Return the differences of a day, the open ones first."""
    rows = ReconciliationDifference.objects.for_actor(actor).filter(day=day)
    return sorted(rows, key=lambda one: (one.state not in WAITING, one.reference))


def filter_open_differences(*, actor: Scope) -> QuerySet[Any]:
    """Return the differences that wait for work; no order."""
    rows = ReconciliationDifference.objects.for_actor(actor).select_related("day__bank", "day__acquirer")
    found: QuerySet[Any] = rows.filter(state=DifferenceState.OPEN.value)
    return found


def filter_asked_remedies(*, actor: Scope) -> QuerySet[Any]:
    """Return the differences whose remedy waits for another person; no order."""
    rows = ReconciliationDifference.objects.for_actor(actor).select_related("day__acquirer")
    found: QuerySet[Any] = rows.filter(state=DifferenceState.ASKED.value)
    return found


def load_sides(*, acquirer: Acquirer, day: date) -> tuple[dict[str, int], dict[str, int], TakenBack]:
    """Return what we booked of a gateway or agent on a day, what it says, and what each side took back."""
    ours, our_backs = collections.load_ours(acquirer=acquirer, day=day)
    theirs, their_backs = collections.load_theirs(acquirer=acquirer, day=day)
    return ours, theirs, TakenBack(our_backs, their_backs)


def load_ours(*, actor: Scope, bank: Bank, channel: Channel, day: date) -> dict[str, int]:
    """Return what we booked of a channel on a day, by what the bank knows it by: batch, booking, or slip."""
    if channel is Channel.COUNTER:
        return _load_deposits(actor, bank, day)
    payments = filter_payments(actor=actor).filter(channel=channel.value, paid_on=day, is_reversed=False)
    if channel is Channel.TRANSFER:
        prefix = f"{bank.code}:"
        rows = payments.filter(external_number__startswith=prefix).values_list("external_number", "amount_fen")
        return {number.removeprefix(prefix): amount_fen for number, amount_fen in rows}
    batches = set(WithholdingBatch.objects.for_actor(actor).filter(bank=bank).values_list("number", flat=True))
    found: Counter[str] = Counter()
    for number, amount_fen in payments.values_list("external_number", "amount_fen").iterator(chunk_size=20_000):
        batch = number.partition("/")[0]
        if batch in batches:
            found[batch] += amount_fen
    return dict(found)


def load_theirs(*, actor: Scope, bank: Bank, channel: Channel, day: date) -> dict[str, int]:
    """Return what the bank booked of a channel on a day, by the same."""
    if channel is Channel.COUNTER:
        return _load_bank_deposits(actor, bank, day)
    entries = StatementEntry.objects.for_actor(actor).filter(bank=bank, booked_on=day, amount_fen__gt=0)
    if channel is Channel.TRANSFER:
        rows = entries.filter(state__in=_OF_CUSTOMERS).values_list("reference", "amount_fen")
        return dict(rows)
    found: Counter[str] = Counter()
    for target, amount_fen in entries.filter(state=EntryState.SETTLED.value).values_list("target", "amount_fen"):
        found[target] += amount_fen
    return dict(found)


def _load_deposits(actor: Scope, bank: Bank, day: date) -> dict[str, int]:
    """Return the cash that shifts brought to the bank on a day, by slip, but what another bank booked."""
    rows = CashDeposit.objects.for_actor(actor).filter(deposited_on=day)
    found: Counter[str] = Counter()
    for slip, amount_fen in rows.values_list("slip_number", "amount_fen"):
        found[slip] += amount_fen
    elsewhere = StatementEntry.objects.for_actor(actor).filter(
        state=EntryState.DEPOSITED.value, target__in=list(found), booked_on__gte=day
    )
    for slip in elsewhere.exclude(bank=bank).values_list("target", flat=True):
        found.pop(slip, None)
    return dict(found)


def _load_bank_deposits(actor: Scope, bank: Bank, day: date) -> dict[str, int]:
    """Return what the bank booked of the slips of a day, then or in the days after, sure or not."""
    slips = set(_load_deposits(actor, bank, day))
    entries = StatementEntry.objects.for_actor(actor).filter(
        bank=bank, booked_on__range=(day, day + timedelta(days=_DEPOSIT_DAYS)), amount_fen__gt=0,
        state__in=[EntryState.DEPOSITED.value, EntryState.SUSPENSE.value],
    )  # fmt: skip
    found: Counter[str] = Counter()
    for target, proposals, amount_fen in entries.values_list("target", "proposals", "amount_fen"):
        proposed = next((one["target"] for one in proposals if one["kind"] == MatchKind.DEPOSIT.value), "")
        if (slip := target or proposed) in slips:
            found[slip] += amount_fen
    return dict(found)
