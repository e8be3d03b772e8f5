"""A clerk takes an application for an account; every reason against it is shown at once."""

from datetime import date
from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from django.views.decorators.http import require_http_methods

from dianke.application import service_orders
from dianke.domain.customers.models import CustomerAccount
from dianke.domain.service_orders.operations.accepting import ENDING, Application, ApplicationRefused
from dianke.domain.service_orders.queries.facts import gather_account_facts
from dianke.domain.service_orders.rules.checks import list_kinds_on_offer
from dianke.domain.service_orders.rules.rule_sets import choose_rule_set, load_rule_sets
from dianke.domain.service_orders.types import AccountFacts, OrderKind, Refusal
from dianke.interfaces.web.access import page_right
from dianke.interfaces.web.components.page import Crumb, Page
from dianke.interfaces.web.components.states import state_chip
from dianke.interfaces.web.requests import StaffRequest
from dianke.interfaces.web.service_orders import words
from dianke.interfaces.web.shell.errors import explain
from dianke.kernel.clock import SystemClock
from dianke.kernel.errors import DomainError
from dianke.platform.audit.use_case import PermissionRefused

_DATE = {"type": "date"}
_ISO = "%Y-%m-%d"


class OrderForm(forms.Form):
    """What is asked for."""

    kind = forms.ChoiceField(label=_("Kind"))
    effective_on = forms.DateField(
        label=pgettext_lazy("service order", "From"), widget=forms.DateInput(attrs=_DATE, format=_ISO)
    )
    ends_on = forms.DateField(
        label=pgettext_lazy("service order", "Ends before"),
        required=False,
        widget=forms.DateInput(attrs=_DATE, format=_ISO),
        help_text=_("The first day on which the capacity is wanted back."),
    )
    transformers = forms.MultipleChoiceField(
        label=_("Transformers"), required=False, widget=forms.CheckboxSelectMultiple
    )
    sealed_on = forms.ChoiceField(
        label=pgettext_lazy("service order", "Sealed since"),
        required=False,
        help_text=_("For a resumption or the restoring of capacity."),
    )
    stops_supply = forms.BooleanField(label=_("The whole supply stops, meters too"), required=False)
    papers = forms.MultipleChoiceField(label=_("Papers seen"), required=False, widget=forms.CheckboxSelectMultiple)


@require_http_methods(["GET", "POST"])
@page_right(service_orders.ACCEPT)
def accept_order(request: StaffRequest, number: str) -> HttpResponse:
    """Take an application; refusals stand above the form with what can be done and the article."""
    account, now = _find_account(request, number), SystemClock().now()
    facts = gather_account_facts(actor=request.actor.within(service_orders.ACCEPT), account=account, on=now.date())
    form = _form(request, facts, now.date())
    refusals: list[dict[str, str]] = []
    if request.method == "POST" and form.is_valid():
        try:
            order = service_orders.accept_order(
                actor=request.actor, account_number=number, application=_read(form.cleaned_data), at=now
            )
        except PermissionRefused:
            raise
        except ApplicationRefused as refusal:
            refused: tuple[Refusal, ...] = refusal.facts["refusals"]
            refusals = [words.write_refusal(one) for one in refused]
        except DomainError as refusal:
            form.add_error(None, explain(refusal))
        else:
            messages.success(request, _now("Accepted as %(number)s.") % {"number": order.number})
            return redirect("web:service_order", number=order.number)
    values = {
        "page": _head(account),
        "form": form,
        "refusals": refusals,
        "units": [
            (one, words.kva(one.capacity_kva), state_chip("transformer", one.state.value)) for one in facts.units
        ],
        "action": reverse("web:service_order_new", args=[number]),
        "back": reverse("web:customer_account", args=[number]),
    }
    return render(request, "service_orders/new.html", values, status=422 if request.method == "POST" else 200)


def _find_account(request: StaffRequest, number: str) -> CustomerAccount:
    rows = CustomerAccount.objects.for_actor(request.actor, service_orders.ACCEPT).select_related("customer__unit")
    account: CustomerAccount | None = rows.filter(number=number).first()
    if account is None:
        raise Http404
    return account


def _form(request: StaffRequest, facts: AccountFacts, today: date) -> OrderForm:
    form = OrderForm(request.POST or None, initial={"effective_on": today})
    offered = list_kinds_on_offer(choose_rule_set(load_rule_sets(), accepted_on=today))
    running = [one for one in facts.spells if one.unsealed_on is None]
    # A suspension that began before it was withdrawn still ends by a resumption.
    kinds = [kind for kind in words.KINDS if OrderKind(kind) in offered]
    fields: dict[str, Any] = form.fields
    fields["kind"].choices = [(kind, words.KINDS[kind]) for kind in kinds]
    fields["transformers"].choices = [
        (one.unit_id, f"{one.unit_id} · {words.kva(one.capacity_kva)} kVA") for one in facts.units
    ]
    fields["sealed_on"].choices = [
        ("", "–"),
        *((one.sealed_on.isoformat(), f"{one.sealed_on} · {', '.join(sorted(one.unit_ids))}") for one in running),
    ]
    papers: dict[str, str] = {}
    for kind in kinds:
        papers |= dict(words.list_papers(OrderKind(kind), today))
    fields["papers"].choices = list(papers.items())
    return form


def _read(given: dict[str, Any]) -> Application:
    kind = OrderKind(given["kind"])
    ends = kind in ENDING
    return Application(
        kind=kind,
        effective_on=given["effective_on"],
        ends_on=None if ends else given["ends_on"],
        transformer_codes=frozenset() if ends else frozenset(given["transformers"]),
        sealed_on=date.fromisoformat(given["sealed_on"]) if given["sealed_on"] else None,
        stops_supply=given["stops_supply"],
        papers=frozenset(given["papers"]),
    )


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
