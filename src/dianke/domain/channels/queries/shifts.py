"""Reads of shifts, of what they took, and of changes that were asked for."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Count, Q, QuerySet, Sum

from dianke.domain.channels.models import CashCount, CashDeposit, PaymentChange, Shift, ShiftEntry
from dianke.domain.channels.rules import shifts as rules
from dianke.domain.channels.rules.shifts import EntryFacts, TenderSum
from dianke.domain.channels.types import ChangeState, EntryKind, ShiftState
from dianke.domain.receivables.models import PaymentEvent
from dianke.kernel.errors import DomainError
from dianke.platform.org.scoping import Scope

CARD, CHEQUE = "CARD", "CHEQUE"


class ShiftUnknown(DomainError):
    """There is no shift of the number within the actor's units."""

    code = "channels.shift_unknown"
    message = "there is no shift {number}"


class ChangeUnknown(DomainError):
    """There is no such wish within the actor's units."""

    code = "channels.change_unknown"
    message = "nobody asked for the change {key} of a payment"


@dataclass(frozen=True, slots=True)
class Drawer:
    """What a shift comes to: by tender, and in cash what the drawer should hold."""

    tenders: tuple[TenderSum, ...]
    float_fen: int
    handed_over_fen: int
    expected_fen: int
    entry_count: int

    @property
    def cash_fen(self) -> int:
        """Return the cash that was taken and stayed."""
        return sum(one.net_fen for one in self.tenders if one.tender == rules.CASH)

    @property
    def total_fen(self) -> int:
        """Return what was taken and stayed in all tenders."""
        return sum(one.net_fen for one in self.tenders)


def filter_shifts(*, actor: Scope) -> QuerySet[Any]:
    """Return the shifts of the actor's units; no order."""
    rows: QuerySet[Any] = Shift.objects.for_actor(actor).select_related("unit")
    return rows


@dataclass(frozen=True, slots=True)
class Differences:
    """What counts of cash came out over or short in all."""

    waiting: int
    over_fen: int
    short_fen: int


def filter_differences(*, actor: Scope) -> QuerySet[Any]:
    """Return the shifts whose cash was counted over or short; no order."""
    return filter_shifts(actor=actor).select_related("unit", "voucher").exclude(difference_fen=0)


def sum_differences(*, actor: Scope) -> Differences:
    """Return what is booked over and short within the actor's units, and how many counts wait for a decision."""
    closed, over = Q(state=ShiftState.CLOSED.value), Q(difference_fen__gt=0)
    found = Shift.objects.for_actor(actor).exclude(difference_fen=0).aggregate(
        waiting=Count("id", filter=~closed),
        over=Sum("difference_fen", filter=closed & over),
        short=Sum("difference_fen", filter=closed & ~over),
    )  # fmt: skip
    return Differences(found["waiting"], found["over"] or 0, -(found["short"] or 0))


def get_shift(*, actor: Scope, number: str, lock: bool = False) -> Shift:
    """
    Return the shift of a number.

    :raises ShiftUnknown: if there is none within the actor's units
    """
    rows = filter_shifts(actor=actor).filter(number=number)
    found: Shift | None = (rows.select_for_update(of=("self",)) if lock else rows).first()
    if found is None:
        raise ShiftUnknown(field="shift", number=number)
    return found


def find_open_shift(*, actor: Scope, cashier: str, lock: bool = False) -> Shift | None:
    """Return the open shift of a cashier, or None."""
    rows = filter_shifts(actor=actor).filter(cashier=cashier, state=ShiftState.OPEN.value)
    found: Shift | None = (rows.select_for_update(of=("self",)) if lock else rows).first()
    return found


def list_entries(*, actor: Scope, shift: Shift) -> list[ShiftEntry]:
    """Return the entries of a shift in order."""
    return list(ShiftEntry.objects.for_actor(actor).filter(shift=shift).order_by("serial"))


def find_entry(*, actor: Scope, shift: Shift, serial: int) -> ShiftEntry | None:
    """Return an entry of a shift by its serial, or None."""
    found: ShiftEntry | None = ShiftEntry.objects.for_actor(actor).filter(shift=shift, serial=serial).first()
    return found


def find_taking(*, actor: Scope, payment_id: int) -> ShiftEntry | None:
    """Return the entry by which a shift took a payment, or None for what came another way."""
    rows = ShiftEntry.objects.for_actor(actor).select_related("shift", "shift__unit")
    found: ShiftEntry | None = rows.filter(payment_id=payment_id, kind=EntryKind.TAKEN.value).first()
    return found


def map_takings(*, actor: Scope, payment_ids: Sequence[int]) -> dict[int, ShiftEntry]:
    """Return the entries by which payments were taken at counters, by payment."""
    rows = ShiftEntry.objects.for_actor(actor).filter(payment_id__in=payment_ids, kind=EntryKind.TAKEN.value)
    return {row.payment_id: row for row in rows.select_related("shift")}


def get_next_serial(*, actor: Scope, shift: Shift) -> int:
    """Return the serial of the next entry of a shift."""
    rows = ShiftEntry.objects.for_actor(actor).filter(shift=shift).order_by("-serial")
    return int(rows.values_list("serial", flat=True).first() or 0) + 1


