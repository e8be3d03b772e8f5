"""Call-backs of gateways: each as it came, and what it did."""

from typing import Any

from django.db.models import Q, QuerySet
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from django.views.decorators.http import require_GET

from dianke.application import acquirers
from dianke.domain.channels.models import CallBack
from dianke.domain.channels.queries import acquirers as queries
from dianke.domain.channels.rules.gateway.types import Outcome
from dianke.interfaces.web.access import page_right
from dianke.interfaces.web.components import formats
from dianke.interfaces.web.components.filters import ChoiceFilter, DateRangeFilter
from dianke.interfaces.web.components.list_views import render_list
from dianke.interfaces.web.components.lists import Column, ListSpec, register
from dianke.interfaces.web.components.page import Chip, Crumb, Page
from dianke.interfaces.web.components.states import state_chip, state_label
from dianke.interfaces.web.online import words
from dianke.interfaces.web.requests import StaffRequest
from dianke.kernel.clock import to_shanghai
from dianke.kernel.money import fen_to_yuan
from dianke.platform.identity.types import Actor

_RECEIVED = pgettext_lazy("call-back", "Received at")


@require_GET
@page_right(acquirers.RECONCILE)
def list_call_backs(request: StaffRequest) -> HttpResponse:
    """List call-backs, newest first."""
    return render_list(request, CALL_BACKS)


@require_GET
@page_right(acquirers.RECONCILE)
def show_call_back(request: StaffRequest, key: int) -> HttpResponse:
    """Show a call-back to the byte."""
    found = queries.get_call_back(actor=request.actor, key=key)
    if found is None:
        raise Http404
    values = {
        "page": Page(
            title=_("Call-back"),
            number=found.external_number or str(found.pk),
            facts=[found.acquirer.name, formats.moment(found.received_at)],
            crumbs=[Crumb(_("Channels and reconciliation")), Crumb(_("Call-backs"), reverse("web:call_backs"))],
            chips=[find_chip(found)],
            menu_url=reverse("web:call_backs"),
            help=[_("It is kept as it came and never changed; what is signed is the body, byte for byte.")],
        ),
        "call": found,
        "drawn": draw_call_back(found),
        "body": bytes(found.body).decode("utf-8", "backslashreplace"),
    }
    return render(request, "online/call_back.html", values)


def find_chip(call: CallBack) -> Chip:
    """Return what became of a call-back as a chip."""
    if call.fault:
        return state_chip("online.outcome", "FAULTY")
    if call.repeats_id is not None:
        return state_chip("online.outcome", Outcome.REPEATED.value)
    outcome = getattr(call, "outcome", None)
    return state_chip("online.outcome", outcome.outcome if outcome else "WAITS")


def draw_call_back(call: CallBack) -> dict[str, Any]:
    """Return a call-back as pages show it."""
    outcome = getattr(call, "outcome", None)
    reason = words.FAULTS.get(call.fault, "")
    if outcome is not None and outcome.reason:
        reason = words.REASONS.get(outcome.reason, outcome.reason)
    return {
        "call": call,
        "chip": find_chip(call),
        "kind": words.NOTICES.get(call.kind, ""),
        "reason": reason,
        "payment": outcome.payment if outcome is not None else None,
    }


def _narrow(rows: QuerySet[Any], outcome: str) -> QuerySet[Any]:
    if outcome == "FAULTY":
        return rows.exclude(fault="")
    if outcome == "WAITS":
        return rows.filter(fault="", repeats=None, outcome=None)
    if outcome == Outcome.REPEATED.value:
        return rows.filter(Q(outcome__outcome=outcome) | Q(repeats__isnull=False))
    return rows.filter(outcome__outcome=outcome)


def _search(actor: Actor, rows: QuerySet[Any], text: str) -> tuple[QuerySet[Any], bool]:
    return rows.filter(Q(external_number=text) | Q(order_number=text)), False


CALL_BACKS = register(
    ListSpec(
        name="online.call_backs",
        title=_("Call-backs"),
        url_name="web:call_backs",
        right=acquirers.RECONCILE,
        crumbs=[Crumb(_("Channels and reconciliation"))],
        rows=lambda actor: queries.filter_call_backs(actor=actor),
        row_url=lambda one: reverse("web:call_back", args=[one.pk]),
        sort="-received",
        columns=[
            Column("received", _RECEIVED, lambda one: to_shanghai(one.received_at), order=("received_at",),
                   show=lambda one: formats.moment(one.received_at), css="n"),
            Column("outcome", _("What it did"), find_chip),
            Column("kind", _("Tells of"), lambda one: words.NOTICES.get(one.kind)),
            Column("number", _("Gateway's number"), lambda one: one.external_number or None, css="n"),
            Column("order", _("Payment order"), lambda one: one.order_number or None, css="n"),
            Column("amount", _("Amount (yuan)"),
                   lambda one: fen_to_yuan(one.amount_fen) if one.amount_fen is not None else None,
                   show=lambda one: formats.fen(one.amount_fen), css="num"),
            Column("reason", _("Why"), lambda one: draw_call_back(one)["reason"] or None),
            Column("gateway", _("Gateway"), lambda one: one.acquirer.name, css="nw", is_shown=False),
        ],
        filters=[
            ChoiceFilter("outcome", _("What it did"),
                         [(code, state_label("online.outcome", code))
                          for code in (*(one.value for one in Outcome), "WAITS", "FAULTY")], apply=_narrow),
            DateRangeFilter("received", _RECEIVED, lookup="received_at__date"),
        ],
        search=_search,
        search_hint=_("The gateway's number or the order"),
        count=lambda count: _now("%(count)s call-backs") % {"count": count},
        empty_title=_("No call-back yet"),
        empty_text=_("A gateway calls back when somebody paid or got money back."),
        empty_found_title=_("No call-back fits"),
        empty_found_text=_("Take a filter out to see more."),
        brief=("outcome", "kind", "number", "amount"),
        export_name="call-backs",
    )
)  # fmt: skip
