"""The steps of a run: start, calculate, put off, issue, cancel; long work goes to the worker."""

from collections.abc import Callable

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from dianke.application import final_bills, meter_to_cash
from dianke.domain.billing.models import BillRun
from dianke.domain.billing.operations.issue import UnableToIssueRun
from dianke.domain.billing.operations.runs import UnableToDecideFault
from dianke.domain.billing.queries import bills as bill_queries
from dianke.interfaces.jobs import tasks
from dianke.interfaces.web.access import page_right
from dianke.interfaces.web.billing import words
from dianke.interfaces.web.billing.run_views import find_run
from dianke.interfaces.web.requests import StaffRequest
from dianke.interfaces.web.shell.errors import explain
from dianke.kernel.clock import SystemClock
from dianke.kernel.errors import DomainError
from dianke.platform.audit.use_case import PermissionRefused

_Act = Callable[[StaffRequest, str], None]


@require_POST
@page_right("billing.run")
def start_run(request: StaffRequest) -> HttpResponse:
    """Start the run of a frozen month and hand its calculation to the worker."""
    return start_in_worker(
        request,
        lambda: meter_to_cash.start_run(
            actor=request.actor,
            cycle_code=request.POST.get("cycle", ""),
            month=bill_queries.get_month(request.POST.get("month", "")),
            stage=_read_stage(request.POST.get("stage", "")),
            at=SystemClock().now(),
        ),
        refused=reverse("web:bill_runs"),
    )


@require_POST
@page_right("billing.run")
def calculate_run(request: StaffRequest, number: str) -> HttpResponse:
    """Calculate what is pending, and again what has faults, in the worker."""
    return _step(request, number, _recalculate, _("The worker calculates; the board shows its progress."))


@require_POST
@page_right("billing.run")
def pause_run(request: StaffRequest, number: str) -> HttpResponse:
    """Let a run rest once the shards at work are done."""
    return _step(request, number, _pause, _("The run is paused; a shard that is at work ends first."))


@require_POST
@page_right("billing.run")
def resume_run(request: StaffRequest, number: str) -> HttpResponse:
    """Let a paused run go on in the worker."""
    return _step(request, number, _resume, _("The run goes on where it stood; the board shows its progress."))


@require_POST
@page_right("billing.run")
def hold_back(request: StaffRequest, number: str) -> HttpResponse:
    """Hold back what the review asks to correct, and calculate the shards again without it."""
    return _step(request, number, _hold, _("The bills are held back; the others can be issued."))


@require_POST
@page_right("billing.run")
def start_supplement(request: StaffRequest, number: str) -> HttpResponse:
    """Start a run of the points that an issued run left."""
    find_run(request, number)
    return start_in_worker(
        request,
        lambda: final_bills.start_supplement(actor=request.actor, number=number, at=SystemClock().now()),
        refused=reverse("web:bill_run", args=[number]),
    )


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


def _read_stage(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() else None


def _recalculate(request: StaffRequest, number: str) -> None:
    meter_to_cash.recalculate_run(actor=request.actor, number=number)
    tasks.calculate_run.defer(number=number, login=request.actor.login)


def _hold(request: StaffRequest, number: str) -> None:
    meter_to_cash.hold_back(actor=request.actor, number=number)
    tasks.calculate_run.defer(number=number, login=request.actor.login)


def _pause(request: StaffRequest, number: str) -> None:
    meter_to_cash.pause_run(actor=request.actor, number=number)


def _resume(request: StaffRequest, number: str) -> None:
    meter_to_cash.resume_run(actor=request.actor, number=number)
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


def start_in_worker(request: StaffRequest, start: Callable[[], BillRun], *, refused: str) -> HttpResponse:
    """Start a run, hand its calculation to the worker and open its board; a refusal leads to the address given."""
    try:
        run = start()
    except PermissionRefused:
        raise
    except DomainError as refusal:
        messages.error(request, explain(refusal))
        return redirect(refused)
    tasks.calculate_run.defer(number=run.number, login=request.actor.login)
    messages.success(request, _("The run has started; the board shows its progress."))
    return redirect("web:bill_run", run.number)


def _step(request: StaffRequest, number: str, act: _Act, done: str) -> HttpResponse:
    find_run(request, number)
    try:
        act(request, number)
    except PermissionRefused:
        raise
    except UnableToIssueRun as refusal:
        obstacle = words.CONDITIONS.get(refusal.field or "", refusal.field)
        messages.error(request, _("Not issued. Condition not met: %(condition)s") % {"condition": obstacle})
    except UnableToDecideFault as refusal:
        cause = words.name_fault(request.POST.get("code", ""))
        reason = _(str(refusal.facts["reason"]))
        messages.error(request, _("%(cause)s was not put off: %(reason)s") % {"cause": cause, "reason": reason})
    except DomainError as refusal:
        messages.error(request, explain(refusal))
    else:
        messages.success(request, done)
    return redirect("web:bill_run", number)
