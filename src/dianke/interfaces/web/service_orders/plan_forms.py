"""What a supply plan is written down with: the whole, its sources, the transformers of the applicant."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from dianke.application.service_orders import increase, leaving
from dianke.domain.billing.queries.terms import list_terms
from dianke.domain.billing.types import BasicMode
from dianke.domain.customers.types import UsageClass
from dianke.domain.metering.models import UsagePoint
from dianke.domain.metering.types import MeteringSide, Ratio
from dianke.domain.network.models import Feeder, TransformerArea
from dianke.domain.network.types import VOLTAGES
from dianke.domain.service_orders.models import ServiceOrder, SourceRole, SupplyPlan
from dianke.domain.service_orders.queries.facts import read_voltage_kv
from dianke.domain.service_orders.queries.plans import list_planned_transformers, list_sources
from dianke.domain.service_orders.rules.plan_drafts import DraftedSource, DraftedTransformer, PlanDraft
from dianke.domain.service_orders.types import OrderKind
from dianke.domain.tariffs.models import PriceRow, TariffPlan, TariffVersion
from dianke.domain.tariffs.types import APPROVED_STATUSES
from dianke.interfaces.web.billing import words as billing_words
from dianke.interfaces.web.service_orders.meter_fields import RatioField
from dianke.interfaces.web.service_orders.plan_words import ROLES
from dianke.kernel.money import fen_to_yuan, yuan_to_fen
from dianke.platform.identity.types import Actor

MOST_TRANSFORMERS = 6
_PLAIN = {"autocomplete": "off"}
_NUMBER = {"autocomplete": "off", "inputmode": "decimal", "class": "num"}
_LOW_KV = Decimal("0.38")
_BUSINESS = (UsageClass.COMMERCIAL_INDUSTRIAL.value, UsageClass.LARGE_INDUSTRIAL.value)
# Which registers a meter is asked to have.
REGISTERS: Mapping[str, tuple[str, ...]] = {
    "total": ("total",),
    "tou": ("total", "peak", "flat", "valley"),
    "tou_sharp": ("total", "sharp", "peak", "flat", "valley"),
    "two_part": ("total", "peak", "flat", "valley", "reactive_import", "reactive_export", "demand"),
    "two_part_sharp": ("total", "sharp", "peak", "flat", "valley", "reactive_import", "reactive_export", "demand"),
}


_KNOWN = {registers: code for code, registers in REGISTERS.items()}


def _number(label: Any, *, required: bool = True, places: int = 2, **more: Any) -> forms.DecimalField:
    return forms.DecimalField(
        label=label, min_value=Decimal(0), max_digits=14, decimal_places=places, required=required,
        widget=forms.TextInput(attrs=_NUMBER), **more,
    )  # fmt: skip


def _text(label: Any, length: int, *, required: bool = False, **more: Any) -> forms.CharField:
    return forms.CharField(
        label=label, max_length=length, required=required, widget=forms.TextInput(attrs=_PLAIN), **more
    )


class PlanForm(forms.Form):
    """The plan as a whole."""

    voltage = forms.ChoiceField(label=_("Voltage"), choices=[(one, one) for one in VOLTAGES])
    capacity_kva = _number(_("Capacity (kVA)"))
    ownership_point = _text(_("Ownership point"), 200, required=True)
    interlock = _text(_("Interlock"), 120, help_text=_("For two sources: how they are kept apart."))
    has_dedicated_line = forms.BooleanField(label=_("Line of its own"), required=False)
    price_plan = forms.ChoiceField(label=_("Price plan"))
    structure = forms.ChoiceField(label=_("Structure"), choices=list(billing_words.STRUCTURES.items()))
    price_voltage = forms.ChoiceField(label=_("Voltage of the price"), required=False)
    time_of_use = forms.BooleanField(label=_("Time of use"), required=False)
    basic_mode = forms.ChoiceField(label=_("Basic charge"), choices=list(billing_words.BASIC_MODES.items()))
    contract_kw = _number(_("Contract demand (kW)"), required=False)
    power_factor_standard = forms.ChoiceField(
        label=_("Power-factor standard"),
        required=False,
        choices=[("", _("none")), ("0.90", "0.90"), ("0.85", "0.85"), ("0.80", "0.80")],
    )
    fee = _number(_("Fee (yuan)"), initial=Decimal(0))
    fee_reason = _text(_("What the fee is for"), 200)
    drawing = forms.FileField(
        label=_("Drawing"),
        required=False,
        help_text=_("The single-line diagram: PDF or picture."),
        widget=forms.ClearableFileInput(attrs={"accept": "image/*,.pdf"}),
    )
    note = _text(_("Note"), 400)

    def __init__(self, data: Any, files: Any, *, actor: Actor, usage_class: str, **more: Any) -> None:
        super().__init__(data, files, **more)
        fields: dict[str, Any] = self.fields
        plans = TariffPlan.objects.for_actor(actor).filter(usage_classes__contains=[usage_class])
        fields["price_plan"].choices = list(plans.order_by("name").values_list("code", "name"))
        # Every voltage that sheets in force print.
        versions = TariffVersion.objects.for_actor(actor).filter(
            plan__in=plans, status__in=[one.value for one in APPROVED_STATUSES]
        )
        rows = PriceRow.objects.for_actor(actor).filter(version__in=versions).exclude(voltage="")
        printed = sorted(set(rows.order_by().values_list("voltage", flat=True).distinct()))
        fields["price_voltage"].choices = [("", _("none")), *((one, one) for one in printed)]


class SourceForm(forms.Form):
    """A source with its meter."""

    role = forms.ChoiceField(label=_("Role"), choices=list(ROLES.items()))
    place = forms.ChoiceField(label=_("Feeder or area"))
    capacity_kva = _number(_("Capacity (kVA)"))
    metering_side = forms.ChoiceField(
        label=pgettext_lazy("supply plan", "Metering"), choices=list(billing_words.SIDES.items())
    )
    registers = forms.ChoiceField(
        label=_("Registers"),
        choices=[
            ("total", pgettext_lazy("registers", "total")),
            ("tou", pgettext_lazy("registers", "total, peak, flat, valley")),
            ("tou_sharp", pgettext_lazy("registers", "total, sharp, peak, flat, valley")),
            ("two_part", pgettext_lazy("registers", "as before, reactive and demand")),
            ("two_part_sharp", pgettext_lazy("registers", "with sharp, reactive and demand")),
        ],
    )
    ct = RatioField(
        label=_("Current transformer"),
        required=False,
        help_text=_("As on the plate, 1/1 for a direct meter."),
        widget=forms.TextInput(attrs=_NUMBER),
    )
    pt = RatioField(label=_("Voltage transformer"), required=False, widget=forms.TextInput(attrs=_NUMBER))


class TransformerForm(forms.Form):
    """A transformer of the applicant; a row without a name is none."""

    name = _text(_("Name"), 80)
    source = forms.IntegerField(
        label=pgettext_lazy("supply plan", "Source"), min_value=1, required=False, widget=forms.TextInput(attrs=_NUMBER)
    )
    kva = _number("kVA", required=False)
    model = _text(_("Model"), 40)
    interlock_group = _text(_("Interlock group"), 20)
    no_load_loss_kw = _number("P0 (kW)", required=False, places=4)
    load_loss_kw = _number("Pk (kW)", required=False, places=4)
    no_load_current_percent = _number("I0 (%)", required=False, places=4)
    impedance_percent = _number("Uk (%)", required=False, places=4)

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        # In a table the head of the column is no label of a box.
        for field in self.fields.values():
            field.widget.attrs |= {"aria-label": f"{field.label} {self.prefix}", "class": "form-control"}

    def clean(self) -> dict[str, Any]:
        """Ask for the capacity and the source of whatever has a name."""
        given: dict[str, Any] = super().clean() or {}
        for name in ("source", "kva") if given.get("name") else ():
            if not given.get(name):
                self.add_error(name, forms.ValidationError(_("Needed for a transformer.")))
        return given


class WholePlan:
    """All the forms of a plan, filled from the version before or from the application."""

    def __init__(self, data: Any, files: Any, *, actor: Actor, order: ServiceOrder, before: SupplyPlan | None) -> None:
        self.order = order
        self.usage_class = _find_usage_class(order)
        self._standing_kva = Decimal(0)
        self.count = 2 if order.kind == OrderKind.SUPPLY_HIGH_DUAL.value else 1
        if order.kind == OrderKind.INCREASE.value:
            self._standing_kva = increase.compute_standing_kva(order, actor=actor)
            self.count = max(len(leaving.list_standing(order, actor=actor)), 1)
        filled = _fill(actor, order, before, self.count)
        self.plan = PlanForm(data, files, actor=actor, usage_class=self.usage_class, initial=filled["plan"])
        self.sources = [
            SourceForm(data, prefix=f"s{place}", initial=filled["sources"][place - 1])
            for place in range(1, self.count + 1)
        ]
        self.transformers = [
            TransformerForm(data, prefix=f"t{place}", initial=initial)
            for place, initial in enumerate(filled["transformers"], start=1)
        ]
        self._voltages = _list_places(actor)
        for form in self.sources:
            field: Any = form.fields["place"]
            field.choices = [(code, label) for code, (label, _kv) in self._voltages.items()]

    def is_valid(self) -> bool:
        """Return whether everything can be read; every fault is shown at once."""
        found = [form.is_valid() for form in (self.plan, *self.sources, *self.transformers)]
        return all(found)

    def read(self) -> PlanDraft:
        """Return the plan that was written down."""
        given = self.plan.cleaned_data
        factor = given["power_factor_standard"]
        return PlanDraft(
            voltage=given["voltage"], voltage_kv=read_voltage_kv(given["voltage"]),
            capacity_kva=given["capacity_kva"], sources=tuple(self._read_source(form) for form in self.sources),
            transformers=tuple(_read_transformer(one.cleaned_data) for one in self.transformers
                               if one.cleaned_data["name"]),
            ownership_point=given["ownership_point"], price_plan=given["price_plan"], structure=given["structure"],
            price_voltage=given["price_voltage"], time_of_use=given["time_of_use"], basic_mode=given["basic_mode"],
            contract_kw=given["contract_kw"], power_factor_standard=Decimal(factor) if factor else None,
            has_dedicated_line=given["has_dedicated_line"], interlock=given["interlock"],
            fee_fen=yuan_to_fen(given["fee"]), fee_reason=given["fee_reason"], note=given["note"],
            is_industry=self.usage_class == UsageClass.LARGE_INDUSTRIAL.value,
            is_business=self.usage_class in _BUSINESS,
        )  # fmt: skip

    def _read_source(self, form: SourceForm) -> DraftedSource:
        given = form.cleaned_data
        kind, code = given["place"].split(":", 1)
        voltage_kv = self._voltages[given["place"]][1]
        is_high = given["metering_side"] == MeteringSide.HIGH_HIGH.value
        supplied_kv = read_voltage_kv(self.plan.cleaned_data["voltage"])
        ct, pt = given["ct"] or Ratio(), given["pt"] or Ratio()
        return DraftedSource(
            role=given["role"], feeder=code if kind == "f" else "", area=code if kind == "a" else "",
            voltage_kv=voltage_kv, capacity_kva=given["capacity_kva"], metering_side=given["metering_side"],
            metered_kv=voltage_kv if is_high else min(_LOW_KV, supplied_kv), registers=REGISTERS[given["registers"]],
            ct_primary=ct.primary, ct_secondary=ct.secondary, pt_primary=pt.primary, pt_secondary=pt.secondary,
        )  # fmt: skip


def _find_usage_class(order: ServiceOrder) -> str:
    """Return the class that the price is chosen for: of a batch that of its flats, whatever its applicant is."""
    is_batch = order.kind == OrderKind.BATCH.value
    return UsageClass.RESIDENTIAL.value if is_batch else str(order.account.usage_class)


def _read_transformer(given: Mapping[str, Any]) -> DraftedTransformer:
    return DraftedTransformer(
        name=given["name"], source=given["source"], capacity_kva=given["kva"], model=given["model"],
        interlock_group=given["interlock_group"], no_load_loss_kw=given["no_load_loss_kw"],
        load_loss_kw=given["load_loss_kw"], no_load_current_percent=given["no_load_current_percent"],
        impedance_percent=given["impedance_percent"],
    )  # fmt: skip


def _list_places(actor: Actor) -> dict[str, tuple[str, Decimal]]:
    """Return feeders and areas by what a choice holds, with a label and the voltage in kV."""
    feeders = Feeder.objects.for_actor(actor).select_related("substation").order_by("code")
    areas = TransformerArea.objects.for_actor(actor).order_by("code")[:_MOST_AREAS]
    found = {f"f:{one.code}": (f"{one.code} {one.name} {one.voltage}", read_voltage_kv(one.voltage)) for one in feeders}
    return found | {f"a:{one.code}": (f"{one.code} {one.name}", _LOW_KV) for one in areas}


_MOST_AREAS = 2_000


def _fill(actor: Actor, order: ServiceOrder, before: SupplyPlan | None, count: int) -> dict[str, Any]:
    empty: list[dict[str, Any]] = [{} for _row in range(MOST_TRANSFORMERS)]
    if before is None and order.kind == OrderKind.INCREASE.value:
        return {**_fill_from_standing(actor, order), "transformers": empty}
    if before is None:
        kva = Decimal(str(order.asked.get("capacity_kva", "0"))) or None
        is_high = order.kind in (OrderKind.SUPPLY_HIGH_SINGLE.value, OrderKind.SUPPLY_HIGH_DUAL.value)
        roles = (SourceRole.MAIN.value, SourceRole.STANDBY.value)
        source = {
            "metering_side": (MeteringSide.HIGH_HIGH if is_high else MeteringSide.LOW_LOW).value,
            "registers": "two_part" if is_high else "total", "ct": "1/1", "pt": "1/1",
            "capacity_kva": _plain(kva / count) if kva else None,
        }  # fmt: skip
        plan = {
            "voltage": order.asked.get("voltage", "380V"), "capacity_kva": _plain(kva),
            "structure": "TWO_PART" if is_high else "SINGLE",
            "basic_mode": (BasicMode.CAPACITY if is_high else BasicMode.NONE).value,
        }  # fmt: skip
        return {"plan": plan, "sources": [{**source, "role": role} for role in roles], "transformers": empty}
    rows = list_planned_transformers(actor=actor, plan=before)
    names = [name for name in TransformerForm.base_fields if name not in ("source", "kva")]
    transformers = [
        {**{name: getattr(one, name) for name in names}, "source": one.source.sequence, "kva": _plain(one.capacity_kva)}
        for one in rows
    ]
    fields = [name for name in PlanForm.base_fields if name not in ("fee", "drawing", "price_plan")]
    return {
        "plan": {
            **{name: getattr(before, name) for name in fields}, "fee": fen_to_yuan(before.fee_fen),
            "price_plan": before.price_plan.code, "capacity_kva": _plain(before.capacity_kva),
            "power_factor_standard": f"{before.power_factor_standard or ''}",
        },
        "sources": [_refill(one) for one in list_sources(actor=actor, plan=before)],
        "transformers": [*transformers, *empty[len(transformers) :]],
    }  # fmt: skip


def _fill_from_standing(actor: Actor, order: ServiceOrder) -> dict[str, Any]:
    """Return how the account is supplied and billed now, with the capacity that is asked for."""
    standing = leaving.list_standing(order, actor=actor)
    kva = Decimal(str(order.asked["capacity_kva"]))
    points = [one.usage_point for one in standing]
    found = list_terms(actor=actor, usage_point_ids=[one.pk for one in points], on=timezone.localdate())
    by_point = {one.usage_point_id: one for one in found}
    roles = [SourceRole.MAIN.value] + [SourceRole.STANDBY.value] * len(standing)
    sources = [
        {
            "role": role, "place": _name_place(one.usage_point), "capacity_kva": _plain(kva / len(standing)),
            "metering_side": one.usage_point.metering_side,
            "registers": _KNOWN.get(tuple(one.meter.registers), "total"),
            "ct": str(Ratio(one.ct_primary, one.ct_secondary)), "pt": str(Ratio(one.pt_primary, one.pt_secondary)),
        }
        for role, one in zip(roles, standing, strict=False)
    ]  # fmt: skip
    terms = by_point.get(points[0].pk) if points else None
    plan: dict[str, Any] = {"capacity_kva": _plain(kva), "voltage": points[0].voltage if points else "10kV"}
    if terms is not None:
        plan |= {name: getattr(terms, name) for name in _OF_TERMS} | {
            "price_plan": terms.plan.code, "power_factor_standard": f"{terms.power_factor_standard or ''}",
        }  # fmt: skip
    return {"plan": plan, "sources": sources or [{}]}


_OF_TERMS = ("structure", "price_voltage", "time_of_use", "basic_mode", "contract_kw")


def _name_place(point: UsagePoint) -> str:
    return f"f:{point.feeder.code}" if point.feeder else f"a:{point.area.code}" if point.area else ""


def _refill(one: Any) -> dict[str, Any]:
    return {
        "role": one.role, "place": f"f:{one.feeder.code}" if one.feeder else f"a:{one.area.code}",
        "capacity_kva": _plain(one.capacity_kva), "metering_side": one.metering_side,
        "registers": _KNOWN.get(tuple(one.registers), "total"),
        "ct": str(Ratio(one.ct_primary, one.ct_secondary)), "pt": str(Ratio(one.pt_primary, one.pt_secondary)),
    }  # fmt: skip


def _plain(value: Decimal | None) -> str | None:
    return None if value is None else f"{value.normalize():f}"
