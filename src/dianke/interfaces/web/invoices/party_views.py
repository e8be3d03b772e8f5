"""Who sells, and what a customer's invoices say of the buyer."""

from http import HTTPStatus
from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext, pgettext_lazy
from django.views.decorators.http import require_GET, require_http_methods

from dianke.application import invoices
from dianke.domain.customers import queries as customers
from dianke.domain.customers.models import Customer
from dianke.domain.invoicing.models import InvoiceProfile, InvoiceSeller
from dianke.domain.invoicing.queries import parties
from dianke.domain.invoicing.rules.parties import Party, PartyIncomplete
from dianke.domain.invoicing.types import InvoiceKind
from dianke.interfaces.web.access import page_right
from dianke.interfaces.web.components.page import Crumb, Page
from dianke.interfaces.web.invoices import words
from dianke.interfaces.web.people import Names
from dianke.interfaces.web.requests import StaffRequest, safe_address
from dianke.interfaces.web.shell.errors import explain
from dianke.kernel.clock import SystemClock
from dianke.kernel.masks import mask_bank_account, mask_phone
from dianke.platform.org import queries as org
from dianke.platform.org.models import Unit

_PLAIN = {"autocomplete": "off"}


class PartyForm(forms.Form):
    """Name, number, place and bank of a seller or buyer."""

    name = forms.CharField(max_length=120, widget=forms.TextInput(attrs=_PLAIN))
    tax_number = forms.CharField(
        max_length=24,
        required=False,
        label=gettext_lazy("Tax number"),
        help_text=gettext_lazy("Unified social credit code of 18 characters; its check digit is verified."),
        widget=forms.TextInput(attrs=_PLAIN),
    )
    address = forms.CharField(
        max_length=200, required=False, label=pgettext_lazy("invoice", "Address"), widget=forms.TextInput(attrs=_PLAIN)
    )
    phone = forms.CharField(
        max_length=30, required=False, label=gettext_lazy("Phone"), widget=forms.TextInput(attrs=_PLAIN)
    )
    bank_name = forms.CharField(
        max_length=80, required=False, label=gettext_lazy("Bank"), widget=forms.TextInput(attrs=_PLAIN)
    )
    bank_number = forms.CharField(
        max_length=40, required=False, label=gettext_lazy("Bank account"), widget=forms.TextInput(attrs=_PLAIN)
    )

    def __init__(self, *args: Any, name: str, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["name"].label = name

    def read(self, **kept: str) -> Party:
        """Return the party as typed; what stands in `kept` was shown masked and left so."""
        names = ("name", "tax_number", "address", "phone", "bank_name", "bank_number")
        return Party(**{name: kept.get(name) or self.cleaned_data[name] for name in names})


class ProfileForm(PartyForm):
    """A buyer, and the kind of its invoices."""

    kind = forms.ChoiceField(
        label=gettext_lazy("Kind of invoice"),
        choices=[(one.value, words.KINDS[one.value]) for one in InvoiceKind],
        help_text=gettext_lazy("Address, phone and bank stand on special invoices only."),
    )


@require_http_methods(["GET", "POST"])
@page_right(invoices.MAKE)
def edit_profile(request: StaffRequest, customer_number: str) -> HttpResponse:
    """Show and change what a customer's invoices say of it."""
    customer = customers.get_customer(actor=request.actor, number=customer_number)
    if customer is None:
        raise Http404
    profile = parties.find_profile(actor=request.actor, customer=customer)
    form = ProfileForm(
        request.POST or None, name=_("Title on the invoice"), initial=_show(profile) or {"name": customer.name}
    )
    back = safe_address(request, request.GET.get("back", "") or reverse("web:customer", args=[customer.number]))
    if request.method == "POST" and form.is_valid() and _save(request, customer, profile, form):
        messages.success(request, _("The invoice data are stored; invoices from now on carry them."))
        return redirect(back)
    names = Names([profile.changed_by] if profile else [])
    values = {
        "page": _head_of_profile(customer),
        "form": form,
        "profile": profile,
        "changer": names.of(profile.changed_by) if profile else "",
        "back_url": back,
    }
    status = HTTPStatus.UNPROCESSABLE_ENTITY if form.errors else HTTPStatus.OK
    return render(request, "invoices/profile.html", values, status=status)


def _save(request: StaffRequest, customer: Customer, profile: InvoiceProfile | None, form: ProfileForm) -> bool:
    shown = _show(profile)
    # What was shown masked and comes back so is what was stored.
    kept = {
        name: getattr(profile, name)
        for name in ("phone", "bank_number")
        if profile is not None and form.cleaned_data[name] and form.cleaned_data[name] == shown.get(name)
    }
    try:
        invoices.set_profile(
            actor=request.actor,
            customer_number=customer.number,
            kind=InvoiceKind(form.cleaned_data["kind"]),
            party=form.read(**kept),
            at=SystemClock().now(),
        )
    except PartyIncomplete as refusal:
        field = "name" if refusal.field == "title" else refusal.field
        form.add_error(field if field in form.fields else None, explain(refusal))
        return False
    return True


def _show(profile: InvoiceProfile | None) -> dict[str, str]:
    if profile is None:
        return {}
    return {
        "name": profile.title,
        "kind": profile.kind,
        "tax_number": profile.tax_number,
        "address": profile.address,
        "phone": mask_phone(profile.phone),
        "bank_name": profile.bank_name,
        "bank_number": mask_bank_account(profile.bank_number),
    }


def _head_of_profile(customer: Customer) -> Page:
    return Page(
        title=_("Invoice data"),
        number=customer.number,
        facts=[customer.name],
        crumbs=[
            Crumb(_("Customer list"), reverse("web:customers")),
            Crumb(customer.name, reverse("web:customer", args=[customer.number])),
        ],
        menu_url=reverse("web:invoices"),
        help=[gettext_lazy("Invoices that are made already keep what they say.")],
    )


@require_GET
@page_right(invoices.VIEW)
def list_sellers(request: StaffRequest) -> HttpResponse:
    """Show who sells, by unit."""
    sellers = parties.list_sellers(actor=request.actor)
    names = Names(seller.changed_by for seller in sellers)
    known = {seller.unit_id for seller in sellers}
    may_keep = request.actor.may(invoices.APPROVE)
    values = {
        "page": Page(
            title=_("Sellers on invoices"),
            crumbs=[Crumb(_("Receivables")), Crumb(_("Tax invoices"), reverse("web:invoices"))],
            menu_url=reverse("web:invoices"),
            help=[gettext_lazy("A unit without a seller of its own invoices in the name of the nearest above it.")],
        ),
        "rows": [(seller, names.of(seller.changed_by)) for seller in sellers],
        "may_keep": may_keep,
        "units": [
            unit
            for unit in org.list_units(actor=request.actor)
            if may_keep and unit.pk not in known and request.actor.may(invoices.APPROVE, unit.path)
        ],
    }
    return render(request, "invoices/sellers.html", values)


@require_http_methods(["GET", "POST"])
@page_right(invoices.APPROVE)
def edit_seller(request: StaffRequest, code: str) -> HttpResponse:
    """Show and change who sells for a unit."""
    unit = org.find_unit(actor=request.actor, code=code)
    if unit is None or not request.actor.may(invoices.APPROVE, unit.path):
        raise Http404
    found = next((one for one in parties.list_sellers(actor=request.actor) if one.unit_id == unit.pk), None)
    form = PartyForm(request.POST or None, name=pgettext("invoice", "Seller"), initial=_show_seller(found))
    if request.method == "POST" and form.is_valid() and _save_seller(request, unit, form):
        messages.success(request, _("The seller is stored; invoices from now on carry it."))
        return redirect("web:invoice_sellers")
    head = Page(
        title=_("Seller of %(unit)s") % {"unit": unit.name},
        crumbs=[
            Crumb(_("Tax invoices"), reverse("web:invoices")),
            Crumb(_("Sellers on invoices"), reverse("web:invoice_sellers")),
        ],
        menu_url=reverse("web:invoices"),
    )
    status = HTTPStatus.UNPROCESSABLE_ENTITY if form.errors else HTTPStatus.OK
    values = {"page": head, "form": form, "back_url": reverse("web:invoice_sellers")}
    return render(request, "invoices/seller.html", values, status=status)


def _save_seller(request: StaffRequest, unit: Unit, form: PartyForm) -> bool:
    try:
        invoices.set_seller(actor=request.actor, unit_code=unit.code, party=form.read(), at=SystemClock().now())
    except PartyIncomplete as refusal:
        form.add_error(refusal.field if refusal.field in form.fields else None, explain(refusal))
        return False
    return True


def _show_seller(seller: InvoiceSeller | None) -> dict[str, str]:
    if seller is None:
        return {}
    names = ("name", "tax_number", "address", "phone", "bank_name", "bank_number")
    return {name: getattr(seller, name) for name in names}
