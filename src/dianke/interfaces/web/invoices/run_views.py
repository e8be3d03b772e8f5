"""The invoices of a run, made by the worker with progress."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_POST

from dianke.application import invoices
from dianke.domain.billing.models import BillRun
from dianke.domain.billing.queries import bills as bill_queries
from dianke.domain.billing.queries import runs as run_queries
from dianke.domain.billing.types import RunStatus
from dianke.domain.invoicing.queries import invoices as queries
from dianke.domain.invoicing.queries import standings
from dianke.interfaces.jobs import tasks
from dianke.interfaces.web.access import page_right
from dianke.interfaces.web.acting import carry_out
from dianke.interfaces.web.components import formats
from dianke.interfaces.web.components.page import Crumb, Page
from dianke.interfaces.web.people import Names
from dianke.interfaces.web.requests import StaffRequest
from dianke.interfaces.web.shell.errors import explain
from dianke.kernel.clock import SystemClock
from dianke.kernel.errors import DomainError
from dianke.platform.audit.use_case import PermissionRefused

_SHOWN = 24


@require_GET
@page_right(invoices.MAKE)
def list_runs(request: StaffRequest) -> HttpResponse:
    """List issued runs, the newest first, with how many of their bills are left to be invoiced."""
    runs = run_queries.filter_runs(actor=request.actor).filter(status=RunStatus.ISSUED.value)
    values = {
        "page": _head(_("Invoices of a run")),
        "runs": [_draw(request, run) for run in runs.order_by("-cycle_month__month", "-id")[:_SHOWN]],
    }
    return render(request, "invoices/runs.html", values)


@require_GET
@page_right(invoices.MAKE)
def show_run(request: StaffRequest, number: str) -> HttpResponse:
    """Show how far the invoices of a run are; the page asks for its part again while the worker is at it."""
    run = _find(request, number)
    drawn = _draw(request, run)
    if request.htmx:
        return render(request, "invoices/run_part.html", drawn)
    values = {**drawn, "page": _head(_("Invoices of a run"), run)}
    return render(request, "invoices/run.html", values)


@require_POST
@page_right(invoices.MAKE)
def start_batch(request: StaffRequest, number: str) -> HttpResponse:
    """Let the worker make an invoice for every bill of a run that has none."""
    run = _find(request, number)
    try:
        batch = invoices.start_batch(actor=request.actor, number=run.number, at=SystemClock().now())
    except PermissionRefused:
        raise
    except DomainError as refusal:
        messages.error(request, explain(refusal))
    else:
        tasks.make_run_invoices.defer(key=batch.pk, login=request.actor.login)
        messages.success(request, _("The worker has it now; this page shows its progress."))
    return redirect("web:invoice_run", run.number)


@require_POST
@page_right(invoices.MAKE)
def cancel_batch(request: StaffRequest, number: str) -> HttpResponse:
    """Stop the making of a run's invoices."""
    run = _find(request, number)
    batch = queries.find_newest_batch(actor=request.actor, run=run)
    if batch is None:
        raise Http404
    return carry_out(
        request,
        lambda: invoices.cancel_batch(actor=request.actor, key=batch.pk, at=SystemClock().now()),
        done=_("Stopped; the invoices that were made stay."),
        back=reverse("web:invoice_run", args=[run.number]),
    )


def _draw(request: StaffRequest, run: BillRun) -> dict[str, Any]:
    rows = bill_queries.filter_run(actor=request.actor, run_id=run.pk, is_issued=True)
    batch = queries.find_newest_batch(actor=request.actor, run=run)
    names = Names([batch.started_by] if batch else [])
    return {
        "run": run,
        "bills": rows.count(),
        "left": standings.narrow_to_open(rows).count(),
        "batch": batch,
        "starter": names.of(batch.started_by) if batch else "",
        "left_out": [(_(reason), one["count"], one["bills"]) for reason, one in batch.left_out.items()]
        if batch
        else [],
        "may_make": request.actor.may(invoices.MAKE, run.unit.path),
    }


def _find(request: StaffRequest, number: str) -> BillRun:
    run = run_queries.filter_runs(actor=request.actor).filter(number=number).first()
    if run is None:
        raise Http404
    return run


def _head(title: str, run: BillRun | None = None) -> Page:
    crumbs = [Crumb(_("Receivables")), Crumb(_("Tax invoices"), reverse("web:invoices"))]
    return Page(
        title=title,
        number=run.number if run else "",
        facts=[run.unit.name, formats.month(run.cycle_month.month)] if run else [],
        crumbs=[*crumbs, Crumb(title, reverse("web:invoice_runs"))] if run else crumbs,
        menu_url=reverse("web:invoices"),
        help=[
            gettext_lazy("The worker makes one invoice a bill, by the invoice data of its customer."),
            gettext_lazy("What cannot be invoiced is left out and listed with its reason; start again afterwards."),
        ],
    )
