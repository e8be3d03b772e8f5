"""What the lines and steps of a bill are called."""

from collections.abc import Callable, Mapping

from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from dianke.domain.billing.rules.explain import Line, Part, Step
from dianke.interfaces.web.billing import words
from dianke.interfaces.web.components.page import Text

# In printed order.
SECTIONS: dict[str, Text] = {
    "basic": _("Basic charge"),
    "energy": _("Energy charge"),
    "share": _("Fixed and ratio shares"),
    "fund": _("Funds and surcharges"),
    "power_factor": _("Power-factor adjustment"),
    "fixed": _("Fixed charges"),
    "tax": _("Tax"),
    "recovery": _("Back-billed charges"),
    "penalty": pgettext_lazy("back-billing", "Penalty"),
}

RECOVERIES: dict[str, Text] = {
    "recovery.energy": pgettext_lazy("line", "Back-billed energy"),
    "recovery.basic": _("Back-billed basic charge"),
    "penalty.multiple": _("Penalty, multiple of the charge"),
    "penalty.capacity": _("Penalty by capacity"),
    "penalty.flat": _("Penalty for each time"),
}

BASIC: dict[str, Text] = {
    "capacity": _("Capacity charge"),
    "demand": _("Demand charge"),
    "excess": _("Demand above the band"),
    "discount": _("Load-factor discount"),
}

UNITS: dict[str, Text] = {
    "yuan": _("yuan"),
    "CNY": _("yuan"),
    "yuan/kWh": _("yuan/kWh"),
    "yuan/kW": _("yuan/kW"),
    "month": _("month"),
    "day": pgettext_lazy("unit", "day"),
    "time": pgettext_lazy("unit", "time"),
    "h/day": _("h/day"),
    "yuan/kVA": _("yuan/kVA"),
    "yuan/(kVA·month)": _("yuan/(kVA·month)"),
    "yuan/(kW·month)": _("yuan/(kW·month)"),
}

STEPS: dict[str, Text] = {
    "advance": _("Advance"),
    "multiplier": _("Multiplier"),
    "quantity": _("Billed energy"),
    "price": _("Price"),
    "share_price": _("Price"),
    "amount": _("Amount"),
    "less_interim": _("Less interim bills"),
    "tier": _("Within the tier"),
    "fixed_share": _("Fixed energy"),
    "ratio_share": _("Energy by ratio"),
    "fund": _("Fund"),
    "transformer": _("Transformer"),
    "capacity": _("Capacity"),
    "demand": _("Demand"),
    "largest": _("Largest demand"),
    "contract": _("Contract demand"),
    "band": _("Band"),
    "excess": _("Above the band"),
    "excess_price": _("Price of the excess"),
    "part_month": _("Price for the days"),
    "load_factor": _("Load factor"),
    "basic_sum": _("Charge before"),
    "active": _("Active energy"),
    "reactive": _("Reactive energy"),
    "ratio": _("Power factor"),
    "percent": _("Adjustment"),
    "base": _("Amount adjusted"),
    "iron": _("Iron loss"),
    "copper": _("Copper loss"),
    "line": _("Line loss"),
    "iron_reactive": _("Reactive iron loss"),
    "copper_reactive": _("Reactive copper loss"),
    "line_reactive": _("Reactive line loss"),
    "recover_recorded_kwh": pgettext_lazy("back-billing", "Energy recorded"),
    "recover_true_kwh_unrounded": pgettext_lazy("back-billing", "True energy"),
    "recover_share_of_time": pgettext_lazy("back-billing", "Share of the time"),
    "recover_kwh_unrounded": pgettext_lazy("back-billing", "Energy to correct"),
    "recover_kwh": pgettext_lazy("back-billing", "Back-billed energy"),
    "recover_price": pgettext_lazy("back-billing", "Price"),
    "recover_price_difference": pgettext_lazy("back-billing", "Difference of prices"),
    "recover_recovered": pgettext_lazy("back-billing", "Back-billed charge"),
    "recover_recovered_unrounded": pgettext_lazy("back-billing", "Charge, not rounded"),
    "recover_capacity": pgettext_lazy("back-billing", "Capacity"),
    "recover_days": pgettext_lazy("back-billing", "Days"),
    "recover_hours_per_day": pgettext_lazy("back-billing", "Hours a day"),
    "recover_multiple": pgettext_lazy("back-billing", "Multiple"),
    "recover_penalty_base": pgettext_lazy("back-billing", "Base of the penalty"),
    "recover_penalty": pgettext_lazy("back-billing", "Penalty"),
    "recover_months": pgettext_lazy("back-billing", "Months"),
    "recover_basic_price": pgettext_lazy("back-billing", "Price of the capacity"),
    "recover_charge": pgettext_lazy("back-billing", "Charge for each kW (kVA)"),
}

