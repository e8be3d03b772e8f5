"""What was asked for: confirmed, made, refused, taken back."""

from collections.abc import Callable
from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_POST

from dianke.application import invoices
from dianke.domain.billing.models import Bill
from dianke.domain.billing.queries import corrections
from dianke.domain.invoicing.models import InvoiceLine, InvoiceRequest
from dianke.domain.invoicing.queries import invoices as queries
from dianke.domain.invoicing.types import Colour, DeliveryState, RequestState
from dianke.interfaces.web.access import page_right
from dianke.interfaces.web.acting import carry_out
from dianke.interfaces.web.components import formats
from dianke.interfaces.web.components.page import Crumb, Page
from dianke.interfaces.web.components.states import state_chip
from dianke.interfaces.web.invoices import words
from dianke.interfaces.web.people import Names
from dianke.interfaces.web.requests import StaffRequest
from dianke.kernel.clock import SystemClock


@require_GET
@page_right(invoices.VIEW)
def show_request(request: StaffRequest, key: int) -> HttpResponse:
    """Show what was asked for, and what the reader may do with it."""
    asked = _find(request, key)
    names = Names([asked.asked_by, asked.decided_by])
    values = {
        "page": _head(asked),
        "asked": asked,
        "bills": _list_bills(request, asked),
        "lines": _list_lines(request, asked),
        "is_red": asked.colour == Colour.RED.value,
        "origin": words.ORIGINS[asked.origin],
        "kind": words.KINDS[asked.kind],
        "red_reason": words.RED_REASONS.get(asked.red_reason, ""),
        "asker": names.of(asked.asked_by),
        "decider": names.of(asked.decided_by),
        "decision_reason": _(asked.decision_reason) if asked.decision_reason else "",
        **_list_acts(request, asked),
    }
    return render(request, "invoices/request.html", values)


@require_POST
@page_right(invoices.VIEW)
def withdraw_request(request: StaffRequest, key: int) -> HttpResponse:
    """Take a request of one's own back."""
    return _carry_out(
        request,
        key,
        lambda: invoices.withdraw_request(actor=request.actor, key=key, at=SystemClock().now()),
        _("The request is taken back."),
    )


@require_POST
@page_right(invoices.APPROVE)
def decide_red_letter(request: StaffRequest, key: int) -> HttpResponse:
    """Confirm or refuse a red letter that somebody else asked for."""
    reason, at = request.POST.get("reason", ""), SystemClock().now()
    if request.POST.get("decision") == "reject":
        return _carry_out(
            request,
            key,
            lambda: invoices.refuse_red_letter(actor=request.actor, key=key, reason=reason, at=at),
            _("The red letter is refused."),
        )
    return _carry_out(
        request,
        key,
        lambda: invoices.confirm_red_letter(actor=request.actor, key=key, at=at),
        _("The red invoice is made."),
    )


@require_POST
@page_right(invoices.MAKE)
def decide_invoice(request: StaffRequest, key: int) -> HttpResponse:
    """Make or refuse an invoice that somebody asked for."""
    reason, at = request.POST.get("reason", ""), SystemClock().now()
    if request.POST.get("decision") == "reject":
        return _carry_out(
            request,
            key,
            lambda: invoices.refuse_requested(actor=request.actor, key=key, reason=reason, at=at),
            _("The request is refused."),
        )
    return _carry_out(
        request,
        key,
        lambda: invoices.make_requested(actor=request.actor, key=key, at=at),
        _("The invoice is made."),
    )


def _list_acts(request: StaffRequest, asked: InvoiceRequest) -> dict[str, Any]:
    is_open = asked.state == RequestState.ASKED.value
    is_own = asked.asked_by == request.actor.login
    is_red = asked.colour == Colour.RED.value
    right = invoices.APPROVE if is_red else invoices.MAKE
    may_decide = is_open and request.actor.may(right, asked.unit.path) and not (is_red and is_own)
    is_accepted = asked.blue is not None and asked.blue.delivery.state == DeliveryState.ACCEPTED.value
    return {
        "may_refuse": may_decide,
        "may_do": may_decide and (is_accepted or not is_red),
        "waits_for_platform": is_open and is_red and not is_accepted,
        "may_withdraw": is_open and is_own,
        "is_own": is_own,
        "is_open": is_open,
        "act_facts": {
            _("Account"): f"{asked.account_number} {asked.buyer_name}",
            _("Amount (yuan)"): formats.signed_fen(asked.total_fen),
        },
    }


def _list_bills(request: StaffRequest, asked: InvoiceRequest) -> list[Bill]:
    found = corrections.get_bills(actor=request.actor, keys=asked.bill_ids)
    return [found[key] for key in asked.bill_ids if key in found]


def _list_lines(request: StaffRequest, asked: InvoiceRequest) -> list[tuple[InvoiceLine, int]]:
    """Return the lines of the blue invoice with what is to be taken back of each."""
    if asked.blue is None:
        return []
    lines = queries.list_lines(actor=request.actor, invoice=asked.blue)
    return [(line, int(asked.parts[str(line.pk)])) for line in lines if str(line.pk) in asked.parts]


def _find(request: StaffRequest, key: int) -> InvoiceRequest:
    try:
        return queries.get_request(actor=request.actor, key=key)
    except queries.RequestNotFound as error:
        raise Http404 from error


def _carry_out(request: StaffRequest, key: int, act: Callable[[], Any], done: str) -> HttpResponse:
    _find(request, key)
    return carry_out(request, act, done=done, back=reverse("web:invoice_request", args=[key]))


def _head(asked: InvoiceRequest) -> Page:
    return Page(
        title=words.COLOURS[asked.colour],
        number=asked.number,
        facts=[asked.buyer_name, asked.unit.name],
        crumbs=[
            Crumb(_("Tax invoices"), reverse("web:invoices")),
            Crumb(_("Invoice requests"), reverse("web:invoice_requests")),
        ],
        chips=[state_chip("invoice_request", asked.state)],
        menu_url=reverse("web:invoice_requests"),
        help=[
            gettext_lazy("Whoever asked for a red letter cannot confirm it."),
            gettext_lazy("The red invoice refers to the blue one; both stay. The bill may then be invoiced anew."),
        ],
    )
