"""Reads of cheques that counters took: which the bank has still to credit, and for how long."""

from collections.abc import Collection, Sequence
from datetime import date, datetime, time, timedelta
from typing import Any

from django.db.models import Exists, OuterRef, QuerySet

from dianke.domain.channels.models import ChequeClearing, ShiftEntry
from dianke.domain.channels.rules.shifts import find_cheque_days
from dianke.domain.channels.types import EntryKind
from dianke.domain.receivables.models import PaymentEvent
from dianke.domain.receivables.types import PaymentEventKind, Tender
from dianke.kernel.clock import SHANGHAI
from dianke.platform.identity.types import Actor
from dianke.platform.org.scoping import Scope

UNDER_WAY = "1012.01"
_SYSTEM = Actor.system("finding cheques that the bank has still to credit")


def filter_under_way(*, actor: Scope) -> QuerySet[Any]:
    """Return the cheques that are neither credited nor taken back; no order."""
    rows: QuerySet[Any] = ShiftEntry.objects.for_actor(actor).select_related("shift", "shift__unit")
    back = PaymentEvent.objects.for_actor(_SYSTEM).filter(
        payment_id=OuterRef("payment_id"), kind=PaymentEventKind.REVERSED.value
    )
    taken = rows.filter(tender=Tender.CHEQUE.value, kind=EntryKind.TAKEN.value)
    cleared = _filter_standing().filter(taking_id=OuterRef("pk"))
    return taken.filter(~Exists(back), ~Exists(cleared))


def filter_late(*, actor: Scope, on: date) -> QuerySet[Any]:
    """Return the cheques that are under way for longer than the rule allows on a day; no order."""
    before = on - timedelta(days=find_cheque_days(on=on))
    return filter_under_way(actor=actor).filter(entered_at__lt=datetime.combine(before, time.min, SHANGHAI))


def find_cheque(*, actor: Scope, number: str, amount_fen: int) -> ShiftEntry | None:
    """Return the oldest cheque under way of a number and amount, or None."""
    found: ShiftEntry | None = (
        filter_under_way(actor=actor).filter(slip_number=number, amount_fen=amount_fen).order_by("id").first()
    )
    return found


def map_numbers(*, actor: Scope, numbers: Collection[str]) -> dict[str, list[int]]:
    """Return the amounts of cheques under way by their number."""
    found: dict[str, list[int]] = {}
    rows = filter_under_way(actor=actor).filter(slip_number__in=numbers)
    for number, amount_fen in rows.values_list("slip_number", "amount_fen"):
        found.setdefault(number, []).append(amount_fen)
    return found


def map_clearings(*, actor: Scope, takings: Sequence[int]) -> dict[int, ChequeClearing]:
    """Return what credited some cheques, by the entry of their shift."""
    rows = ChequeClearing.objects.for_actor(actor).filter(taking_id__in=takings, undone_voucher_id=None)
    rows = rows.select_related("entry")
    return {row.taking_id: row for row in rows}


def is_honoured(*, payment_id: int) -> bool:
    """Tell whether the bank credited the cheque of a payment."""
    return bool(_filter_standing().filter(taking__payment_id=payment_id).exists())


def map_honoured(*, actor: Scope, numbers: Collection[str]) -> dict[str, list[int]]:
    """Return the amounts of cheques that the bank credited and may take back, by their number."""
    found: dict[str, list[int]] = {}
    rows = ChequeClearing.objects.for_actor(actor).filter(undone_voucher_id=None, taking__slip_number__in=numbers)
    for number, amount_fen in rows.values_list("taking__slip_number", "amount_fen"):
        found.setdefault(number, []).append(amount_fen)
    return found


def find_clearing(*, actor: Scope, number: str, amount_fen: int) -> ChequeClearing | None:
    """Return what credited the cheque of a number and amount, the last of several, or None."""
    rows = ChequeClearing.objects.for_actor(actor).filter(undone_voucher_id=None, taking__slip_number=number)
    found: ChequeClearing | None = (
        rows.filter(amount_fen=amount_fen).select_related("taking__payment", "entry").order_by("-id").first()
    )
    return found


def find_clearing_of_entry(*, entry_id: int) -> ChequeClearing | None:
    """Return what a booking of the bank credited, or None."""
    found: ChequeClearing | None = _filter_standing().filter(entry_id=entry_id).first()
    return found


def count_clearings(*, taking_id: int) -> int:
    """Return how often a cheque was credited, those taken back too."""
    rows = ChequeClearing.objects.for_actor(_SYSTEM).filter(taking_id=taking_id)
    return int(rows.count())


def _filter_standing() -> QuerySet[Any]:
    rows: QuerySet[Any] = ChequeClearing.objects.for_actor(_SYSTEM).filter(undone_voucher_id=None)
    return rows
