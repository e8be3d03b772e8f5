"""Agreements and exemptions: proposed on the account's page, decided by another person, ended when over."""

from collections.abc import Callable
from decimal import Decimal
from functools import partial
from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from dianke.application import fee_control
from dianke.domain.collection.types import RiskThing
from dianke.domain.customers.models import CustomerAccount
from dianke.domain.customers.queries.accounts import get_account
from dianke.domain.fee_control.models import ControlAgreement
from dianke.domain.fee_control.operations.proposals import UnableToPropose
from dianke.domain.fee_control.queries import agreements as queries
from dianke.domain.fee_control.queries.policies import get_policy
from dianke.domain.fee_control.types import AgreementKind, ExemptionKind, ProposalState, Thresholds
from dianke.interfaces.web.access import page_right
from dianke.interfaces.web.acting import carry_out
from dianke.interfaces.web.components.list_views import render_list
from dianke.interfaces.web.components.page import Crumb, Page
from dianke.interfaces.web.components.states import state_chip
from dianke.interfaces.web.fee_control import words
from dianke.interfaces.web.fee_control.agreement_list import AGREEMENTS
from dianke.interfaces.web.people import Names
from dianke.interfaces.web.requests import StaffRequest
from dianke.interfaces.web.risk.leading import list_measures_of, prefill
from dianke.kernel.clock import SystemClock
from dianke.kernel.money import fen_to_yuan
from dianke.platform.documents.media import find_media_type
from dianke.platform.documents.operations import DocumentMissing, UnableToAddDocument

_DATE = {"type": "date"}
# The browser reads this form alone, whatever the language.
_ISO = "%Y-%m-%d"


class AgreementForm(forms.Form):
    """What is agreed with a customer."""

    kind = forms.ChoiceField(label=_("Kind"), choices=list(words.AGREEMENT_KINDS.items()))
    notice = forms.DecimalField(label=_("Reminder below (yuan)"), max_digits=12, decimal_places=2)
    warning = forms.DecimalField(label=_("Warning below (yuan)"), max_digits=12, decimal_places=2)
    stop = forms.DecimalField(
        label=_("Cut below (yuan)"), max_digits=12, decimal_places=2,
        help_text=_("A balance below it may bring a disconnection after a warning."),
    )  # fmt: skip
    signed = forms.DateField(label=_("Signed on"), widget=forms.DateInput(attrs=_DATE, format=_ISO))
    start = forms.DateField(label=_("Holds from"), widget=forms.DateInput(attrs=_DATE, format=_ISO))
    end = forms.DateField(
        label=_("Ends before"), required=False, widget=forms.DateInput(attrs=_DATE, format=_ISO),
        help_text=_("empty: until somebody ends it"),
    )  # fmt: skip
    note = forms.CharField(label=_("Note"), max_length=400, required=False)


class ExemptionForm(forms.Form):
    """Why an account is not cut off for a time."""

    kind = forms.ChoiceField(label=_("Kind"), choices=list(words.EXEMPTION_KINDS.items()))
    reason = forms.CharField(label=_("Reason"), max_length=400)
    start = forms.DateField(label=_("Holds from"), widget=forms.DateInput(attrs=_DATE, format=_ISO))
    end = forms.DateField(label=_("Ends before"), widget=forms.DateInput(attrs=_DATE, format=_ISO))
    evidence = forms.FileField(label=_("Evidence"), help_text=_("PDF, picture or text, 20 MB at most"))


@require_GET
@page_right(fee_control.VIEW)
def list_agreements(request: StaffRequest) -> HttpResponse:
    """List agreements, newest first."""
    return render_list(request, AGREEMENTS)


