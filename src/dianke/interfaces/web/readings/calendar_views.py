"""The calendar of a month as a grid, and the page of one planned day."""

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from dianke.application import reading_calendars
from dianke.domain.billing.queries import calendars
from dianke.domain.billing.queries.calendars import DayProgress
from dianke.domain.readings import queries as readings
from dianke.domain.readings.models import PlannedDay
from dianke.domain.readings.rules import add_months
from dianke.interfaces.web.access import page_right
from dianke.interfaces.web.components import formats
from dianke.interfaces.web.components.due import due_chip
from dianke.interfaces.web.components.figures import Figure
from dianke.interfaces.web.components.page import Chip, Crumb, Page
from dianke.interfaces.web.people import Names
from dianke.interfaces.web.readings import words
from dianke.interfaces.web.readings.forms import MoveForm
from dianke.interfaces.web.requests import StaffRequest
from dianke.interfaces.web.shell.errors import explain
from dianke.kernel.calendar import WorkingCalendar, load_mainland_calendar
from dianke.kernel.clock import SystemClock, to_shanghai
from dianke.kernel.errors import DomainError
from dianke.platform.audit.use_case import PermissionRefused

_SOON = timedelta(days=7)
_LATE_SHOWN = 5


@dataclass
class Entry:
    """What a day holds of one step: one month, or how many of them."""

    step: str
    kind: str
    days: list[DayProgress] = field(default_factory=list)

    @property
    def label(self) -> str:
        """Return what the grid writes."""
        word = str(words.STEPS[self.step])
        return f"{word} · {self.days[0].day.cycle.name}" if len(self.days) == 1 else f"{word} × {len(self.days)}"

    @property
    def url(self) -> str:
        """Return the page of the day, or the list of those of that day."""
        day = self.days[0].day
        if len(self.days) == 1:
            return reverse("web:planned_day", args=[day.pk])
        query = urlencode({"step": self.step, "day_from": f"{day.planned_date}", "day_to": f"{day.planned_date}"})
        return f"{reverse('web:planned_days')}?{query}"


@dataclass(frozen=True)
class Cell:
    """A day of the grid."""

    day: date
    is_of_month: bool
    is_today: bool
    is_worked: bool
    holiday: str
    entries: Sequence[Entry]


@require_GET
@page_right("readings.view_calendar")
def show_calendar(request: StaffRequest) -> HttpResponse:
    """Show a month as a grid, on a phone as the days that hold something."""
    now = SystemClock().now()
    month = _read_month(request.GET.get("month", ""), now)
    cycles = readings.list_visible_cycles(actor=request.actor)
    chosen = next((cycle for cycle in cycles if cycle.code == request.GET.get("cycle", "")), None)
    weeks = _list_days(month)
    found = calendars.list_progress(
        actor=request.actor,
        at=now,
        start=weeks[0],
        end=weeks[-1] + timedelta(days=1),
        cycle_id=chosen.pk if chosen else None,
    )
    late = sorted((one for one in _list_open(request, now) if one.state.is_late), key=lambda one: one.state.due_at)
    cells = _draw_cells(weeks, found, month=month, today=now.date(), calendar=load_mainland_calendar())
    values = {
        "page": _head(month),
        "cells": [cells[at : at + 7] for at in range(0, len(cells), 7)],
        "busy": [cell for cell in cells if cell.is_of_month and cell.entries],
        "weekdays": words.WEEKDAYS,
        "figures": _figures(found, late, now),
        "late": [_draw_row(one, now) for one in late[:_LATE_SHOWN]],
        "late_more": max(len(late) - _LATE_SHOWN, 0),
        "month": month,
        "before": add_months(month, -1),
        "after": add_months(month, 1),
        "cycles": cycles,
        "chosen": chosen,
        "now": now,
        "may_plan": request.actor.may(reading_calendars.plan.PLAN),
        "is_covered": load_mainland_calendar().covers(month),
    }
    return render(request, "readings/calendar.html", values)


@require_GET
@page_right("readings.view_calendar")
def show_day(request: StaffRequest, day_id: int) -> HttpResponse:
    """Show one planned day."""
    return _render_day(request, _find_day(request, day_id))


@require_POST
@page_right("readings.plan")
def move_day(request: StaffRequest, day_id: int) -> HttpResponse:
    """Move a planned day that has not come."""
    day = _find_day(request, day_id)
    form = MoveForm(request.POST)
    if not form.is_valid():
        return _render_day(request, day, form=form, status=422)
    try:
        reading_calendars.move_day(actor=request.actor, key=day.pk, at=SystemClock().now(), **form.cleaned_data)
    except PermissionRefused:
        raise
    except DomainError as refusal:
        form.add_error(refusal.field if refusal.field in form.fields else None, explain(refusal))
        return _render_day(request, day, form=form, status=422)
    messages.success(request, _("The day is moved."))
    return redirect("web:planned_day", day.pk)


def draw_state(one: DayProgress, now: datetime) -> Chip:
    """Return how a step stands: done, done late, late, time left, or only planned."""
    state = one.state
    if not state.is_tracked and not state.is_done:
        return Chip("idle", _("planned"), quiet=True)
    if not state.is_done:
        return due_chip(state.due_at, now)
    return Chip("warn", _("done late")) if state.is_late else Chip("ok", _("done"), quiet=True)


