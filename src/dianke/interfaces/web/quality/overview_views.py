"""How the archive stands: counts by rule and unit, the trend, the last passes; a pass by hand."""

from datetime import date, timedelta
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from dianke.domain.audits import rules
from dianke.domain.audits.queries import findings as queries
from dianke.domain.audits.types import QualityRule
from dianke.interfaces.jobs import tasks
from dianke.interfaces.web.access import page_right
from dianke.interfaces.web.components.charts import Chart, Series
from dianke.interfaces.web.components.figures import Figure
from dianke.interfaces.web.components.page import Crumb, Page
from dianke.interfaces.web.people import Names
from dianke.interfaces.web.quality import words
from dianke.interfaces.web.requests import StaffRequest
from dianke.kernel.clock import SystemClock
from dianke.platform.org import queries as org
from dianke.platform.org.models import Unit

_TREND_DAYS = 90
# A rule that found something: its name, how much is unsettled and taken, and the address of its list.
_Line = tuple[QualityRule, Any, int, int, str]


@require_GET
@page_right("quality.view")
def show_overview(request: StaffRequest) -> HttpResponse:
    """Show the counts of the reader's units."""
    today = SystemClock().now().date()
    counts = queries.count_by_unit_and_rule(actor=request.actor)
    groups, clean = _group(counts)
    passes = queries.list_passes(actor=request.actor, limit=6)
    names = Names(one.started_by for one in passes)
    values = {
        "page": Page(
            title=_("Archive quality"),
            facts=[_("the rules go through the archive every night; what is mended closes itself")],
            crumbs=[Crumb(_("Customers"))],
        ),
        "figures": _figures(request, counts, today),
        "groups": groups,
        "clean": clean,
        "subjects": words.SUBJECTS,
        "units": _sum_units(counts),
        "trend": _trend(request, today),
        "passes": [(one, names.of(one.started_by)) for one in passes],
        "own_units": _list_own_units(request),
    }
    return render(request, "quality/overview.html", values)


@require_POST
@page_right("quality.work")
def start_pass(request: StaffRequest) -> HttpResponse:
    """Hand a pass over a unit to the worker."""
    code = request.POST.get("unit", "")
    if code not in {unit.code for unit in _list_own_units(request)}:
        messages.error(request, _("Choose one of your units."))
        return redirect("web:quality")
    tasks.run_quality_rules.defer(unit_code=code, login=request.actor.login)
    messages.success(request, _("The rules go through the unit; the counts change when they are done."))
    return redirect("web:quality")


def _figures(request: StaffRequest, counts: list[dict[str, Any]], today: date) -> list[Figure]:
    unsettled = sum(row["n"] for row in counts)
    taken = sum(row["taken"] for row in counts)
    late = queries.count_late(actor=request.actor, on=today)
    severe = {rule.code for rule in rules.list_rules() if rule.severity.value == "HIGH"}
    url = reverse("web:quality_findings")
    yesterday = f"{today - timedelta(days=1):%Y-%m-%d}"
    return [
        Figure(caption=_("Unsettled findings"), value=f"{unsettled:,}", url=url),
        Figure(
            caption=_("Severe"),
            value=f"{sum(row['n'] for row in counts if row['rule'] in severe):,}",
            url=f"{url}?severity=HIGH",
        ),
        Figure(caption=_("Taken"), value=f"{taken:,}", of=f"/ {unsettled:,}"),
        Figure(caption=_("Overdue"), value=f"{late:,}", url=f"{url}?{urlencode({'due_to': yesterday})}"),
    ]


def _group(counts: list[dict[str, Any]]) -> tuple[list[tuple[Any, list[_Line]]], list[tuple[Any, QualityRule, Any]]]:
    """Return the groups with the rules that found something, and the rules that found nothing, each with its group."""
    totals = _sum_by(counts, "rule")
    url = reverse("web:quality_findings")
    groups: dict[str, list[_Line]] = {code: [] for code in words.GROUPS}
    clean = []
    for rule in rules.list_rules():
        count, taken = totals.get(rule.code, (0, 0))
        if count:
            line = (rule, words.RULES[rule.code], count, taken, f"{url}?{urlencode({'rule': rule.code})}")
            groups[rule.group.value].append(line)
        else:
            clean.append((words.GROUPS[rule.group.value], rule, words.RULES[rule.code]))
    return [(words.GROUPS[code], lines) for code, lines in groups.items() if lines], clean


def _sum_units(counts: list[dict[str, Any]]) -> list[tuple[str, int, int, str]]:
    names = {row["unit__code"]: row["unit__name"] for row in counts}
    url = reverse("web:quality_findings")
    return [
        (names[code], count, taken, f"{url}?{urlencode({'unit': code})}")
        for code, (count, taken) in sorted(_sum_by(counts, "unit__code").items())
    ]


def _sum_by(counts: list[dict[str, Any]], key: str) -> dict[str, tuple[int, int]]:
    totals: dict[str, tuple[int, int]] = {}
    for row in counts:
        count, taken = totals.get(row[key], (0, 0))
        totals[row[key]] = (count + row["n"], taken + row["taken"])
    return totals


def _trend(request: StaffRequest, today: date) -> Chart | None:
    days = queries.sum_days(actor=request.actor, until=today, days=_TREND_DAYS)
    if len(days) < 2:
        return None
    name = _("Unsettled findings")
    return Chart(
        labels=[f"{day:%m-%d}" for day in days],
        series=[Series(name=name, values=list(days.values()))],
        description=name,
        label_name=_("Day"),
    )


def _list_own_units(request: StaffRequest) -> list[Unit]:
    return [unit for unit in org.list_units(actor=request.actor) if request.actor.may("quality.work", unit.path)]
