"""Payment orders: made for a customer, shown as a picture that a phone reads, paid while the page looks on."""

from http import HTTPStatus
from typing import Any

import segno
from django import forms
from django.contrib import messages
from django.db.models import Q, QuerySet
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from dianke.application import acquirers
from dianke.application.acquirers.orders import list_gateways, write_address
from dianke.domain.channels.models import PaymentOrder
from dianke.domain.channels.queries import acquirers as queries
from dianke.domain.channels.rules.gateway.types import OrderState
from dianke.domain.customers import queries as customers
from dianke.domain.customers.models import CustomerAccount
from dianke.domain.receivables.queries.debts import get_position
from dianke.interfaces.web.access import page_right
from dianke.interfaces.web.acting import carry_out
from dianke.interfaces.web.components import formats
from dianke.interfaces.web.components.filters import ChoiceFilter, DateRangeFilter
from dianke.interfaces.web.components.list_views import render_list
from dianke.interfaces.web.components.lists import Column, ListSpec, register
from dianke.interfaces.web.components.page import Crumb, Page
from dianke.interfaces.web.components.states import state_chip, state_label
from dianke.interfaces.web.counter.fields import YuanField
from dianke.interfaces.web.online.call_back_views import draw_call_back
from dianke.interfaces.web.people import Names
from dianke.interfaces.web.requests import StaffRequest
from dianke.interfaces.web.shell.errors import explain
from dianke.kernel.clock import SystemClock, to_shanghai
from dianke.kernel.errors import DomainError
from dianke.kernel.money import fen_to_yuan
from dianke.platform.audit.use_case import PermissionRefused
from dianke.platform.identity.types import Actor

_UNPROCESSABLE = 422


class OrderForm(forms.Form):
    """How much a customer pays online, and where."""

    amount = YuanField(label=_("Amount (yuan)"))
    gateway = forms.ChoiceField(label=_("Gateway"))

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["gateway"].choices = [  # type: ignore[attr-defined]
            (one.code, one.name) for one in list_gateways()
        ]


@require_GET
@page_right(acquirers.VIEW)
def list_orders(request: StaffRequest) -> HttpResponse:
    """List payment orders, newest first."""
    return render_list(request, ORDERS)


@require_http_methods(["GET", "POST"])
@page_right(acquirers.ORDER)
def make_order(request: StaffRequest) -> HttpResponse:
    """Make an order for an account: all that it owes, or another amount."""
    account = _find_account(request, request.GET.get("account", ""))
    now = SystemClock().now()
    position = get_position(actor=request.actor, customer_account_id=account.pk, on=to_shanghai(now).date())
    form = OrderForm(request.POST or None, initial={"amount": position.owed_fen or None})
    if request.method == "POST" and form.is_valid():
        try:
            made = acquirers.make_order(
                actor=request.actor,
                account_number=account.number,
                amount_fen=form.cleaned_data["amount"],
                gateway_code=form.cleaned_data["gateway"],
                at=now,
            )
        except PermissionRefused:
            raise
        except DomainError as refusal:
            form.add_error(refusal.field if refusal.field in form.fields else None, explain(refusal))
        else:
            return redirect("web:payment_order", made.number)
    values = {
        "page": Page(
            title=_("Payment by phone"),
            number=account.number,
            facts=[account.customer.name],
            crumbs=[Crumb(_("Payment collection")), Crumb(_("Payment orders"), reverse("web:payment_orders"))],
            menu_url=reverse("web:payment_orders"),
            help=[_("The customer reads the picture by phone and pays at the gateway's page.")],
        ),
        "form": form,
        "account": account,
        "position": position,
        "has_gateway": bool(list_gateways()),
    }
    return render(request, "online/new_order.html", values, status=_UNPROCESSABLE if form.errors else 200)


@require_GET
@page_right(acquirers.VIEW)
def show_order(request: StaffRequest, number: str) -> HttpResponse:
    """Show an order with its picture while it waits, and what the gateway told of it."""
    order = _find(request, number)
    return render(request, "online/order.html", {**_describe(request, order), "page": _head(order)})


@require_GET
@page_right(acquirers.VIEW)
def show_state(request: StaffRequest, number: str) -> HttpResponse:
    """Return the moving part of the page, or that nothing has moved."""
    values = _describe(request, _find(request, number))
    if values["is_waiting"] and not values["calls"]:
        return HttpResponse(status=HTTPStatus.NO_CONTENT)
    return render(request, "online/order_state.html", values)


