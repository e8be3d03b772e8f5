"""Reads of what gateways and agents tell of days: files, lines, and both sides of a day."""

from collections import Counter
from datetime import date, datetime, time, timedelta
from typing import Any

from django.db.models import QuerySet

from dianke.domain.channels.models import Acquirer, CollectionFile, CollectionLine, ReconciliationDifference, ShiftEntry
from dianke.domain.channels.rules.bank_files.types import CollectionWay
from dianke.domain.channels.rules.collections import FileState
from dianke.domain.channels.rules.reconciling import DifferenceState, Remedy
from dianke.domain.channels.types import EntryKind
from dianke.domain.receivables.models import Payment, PaymentEvent
from dianke.domain.receivables.types import PaymentEventKind
from dianke.kernel.clock import SHANGHAI, to_shanghai
from dianke.platform.identity.types import Actor
from dianke.platform.org.scoping import Scope

_SYSTEM = Actor.system("comparing days with gateways and agents")
_TAKES_BACK = (Remedy.REVERSE.value, Remedy.REPLACE.value)


def filter_files(*, actor: Scope) -> QuerySet[Any]:
    """Return the files of the actor's units; no order."""
    rows: QuerySet[Any] = CollectionFile.objects.for_actor(actor)
    return rows.select_related("acquirer")


def get_file(*, actor: Scope, key: int, lock: bool = False) -> CollectionFile | None:
    """Return a file within the actor's units, or None."""
    rows = filter_files(actor=actor).filter(pk=key)
    found: CollectionFile | None = (rows.select_for_update(of=("self",)) if lock else rows).first()
    return found


def filter_lines(*, actor: Scope, file: CollectionFile) -> QuerySet[Any]:
    """Return the lines of a file; no order."""
    rows: QuerySet[Any] = CollectionLine.objects.for_actor(actor)
    return rows.filter(file=file).select_related("customer_account__customer", "payment")


def list_taken_files(*, acquirer: Acquirer) -> set[tuple[date, str]]:
    """Return day and number of the files of a gateway or agent that were taken."""
    rows = CollectionFile.objects.for_actor(_SYSTEM).filter(acquirer=acquirer)
    return set(rows.exclude(state=FileState.REFUSED.value).values_list("day", "number"))


def find_known_numbers(*, acquirer: Acquirer, numbers: list[str]) -> set[tuple[str, str]]:
    """Return which numbers stood in a file before, with their way."""
    rows = CollectionLine.objects.for_actor(_SYSTEM).filter(acquirer=acquirer, number__in=numbers)
    return set(rows.values_list("number", "way"))


def find_paid_line(*, acquirer: Acquirer, number: str) -> CollectionLine | None:
    """Return the line by which a gateway or agent says that it took a payment, or None."""
    rows = CollectionLine.objects.for_actor(_SYSTEM).filter(acquirer=acquirer, number=number)
    found: CollectionLine | None = rows.filter(way=CollectionWay.PAID.value).first()
    return found


def load_theirs(*, acquirer: Acquirer, day: date) -> tuple[dict[str, int], set[str]]:
    """Return what a gateway or agent says of a day by its number, and the numbers under which money went back."""
    found: Counter[str] = Counter()
    reversed_: set[str] = set()
    rows = CollectionLine.objects.for_actor(_SYSTEM).filter(acquirer=acquirer, day=day)
    for number, way, amount_fen in rows.values_list("number", "way", "amount_fen").iterator(chunk_size=20_000):
        is_back = way == CollectionWay.REVERSED.value
        found[number] += -amount_fen if is_back else amount_fen
        if is_back:
            reversed_.add(number)
    return dict(found), reversed_


def load_ours(*, acquirer: Acquirer, day: date) -> tuple[dict[str, int], set[str]]:
    """Return what we booked of a gateway or agent on a day by its number, and the numbers that we took back."""
    found: Counter[str] = Counter()
    rows = _filter_payments(acquirer).filter(paid_on=day)
    for name, amount_fen in rows.values_list("external_number", "amount_fen").iterator(chunk_size=20_000):
        found[_cut(name)] += amount_fen
    backs = [one for one in list_reversals(acquirer=acquirer, first=day, last=day) if one[1] == day]
    for number, _day, amount_fen in backs:
        found[number] -= amount_fen
    return dict(found), {number for number, _day, _fen in backs}


