"""The list of plans, the way to a plan's prices, and the rules."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from django.db.models import Q, QuerySet
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET

from dianke.domain.tariffs import queries as tariffs
from dianke.domain.tariffs.types import PlanKind, VersionFacts
from dianke.interfaces.web.access import open_to_staff, page_right
from dianke.interfaces.web.components.filters import ChoiceFilter
from dianke.interfaces.web.components.list_views import render_list
from dianke.interfaces.web.components.lists import Column, ListSpec, register
from dianke.interfaces.web.components.page import Chip, Crumb, Page, Text
from dianke.interfaces.web.components.states import state_chip
from dianke.interfaces.web.people import Names
from dianke.interfaces.web.requests import StaffRequest
from dianke.interfaces.web.tariffs import words
from dianke.interfaces.web.tariffs.rules import list_rules
from dianke.kernel.clock import SystemClock
from dianke.platform.identity.types import Actor


@require_GET
@page_right("tariffs.view")
def list_plans(request: StaffRequest) -> HttpResponse:
    """List the plans with their version in force, else with the newest, above them what waits for approval."""
    values = {"proposals": _list_proposals(request), "may_propose": request.actor.may("tariffs.propose")}
    return render_list(request, PLANS, template="tariffs/list.html", values=values)


def _list_proposals(request: StaffRequest) -> list[tuple[VersionFacts, str]]:
    proposals = tariffs.list_proposals(actor=request.actor)
    names = Names(version.proposed_by for version in proposals)
    return [(version, names.of(version.proposed_by)) for version in proposals]


def _search(actor: Actor, rows: QuerySet[Any], text: str) -> tuple[QuerySet[Any], bool]:
    # Some dozens of plans: reading them all is no work.
    return rows.filter(Q(code__icontains=text) | Q(name__icontains=text) | Q(region__icontains=text)), False


def _list_regions(actor: Actor) -> list[tuple[str, str]]:
    return [(region, region) for region in tariffs.list_regions(actor=actor)]


def _narrow_force(rows: QuerySet[Any], value: str) -> QuerySet[Any]:
    in_force = tariffs.list_plans_in_force(actor=Actor.system(_WHY), on=SystemClock().now().date())
    return rows.filter(pk__in=in_force) if value == "YES" else rows.exclude(pk__in=in_force)


def _enrich(actor: Actor, rows: Sequence[Any]) -> None:
    today = SystemClock().now().date()
    newest = tariffs.list_newest_versions(actor=actor, on=today)
    for plan in rows:
        plan.newest = newest.get(plan.code)
        plan.chip = chip_of(plan.newest, today, quiet=True) if plan.newest else None


def _name_kind(plan: Any) -> Text:
    return words.KINDS[PlanKind(plan.kind)]


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
@open_to_staff
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


_WHY = "asking which plans have prices today, which every reader of tariffs may know"
_KINDS = [(kind.value, label) for kind, label in words.KINDS.items() if kind is not PlanKind.AGRICULTURAL]

PLANS = register(
    ListSpec(
        name="tariffs.plans",
        title=_("Prices and rules"),
        url_name="web:tariffs",
        right="tariffs.view",
        crumbs=[Crumb(_("Billing"))],
        rows=lambda actor: tariffs.filter_plans(actor=actor),
        row_url=lambda plan: reverse("web:tariff_plan", args=[plan.code]) if plan.newest else "",
        sort="plan",
        columns=[
            Column("name", _("Name of the plan"), lambda plan: plan.name, width=34),
            Column("plan", _("Plan"), lambda plan: plan.code, order=("code",), css="n", width=20),
            Column("kind", _("Kind"), _name_kind, css="nw", width=16),
            Column("region", _("Province"), lambda plan: plan.region, css="nw", is_shown=False, width=10),
            Column("issuer", _("Issuer"), lambda plan: plan.issuer, css="nw", width=30),
            Column("sheet", _("Sheet"), lambda plan: plan.newest and plan.newest.sheet_id, css="n", width=24),
            Column("from", _("In force from"), lambda plan: plan.newest and plan.newest.start, css="n", width=12),
            Column("to", _("To, not included"), lambda plan: plan.newest and plan.newest.end, css="n", width=12),
            Column("grade", _("Evidence"), lambda plan: plan.newest and plan.newest.grade, is_shown=False, width=8),
            Column("state", _("State"), lambda plan: plan.chip, width=12),
        ],
        filters=[
            ChoiceFilter("kind", _("Kind"), _KINDS),
            ChoiceFilter("region", _("Province"), _list_regions),
            ChoiceFilter(
                "force",
                _("Prices today"),
                [("YES", _("with prices today")), ("NO", _("without prices today"))],
                apply=_narrow_force,
            ),
        ],
        search=_search,
        search_hint=_("Province, name, code"),
        enrich=_enrich,
        count=lambda count: _now("%(count)s plans") % {"count": count},
        empty_title=_("No prices loaded"),
        empty_text=_("Published sheets are loaded as data."),
        empty_found_title=_("No plan fits"),
        empty_found_text=_("Search by province, by the name of the plan or by its code."),
        help=[
            _("A plan is what a customer is priced by; its versions are dated, one in force at a time."),
            _("A version is proposed by one person and approved by another; until then it prices nothing."),
        ],
        brief=("plan", "sheet", "from", "state"),
        export_name="tariff-plans",
    )
)
