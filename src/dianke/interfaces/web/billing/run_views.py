"""Runs as pages: the board, faults and bills of a run."""

from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from dianke.domain.billing.models import BillRun
from dianke.domain.billing.queries import bills as bill_queries
from dianke.domain.billing.queries import finals as final_queries
from dianke.domain.billing.queries import review as review_queries
from dianke.domain.billing.queries import runs as run_queries
from dianke.domain.billing.rules import remedies
from dianke.domain.billing.rules.runs import Condition, list_issue_conditions
from dianke.domain.billing.types import BEFORE_ISSUE, RunStatus
from dianke.interfaces.web.access import page_right
from dianke.interfaces.web.billing import words
from dianke.interfaces.web.billing.plan_panel import list_plan
from dianke.interfaces.web.billing.shard_rows import draw_shards
from dianke.interfaces.web.components import formats
from dianke.interfaces.web.components.figures import Figure
from dianke.interfaces.web.components.page import Crumb, Page, Text
from dianke.interfaces.web.components.paging import count_roughly, page_by_key
from dianke.interfaces.web.components.states import state_chip
from dianke.interfaces.web.people import Names
from dianke.interfaces.web.requests import StaffRequest
from dianke.kernel.clock import SystemClock
from dianke.platform.identity import queries as identity

MOVING = {RunStatus.CALCULATING.value, RunStatus.ISSUING.value}


def find_run(request: StaffRequest, number: str) -> BillRun:
    """Return the run of a number, or answer that nothing is found."""
    try:
        return run_queries.get_run(actor=request.actor, number=number)
    except BillRun.DoesNotExist as error:
        raise Http404 from error


@require_GET
@page_right("billing.view")
def show_run(request: StaffRequest, number: str) -> HttpResponse:
    """Show the board of a run."""
    run = find_run(request, number)
    values = _board(request, run)
    values["page"] = Page(
        title=words.name_run(run),
        number=run.number,
        facts=[
            *([words.RUN_KINDS[run.kind]] if not run.is_of_cycle else []),
            run.unit.name,
            _("started %(at)s by %(name)s") % {"at": formats.moment(run.started_at), "name": values["runner"]},
        ],
        crumbs=[Crumb(_("Billing")), Crumb(_("Bill runs"), reverse("web:bill_runs")), Crumb(run.number)],
        chips=[state_chip("bill_run", run.status)],
        menu_url=reverse("web:bill_runs"),
    )
    return render(request, "billing/run.html", values)


@require_GET
@page_right("billing.view")
def show_board(request: StaffRequest, number: str) -> HttpResponse:
    """Return the moving part of the board, for the page to fetch while a run is at work."""
    return render(request, "billing/run_board.html", _board(request, find_run(request, number)))


def _board(request: StaffRequest, run: BillRun) -> dict[str, Any]:
    totals = run_queries.get_totals(actor=request.actor, run=run)
    conditions = _list_conditions(request, run, totals)
    groups = run_queries.list_fault_groups(actor=request.actor, run=run)
    undecided = review_queries.count_undecided(actor=request.actor, run=run)
    may_change = run.status in BEFORE_ISSUE
    may_run = request.actor.may("billing.run")
    is_paused = run.status == RunStatus.PAUSED.value
    may_issue = request.actor.may("billing.issue", run.unit.path) and run.status == RunStatus.CALCULATED.value
    may_see_plan = request.actor.may("readings.view_calendar")
    names = Names([run.started_by, run.issued_by])
    return {
        "run": run,
        "totals": totals,
        "is_moving": run.status in MOVING,
        "figures": _figures(run, totals, undecided),
        "groups": [(group, words.name_fault(group.code), remedies.get_remedy(group.code)) for group in groups],
        "faults_open": totals.faults_open,
        "shards": draw_shards(run_queries.list_shards(actor=request.actor, run=run), SystemClock().now()),
        "conditions": conditions,
        "unmet": sum(not condition.met for condition, _name in conditions),
        "runner": names.of(run.started_by),
        "issuer": names.of(run.issued_by),
        "issuers": "" if run.issued_by else _name_issuers(run),
        "may_calculate": may_run and may_change and not is_paused and totals.faults + undecided.asked > 0,
        "may_pause": may_run and run.status == RunStatus.CALCULATING.value,
        "may_resume": may_run and is_paused,
        "review_open": undecided.open if may_change else 0,
        "may_cancel": may_run and may_change,
        "held": undecided.asked if may_run and run.status == RunStatus.CALCULATED.value else 0,
        **_find_companions(request, run, may_run),
        "may_defer": request.actor.may("billing.review") and may_change,
        "may_issue": may_issue,
        # Whoever may see the calendar sees the run beside it.
        "plan": list_plan(request.actor, run, SystemClock().now()) if may_see_plan else [],
    }


