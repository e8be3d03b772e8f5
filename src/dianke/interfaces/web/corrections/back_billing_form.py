"""The form of a back-billing: its fields are those that the kind of the case takes."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext as _

from dianke.domain.billing.models import Bill
from dianke.domain.billing.rules.recover.fields import ACT_NEEDS, ACTS_BY_CAPACITY, KIND_FIELDS, Field, FieldType
from dianke.domain.billing.rules.recover.types import BreachAct
from dianke.interfaces.web.billing import back_billing_words as words
from dianke.interfaces.web.components import formats

_DAY = "on"
_FLAGS = {"": None, "true": True, "false": False}
_MULTIPLIED = {BreachAct.CLASS_CHANGE, BreachAct.OVER_CAPACITY_TWO_PART, BreachAct.SEALED_TWO_PART}


class ScopeForm(forms.Form):
    """Which kind, and from which month on: the figures are filled in from these bills."""

    def __init__(self, *args: Any, choices: Sequence[Bill], kind: str, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["kind"] = forms.ChoiceField(label=_("Kind of back-billing"), choices=list(words.KINDS.items()))
        if kind == "breach":
            self.fields["act"] = forms.ChoiceField(label=str(words.FIELDS["act"]), choices=list(words.ACTS.items()))
        months = list(dict.fromkeys(bill.month for bill in reversed(choices)))
        self.fields["from_month"] = forms.ChoiceField(
            label=_("First month concerned"), choices=[(f"{month:%Y-%m-%d}", formats.month(month)) for month in months]
        )


class CaseForm(forms.Form):
    """The facts of a case and the reason; what a value must be is the domain's to say."""

    def __init__(self, *args: Any, kind: str, act: str, from_month: date, **options: Any) -> None:
        super().__init__(*args, **options)
        self.kind, self.act = kind, act if kind == "breach" else ""
        self.fields["act"] = forms.CharField(widget=forms.HiddenInput, initial=self.act, required=False)
        self.fields["kind"] = forms.CharField(widget=forms.HiddenInput, initial=kind)
        self.fields["from_month"] = forms.CharField(widget=forms.HiddenInput, initial=f"{from_month:%Y-%m-%d}")
        self.case_names = list_names(kind, self.act)
        fields = {field.name: field for field in KIND_FIELDS[kind]}
        for name in self.case_names:
            self.fields[name] = _make_field(name, fields.get(name))
        self.fields["reason"] = forms.CharField(
            label=_("Reason"),
            max_length=300,
            help_text=_("The customer reads it on the explanation."),
            widget=forms.TextInput(attrs={"autocomplete": "off"}),
            error_messages={"required": _("Say why; the customer and the other person read it.")},
        )

    def list_facts(self) -> list[forms.BoundField]:
        """Return the fields of the case."""
        return [self[name] for name in self.case_names]

    def read_case(self) -> dict[str, Any]:
        """Return the case as the rules read it."""
        given: dict[str, Any] = {"kind": self.kind, **({"act": self.act} if self.act else {})}
        for name in self.case_names:
            value = self.cleaned_data[name].strip().replace("−", "-").replace(",", "")
            if value:
                given[name] = _FLAGS[value] if name in {"half_period", "residential"} else value
        return given


def list_names(kind: str, act: str) -> list[str]:
    """Return the fields of a kind, and of an act where it is a breach, in the order they are filled in."""
    names = [_DAY, *(field.name for field in KIND_FIELDS[kind])]
    if kind == "breach":
        wanted = _list_wanted(BreachAct(act.upper()))
        return [name for name in names if name in wanted]
    if kind in {"wrong_wiring", "wrong_multiplier", "fuse"}:
        # The rules count the whole time for these.
        names.remove("half_period")
    return [*names, "price"]


def write_initial(case: Mapping[str, Any]) -> dict[str, str]:
    """Return a case as the form shows it."""
    return {name: str(value).lower() if isinstance(value, bool) else str(value) for name, value in case.items()}


def _list_wanted(act: BreachAct) -> set[str]:
    wanted = {_DAY, *ACT_NEEDS[act]}
    if act in ACTS_BY_CAPACITY:
        wanted |= {"kva", "kw"}
    if act in _MULTIPLIED:
        wanted.add("multiple")
    return wanted | {"residential"} if act is BreachAct.MOVED_DEVICE else wanted


def _make_field(name: str, field: Field | None) -> forms.Field:
    label, hint = str(words.FIELDS[name]), str(words.HINTS.get(name, ""))
    if name in words.CHOICES:
        empty = [] if name != "user" else [("", _("not known"))]
        choices = [*empty, *words.CHOICES[name].items()]
        return forms.ChoiceField(label=label, help_text=hint, required=False, choices=choices)
    attributes = {"autocomplete": "off", "class": "num", "inputmode": "decimal"}
    if name == _DAY or (field is not None and field.type is FieldType.DATE):
        attributes = {"type": "date"}
    return forms.CharField(
        label=label, help_text=hint, required=False, max_length=47, widget=forms.TextInput(attrs=attributes)
    )
