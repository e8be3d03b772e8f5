"""The form of a correction: it starts from what the bill froze, and what is typed stays."""

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
from dianke.domain.billing.queries.frozen import get_block
from dianke.domain.billing.rules import frozen
from dianke.domain.billing.rules.correction_columns import FactsUnreadable
from dianke.domain.billing.rules.correction_facts import Fact, list_facts, list_places
from dianke.domain.billing.types import REBILL_CAUSES, CorrectionCause, CorrectionKind
from dianke.domain.tariffs import queries as tariff_queries
from dianke.interfaces.web.access import page_right
from dianke.interfaces.web.components import formats
from dianke.interfaces.web.components.page import Crumb, Page
from dianke.interfaces.web.corrections import row_fields, words
from dianke.interfaces.web.corrections.drafts import find_bill, find_draft
from dianke.interfaces.web.requests import StaffRequest
from dianke.interfaces.web.shell.errors import explain
from dianke.kernel.clock import SystemClock
from dianke.kernel.errors import DomainError
from dianke.platform.identity.types import Actor

Place = tuple[str, str, str]
"""A row that can be taken out: its part, its place and what it is about."""


class CorrectionForm(forms.Form):
    """The cause, the reason and every fact of a bill; what a value must be is the domain's to say."""

    def __init__(self, *args: Any, facts: list[Fact], places: list[Place], plans: list[str], **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["cause"] = forms.ChoiceField(
            label=_("What was wrong"), choices=[(one.value, words.CAUSES[one.value]) for one in REBILL_CAUSES]
        )
        self.fields["reason"] = forms.CharField(
            label=_("Reason"),
            max_length=300,
            help_text=_("The customer reads it on the explanation."),
            widget=forms.TextInput(attrs={"autocomplete": "off"}),
            error_messages={"required": _("Say why; the customer and the other person read it.")},
        )
        self.groups: dict[str, list[str]] = {}
        self.titles: dict[str, str] = {}
        for fact in facts:
            self.fields[fact.name] = _make_field(fact, plans)
            self.groups.setdefault(fact.name.rpartition(".")[0], []).append(fact.name)
            self.titles[fact.name.rpartition(".")[0]] = words.name_group(fact)
        for part, place, about in places:
            name = f"{part}.{place}.out"
            self.fields[name] = row_fields.make_out_field()
            self.titles.setdefault(f"{part}.{place}", f"{words.PARTS[part]} {about}".strip())
            self.groups.setdefault(f"{part}.{place}", []).append(name)
        self.new_rows = row_fields.add_new_rows(
            self,
            registers=row_fields.list_registers(facts),
            has_demand=any(fact.code == "demand" for fact in facts),
            values=self.data or self.initial,
        )

    def list_groups(self) -> list[tuple[str, list[forms.BoundField]]]:
        """Return the facts by what they are about, the price and its terms last."""
        ordered = sorted(self.groups, key=lambda stem: stem == "terms")
        return [(self.titles[stem], [self[name] for name in self.groups[stem]]) for stem in ordered]

    def list_new_rows(self) -> list[tuple[row_fields.NewRow, list[forms.BoundField]]]:
        """Return the rows that can be added, each with its fields."""
        return [(row, [self[name] for name in row.names]) for row in self.new_rows]


def _make_field(fact: Fact, plans: list[str]) -> forms.Field:
    label = words.name_fact(fact)
    if fact.code == "plan_code":
        codes = plans if fact.value in plans else [fact.value, *plans]
        return forms.ChoiceField(label=label, choices=[(code, code) for code in codes])
    if fact.column.kind == "flag":
        return forms.ChoiceField(label=label, choices=list(words.FLAGS.items()))
    if fact.column.choices:
        named = words.CHOICES.get(fact.code, {})
        choices = [(code, named.get(code, code)) for code in fact.column.choices]
        empty = [("", _("none"))] if fact.column.is_optional else []
        return forms.ChoiceField(label=label, choices=[*empty, *choices], required=not fact.column.is_optional)
    attributes = {"autocomplete": "off", "class": "num"}
    if fact.column.kind == "date":
        attributes = {"type": "date"}
    elif fact.column.kind in {"decimal", "whole"}:
        attributes |= {"inputmode": "decimal"}
    return forms.CharField(label=label, required=False, max_length=40, widget=forms.TextInput(attrs=attributes))


@require_http_methods(["GET", "POST"])
@page_right(bill_corrections.ASK)
def draft_correction(request: StaffRequest, bill_id: int) -> HttpResponse:
    """Draw up the correction of a bill."""
    return _answer(request, find_bill(request, bill_id), None)


@require_http_methods(["GET", "POST"])
@page_right(bill_corrections.ASK)
def change_correction(request: StaffRequest, key: int) -> HttpResponse:
    """Write a drafted correction anew."""
    order = find_draft(request, key, CorrectionKind.FULL_REBILL)
    return _answer(request, find_bill(request, order.bill_id), order) if order else redirect("web:correction", key=key)


def _answer(request: StaffRequest, bill: Bill, order: BillCorrection | None) -> HttpResponse:
    inputs = frozen.narrow(get_block(bill), bill.usage_point_id).inputs
    facts, places = list_facts(inputs), list_places(inputs)
    initial = {fact.name: fact.value for fact in facts}
    if order is not None:
        initial |= {**order.changes, "cause": order.cause, "reason": order.reason}
    plans = [plan.code for plan in tariff_queries.list_plans(actor=request.actor)]
    form = CorrectionForm(request.POST or None, facts=facts, places=places, plans=plans, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            saved = _save(request.actor, bill, order, form)
        except DomainError as error:
            _add_errors(form, error)
        else:
            messages.success(request, _("The draft is saved; look at what it comes to before you ask for it."))
            return redirect("web:correction", key=saved.pk)
    values = {"page": _head(bill, order), "form": form, "bill": bill, "groups": form.list_groups()}
    values["new_rows"] = form.list_new_rows()
    values["back_url"] = reverse("web:correction", args=[order.pk]) if order else reverse("web:bill", args=[bill.pk])
    status = HTTPStatus.UNPROCESSABLE_ENTITY if form.errors else HTTPStatus.OK
    return render(request, "corrections/form.html", values, status=status)


def _add_errors(form: CorrectionForm, error: DomainError) -> None:
    for fault in error.faults if isinstance(error, FactsUnreadable) else [error]:
        form.add_error(fault.field if fault.field in form.fields else None, explain(fault))


def _save(actor: Actor, bill: Bill, order: BillCorrection | None, form: CorrectionForm) -> BillCorrection:
    changes = {
        name: str(int(value) if isinstance(value, bool) else value)
        for name, value in form.cleaned_data.items()
        if "." in name
    }
    cause, reason = CorrectionCause(form.cleaned_data["cause"]), form.cleaned_data["reason"]
    if order is not None:
        return bill_corrections.change_correction(
            actor=actor, key=order.pk, cause=cause, reason=reason, changes=changes
        )
    return bill_corrections.draft_correction(
        actor=actor, bill_id=bill.pk, cause=cause, reason=reason, changes=changes, at=SystemClock().now()
    )


def _head(bill: Bill, order: BillCorrection | None) -> Page:
    return Page(
        title=_("Correct the bill"),
        number=bill.number,
        facts=[bill.customer_name, formats.month(bill.month)],
        crumbs=[Crumb(_("Billing")), Crumb(_("Corrections"), reverse("web:corrections"))],
        menu_url=reverse("web:corrections"),
        help=[
            _("The form shows what the bill was computed from. Change what was wrong and leave the rest."),
            _("What the bill never knew is added at the end; what it ought not have known is taken out by its box."),
            _("Prices are those of the billed period, not of today. Nothing is billed before two people agree."),
        ],
    )
