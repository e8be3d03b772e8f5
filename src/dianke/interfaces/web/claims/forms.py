"""Forms of claims and of terms of payment."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from dianke.domain.billing.operations.account_terms import NewTerms
from dianke.domain.billing.rules.due_dates import DueRule
from dianke.domain.billing.types import AllocationOrder, DueRuleKind
from dianke.domain.receivables.operations.claims import NewClaim
from dianke.domain.receivables.types import ClaimKind, Debt
from dianke.interfaces.web.claims import words
from dianke.kernel.money import fen_to_yuan, yuan_to_fen

_AMOUNT = {"autocomplete": "off", "class": "num", "inputmode": "decimal"}
_TEXT = {"autocomplete": "off"}
_REASON_LENGTH = 300


class WaiverForm(forms.Form):
    """What to waive of the late fee of each bill, and why."""

    def __init__(self, *args: Any, debts: Sequence[Debt], free_fen: dict[int, int], **options: Any) -> None:
        super().__init__(*args, **options)
        self.debts = [debt for debt in debts if free_fen.get(debt.item_id, 0) > 0]
        for debt in self.debts:
            self.fields[f"i-{debt.item_id}"] = forms.DecimalField(
                label=debt.bill_number,
                required=False,
                min_value=Decimal(0),
                max_value=fen_to_yuan(free_fen[debt.item_id]),
                max_digits=14,
                decimal_places=2,
                widget=forms.TextInput(attrs={**_AMOUNT, "class": "form-control num", "aria-label": debt.bill_number}),
            )
        self.fields["reason"] = forms.CharField(
            label=_("Reason"), max_length=_REASON_LENGTH, widget=forms.TextInput(attrs=_TEXT)
        )

    def list_rows(self) -> list[tuple[Debt, forms.BoundField]]:
        """Return each bill with the field of what is waived."""
        return [(debt, self[f"i-{debt.item_id}"]) for debt in self.debts]

    def read_claim(self) -> NewClaim:
        """Return what is asked for."""
        given = {debt.item_id: self.cleaned_data[f"i-{debt.item_id}"] for debt in self.debts}
        return NewClaim(
            kind=ClaimKind.LATE_FEE_WAIVER,
            waived_fen={item: yuan_to_fen(amount) for item, amount in given.items() if amount},
        )


class MoneyForm(forms.Form):
    """A refund, or a deposit that is taken, used or given back."""

    kind = forms.ChoiceField(label=_("What is asked for"), choices=list(words.MONEY_KINDS.items()))
    amount = forms.DecimalField(
        label=_("Amount (yuan)"),
        min_value=Decimal("0.01"),
        max_digits=14,
        decimal_places=2,
        widget=forms.TextInput(attrs=_AMOUNT),
    )
    received_reference = forms.CharField(
        label=_("Number at the bank"),
        help_text=_("Only of a deposit that is taken: the number that the bank knows the money by."),
        required=False,
        max_length=64,
        widget=forms.TextInput(attrs=_TEXT),
    )
    money_reason = forms.CharField(label=_("Reason"), max_length=_REASON_LENGTH, widget=forms.TextInput(attrs=_TEXT))

    def read_claim(self) -> NewClaim:
        """Return what is asked for."""
        given = self.cleaned_data
        kind = ClaimKind(given["kind"])
        reference = given["received_reference"] if kind is ClaimKind.DEPOSIT_TAKEN else ""
        return NewClaim(kind=kind, amount_fen=yuan_to_fen(given["amount"]), received_reference=reference)


class TermsForm(forms.Form):
    """An account's own terms; what is left empty follows the house."""

    start = forms.DateField(
        label=_("From"),
        help_text=_("Bills issued from this day on; the terms before end there."),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )
    end = forms.DateField(
        label=_("Until, not included"),
        required=False,
        help_text=_("Empty: until other terms are agreed."),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )
    due_rule = forms.ChoiceField(
        label=_("Bills fall due"), required=False, choices=[("", _("as the house sets it")), *words.DUE_RULES.items()]
    )
    due_value = forms.IntegerField(
        label=_("Days, or day of the month"),
        required=False,
        min_value=1,
        max_value=366,
        widget=forms.TextInput(attrs=_AMOUNT),
    )
    late_fee_rate = forms.DecimalField(
        label=_("Late fee a day by contract (‰)"),
        help_text=_("The regulation lets a contract fix 1 to 3 ‰. Empty: the rates of the rules."),
        required=False,
        max_digits=6,
        decimal_places=3,
        widget=forms.TextInput(attrs=_AMOUNT),
    )
    contract = forms.CharField(
        label=_("Contract"),
        help_text=_("The number of the contract that fixes the rate."),
        required=False,
        max_length=60,
        widget=forms.TextInput(attrs=_TEXT),
    )
    allocation_order = forms.ChoiceField(
        label=_("Money settles"),
        required=False,
        choices=[("", _("as the house sets it")), *words.ORDERS.items()],
    )
    reason = forms.CharField(label=_("Reason"), max_length=_REASON_LENGTH, widget=forms.TextInput(attrs=_TEXT))

    def clean(self) -> dict[str, Any]:
        """Ask for the number where a rule needs one."""
        given: dict[str, Any] = super().clean() or {}
        if given.get("due_rule") and not given.get("due_value"):
            self.add_error("due_value", str(_("This rule needs a number.")))
        return given

    def read_terms(self) -> NewTerms:
        """Return the terms as they are proposed."""
        given = self.cleaned_data
        start: date = given["start"]
        return NewTerms(
            start=start,
            end=given["end"],
            due_rule=DueRule(DueRuleKind(given["due_rule"]), given["due_value"]) if given["due_rule"] else None,
            late_fee_rate=given["late_fee_rate"] / 1000 if given["late_fee_rate"] is not None else None,
            contract=given["contract"],
            allocation_order=AllocationOrder(given["allocation_order"]) if given["allocation_order"] else None,
        )
