"""Fields for the values of a rule: each in the unit that its page shows, empty where the unit proposes nothing."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from dianke.domain.billing.queries.review_parameters import RuleInForce, ValueInForce
from dianke.interfaces.web.billing import parameter_words

_REASON_LENGTH = 200
_PREFIX = "value-"
# What people type for a hyphen or a comma in a list of trades.
_AS_TYPED = str.maketrans({"–": "-", "—": "-", "，": ",", "、": ",", ";": ",", "；": ",", " ": ""})


class TradesField(forms.CharField):
    """A list of trades by their first two digits, such as 06-46, 53."""

    def clean(self, value: Any) -> Any:
        """Return the list, or None where nothing was typed."""
        text = super().clean(value).translate(_AS_TYPED)
        return [one for one in text.split(",") if one] or None


class DayField(forms.DateField):
    """A day, kept as one number."""

    def clean(self, value: Any) -> Any:
        """Return the day as the number that the rules read, or None."""
        day: date | None = super().clean(value)
        return None if day is None else day.year * 10_000 + day.month * 100 + day.day


class ScaledField(forms.DecimalField):
    """A number with decimals, kept as a whole number of its smallest step."""

    def __init__(self, *, scale: int, **given: Any) -> None:
        super().__init__(min_value=0, max_value=999_999, decimal_places=scale, **given)
        self.scale = scale

    def clean(self, value: Any) -> Any:
        """Return the number of steps, or None where nothing was typed."""
        number: Decimal | None = super().clean(value)
        return None if number is None else int(number.scaleb(self.scale))


class SwitchField(forms.ChoiceField):
    """Yes, no, or as it is."""

    def __init__(self, **given: Any) -> None:
        choices = [("", _("as it is")), ("1", _("yes")), ("0", _("no"))]
        super().__init__(choices=choices, **given)

    def clean(self, value: Any) -> Any:
        """Return 1 or 0, or None where it stays as it is."""
        typed = super().clean(value)
        return int(typed) if typed else None


class ProposalForm(forms.Form):
    """The values of one rule that somebody proposes, from which day, and why."""

    from_date = forms.DateField(
        label=_("From which day"),
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"class": "form-control", "type": "date"}),
        help_text=_("Not before today. A run is measured by what is in force on the first day of its period."),
    )
    reason = forms.CharField(
        label=_("Reason"),
        max_length=_REASON_LENGTH,
        widget=forms.TextInput(attrs={"class": "form-control", "autocomplete": "off"}),
        help_text=_("Whoever decides reads it: what you saw, and what it changes."),
        error_messages={"required": _("Say why.")},
    )

    def __init__(self, *given: Any, rule: RuleInForce, **options: Any) -> None:
        super().__init__(*given, **options)
        own = {f"{_PREFIX}{one.name}": _make_field(one) for one in rule.values}
        self.fields = {**own, **self.fields}
        self.value_names: Sequence[str] = list(own)

    @property
    def value_fields(self) -> list[forms.BoundField]:
        """Return the fields of values, in the order of the rule."""
        return [self[name] for name in self.value_names]

    @property
    def values(self) -> dict[str, Any]:
        """Return what was typed, by the name that the rule knows."""
        typed = {name.removeprefix(_PREFIX): self.cleaned_data.get(name) for name in self.value_names}
        return {name: value for name, value in typed.items() if value is not None}


def _make_field(one: ValueInForce) -> forms.Field:
    now = _now("now %(value)s") % {"value": parameter_words.write_value(one.name, one.value)}
    given: dict[str, Any] = {"label": parameter_words.name_value(one.name), "required": False, "help_text": now}
    typed = {"class": "form-control", "autocomplete": "off"}
    if one.name.startswith("is_"):
        return SwitchField(widget=forms.Select(attrs={"class": "form-select"}), **given)
    if isinstance(one.value, list):
        return TradesField(widget=forms.TextInput(attrs=typed), max_length=200, **given)
    if one.name.endswith("_day"):
        return DayField(widget=forms.DateInput(attrs={**typed, "type": "date"}), **given)
    unit = parameter_words.name_unit(one.name)
    given["label"] = f"{given['label']} ({unit})" if unit else given["label"]
    if scale := parameter_words.get_scale(one.name):
        return ScaledField(scale=scale, widget=forms.TextInput(attrs={**typed, "inputmode": "decimal"}), **given)
    field = forms.IntegerField(
        min_value=0, max_value=99_999_999, widget=forms.TextInput(attrs={**typed, "inputmode": "numeric"}), **given
    )
    if one.name in parameter_words.IN_WHOLE:
        return _TimesField(parameter_words.IN_WHOLE[one.name], field)
    return field


class _TimesField(forms.IntegerField):
    """A whole number that is kept in smaller steps."""

    def __init__(self, steps: int, like: forms.IntegerField) -> None:
        super().__init__(
            min_value=0,
            max_value=99_999,
            widget=like.widget,
            label=like.label,
            required=False,
            help_text=like.help_text,
        )
        self.steps = steps

    def clean(self, value: Any) -> Any:
        """Return the number of steps, or None where nothing was typed."""
        number = super().clean(value)
        return None if number is None else number * self.steps
