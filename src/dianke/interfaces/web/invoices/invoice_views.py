"""An invoice: what it says, how far it is, what takes it back; as files; sent again; its red letter asked for."""

from decimal import Decimal, InvalidOperation
from http import HTTPStatus
from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from dianke.application import invoices
from dianke.domain.invoicing.models import Invoice, InvoiceLine
from dianke.domain.invoicing.queries import invoices as queries
from dianke.domain.invoicing.rules.xml_files import NAMESPACE
from dianke.domain.invoicing.types import OPEN_DELIVERIES, Colour, DeliveryState, InvoicedLine, RedReason
from dianke.interfaces.web.access import page_right
from dianke.interfaces.web.acting import carry_out
from dianke.interfaces.web.components.page import Chip, Crumb, Page
from dianke.interfaces.web.components.states import state_chip
from dianke.interfaces.web.invoices import words
from dianke.interfaces.web.people import Names
from dianke.interfaces.web.requests import StaffRequest
from dianke.interfaces.web.shell.errors import explain
from dianke.kernel.clock import SystemClock
from dianke.kernel.errors import DomainError
from dianke.kernel.money import fen_to_yuan, spell_yuan, yuan_to_fen
from dianke.platform.audit.use_case import PermissionRefused

_TYPES = {"xml": "application/xml", "json": "application/json", "pdf": "application/pdf"}


