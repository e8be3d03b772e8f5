"""Staged settlement of one account: the terms, the proposal that waits, the stages, and how near the forecasts came."""

from datetime import date
from decimal import Decimal
from http import HTTPStatus
from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET, require_POST

from dianke.application import agreements
from dianke.domain.customers.models import CustomerAccount
from dianke.domain.customers.queries.accounts import get_account
from dianke.domain.receivables.models import StagedTerms
from dianke.domain.receivables.operations.stages import NewStagedTerms, UnableToStage
from dianke.domain.receivables.queries import stages as queries
from dianke.domain.receivables.queries.stages import MonthOfStages
from dianke.domain.receivables.types import StageBasis, StagedTermsState
from dianke.interfaces.web.access import page_right
from dianke.interfaces.web.acting import carry_out
from dianke.interfaces.web.agreements import words
from dianke.interfaces.web.agreements.lists import get_today
from dianke.interfaces.web.agreements.stage_list import draw_stage
from dianke.interfaces.web.components import formats
from dianke.interfaces.web.components.page import Crumb, Page
from dianke.interfaces.web.components.states import state_chip
from dianke.interfaces.web.people import Names
from dianke.interfaces.web.requests import StaffRequest
from dianke.interfaces.web.risk.leading import prefill
from dianke.interfaces.web.shell.errors import explain
from dianke.kernel.clock import SystemClock
from dianke.kernel.money import yuan_to_fen

_TEXT = {"autocomplete": "off"}
_AMOUNT = {"autocomplete": "off", "class": "num", "inputmode": "decimal"}
_MONTH_FORMAT = "%Y-%m"
_SHOWN = 18


def _month_field(label: Any, *, required: bool = True, help_text: Any = "") -> forms.DateField:
    widget = forms.DateInput(attrs={"type": "month"}, format=_MONTH_FORMAT)
    return forms.DateField(
        label=label, required=required, input_formats=[_MONTH_FORMAT], widget=widget, help_text=help_text
    )


class StagedTermsForm(forms.Form):
    """Terms of staged settlement."""

    from_month = _month_field(_("From the month"))
    until_month = _month_field(
        _("Until the month, not included"), required=False, help_text=_("Empty: until other terms follow.")
    )
    days = forms.CharField(
        label=_("Days of the month"), max_length=40, widget=forms.TextInput(attrs=_TEXT), initial="6,16,26",
        help_text=_("For example 6,16,26 or 5,20. A day that a month has not is its last."),
    )  # fmt: skip
    basis = forms.ChoiceField(label=_("Reckoned by"), choices=list(words.BASES.items()))
    coefficient = forms.DecimalField(
        label=_("Coefficient"), max_digits=4, decimal_places=3, initial=Decimal("1"),
        widget=forms.TextInput(attrs=_AMOUNT),
        help_text=_("What the month is expected to come to is taken so many times, and divided among the days."),
    )  # fmt: skip
    agreed = forms.DecimalField(
        label=_("Agreed amount a month (yuan)"), required=False, min_value=Decimal("0.01"), max_digits=14,
        decimal_places=2, widget=forms.TextInput(attrs=_AMOUNT), help_text=_("Only where it is the basis."),
    )  # fmt: skip
    contract = forms.CharField(label=_("Contract"), required=False, max_length=60, widget=forms.TextInput(attrs=_TEXT))
    reason = forms.CharField(label=_("Reason"), max_length=300, widget=forms.TextInput(attrs=_TEXT))

    def read(self) -> NewStagedTerms:
        """Return the terms as they are proposed."""
        given = self.cleaned_data
        return NewStagedTerms(
            from_month=given["from_month"],
            until_month=given["until_month"],
            days=given["days"],
            basis=StageBasis(given["basis"]),
            coefficient=given["coefficient"],
            agreed_fen=yuan_to_fen(given["agreed"]) if given["agreed"] else None,
            contract=given["contract"],
            reason=given["reason"],
        )


@require_GET
@page_right(agreements.VIEW)
def show_terms(request: StaffRequest, number: str) -> HttpResponse:
    """Show the staged settlement of an account, and the form for whoever may propose terms."""
    account, form = _find(request, number, agreements.VIEW), StagedTermsForm(initial={"from_month": _next()})
    prefill(request, account, form, reason="reason")
    return _render(request, account, form)


@require_POST
@page_right(agreements.PROPOSE)
def propose_terms(request: StaffRequest, number: str) -> HttpResponse:
    """Propose terms for an account."""
    account = _find(request, number, agreements.PROPOSE)
    form = StagedTermsForm(request.POST)
    if form.is_valid():
        try:
            agreements.propose_staged_terms(
                actor=request.actor, account_number=number, new=form.read(), at=SystemClock().now()
            )
        except UnableToStage as refusal:
            form.add_error(refusal.field if refusal.field in form.fields else None, explain(refusal))
        else:
            messages.success(request, _now("Another person decides on it now."))
            return redirect("web:staged_terms", number=number)
    return _render(request, account, form, status=HTTPStatus.UNPROCESSABLE_ENTITY)