PARTS: dict[str, Text] = {
    "transformer_loss": _("transformer loss"),
    "line_loss": _("line loss"),
    "losses": _("losses"),
    "sub_meters": _("sub-meters"),
    "fixed_share": _("fixed share"),
    "ratio_share": _("ratio share"),
    "shares": _("shares"),
    "billed": _("billed"),
    "reactive_import": _("imported"),
    "reactive_export": _("exported"),
    "basic": _("basic charge"),
    "energy": _("energy charge"),
    "share": _("shares"),
    "fund": _("funds"),
}

NOTES: dict[str, Text] = {
    "ACTUAL": _("read"),
    "ESTIMATED": _("estimated"),
    "DERIVED": _("derived"),
    "rounded": _("to a whole kWh"),
    "derived_flat": _("total less the other periods"),
    "printed": _("as printed on the sheet"),
    "floats": _("only purchase and upstream loss float"),
    "sealed": _("sealed, not charged"),
    "interlocked": _("interlocked, the larger counts"),
    "largest_of_group": _("largest of the interlocked"),
    "whole_month": _("whole month"),
    "days": _("by thirtieths of a month"),
    "within_band": _("demand within the band"),
    "above_band": _("demand above the band"),
}

# What a step says of itself where no code tells it.
_FIXED_NOTES: dict[str, Text] = {
    "amount": _("rounded once, to the fen"),
    "less_interim": _("the whole month less what interim bills charged"),
    "contract": _("the declared value, at least the floor"),
    "capacity": _("sum of the transformers"),
    "fixed_share": _("agreed energy of a month"),
    "largest": _("largest of the meters"),
}


def name_line(line: Line) -> str:
    """Return what a bill calls a line: a word of the trade for our codes, the given name for the others."""
    kind, _dot, rest = line.code.partition(".")
    first, _dot, component = rest.partition(".")
    bare = first.partition("@")[0]
    given = line.name or line.code
    namers: dict[str, Callable[[], str]] = {
        "energy": lambda: _name_energy(bare, component, given),
        "basic": lambda: str(BASIC.get(bare, given)),
        "power_factor": lambda: str(SECTIONS["power_factor"]),
        "recovery": lambda: str(RECOVERIES.get(line.code, given)),
        "penalty": lambda: str(RECOVERIES.get(line.code, given)),
        "fund": lambda: words.name_part(rest.partition("@")[0], line.name),
    }
    return namers.get(kind, lambda: given)()


def _name_energy(period: str, component: str, given: str) -> str:
    if period in words.PERIODS:
        return f"{words.PERIODS[period]} {component}".strip()
    if period.startswith("tier"):
        return _now("Tier %(number)s, surcharge") % {"number": period.removeprefix("tier")}
    return _now("Free quota") if period == "free_quota" else given


def name_part(part: Part) -> str:
    """Return what a part of a step is called, with a name of its own where it has one."""
    word = str(PARTS.get(part.code) or words.COMPONENTS.get(part.code, part.code))
    return f"{word} {part.name}" if part.name else word


def name_unit(unit: str) -> str:
    """Return a unit as pages write it."""
    return str(UNITS.get(unit, unit))


def note_step(step: Step) -> str:
    """Return what stands beside a step besides its rule."""
    writers: Mapping[str, str] = {
        "multiplier": _now("meter %(number)s"),
        "demand": _now("meter %(number)s"),
        "tier": "%(span)s",
        "load_factor": _now("from %(number)s on"),
        "ratio": _now("%(number)s to two decimals"),
        "percent": _now("standard %(first)s, actual %(second)s"),
    }
    notes = [str(NOTES.get(step.note, step.note) or _FIXED_NOTES.get(step.kind, ""))]
    if step.kind in writers and step.about:
        first, _slash, second = step.about.partition("/")
        facts = {"number": step.about, "first": first, "second": second, "span": name_span(first, second)}
        notes.append(writers[step.kind] % facts)
    if step.kind == "advance" and step.about:
        start, _slash, end = step.about.partition("/")
        notes.insert(0, _now("%(start)s to %(end)s") % {"start": start[5:], "end": end[5:]})
    if step.kind == "multiplier" and not step.expression:
        notes.insert(0, _now("direct"))
    return _now("; ").join(note for note in notes if note)


def name_span(lower: str, upper: str) -> str:
    """Return the energies of a tier: 0–200, 201–400, above 400 kWh."""
    if not upper:
        return _now("above %(limit)s kWh") % {"limit": lower}
    first = "0" if lower == "0" else f"{int(lower.replace(',', '').partition('.')[0]) + 1:,}"
    return f"{first}–{upper} kWh"


def name_hours(spans: list[str]) -> str:
    """Return 16–18, 20–24 h of 16:00-18:00 and 20:00-24:00; half hours keep their minutes."""
    if not spans:
        return ""
    shown = ["–".join(_clock(moment) for moment in span.split("-")) for span in spans]
    return _now("%(hours)s h") % {"hours": _now(", ").join(shown)}


def _clock(moment: str) -> str:
    hour, _colon, minute = moment.partition(":")
    return f"{int(hour)}" if minute == "00" else f"{int(hour)}:{minute}"
