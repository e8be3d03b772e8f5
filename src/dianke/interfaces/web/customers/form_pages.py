"""A page with one form: what was typed stays, refusals stand beside their field, success goes on."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from dianke.domain.customers.models import Customer, CustomerAccount
from dianke.interfaces.web.components.page import Crumb, Page, Text
from dianke.interfaces.web.requests import StaffRequest
from dianke.interfaces.web.shell.errors import explain
from dianke.kernel.errors import DomainError
from dianke.platform.identity.types import Actor

_TEMPLATE = "customers/form.html"
_SAVED = gettext_lazy("Saved.")


@dataclass(frozen=True)
class FormPage:
    """What stands around a form; `groups` names its fields by heading, all in one without."""

    title: Text
    act: Text
    back_url: str
    number: str = ""
    facts: Sequence[Text] = ()
    intro: Text = ""
    help: Sequence[Text] = ()
    groups: Sequence[tuple[Text, Sequence[str]]] = ()
    template: str = _TEMPLATE
    values: dict[str, Any] = field(default_factory=dict)
    danger: bool = False


class DateInput(forms.DateInput):
    """A day, by the browser's own calendar."""

    input_type = "date"

    def __init__(self) -> None:
        super().__init__(format="%Y-%m-%d")


def show_form(request: StaffRequest, form: forms.Form, page: FormPage, *, status: int = HTTPStatus.OK) -> HttpResponse:
    """Draw a form."""
    groups = [(title, [form[name] for name in names if name in form.fields]) for title, names in page.groups]
    values = {
        "page": Page(
            title=page.title,
            number=page.number,
            facts=page.facts,
            crumbs=[Crumb(_("Customer list"), reverse("web:customers")), Crumb(_("Entry and changes"))],
            help=page.help,
        ),
        "form": form,
        "groups": groups or [("", list(form))],
        "intro": page.intro,
        "act": page.act,
        "back_url": page.back_url,
        "danger": page.danger,
        "has_file": form.is_multipart(),
        **page.values,
    }
    return render(request, page.template, values, status=status)


def answer_form(
    request: StaffRequest,
    form: forms.Form,
    page: FormPage,
    carry_out: Callable[[dict[str, Any]], str],
    *,
    done: Text = _SAVED,
) -> HttpResponse:
    """Draw a form, or carry out what was sent and go where that says; a refusal is shown in the form."""
    if request.method != "POST":
        return show_form(request, form, page)
    if form.is_valid():
        try:
            url = carry_out(form.cleaned_data)
        except DomainError as error:
            add_refusal(form, error)
        else:
            messages.success(request, str(done))
            return redirect(url)
    return show_form(request, form, page, status=HTTPStatus.UNPROCESSABLE_ENTITY)


def add_refusal(form: forms.Form, error: DomainError) -> None:
    """Put a refusal beside the field that it names, or above the form."""
    form.add_error(error.field if error.field in form.fields else None, explain(error))


def answer_act(request: StaffRequest, url: str, carry_out: Callable[[], Any], *, done: Text) -> HttpResponse:
    """Carry out an act of one button and go back; a refusal is said there."""
    try:
        carry_out()
    except DomainError as error:
        messages.error(request, explain(error))
    else:
        messages.success(request, str(done))
    return redirect(url)


def get_customer(actor: Actor, number: str, right: str) -> Customer:
    """Return a customer that stands, within the units of a right, or answer that nothing is there."""
    rows = Customer.objects.for_actor(actor, right).filter(number=number, merged_into=None)
    customer: Customer = found(rows.select_related("unit").first())
    return customer


def get_account(actor: Actor, number: str, right: str) -> CustomerAccount:
    """Return an account with its customer, within the units of a right, or answer that nothing is there."""
    rows = CustomerAccount.objects.for_actor(actor, right).filter(number=number)
    account: CustomerAccount = found(rows.select_related("customer", "customer__unit", "unit", "location").first())
    return account


def found(row: Any) -> Any:
    """Return a row, or answer that nothing is there."""
    if row is None:
        raise Http404
    return row


def choose(words: dict[str, Text], *, empty: Text | None = None) -> list[tuple[str, Text]]:
    """Return words of codes as the choices of a field, the empty one first if it is named."""
    choices = [(code, word) for code, word in words.items() if code]
    return choices if empty is None else [("", empty), *choices]


def url_of_customer(customer: Customer, tab: str = "customer") -> str:
    """Return the page of a customer, through an account if there is one."""
    everybody = Actor.system("finding the account that a customer's page goes by")
    accounts = CustomerAccount.objects.for_actor(everybody).filter(customer=customer)
    number = accounts.order_by("status", "number").values_list("number", flat=True).first()
    if number is None:
        return reverse(f"web:{tab}", kwargs={"customer_number": customer.number})
    name = "customer_account" if tab == "customer" else tab
    return reverse(f"web:{name}", kwargs={"number": number})