def _find_companions(request: StaffRequest, run: BillRun, may_run: bool) -> dict[str, Any]:
    """Return what belongs to a run: its final bill, the run it completes, and how many points wait for another."""
    is_issued = run.status == RunStatus.ISSUED.value and not run.has_own_period and not run.is_interim
    return {
        "final": final_queries.find_of_run(actor=request.actor, run=run),
        "held_back": final_queries.count_held_back(actor=request.actor, run=run),
        "left": len(final_queries.list_left_points(run=run)) if may_run and is_issued else 0,
    }


def _list_conditions(
    request: StaffRequest, run: BillRun, totals: run_queries.RunTotals
) -> list[tuple[Condition, Text]]:
    """Return what must hold before issue; asked only then, for adding up every line is dear."""
    if run.status != RunStatus.CALCULATED.value:
        return []
    state = run_queries.get_state(actor=request.actor, run=run, totals=totals)
    conditions = list_issue_conditions(state, login=request.actor.login)
    return [(condition, words.CONDITIONS[condition.code]) for condition in conditions]


def _name_issuers(run: BillRun) -> str:
    today = SystemClock().now().date()
    holders = identity.list_holders(right="billing.issue", unit_path=run.unit.path, on=today)
    return _(", ").join(name for login, name in holders.items() if login != run.started_by)


def _figures(run: BillRun, totals: run_queries.RunTotals, undecided: review_queries.Undecided) -> list[Figure]:
    ratio = totals.points_done / totals.points if totals.points else 0.0
    is_issued = run.status == RunStatus.ISSUED.value
    bills_url = reverse("web:bill_run_bills", args=[run.number]) if totals.bills else ""
    faults_url = reverse("web:bill_run_faults", args=[run.number]) if totals.faults else ""
    return [
        Figure(
            caption=_("Usage points"),
            value=f"{totals.points_done:,}",
            of=f"/ {totals.points:,}",
            ratio=ratio,
        ),
        Figure(
            caption=_("Bills"),
            value=f"{totals.bills:,}",
            context=_("%(points)s points less %(faults)s faults")
            % {"points": f"{totals.points_done:,}", "faults": f"{totals.faults:,}"},
            url=bills_url,
        ),
        Figure(
            caption=_("Receivable (yuan)"),
            value=formats.fen(totals.amount_fen),
            context=_("sum of the bills") if is_issued else _("sum of the drafts"),
        ),
        Figure(
            caption=_("Faults · cannot be billed"),
            value=f"{totals.faults_open:,}",
            of=_("undecided / %(all)s") % {"all": f"{totals.faults:,}"},
            context=_("%(count)s put off") % {"count": f"{totals.faults - totals.faults_open:,}"},
            url=faults_url,
        ),
        Figure(
            caption=_("Suspicions · to be decided"),
            value=f"{undecided.open:,}",
            context=_("%(count)s corrections asked") % {"count": f"{undecided.asked:,}"},
            url=reverse("web:bill_review", args=[run.number]),
        ),
    ]


@require_GET
@page_right("billing.view")
def list_faults(request: StaffRequest, number: str) -> HttpResponse:
    """List the faults of a run, of one cause if asked."""
    run = find_run(request, number)
    code = request.GET.get("code", "")
    rows = run_queries.filter_faults(actor=request.actor, run=run, code=code)
    page = page_by_key(rows, order=["id"], at=request.GET.get("at", ""))
    names = Names(fault.decided_by for fault in page.rows)
    values = {
        "page": _sub_page(run, words.name_fault(code) if code else _("Faults")),
        "run": run,
        "code": code,
        "paged": page,
        "total": _("%(count)s faults") % {"count": count_roughly(rows)},
        "rows": [
            (
                fault,
                words.name_fault(fault.code),
                remedies.get_remedy(fault.code),
                words.name_detail(fault.field, fault.detail),
                names.of(fault.decided_by),
            )
            for fault in page.rows
        ],
    }
    return render(request, "billing/run_faults.html", values)


@require_GET
@page_right("billing.view")
def list_run_bills(request: StaffRequest, number: str) -> HttpResponse:
    """List the bills of a run: drafts before issue, bills after."""
    run = find_run(request, number)
    is_issued = run.status == RunStatus.ISSUED.value
    rows = bill_queries.filter_run(actor=request.actor, run_id=run.pk, is_issued=is_issued)
    values = {
        "page": _sub_page(run, _("Bills") if is_issued else _("Drafts")),
        "run": run,
        "is_issued": is_issued,
        "bills": page_by_key(rows, order=["-amount_fen", "id"], at=request.GET.get("at", "")),
        "total": _("%(count)s bills") % {"count": count_roughly(rows)},
        "classes": words.USAGE_CLASSES,
    }
    return render(request, "billing/run_bills.html", values)


def _sub_page(run: BillRun, title: str) -> Page:
    return Page(
        title=title,
        number=run.number,
        facts=[words.name_run(run)],
        crumbs=[
            Crumb(_("Billing")),
            Crumb(_("Bill runs"), reverse("web:bill_runs")),
            Crumb(run.number, reverse("web:bill_run", args=[run.number])),
            Crumb(title),
        ],
        menu_url=reverse("web:bill_runs"),
    )
