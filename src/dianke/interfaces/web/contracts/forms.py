"""Forms of contracts: what a version is written from."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from dianke.domain.contracts.rules.templates import Template, find_names, list_parameters
from dianke.interfaces.web.billing.words import BASIC_MODES

_LONGEST = 200
# The term gives these.
_OF_TERM = ("start", "until")


class VersionForm(forms.Form):
    """From when it holds, and each parameter that a template asks for or may name; required ones are marked."""

    start = forms.DateField(
        label=_("Holds from"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )  # fmt: skip

    def __init__(self, data: Any, *, template: Template, start: date, known: Mapping[str, str]) -> None:
        names = list_names(template)
        super().__init__(data, initial={"start": start, **{_field(name): known.get(name, "") for name in names}})
        self.names = names
        for name in names:
            self.fields[_field(name)] = _make_field(name, is_required=name in template.required)

    def read(self) -> dict[str, str]:
        """Return what was given, by parameter."""
        return {name: self.cleaned_data[_field(name)].strip() for name in self.names}


def list_names(template: Template) -> Sequence[str]:
    """Return the parameters that a template asks for or may name, required ones first."""
    wanted = dict.fromkeys(template.required)
    for clause in template.clauses:
        wanted.update(dict.fromkeys(part.partition("=")[0] for part in clause.when))
        wanted.update(dict.fromkeys(find_names(clause.text)))
    return [name for name in wanted if name not in _OF_TERM]


def _make_field(name: str, *, is_required: bool) -> forms.Field:
    parameter = list_parameters()[name]
    if name == "basic_mode":
        choices = [("", "–"), *BASIC_MODES.items()]
        return forms.ChoiceField(label=parameter.label, choices=choices, required=False)
    mode = {"decimal": "decimal", "integer": "numeric"}.get(parameter.type, "text")
    return forms.CharField(
        label=parameter.label, required=False, max_length=_LONGEST,
        help_text=_("Needed before it is proposed") if is_required else "",
        widget=forms.TextInput(attrs={"autocomplete": "off", "inputmode": mode}),
    )  # fmt: skip


def _field(name: str) -> str:
    return f"p_{name}"
