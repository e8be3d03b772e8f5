"""What a clerk writes down of an application: the fields of its kind, and what they say as an application."""

from collections.abc import Mapping
from copy import deepcopy
from datetime import date
from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from dianke.domain.billing.types import BasicMode
from dianke.domain.network.types import VOLTAGES
from dianke.domain.service_orders.operations.accepting import ENDING, Application
from dianke.domain.service_orders.types import AccountFacts, OrderKind
from dianke.interfaces.web.billing.words import BASIC_MODES
from dianke.interfaces.web.service_orders import words
from dianke.interfaces.web.service_orders.part_fields import make_part_fields, read_parts
from dianke.kernel.money import yuan_to_fen

_DATE = {"type": "date"}
_ISO = "%Y-%m-%d"
_PLAIN = {"autocomplete": "off"}
_SEALING = ("ends_on", "transformers", "stops_supply")
# Which fields a kind asks for beside the day and the papers.
_FIELDS: Mapping[OrderKind, tuple[str, ...]] = {
    OrderKind.REDUCE: _SEALING,
    OrderKind.SUSPEND: _SEALING,
    OrderKind.RESTORE: ("sealed_on",),
    OrderKind.RESUME: ("sealed_on",),
    OrderKind.TRANSFER: ("taker", "keeps_use", "carries_debts"),
    OrderKind.RENAME: ("new_name", "is_same_subject", "keeps_use"),
    OrderKind.CLOSE: ("has_stopped_all", "is_meter_damaged"),
    OrderKind.CLOSE_FORCED: (),
    OrderKind.BANKRUPTCY: ("open_claim",),
    OrderKind.MANY_PERSONS: ("persons",),
    OrderKind.CHANGE_DEMAND: ("contract_kw",),
    OrderKind.CHANGE_MODE: ("basic_mode", "contract_kw"),
    OrderKind.SUPPLY_HIGH_SINGLE: ("capacity_kva", "voltage"),
    OrderKind.SUPPLY_HIGH_DUAL: ("capacity_kva", "voltage"),
    OrderKind.INCREASE: ("capacity_kva", "transformers"),
    OrderKind.SUPPLY_RESIDENT: ("capacity_kva", "voltage"),
    OrderKind.SUPPLY_LOW: ("capacity_kva", "voltage"),
    OrderKind.CHARGING_PILE: ("capacity_kva", "voltage"),
    OrderKind.TEMPORARY: ("capacity_kva", "voltage", "ends_on"),
    OrderKind.BATCH: ("voltage",),
    OrderKind.SOLAR: ("capacity_kva",),
    OrderKind.REMOVE: ("ends_on",),
    OrderKind.REINSTALL: (),
    OrderKind.SPLIT: ("keeps_use",),
    OrderKind.MERGE: (),
}
_LOW = (OrderKind.SUPPLY_RESIDENT, OrderKind.SUPPLY_LOW, OrderKind.CHARGING_PILE, OrderKind.TEMPORARY)
_MADE: Mapping[str, forms.Field] = {
    "ends_on": forms.DateField(
        label=pgettext_lazy("service order", "Ends before"), required=False,
        widget=forms.DateInput(attrs=_DATE, format=_ISO),
        help_text=_("The first day on which the capacity is wanted back."),
    ),
    "transformers": forms.MultipleChoiceField(
        label=_("Transformers"), required=False, widget=forms.CheckboxSelectMultiple
    ),
    "sealed_on": forms.ChoiceField(
        label=pgettext_lazy("service order", "Sealed since"), required=False,
        help_text=_("For a resumption or the restoring of capacity."),
    ),
    "stops_supply": forms.BooleanField(label=_("The whole supply stops, meters too"), required=False),
    "taker": forms.CharField(
        label=_("Customer number of who takes over"), max_length=20, widget=forms.TextInput(attrs=_PLAIN),
        help_text=_("Only for a hand-over; enter a new customer first."),
    ),
    "keeps_use": forms.BooleanField(
        label=_("Place, capacity, class and supply point stay as they are"), required=False
    ),
    "carries_debts": forms.BooleanField(
        label=_("Who takes over carries the open debts too"), required=False,
        help_text=_("Only between private parties, with both signatures."),
    ),
    "new_name": forms.CharField(label=_("New name"), max_length=120, widget=forms.TextInput(attrs=_PLAIN)),
    "is_same_subject": forms.BooleanField(
        label=_("The papers show the same legal subject under another name"), required=False
    ),
    "has_stopped_all": forms.BooleanField(label=_("Use of the whole capacity has stopped"), required=False),
    "is_meter_damaged": forms.BooleanField(label=_("The meter is damaged"), required=False),
    "open_claim": forms.DecimalField(
        label=_("Claim for the liquidator (yuan)"), min_value=Decimal(0), max_digits=14, decimal_places=2,
        help_text=_("All that the account owes; it stays among the receivables."),
        widget=forms.TextInput(attrs={**_PLAIN, "inputmode": "decimal", "class": "num"}),
    ),
    "persons": forms.IntegerField(label=_("Persons in the household"), min_value=1, max_value=99),
    "basic_mode": forms.ChoiceField(
        label=_("Basic charge"),
        choices=[(code, label) for code, label in BASIC_MODES.items() if code != BasicMode.NONE.value],
    ),
    "capacity_kva": forms.DecimalField(
        label=_("Capacity (kVA)"), min_value=Decimal(1), max_digits=12, decimal_places=2,
        widget=forms.TextInput(attrs={**_PLAIN, "inputmode": "decimal", "class": "num"}),
    ),
    "voltage": forms.ChoiceField(label=_("Voltage"), choices=[(one, one) for one in VOLTAGES], initial="10kV"),
    "contract_kw": forms.DecimalField(
        label=_("Contract demand (kW)"), min_value=Decimal(0), max_digits=12, decimal_places=2,
        required=False, help_text=_("Holds from the first day of a month."),
        widget=forms.TextInput(attrs={**_PLAIN, "inputmode": "decimal", "class": "num"}),
    ),
}  # fmt: skip


