"""The list of plans and a version as people know it from the official sheet."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET

from dianke.domain.tariffs import queries as tariffs
from dianke.domain.tariffs.types import (
    MINUTES_PER_DAY,
    DayStrip,
    PlanFacts,
    PlanKind,
    PriceColumn,
    RowFacts,
    VersionPage,
)
from dianke.interfaces.web.access import page_right
from dianke.interfaces.web.billing import words as billing_words
from dianke.interfaces.web.components import formats
from dianke.interfaces.web.components.page import Chip, Crumb, Page, Text
from dianke.interfaces.web.requests import StaffRequest
from dianke.kernel.clock import SystemClock

COLUMNS: dict[PriceColumn, Text] = {
    PriceColumn.FLAT: gettext_lazy("flat"),
    PriceColumn.SHARP: gettext_lazy("sharp"),
    PriceColumn.PEAK: gettext_lazy("peak"),
    PriceColumn.VALLEY: gettext_lazy("valley"),
    PriceColumn.DEEP: gettext_lazy("deep valley"),
    PriceColumn.TD_ENERGY: gettext_lazy("transmission and distribution"),
    PriceColumn.DEMAND: gettext_lazy("demand, yuan/kW·month"),
    PriceColumn.CAPACITY: gettext_lazy("capacity, yuan/kVA·month"),
}
KINDS: dict[PlanKind, Text] = {
    PlanKind.COMMERCIAL_INDUSTRIAL: gettext_lazy("Commercial and industrial"),
    PlanKind.RESIDENTIAL: gettext_lazy("Residential"),
    PlanKind.AGRICULTURAL: gettext_lazy("Agricultural"),
    PlanKind.TRANSMISSION_DISTRIBUTION: gettext_lazy("Transmission and distribution"),
}
_MONTHLY = {PriceColumn.DEMAND, PriceColumn.CAPACITY}
_PERIODS = ("sharp", "peak", "flat", "valley", "deep")


@dataclass(frozen=True)
class StripPart:
    """A stretch of a day as drawn: its share of the width and its period."""

    percent: str
    period: str
    hours: str


@require_GET
@page_right("tariffs.view")
def list_plans(request: StaffRequest) -> HttpResponse:
    """List the plans with the version in force today."""
    plans = tariffs.list_plans(actor=request.actor, on=SystemClock().now().date())
    groups = [(label, [plan for plan in plans if plan.kind is kind]) for kind, label in KINDS.items()]
    values = {
        "page": Page(title=_("Prices and rules"), crumbs=[Crumb(_("Billing"))]),
        "groups": [(label, members) for label, members in groups if members],
    }
    return render(request, "tariffs/list.html", values)


@require_GET
@page_right("tariffs.view")
def show_plan(request: StaffRequest, code: str) -> HttpResponse:
    """Go to the version of a plan that is in force, or to its newest."""
    versions = tariffs.list_versions(actor=request.actor, plan_code=code)
    if not versions:
        raise Http404
    today = SystemClock().now().date()
    in_force = [v for v in versions if v.start <= today and (v.end is None or today < v.end)]
    newest = max(in_force or versions, key=lambda version: version.start)
    return redirect("web:tariff_version", newest.id)


@require_GET
@page_right("tariffs.view")
def show_version(request: StaffRequest, version_id: int) -> HttpResponse:
    """Show a version: prices by voltage and period, parts, tiers, hours, policies, evidence."""
    try:
        sheet = tariffs.get_version_page(actor=request.actor, version_id=version_id)
    except tariffs.NoSuchPlan as error:
        raise Http404 from error
    values = {
        "page": _head(sheet),
        "sheet": sheet,
        "columns": [COLUMNS[column] for column in sheet.columns],
        "rows": [_draw_row(row, sheet.columns) for row in sheet.rows],
        "components": [(billing_words.COMPONENTS.get(str(part.kind), part.code), part) for part in sheet.components],
        "hours": [
            (billing_words.STRUCTURES[str(table.structure)], [_draw_strip(strip) for strip in table.strips])
            for table in sheet.hours
        ],
        "periods": [(name, billing_words.PERIODS[name]) for name in _PERIODS],
        "policies": sorted(sheet.policies.facts.values(), key=lambda fact: fact.code),
    }
    return render(request, "tariffs/version.html", values)


def _head(sheet: VersionPage) -> Page:
    version, plan = sheet.version, sheet.plan
    chips = [Chip("fact", _("evidence %(grade)s") % {"grade": version.grade})]
    if version.is_demo_only:
        chips.append(Chip("warn", _("for demonstrations only")))
    end = formats.day(version.end) if version.end else _("until replaced")
    return Page(
        title=_plan_title(plan),
        number=version.sheet_id,
        facts=[plan.issuer, f"{formats.day(version.start)} → {end}"],
        crumbs=[Crumb(_("Billing")), Crumb(_("Prices and rules"), reverse("web:tariffs")), Crumb(plan.code)],
        chips=chips,
        menu_url=reverse("web:tariffs"),
    )


def _plan_title(plan: PlanFacts) -> str:
    return plan.name


def _draw_row(row: RowFacts, columns: Sequence[PriceColumn]) -> dict[str, object]:
    return {
        "structure": billing_words.STRUCTURES[str(row.structure)],
        "voltage": row.voltage,
        "label": row.label,
        "cells": [_draw_cell(row, column) for column in columns],
    }


def _draw_cell(row: RowFacts, column: PriceColumn) -> str:
    price = row.prices[column]
    if price.value is None:
        return _("not found") if price.exists else formats.NONE
    return formats.number(price.value, 2) if column in _MONTHLY else formats.price(price.value)


def _draw_strip(strip: DayStrip) -> dict[str, object]:
    return {
        "months": _name_months(strip.months),
        "holidays": ", ".join(sorted(strip.condition.holidays)),
        "is_special": not strip.condition.is_every_day,
        "parts": [
            StripPart(
                percent=f"{(segment.end_minute - segment.start_minute) * 100 / MINUTES_PER_DAY:.3f}",
                period=_PERIODS[segment.period],
                hours=segment.hours,
            )
            for segment in strip.segments
        ],
    }


def _name_months(months: Sequence[int]) -> str:
    """Return 1–6, 9–12 of a list of months."""
    if len(months) == 12:
        return _("all year")
    spans: list[list[int]] = []
    for month in months:
        if spans and month == spans[-1][1] + 1:
            spans[-1][1] = month
        else:
            spans.append([month, month])
    return ", ".join(f"{first}–{last}" if first != last else str(first) for first, last in spans)
