"""The care calendar: a month as a grid, on a phone the days that hold something."""

from calendar import Calendar
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET

from dianke.application import care
from dianke.application.care.calendar import Event, EventKind, list_events
from dianke.interfaces.web.access import page_right
from dianke.interfaces.web.care import words
from dianke.interfaces.web.components import formats
from dianke.interfaces.web.components.page import Crumb, Page
from dianke.interfaces.web.customers.naming import SEE_WHOLE, hide_names
from dianke.interfaces.web.requests import StaffRequest
from dianke.kernel.clock import SystemClock
from dianke.platform.identity.types import Actor

_SHOWN_A_DAY = 4


@dataclass
class Entry:
    """A line of the calendar."""

    kind: str
    label: str
    url: str
    title: str


@dataclass
class Cell:
    """A day with what falls on it."""

    day: date
    is_of_month: bool
    is_today: bool
    entries: list[Entry] = field(default_factory=list)

    @property
    def shown(self) -> list[Entry]:
        """Return what the grid has room for."""
        return self.entries[:_SHOWN_A_DAY]

    @property
    def rest(self) -> int:
        """Return how many more there are."""
        return max(len(self.entries) - _SHOWN_A_DAY, 0)


@require_GET
@page_right(care.VIEW)
def show_calendar(request: StaffRequest) -> HttpResponse:
    """Show what falls on the days of a month for a person, oneself to begin with."""
    today = SystemClock().now().date()
    month = _read_month(str(request.GET.get("month", "")), today)
    people = {one.login: one.name for one in care.list_workers(actor=request.actor.within(care.VIEW), on=today)}
    chosen = str(request.GET.get("manager", ""))
    login = chosen if chosen in people else request.actor.login
    weeks = Calendar().monthdatescalendar(month.year, month.month)
    actor = request.actor.within(care.VIEW)
    events = list_events(actor=actor, login=login, first=weeks[0][0], last=weeks[-1][-1], today=today)
    cells = _fill(weeks, month, today, _hide(actor, events))
    values = {
        "page": _head(people.get(login, request.actor.name), month),
        "month": month,
        "before": (month - timedelta(days=1)).replace(day=1),
        "after": (month + timedelta(days=31)).replace(day=1),
        "weekdays": [_now("Mon"), _now("Tue"), _now("Wed"), _now("Thu"), _now("Fri"), _now("Sat"), _now("Sun")],
        "weeks": cells,
        "busy": [cell for week in cells for cell in week if cell.entries and cell.is_of_month],
        "people": sorted(people.items(), key=lambda one: one[1]),
        "login": login,
        "keys": [(kind.value.lower().replace("_", "-"), words.EVENTS[kind.value]) for kind in EventKind],
    }
    return render(request, "care/calendar.html", values)


def _hide(actor: Actor, events: Sequence[Event]) -> list[Event]:
    """Leave birthdays out for who does no care, and names of persons for who does not see the archive."""
    hide_names(actor, events)
    return [
        one if actor.may(SEE_WHOLE, one.customer.unit.path) else replace(one, note="")
        for one in events
        if one.kind is not EventKind.BIRTHDAY or actor.may(care.WORK, one.customer.unit.path)
    ]


def _fill(weeks: Sequence[Sequence[date]], month: date, today: date, events: Sequence[Event]) -> list[list[Cell]]:
    by_day: Mapping[date, list[Entry]] = {day: [] for week in weeks for day in week}
    for event in events:
        if event.on in by_day:
            by_day[event.on].append(_write(event))
    return [[Cell(day, day.month == month.month, day == today, by_day[day]) for day in week] for week in weeks]


def _write(event: Event) -> Entry:
    kind = words.EVENTS[event.kind.value]
    hour = f"{event.at:%H:%M} " if event.at else ""
    note = f" · {event.note}" if event.note else ""
    if event.kind is EventKind.VISIT and event.code:
        kind = words.PURPOSES[event.code]
    shape = event.kind.value.lower().replace("_", "-")
    state = " done" if event.is_done else " late" if event.is_late else ""
    return Entry(
        kind=f"care-{shape}{state}",
        label=f"{hour}{kind} {event.customer.name}",
        url=_address(event),
        title=f"{kind} · {event.customer.name}{note}",
    )


def _address(event: Event) -> str:
    if event.kind in {EventKind.VISIT, EventKind.STEP}:
        return reverse("web:care_visit", args=[event.key])
    # The care tab of a customer leads on to an account where there is one.
    return reverse("web:customer_care", kwargs={"customer_number": event.customer.number})


def _read_month(text: str, today: date) -> date:
    try:
        return date.fromisoformat(f"{text}-01")
    except ValueError:
        return today.replace(day=1)


def _head(name: str, month: date) -> Page:
    return Page(
        title=_("Care calendar"),
        facts=[name, formats.month(month)],
        crumbs=[Crumb(_("Customers"))],
        help=[
            _("Planned visits and open next steps of a person, and what falls due at the customers they look after."),
            _("A visit falls due by the rhythm of class and importance; one that is planned takes its place."),
            _("Of a birthday only month and day stand here; the year is shown for a reason, on the contact."),
        ],
    )
