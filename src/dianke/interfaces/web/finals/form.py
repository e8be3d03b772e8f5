"""The form of a final bill: why and when, and what every register shows on that day."""

from collections.abc import Iterator, Sequence
from datetime import date
from decimal import Decimal
from typing import Any, NamedTuple

from django import forms
from django.utils.translation import gettext as _

from dianke.domain.billing.queries.finals import ReadMeter
from dianke.domain.billing.rules.finals import FinalOrder, FinalReading
from dianke.domain.billing.types import FinalKind
from dianke.domain.customers.models import Customer
from dianke.domain.readings.models import MeterReading
from dianke.interfaces.web.billing import words as billing_words
from dianke.interfaces.web.components import formats
from dianke.interfaces.web.finals import words
from dianke.platform.identity.types import Actor

_NUMBER = {"autocomplete": "off", "class": "num", "inputmode": "decimal"}


class MeterFields(NamedTuple):
    """The fields of one meter, as the page draws them."""

    point: str
    meter: str
    fields: list[forms.BoundField]


class FinalForm(forms.Form):
    """Why, when and to whom, the readings, and the amount of the preview that was looked at."""

    def __init__(self, *args: Any, actor: Actor, meters: Sequence[ReadMeter], **options: Any) -> None:
        super().__init__(*args, **options)
        self.actor, self.meters = actor, meters
        self.fields["kind"] = forms.ChoiceField(label=_("Occasion"), choices=list(words.KINDS.items()))
        self.fields["final_date"] = forms.DateField(
            label=_("Final day"),
            help_text=_("The day of the final reading. The day itself is no longer billed to who leaves."),
            widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        )
        self.fields["new_customer"] = forms.CharField(
            label=_("Customer number of who takes over"),
            help_text=_("Only for a hand-over; enter a new customer first."),
            required=False,
            max_length=20,
            widget=forms.TextInput(attrs={"autocomplete": "off"}),
        )
        self.fields["reason"] = forms.CharField(
            label=_("Reason"), max_length=200, widget=forms.TextInput(attrs={"autocomplete": "off"})
        )
        for meter in meters:
            self._add_meter(meter)
        self.fields["estimate_reason"] = forms.CharField(
            label=_("Why a final reading is estimated"),
            help_text=_("Only where a box above is ticked; who issues the bill reads it."),
            required=False,
            max_length=200,
            widget=forms.TextInput(attrs={"autocomplete": "off"}),
        )
        self.fields["seen_fen"] = forms.IntegerField(required=False, widget=forms.HiddenInput)

    def _add_meter(self, meter: ReadMeter) -> None:
        key = meter.installation.pk
        for register in meter.registers:
            self.fields[f"r-{key}-{register}"] = forms.DecimalField(
                label=str(billing_words.FIELDS.get(register, register)),
                help_text=_describe_earlier(meter.earlier, register),
                min_value=Decimal(0),
                max_digits=16,
                decimal_places=4,
                initial=_read(meter.reading, register),
                widget=forms.TextInput(attrs=_NUMBER),
            )
        self.fields[f"e-{key}"] = forms.BooleanField(label=_("Estimated, not read"), required=False)
        self.fields[f"o-{key}"] = forms.BooleanField(label=_("A register passed its last digit"), required=False)

    def clean_new_customer(self) -> int | None:
        """Return the key of the customer of the number."""
        number = str(self.cleaned_data["new_customer"]).strip()
        if not number:
            return None
        found: Customer | None = Customer.objects.for_actor(self.actor).filter(number=number, merged_into=None).first()
        if found is None:
            raise forms.ValidationError(_("There is no such customer within your units."))
        return int(found.pk)

    def list_facts(self) -> list[forms.BoundField]:
        """Return the fields above the readings."""
        return [self[name] for name in ("kind", "final_date", "new_customer", "reason")]

    def list_meters(self) -> Iterator[MeterFields]:
        """Yield the fields of each meter."""
        for meter in self.meters:
            key = meter.installation.pk
            names = [*(f"r-{key}-{register}" for register in meter.registers), f"e-{key}", f"o-{key}"]
            yield MeterFields(meter.point.code, meter.installation.meter.asset_number, [self[name] for name in names])

    def read_order(self) -> FinalOrder:
        """Return what is asked for."""
        given = self.cleaned_data
        kind = FinalKind(given["kind"])
        final_date: date = given["final_date"]
        return FinalOrder(
            kind=kind,
            final_date=final_date,
            reason=given["reason"],
            readings=[self._read_meter(meter) for meter in self.meters],
            estimate_reason=given["estimate_reason"],
            new_customer_id=given["new_customer"] if kind is FinalKind.HANDOVER else None,
        )

    def _read_meter(self, meter: ReadMeter) -> FinalReading:
        key, given = meter.installation.pk, self.cleaned_data
        return FinalReading(
            installation_id=key,
            values={register: given[f"r-{key}-{register}"] for register in meter.registers},
            is_estimated=given[f"e-{key}"],
            rolled_over=given[f"o-{key}"],
        )


def _read(reading: MeterReading | None, register: str) -> Decimal | None:
    value = getattr(reading, register) if reading else None
    return None if value is None else Decimal(f"{value.normalize():f}")


def _describe_earlier(reading: MeterReading | None, register: str) -> str:
    value = _read(reading, register)
    if reading is None or value is None:
        return ""
    return _("%(value)s on %(day)s") % {"value": f"{value:,f}", "day": formats.day(reading.read_at)}