@require_POST
@page_right(acquirers.ORDER)
def close_order(request: StaffRequest, number: str) -> HttpResponse:
    """Take an order back."""
    _find(request, number)
    return carry_out(
        request,
        lambda: acquirers.close_order(actor=request.actor, number=number, at=SystemClock().now()),
        done=_now("The order is taken back."),
        back=reverse("web:payment_order", args=[number]),
        explain=explain,
    )


def draw_picture(address: str) -> SafeString:
    """Return an address as a picture that a phone reads."""
    # Drawn from our own text by a library that writes shapes only; no part of it comes from the reader.
    picture = segno.make(address, error="l").svg_inline(omitsize=True, border=4, dark="#000", light="#fff")
    return mark_safe(picture)  # noqa: S308 - see above


def _describe(request: StaffRequest, order: PaymentOrder) -> dict[str, Any]:
    is_waiting = order.state == OrderState.OPEN.value and order.expires_at > SystemClock().now()
    names = Names([order.made_by, *([order.closed_by] if order.closed_by else [])])
    address = ""
    if is_waiting:
        try:
            address = write_address(order=order)
        except DomainError as refusal:
            messages.error(request, explain(refusal))
    return {
        "order": order,
        "account": order.customer_account,
        "chip": state_chip("online.order", order.state),
        "is_waiting": is_waiting,
        "address": address,
        "picture": draw_picture(address) if address else "",
        "made_by": names.of(order.made_by),
        "closed_by": names.of(order.closed_by) if order.closed_by else "",
        "calls": [draw_call_back(one) for one in queries.list_call_backs_of(order=order)],
        "may_open_calls": request.actor.may(acquirers.RECONCILE),
        "may_close": is_waiting and request.actor.may(acquirers.ORDER),
    }


def _head(order: PaymentOrder) -> Page:
    return Page(
        title=_("Payment order"),
        number=order.number,
        facts=[order.customer_account.customer.name, order.acquirer.name],
        crumbs=[Crumb(_("Payment collection")), Crumb(_("Payment orders"), reverse("web:payment_orders"))],
        menu_url=reverse("web:payment_orders"),
        help=[
            _("The page says by itself when the gateway has called back that it is paid."),
            _("Money that comes late, twice or with another amount waits in suspense; nothing of it is lost."),
        ],
    )


def _find(request: StaffRequest, number: str) -> PaymentOrder:
    try:
        return queries.get_order(actor=request.actor, number=number)
    except queries.OrderUnknown as unknown:
        raise Http404 from unknown


def _find_account(request: StaffRequest, number: str) -> CustomerAccount:
    account = customers.get_account(actor=request.actor, number=number)
    if account is None:
        raise Http404
    return account


def _search(actor: Actor, rows: QuerySet[Any], text: str) -> tuple[QuerySet[Any], bool]:
    return rows.filter(Q(number=text) | Q(customer_account__number=text) | Q(external_number=text)), False


ORDERS = register(
    ListSpec(
        name="online.orders",
        title=_("Payment orders"),
        url_name="web:payment_orders",
        right=acquirers.VIEW,
        crumbs=[Crumb(_("Payment collection"))],
        rows=lambda actor: queries.filter_orders(actor=actor),
        row_url=lambda one: reverse("web:payment_order", args=[one.number]),
        sort="-made",
        columns=[
            Column("number", _("Payment order"), lambda one: one.number, css="n"),
            Column("state", _("State"), lambda one: state_chip("online.order", one.state)),
            Column("made", _("Made at"), lambda one: to_shanghai(one.made_at), order=("id",),
                   show=lambda one: formats.moment(one.made_at), css="n"),
            Column("account", _("Account"), lambda one: one.customer_account.number, css="n"),
            Column("customer", _("Customer"), lambda one: one.customer_account.customer.name),
            Column("amount", _("Amount (yuan)"), lambda one: fen_to_yuan(one.amount_fen),
                   show=lambda one: formats.fen(one.amount_fen), css="num"),
            Column("gateway", _("Gateway"), lambda one: one.acquirer.name, css="nw"),
            Column("external", _("Gateway's number"), lambda one: one.external_number or None, css="n"),
        ],
        filters=[
            ChoiceFilter("state", _("State"), [(one.value, state_label("online.order", one.value))
                                               for one in OrderState]),
            DateRangeFilter("made", _("Made at"), lookup="made_at__date"),
        ],
        search=_search,
        search_hint=_("Order, account or the gateway's number"),
        count=lambda count: _now("%(count)s payment orders") % {"count": count},
        empty_title=_("No payment order yet"),
        empty_text=_("An order is made on a customer's page of money, at the desk, or by a program."),
        empty_found_title=_("No payment order fits"),
        empty_found_text=_("Take a filter out to see more."),
        brief=("state", "customer", "amount", "made"),
        export_name="payment-orders",
    )
)  # fmt: skip
