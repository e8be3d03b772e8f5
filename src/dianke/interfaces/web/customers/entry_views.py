"""Entering a customer: a form that looks for likenesses while it is filled in."""

from collections.abc import Mapping
from datetime import datetime
from http import HTTPStatus
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from dianke.application.archive import duplicates, entry
from dianke.application.archive.entry import ENTER, Entry, NewPerson, Supply
from dianke.domain.customers.models import Customer
from dianke.domain.customers.types import ContactRole, CustomerKind, DuplicateDecision, IdentityKind, UsageClass
from dianke.interfaces.web.access import page_right
from dianke.interfaces.web.customers import duplicate_words
from dianke.interfaces.web.customers.entry_forms import EntryForm, SupplyForm
from dianke.interfaces.web.customers.form_pages import FormPage, add_refusal, get_customer, show_form, url_of_customer
from dianke.interfaces.web.requests import StaffRequest
from dianke.interfaces.web.shell.errors import explain
from dianke.kernel.clock import SystemClock
from dianke.kernel.errors import DomainError
from dianke.platform.identity.types import Actor
from dianke.platform.org import queries as org
from dianke.platform.org.models import Unit

_DECISION = "decision_"
_COMPARED = ("name", "identity_number", "phone", "contact_name")


@require_http_methods(["GET", "POST"])
@page_right(ENTER)
def enter_customer(request: StaffRequest) -> HttpResponse:
    """Enter a customer with account, place and contact."""
    units = list_units(request.actor)
    form = EntryForm(request.POST or None, units=units, initial=_first_unit(request.actor, units))
    if request.method != "POST":
        return _show(request, form)
    if chosen := request.POST.get("use"):
        # What was typed of the place goes on to the account of the customer who is there.
        return _show_open_account(
            request, get_customer(request.actor, chosen, ENTER), SupplyForm(request.POST, units=units)
        )
    if not form.is_valid():
        return _show(request, form, status=HTTPStatus.UNPROCESSABLE_ENTITY)
    wanted = _read_entry(form.cleaned_data, _read_decisions(request.POST), form)
    faults = entry.check_entry(wanted)
    for fault in faults:
        add_refusal(form, fault)
    if faults:
        return _show(request, form, status=HTTPStatus.UNPROCESSABLE_ENTITY)
    return _enter(request, form, wanted)


def _enter(request: StaffRequest, form: EntryForm, wanted: Entry) -> HttpResponse:
    try:
        entered = entry.enter_customer(
            actor=request.actor,
            unit=_get_unit(request.actor, form.cleaned_data["unit"]),
            entry=wanted,
            at=_now(),
            reason=form.cleaned_data["reason"],
        )
    except DomainError as error:
        add_refusal(form, error)
        return _show(request, form, status=HTTPStatus.UNPROCESSABLE_ENTITY)
    messages.success(
        request,
        _("%(name)s is entered, account %(number)s.")
        % {"name": entered.customer.name, "number": entered.account.number},
    )
    return redirect("web:customer_account", number=entered.account.number)


@require_POST
@page_right(ENTER)
def look_for_duplicates(request: StaffRequest) -> HttpResponse:
    """Return what can be said of a form that is still being filled in: faults and likenesses."""
    form = EntryForm(request.POST, units=list_units(request.actor))
    form.is_valid()
    return render(request, "customers/duplicates.html", _describe_likenesses(request, form))


@require_http_methods(["GET", "POST"])
@page_right(ENTER)
def open_account(request: StaffRequest, number: str) -> HttpResponse:
    """Open another account for a customer who is there."""
    customer = get_customer(request.actor, number, ENTER)
    units = list_units(request.actor)
    form = SupplyForm(request.POST or None, units=units, initial={"unit": customer.unit.code})
    if request.method != "POST" or not form.is_valid():
        return _show_open_account(request, customer, form)
    try:
        entered = entry.open_account(
            actor=request.actor,
            customer=customer,
            unit=_get_unit(request.actor, form.cleaned_data["unit"]),
            supply=_read_supply(form.cleaned_data, form),
            at=_now(),
        )
    except DomainError as error:
        add_refusal(form, error)
        return _show_open_account(request, customer, form)
    messages.success(request, _("Account %(number)s is opened.") % {"number": entered.account.number})
    return redirect("web:customer_account", number=entered.account.number)


def list_units(actor: Actor) -> list[tuple[str, str]]:
    """Return the units in which the actor may enter customers."""
    paths = actor.list_unit_paths(ENTER)
    units = org.list_units(actor=actor)
    return [(unit.code, unit.name) for unit in units if any(unit.path.startswith(path) for path in paths)]