def _read_month(text: str, now: datetime) -> date:
    try:
        return datetime.strptime(text, "%Y-%m").date()  # noqa: DTZ007 - a month has no zone
    except ValueError:
        return now.date().replace(day=1)


def _list_days(month: date) -> list[date]:
    """Return the days of the weeks that a month touches, from Monday."""
    first = month - timedelta(days=month.weekday())
    last = add_months(month, 1) - timedelta(days=1)
    return [first + timedelta(days=at) for at in range((last - first).days + 7 - last.weekday())]


def _list_open(request: StaffRequest, now: datetime) -> list[DayProgress]:
    """Return the steps of the last year that may be late: everything before today."""
    start, end = now.date() - timedelta(days=366), now.date()
    found = calendars.list_progress(actor=request.actor, at=now, start=start, end=end)
    return [one for one in found if not one.state.is_done]


def _draw_cells(
    days: Sequence[date], found: Sequence[DayProgress], *, month: date, today: date, calendar: WorkingCalendar
) -> list[Cell]:
    entries: dict[date, dict[tuple[str, str], Entry]] = defaultdict(dict)
    for one in found:
        kind = _kind_of(one)
        of_day = entries[one.day.planned_date]
        of_day.setdefault((one.day.step, kind), Entry(one.day.step, kind)).days.append(one)
    order = list(words.STEPS)
    return [
        Cell(
            day=day,
            is_of_month=day.month == month.month,
            is_today=day == today,
            is_worked=calendar.is_working_day(day),
            holiday=_name_holiday(calendar, day),
            entries=sorted(entries[day].values(), key=lambda entry: order.index(entry.step)),
        )
        for day in days
    ]


def _kind_of(one: DayProgress) -> str:
    if one.state.is_done:
        return "late-done" if one.state.is_late else "done"
    return "late" if one.state.is_late else "open"


def _name_holiday(calendar: WorkingCalendar, day: date) -> str:
    special = calendar.special_days.get(day)
    if special is None:
        return ""
    return special.name_zh if (get_language() or "").startswith("zh") else special.name_en


def _figures(found: Sequence[DayProgress], late: Sequence[DayProgress], now: datetime) -> list[Figure]:
    today = now.date()
    tracked = [one for one in found if one.state.is_tracked]
    done = [one for one in tracked if one.state.is_done]
    due = Counter(
        "today" if one.day.planned_date == today else "soon"
        for one in tracked
        if not one.state.is_done and today <= one.day.planned_date <= today + _SOON
    )
    return [
        Figure(caption=_("Late against plan"), value=f"{len(late):,}"),
        Figure(caption=_("Due today"), value=f"{due['today']:,}"),
        Figure(caption=_("Due within a week"), value=f"{due['today'] + due['soon']:,}"),
        Figure(
            caption=_("Done of the shown days"),
            value=f"{len(done):,}",
            of=f"/ {len(tracked):,}",
            ratio=len(done) / len(tracked) if tracked else 0.0,
        ),
    ]


def _draw_row(one: DayProgress, now: datetime) -> dict[str, Any]:
    day = one.day
    return {
        "day": day,
        "step": words.STEPS[day.step],
        "month": words.name_month(day.month, day.stage, day.stages),
        "chip": draw_state(one, now),
        "done_at": one.state.done_at,
        "run": one.run_number,
    }


def _head(month: date) -> Page:
    return Page(
        title=_("Calendar of reading and billing"),
        facts=[formats.month(month)],
        crumbs=[Crumb(_("Meter reading"))],
        help=[
            _("Every step of a cycle's month has its day: reading, freezing, calculating, review, issue, payment."),
            _("The days come from the cycle's template and keep off days that nobody works on."),
            _("A day may be moved, with a reason, until it has come; every change stands in the trail."),
        ],
        menu_url=reverse("web:reading_calendar"),
    )


def _find_day(request: StaffRequest, day_id: int) -> PlannedDay:
    rows = readings.filter_planned_days(actor=request.actor)
    day = rows.filter(pk=day_id).first()
    if day is None:
        raise Http404
    return day


def _render_day(
    request: StaffRequest, day: PlannedDay, *, form: MoveForm | None = None, status: int = 200
) -> HttpResponse:
    now = SystemClock().now()
    may_move = request.actor.may("readings.plan") and day.planned_date > to_shanghai(now).date()
    of_stage = [
        one
        for one in calendars.list_progress(actor=request.actor, at=now, months=[day.month], cycle_id=day.cycle_id)
        if one.day.stage == day.stage
    ]
    values = {
        "page": Page(
            title=words.STEPS[day.step],
            number=formats.day(day.planned_date),
            facts=[day.cycle.name, words.name_month(day.month, day.stage, day.stages)],
            crumbs=[
                Crumb(_("Meter reading")),
                Crumb(_("Calendar"), f"{reverse('web:reading_calendar')}?month={day.planned_date:%Y-%m}"),
                Crumb(str(words.STEPS[day.step])),
            ],
            menu_url=reverse("web:reading_calendar"),
        ),
        "day": day,
        "mover": Names([day.moved_by]).of(day.moved_by),
        "rows": [_draw_row(one, now) for one in of_stage],
        "may_move": may_move,
        "form": form or MoveForm(initial={"to": day.planned_date}),
    }
    return render(request, "readings/planned_day.html", values, status=status)
