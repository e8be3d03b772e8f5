"""The steps of the review: decide with a preview, take back, enter a ticket or a check."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_GET, require_POST

from dianke.application import meter_to_cash
from dianke.domain.billing.models import BillRun
from dianke.domain.billing.operations import review as operations
from dianke.domain.billing.queries import review as queries
from dianke.domain.billing.rules.review.causes import CAUSES
from dianke.domain.billing.types import SuspicionState
from dianke.interfaces.web.access import page_right
from dianke.interfaces.web.billing import review_words, words
from dianke.interfaces.web.billing.review_views import find_suspicion
from dianke.interfaces.web.billing.run_views import find_run
from dianke.interfaces.web.components.page import Crumb, Page, Text
from dianke.interfaces.web.components.toasts import offer_undo
from dianke.interfaces.web.requests import StaffRequest
from dianke.interfaces.web.shell.errors import explain
from dianke.kernel.clock import SystemClock
from dianke.kernel.errors import DomainError
from dianke.platform.audit.use_case import PermissionRefused

_SHOWN = 20
_MOST_IDS = 500


@dataclass(frozen=True)
class _Act:
    """A decision: what it is called, on which states it works, what follows from it."""

    title: Text
    verb: Text
    consequence: Text
    states: tuple[SuspicionState, ...]
    carry_out: Callable[..., int]


_ACTS: dict[str, _Act] = {
    "exempt": _Act(
        title=gettext_lazy("Let these bills stand"),
        verb=gettext_lazy("Exempt"),
        consequence=gettext_lazy("They are issued as they are. Whoever exempts them does not issue the run."),
        states=(SuspicionState.OPEN, SuspicionState.CORRECTION_ASKED),
        carry_out=meter_to_cash.exempt_suspicions,
    ),
    "correct": _Act(
        title=gettext_lazy("Ask for a correction of these bills"),
        verb=gettext_lazy("Ask for the correction"),
        consequence=gettext_lazy("The run is not issued before they are mended and calculated again."),
        states=(SuspicionState.OPEN, SuspicionState.NOTED, SuspicionState.EXEMPT),
        carry_out=meter_to_cash.ask_correction,
    ),
}


@require_GET
@page_right("billing.review")
def preview_decision(request: StaffRequest, number: str, act: str) -> HttpResponse:
    """Show what a decision would be about: how many suspicions, of which bills, before anything is done."""
    return _preview(request, find_run(request, number), act, reason="", status=200)


@require_POST
@page_right("billing.review")
def decide(request: StaffRequest, number: str, act: str) -> HttpResponse:
    """Carry a decision out on what the preview showed."""
    run = find_run(request, number)
    choice = _read_choice(request, request.POST.get)
    at = SystemClock().now()
    if act not in _ACTS:
        raise Http404
    try:
        count = _ACTS[act].carry_out(
            actor=request.actor,
            number=run.number,
            code=choice.code,
            ids=choice.ids,
            usage_class=choice.usage_class,
            reason=request.POST.get("reason", ""),
            at=at,
        )
    except PermissionRefused:
        raise
    except operations.UnableToDecideSuspicion as refusal:
        messages.error(request, _(str(refusal.facts["reason"])))
        return _preview(request, run, act, reason=request.POST.get("reason", ""), status=422)
    said = ngettext("%(count)s suspicion decided.", "%(count)s suspicions decided.", count) % {"count": f"{count:,}"}
    offer_undo(
        request,
        said,
        url=reverse("web:bill_review_withdraw", args=[run.number]),
        values={
            "code": choice.code,
            "ids": "" if choice.code else ",".join(map(str, choice.ids)),
            "decided_at": at.isoformat(),
        },
    )
    return _go_on(request, run, choice)


@require_POST
@page_right("billing.review")
def withdraw(request: StaffRequest, number: str) -> HttpResponse:
    """Take decisions back: those of one moment, or of one suspicion."""
    run = find_run(request, number)
    choice = _read_choice(request, request.POST.get)
    moment = _read_moment(request.POST.get("decided_at", ""))
    if moment is None and not choice.ids:
        raise Http404
    try:
        count = meter_to_cash.withdraw_decisions(
            actor=request.actor, number=run.number, code=choice.code, ids=choice.ids, decided_at=moment
        )
    except PermissionRefused:
        raise
    except operations.UnableToDecideSuspicion as refusal:
        messages.error(request, _(str(refusal.facts["reason"])))
    else:
        said = ngettext("%(count)s decision taken back.", "%(count)s decisions taken back.", count)
        messages.success(request, said % {"count": f"{count:,}"})
    if len(choice.ids) == 1 or not choice.code:
        return redirect("web:bill_review_bill", run.number, choice.ids[0])
    return redirect("web:bill_review_cause", run.number, choice.code)


@require_POST
@page_right("billing.review")
def record_ticket(request: StaffRequest, number: str, suspicion_id: int) -> HttpResponse:
    """Enter the ticket of an exchange; the suspicion goes with the next calculation."""
    run = find_run(request, number)
    suspicion = find_suspicion(request, run, suspicion_id)
    return _enter(
        request,
        run,
        suspicion_id,
        lambda on: meter_to_cash.record_meter_ticket(
            actor=request.actor,
            point_code=suspicion.usage_point.code,
            ticket_number=request.POST.get("ticket", ""),
            done_date=on,
            at=SystemClock().now(),
        ),
    )


@require_POST
@page_right("billing.review")
def record_check(request: StaffRequest, number: str, suspicion_id: int) -> HttpResponse:
    """Enter that the shares of a point were verified; the suspicion goes with the next calculation."""
    run = find_run(request, number)
    suspicion = find_suspicion(request, run, suspicion_id)
    return _enter(
        request,
        run,
        suspicion_id,
        lambda on: meter_to_cash.record_share_check(
            actor=request.actor,
            point_code=suspicion.usage_point.code,
            checked_date=on,
            note=request.POST.get("note", ""),
            at=SystemClock().now(),
        ),
    )


def _enter(request: StaffRequest, run: BillRun, suspicion_id: int, record: Callable[[date], object]) -> HttpResponse:
    try:
        record(date.fromisoformat(request.POST.get("on", "")))
    except ValueError:
        messages.error(request, _("Name the day."))
    except PermissionRefused:
        raise
    except DomainError as refusal:
        messages.error(request, explain(refusal))
    else:
        messages.success(request, _("Entered. Ask for a correction: the next calculation finds it in order."))
    return redirect("web:bill_review_bill", run.number, suspicion_id)


def _preview(request: StaffRequest, run: BillRun, act: str, *, reason: str, status: int) -> HttpResponse:
    if act not in _ACTS:
        raise Http404
    chosen = _ACTS[act]
    get = request.POST.get if request.method == "POST" else request.GET.get
    choice = _read_choice(request, get)
    rows = operations.choose(actor=request.actor, run=run, choice=choice, states=chosen.states)
    count = rows.count()
    shown = list(rows.select_related("usage_point__account__customer").order_by("id")[:_SHOWN])
    amounts = queries.list_amounts(actor=request.actor, run=run, rows=shown)
    values = {
        "page": _preview_head(run, choice, str(chosen.title)),
        "run": run,
        "act": act,
        "chosen": chosen,
        "choice": choice,
        "ids": ",".join(map(str, choice.ids)),
        "came_from": get("from", ""),
        "class_name": words.USAGE_CLASSES.get(choice.usage_class, ""),
        "count": count,
        "more": max(count - len(shown), 0),
        "rows": [
            (
                row,
                review_words.name_cause(row.code),
                review_words.tell(row.code, row.evidence),
                amounts.get(row.bill_id),
            )
            for row in shown
        ],
        "reason": reason,
        "back": _list_url(run, choice),
    }
    return render(request, "billing/review_decide.html", values, status=status)


def _preview_head(run: BillRun, choice: operations.Choice, title: str) -> Page:
    cause = review_words.name_cause(choice.code)
    return Page(
        title=title,
        number=run.number,
        facts=[cause] if cause else [],
        crumbs=[
            Crumb(_("Billing")),
            Crumb(run.number, reverse("web:bill_run", args=[run.number])),
            Crumb(_("Review"), reverse("web:bill_review", args=[run.number])),
            Crumb(cause or _("The bill"), _list_url(run, choice)),
            Crumb(title),
        ],
        menu_url=reverse("web:bill_runs"),
    )


def _read_choice(request: StaffRequest, get: Callable[[str, str], str]) -> operations.Choice:
    code, usage_class = get("code", ""), get("class", "")
    picked = request.GET.getlist("row") if request.method == "GET" else []
    ids = [one for one in [*picked, *get("ids", "").split(",")] if one.isdecimal() and len(one) < 19]
    # Without a cause: some suspicions of one bill, which may be of several causes.
    if code not in CAUSES and (code or not ids):
        raise Http404
    return operations.Choice(
        code=code,
        usage_class=usage_class if usage_class in words.USAGE_CLASSES else "",
        ids=tuple(int(one) for one in ids[:_MOST_IDS]),
    )


def _read_moment(text: str) -> datetime | None:
    try:
        return datetime.fromisoformat(text) if text else None
    except ValueError as error:
        raise Http404 from error


def _list_url(run: BillRun, choice: operations.Choice) -> str:
    if len(choice.ids) == 1 or not choice.code:
        return reverse("web:bill_review_bill", args=[run.number, choice.ids[0]])
    query = f"?{urlencode({'class': choice.usage_class})}" if choice.usage_class else ""
    return reverse("web:bill_review_cause", args=[run.number, choice.code]) + query


def _go_on(request: StaffRequest, run: BillRun, choice: operations.Choice) -> HttpResponse:
    """Go to the next open one of the cause after a decision on one bill, else back to the list."""
    came_from = request.POST.get("from", "")
    if came_from.isdecimal() and len(came_from) < 19:
        suspicion = find_suspicion(request, run, int(came_from))
        before, after = queries.find_neighbours(actor=request.actor, run=run, suspicion=suspicion)
        if after or before:
            return redirect("web:bill_review_bill", run.number, after or before)
        return redirect("web:bill_review_cause", run.number, suspicion.code)
    return redirect(_list_url(run, choice))
