"""What codes of billing are called and how they look."""

from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from dianke.interfaces.web.components.page import Text
from dianke.interfaces.web.components.states import register_states

register_states(
    "bill_run",
    {
        "CALCULATING": ("run", _("calculating")),
        "CALCULATED": ("warn", _("to be issued")),
        "ISSUING": ("run", _("being issued")),
        "ISSUED": ("ok", _("issued")),
        "CANCELLED": ("idle", _("cancelled")),
    },
)
register_states(
    "shard",
    {
        "PENDING": ("run", _("waiting")),
        "CALCULATED": ("ok", _("calculated")),
        "ISSUED": ("ok", _("issued")),
    },
)
register_states("fault", {"OPEN": ("bad", _("open")), "DEFERRED": ("idle", _("put off"))})

SECTIONS: dict[str, Text] = {
    "basic": _("Basic charge"),
    "energy": _("Energy charge"),
    "share": _("Fixed and ratio shares"),
    "power_factor": _("Power-factor adjustment"),
    "fund": _("Funds and surcharges"),
    "fixed": _("Fixed charges"),
    "tax": _("Tax"),
}

PERIODS: dict[str, Text] = {
    "single": _("all hours"),
    "sharp": _("sharp"),
    "peak": _("peak"),
    "flat": _("flat"),
    "valley": _("valley"),
    "deep": _("deep valley"),
}

BASIC: dict[str, Text] = {
    "capacity": _("Capacity charge"),
    "demand": _("Demand charge"),
    "excess": _("Demand above the band"),
    "discount": _("Load-factor discount"),
}

BASIC_MODES: dict[str, Text] = {
    "NONE": _("none"),
    "CAPACITY": _("by capacity"),
    "CONTRACT_DEMAND": _("by contract demand"),
    "ACTUAL_DEMAND": _("by actual demand"),
}

USAGE_CLASSES: dict[str, Text] = {
    "RESIDENTIAL": _("Residential"),
    "RESIDENTIAL_SHARED": _("Residential, shared meter"),
    "AGRICULTURAL": _("Agricultural"),
    "COMMERCIAL_INDUSTRIAL": _("Commercial and industrial"),
    "LARGE_INDUSTRIAL": _("Large industrial"),
}

STRUCTURES: dict[str, Text] = {"SINGLE": _("single-part"), "TWO_PART": _("two-part")}

SIDES: dict[str, Text] = {
    "HIGH_HIGH": _("high supply, high metering"),
    "HIGH_LOW": _("high supply, low metering"),
    "LOW_LOW": _("low supply, low metering"),
}

QUALITIES: dict[str, Text] = {"ACTUAL": _("read"), "ESTIMATED": _("estimated"), "DERIVED": _("derived")}

COMPONENTS: dict[str, Text] = {
    "PURCHASE": _("purchase"),
    "LINE_LOSS": _("upstream loss"),
    "TRANSMISSION_DISTRIBUTION": _("transmission and distribution"),
    "SYSTEM_OPERATION": _("system operation"),
    "FUND": _("funds"),
    "ENERGY": _("energy"),
    "PURCHASE+LINE_LOSS": _("purchase and upstream loss"),
}

STEPS: dict[str, Text] = {
    "advance": _("Advance"),
    "multiplier": _("Multiplier"),
    "quantity": _("Quantity"),
    "price": _("Price"),
    "amount": _("Amount"),
    "transformer": _("Transformer"),
    "ratio": _("Power factor"),
    "percent": _("Percent"),
    "base": _("Amount adjusted"),
}

NOTES: dict[str, Text] = {
    "sealed": _("sealed, not charged"),
    "whole_month": _("whole month"),
    "days": _("days of a 30-day month"),
    "derived_flat": _("total less the other periods"),
    "with_losses_and_shares": _("with losses, sub-meters and shares"),
    "printed": _("printed on the sheet"),
    "printed_period_price": _("the printed price is authoritative"),
}

CONDITIONS: dict[str, Text] = {
    "shards_calculated": _("All shards calculated"),
    "faults_decided": _("Faults mended or put off"),
    "lines_add_up": _("Lines add up to their bills"),
    "bills_exist": _("There is something to issue"),
    "second_person": _("Issued by a second person"),
}

FAULTS: dict[str, Text] = {
    "start_reading_missing": _("Reading at the start is missing"),
    "end_reading_missing": _("Reading at the end is missing"),
    "sub_meter_reading_missing": _("A sub-meter's reading is missing"),
    "terms_missing": _("No price plan and terms"),
    "terms_changed_in_period": _("Terms changed within the period"),
    "price_changes_in_period": _("The price changes within the period"),
    "transformer_missing": _("No transformer for the capacity charge"),
    "transformer_data_missing": _("Nameplate losses of the transformer are missing"),
    "transformers_share_a_meter": _("Several transformers behind one meter"),
    "register_backwards": _("A register went backwards"),
    "rollover_too_large": _("A rollover that cannot be"),
    "power_factor_undefined": _("Reactive without active energy"),
    "demand_missing": _("Demand register not read"),
}


def name_line(code: str, name: str) -> str:
    """Return what a bill calls a line: a word of the trade for our codes, the given name for the others."""
    kind, _dot, rest = code.partition(".")
    first, _dot, component = rest.partition(".")
    if kind == "energy" and first in PERIODS:
        return f"{PERIODS[first]} {component}".strip()
    if kind == "energy" and first.startswith("tier"):
        return _now("Tier %(number)s, surcharge") % {"number": first.removeprefix("tier")}
    if kind == "basic":
        return str(BASIC.get(rest, name))
    if code == "power_factor":
        return str(SECTIONS["power_factor"])
    return name or code


def name_fault(code: str) -> str:
    """Return the cause of a fault in words; a cause of a tariff keeps its code beside the detail."""
    return str(FAULTS.get(code, code))