@require_http_methods(["GET", "POST"])
@page_right(fee_control.AGREE)
def propose_agreement(request: StaffRequest, number: str) -> HttpResponse:
    """Propose an agreement for an account."""
    account, today = _get_account(request, number), timezone.localdate(SystemClock().now())
    limits = get_policy(on=today).find_thresholds(account.usage_class)
    usual = {
        "notice": fen_to_yuan(limits.notice_fen), "warning": fen_to_yuan(limits.warning_fen),
        "stop": fen_to_yuan(limits.stop_fen), "signed": today, "start": today,
    }  # fmt: skip
    form = AgreementForm(request.POST or None, initial=usual)
    prefill(request, account, form, reason="note")
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        act = partial(
            fee_control.propose_agreement, actor=request.actor, number=number, kind=AgreementKind(given["kind"]),
            thresholds=Thresholds(*(_fen(given[name]) for name in ("notice", "warning", "stop"))),
            signed_on=given["signed"], start=given["start"], end=given["end"], note=given["note"],
            at=SystemClock().now(),
        )  # fmt: skip
        if _save(form, act):
            messages.success(request, _now("Another person decides on it now."))
            return redirect("web:fee_control_account", number=number)
    title = _now("Propose an agreement of fee control")
    return _render_form(request, account, form, title, "web:fee_control_agreement_new")


@require_http_methods(["GET", "POST"])
@page_right(fee_control.AGREE)
def propose_exemption(request: StaffRequest, number: str) -> HttpResponse:
    """Propose that an account is not cut off for a time."""
    account = _get_account(request, number)
    form = ExemptionForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        given, file = form.cleaned_data, form.cleaned_data["evidence"]
        act = partial(
            fee_control.propose_exemption, actor=request.actor, number=number, kind=ExemptionKind(given["kind"]),
            reason=given["reason"], file_name=file.name, content=file.read(), start=given["start"], end=given["end"],
            at=SystemClock().now(),
        )  # fmt: skip
        if _save(form, act):
            messages.success(request, _now("Another person decides on it now."))
            return redirect("web:fee_control_account", number=number)
    return _render_form(request, account, form, _now("Propose an exemption"), "web:fee_control_exemption_new")


@require_GET
@page_right(fee_control.VIEW)
def show_agreement(request: StaffRequest, key: int) -> HttpResponse:
    """Show an agreement and what the reader may do."""
    row, actor = _get(request, key), request.actor
    names = Names([row.proposed_by, row.decided_by])
    waits = row.state == ProposalState.PROPOSED.value
    upper = row.period.upper
    today = timezone.localdate(SystemClock().now())
    values = {
        "page": _head(row),
        "row": row,
        "kind": words.AGREEMENT_KINDS[row.kind],
        "risk_measures": list_measures_of(request.actor, RiskThing.FEE_CONTROL, row.pk),
        "start": row.period.lower,
        "end": upper,
        "proposed_by": names.of(row.proposed_by),
        "decided_by": names.of(row.decided_by),
        "may_decide": waits and actor.may(fee_control.APPROVE_AGREEMENTS) and row.proposed_by != actor.login,
        "may_withdraw": waits and actor.may(fee_control.AGREE) and row.proposed_by == actor.login,
        "may_end": row.state == ProposalState.APPROVED.value
        and actor.may(fee_control.APPROVE_AGREEMENTS)
        and row.period.lower < today
        and (upper is None or upper > today),
    }
    return render(request, "fee_control/agreement.html", values)


@require_POST
@page_right(fee_control.APPROVE_AGREEMENTS)
def decide_agreement(request: StaffRequest, key: int) -> HttpResponse:
    """Approve or refuse an agreement that another person proposed, or end one that holds."""
    given: dict[str, Any] = {"actor": request.actor, "key": key, "at": SystemClock().now()}
    reason, decision = str(request.POST.get("reason", "")), request.POST.get("decision")
    if decision == "refuse":
        act, done = partial(fee_control.refuse_agreement, reason=reason, **given), _now("Refused.")
    elif decision == "end":
        act, done = partial(fee_control.end_agreement, reason=reason, **given), _now("It ends before today.")
    else:
        act = partial(fee_control.approve_agreement, reason=reason, **given)
        done = _now("The account is under fee control from its day on.")
    return _carry_out(request, act, done, reverse("web:fee_control_agreement", args=[key]))


@require_POST
@page_right(fee_control.AGREE)
def withdraw_agreement(request: StaffRequest, key: int) -> HttpResponse:
    """Take one's own proposal back."""
    act = partial(fee_control.withdraw_agreement, actor=request.actor, key=key, at=SystemClock().now())
    return _carry_out(request, act, _now("It is taken back."), reverse("web:fee_control_agreement", args=[key]))


