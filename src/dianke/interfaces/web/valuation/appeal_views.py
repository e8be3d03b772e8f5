"""Appeals against a class: the list, one appeal, entering and deciding."""

from datetime import date
from functools import partial
from typing import Any

from django.db.models import QuerySet
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from django.views.decorators.http import require_GET, require_POST

from dianke.application import valuation
from dianke.domain.customers import queries as customers
from dianke.domain.valuation.models import ValueAppeal
from dianke.domain.valuation.queries import appeals as queries
from dianke.domain.valuation.types import AppealState
from dianke.interfaces.web.access import page_right
from dianke.interfaces.web.acting import carry_out
from dianke.interfaces.web.components.filters import ChoiceFilter, DateRangeFilter, UnitFilter
from dianke.interfaces.web.components.list_views import render_list
from dianke.interfaces.web.components.lists import Column, ListSpec, register
from dianke.interfaces.web.components.page import Crumb, Page
from dianke.interfaces.web.components.row_addresses import address_row
from dianke.interfaces.web.components.states import state_chip
from dianke.interfaces.web.customers.naming import hide_names
from dianke.interfaces.web.people import Names
from dianke.interfaces.web.requests import StaffRequest
from dianke.interfaces.web.valuation import words
from dianke.kernel.clock import SystemClock
from dianke.platform.identity.types import Actor


def _rows(actor: Actor) -> QuerySet[Any]:
    return queries.filter_appeals(actor=actor)


APPEALS = register(
    ListSpec(
        name="valuation.appeals",
        title=_("Appeals against classes"),
        url_name="web:value_appeals",
        right=valuation.VIEW,
        crumbs=[Crumb(_("Credit and value"))],
        rows=_rows,
        row_url=lambda one: address_row("web:value_appeal", one.pk),
        sort="-due",
        columns=[
            Column("number", _("Appeal"), lambda one: one.number, css="n", width=14),
            Column("state", _("State"), lambda one: state_chip("valuation.appeal", one.state)),
            Column("name", pgettext_lazy("customer", "Name"), lambda one: one.customer.name, css="nw", width=28),
            Column("then", _("Class then"), lambda one: words.draw_class(one.class_then)),
            Column("asked", _("Class asked for"), lambda one: words.draw_class(one.asked_class)),
            Column("asked_by", _("Asked by"), lambda one: one.asked_by, width=20),
            Column("received", _("Received on"), lambda one: one.received_on, css="n"),
            Column("due", _("Answer due on"), lambda one: one.due_on, order=("due_on",), css="n"),
            Column("held", _("Held until"), lambda one: one.held_until, css="n"),
            Column("unit", _("Unit"), lambda one: one.unit.name, css="nw", is_shown=False, width=18),
        ],
        filters=[
            ChoiceFilter(
                "state",
                _("State"),
                [(one.value, state_chip("valuation.appeal", one.value).label) for one in AppealState],
            ),
            DateRangeFilter("due", _("Answer due on"), lookup="due_on"),
            UnitFilter(),
        ],
        enrich=hide_names,
        count=lambda count: _now("%(count)s appeals") % {"count": count},
        empty_title=_("No appeal yet"),
        empty_text=_("On the tab of value of a customer somebody says who disagrees with the class and why."),
        empty_found_title=_("No appeal fits"),
        empty_found_text=_("Take a filter out to see more."),
        help=[_("Who entered an appeal never decides it. A class that is granted is held until a day.")],
        brief=("state", "name", "asked", "due"),
        purpose=words.PURPOSE,
        export_name="value-appeals",
    )
)


@require_GET
@page_right(valuation.VIEW)
def list_appeals(request: StaffRequest) -> HttpResponse:
    """List appeals."""
    return render_list(request, APPEALS)


@require_GET
@page_right(valuation.VIEW)
def show_appeal(request: StaffRequest, key: int) -> HttpResponse:
    """Show an appeal and what the reader may do."""
    try:
        row = queries.get_appeal(actor=request.actor, key=key)
    except queries.AppealUnknown as unknown:
        raise Http404 from unknown
    hide_names(request.actor, [row])
    names = Names([row.entered_by, row.decided_by])
    is_open = row.state == AppealState.OPEN.value
    values = {
        "page": _head(row),
        "row": row,
        "then": words.draw_class(row.class_then),
        "asked": words.draw_class(row.asked_class),
        "entered_by": names.of(row.entered_by),
        "decided_by": names.of(row.decided_by) if row.decided_by else "",
        "may_decide": is_open and request.actor.may(valuation.APPROVE) and row.entered_by != request.actor.login,
        "is_open": is_open,
        "today": SystemClock().now(),
    }
    return render(request, "valuation/appeal.html", values)


@require_POST
@page_right(valuation.APPEAL)
def enter_appeal(request: StaffRequest, customer_number: str) -> HttpResponse:
    """Enter who disagrees with a class and why."""
    customer = customers.get_customer(actor=request.actor, number=customer_number)
    if customer is None:
        raise Http404
    act = partial(
        valuation.enter_appeal, actor=request.actor, customer_number=customer_number,
        asked_by=str(request.POST.get("asked_by", ""))[:60], asked_class=str(request.POST.get("asked_class", "")),
        reason=str(request.POST.get("reason", ""))[:400], at=SystemClock().now(),
    )  # fmt: skip
    return carry_out(
        request,
        act,
        done=lambda appeal: _now("Entered as %(number)s; another person decides.") % {"number": appeal.number},
        back=reverse("web:value_customer", args=[customer_number]),
    )


@require_POST
@page_right(valuation.APPROVE)
def decide_appeal(request: StaffRequest, key: int) -> HttpResponse:
    """Grant or refuse an appeal."""
    at, reason = SystemClock().now(), str(request.POST.get("reason", ""))[:400]
    act: Any = partial(valuation.refuse_appeal, actor=request.actor, key=key, reason=reason, at=at)
    done = _now("Refused.")
    if request.POST.get("decision") != "refuse":
        try:
            until = date.fromisoformat(str(request.POST.get("held_until", "")))
        except ValueError:
            until = date.min
        act = partial(valuation.grant_appeal, actor=request.actor, key=key, held_until=until, reason=reason, at=at)
        done = _now("Granted: the class holds from now on.")
    return carry_out(
        request, act, done=done, back=reverse("web:value_appeal", args=[key]), missing=queries.AppealUnknown
    )


@require_GET
@page_right(valuation.VIEW)
def open_customer(request: StaffRequest, customer_number: str) -> HttpResponse:
    """Open the tab of value of a customer, through its first account."""
    customer = customers.get_customer(actor=request.actor, number=customer_number)
    if customer is None:
        raise Http404
    account = next(iter(customers.list_accounts(actor=request.actor, customer=customer)), None)
    if account is None:
        return redirect("web:customer_value", customer_number=customer_number)
    return redirect("web:customer_value", number=account.number)


def _head(row: ValueAppeal) -> Page:
    return Page(
        title=_("Appeal against a class"),
        number=row.number,
        facts=[row.customer.name, row.unit.name],
        crumbs=[Crumb(_("Credit and value")), Crumb(_("Appeals against classes"), reverse("web:value_appeals"))],
        chips=[state_chip("valuation.appeal", row.state)],
        menu_url=reverse("web:value_appeals"),
        help=[_("Who entered an appeal never decides it. A class that is granted is held until a day.")],
    )
