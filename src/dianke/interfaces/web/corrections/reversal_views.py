"""The form of a reversal without a new bill: why, and which bills it takes back."""

from http import HTTPStatus
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from dianke.application import bill_corrections
from dianke.domain.billing.models import Bill, BillCorrection
from dianke.domain.billing.queries.correcting import take_back
from dianke.domain.billing.types import REVERSAL_CAUSES, CorrectionCause, CorrectionKind
from dianke.interfaces.web.access import page_right
from dianke.interfaces.web.components import formats
from dianke.interfaces.web.components.page import Crumb, Page
from dianke.interfaces.web.corrections import words
from dianke.interfaces.web.corrections.drafts import find_bill, find_draft
from dianke.interfaces.web.requests import StaffRequest
from dianke.interfaces.web.shell.errors import explain
from dianke.kernel.clock import SystemClock
from dianke.kernel.errors import DomainError


class ReversalForm(forms.Form):
    """Why a bill is taken back."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["cause"] = forms.ChoiceField(
            label=_("Why it is taken back"), choices=[(one.value, words.CAUSES[one.value]) for one in REVERSAL_CAUSES]
        )
        self.fields["reason"] = forms.CharField(
            label=_("Reason"),
            max_length=300,
            help_text=_("The customer reads it on the explanation."),
            widget=forms.TextInput(attrs={"autocomplete": "off"}),
            error_messages={"required": _("Say why; the customer and the other person read it.")},
        )


@require_http_methods(["GET", "POST"])
@page_right(bill_corrections.ASK)
def draft_reversal(request: StaffRequest, bill_id: int) -> HttpResponse:
    """Draw up the reversal of a bill."""
    return _answer(request, find_bill(request, bill_id), None)


@require_http_methods(["GET", "POST"])
@page_right(bill_corrections.ASK)
def change_reversal(request: StaffRequest, key: int) -> HttpResponse:
    """Write a drafted reversal anew."""
    order = find_draft(request, key, CorrectionKind.REVERSAL)
    return _answer(request, find_bill(request, order.bill_id), order) if order else redirect("web:correction", key=key)


def _answer(request: StaffRequest, bill: Bill, order: BillCorrection | None) -> HttpResponse:
    initial = {"cause": order.cause, "reason": order.reason} if order else {}
    form = ReversalForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            saved = _save(request, bill, order, form)
        except DomainError as error:
            form.add_error(error.field if error.field in form.fields else None, explain(error))
        else:
            messages.success(request, _("The draft is saved; attach the paper that shows why, then ask for approval."))
            return redirect("web:correction", key=saved.pk)
    values: dict[str, Any] = {"page": _head(bill), "form": form, "taken": [], "refusal": ""}
    try:
        values["taken"] = take_back(actor=request.actor, bill=bill)
    except DomainError as error:
        values["refusal"] = explain(error)
    values["back_url"] = reverse("web:correction", args=[order.pk]) if order else reverse("web:bill", args=[bill.pk])
    status = HTTPStatus.UNPROCESSABLE_ENTITY if form.errors else HTTPStatus.OK
    return render(request, "corrections/reversal_form.html", values, status=status)


def _save(request: StaffRequest, bill: Bill, order: BillCorrection | None, form: ReversalForm) -> BillCorrection:
    cause, reason = CorrectionCause(form.cleaned_data["cause"]), form.cleaned_data["reason"]
    if order is not None:
        return bill_corrections.change_reversal(actor=request.actor, key=order.pk, cause=cause, reason=reason)
    at = SystemClock().now()
    return bill_corrections.draft_reversal(actor=request.actor, bill_id=bill.pk, cause=cause, reason=reason, at=at)


def _head(bill: Bill) -> Page:
    return Page(
        title=_("Take the bill back"),
        number=bill.number,
        facts=[bill.customer_name, formats.month(bill.month)],
        crumbs=[Crumb(_("Billing")), Crumb(_("Corrections"), reverse("web:corrections"))],
        menu_url=reverse("web:corrections"),
        help=[
            _("For a bill that ought never to have been issued. Correct the facts of one with wrong figures."),
            _("Nothing is billed before two people agree, and none takes its place afterwards."),
        ],
    )
