"""Runs: the list, the board, faults and bills of a run, and its steps."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from dianke.application import meter_to_cash
from dianke.domain.billing.models import BillRun
from dianke.domain.billing.queries import bills as bill_queries
from dianke.domain.billing.queries import runs as run_queries
from dianke.domain.billing.rules import remedies
from dianke.domain.billing.rules.runs import list_issue_conditions
from dianke.domain.readings import queries as reading_queries
from dianke.domain.readings.types import MonthStatus
from dianke.interfaces.jobs import tasks
from dianke.interfaces.web.access import page_right
from dianke.interfaces.web.billing import words
from dianke.interfaces.web.components import formats
from dianke.interfaces.web.components.figures import Figure
from dianke.interfaces.web.components.page import Crumb, Page
from dianke.interfaces.web.components.paging import page_by_key
from dianke.interfaces.web.components.states import state_chip
from dianke.interfaces.web.requests import StaffRequest
from dianke.interfaces.web.shell.errors import explain as explain_refusal
from dianke.kernel.clock import SystemClock
from dianke.kernel.errors import DomainError


@require_GET
@page_right("billing.view")
def list_runs(request: StaffRequest) -> HttpResponse:
    """List the runs of the actor's units and the frozen months that wait for one."""
    runs = run_queries.list_runs(actor=request.actor)
    live = {run.cycle_month_id for run in runs if run.status != "CANCELLED"}
    frozen = reading_queries.list_months(actor=request.actor, status=MonthStatus.FROZEN)
    values = {
        "page": Page(title=_("Bill runs"), crumbs=[Crumb(_("Billing"))]),
        "rows": [(run, run_queries.get_totals(actor=request.actor, run=run)) for run in runs],
        "waiting": [month for month in frozen if month.pk not in live],
        "may_run": request.actor.may("billing.run"),
    }
    return render(request, "billing/runs.html", values)


@require_POST
@page_right("billing.run")
def start_run(request: StaffRequest) -> HttpResponse:
    """Start the run of a frozen month and hand its calculation to the worker."""
    try:
        run = meter_to_cash.start_run(
            actor=request.actor,
            cycle_code=request.POST.get("cycle", ""),
            month=bill_queries.get_month(request.POST.get("month", "")),
            at=SystemClock().now(),
        )
    except DomainError as refusal:
        messages.error(request, explain_refusal(refusal))
        return redirect("web:bill_runs")
    tasks.calculate_run.defer(number=run.number, login=request.actor.login)
    messages.success(request, _("The run has started; the board shows its progress."))
    return redirect("web:bill_run", run.number)


