"""Who looks after whom: counts, giving customers to a person with a preview, hand-overs."""

from functools import partial
from hashlib import sha256
from typing import Any

from django import forms
from django.http import HttpResponse, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from dianke.application import care
from dianke.domain.customers.queries.managers import count_by_manager, filter_hand_overs
from dianke.interfaces.web.access import page_right
from dianke.interfaces.web.acting import carry_out
from dianke.interfaces.web.components.page import Crumb, Page
from dianke.interfaces.web.customers.belonging_forms import day
from dianke.interfaces.web.customers.entry_forms import text
from dianke.interfaces.web.customers.form_pages import FormPage, answer_form
from dianke.interfaces.web.people import Names
from dianke.interfaces.web.requests import StaffRequest
from dianke.kernel.clock import SystemClock

_FORM = ["GET", "POST"]
_HAND_OVERS = 30
_PREVIEWED = 50


class AssignForm(forms.Form):
    """Whose customers."""

    login = forms.ChoiceField(label=_("Account manager"))
    numbers = forms.CharField(
        label=pgettext_lazy("of a manager", "Customers"),
        help_text=_("customer or user numbers, one a line or with blanks between"),
        widget=forms.Textarea(attrs={"rows": 6}),
        max_length=100_000,
    )
    start = day(_("From the day"))
    reason = text(_("Note"), 200)
    # What the preview was shown of: who types another number is shown it again.
    seen = forms.CharField(widget=forms.HiddenInput(), required=False)

    def fingerprint(self) -> str:
        """Return what a preview is known by again."""
        given = [self.cleaned_data["login"], *self.cleaned_data["numbers"].split()]
        return sha256(" ".join(given).encode()).hexdigest()


@require_GET
@page_right(care.VIEW)
def show_managers(request: StaffRequest) -> HttpResponse:
    """Show who looks after how many, and the last hand-overs."""
    actor, today = request.actor.within(care.VIEW), SystemClock().now().date()
    counts = count_by_manager(actor=actor, on=today)
    people = {one.login: one.unit.name for one in care.list_workers(actor=actor, on=today)}
    names = Names([*counts, *people])
    hand_overs = list(filter_hand_overs(actor=actor).order_by("-proposed_at", "-id")[:_HAND_OVERS])
    proposers = Names(one.proposed_by for one in hand_overs)
    values = {
        "page": Page(
            title=_("Account managers"),
            facts=[_now("%(count)s customers have a manager") % {"count": f"{sum(counts.values()):,}"}],
            crumbs=[Crumb(_("Customers"))],
            help=[
                _("Each customer has at most one manager at a time; who looked after it before stays in the history."),
                _("Who leaves hands everything over: one person makes the list, another approves it."),
            ],
        ),
        "managers": sorted(
            ((login, names.of(login), people.get(login, ""), counts.get(login, 0)) for login in {*counts, *people}),
            key=lambda one: (-one[3], one[1]),
        ),
        "hand_overs": [(one, proposers.of(one.proposed_by)) for one in hand_overs],
        "may_assign": request.actor.may(care.ASSIGN),
    }
    return render(request, "care/managers.html", values)


@require_http_methods(_FORM)
@page_right(care.ASSIGN)
def assign(request: StaffRequest) -> HttpResponse:
    """Give customers to a person: what it would do is shown before it is done."""
    actor, today = request.actor.within(care.ASSIGN), SystemClock().now().date()
    initial = {"start": today, "numbers": request.GET.get("customers", "")}
    given = request.POST.copy() if request.method == "POST" else None
    form = AssignForm(given, initial=initial)
    people = care.list_workers(actor=actor, on=today)
    form.fields["login"].choices = [(one.login, f"{one.name} ({one.unit.name})") for one in people]  # type: ignore[attr-defined]
    page = FormPage(
        title=_("Assign an account manager"),
        act=pgettext_lazy("assignment", "Show what it does"),
        back_url=reverse("web:care_managers"),
        intro=_("Who looked after a customer before ends on that day."),
        template="care/assign.html",
        groups=[("", ("login", "numbers", "start", "reason"))],
    )
    if given is not None and form.is_valid() and form.cleaned_data["seen"] != form.fingerprint():
        return _show_preview(request, form, page, given)

    def carry(values: dict[str, Any]) -> str:
        care.assign_managers(
            actor=request.actor,
            numbers=values["numbers"].split(),
            login=values["login"],
            start=values["start"],
            reason=values["reason"],
            at=SystemClock().now(),
        )
        return reverse("web:care_managers")

    return answer_form(request, form, page, carry, done=_("Assigned."))


def _show_preview(request: StaffRequest, form: AssignForm, page: FormPage, given: QueryDict) -> HttpResponse:
    """Draw the form again with what it would do."""
    values, today = form.cleaned_data, SystemClock().now().date()
    seen = care.preview_assignment(
        actor=request.actor.within(care.ASSIGN), numbers=values["numbers"].split(), login=values["login"], on=today
    )
    names = Names(login for _customer, login in seen.taken)
    taken = {customer.pk: names.of(login) for customer, login in seen.taken}
    is_ready = bool(seen.customers) and not seen.unknown
    # What is sent next carries the word that it was seen, unless a number is nobody's.
    given["seen"] = form.fingerprint() if is_ready else ""
    shown = {
        "page": Page(title=page.title, crumbs=[Crumb(_("Customers")), Crumb(_("Account managers"), page.back_url)]),
        "form": form,
        "groups": [("", form.visible_fields())],
        "act": pgettext_lazy("assignment", "Assign") if is_ready else page.act,
        "back_url": page.back_url,
        "intro": page.intro,
        "preview": seen,
        "rows": [(one, taken.get(one.pk, "")) for one in seen.customers[:_PREVIEWED]],
        "rest": max(len(seen.customers) - _PREVIEWED, 0),
    }
    return render(request, page.template, shown)


@require_POST
@page_right(care.ASSIGN)
def end_management(request: StaffRequest, key: int) -> HttpResponse:
    """Let nobody look after a customer from today on."""
    reason = str(request.POST.get("reason", ""))
    return carry_out(
        request,
        partial(care.end_management, actor=request.actor, key=key, on=SystemClock().now().date(), reason=reason),
        done=_now("Nobody looks after the customer any more."),
        back=reverse("web:care_managers"),
        missing=care.PersonUnknown,
    )
