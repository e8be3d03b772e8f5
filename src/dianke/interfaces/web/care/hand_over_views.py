"""Hand-overs: the list of what a person leaves, made by one, approved by another."""

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
from dianke.domain.customers.models import ManagerHandOver
from dianke.domain.customers.queries import managers as queries
from dianke.domain.customers.types import HandOverState
from dianke.domain.fee_control.queries.agreements import filter_agreements
from dianke.domain.fee_control.queries.orders import filter_orders
from dianke.interfaces.web import acting
from dianke.interfaces.web.access import page_right
from dianke.interfaces.web.acting import carry_out
from dianke.interfaces.web.care import words
from dianke.interfaces.web.components.page import Crumb, Page, Text
from dianke.interfaces.web.components.states import state_chip
from dianke.interfaces.web.customers.entry_forms import text
from dianke.interfaces.web.customers.form_pages import FormPage, answer_form
from dianke.interfaces.web.customers.naming import hide_names
from dianke.interfaces.web.people import Names
from dianke.interfaces.web.requests import StaffRequest
from dianke.kernel.clock import SystemClock
from dianke.platform.identity import queries as identity
from dianke.platform.identity.models import Staff
from dianke.platform.identity.types import Actor


class HandOverForm(forms.Form):
    """From whom to whom."""

    giver = forms.ChoiceField(label=pgettext_lazy("hand-over", "From"))
    taker = forms.ChoiceField(label=pgettext_lazy("hand-over", "To"))
    others = forms.CharField(
        label=_("Customers that go to somebody else"),
        help_text=_("customer number and log-in, one a line"),
        required=False,
        max_length=20_000,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    reason = text(_("Reason"), 200, required=True)

    def clean_others(self) -> dict[str, str]:
        """Return who takes which customer."""
        takers = {}
        for line in str(self.cleaned_data["others"]).splitlines():
            parts = line.split()
            if parts and len(parts) != 2:
                raise forms.ValidationError(_("Each line has a customer number and a log-in."))
            if parts:
                takers[parts[0]] = parts[1]
        return takers


@require_http_methods(["GET", "POST"])
@page_right(care.ASSIGN)
def propose(request: StaffRequest) -> HttpResponse:
    """Make the list of what a person leaves."""
    actor, today = request.actor.within(care.ASSIGN), SystemClock().now().date()
    form = HandOverForm(request.POST or None, initial={"giver": request.GET.get("giver", "")})
    takers = care.list_workers(actor=actor, on=today)
    counts = queries.count_by_manager(actor=actor, on=today)
    everybody = {one.login: one for one in identity.list_staff(actor=actor)}
    givers = [one for one in everybody.values() if one.login in counts or one in takers]
    form.fields["giver"].choices = [  # type: ignore[attr-defined]
        (one.login, f"{one.name} ({one.login}) · {counts.get(one.login, 0)}") for one in givers
    ]
    form.fields["taker"].choices = [(one.login, f"{one.name} ({one.login})") for one in takers]  # type: ignore[attr-defined]

    def carry(values: dict[str, Any]) -> str:
        made = care.propose_hand_over(
            actor=request.actor,
            giver=values["giver"],
            taker=values["taker"],
            takers=values["others"],
            reason=values["reason"],
            at=SystemClock().now(),
        )
        return reverse("web:care_hand_over", args=[made.pk])

    page = FormPage(
        title=_("Hand over everything of a person"),
        act=pgettext_lazy("hand-over", "Make the list"),
        back_url=reverse("web:care_managers"),
        intro=_("Customers, planned visits and open next steps go together; another person approves the list."),
    )
    return answer_form(request, form, page, carry, done=_("The list waits for another person's approval."))


@require_GET
@page_right(care.VIEW)
def show_hand_over(request: StaffRequest, key: int) -> HttpResponse:
    """Show a hand-over: what is on its list, who decided, what moved."""
    row = _find(request, key)
    names = Names([row.proposed_by, row.decided_by])
    is_open = row.state == HandOverState.PROPOSED.value
    path, actor = row.unit.path, request.actor
    items = queries.list_hand_over_items(hand_over=row)
    visits = queries.list_open_visits(staff=row.giver) if is_open else []
    steps = queries.list_open_steps(staff=row.giver) if is_open else []
    hide_names(actor, [*items, *visits, *steps])
    values = {
        "page": _head(row),
        "row": row,
        "items": items,
        "visits": visits,
        "steps": steps,
        "purposes": words.PURPOSES,
        "links": list_waiting(actor, row.giver) if is_open else [],
        "proposed_by": names.of(row.proposed_by),
        "decided_by": names.of(row.decided_by),
        "may_decide": is_open and actor.may(care.APPROVE, path) and row.proposed_by != actor.login,
        "may_withdraw": is_open and actor.may(care.ASSIGN, path),
    }
    return render(request, "care/hand_over.html", values)


@require_POST
@page_right(care.APPROVE)
def decide(request: StaffRequest, key: int) -> HttpResponse:
    """Approve or refuse a list."""
    return acting.decide(
        request,
        approve=care.approve_hand_over,
        refuse=care.refuse_hand_over,
        key=key,
        approved=_now("Everything on the list has moved."),
        refused=_now("The list is refused; nothing moved."),
        back=reverse("web:care_hand_over", args=[key]),
        missing=queries.HandOverUnknown,
    )


@require_POST
@page_right(care.ASSIGN)
def withdraw(request: StaffRequest, key: int) -> HttpResponse:
    """Take a list back before it is decided."""
    reason = str(request.POST.get("reason", ""))
    return carry_out(
        request,
        partial(care.withdraw_hand_over, actor=request.actor, key=key, reason=reason, at=SystemClock().now()),
        done=_now("The list is taken back; nothing moved."),
        back=reverse("web:care_hand_over", args=[key]),
        missing=queries.HandOverUnknown,
    )


def list_waiting(actor: Actor, giver: Staff) -> list[tuple[Text, str, str]]:
    """Return what else waits and names the person: fee control that they proposed, for others to see to."""
    found: list[tuple[Text, str, str]] = []
    if not actor.may("fee_control.view"):
        return found
    own = {"proposed_by": giver.login, "state": "PROPOSED"}
    for agreement in filter_agreements(actor=actor).filter(**own).order_by("id")[:50]:
        url = reverse("web:fee_control_agreement", args=[agreement.pk])
        found.append((_("Agreement of fee control"), f"{agreement.number} {agreement.account.customer.name}", url))
    for order in filter_orders(actor=actor).filter(**own).order_by("id")[:50]:
        url = reverse("web:supply_order", args=[order.pk])
        found.append((_("Disconnection proposed"), f"{order.number} {order.account.customer.name}", url))
    return found


def _find(request: StaffRequest, key: int) -> ManagerHandOver:
    try:
        return queries.get_hand_over(actor=request.actor, key=key, right=care.VIEW)
    except queries.HandOverUnknown as unknown:
        raise Http404 from unknown


def _head(row: ManagerHandOver) -> Page:
    return Page(
        title=_("Hand-over of customers"),
        number=row.number,
        facts=[f"{row.giver.name} → {row.taker.name}", row.unit.name],
        crumbs=[Crumb(_("Customers")), Crumb(_("Account managers"), reverse("web:care_managers"))],
        chips=[state_chip("care.hand_over", row.state)],
        menu_url=reverse("web:care_managers"),
        help=[
            _("Everything moves in one step when another person approves; until then it can be taken back."),
            _("If the customers of the person change meanwhile, the list must be made again, so nothing is lost."),
        ],
    )