@require_POST
@page_right(fee_control.APPROVE_AGREEMENTS)
def decide_exemption(request: StaffRequest, key: int) -> HttpResponse:
    """Approve or refuse an exemption that another person proposed, or end one that holds."""
    given: dict[str, Any] = {"actor": request.actor, "key": key, "at": SystemClock().now()}
    reason, decision = str(request.POST.get("reason", "")), request.POST.get("decision")
    if decision == "refuse":
        act, done = partial(fee_control.refuse_exemption, reason=reason, **given), _now("Refused.")
    elif decision == "end":
        act, done = partial(fee_control.end_exemption, reason=reason, **given), _now("It ends before today.")
    else:
        act = partial(fee_control.approve_exemption, reason=reason, **given)
        done = _now("The account is exempt from its day on.")
    return _carry_out(request, act, done, _find_account_page(request, key))


@require_POST
@page_right(fee_control.AGREE)
def withdraw_exemption(request: StaffRequest, key: int) -> HttpResponse:
    """Take one's own proposal back."""
    act = partial(fee_control.withdraw_exemption, actor=request.actor, key=key, at=SystemClock().now())
    return _carry_out(request, act, _now("It is taken back."), _find_account_page(request, key))


@require_GET
@page_right(fee_control.VIEW)
def show_evidence(request: StaffRequest, key: int) -> HttpResponse:
    """Give the paper behind an exemption out."""
    try:
        content = fee_control.open_evidence(actor=request.actor, key=key)
    except (queries.ProposalUnknown, DocumentMissing) as missing:
        raise Http404 from missing
    answer = HttpResponse(content, content_type=find_media_type(content) or "application/octet-stream")
    answer["Content-Disposition"] = "inline"
    return answer


def _save(form: forms.Form, act: Callable[[], Any]) -> bool:
    try:
        act()
    except UnableToAddDocument as refusal:
        form.add_error("evidence", words.explain(refusal))
    except UnableToPropose as refusal:
        form.add_error(refusal.field if refusal.field in form.fields else None, words.explain(refusal))
    return not form.errors


def _fen(amount: Decimal) -> int:
    return int(amount * 100)


def _render_form(
    request: StaffRequest, account: CustomerAccount, form: forms.Form, title: str, action: str
) -> HttpResponse:
    back = reverse("web:fee_control_account", args=[account.number])
    head = Page(
        title=title,
        number=account.number,
        facts=[account.customer.name, account.unit.name],
        crumbs=[Crumb(_("Fee control")), Crumb(pgettext_lazy("fee control", "Account"), back)],
        menu_url=reverse("web:fee_control_accounts"),
        help=[_("Who proposes never approves: another person decides on it.")],
    )
    values = {"page": head, "form": form, "action": reverse(action, args=[account.number]), "back": back}
    return render(request, "fee_control/form.html", values, status=422 if request.method == "POST" else 200)


def _carry_out(request: StaffRequest, act: Callable[[], Any], done: str, back: str) -> HttpResponse:
    return carry_out(request, act, done=done, back=back, explain=words.explain, missing=queries.ProposalUnknown)


def _get(request: StaffRequest, key: int) -> ControlAgreement:
    try:
        return queries.get_agreement(actor=request.actor.within(fee_control.VIEW), key=key)
    except queries.ProposalUnknown as unknown:
        raise Http404 from unknown


def _find_account_page(request: StaffRequest, key: int) -> str:
    try:
        row = queries.get_exemption(actor=request.actor, key=key)
    except queries.ProposalUnknown as unknown:
        raise Http404 from unknown
    return reverse("web:fee_control_account", args=[row.account.number])


def _get_account(request: StaffRequest, number: str) -> CustomerAccount:
    account = get_account(actor=request.actor.within(fee_control.AGREE), number=number)
    if account is None:
        raise Http404
    return account


def _head(row: ControlAgreement) -> Page:
    return Page(
        title=_now("Agreement of fee control"),
        number=row.number,
        facts=[row.account.customer.name, row.account.number, row.unit.name],
        crumbs=[Crumb(_("Fee control")), Crumb(_("Agreements of fee control"), reverse("web:fee_control_agreements"))],
        chips=[state_chip("fee_control.proposal", row.state)],
        menu_url=reverse("web:fee_control_agreements"),
        help=[_("Who proposes an agreement never approves it. One agreement at a time holds for an account.")],
    )