class OrderForm(forms.Form):
    """What is asked for: the kind, the day, what the kind wants to know, and the papers that were seen."""

    kind = forms.ChoiceField(label=_("Kind"), widget=forms.HiddenInput)
    effective_on = forms.DateField(
        label=pgettext_lazy("service order", "From"), widget=forms.DateInput(attrs=_DATE, format=_ISO)
    )

    def __init__(self, data: Any, *, kind: OrderKind, facts: AccountFacts, today: date) -> None:
        super().__init__(data, initial={"kind": kind.value, "effective_on": today})
        self.order_kind = kind
        fields: dict[str, Any] = self.fields
        fields["kind"].choices = [(kind.value, words.KINDS[kind.value])]
        for name in _FIELDS[kind]:
            # A field of its own for each form: its choices are those of the account.
            fields[name] = deepcopy(_MADE[name])
        fields.update(make_part_fields(kind, facts))
        _offer_account(fields, facts, kind)
        if kind in _LOW:
            fields["voltage"].initial = "380V"
        fields["papers"] = forms.MultipleChoiceField(
            label=_("Papers seen"), required=False, widget=forms.CheckboxSelectMultiple,
            choices=words.list_papers(kind, today),
        )  # fmt: skip

    def read(self) -> Application:
        """Return what is asked for."""
        given, kind = self.cleaned_data, self.order_kind
        sealed_on, claim = given.get("sealed_on"), given.get("open_claim")
        return Application(
            kind=kind,
            effective_on=given["effective_on"],
            ends_on=given.get("ends_on"),
            transformer_codes=frozenset(given.get("transformers", ())),
            sealed_on=date.fromisoformat(sealed_on) if sealed_on else None,
            stops_supply=given.get("stops_supply", False),
            papers=frozenset(given["papers"]),
            taker_number=given.get("taker", ""),
            carries_debts=given.get("carries_debts", False),
            keeps_use=given.get("keeps_use", False),
            is_same_subject=given.get("is_same_subject", False),
            new_name=given.get("new_name", ""),
            has_stopped_all=given.get("has_stopped_all", False),
            is_meter_intact=False if given.get("is_meter_damaged") else None,
            persons=given.get("persons"),
            contract_kw=given.get("contract_kw"),
            capacity_kva=given.get("capacity_kva"),
            voltage=given.get("voltage", ""),
            basic_mode=BasicMode(given["basic_mode"]) if given.get("basic_mode") else None,
            open_claim_fen=None if claim is None else yuan_to_fen(claim),
            **read_parts(given),
        )


def _offer_account(fields: dict[str, Any], facts: AccountFacts, kind: OrderKind) -> None:
    """Offer the transformers of the account, the spells that run, and its debt."""
    if "transformers" in fields:
        fields["transformers"].choices = [
            (one.unit_id, f"{one.unit_id} · {words.kva(one.capacity_kva)} kVA") for one in facts.units
        ]
    if "sealed_on" in fields:
        running = [one for one in facts.spells if one.unsealed_on is None and one.kind is ENDING[kind]]
        shown = [(f"{one.sealed_on}", f"{one.sealed_on} · {', '.join(sorted(one.unit_ids))}") for one in running]
        fields["sealed_on"].choices = [("", "–"), *shown]
    if "open_claim" in fields:
        fields["open_claim"].initial = Decimal(facts.debt_fen) / 100
