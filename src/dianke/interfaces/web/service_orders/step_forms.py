"""What is entered with a step: what registers show, meters that go up, the numbers under which refunds were paid."""

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from typing import Any, NamedTuple

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from dianke.application.service_orders import StepInput
from dianke.application.service_orders.asked import Asked, MeterToRead
from dianke.interfaces.web.billing import words as billing_words
from dianke.interfaces.web.components import formats
from dianke.interfaces.web.service_orders.meter_fields import make_meter_fields, read_meter
from dianke.kernel.money import fen_to_yuan

_NUMBER = {"autocomplete": "off", "class": "num", "inputmode": "decimal"}


class Part(NamedTuple):
    """Fields that belong together, and what they are of."""

    title: str
    fields: list[forms.BoundField]


class StepForm(forms.Form):
    """Fields of every meter that is read or goes up and of every refund that a step asks for."""

    def __init__(self, data: Any, *, asked: Asked, today: date) -> None:
        super().__init__(data)
        self.asked = asked
        for meter in asked.meters:
            self._add_meter(meter)
        for one in asked.installs:
            self.fields.update(make_meter_fields(one))
        if asked.asks_seals:
            self.fields["seals"] = forms.CharField(
                label=_("Seals"), max_length=120, widget=forms.TextInput(attrs={"autocomplete": "off"})
            )
        if asked.asks_route:
            self.fields["route"] = forms.CharField(
                label=_("Reading route"), max_length=20, help_text=_("The code of the route on which it is read."),
                widget=forms.TextInput(attrs={"autocomplete": "off"}),
            )  # fmt: skip
        for claim in asked.refunds:
            self.fields[f"b-{claim.pk}"] = forms.CharField(
                label=_("Number at the bank"), max_length=64, widget=forms.TextInput(attrs={"autocomplete": "off"})
            )
        if asked.refunds:
            self.fields["paid_on"] = forms.DateField(
                label=pgettext("refund", "Paid on"),
                initial=today,
                widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
            )

    def _add_meter(self, meter: MeterToRead) -> None:
        for register in meter.registers:
            self.fields[f"r-{meter.key}-{register}"] = forms.DecimalField(
                label=str(billing_words.FIELDS.get(register, register)),
                help_text=_describe_last(meter, register),
                min_value=Decimal(0),
                max_digits=16,
                decimal_places=4,
                widget=forms.TextInput(attrs=_NUMBER),
            )
        self.fields[f"o-{meter.key}"] = forms.BooleanField(label=_("A register passed its last digit"), required=False)

    def list_parts(self) -> Iterator[Part]:
        """Yield the fields of each meter, old or new, and of each refund."""
        for meter in self.asked.meters:
            names = [*(f"r-{meter.key}-{register}" for register in meter.registers), f"o-{meter.key}"]
            title = _("Meter %(meter)s at %(point)s") % {"meter": meter.number, "point": meter.point}
            yield Part(title, [self[name] for name in names])
        for one in self.asked.installs:
            yield Part(one.place, [self[name] for name in make_meter_fields(one)])
        for claim in self.asked.refunds:
            yield Part(f"{claim.number} · ¥{fen_to_yuan(claim.amount_fen):,.2f}", [self[f"b-{claim.pk}"]])
        if self.asked.refunds:
            yield Part("", [self["paid_on"]])
        if self.asked.asks_seals:
            yield Part("", [self["seals"]])
        if self.asked.asks_route:
            yield Part("", [self["route"]])

    def read(self) -> StepInput:
        """Return what was entered."""
        given = self.cleaned_data
        return StepInput(
            values={
                meter.key: {name: given[f"r-{meter.key}-{name}"] for name in meter.registers}
                for meter in self.asked.meters
            },
            rolled_over=frozenset(meter.key for meter in self.asked.meters if given[f"o-{meter.key}"]),
            references={claim.pk: given[f"b-{claim.pk}"] for claim in self.asked.refunds},
            paid_on=given.get("paid_on"),
            route_code=given.get("route", ""),
            seals=given.get("seals", ""),
            meters={one.key: read_meter(one, given) for one in self.asked.installs},
        )


def _describe_last(meter: MeterToRead, register: str) -> str:
    value = meter.last.get(register)
    if value is None or meter.last_read_at is None:
        return ""
    shown = f"{Decimal(f'{value.normalize():f}'):,f}"
    return _("%(value)s on %(day)s") % {"value": shown, "day": formats.day(meter.last_read_at)}
