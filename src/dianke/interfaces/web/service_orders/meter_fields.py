"""Fields of a meter that goes up: its number, what its registers show, the plates of its transformers."""

import re
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext as _

from dianke.application.service_orders.work import MeterGiven, MeterToInstall
from dianke.domain.metering.types import Ratio
from dianke.interfaces.web.billing import words as billing_words

_NUMBER = {"autocomplete": "off", "class": "num", "inputmode": "decimal"}
_PLAIN = {"autocomplete": "off"}
_PLATE = re.compile(r"\s*(\d{1,7}(?:\.\d{1,3})?)\s*/\s*(\d{1,7}(?:\.\d{1,3})?)\s*")


class RatioField(forms.Field):
    """What stands on the plate of an instrument transformer: 150/5."""

    widget = forms.TextInput

    def to_python(self, value: Any) -> Ratio:
        """Return the ratio that was written, one to one where nothing was."""
        text = str(value or "")
        if not text.strip():
            return Ratio()
        found = _PLATE.fullmatch(text)
        if found is None or not all(Decimal(part) > 0 for part in found.groups()):
            raise forms.ValidationError(_("Write it as on the plate, as in 150/5."))
        return Ratio(Decimal(found[1]), Decimal(found[2]))


def make_meter_fields(one: MeterToInstall) -> dict[str, forms.Field]:
    """Return the fields of a meter that goes up, by name; registers that it lacks stay empty."""
    found: dict[str, forms.Field] = {
        f"m-{one.key}": forms.CharField(
            label=_("Number of the meter"), max_length=24, initial=one.number, widget=forms.TextInput(attrs=_PLAIN)
        )
    }
    for register in one.registers:
        value = one.first.get(register)
        found[f"i-{one.key}-{register}"] = forms.DecimalField(
            label=str(billing_words.FIELDS.get(register, register)), required=False, min_value=Decimal(0),
            max_digits=16, decimal_places=4, initial=None if value is None else f"{value.normalize():f}",
            widget=forms.TextInput(attrs=_NUMBER),
        )  # fmt: skip
    if one.asks_seals:
        found[f"s-{one.key}"] = forms.CharField(
            label=_("Seals"), max_length=120, help_text=_("Numbers of the seals, as in 0012345, 0012346."),
            widget=forms.TextInput(attrs=_PLAIN),
        )  # fmt: skip
    for name, ratio in (("ct", one.ct), ("pt", one.pt)):
        found[f"{name}-{one.key}"] = RatioField(
            label=_("Current transformer") if name == "ct" else _("Voltage transformer"),
            required=False, initial=str(ratio),
            widget=forms.TextInput(attrs={**_PLAIN, "class": "num", "maxlength": 20}),
        )  # fmt: skip
    return found


def read_meter(one: MeterToInstall, given: Mapping[str, Any]) -> MeterGiven:
    """Return a meter that goes up as it was entered."""
    values = {name: given[f"i-{one.key}-{name}"] for name in one.registers}
    return MeterGiven(
        number=given[f"m-{one.key}"].strip(), ct=given[f"ct-{one.key}"], pt=given[f"pt-{one.key}"],
        seals=given.get(f"s-{one.key}", ""),
        values={name: value for name, value in values.items() if value is not None},
    )  # fmt: skip