class RedLetterForm(forms.Form):
    """Why an invoice is taken back, and how much of each line."""

    def __init__(self, *args: Any, lines: list[tuple[InvoiceLine, InvoicedLine]], **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["red_reason"] = forms.ChoiceField(
            label=_("Reason of the red letter"),
            choices=[(one.value, words.RED_REASONS[one.value]) for one in RedReason],
        )
        self.fields["reason"] = forms.CharField(
            label=_("Explanation"),
            max_length=200,
            help_text=_("It stands on the red invoice; the other person reads it."),
            widget=forms.TextInput(attrs={"autocomplete": "off"}),
        )
        self._lines = lines
        for line, left in lines:
            self.fields[f"line-{line.pk}"] = forms.CharField(
                label=_("To be taken back (yuan)"),
                required=False,
                max_length=20,
                initial=f"{fen_to_yuan(left.left_fen):.2f}",
                widget=forms.TextInput(
                    attrs={"autocomplete": "off", "class": "form-control num", "inputmode": "decimal"}
                ),
            )

    def list_lines(self) -> list[tuple[InvoiceLine, InvoicedLine, forms.BoundField]]:
        """Return each line with its field."""
        return [(line, left, self[f"line-{line.pk}"]) for line, left in self._lines]

    def clean(self) -> dict[str, Any]:
        """Read the amounts; an empty one takes nothing back."""
        given = super().clean() or {}
        parts: dict[int, int] = {}
        for line, _left in self._lines:
            name = f"line-{line.pk}"
            try:
                fen = yuan_to_fen(Decimal((given.get(name) or "0").replace(",", "")))
            except (InvalidOperation, ValueError):
                self.add_error(name, _("Write yuan with two decimals at most."))
            else:
                parts |= {line.pk: fen} if fen else {}
        given["parts"] = parts
        return given


@require_GET
@page_right(invoices.VIEW)
def show_invoice(request: StaffRequest, number: str) -> HttpResponse:
    """Show an invoice."""
    invoice = find_invoice(request, number)
    delivery = invoice.delivery
    asked = queries.list_open_red_requests(actor=request.actor, invoices=[invoice.pk])
    left_fen = sum(line.left_fen for line in queries.list_invoiced_lines(invoice=invoice))
    names = Names([invoice.made_by, invoice.asked_by])
    may_make = request.actor.may(invoices.MAKE, invoice.unit.path)
    is_blue = invoice.colour == Colour.BLUE.value
    stands = is_blue and delivery.state != DeliveryState.REFUSED.value and left_fen > 0
    values = {
        "page": _head(invoice),
        "invoice": invoice,
        "delivery": delivery,
        "document": invoices.write_structured(actor=request.actor, invoice=invoice),
        "lines": queries.list_lines(actor=request.actor, invoice=invoice),
        "reds": queries.list_reds(actor=request.actor, invoice=invoice),
        "asked": asked,
        "left_fen": left_fen,
        "is_blue": is_blue,
        "spelled": spell_yuan(invoice.total_fen),
        "maker": names.of(invoice.made_by),
        "asker": names.of(invoice.asked_by),
        "red_reason": words.RED_REASONS.get(invoice.red_reason, ""),
        "may_take_back": may_make and stands and not asked,
        "may_send": may_make and delivery.state in OPEN_DELIVERIES,
        "is_connected": invoices.get_platform() is not None,
        "namespace": NAMESPACE,
    }
    return render(request, "invoices/invoice.html", values)


@require_GET
@page_right(invoices.VIEW)
def download_invoice(request: StaffRequest, number: str, form: str) -> HttpResponse:
    """Give an invoice out as XML, JSON or PDF."""
    if form not in _TYPES:
        raise Http404
    invoice = find_invoice(request, number)
    content = invoices.take_out_invoice(actor=request.actor, number=invoice.number, form=form)
    response = HttpResponse(content, content_type=_TYPES[form])
    response.headers["Content-Disposition"] = f'attachment; filename="{invoice.number}.{form}"'
    return response


@require_POST
@page_right(invoices.MAKE)
def send_invoice(request: StaffRequest, number: str) -> HttpResponse:
    """Send an invoice to the tax platform, or ask after it, at once."""
    invoice = find_invoice(request, number)
    answered, later = _("The tax platform has answered."), _("Sent; the tax platform answers later.")
    return carry_out(
        request,
        lambda: invoices.send_invoice(actor=request.actor, number=invoice.number, at=SystemClock().now()),
        done=lambda is_answered: answered if is_answered else later,
        back=reverse("web:invoice", args=[invoice.number]),
    )


@require_http_methods(["GET", "POST"])
@page_right(invoices.MAKE)
def ask_red_letter(request: StaffRequest, number: str) -> HttpResponse:
    """Ask that an invoice be taken back, whole or in part."""
    invoice = find_invoice(request, number)
    known = {line.line_id: line for line in queries.list_invoiced_lines(invoice=invoice)}
    lines = [(line, known[line.pk]) for line in queries.list_lines(actor=request.actor, invoice=invoice)]
    form = RedLetterForm(request.POST or None, lines=lines)
    if request.method == "POST" and form.is_valid():
        answer = _ask(request, invoice, form)
        if answer is not None:
            return answer
    values = {"page": _head_of_form(invoice), "invoice": invoice, "form": form}
    status = HTTPStatus.UNPROCESSABLE_ENTITY if form.errors else HTTPStatus.OK
    return render(request, "invoices/red_letter.html", values, status=status)


def _ask(request: StaffRequest, invoice: Invoice, form: RedLetterForm) -> HttpResponse | None:
    given = form.cleaned_data
    try:
        asked = invoices.ask_red_letter(
            actor=request.actor,
            number=invoice.number,
            red_reason=RedReason(given["red_reason"]),
            reason=given["reason"],
            parts=given["parts"],
            at=SystemClock().now(),
        )
    except PermissionRefused:
        raise
    except DomainError as refusal:
        form.add_error("reason" if refusal.field == "reason" else None, explain(refusal))
        return None
    messages.success(request, _("The red letter waits for another person."))
    return redirect("web:invoice_request", asked.pk)


def find_invoice(request: StaffRequest, number: str) -> Invoice:
    """Return an invoice within reach, or answer that nothing is there."""
    try:
        return queries.get_invoice(actor=request.actor, number=number)
    except queries.InvoiceNotFound as error:
        raise Http404 from error


def _head(invoice: Invoice) -> Page:
    chips = [state_chip("invoice", invoice.delivery.state)]
    if invoice.colour == Colour.RED.value:
        chips.insert(0, Chip("bad", words.COLOURS[invoice.colour]))
    return Page(
        title=words.KINDS[invoice.kind],
        number=invoice.number,
        facts=[invoice.buyer_name, invoice.unit.name],
        crumbs=[Crumb(_("Receivables")), Crumb(_("Tax invoices"), reverse("web:invoices"))],
        chips=chips,
        menu_url=reverse("web:invoices"),
        help=[
            gettext_lazy("The number with FP is the utility's own, without a gap; the tax platform adds its own."),
            gettext_lazy("To change anything, ask for its red letter; another person confirms it; then invoice anew."),
        ],
    )


def _head_of_form(invoice: Invoice) -> Page:
    return Page(
        title=_("Ask for a red letter"),
        number=invoice.number,
        facts=[invoice.buyer_name],
        crumbs=[
            Crumb(_("Tax invoices"), reverse("web:invoices")),
            Crumb(invoice.number, reverse("web:invoice", args=[invoice.number])),
        ],
        menu_url=reverse("web:invoices"),
        help=[gettext_lazy("Leave the amounts as they are to take the invoice back whole; less is an allowance.")],
    )
