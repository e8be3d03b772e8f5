"""Visits: planned, moved, done, cancelled; care that was given."""

from datetime import datetime
from functools import partial
from typing import Any

from django import forms
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from dianke.application import care
from dianke.domain.customers import queries as customers
from dianke.domain.customers.models import Customer, Visit
from dianke.domain.customers.queries.care import VisitUnknown, get_visit
from dianke.domain.customers.queries.managers import get_manager
from dianke.domain.customers.types import (
    CareKind,
    NewCareRecord,
    NewVisit,
    PreferredChannel,
    VisitOutcome,
    VisitPurpose,
    VisitState,
)
from dianke.interfaces.web.access import page_right
from dianke.interfaces.web.acting import carry_out
from dianke.interfaces.web.care import words
from dianke.interfaces.web.components import formats
from dianke.interfaces.web.components.page import Crumb, Page
from dianke.interfaces.web.components.states import state_chip
from dianke.interfaces.web.customers import words as customer_words
from dianke.interfaces.web.customers.belonging_forms import day
from dianke.interfaces.web.customers.entry_forms import text
from dianke.interfaces.web.customers.form_pages import FormPage, answer_form, choose, get_customer, url_of_customer
from dianke.interfaces.web.customers.naming import hide_contact, hide_names
from dianke.interfaces.web.requests import StaffRequest
from dianke.kernel.clock import SHANGHAI, SystemClock

_FORM = ["GET", "POST"]


def _time_field(label: Any) -> forms.TimeField:
    return forms.TimeField(label=label, required=False, widget=forms.TimeInput(format="%H:%M", attrs={"type": "time"}))


def _long_text(label: Any, length: int, *, required: bool = False) -> forms.CharField:
    return forms.CharField(label=label, max_length=length, required=required, widget=forms.Textarea(attrs={"rows": 3}))


class PlanForm(forms.Form):
    """A visit to be made."""

    purpose = forms.ChoiceField(label=pgettext_lazy("visit", "Purpose"), choices=choose(words.PURPOSES))
    planned_date = day(_("Day"))
    planned_time = _time_field(_("Time"))
    visitor = forms.ChoiceField(label=pgettext_lazy("visit", "Who goes"))
    contact = forms.ChoiceField(label=_("Contact"), required=False)
    note = text(_("Note"), 200)


class DoneForm(forms.Form):
    """What came of a visit."""

    done_date = day(_("Day"))
    done_time = _time_field(_("Time"))
    contact = forms.ChoiceField(label=pgettext_lazy("visit", "Who was met"), required=False)
    outcome = _long_text(pgettext_lazy("visit", "Outcome"), 600, required=True)
    next_step = text(_("Next step"), 200, hint=_("what was promised; it stands in the calendar until it is done"))
    next_due_date = day(_("Next step until"), required=False)
    longitude = forms.DecimalField(label=_("Longitude"), max_digits=9, decimal_places=6, required=False)
    latitude = forms.DecimalField(label=_("Latitude"), max_digits=8, decimal_places=6, required=False)


class MoveForm(forms.Form):
    """Another day."""

    planned_date = day(_("Day"))
    planned_time = _time_field(_("Time"))


class CareForm(forms.Form):
    """A care that was given."""

    kind = forms.ChoiceField(label=_("Kind"), choices=choose(words.CARES))
    channel = forms.ChoiceField(label=_("How"), choices=choose(customer_words.PREFERRED_CHANNELS))
    on_date = day(_("Day"))
    contact = forms.ChoiceField(label=_("Contact"), required=False)
    note = _long_text(_("Note"), 300, required=True)


@require_http_methods(_FORM)
@page_right(care.WORK)
def plan_visit(request: StaffRequest, number: str) -> HttpResponse:
    """Plan a visit to a customer."""
    customer, today = get_customer(request.actor, number, care.WORK), SystemClock().now().date()
    manager = get_manager(actor=request.actor, customer=customer, on=today)
    visitor = manager.manager.login if manager else request.actor.login
    form = PlanForm(request.POST or None, initial={"planned_date": today, "visitor": visitor})
    people = {one.login: one.name for one in care.list_workers(actor=request.actor.within(care.WORK), on=today)}
    people.setdefault(request.actor.login, request.actor.name)
    form.fields["visitor"].choices = list(people.items())  # type: ignore[attr-defined]
    _name_contacts(request, form, customer)

    def carry(values: dict[str, Any]) -> str:
        visit = NewVisit(
            customer_id=customer.pk,
            purpose=VisitPurpose(values["purpose"]),
            planned_date=values["planned_date"],
            planned_time=values["planned_time"],
            contact_id=_read_key(values["contact"]),
            note=values["note"],
        )
        made = care.plan_visit(actor=request.actor, visit=visit, visitor=values["visitor"], at=SystemClock().now())
        return reverse("web:care_visit", args=[made.pk])

    return answer_form(request, form, _page(_("Plan a visit"), pgettext_lazy("visit", "Plan"), customer), carry)


@require_GET
@page_right(care.VIEW)
def show_visit(request: StaffRequest, key: int) -> HttpResponse:
    """Show a visit: what it is for, what came of it, what is next."""
    visit = _find(request, key, care.VIEW)
    hide_names(request.actor, [visit])
    hide_contact(request.actor, visit)
    may_work = request.actor.may(care.WORK, visit.customer.unit.path)
    is_planned = visit.state == VisitState.PLANNED.value
    values = {
        "page": _head(visit),
        "visit": visit,
        "purpose": words.PURPOSES[visit.purpose],
        "customer_url": url_of_customer(visit.customer),
        "may_change": may_work and is_planned,
        "may_finish_step": may_work and visit.next_due_date is not None and visit.next_done_date is None,
        "move_form": MoveForm(
            initial={"planned_date": visit.planned_date, "planned_time": visit.planned_time}, auto_id="move_%s"
        ),
    }
    return render(request, "care/visit.html", values)


