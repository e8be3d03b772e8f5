"""Forms of agreements on instalments and of guarantees."""

from collections.abc import Sequence
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django import forms
from django.core.validators import MaxValueValidator
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from dianke.domain.receivables.operations.agreements import NewAgreement
from dianke.domain.receivables.operations.guarantees import NewGuarantee
from dianke.domain.receivables.rules.agreements import PlannedPart, list_due_dates, split_evenly
from dianke.domain.receivables.types import Debt, FeesMeanwhile, GuaranteeKind
from dianke.interfaces.web.agreements import words
from dianke.interfaces.web.components import formats
from dianke.kernel.money import fen_to_yuan, yuan_to_fen

_AMOUNT = {"autocomplete": "off", "class": "num", "inputmode": "decimal"}
_TEXT = {"autocomplete": "off"}
_REASON_LENGTH = 300
_USUAL_COUNT, _FIRST_AFTER = 3, timedelta(days=30)
_DAY_FORMAT = "%Y-%m-%d"


def _day_widget() -> forms.DateInput:
    return forms.DateInput(attrs={"type": "date"}, format=_DAY_FORMAT)


class AgreementForm(forms.Form):
    """Which bills, in how many parts, from which day; once the plan is drawn, each of its days and amounts."""

    items = forms.MultipleChoiceField(label=_("Bills"), widget=forms.CheckboxSelectMultiple)
    count = forms.IntegerField(
        label=_("Number of instalments"), min_value=1, widget=forms.TextInput(attrs={**_AMOUNT, "inputmode": "numeric"})
    )
    first = forms.DateField(label=_("First due on"), widget=_day_widget())
    every_months = forms.IntegerField(
        label=_("Months between"), min_value=1, max_value=12,
        widget=forms.TextInput(attrs={**_AMOUNT, "inputmode": "numeric"}),
    )  # fmt: skip
    late_fees = forms.ChoiceField(label=_("Late fees meanwhile"), choices=list(words.MEANWHILE.items()))
    signed_on = forms.DateField(label=_("Signed by the customer on"), widget=_day_widget())
    guarantee = forms.CharField(
        label=_("Guarantee"), required=False, max_length=_REASON_LENGTH, widget=forms.TextInput(attrs=_TEXT),
        help_text=_("Who stands for it, if anybody; it is written into the agreement."),
    )  # fmt: skip
    reason = forms.CharField(label=_("Reason"), max_length=_REASON_LENGTH, widget=forms.TextInput(attrs=_TEXT))

    def __init__(self, data: Any, *, debts: Sequence[Debt], taken: set[int], today: date, most: int) -> None:
        self.debts = [debt for debt in debts if debt.item_id not in taken]
        overdue = [str(debt.item_id) for debt in self.debts if debt.days_overdue]
        initial = {
            "items": overdue or [str(debt.item_id) for debt in self.debts],
            "count": _USUAL_COUNT,
            "first": today + _FIRST_AFTER,
            "every_months": 1,
            "signed_on": today,
        }
        super().__init__(data, initial=initial)
        self.fields["items"].choices = [(str(debt.item_id), _name(debt)) for debt in self.debts]  # type: ignore[attr-defined]
        self.fields["count"].validators.append(MaxValueValidator(most))

    @property
    def amount_fen(self) -> int:
        """Return what the chosen bills come to."""
        chosen = {int(one) for one in self.cleaned_data["items"]}
        return sum(debt.total_fen for debt in self.debts if debt.item_id in chosen)

    @property
    def is_valid_so_far(self) -> bool:
        """Tell whether the bills were read, so that their sum can be shown."""
        return "items" in getattr(self, "cleaned_data", {})

    def draw_plan(self) -> list[PlannedPart]:
        """Return equal parts on the same day of every so many months."""
        given = self.cleaned_data
        days = list_due_dates(first=given["first"], count=given["count"], every_months=given["every_months"])
        amounts = split_evenly(amount_fen=self.amount_fen, count=given["count"])
        return [PlannedPart(day, fen) for day, fen in zip(days, amounts, strict=True)]

    def read(self, plan: Sequence[PlannedPart]) -> NewAgreement:
        """Return what is proposed."""
        given = self.cleaned_data
        return NewAgreement(
            item_ids=tuple(int(one) for one in given["items"]),
            plan=tuple(plan),
            late_fees=FeesMeanwhile(given["late_fees"]),
            signed_on=given["signed_on"],
            reason=given["reason"],
            guarantee=given["guarantee"],
        )


