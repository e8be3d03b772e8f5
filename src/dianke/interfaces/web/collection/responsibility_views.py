"""Who sees to which accounts and routes: assign, end, hand over."""

from collections.abc import Callable
from datetime import date
from functools import partial
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from django.views.decorators.http import require_GET, require_POST

from dianke.application import collection
from dianke.domain.collection.queries.people import ResponsibilityUnknown, list_responsibilities
from dianke.domain.readings.models import ReadingRoute
from dianke.interfaces.web.access import page_right
from dianke.interfaces.web.acting import carry_out
from dianke.interfaces.web.components.page import Crumb, Page
from dianke.interfaces.web.requests import StaffRequest
from dianke.kernel.clock import SystemClock
from dianke.platform.identity import queries as identity
from dianke.platform.org.reach import reaches


def _day_input() -> forms.DateInput:
    return forms.DateInput(attrs={"type": "date"})


class AssignForm(forms.Form):
    """Who is to see to what."""

    login = forms.ChoiceField(label=_("Collector"))
    account = forms.CharField(label=_("Account"), max_length=10, required=False, help_text=_("an account or a route"))
    route = forms.ChoiceField(label=_("Route"), required=False)
    share = forms.IntegerField(label=_("Share (%)"), min_value=1, max_value=100, initial=100)
    start = forms.DateField(label=_("From"), widget=_day_input())
    reason = forms.CharField(label=_("Note"), max_length=200, required=False)


class HandOverForm(forms.Form):
    """From whom to whom."""

    giver = forms.ChoiceField(label=pgettext_lazy("hand-over", "From"))
    taker = forms.ChoiceField(label=pgettext_lazy("hand-over", "To"))
    on = forms.DateField(label=_("From the day"), widget=_day_input())
    reason = forms.CharField(label=_("Reason"), max_length=200)


@require_GET
@page_right(collection.VIEW)
def show_responsibility(request: StaffRequest) -> HttpResponse:
    """Show who sees to what today."""
    today = SystemClock().now().date()
    rows = list_responsibilities(actor=request.actor, on=today)
    may_manage = request.actor.may(collection.MANAGE)
    values: dict[str, Any] = {
        "page": Page(
            title=_now("Responsibility"),
            facts=[_now("%(count)s collectors") % {"count": len({one.staff_id for one in rows})}, today.isoformat()],
            crumbs=[Crumb(_("Collection of debts"))],
            help=[
                _("An account belongs to who is named for it, else to who is named for its route."),
                _("Shares of one account or route come to at most 100 %; ageing by collector splits by them."),
            ],
        ),
        "rows": rows,
        "may_manage": may_manage,
        "today": today,
    }
    if may_manage:
        values["assign_form"] = _prepare(AssignForm(initial={"start": today, "share": 100}), request)
        values["hand_over_form"] = _prepare(HandOverForm(initial={"on": today}), request)
    return render(request, "collection/responsibility.html", values)


@require_POST
@page_right(collection.MANAGE)
def assign_collector(request: StaffRequest) -> HttpResponse:
    """Let a person see to an account or a route."""
    form = _prepare(AssignForm(request.POST), request)
    if not form.is_valid():
        messages.error(request, _now("The form is not complete."))
        return redirect("web:collection_responsibility")
    given = form.cleaned_data
    act = partial(
        collection.assign_collector, actor=request.actor, login=given["login"], account_number=given["account"],
        route_code=given["route"], share_e4=given["share"] * 100, start=given["start"], reason=given["reason"],
        at=SystemClock().now(),
    )  # fmt: skip
    return _carry_out(request, act, lambda _result: _now("Assigned."))


@require_POST
@page_right(collection.MANAGE)
def end_responsibility(request: StaffRequest, key: int) -> HttpResponse:
    """Let a responsibility end with today."""
    today: date = SystemClock().now().date()
    act = partial(collection.end_responsibility, actor=request.actor, key=key, on=today)
    return _carry_out(request, act, lambda _result: _now("Ended."))


@require_POST
@page_right(collection.MANAGE)
def hand_over(request: StaffRequest) -> HttpResponse:
    """Give everything that one person sees to to another."""
    form = _prepare(HandOverForm(request.POST), request)
    if not form.is_valid():
        messages.error(request, _now("The form is not complete."))
        return redirect("web:collection_responsibility")
    given = form.cleaned_data
    act = partial(
        collection.hand_over, actor=request.actor, giver=given["giver"], taker=given["taker"], on=given["on"],
        reason=given["reason"], at=SystemClock().now(),
    )  # fmt: skip
    return _carry_out(
        request,
        act,
        lambda result: (
            _now("Handed over: %(things)s responsibilities, %(steps)s steps.")
            % {"things": result[0], "steps": result[1]}
        ),
    )


def _prepare(form: Any, request: StaffRequest) -> Any:
    today = SystemClock().now().date()
    held = identity.list_current_assignments(on=today)
    people = {
        one.staff.login: f"{one.staff.name} ({one.staff.login})"
        for one in held
        if collection.WORK in one.post.rights and reaches(actor=request.actor, unit_path=one.staff.unit.path)
    }
    for name in ("login", "giver", "taker"):
        if name in form.fields:
            form.fields[name].choices = sorted(people.items())
    if "route" in form.fields:
        routes = ReadingRoute.objects.for_actor(request.actor).order_by("code").values_list("code", "name")
        form.fields["route"].choices = [("", "–"), *((code, f"{code} {name}") for code, name in routes)]
    return form


def _carry_out(request: StaffRequest, act: Callable[[], Any], done: Callable[[Any], str]) -> HttpResponse:
    return carry_out(
        request, act, done=done, back=reverse("web:collection_responsibility"), missing=ResponsibilityUnknown
    )
