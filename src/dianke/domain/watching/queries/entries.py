"""Entries of watch lists for pages: lists, one entry, what lives of a customer, how often lists were right."""

from dataclasses import dataclass
from datetime import date, timedelta

from django.db.models import Count, Q, QuerySet

from dianke.domain.watching.models import WatchEntry, WatchRun
from dianke.domain.watching.types import BACKGROUND, LIVING, EntryResult, EntryState, WatchLevel
from dianke.kernel.errors import DomainError
from dianke.platform.org.scoping import Scope

_LIVING = [state.value for state in LIVING]
_TRUE = (EntryResult.RIGHT.value, EntryResult.TOO_LATE.value)


class EntryUnknown(DomainError):
    """There is no such entry within the actor's units."""

    code = "watching.entry_unknown"
    message = "there is no entry {key}"


@dataclass(slots=True)
class Precision:
    """How often what was raised was so: of the recorded results those that were right, in time or too late."""

    right: int = 0
    too_late: int = 0
    false_alarm: int = 0

    @property
    def recorded(self) -> int:
        """Return how many results were recorded."""
        return self.right + self.too_late + self.false_alarm

    @property
    def share(self) -> float | None:
        """Return the share that was so, None before the first result."""
        return (self.right + self.too_late) / self.recorded if self.recorded else None

    def add(self, result: str, count: int = 1) -> None:
        """Count results."""
        name = {EntryResult.RIGHT.value: "right", EntryResult.TOO_LATE.value: "too_late"}.get(result, "false_alarm")
        setattr(self, name, getattr(self, name) + count)


@dataclass(frozen=True, slots=True)
class ListCounts:
    """What lives on a list within the actor's units."""

    open: int
    taken: int
    alarms: int
    overdue: int


def filter_entries(*, actor: Scope) -> QuerySet[WatchEntry]:
    """Return the entries of the actor's units; no order."""
    rows: QuerySet[WatchEntry] = WatchEntry.objects.for_actor(actor)
    return rows.select_related("customer", "account", "unit")


def filter_living(*, actor: Scope) -> QuerySet[WatchEntry]:
    """Return the entries that are open or taken; no order."""
    return filter_entries(actor=actor).filter(state__in=_LIVING)


def get_entry(*, actor: Scope, key: int, lock: bool = False) -> WatchEntry:
    """
    Return an entry.

    :raises EntryUnknown: if there is none within the actor's units
    """
    rows = filter_entries(actor=actor)
    found = (rows.select_for_update(of=("self",)) if lock else rows).filter(pk=key).first()
    if found is None:
        raise EntryUnknown(field="key", key=key)
    return found


def list_living_of(*, actor: Scope, customer_id: int) -> list[WatchEntry]:
    """Return what lives of a customer, alarms first, then by due day."""
    rows = filter_living(actor=actor).filter(customer_id=customer_id)
    return sorted(rows, key=lambda one: (one.level != WatchLevel.ALARM.value, one.due_date, one.pk))


def count_by_list(*, actor: Scope, today: date) -> dict[str, ListCounts]:
    """Return what lives on each list that holds anything."""
    grouped = WatchEntry.objects.for_actor(actor).filter(state__in=_LIVING).order_by().values("list_code")
    found = grouped.annotate(
        open=Count("id", filter=Q(state=EntryState.OPEN.value)),
        taken=Count("id", filter=Q(state=EntryState.TAKEN.value)),
        alarms=Count("id", filter=Q(level=WatchLevel.ALARM.value)),
        overdue=Count("id", filter=Q(due_date__lt=today)),
    )
    return {row.pop("list_code"): ListCounts(**row) for row in found}


def get_last_run(*, actor: Scope) -> WatchRun | None:
    """Return the last run, or None."""
    rows: QuerySet[WatchRun] = WatchRun.objects.for_actor(actor)
    return rows.order_by("-as_of_date").first()


def list_runs(*, actor: Scope, limit: int) -> list[WatchRun]:
    """Return the last runs, the newest first."""
    return list(WatchRun.objects.for_actor(actor).order_by("-as_of_date")[:limit])


def measure_lists(*, actor: Scope) -> dict[str, Precision]:
    """Return how often each list was right."""
    found: dict[str, Precision] = {}
    grouped = _filter_judged(actor).order_by().values_list("list_code", "result").annotate(n=Count("id"))
    for code, result, count in grouped:
        found.setdefault(code, Precision()).add(result, count)
    return found


def measure_reasons(*, actor: Scope) -> dict[tuple[str, str], Precision]:
    """
    Return how often entries with a reason were right, by list and reason; an entry counts for each of its own.

    What is told beside the signs raised nobody and is not measured.
    """
    found: dict[tuple[str, str], Precision] = {}
    for code, result, reasons in _filter_judged(actor).values_list("list_code", "result", "reasons").iterator():
        for reason in {str(one["code"]) for one in reasons} - BACKGROUND:
            found.setdefault((code, reason), Precision()).add(result)
    return found


def measure_weeks(*, actor: Scope, since: date) -> dict[date, dict[str, Precision]]:
    """Return how often each list was right by the Monday of the week in which entries were raised."""
    rows = _filter_judged(actor).filter(opened_on__gte=since)
    grouped = rows.order_by().values_list("opened_on", "list_code", "result").annotate(n=Count("id"))
    found: dict[date, dict[str, Precision]] = {}
    for day, code, result, count in grouped:
        week = found.setdefault(day - timedelta(days=day.weekday()), {})
        week.setdefault(code, Precision()).add(result, count)
    return dict(sorted(found.items()))


def _filter_judged(actor: Scope) -> QuerySet[WatchEntry]:
    rows: QuerySet[WatchEntry] = WatchEntry.objects.for_actor(actor)
    return rows.exclude(result="").filter(result__in=[one.value for one in EntryResult])
