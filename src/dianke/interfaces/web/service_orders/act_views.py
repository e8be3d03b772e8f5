"""Buttons of an order: end a step, send back, hand over, stop the clock, hang, cancel, note."""

from collections.abc import Callable
from functools import partial
from typing import Any

from django.http import Http404, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from dianke.application import service_orders
from dianke.domain.service_orders.operations.moving import get_open_step
from dianke.domain.service_orders.queries.orders import OrderNotFound
from dianke.domain.service_orders.types import PauseReason
from dianke.interfaces.web.access import page_right
from dianke.interfaces.web.acting import carry_out
from dianke.interfaces.web.requests import StaffRequest
from dianke.interfaces.web.service_orders.order_views import find_order, make_step_form, render_order
from dianke.kernel.clock import SystemClock

# Who sends work back enters nothing.
_WITHOUT_ENTRIES = frozenset({"RETURNED", "REFUSED", "REWORK"})


@require_POST
@page_right(service_orders.VIEW)
def complete_step(request: StaffRequest, number: str) -> HttpResponse:
    """End a step as the button says; the use case of its right asks who may."""
    order, serial, given = find_order(request, number), _number(request, "serial"), None
    step = get_open_step(actor=request.actor, order=order, serial=serial)
    form = make_step_form(request, order, step.step) if step else None
    if form is not None and request.POST.get("outcome", "") not in _WITHOUT_ENTRIES:
        if not form.is_valid():
            return render_order(request, order, bound=form)
        given = form.read()
    act = partial(
        service_orders.complete_step, serial=serial, revision=_number(request, "revision"),
        outcome=request.POST.get("outcome", ""), reason=request.POST.get("reason", ""), given=given,
    )  # fmt: skip
    return _act(request, number, act, _("Done. The order went on."))


@require_POST
@page_right(service_orders.VIEW)
def send_back(request: StaffRequest, number: str) -> HttpResponse:
    """Send the work back to a step before."""
    act = partial(
        service_orders.send_back, serial=_number(request, "serial"), revision=_number(request, "revision"),
        to_path=request.POST.get("to_path", ""), reason=request.POST.get("reason", ""),
    )  # fmt: skip
    return _act(request, number, act, _("Sent back."))


@require_POST
@page_right(service_orders.MANAGE)
def hand_step(request: StaffRequest, number: str) -> HttpResponse:
    """Give a step to a person, or back to everybody."""
    act = partial(
        service_orders.hand_step, serial=_number(request, "serial"), revision=_number(request, "revision"),
        login=request.POST.get("login", ""),
    )  # fmt: skip
    return _act(request, number, act, _("Handed over."))


@require_POST
@page_right(service_orders.VIEW)
def hand_over(request: StaffRequest, number: str) -> HttpResponse:
    """Hand a step over to a colleague who may do it."""
    act = partial(
        service_orders.hand_over, serial=_number(request, "serial"), revision=_number(request, "revision"),
        login=request.POST.get("login", ""), reason=request.POST.get("reason", ""),
    )  # fmt: skip
    return _act(request, number, act, _("Handed over."))


@require_POST
@page_right(service_orders.ACCEPT)
def change_clock(request: StaffRequest, number: str) -> HttpResponse:
    """Stop the clock for a reason with evidence, or let it run again."""
    revision = _number(request, "revision")
    if request.POST.get("act") == "resume":
        return _act(
            request,
            number,
            partial(service_orders.resume_order, revision=revision),
            _("The clock runs again from now."),
        )
    try:
        why = PauseReason(request.POST.get("why", ""))
    except ValueError as fault:
        raise Http404 from fault
    file = request.FILES.get("file")
    act = partial(
        service_orders.pause_order, revision=revision, why=why, evidence=request.POST.get("evidence", ""),
        file_name=(file.name or "") if file else "", content=file.read() if file else b"",
    )  # fmt: skip
    return _act(request, number, act, _("The clock stands from now on."))


@require_POST
@page_right(service_orders.MANAGE)
def hang_order(request: StaffRequest, number: str) -> HttpResponse:
    """Let an order hang, or go on."""
    revision = _number(request, "revision")
    if request.POST.get("act") == "go_on":
        return _act(request, number, partial(service_orders.unhang_order, revision=revision), _("The order goes on."))
    act = partial(service_orders.hang_order, revision=revision, reason=request.POST.get("reason", ""))
    return _act(request, number, act, _("The order hangs: nothing is done in it."))


@require_POST
@page_right(service_orders.ACCEPT)
def cancel_order(request: StaffRequest, number: str) -> HttpResponse:
    """End an order that the customer takes back."""
    act = partial(
        service_orders.cancel_order, revision=_number(request, "revision"), reason=request.POST.get("reason", "")
    )
    return _act(request, number, act, _("The order is cancelled."))


@require_POST
@page_right(service_orders.VIEW)
def add_note(request: StaffRequest, number: str) -> HttpResponse:
    """Add a note, or urge whoever has the order."""
    text = request.POST.get("reason", "")
    if request.POST.get("act") == "urge":
        return _act(request, number, partial(service_orders.urge_order, reason=text), _("Urged."))
    return _act(request, number, partial(service_orders.add_note, reason=text), _("Noted."))


def _act(request: StaffRequest, number: str, act: Callable[..., Any], done: str) -> HttpResponse:
    find_order(request, number)
    return carry_out(
        request,
        partial(act, actor=request.actor, number=number, at=SystemClock().now()),
        done=done,
        back=reverse("web:service_order", args=[number]),
        missing=OrderNotFound,
    )


def _number(request: StaffRequest, name: str) -> int:
    text = request.POST.get(name, "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else 0
