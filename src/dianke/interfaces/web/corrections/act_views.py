"""The acts on a correction, each one button."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from dianke.application import bill_corrections
from dianke.domain.billing.queries.corrections import CorrectionNotFound
from dianke.domain.billing.types import CorrectionKind
from dianke.interfaces.web.access import page_right
from dianke.interfaces.web.corrections.views import get_order
from dianke.interfaces.web.requests import StaffRequest
from dianke.interfaces.web.shell.errors import explain
from dianke.kernel.clock import SystemClock
from dianke.kernel.errors import DomainError


@require_POST
@page_right(bill_corrections.ASK)
def ask_correction(request: StaffRequest, key: int) -> HttpResponse:
    """Hand a draft to whoever approves it."""
    return _carry_out(
        request,
        key,
        lambda: bill_corrections.ask_correction(actor=request.actor, key=key, at=SystemClock().now()),
        _("The correction waits for another person."),
    )


@require_POST
@page_right(bill_corrections.ASK)
def withdraw_correction(request: StaffRequest, key: int) -> HttpResponse:
    """Take a correction of one's own back."""
    reason = request.POST.get("reason", "")
    return _carry_out(
        request,
        key,
        lambda: bill_corrections.withdraw_correction(actor=request.actor, key=key, reason=reason),
        _("The correction is taken back."),
    )


@require_POST
@page_right(bill_corrections.APPROVE)
def decide_correction(request: StaffRequest, key: int) -> HttpResponse:
    """Approve or refuse a correction."""
    reason, at = request.POST.get("reason", ""), SystemClock().now()
    if request.POST.get("decision") == "reject":
        return _carry_out(
            request,
            key,
            lambda: bill_corrections.reject_correction(actor=request.actor, key=key, at=at, reason=reason),
            _("The correction is refused."),
        )
    return _carry_out(
        request,
        key,
        lambda: bill_corrections.approve_correction(actor=request.actor, key=key, at=at, reason=reason),
        _("The correction is approved; it can be issued."),
    )


@require_POST
@page_right(bill_corrections.ISSUE)
def issue_correction(request: StaffRequest, key: int) -> HttpResponse:
    """Issue the bills of an approved correction."""
    is_reversal = get_order(request, key).kind == CorrectionKind.REVERSAL.value
    return _carry_out(
        request,
        key,
        lambda: bill_corrections.issue_correction(actor=request.actor, key=key, at=SystemClock().now()),
        _("The bill is taken back.") if is_reversal else _("The reversals and the new bills are issued."),
    )


def _carry_out(request: StaffRequest, key: int, act: Callable[[], Any], done: str) -> HttpResponse:
    get_order(request, key)
    try:
        act()
    except CorrectionNotFound:
        messages.error(request, _("This right of yours does not reach the unit of the correction."))
    except DomainError as error:
        messages.error(request, explain(error))
    else:
        messages.success(request, done)
    return redirect("web:correction", key=key)