@require_GET
@page_right("billing.view")
def show_run(request: StaffRequest, number: str) -> HttpResponse:
    """Show the board of a run."""
    run = _get_run(request, number)
    values = _board(request, run)
    values["page"] = Page(
        title=f"{formats.month(run.cycle_month.month)} {run.cycle_month.cycle.name}",
        number=run.number,
        facts=[
            _("reading day %(day)s") % {"day": run.cycle_month.cycle.reading_day},
            run.unit.name,
            _("started %(at)s by %(login)s") % {"at": formats.moment(run.started_at), "login": run.started_by},
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
    return render(request, "billing/run_board.html", _board(request, _get_run(request, number)))


def _board(request: StaffRequest, run: BillRun) -> dict[str, Any]:
    totals = run_queries.get_totals(actor=request.actor, run=run)
    state = run_queries.get_state(actor=request.actor, run=run)
    conditions = list_issue_conditions(state, login=request.actor.login)
    groups = run_queries.list_fault_groups(actor=request.actor, run=run)
    return {
        "run": run,
        "totals": totals,
        "moving": run.status in {"CALCULATING", "ISSUING"},
        "figures": _figures(totals),
        "groups": [(group, words.name_fault(group.code), remedies.get_remedy(group.code)) for group in groups],
        "shards": run_queries.list_shards(actor=request.actor, run=run),
        "conditions": [(condition, words.CONDITIONS[condition.code]) for condition in conditions],
        "unmet": sum(not condition.met for condition in conditions),
        "may_run": request.actor.may("billing.run"),
        "may_review": request.actor.may("billing.review"),
        "may_issue": request.actor.may("billing.issue") and run.status == "CALCULATED",
        "may_change": run.status in {"CALCULATING", "CALCULATED"},
    }


def _figures(totals: run_queries.RunTotals) -> list[Figure]:
    ratio = totals.points_done / totals.points if totals.points else 0.0
    return [
        Figure(caption=_("Usage points"), value=f"{totals.points_done:,}", of=f"/ {totals.points:,}", ratio=ratio),
        Figure(caption=_("Bills"), value=f"{totals.bills:,}", context=_("points less faults")),
        Figure(
            caption=_("Receivable (yuan)"),
            value=formats.fen(totals.amount_fen),
            context=_("sum of the drafts"),
        ),
        Figure(
            caption=_("Faults · cannot be billed"),
            value=f"{totals.faults_open:,}",
            of=_("open / %(all)s") % {"all": f"{totals.faults:,}"},
            context=_("the others are put off"),
        ),
    ]


@require_GET
@page_right("billing.view")
def list_faults(request: StaffRequest, number: str) -> HttpResponse:
    """List the faults of a run, of one cause if asked."""
    run = _get_run(request, number)
    code = request.GET.get("code", "")
    values = {
        "page": _sub_page(run, words.name_fault(code) if code else _("Faults")),
        "run": run,
        "code": code,
        "rows": [
            (fault, words.name_fault(fault.code), remedies.get_remedy(fault.code))
            for fault in run_queries.list_faults(actor=request.actor, run=run, code=code or None, limit=500)
        ],
    }
    return render(request, "billing/run_faults.html", values)


@require_GET
@page_right("billing.view")
def list_run_bills(request: StaffRequest, number: str) -> HttpResponse:
    """List the bills of a run: drafts before issue, bills after."""
    run = _get_run(request, number)
    is_issued = run.status == "ISSUED"
    rows = bill_queries.filter_run(actor=request.actor, run_id=run.pk, is_issued=is_issued)
    values = {
        "page": _sub_page(run, _("Bills")),
        "run": run,
        "is_issued": is_issued,
        "bills": page_by_key(rows, order=["-amount_fen", "id"], at=request.GET.get("at", "")),
    }
    return render(request, "billing/run_bills.html", values)


def _sub_page(run: BillRun, title: str) -> Page:
    return Page(
        title=title,
        number=run.number,
        crumbs=[
            Crumb(_("Billing")),
            Crumb(_("Bill runs"), reverse("web:bill_runs")),
            Crumb(run.number, reverse("web:bill_run", args=[run.number])),
            Crumb(title),
        ],
        menu_url=reverse("web:bill_runs"),
    )


@require_POST
@page_right("billing.run")
def calculate_run(request: StaffRequest, number: str) -> HttpResponse:
    """Calculate what is pending, and again what has faults, in the worker."""
    return _step(request, number, _recalculate, _("The worker calculates; the board shows its progress."))


@require_POST
@page_right("billing.review")
def defer_faults(request: StaffRequest, number: str) -> HttpResponse:
    """Let the points of one cause wait for a later run."""
    return _step(request, number, _defer, _("The points wait for a later run."))


@require_POST
@page_right("billing.issue")
def issue_run(request: StaffRequest, number: str) -> HttpResponse:
    """Decide to issue and hand the shards to the worker."""
    return _step(request, number, _issue, _("The bills are being issued."))


@require_POST
@page_right("billing.run")
def cancel_run(request: StaffRequest, number: str) -> HttpResponse:
    """Cancel a run before issue."""
    return _step(request, number, _cancel, _("The run is cancelled; the month can be run again."))


def _recalculate(request: StaffRequest, number: str) -> None:
    meter_to_cash.recalculate_run(actor=request.actor, number=number)
    tasks.calculate_run.defer(number=number, login=request.actor.login)


def _defer(request: StaffRequest, number: str) -> None:
    meter_to_cash.defer_faults(
        actor=request.actor,
        number=number,
        code=request.POST.get("code", ""),
        reason=request.POST.get("reason", ""),
    )


def _issue(request: StaffRequest, number: str) -> None:
    meter_to_cash.begin_issue(actor=request.actor, number=number, at=SystemClock().now())
    tasks.issue_run.defer(number=number, login=request.actor.login)


def _cancel(request: StaffRequest, number: str) -> None:
    meter_to_cash.cancel_run(actor=request.actor, number=number, reason=request.POST.get("reason", ""))


def _step(request: StaffRequest, number: str, act: Any, done: str) -> HttpResponse:
    _get_run(request, number)
    try:
        act(request, number)
    except DomainError as refusal:
        messages.error(request, explain_refusal(refusal))
    else:
        messages.success(request, done)
    return redirect("web:bill_run", number)


def _get_run(request: StaffRequest, number: str) -> BillRun:
    try:
        return run_queries.get_run(actor=request.actor, number=number)
    except BillRun.DoesNotExist as error:
        raise Http404 from error
