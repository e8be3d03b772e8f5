"""The list of plans, the way to a plan's prices, and the rules."""

from datetime import date
from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from dianke.domain.tariffs import queries as tariffs
from dianke.domain.tariffs.types import PlanKind, VersionFacts
from dianke.interfaces.web.access import page_right
from dianke.interfaces.web.components.filters import FilterChip
from dianke.interfaces.web.components.page import Chip, Crumb, Page
from dianke.interfaces.web.components.states import state_chip
from dianke.interfaces.web.people import Names
from dianke.interfaces.web.requests import StaffRequest
from dianke.interfaces.web.tariffs import words
from dianke.interfaces.web.tariffs.rules import list_rules
from dianke.kernel.clock import SystemClock


@require_GET
@page_right("tariffs.view")
def list_plans(request: StaffRequest) -> HttpResponse:
    """List the plans with their version in force, else with the newest."""
    today = SystemClock().now().date()
    text = " ".join(request.GET.get("q", "").split()).casefold()
    kind = request.GET.get("kind", "")
    newest = tariffs.list_newest_versions(actor=request.actor, on=today)
    plans = [
        plan
        for plan in tariffs.list_plans(actor=request.actor)
        if kind in {"", plan.kind.value} and text in f"{plan.code} {plan.name} {plan.issuer}".casefold()
    ]
    groups = [
        (label, [(plan, *_describe(newest.get(plan.code), today)) for plan in plans if plan.kind is one])
        for one, label in words.KINDS.items()
    ]
    values = {
        "page": Page(title=_("Prices and rules"), crumbs=[Crumb(_("Billing"))]),
        "text": request.GET.get("q", ""),
        "kind": kind,
        "filters": _filters(kind),
        "proposals": _list_proposals(request),
        "may_propose": request.actor.may("tariffs.propose"),
        "groups": [(label, members) for label, members in groups if members],
    }
    return render(request, "tariffs/list.html", values)


def _list_proposals(request: StaffRequest) -> list[tuple[VersionFacts, str]]:
    proposals = tariffs.list_proposals(actor=request.actor)
    names = Names(version.proposed_by for version in proposals)
    return [(version, names.of(version.proposed_by)) for version in proposals]


def _filters(kind: str) -> list[FilterChip]:
    address = reverse("web:tariffs")
    chips = [FilterChip(label=_("All"), url=address, active=not kind)]
    return chips + [
        FilterChip(label=label, url=f"{address}?kind={one.value}", active=kind == one.value)
        for one, label in words.KINDS.items()
        if one is not PlanKind.AGRICULTURAL
    ]


def _describe(version: VersionFacts | None, today: date) -> tuple[Any, ...]:
    return (version, chip_of(version, today, quiet=True)) if version else (None, None)


def chip_of(version: VersionFacts, today: date, *, quiet: bool = False) -> Chip:
    """Return whether a version is in force, or what became of its proposal, as a chip."""
    if not version.is_approved:
        return state_chip("tariff_version", version.status.value, quiet=quiet)
    if version.start > today:
        return state_chip("tariff_version", "COMING", quiet=quiet)
    is_past = version.end is not None and version.end <= today
    return state_chip("tariff_version", "PAST" if is_past else "IN_FORCE", quiet=quiet)


@require_GET
@page_right("tariffs.view")
def show_plan(request: StaffRequest, code: str) -> HttpResponse:
    """Go to the version of a plan that is in force, or to its newest."""
    today = SystemClock().now().date()
    version = tariffs.list_newest_versions(actor=request.actor, on=today, plan_code=code).get(code)
    if version is None:
        raise Http404
    return redirect("web:tariff_version", version.id)


@require_GET
@page_right("billing.view")
def show_rules(request: StaffRequest) -> HttpResponse:
    """Show the rules that bills cite."""
    values = {
        "page": Page(
            title=_("Billing rules"),
            crumbs=[Crumb(_("Billing")), Crumb(_("Prices and rules"), reverse("web:tariffs"))],
            menu_url=reverse("web:tariffs"),
        ),
        "rules": list_rules(),
    }
    return render(request, "tariffs/rules.html", values)
