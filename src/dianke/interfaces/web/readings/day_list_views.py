"""The planned days as a list: filtered, sorted, exported."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from django.db.models import QuerySet
from django.http import HttpResponse
from django.urls import reverse, reverse_lazy
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET

from dianke.domain.billing.queries import calendars
from dianke.domain.readings import queries as readings
from dianke.interfaces.web.access import page_right
from dianke.interfaces.web.components.filters import ChoiceFilter, DateRangeFilter, MonthFilter
from dianke.interfaces.web.components.list_views import render_list
from dianke.interfaces.web.components.lists import Column, ListSpec, register
from dianke.interfaces.web.components.page import Crumb
from dianke.interfaces.web.people import Names
from dianke.interfaces.web.readings import words
from dianke.interfaces.web.readings.calendar_views import draw_state
from dianke.interfaces.web.requests import StaffRequest
from dianke.kernel.clock import SystemClock
from dianke.platform.identity.types import Actor


@require_GET
@page_right("readings.view_calendar")
def list_days(request: StaffRequest) -> HttpResponse:
    """List the planned days of the cycles that the actor sees."""
    return render_list(request, DAYS)


def _list_cycles(actor: Actor) -> list[tuple[str, str]]:
    return [(cycle.code, cycle.name) for cycle in readings.list_visible_cycles(actor=actor)]


def _narrow_month(rows: QuerySet[Any], month: date) -> QuerySet[Any]:
    return rows.filter(month=month)


def _enrich(actor: Actor, rows: Sequence[Any]) -> None:
    now = SystemClock().now()
    found = {one.day.pk: one for one in calendars.judge_days(actor=actor, days=list(rows), at=now)}
    names = Names(day.moved_by for day in rows)
    for day in rows:
        day.progress = found[day.pk]
        day.chip = draw_state(day.progress, now)
        day.mover_name = names.of(day.moved_by)


DAYS = register(
    ListSpec(
        name="readings.planned_days",
        title=_("Planned days"),
        url_name="web:planned_days",
        right="readings.view_calendar",
        crumbs=[Crumb(_("Meter reading")), Crumb(_("Calendar"), reverse_lazy("web:reading_calendar"))],
        rows=lambda actor: readings.filter_planned_days(actor=actor),
        row_url=lambda day: reverse("web:planned_day", args=[day.pk]),
        sort="-planned",
        columns=[
            Column("planned", _("Planned"), lambda day: day.planned_date, order=("planned_date",), css="n", width=12),
            Column("step", _("Step"), lambda day: words.STEPS[day.step], css="nw"),
            Column("cycle", _("Reading cycle"), lambda day: day.cycle.name, css="nw", width=24),
            Column(
                "month",
                _("Month"),
                lambda day: words.name_month(day.month, day.stage, day.stages),
                css="n",
            ),
            Column("state", _("State"), lambda day: day.chip),
            Column("done", _("Done on"), lambda day: day.progress.state.done_at, css="n", width=18),
            Column("template", _("By the template"), lambda day: day.template_date, css="n", is_shown=False, width=12),
            Column("mover", _("Moved by"), lambda day: day.mover_name or None, css="nw"),
            Column("reason", _("Reason"), lambda day: day.reason or None, width=30),
            Column("run", _("Run"), lambda day: day.progress.run_number or None, css="n", is_shown=False, width=20),
        ],
        filters=[
            ChoiceFilter("step", _("Step"), lambda actor: list(words.STEPS.items())),
            ChoiceFilter("cycle", _("Reading cycle"), _list_cycles, lookup="cycle__code"),
            MonthFilter("month", _("Month"), _narrow_month),
            DateRangeFilter("day", _("Planned"), lookup="planned_date"),
        ],
        enrich=_enrich,
        count=lambda count: _now("%(count)s planned days") % {"count": count},
        empty_title=_("Nothing is planned yet"),
        empty_text=_("Make the calendar of a cycle on its page."),
        empty_found_title=_("No planned day fits"),
        empty_found_text=_("Take a filter out to see more."),
        help=[_("Every step of every month of your cycles, with what became of it.")],
        brief=("step", "cycle", "state"),
        export_name="planned-days",
    )
)
