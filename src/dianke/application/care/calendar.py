"""What falls on the days of a person who looks after customers: visits, next steps, birthdays, checks, visits due."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, time
from enum import StrEnum

from dianke.application.care.rhythm import read_rhythm
from dianke.domain.customers.models import AccountManagement, Customer
from dianke.domain.customers.queries import care as queries
from dianke.domain.customers.queries.managers import filter_managed
from dianke.domain.customers.rules.care import find_visit_due
from dianke.domain.customers.types import VisitState
from dianke.platform.identity.types import Actor

# So many of each kind a month holds at most; who looks after more sees the first of each.
MOST_OF_A_KIND = 500


class EventKind(StrEnum):
    """What an entry of the calendar is."""

    VISIT = "VISIT"
    STEP = "STEP"
    VISIT_DUE = "VISIT_DUE"
    BIRTHDAY = "BIRTHDAY"
    CHECK = "CHECK"


@dataclass(frozen=True, slots=True)
class Event:
    """An entry of the calendar; `note` is the contact, the equipment or the step it is about, `key` its row."""

    kind: EventKind
    on: date
    customer: Customer
    key: int
    at: time | None = None
    note: str = ""
    code: str = ""
    is_done: bool = False
    is_late: bool = False


def list_events(*, actor: Actor, login: str, first: date, last: date, today: date) -> list[Event]:
    """Return what falls on some days for a person, by day; birthdays, checks and visits due of their customers."""
    managed = list(filter_managed(actor=actor, login=login, on=today).select_related("customer__unit").order_by("id"))
    ids = [one.customer_id for one in managed]
    events = [
        *_list_visits(actor, login, first, last, today),
        *_list_steps(actor, login, first, last, today),
        *_list_birthdays(actor, ids, first, last),
        *_list_checks(actor, ids, first, last, today),
        *list_due_visits(actor=actor, managed=managed, first=first, last=last, today=today),
    ]
    return sorted(events, key=lambda one: (one.on, one.at or time(23, 59), one.kind.value, one.key))


def list_due_visits(
    *, actor: Actor, managed: Collection[AccountManagement], first: date, last: date, today: date
) -> list[Event]:
    """Return the visits that the rhythm of class and importance asks for on some days; late ones stand at today."""
    rhythm = read_rhythm(on=today)
    lasts = queries.find_last_visits(actor=actor, customer_ids=[one.customer_id for one in managed])
    planned = set(
        queries.filter_visits(actor=actor)
        .filter(customer__in=[one.customer_id for one in managed], state=VisitState.PLANNED.value)
        .values_list("customer_id", flat=True)
    )
    events = []
    for one in managed:
        days = rhythm.find_days(one.customer)
        due = find_visit_due(last=lasts.get(one.customer_id), begun=one.period.lower, rhythm_days=days)
        if due is None or one.customer_id in planned or due > last:
            continue
        shown = max(due, today) if due < today else due
        if first <= shown <= last:
            events.append(Event(EventKind.VISIT_DUE, shown, one.customer, one.customer_id, is_late=due < today))
    return events


def _list_visits(actor: Actor, login: str, first: date, last: date, today: date) -> list[Event]:
    rows = queries.filter_planned(actor=actor, first=first, last=last).filter(visitor__login=login)
    return [
        Event(
            EventKind.VISIT,
            one.planned_date,
            one.customer,
            one.pk,
            at=one.planned_time,
            note=one.contact.name if one.contact else "",
            code=one.purpose,
            is_done=one.state == VisitState.DONE.value,
            is_late=one.state == VisitState.PLANNED.value and one.planned_date < today,
        )
        for one in rows.order_by("planned_date", "id")[:MOST_OF_A_KIND]
    ]


def _list_steps(actor: Actor, login: str, first: date, last: date, today: date) -> list[Event]:
    rows = queries.filter_visits(actor=actor).filter(
        next_owner__login=login, next_due_date__gte=first, next_due_date__lte=last
    )
    return [
        Event(
            EventKind.STEP,
            one.next_due_date or first,
            one.customer,
            one.pk,
            note=one.next_step,
            is_done=one.next_done_date is not None,
            is_late=one.next_done_date is None and (one.next_due_date or today) < today,
        )
        for one in rows.order_by("next_due_date", "id")[:MOST_OF_A_KIND]
    ]


def _list_birthdays(actor: Actor, ids: Collection[int], first: date, last: date) -> list[Event]:
    days = queries.list_days(first=first, last=last)
    by_day = {f"{day:%m-%d}": day for day in days}
    events = []
    for one in queries.list_birthdays(actor=actor, days=days, customer_ids=ids):
        day = by_day.get(one.birthday[-5:]) or by_day.get("02-28")
        if day is not None:
            events.append(Event(EventKind.BIRTHDAY, day, one.customer, one.pk, note=one.name))
    return events[:MOST_OF_A_KIND]


def _list_checks(actor: Actor, ids: Collection[int], first: date, last: date, today: date) -> list[Event]:
    rows = queries.filter_checks(actor=actor).filter(
        customer__in=ids, next_check_date__gte=first, next_check_date__lte=last
    )
    return [
        Event(
            EventKind.CHECK, one.next_check_date or first, one.customer, one.pk, note=one.name,
            is_late=(one.next_check_date or today) < today,
        )
        for one in rows.order_by("next_check_date", "id")[:MOST_OF_A_KIND]
    ]  # fmt: skip
