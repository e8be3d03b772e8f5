"""The lists side by side, where each has its facts from, and how often it was right."""

from datetime import date, timedelta
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from django.views.decorators.http import require_GET

from dianke.application import watching
from dianke.domain.watching.models import WatchRun
from dianke.domain.watching.queries import entries as queries
from dianke.domain.watching.queries import facts
from dianke.domain.watching.queries.entries import ListCounts, Precision
from dianke.domain.watching.types import WatchList
from dianke.interfaces.web.access import page_right
from dianke.interfaces.web.components import formats
from dianke.interfaces.web.components.charts import Chart, Colour, Series
from dianke.interfaces.web.components.figures import Figure
from dianke.interfaces.web.components.page import Crumb, Page
from dianke.interfaces.web.requests import StaffRequest
from dianke.interfaces.web.watching import words
from dianke.kernel.clock import SystemClock, to_shanghai

_WEEKS = 26
_COLOURS: dict[str, Colour] = {
    WatchList.FALLING_USE.value: "accent",
    WatchList.IDLE_CAPACITY.value: "ok",
    WatchList.ARREARS_RISK.value: "bad",
    WatchList.LEAVING.value: "warn",
    WatchList.COMPLAINTS.value: "idle",
}


@require_GET
@page_right(watching.VIEW)
def show_lists(request: StaffRequest) -> HttpResponse:
    """Show each list that has a source with what lives on it, and name those that have none."""
    actor, today = request.actor, _today()
    run = queries.get_last_run(actor=actor)
    sources = facts.list_sources(on=today) if run is None else {one.value: "" for one in WatchList} | run.missing
    counts, precisions = queries.count_by_list(actor=actor, today=today), queries.measure_lists(actor=actor)
    shown = [code for code, missing in sources.items() if not missing or code in counts]
    values = {
        "page": _head(run),
        "run": run,
        "figures": _list_figures(counts),
        "lists": [_describe(code, run, counts.get(code), precisions.get(code)) for code in shown],
        "missing": [(words.LISTS[code], words.MISSING[why]) for code, why in sources.items() if why],
    }
    return render(request, "watching/overview.html", values)


@require_GET
@page_right(watching.VIEW)
def show_precision(request: StaffRequest) -> HttpResponse:
    """Show how often lists and reasons were right, of the results that people recorded."""
    actor, today = request.actor, _today()
    lists = queries.measure_lists(actor=actor)
    weeks = queries.measure_weeks(actor=actor, since=today - timedelta(weeks=_WEEKS))
    reasons = sorted(queries.measure_reasons(actor=actor).items(), key=lambda one: -one[1].recorded)
    values = {
        "page": Page(
            title=_("How right the lists are"),
            crumbs=[Crumb(_("Credit and value")), Crumb(_("Watch lists"), reverse("web:watching"))],
            menu_url=reverse("web:watching_precision"),
            help=[
                _("Counted are entries whose result a person recorded: right, right but too late, or a false alarm."),
                _("Precision is the share that was right, in time or too late."),
            ],
        ),
        "lists": [(words.LISTS[code], lists[code]) for code in words.LISTS if code in lists],
        "chart": _draw_weeks(weeks) if weeks else None,
        "keys": [
            (words.LISTS[code], _COLOURS[code]) for code in words.LISTS if any(code in one for one in weeks.values())
        ],
        "reasons": [
            (words.LISTS[code], words.REASONS.get(reason, reason), measured) for (code, reason), measured in reasons
        ],
    }
    return render(request, "watching/precision.html", values)


def _describe(code: str, run: WatchRun | None, counts: ListCounts | None, measured: Precision | None) -> dict[str, Any]:
    made = run.figures.get(code, {}) if run else {}
    return {
        "name": words.LISTS[code],
        "about": words.ABOUT[code],
        "url": f"{reverse('web:watching_entries')}?list={code}",
        "counts": counts or ListCounts(open=0, taken=0, alarms=0, overdue=0),
        "judged": made.get("judged"),
        "new": made.get("new"),
        "continued": made.get("continued"),
        "left_out": made.get("left_out", 0),
        "measured": measured,
    }


def _list_figures(counts: dict[str, ListCounts]) -> list[Figure]:
    entries = reverse("web:watching_entries")
    total = {
        name: sum(getattr(one, name) for one in counts.values()) for name in ("open", "taken", "alarms", "overdue")
    }
    return [
        Figure(pgettext_lazy("watching", "Alarms"), formats.number(total["alarms"]), url=f"{entries}?level=ALARM"),
        Figure(pgettext_lazy("watching", "Open entries"), formats.number(total["open"]), url=f"{entries}?state=OPEN"),
        Figure(pgettext_lazy("watching", "Taken"), formats.number(total["taken"]), url=f"{entries}?state=TAKEN"),
        Figure(
            pgettext_lazy("watching", "Past their day"),
            formats.number(total["overdue"]),
            url=f"{entries}?due_to={formats.day(_today() - timedelta(days=1))}",
        ),
    ]


def _draw_weeks(weeks: dict[date, dict[str, Precision]]) -> Chart:
    codes = [code for code in words.LISTS if any(code in one for one in weeks.values())]
    return Chart(
        labels=[formats.day(week) for week in weeks],
        series=[
            Series(words.LISTS[code], [_share(one.get(code)) for one in weeks.values()], "line", _COLOURS[code])
            for code in codes
        ],
        unit="%",
        description=_now("Share that was right, by the week in which entries were raised"),
        label_name=_("Week of"),
    )


def _share(measured: Precision | None) -> float | None:
    return None if measured is None or measured.share is None else round(measured.share * 100, 1)


def _today() -> date:
    return to_shanghai(SystemClock().now()).date()


def _head(run: WatchRun | None) -> Page:
    facts_of_run = []
    if run:
        facts_of_run.append(_now("last run as of %(day)s") % {"day": formats.day(run.as_of_date)})
        if run.use_month:
            facts_of_run.append(_now("use of %(month)s compared") % {"month": formats.month(run.use_month)})
    return Page(
        title=_("Watch lists"),
        facts=facts_of_run,
        crumbs=[Crumb(_("Credit and value"))],
        menu_url=reverse("web:watching"),
        help=[
            _("Every Monday all lists that have a source go through all customers."),
            _("A list without a source is not made; what it lacks stands below."),
            _("An entry goes on while the reasons hold; it is never raised twice, and rests after it was closed."),
        ],
    )
