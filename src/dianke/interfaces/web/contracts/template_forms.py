"""Forms of templates: what holds for all clauses, and the clauses one below the other."""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from dianke.domain.contracts.rules.templates import Template, list_parameters

_LONGEST_TEXT = 4_000
# Rows for clauses that are not there yet.
_EXTRA = 2
_ROWS = {"rows": 4}
_OFF = {"autocomplete": "off"}


class TemplateForm(forms.Form):
    """From when a template holds, its term, and what must be filled."""

    title = forms.CharField(label=_("Title of the contract"), max_length=60, widget=forms.TextInput(attrs=_OFF))
    valid_from = forms.DateField(
        label=_("Holds from"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        help_text=_("A day that has not come"),
    )  # fmt: skip
    term_months = forms.IntegerField(
        label=_("Term in months"), min_value=0, max_value=240, help_text=_("0 is without end")
    )
    notice_days = forms.IntegerField(label=_("Days of notice before the end"), min_value=0, max_value=365)
    required = forms.MultipleChoiceField(
        label=_("Must be filled"), required=False, widget=forms.CheckboxSelectMultiple,
        choices=lambda: [(name, one.label) for name, one in list_parameters().items()],
    )  # fmt: skip
    note = forms.CharField(
        label=_("What changes and why"), max_length=400, widget=forms.TextInput(attrs=_OFF),
    )  # fmt: skip


class ClauseForm(forms.Form):
    """One clause; without heading and text it is left out."""

    code = forms.SlugField(label=_("Code"), max_length=30, required=False, widget=forms.TextInput(attrs=_OFF))
    heading = forms.CharField(label=_("Heading"), max_length=60, required=False, widget=forms.TextInput(attrs=_OFF))
    text = forms.CharField(
        label=_("Text"), max_length=_LONGEST_TEXT, required=False, widget=forms.Textarea(attrs=_ROWS)
    )
    when = forms.CharField(
        label=_("Only if filled"), max_length=200, required=False, widget=forms.TextInput(attrs=_OFF)
    )
    basis = forms.CharField(label=_("Rests on"), max_length=200, required=False, widget=forms.TextInput(attrs=_OFF))

    def is_left_out(self) -> bool:
        """Tell whether nothing stands in the row that would be a clause."""
        return not (self.cleaned_data.get("heading") or self.cleaned_data.get("text"))


def make_forms(data: Any, template: Template, today: date) -> tuple[TemplateForm, Any]:
    """Return the form of a template and of its clauses, begun with one that is there."""
    content = template.as_content()
    first = max(template.valid_from, today) + timedelta(days=1)
    head = TemplateForm(data, initial={**content, "valid_from": first, "required": list(template.required)})
    rows = [{**one, "when": ", ".join(one["when"]), "basis": ", ".join(one["basis"])} for one in content["clauses"]]
    clauses = forms.formset_factory(ClauseForm, extra=_EXTRA, max_num=60)
    return head, clauses(data, initial=rows, prefix="c")


def read_content(kind: str, head: TemplateForm, clauses: Any) -> Mapping[str, Any]:
    """Return what the forms say as the plain data that a template is read from."""
    held = dict(head.cleaned_data)
    held.pop("note")
    rows = [form.cleaned_data for form in clauses if not form.is_left_out()]
    return {
        **held,
        "kind": kind,
        "clauses": [{**row, "when": _split(row["when"]), "basis": _split(row["basis"])} for row in rows],
    }


def _split(text: str) -> list[str]:
    return [part.strip() for part in text.replace("，", ",").split(",") if part.strip()]