class PartForm(forms.Form):
    """One row of a plan."""

    due = forms.DateField(widget=forms.DateInput(attrs={"type": "date", "class": "form-control"}, format=_DAY_FORMAT))
    amount = forms.DecimalField(
        min_value=Decimal("0.01"),
        max_digits=14,
        decimal_places=2,
        widget=forms.TextInput(attrs={**_AMOUNT, "class": "form-control num"}),
    )

    def read(self) -> PlannedPart:
        """Return the instalment."""
        return PlannedPart(self.cleaned_data["due"], yuan_to_fen(self.cleaned_data["amount"]))


def build_rows(plan: Sequence[PlannedPart]) -> list[PartForm]:
    """Return the rows of a drawn plan, to be changed."""
    rows = []
    for at, part in enumerate(plan):
        row = PartForm(initial={"due": part.due_date, "amount": fen_to_yuan(part.amount_fen)}, prefix=f"p{at}")
        rows.append(_label(row, at))
    return rows


def read_rows(given: Any, most: int) -> list[PartForm]:
    """Return the rows as they were sent, as many as there are in a row."""
    count = next((at for at in range(most + 1) if f"p{at}-due" not in given), most)
    return [_label(PartForm(given, prefix=f"p{at}"), at) for at in range(count)]


def _label(row: PartForm, at: int) -> PartForm:
    for name, word in (("due", _now("Due date")), ("amount", _now("Amount (yuan)"))):
        row.fields[name].widget.attrs["aria-label"] = f"{word} {at + 1}"
    return row


def _name(debt: Debt) -> str:
    late = _now("%(days)s days late") % {"days": debt.days_overdue} if debt.days_overdue else _now("not due yet")
    return " · ".join(
        (
            debt.bill_number, late,
            _now("%(amount)s yuan, %(fee)s of it late fee")
            % {"amount": formats.fen(debt.total_fen), "fee": formats.fen(debt.late_fee_fen)},
        )
    )  # fmt: skip


class GuaranteeForm(forms.Form):
    """A guarantee as its paper says it."""

    kind = forms.ChoiceField(label=_("Kind"), choices=list(words.GUARANTEE_KINDS.items()))
    guarantor = forms.CharField(
        label=_("Guarantor"), max_length=120, widget=forms.TextInput(attrs=_TEXT),
        help_text=_("The company or person, or the bank, as the paper names it."),
    )  # fmt: skip
    reference = forms.CharField(
        label=_("Number of contract or letter"), max_length=64, widget=forms.TextInput(attrs=_TEXT),
        help_text=_("Of the contract or of the letter of guarantee."),
    )  # fmt: skip
    amount = forms.DecimalField(
        label=_("Amount (yuan)"), min_value=Decimal("0.01"), max_digits=14, decimal_places=2,
        widget=forms.TextInput(attrs=_AMOUNT),
    )  # fmt: skip
    valid_from = forms.DateField(label=_("Valid from"), widget=_day_widget())
    valid_until = forms.DateField(
        label=_("Valid until"), widget=_day_widget(), help_text=_("The last day that it may be called on.")
    )
    paper = forms.FileField(label=_("Paper"), help_text=_("PDF, picture or text, 20 MB at most"))

    def read(self) -> NewGuarantee:
        """Return the guarantee."""
        given = self.cleaned_data
        return NewGuarantee(
            kind=GuaranteeKind(given["kind"]),
            guarantor=given["guarantor"],
            reference=given["reference"],
            amount_fen=yuan_to_fen(given["amount"]),
            valid_from=given["valid_from"],
            valid_until=given["valid_until"],
        )
