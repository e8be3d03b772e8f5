"""Make the invoice of a bill, alone or with others of its buyer, or ask for it."""

from http import HTTPStatus
from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from dianke.application import invoices
from dianke.domain.billing.models import Bill
from dianke.domain.billing.queries import bills as bill_queries
from dianke.domain.customers import queries as customers
from dianke.domain.invoicing.operations.making import preview_lines
from dianke.domain.invoicing.queries import parties, standings
from dianke.domain.invoicing.queries.parties import Buyer
from dianke.domain.invoicing.rules.taxes import NoTaxRate
from dianke.domain.invoicing.types import MOST_BILLS, InvoiceKind
from dianke.interfaces.web.access import page_right
from dianke.interfaces.web.components import formats
from dianke.interfaces.web.components.page import Crumb, Page
from dianke.interfaces.web.invoices import words
from dianke.interfaces.web.requests import StaffRequest
from dianke.interfaces.web.shell.errors import explain
from dianke.kernel.clock import SystemClock
from dianke.kernel.errors import DomainError
from dianke.platform.audit.use_case import PermissionRefused


class MakeForm(forms.Form):
    """The bills that go on the invoice, its kind and a remark."""

    def __init__(self, *args: Any, others: list[Bill], buyer: Buyer, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["bills"] = forms.MultipleChoiceField(
            choices=[(str(bill.pk), bill.number) for bill in others], required=False
        )
        self.fields["kind"] = forms.ChoiceField(
            label=_("Kind"),
            choices=[(one.value, words.KINDS[one.value]) for one in InvoiceKind],
            initial=buyer.kind.value,
            help_text=_("A special invoice needs the tax number of the buyer; a person gets none."),
        )
        self.fields["remark"] = forms.CharField(
            label=_("Remark"),
            required=False,
            max_length=200,
            widget=forms.TextInput(attrs={"autocomplete": "off"}),
            help_text=_("It stands on the invoice beside account and bills."),
        )


@require_http_methods(["GET", "POST"])
@page_right(invoices.VIEW)
def make_invoice(request: StaffRequest, bill_id: int) -> HttpResponse:
    """Show what the invoice of a bill would say, make it, or ask for it."""
    bill = _find_bill(request, bill_id)
    buyer = parties.list_buyers(bills=[bill]).get(bill.pk)
    if buyer is None:
        raise Http404
    others = _list_others(request, bill, buyer)
    form = MakeForm(request.POST or None, others=others, buyer=buyer)
    if request.method == "POST" and form.is_valid():
        answer = _carry_out(request, bill, form)
        if answer is not None:
            return answer
    values = {**_draw(request, bill, buyer), "page": _head(bill), "form": form, "others": others}
    status = HTTPStatus.UNPROCESSABLE_ENTITY if form.errors else HTTPStatus.OK
    return render(request, "invoices/make.html", values, status=status)


def _carry_out(request: StaffRequest, bill: Bill, form: MakeForm) -> HttpResponse | None:
    given = form.cleaned_data
    values: dict[str, Any] = {
        "actor": request.actor,
        "bill_ids": [bill.pk, *map(int, given["bills"])],
        "kind": InvoiceKind(given["kind"]),
        "remark": given["remark"],
        "at": SystemClock().now(),
    }
    try:
        if request.POST.get("act") == "ask":
            asked = invoices.ask_invoice(**values)
            messages.success(request, _("The invoice is asked for."))
            return redirect("web:invoice_request", asked.pk)
        made = invoices.make_invoice(**values)
    except PermissionRefused:
        raise
    except DomainError as refusal:
        form.add_error(refusal.field if refusal.field in {"kind", "remark"} else None, explain(refusal))
        return None
    messages.success(request, _("The invoice %(number)s is made.") % {"number": made.number})
    return redirect("web:invoice", made.number)


def _draw(request: StaffRequest, bill: Bill, buyer: Buyer) -> dict[str, Any]:
    seller = parties.find_seller(unit=bill.unit)
    standing = standings.list_standings(bills=[bill])[bill.pk]
    may_make = request.actor.may(invoices.MAKE, bill.unit.path)
    return {
        "bill": bill,
        "buyer": buyer,
        "seller": seller,
        "standing": standing,
        "obstacle": _(standing.obstacle) if standing.obstacle else "",
        "lines": _preview(bill) if not standing.obstacle else [],
        "stood_on": [line.invoice for line in standings.list_invoices_of(actor=request.actor, bill_id=bill.pk)],
        "may_make": may_make,
        "may_keep_profile": may_make and _reaches(request, buyer),
    }


def _reaches(request: StaffRequest, buyer: Buyer) -> bool:
    return customers.get_customer(actor=request.actor, number=buyer.customer.number) is not None


def _preview(bill: Bill) -> list[Any]:
    try:
        return list(preview_lines(bills=[bill]))
    except NoTaxRate:
        return []


def _list_others(request: StaffRequest, bill: Bill, buyer: Buyer) -> list[Bill]:
    """Return other bills of the buyer in the same unit that may go on the same invoice, the newest first."""
    accounts = customers.list_accounts(actor=request.actor, customer=buyer.customer)
    rows = bill_queries.filter_bills(actor=request.actor, account_ids=[one.pk for one in accounts], month=None)
    rows = standings.narrow_to_open(rows.filter(unit_id=bill.unit_id).exclude(pk=bill.pk))
    found = list(rows.order_by("-id")[: MOST_BILLS - 1])
    buyers = parties.list_buyers(bills=found)
    return [one for one in found if buyers[one.pk].customer.pk == buyer.customer.pk]


def _find_bill(request: StaffRequest, bill_id: int) -> Bill:
    try:
        return bill_queries.get_bill(actor=request.actor, bill_id=bill_id)
    except bill_queries.BillNotFound as error:
        raise Http404 from error


def _head(bill: Bill) -> Page:
    return Page(
        title=_("Invoice of a bill"),
        number=bill.number,
        facts=[bill.customer_name, bill.account_number, formats.month(bill.month)],
        crumbs=[
            Crumb(_("Receivables")),
            Crumb(_("Tax invoices"), reverse("web:invoices")),
            Crumb(_("Bills to be invoiced"), reverse("web:invoice_bills")),
        ],
        menu_url=reverse("web:invoice_bills"),
        help=[
            gettext_lazy("One invoice takes a bill whole; other bills of the same buyer may go with it."),
            gettext_lazy("Once made it is never changed. A red-letter invoice takes it back."),
        ],
    )