@require_POST
@page_right(care.WORK)
def move_visit(request: StaffRequest, key: int) -> HttpResponse:
    """Put a visit on another day."""
    form, back = MoveForm(request.POST), reverse("web:care_visit", args=[key])
    visit = _find(request, key, care.WORK)
    given = form.cleaned_data if form.is_valid() else {"planned_date": visit.planned_date, "planned_time": None}
    act = partial(care.move_visit, actor=request.actor, key=key, at=SystemClock().now(), **given)
    return carry_out(request, act, done=_now("The visit is moved."), back=back, missing=VisitUnknown)


@require_http_methods(_FORM)
@page_right(care.WORK)
def finish_visit(request: StaffRequest, key: int) -> HttpResponse:
    """Record what came of a visit."""
    visit, now = _find(request, key, care.WORK), SystemClock().now()
    initial = {"done_date": now.date(), "done_time": f"{now:%H:%M}", "contact": visit.contact_id or ""}
    form = DoneForm(request.POST or None, initial=initial)
    _name_contacts(request, form, visit.customer)

    def carry(values: dict[str, Any]) -> str:
        moment = values["done_time"] or now.time()
        done = VisitOutcome(
            done_at=datetime.combine(values["done_date"], moment, tzinfo=SHANGHAI),
            outcome=values["outcome"],
            contact_id=_read_key(values["contact"]),
            longitude=values["longitude"],
            latitude=values["latitude"],
            next_step=values["next_step"],
            next_due_date=values["next_due_date"],
        )
        care.finish_visit(actor=request.actor, key=key, done=done, at=SystemClock().now())
        return reverse("web:care_visit", args=[key])

    page = _page(_("Record the visit"), _("Record"), visit.customer, back=reverse("web:care_visit", args=[key]))
    return answer_form(request, form, page, carry)


@require_POST
@page_right(care.WORK)
def cancel_visit(request: StaffRequest, key: int) -> HttpResponse:
    """Cancel a visit, for a reason."""
    reason = str(request.POST.get("reason", ""))
    return carry_out(
        request,
        partial(care.cancel_visit, actor=request.actor, key=key, reason=reason),
        done=_now("The visit is cancelled."),
        back=reverse("web:care_visit", args=[key]),
        missing=VisitUnknown,
    )


@require_POST
@page_right(care.WORK)
def finish_step(request: StaffRequest, key: int) -> HttpResponse:
    """Note that the next step is done."""
    return carry_out(
        request,
        partial(care.finish_next_step, actor=request.actor, key=key, on=SystemClock().now().date()),
        done=_now("The next step is done."),
        back=reverse("web:care_visit", args=[key]),
        missing=VisitUnknown,
    )


@require_http_methods(_FORM)
@page_right(care.WORK)
def record_care(request: StaffRequest, number: str) -> HttpResponse:
    """Record a care that was given to a customer."""
    customer = get_customer(request.actor, number, care.WORK)
    form = CareForm(request.POST or None, initial={"on_date": SystemClock().now().date()})
    _name_contacts(request, form, customer)

    def carry(values: dict[str, Any]) -> str:
        given = NewCareRecord(
            customer_id=customer.pk,
            kind=CareKind(values["kind"]),
            channel=PreferredChannel(values["channel"]),
            on_date=values["on_date"],
            note=values["note"],
            contact_id=_read_key(values["contact"]),
        )
        care.record_care(actor=request.actor, care=given, at=SystemClock().now())
        return url_of_customer(customer, "customer_care")

    return answer_form(request, form, _page(_("Record care"), _("Record"), customer), carry)


def _find(request: StaffRequest, key: int, right: str) -> Visit:
    try:
        return get_visit(actor=request.actor, key=key, right=right)
    except VisitUnknown as unknown:
        raise Http404 from unknown


def _name_contacts(request: StaffRequest, form: forms.Form, customer: Customer) -> None:
    today = SystemClock().now().date()
    contacts = customers.list_contacts(actor=request.actor, customer=customer, on=today)
    named = [(str(one.pk), f"{one.name} · {customer_words.ROLES[one.role]}") for one in contacts]
    form.fields["contact"].choices = [("", "–"), *named]  # type: ignore[attr-defined]


def _read_key(value: str) -> int | None:
    return int(value) if value else None


def _page(title: Any, act: Any, customer: Customer, *, back: str = "") -> FormPage:
    return FormPage(
        title=title,
        act=act,
        back_url=back or url_of_customer(customer, "customer_care"),
        number=customer.number,
        facts=[customer.name],
    )


def _head(visit: Visit) -> Page:
    return Page(
        title=_("Visit"),
        number=visit.number,
        facts=[visit.customer.name, formats.day(visit.planned_date), visit.visitor.name],
        crumbs=[Crumb(_("Customers")), Crumb(_("Care calendar"), reverse("web:care_calendar"))],
        chips=[state_chip("care.visit", visit.state)],
        menu_url=reverse("web:care_calendar"),
        help=[_("A next step stays in the calendar of its owner until it is done, through a hand-over too.")],
    )