def _first_unit(actor: Actor, units: list[tuple[str, str]]) -> dict[str, str]:
    own = next((unit.code for unit in org.list_units(actor=actor) if unit.path == actor.unit_path), "")
    codes = [code for code, _name in units]
    return {"unit": own if own in codes else codes[0] if codes else ""}


def _get_unit(actor: Actor, code: str) -> Unit:
    return org.get_unit(actor=actor, code=code)


def _show(request: StaffRequest, form: EntryForm, *, status: int = HTTPStatus.OK) -> HttpResponse:
    page = FormPage(
        title=_("Enter a customer"),
        act=_("Enter customer"),
        back_url=reverse("web:customers"),
        groups=EntryForm.groups,
        template="customers/enter.html",
        help=[
            _("Who, whom to call, account and place are entered in one act; the user number is drawn by itself."),
            _("While you type, customers of the same number, name or place are looked for and stand below."),
            _("Who looks the same: use the existing customer, or say that it is another and why."),
        ],
        values=_describe_likenesses(request, form) if form.is_bound else {"hits": [], "elsewhere": 0, "faults": []},
    )
    return show_form(request, form, page, status=status)


def _show_open_account(request: StaffRequest, customer: Customer, form: SupplyForm) -> HttpResponse:
    page = FormPage(
        title=_("Open another account"),
        number=customer.number,
        facts=[customer.name],
        act=_("Open account"),
        back_url=url_of_customer(customer),
        intro=_("Contacts, papers and identity stay those of the customer."),
        groups=EntryForm.groups[2:],
        values={"form_action": reverse("web:customer_open_account", args=[customer.number])},
    )
    is_sent = request.path == page.values["form_action"] and form.is_bound
    return show_form(request, form, page, status=HTTPStatus.UNPROCESSABLE_ENTITY if is_sent else HTTPStatus.OK)


def _describe_likenesses(request: StaffRequest, form: EntryForm) -> dict[str, Any]:
    # A refused field is not among the cleaned ones, and yet it is what the likeness goes by.
    typed = {name: form.data.get(name, "").strip() for name in _COMPARED}
    wanted = _read_entry({**typed, **form.cleaned_data}, _read_decisions(request.POST), form)
    candidate = entry.describe_candidate(wanted)
    found = duplicates.find_duplicates(actor=request.actor, candidate=candidate)
    faults = [explain(fault) for fault in entry.check_entry(wanted) if _is_typed(form, fault)]
    hits = [duplicate_words.describe_hit(hit, wanted.decisions.get(hit.customer.pk)) for hit in found.hits]
    return {
        "form": form,
        "hits": hits,
        "compared": [duplicate_words.describe_new(wanted, candidate), *hits],
        "elsewhere": found.elsewhere,
        "faults": faults,
        "decisions": duplicate_words.DECISIONS,
    }


def _is_typed(form: EntryForm, fault: DomainError) -> bool:
    return bool(fault.field and form.data.get(fault.field, "").strip())


def _read_decisions(sent: Mapping[str, Any]) -> dict[int, DuplicateDecision]:
    known = set(DuplicateDecision)
    return {
        int(name.removeprefix(_DECISION)): DuplicateDecision(str(value))
        for name, value in sent.items()
        if name.startswith(_DECISION) and name.removeprefix(_DECISION).isdigit() and value in known
    }


def _read_entry(values: dict[str, Any], decisions: dict[int, DuplicateDecision], form: EntryForm) -> Entry:
    """Return an entry of what can be read; a form that is still being filled in lacks some of it."""
    kind = values.get("identity_kind")
    return Entry(
        name=values.get("name") or "",
        kind=CustomerKind(values.get("kind") or CustomerKind.PERSON),
        short_name=values.get("short_name") or "",
        industry_code=values.get("industry_code") or "",
        identity_kind=IdentityKind(kind) if kind else None,
        identity_number=values.get("identity_number") or "",
        supply=_read_supply(values, form),
        contact=NewPerson(
            name=values.get("contact_name") or "",
            role=ContactRole(values.get("role") or ContactRole.OWNER),
            office=values.get("office") or "",
            phone=values.get("phone") or "",
            email=values.get("email") or "",
        ),
        decisions=decisions,
    )


def _read_supply(values: dict[str, Any], form: SupplyForm) -> Supply:
    return Supply(
        usage_class=UsageClass(values.get("usage_class") or UsageClass.RESIDENTIAL),
        parts=form.read_parts(),
        household_size=values.get("household_size") or 0,
        old_number=values.get("old_number") or "",
        longitude=values.get("longitude"),
        latitude=values.get("latitude"),
        is_planned=bool(values.get("is_planned")),
    )


def _now() -> datetime:
    return SystemClock().now()
