"""A clerk takes an application for an account; every reason against it is shown at once."""

from datetime import date

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods

from dianke.application import service_orders
from dianke.domain.customers.models import CustomerAccount
from dianke.domain.customers.types import AccountStatus
from dianke.domain.service_orders.operations.accepting import ApplicationRefused
from dianke.domain.service_orders.queries.facts import gather_account_facts
from dianke.domain.service_orders.rules.case import NEW_SUPPLIES
from dianke.domain.service_orders.rules.checks import list_kinds_on_offer
from dianke.domain.service_orders.rules.rule_sets import choose_rule_set, load_rule_sets
from dianke.domain.service_orders.types import OrderKind, Refusal
from dianke.interfaces.web.access import page_right
from dianke.interfaces.web.components.page import Crumb, Page
from dianke.interfaces.web.components.states import state_chip
from dianke.interfaces.web.requests import StaffRequest
from dianke.interfaces.web.service_orders import words
from dianke.interfaces.web.service_orders.accept_forms import OrderForm
from dianke.interfaces.web.shell.errors import explain
from dianke.interfaces.web.valuation.served import draw_served_order
from dianke.kernel.clock import SystemClock, to_shanghai
from dianke.kernel.errors import DomainError
from dianke.platform.audit.use_case import PermissionRefused

_PROPOSED = (OrderKind.CLOSE_FORCED,)


@require_http_methods(["GET", "POST"])
@page_right(service_orders.ACCEPT)
def accept_order(request: StaffRequest, number: str) -> HttpResponse:
    """Take an application; refusals stand above the form with what can be done and the article."""
    if OrderKind.BATCH.value in (request.GET.get("kind"), request.POST.get("kind")):
        return redirect("web:service_batch_new", number=number)
    return _take(request, number, service_orders.ACCEPT)


@require_http_methods(["GET", "POST"])
@page_right(service_orders.SURVEY)
def propose_closing(request: StaffRequest, number: str) -> HttpResponse:
    """Propose to close a supply that nobody uses."""
    return _take(request, number, service_orders.SURVEY)


def _take(request: StaffRequest, number: str, right: str) -> HttpResponse:
    account, now = _find_account(request, number, right), SystemClock().now()
    today = to_shanghai(now).date()
    facts = gather_account_facts(actor=request.actor.within(right), account=account, on=today)
    is_planned = account.status == AccountStatus.PLANNED.value
    kinds = _list_kinds(today, is_proposal=right == service_orders.SURVEY, is_planned=is_planned)
    if not kinds:
        raise Http404
    asked = request.POST.get("kind") or request.GET.get("kind", "")
    kind = OrderKind(asked if asked in kinds else kinds[0])
    form = OrderForm(request.POST or None, kind=kind, facts=facts, today=today)
    refusals: list[dict[str, str]] = []
    if request.method == "POST" and form.is_valid():
        act = service_orders.propose_closing if kind in _PROPOSED else service_orders.accept_order
        try:
            order = act(actor=request.actor, account_number=number, application=form.read(), at=now)
        except PermissionRefused:
            raise
        except ApplicationRefused as refusal:
            refused: tuple[Refusal, ...] = refusal.facts["refusals"]
            refusals = [words.write_refusal(one) for one in refused]
        except DomainError as refusal:
            form.add_error(refusal.field if refusal.field in form.fields else None, explain(refusal))
        else:
            messages.success(request, _now("Accepted as %(number)s.") % {"number": order.number})
            return redirect("web:service_order", number=order.number)
    values = {
        "page": _head(account),
        **draw_served_order(request.actor, account.customer, right=service_orders.APPROVE),
        "form": form,
        "refusals": refusals,
        "kind": kind.value,
        "kinds": [(code, words.KINDS[code]) for code in kinds],
        "units": [
            (one, words.kva(one.capacity_kva), state_chip("transformer", one.state.value)) for one in facts.units
        ],
        "action": request.path,
        "back": reverse("web:customer_account", args=[number]),
    }
    return render(request, "service_orders/new.html", values, status=422 if request.method == "POST" else 200)


def _find_account(request: StaffRequest, number: str, right: str) -> CustomerAccount:
    rows = CustomerAccount.objects.for_actor(request.actor, right).select_related("customer__unit")
    account: CustomerAccount | None = rows.filter(number=number).first()
    if account is None:
        raise Http404
    return account


def _list_kinds(today: date, *, is_proposal: bool, is_planned: bool) -> list[str]:
    """Return the kinds that can be asked for: new supplies of an account that is being connected, changes of others."""
    offered = list_kinds_on_offer(choose_rule_set(load_rule_sets(), accepted_on=today))
    return [
        kind
        for kind in words.KINDS
        if OrderKind(kind) in offered
        and (OrderKind(kind) in _PROPOSED) is is_proposal
        and (OrderKind(kind) in NEW_SUPPLIES) is is_planned
    ]


def _head(account: CustomerAccount) -> Page:
    return Page(
        title=_now("Take an application"),
        number=account.number,
        facts=[account.customer.name, account.customer.unit.name],
        crumbs=[
            Crumb(_("Service orders")),
            Crumb(_("Orders"), reverse("web:service_orders")),
            Crumb(account.number, reverse("web:customer_account", args=[account.number])),
        ],
        menu_url=reverse("web:service_orders"),
        help=[
            _("Every reason against an application is shown at once, with the article it rests on."),
            _("The rules are those of today; what a running suspension allows is judged by the rules it began under."),
        ],
    )
