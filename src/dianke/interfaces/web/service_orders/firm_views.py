"""Firms that applicants choose among: the list, a new one, one taken off."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.contrib import messages
from django.db.models import QuerySet
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from dianke.application import service_orders
from dianke.application.service_orders import firms
from dianke.domain.service_orders.models import ListedFirm
from dianke.domain.service_orders.operations.firms import NewFirm
from dianke.domain.service_orders.queries.firms import filter_firms
from dianke.domain.service_orders.rules.plans import FirmKind
from dianke.interfaces.web.access import page_right
from dianke.interfaces.web.components.filters import ChoiceFilter, UnitFilter
from dianke.interfaces.web.components.list_views import render_list
from dianke.interfaces.web.components.lists import Column, ListSpec, register
from dianke.interfaces.web.components.page import Crumb, Page, Text
from dianke.interfaces.web.components.row_addresses import address_row
from dianke.interfaces.web.customers.form_pages import DateInput, FormPage, add_refusal, answer_form
from dianke.interfaces.web.requests import StaffRequest
from dianke.kernel.clock import SystemClock
from dianke.kernel.errors import DomainError
from dianke.platform.identity.types import Actor
from dianke.platform.org import queries as org

KINDS: Mapping[str, Text] = {
    FirmKind.DESIGNER.value: pgettext_lazy("firm", "Designer"),
    FirmKind.SUPPLIER.value: pgettext_lazy("firm", "Supplier"),
    FirmKind.BUILDER.value: pgettext_lazy("firm", "Builder"),
}
_PLAIN = {"autocomplete": "off"}


def _search(actor: Actor, rows: QuerySet[Any], text: str) -> tuple[QuerySet[Any], bool]:
    return rows.filter(name__contains=text), False


FIRMS = register(
    ListSpec(
        name="service_orders.firms",
        title=_("Listed firms"),
        url_name="web:listed_firms",
        right=service_orders.VIEW,
        crumbs=[Crumb(_("Service orders"))],
        rows=lambda actor: filter_firms(actor=actor),
        row_url=lambda one: address_row("web:listed_firm", one.pk),
        sort="kind",
        columns=[
            Column("name", pgettext_lazy("firm", "Name"), lambda one: one.name, order=("name", "id"), width=28),
            Column("kind", _("Kind"), lambda one: KINDS[one.kind], order=("kind", "name", "id"), css="nw"),
            Column("qualification", pgettext_lazy("firm", "Qualification"), lambda one: one.qualification, width=24),
            Column("certificate", pgettext_lazy("firm", "Certificate"), lambda one: one.certificate, css="n", width=18),
            Column("from", pgettext_lazy("firm", "Holds from"), lambda one: one.valid_from, css="n"),
            Column("to", pgettext_lazy("firm", "Holds until before"), lambda one: one.valid_to, css="n"),
            Column("phone", _("Phone"), lambda one: one.phone, css="n", is_shown=False),
            Column("unit", _("Unit"), lambda one: one.unit.name, css="nw", width=18),
        ],
        filters=[ChoiceFilter("kind", _("Kind"), list(KINDS.items())), UnitFilter()],
        search=_search,
        search_hint=_("Name of a firm"),
        count=lambda count: _now("%(count)s firms") % {"count": count},
        empty_title=_("No firm is listed"),
        empty_text=_("Applicants choose freely; with five firms of each kind they are shown a list."),
        empty_found_title=_("No firm fits"),
        empty_found_text=_("Take a filter out to see more."),
        help=[
            _("Applicants see the qualified firms of each kind in an order that changes every time."),
            _("Who is taken off stays with the orders that chose it."),
        ],
    )
)


class FirmForm(forms.Form):
    """A firm with its qualification."""

    unit = forms.ChoiceField(label=_("Unit"))
    kind = forms.ChoiceField(label=_("Kind"), choices=list(KINDS.items()))
    name = forms.CharField(label=pgettext_lazy("firm", "Name"), max_length=120, widget=forms.TextInput(attrs=_PLAIN))
    qualification = forms.CharField(label=pgettext_lazy("firm", "Qualification"), max_length=120)
    certificate = forms.CharField(label=pgettext_lazy("firm", "Certificate"), max_length=60)
    phone = forms.CharField(label=_("Phone"), max_length=24, required=False)
    valid_from = forms.DateField(label=pgettext_lazy("firm", "Holds from"), widget=DateInput())
    valid_to = forms.DateField(
        label=pgettext_lazy("firm", "Holds until before"),
        required=False,
        widget=DateInput(),
        help_text=_("Left empty it holds until it is taken off."),
    )


class EndForm(forms.Form):
    """From when a firm is no longer listed, and why."""

    on = forms.DateField(label=pgettext_lazy("firm", "Holds until before"), widget=DateInput())
    reason = forms.CharField(label=_("Reason"), max_length=200, widget=forms.TextInput(attrs=_PLAIN))


@require_GET
@page_right(service_orders.VIEW)
def list_firms(request: StaffRequest) -> HttpResponse:
    """List firms by kind."""
    may_add = bool(request.actor.list_unit_paths(service_orders.MANAGE))
    return render_list(request, FIRMS, template="service_orders/firms.html", values={"may_add": may_add})


@require_http_methods(["GET", "POST"])
@page_right(service_orders.MANAGE)
def add_firm(request: StaffRequest) -> HttpResponse:
    """Put a firm on the list."""
    paths = request.actor.list_unit_paths(service_orders.MANAGE)
    units = [one for one in org.list_units(actor=request.actor) if any(one.path.startswith(path) for path in paths)]
    form = FirmForm(request.POST or None)
    field: Any = form.fields["unit"]
    field.choices = [(one.code, one.name) for one in units]

    def carry_out(given: dict[str, Any]) -> str:
        new = NewFirm(
            kind=FirmKind(given["kind"]), name=given["name"], qualification=given["qualification"],
            certificate=given["certificate"], phone=given["phone"], valid_from=given["valid_from"],
            valid_to=given["valid_to"],
        )  # fmt: skip
        unit = org.get_unit(actor=request.actor, code=given["unit"])
        firms.list_firm(actor=request.actor, unit=unit, new=new, at=SystemClock().now())
        return reverse("web:listed_firms")

    page = FormPage(title=_("List a firm"), act=_("List it"), back_url=reverse("web:listed_firms"))
    return answer_form(request, form, page, carry_out, done=_("The firm is listed."))


@require_GET
@page_right(service_orders.VIEW)
def show_firm(request: StaffRequest, key: int) -> HttpResponse:
    """Show a firm; who keeps the list takes it off."""
    return _draw(request, _find(request, key), EndForm())


@require_POST
@page_right(service_orders.MANAGE)
def end_firm(request: StaffRequest, key: int) -> HttpResponse:
    """Take a firm off the list from a day on."""
    firm, form = _find(request, key), EndForm(request.POST)
    if form.is_valid():
        given = form.cleaned_data
        try:
            firms.end_firm(actor=request.actor, key=key, on=given["on"], reason=given["reason"], at=SystemClock().now())
        except DomainError as refusal:
            add_refusal(form, refusal)
        else:
            messages.success(request, _now("The firm is taken off."))
            return redirect("web:listed_firms")
    return _draw(request, firm, form, status=422)


def _find(request: StaffRequest, key: int) -> ListedFirm:
    firm: ListedFirm | None = filter_firms(actor=request.actor).filter(pk=key).first()
    if firm is None:
        raise Http404
    return firm


def _draw(request: StaffRequest, firm: ListedFirm, form: EndForm, *, status: int = 200) -> HttpResponse:
    page = Page(
        title=firm.name,
        number=firm.certificate,
        facts=[KINDS[firm.kind], firm.unit.name],
        crumbs=[Crumb(_("Service orders")), Crumb(_("Listed firms"), reverse("web:listed_firms"))],
        menu_url=reverse("web:listed_firms"),
    )
    may_end = request.actor.may(service_orders.MANAGE, firm.unit.path)
    values = {"page": page, "firm": firm, "form": form, "may_end": may_end}
    return render(request, "service_orders/firm.html", values, status=status)
