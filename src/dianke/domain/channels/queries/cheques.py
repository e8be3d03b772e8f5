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
    taken = rows.filter(tender=Tender.CHEQUE.value, kind=EntryKind.TAKEN.value, clearing=None)
    return taken.filter(~Exists(back))


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
    rows = ChequeClearing.objects.for_actor(actor).filter(taking_id__in=takings).select_related("entry")
    return {row.taking_id: row for row in rows}


def is_honoured(*, payment_id: int) -> bool:
    """Tell whether the bank credited the cheque of a payment."""
    rows = ChequeClearing.objects.for_actor(_SYSTEM).filter(taking__payment_id=payment_id)
    return bool(rows.exists())