def compute_drawer(*, actor: Scope, shift: Shift) -> Drawer:
    """Return what a shift comes to."""
    rows = ShiftEntry.objects.for_actor(actor).filter(shift=shift)
    entries = [EntryFacts(EntryKind(kind), tender, amount) for kind, tender, amount in rows.values_list(
        "kind", "tender", "amount_fen"
    )]  # fmt: skip
    handed_over = sum_deposits(actor=actor, shift=shift)
    return Drawer(
        tenders=tuple(rules.sum_by_tender(entries)),
        float_fen=shift.float_fen,
        handed_over_fen=handed_over,
        expected_fen=rules.compute_expected_cash(
            float_fen=shift.float_fen, entries=entries, handed_over_fen=handed_over
        ),
        entry_count=len(entries),
    )


def sum_deposits(*, actor: Scope, shift: Shift) -> int:
    """Return how much cash of a shift went to the bank."""
    rows = CashDeposit.objects.for_actor(actor).filter(shift=shift)
    return int(rows.aggregate(sum=Sum("amount_fen"))["sum"] or 0)


def compute_undeposited(*, actor: Scope, shift: Shift) -> int:
    """Return how much cash of a shift has still to go to the bank: what is there beyond the float."""
    drawer = compute_drawer(actor=actor, shift=shift)
    settled = shift.difference_fen if shift.state == ShiftState.CLOSED.value else 0
    return drawer.expected_fen + settled - shift.float_fen


def map_totals(*, actor: Scope, shifts: Iterable[Shift]) -> dict[int, tuple[int, int]]:
    """Return how many entries shifts have and what stayed of them, by shift."""
    rows = ShiftEntry.objects.for_actor(actor).filter(shift__in=list(shifts)).values_list("shift_id", "amount_fen")
    found: dict[int, tuple[int, int]] = {}
    for shift_id, amount in rows:
        count, total = found.get(shift_id, (0, 0))
        found[shift_id] = (count + 1, total + amount)
    return found


def list_counts(*, actor: Scope, shift: Shift) -> list[CashCount]:
    """Return the counts of a shift, the last one first."""
    return list(CashCount.objects.for_actor(actor).filter(shift=shift).order_by("-id"))


def list_deposits(*, actor: Scope, shift: Shift) -> list[CashDeposit]:
    """Return what of a shift went to the bank, in order."""
    return list(CashDeposit.objects.for_actor(actor).filter(shift=shift).select_related("voucher").order_by("id"))


def filter_slips(*, actor: Scope) -> QuerySet[Any]:
    """Return the card slips and cheques that counters took; no order."""
    rows: QuerySet[Any] = ShiftEntry.objects.for_actor(actor).select_related("shift", "shift__unit", "terminal")
    return rows.filter(kind=EntryKind.TAKEN.value, tender__in=(CARD, CHEQUE))


def map_returned(*, actor: Scope, payment_ids: Sequence[int]) -> set[int]:
    """Return those of some payments that a shift gave back."""
    rows = ShiftEntry.objects.for_actor(actor).filter(payment_id__in=payment_ids, kind=EntryKind.RETURNED.value)
    return set(rows.values_list("payment_id", flat=True))


def list_moved_to(*, actor: Scope, account_ids: Sequence[int]) -> list[int]:
    """Return the payments that were assigned or moved to some accounts."""
    rows = PaymentEvent.objects.for_actor(actor).filter(to_account_id__in=account_ids)
    return list(rows.values_list("payment_id", flat=True))


def filter_changes(*, actor: Scope) -> QuerySet[Any]:
    """Return what was asked of payments in the actor's units; no order."""
    rows: QuerySet[Any] = PaymentChange.objects.for_actor(actor).select_related("unit", "customer_account__customer")
    return rows


def list_changes(*, actor: Scope, payment_id: int) -> list[PaymentChange]:
    """Return what was asked of a payment, the last first."""
    return list(filter_changes(actor=actor).filter(payment_id=payment_id).order_by("-id"))


def get_change(*, actor: Scope, key: int, lock: bool = False) -> PaymentChange:
    """
    Return a wish.

    :raises ChangeUnknown: if there is none within the actor's units
    """
    rows = PaymentChange.objects.for_actor(actor).filter(pk=key).select_related("unit")
    found: PaymentChange | None = (rows.select_for_update(of=("self",)) if lock else rows).first()
    if found is None:
        raise ChangeUnknown(field="change", key=key)
    return found


def list_waiting_changes(*, actor: Scope) -> list[PaymentChange]:
    """Return the wishes that nobody has decided, the oldest first."""
    return list(filter_changes(actor=actor).filter(state=ChangeState.ASKED.value).order_by("id"))


def list_shifts_not_closed(*, actor: Scope, before: date | None = None) -> list[Shift]:
    """Return shifts that are not closed, of days before one if it is given, the oldest first."""
    rows = filter_shifts(actor=actor).exclude(state=ShiftState.CLOSED.value)
    if before is not None:
        rows = rows.filter(opened_on__lt=before)
    return list(rows.order_by("id"))