def list_reversals(*, acquirer: Acquirer, first: date, last: date) -> list[tuple[str, date, int]]:
    """
    Return what was taken back as number, day and amount: the day of the reversal.

    What was taken back to remedy a difference counts on the day of that difference, which it puts right.
    """
    remedied = _list_remedied(acquirer, first, last)
    events = PaymentEvent.objects.for_actor(_SYSTEM).filter(
        kind=PaymentEventKind.REVERSED.value,
        payment__channel=acquirer.channel.value,
        payment__external_number__startswith=f"{acquirer.code}:",
    )
    since = datetime.combine(first, time.min, SHANGHAI)
    until = datetime.combine(last + timedelta(days=1), time.min, SHANGHAI)
    rows = list(
        events.filter(made_at__gte=since, made_at__lt=until).values_list(
            "payment__external_number", "made_at", "payment__amount_fen"
        )
    )
    names = [f"{acquirer.code}:{number}" for number in remedied]
    rows += list(
        events.filter(payment__external_number__in=names)
        .exclude(made_at__gte=since, made_at__lt=until)
        .values_list("payment__external_number", "made_at", "payment__amount_fen")
    )
    placed = [
        (_cut(name), remedied.get(_cut(name)) or to_shanghai(made_at).date(), amount_fen)
        for name, made_at, amount_fen in rows
    ]
    elsewhere = _list_remedied_elsewhere(acquirer, [number for number, _day, _fen in placed], first, last)
    return [one for one in placed if first <= one[1] <= last and one[0] not in elsewhere]


def sum_came(*, acquirer: Acquirer, first: date, last: date) -> dict[date, int]:
    """Return what came by a gateway, agent or terminal each day, less what went back on it."""
    if acquirer.is_terminal:
        return _sum_cards(acquirer, first, last)
    found: Counter[date] = Counter()
    rows = _filter_payments(acquirer).filter(paid_on__gte=first, paid_on__lte=last)
    for day, amount_fen in rows.values_list("paid_on", "amount_fen").iterator(chunk_size=20_000):
        found[day] += amount_fen
    for _number, day, amount_fen in list_reversals(acquirer=acquirer, first=first, last=last):
        found[day] -= amount_fen
    return dict(found)


def _sum_cards(acquirer: Acquirer, first: date, last: date) -> dict[date, int]:
    """Return what shifts took by a terminal each day; a payment taken back counts on the day that it went back."""
    found: Counter[date] = Counter()
    since = datetime.combine(first, time.min, SHANGHAI)
    until = datetime.combine(last + timedelta(days=1), time.min, SHANGHAI)
    takings = ShiftEntry.objects.for_actor(_SYSTEM).filter(terminal=acquirer, kind=EntryKind.TAKEN.value)
    came = takings.filter(entered_at__gte=since, entered_at__lt=until)
    for at, amount_fen in came.values_list("entered_at", "amount_fen").iterator(chunk_size=20_000):
        found[to_shanghai(at).date()] += amount_fen
    # Reversed in the shift or after it: every reversal leaves this event.
    backs = PaymentEvent.objects.for_actor(_SYSTEM).filter(
        kind=PaymentEventKind.REVERSED.value,
        payment_id__in=takings.values("payment_id"),
        made_at__gte=since,
        made_at__lt=until,
    )
    for at, amount_fen in backs.values_list("made_at", "payment__amount_fen"):
        found[to_shanghai(at).date()] -= amount_fen
    return dict(found)


def _filter_payments(acquirer: Acquirer) -> QuerySet[Any]:
    rows: QuerySet[Any] = Payment.objects.for_actor(_SYSTEM)
    return rows.filter(channel=acquirer.channel.value, external_number__startswith=f"{acquirer.code}:")


def _cut(name: str) -> str:
    """Return the gateway's or agent's own number of a payment."""
    return name.partition(":")[2].partition("/")[0]


def _list_remedied(acquirer: Acquirer, first: date, last: date) -> dict[str, date]:
    rows = _filter_remedied(acquirer).filter(day__day__gte=first, day__day__lte=last)
    return dict(rows.values_list("reference", "day__day"))


def _list_remedied_elsewhere(acquirer: Acquirer, numbers: list[str], first: date, last: date) -> set[str]:
    rows = _filter_remedied(acquirer).filter(reference__in=numbers)
    outside = rows.exclude(day__day__gte=first, day__day__lte=last)
    return set(outside.values_list("reference", flat=True))


def _filter_remedied(acquirer: Acquirer) -> QuerySet[Any]:
    rows: QuerySet[Any] = ReconciliationDifference.objects.for_actor(_SYSTEM).filter(day__acquirer=acquirer)
    return rows.filter(state=DifferenceState.SOLVED.value, remedy__in=_TAKES_BACK)