@require_POST
@page_right(agreements.APPROVE)
def decide_terms(request: StaffRequest, key: int) -> HttpResponse:
    """Approve or refuse terms that another person proposed."""
    reason, at = request.POST.get("reason", ""), SystemClock().now()
    if request.POST.get("decision") == "refuse":
        return _act(
            request, key, _now("It is refused."),
            lambda: agreements.refuse_staged_terms(actor=request.actor, key=key, reason=reason, at=at),
        )  # fmt: skip
    return _act(
        request, key, _now("The terms hold from their month on."),
        lambda: agreements.approve_staged_terms(actor=request.actor, key=key, reason=reason, at=at),
    )  # fmt: skip


@require_POST
@page_right(agreements.PROPOSE)
def withdraw_terms(request: StaffRequest, key: int) -> HttpResponse:
    """Take one's own proposal back."""
    return _act(
        request, key, _now("It is taken back."),
        lambda: agreements.withdraw_staged_terms(actor=request.actor, key=key, at=SystemClock().now()),
    )  # fmt: skip


def _act(request: StaffRequest, key: int, done: str, act: Any) -> HttpResponse:
    try:
        number = queries.get_terms(actor=request.actor, key=key).account.number
    except queries.StagedTermsUnknown as unknown:
        raise Http404 from unknown
    back = reverse("web:staged_terms", args=[number])
    return carry_out(request, act, done=done, back=back, missing=queries.StagedTermsUnknown)


def _find(request: StaffRequest, number: str, right: str) -> CustomerAccount:
    account = get_account(actor=request.actor.within(right), number=number)
    if account is None:
        raise Http404
    return account


def _render(
    request: StaffRequest, account: CustomerAccount, form: StagedTermsForm, *, status: int = HTTPStatus.OK
) -> HttpResponse:
    actor, today = request.actor, get_today()
    terms = list(queries.filter_terms(actor=actor).filter(account=account).order_by("-id"))
    names = Names(login for one in terms for login in (one.proposed_by, one.decided_by))
    drawn = [_draw_terms(request, one, names, today) for one in terms]
    covered = queries.list_covered(account_ids=[account.pk])
    stages = queries.filter_requests(actor=actor).filter(account=account).order_by("-due_date", "-id")[:_SHOWN]
    values: dict[str, Any] = {
        "page": _head(account),
        "account": account,
        "form": form,
        "waiting": next((one for one in drawn if one["terms"].state == StagedTermsState.PROPOSED.value), None),
        "terms": [one for one in drawn if one["terms"].state != StagedTermsState.PROPOSED.value],
        "stages": [(one, covered.get(one.pk), draw_stage(one, covered.get(one.pk), today)) for one in stages],
        "months": [_draw_month(one) for one in queries.list_months(actor=actor, account_id=account.pk)],
        "late_fen": queries.sum_late_advances(account_ids=[account.pk], on=today).get(account.pk, 0),
        "may_propose": actor.may(agreements.PROPOSE, account.unit.path),
        "approve_hidden": {"decision": "approve"},
        "refuse_hidden": {"decision": "refuse"},
    }
    return render(request, "agreements/staged_terms.html", values, status=status)


def _draw_terms(request: StaffRequest, terms: StagedTerms, names: Names, today: date) -> dict[str, Any]:
    actor, path = request.actor, terms.account.unit.path
    is_waiting = terms.state == StagedTermsState.PROPOSED.value
    month = today.replace(day=1)
    until = terms.until_month
    state = terms.state
    if state == StagedTermsState.APPROVED.value and terms.from_month <= month and (until is None or month < until):
        state = "IN_FORCE"
    elif state == StagedTermsState.APPROVED.value and until is not None and until <= month:
        state = "OVER"
    return {
        "terms": terms,
        "basis": words.BASES[terms.basis],
        "chip": state_chip("staged_terms", state),
        "proposer": names.of(terms.proposed_by),
        "decider": names.of(terms.decided_by),
        "may_decide": is_waiting and terms.proposed_by != actor.login and actor.may(agreements.APPROVE, path),
        "may_withdraw": is_waiting and terms.proposed_by == actor.login and actor.may(agreements.PROPOSE, path),
    }


def _draw_month(one: MonthOfStages) -> dict[str, Any]:
    share = ""
    if one.error_fen is not None and one.billed_fen:
        share = f"{Decimal(one.error_fen) / one.billed_fen * 100:+.1f} %"
    return {"month": one, "name": formats.month(one.month), "share": share}


def _next() -> date:
    today = get_today()
    return date(today.year + today.month // 12, today.month % 12 + 1, 1)


def _head(account: CustomerAccount) -> Page:
    return Page(
        title=_now("Staged settlement: %(name)s") % {"name": account.customer.name},
        number=account.number,
        facts=[account.unit.name],
        crumbs=[
            Crumb(_("Staged settlement"), reverse("web:stages")),
            Crumb(account.number, reverse("web:customer_money", args=[account.number])),
        ],
        menu_url=reverse("web:stages"),
        help=[
            _("A large user pays within the month, on the days of the terms; what comes is prepayment and is used for "
              "the bill of the month when it is issued."),
            _("One person proposes terms, another approves them. A late stage bears no late fee."),
        ],
    )  # fmt: skip
