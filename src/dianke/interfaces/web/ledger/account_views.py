"""The chart of accounts: unified levels, and what units added below; one asks, another decides."""

from collections.abc import Callable
from datetime import date
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from dianke.application import ledger
from dianke.domain.receivables.operations.chart import UnableToAddAccount
from dianke.domain.receivables.queries import chart as queries
from dianke.domain.receivables.rules.chart import count_levels
from dianke.domain.receivables.types import AccountState
from dianke.interfaces.web.access import page_right
from dianke.interfaces.web.acting import carry_out
from dianke.interfaces.web.components.page import Crumb, Page
from dianke.interfaces.web.components.states import state_chip
from dianke.interfaces.web.ledger import words
from dianke.interfaces.web.ledger.period_views import explain_refusal
from dianke.interfaces.web.people import Names
from dianke.interfaces.web.requests import StaffRequest
from dianke.kernel.clock import SystemClock
from dianke.platform.org import queries as org


class AccountForm(forms.Form):
    """What a unit asks for."""

    code = forms.CharField(label=_("Account code"), max_length=19, help_text=_("below a unified one: 1122.01.01.01"))
    name = forms.CharField(label=_("Name of the account"), max_length=60)
    unit = forms.ChoiceField(label=_("Unit"))
    since_date = forms.DateField(label=_("From"), widget=forms.DateInput(attrs={"type": "date"}))
    takes_postings = forms.BooleanField(
        label=_("Takes the unit's automatic postings"),
        required=False,
        help_text=_("What is billed in the unit and below it is then booked here instead of on the unified account."),
    )
    reason = forms.CharField(label=_("Reason"), max_length=300)

    def __init__(self, *args: Any, units: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["unit"].choices = units  # type: ignore[attr-defined]


@require_GET
@page_right(ledger.VIEW)
def list_accounts(request: StaffRequest) -> HttpResponse:
    """Show the chart of accounts."""
    accounts = queries.list_accounts(actor=request.actor)
    names = Names(account.proposed_by for account in accounts)
    actor = request.actor
    rows = [
        {
            "account": account,
            "name": words.name_account(account),
            "level": count_levels(account.code),
            "chip": state_chip("ledger.account", account.state),
            "proposed_by": names.of(account.proposed_by),
            "may_decide": account.state == AccountState.PROPOSED.value
            and actor.may(ledger.APPROVE)
            and account.proposed_by != actor.login,
            "may_end": account.unit_id is not None
            and account.state == AccountState.IN_USE.value
            and account.until_date is None
            and actor.may(ledger.KEEP),
        }
        for account in accounts
    ]
    head = Page(
        title=_now("Chart of accounts"),
        facts=[_now("%(count)s ledger accounts") % {"count": len(accounts)}],
        crumbs=[Crumb(_("Receivables"))],
        help=[
            _("The first three levels are the same for every unit; units add levels four to six below them."),
            _("An account is asked for by one person and approved by another; it is never removed, only ended."),
        ],
    )
    values = {"page": head, "rows": rows, "may_keep": actor.may(ledger.KEEP), "today": SystemClock().now().date()}
    return render(request, "ledger/accounts.html", values)


@require_http_methods(["GET", "POST"])
@page_right(ledger.KEEP)
def propose_account(request: StaffRequest) -> HttpResponse:
    """Ask for an account."""
    units = [
        (unit.code, unit.name)
        for unit in org.list_units(actor=request.actor)
        if request.actor.may(ledger.KEEP, unit.path)
    ]
    at = SystemClock().now()
    form = AccountForm(request.POST or None, units=units, initial={"since_date": at.date()})
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        try:
            ledger.propose_account(
                actor=request.actor,
                code=given["code"],
                name=given["name"],
                unit_code=given["unit"],
                since_date=given["since_date"],
                takes_postings=given["takes_postings"],
                reason=given["reason"],
                at=at,
            )
        except UnableToAddAccount as refusal:
            form.add_error("name" if refusal.field == "name" else "code", explain_refusal(refusal))
        else:
            messages.success(request, _now("Another person decides on the account now."))
            return redirect("web:ledger_accounts")
    head = Page(title=_now("Add an account"), crumbs=[Crumb(_("Receivables")), Crumb(_("Chart of accounts"))])
    status = 422 if request.method == "POST" else 200
    return render(request, "ledger/account_form.html", {"page": head, "form": form}, status=status)


@require_POST
@page_right(ledger.APPROVE)
def decide_account(request: StaffRequest, code: str) -> HttpResponse:
    """Approve or refuse an account that somebody else asked for."""
    act = ledger.refuse_account if request.POST.get("decision") == "refuse" else ledger.approve_account
    return _carry_out(request, lambda: act(actor=request.actor, code=code, at=SystemClock().now()), _now("Decided."))


@require_POST
@page_right(ledger.KEEP)
def end_account(request: StaffRequest, code: str) -> HttpResponse:
    """Let an account take nothing from a day on."""
    try:
        until = date.fromisoformat(str(request.POST.get("until", "")))
    except ValueError:
        messages.error(request, _now("Choose a day."))
        return redirect("web:ledger_accounts")
    reason = request.POST.get("reason", "")
    return _carry_out(
        request,
        lambda: ledger.end_account(actor=request.actor, code=code, until_date=until, reason=reason),
        _now("The account ends on %(day)s.") % {"day": until.isoformat()},
    )


def _carry_out(request: StaffRequest, act: Callable[[], Any], done: str) -> HttpResponse:
    return carry_out(request, act, done=done, back=reverse("web:ledger_accounts"), explain=explain_refusal)
