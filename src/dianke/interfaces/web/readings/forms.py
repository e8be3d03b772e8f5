"""Forms of the calendar."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from dianke.domain.readings.calendar_rules import FURTHEST_OFFSET
from dianke.domain.readings.operations.calendars import MOST_MONTHS
from dianke.domain.readings.types import CalendarStep, DayShift, StepRule
from dianke.interfaces.web.readings import words

_SHIFT_CHOICES = [(code, word) for code, word in words.SHIFTS.items()]


def _control(kind: str = "text", **more: str) -> dict[str, str]:
    return {"class": "form-control", "type": kind, "autocomplete": "off", **more}


class MoveForm(forms.Form):
    """Another day, and why."""

    to = forms.DateField(label=_("New day"), widget=forms.DateInput(attrs=_control("date"), format="%Y-%m-%d"))
    reason = forms.CharField(label=_("Why"), max_length=200, widget=forms.TextInput(attrs=_control()))


class GenerateForm(forms.Form):
    """Which months are planned."""

    first_month = forms.DateField(
        label=_("First month"),
        input_formats=["%Y-%m"],
        widget=forms.DateInput(attrs=_control("month"), format="%Y-%m"),
    )
    months = forms.IntegerField(
        label=_("How many months"),
        min_value=1,
        max_value=MOST_MONTHS,
        widget=forms.NumberInput(attrs=_control("number")),
    )


class InterimForm(forms.Form):
    """The days on which large users are read as well."""

    interim_days = forms.CharField(
        label=_("Interim reading days"),
        required=False,
        help_text=_("At most two days between 1 and 28, with a comma between them; none for one reading a month."),
        widget=forms.TextInput(attrs=_control(inputmode="numeric", placeholder="11, 21")),
    )

    def clean_interim_days(self) -> list[int]:
        """Return the days as numbers."""
        parts = str(self.cleaned_data["interim_days"]).replace("，", ",").replace("、", ",").split(",")
        try:
            return [int(part) for part in parts if part.strip()]
        except ValueError as error:
            raise forms.ValidationError(_("Write numbers with a comma between them.")) from error


class TemplateForm(forms.Form):
    """For each step, how many days after the reading it is due, and what becomes of a day off."""

    from_month = forms.DateField(
        label=_("From month"),
        input_formats=["%Y-%m"],
        widget=forms.DateInput(attrs=_control("month"), format="%Y-%m"),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for step, word in words.STEPS.items():
            self.fields[f"offset_{step}"] = forms.IntegerField(
                label=str(word),
                min_value=-FURTHEST_OFFSET,
                max_value=FURTHEST_OFFSET,
                widget=forms.NumberInput(attrs=_control("number", **{"aria-label": str(word)})),
            )
            self.fields[f"shift_{step}"] = forms.ChoiceField(
                label=str(word),
                choices=_SHIFT_CHOICES,
                widget=forms.Select(attrs={"class": "form-select", "aria-label": str(word)}),
            )

    @classmethod
    def fill(cls, rules: Sequence[StepRule], from_month: date) -> "TemplateForm":
        """Return the form with the rules in force."""
        initial: dict[str, Any] = {"from_month": from_month}
        for rule in rules:
            initial[f"offset_{rule.step.value}"] = rule.offset_days
            initial[f"shift_{rule.step.value}"] = rule.shift.value
        return cls(initial=initial)

    def list_rows(self) -> list[tuple[str, forms.BoundField, forms.BoundField]]:
        """Return the word and the two fields of each step."""
        return [(str(word), self[f"offset_{step}"], self[f"shift_{step}"]) for step, word in words.STEPS.items()]

    def list_rules(self) -> list[StepRule]:
        """Return what was entered."""
        given = self.cleaned_data
        return [
            StepRule(step, given[f"offset_{step.value}"], DayShift(given[f"shift_{step.value}"]))
            for step in CalendarStep
        ]
