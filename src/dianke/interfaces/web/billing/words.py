"""What codes of billing are called and how they look."""

from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from dianke.domain.billing.models import BillRun
from dianke.interfaces.web.components.page import Text
from dianke.interfaces.web.components.states import register_states
from dianke.interfaces.web.readings.words import name_month

register_states(
    "bill_run",
    {
        "CALCULATING": ("run", _("Calculating")),
        "PAUSED": ("warn", _("Paused")),
        "CALCULATED": ("warn", _("To be issued")),
        "ISSUING": ("run", _("Being issued")),
        "ISSUED": ("ok", _("Issued")),
        "CANCELLED": ("idle", _("Cancelled")),
    },
)
register_states(
    "shard",
    {
        "PENDING": ("run", _("Waiting")),
        "CALCULATED": ("ok", _("Calculated")),
        "ISSUED": ("ok", _("Issued")),
    },
)
register_states(
    "review_proposal",
    {
        "PROPOSED": ("warn", _("To be approved")),
        "APPROVED": ("ok", _("Approved")),
        "REJECTED": ("bad", _("Rejected")),
        "WITHDRAWN": ("idle", _("Withdrawn")),
    },
)
register_states("fault", {"OPEN": ("bad", _("Undecided")), "DEFERRED": ("idle", _("Put off"))})

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

BASIC_MODES: dict[str, Text] = {
    "NONE": _("none"),
    "CAPACITY": _("by capacity"),
    "CONTRACT_DEMAND": _("by contract demand"),
    "ACTUAL_DEMAND": _("by actual demand"),
}

LOSS_METHODS: dict[str, Text] = {
    "NONE": _("none"),
    "FORMULA": _("by formula"),
    "RATIO": _("by ratio"),
    "FIXED": _("fixed"),
}

PERIODS: dict[str, Text] = {
    "single": _("All hours"),
    "sharp": _("Sharp hours"),
    "peak": _("Peak hours"),
    "flat": _("Flat hours"),
    "valley": _("Valley hours"),
    "deep": _("Deep valley hours"),
}

COMPONENTS: dict[str, Text] = {
    "PURCHASE": _("purchase"),
    "LINE_LOSS": _("upstream loss"),
    "PURCHASE+LINE_LOSS": _("purchase and upstream loss"),
    "TRANSMISSION_DISTRIBUTION": _("transmission and distribution"),
    "SYSTEM_OPERATION": _("system operation"),
    "FUND": _("funds"),
    "ENERGY": _("energy"),
}

# Codes of parts and funds as the sheets' data name them.
PARTS: dict[str, Text] = {
    "AGENCY_PURCHASE": _("Agency purchase"),
    "LINE_LOSS": _("Upstream loss"),
    "TRANSMISSION_DISTRIBUTION": _("Transmission and distribution"),
    "SYSTEM_OPERATION": _("System operation"),
    "ANCILLARY": _("Ancillary services"),
    "COAL_CAPACITY": _("Coal capacity"),
    "PUMPED_STORAGE_CAPACITY": _("Pumped storage capacity"),
    "CROSS_SUBSIDY_GAIN_LOSS": _("Cross-subsidy gain or loss"),
    "LINE_LOSS_PURCHASE_GAIN_LOSS": _("Loss purchase gain or loss"),
    "NEW_ENERGY_DIFFERENCE_SETTLEMENT": _("Renewables difference settlement"),
    "PRIORITY_GENERATION_DIFFERENCE": _("Priority generation difference"),
    "AREA_ADDITION": _("Area addition"),
    "FUNDS": _("Funds and surcharges"),
    "RURAL_GRID_LOAN": _("Rural grid loan"),
    "LARGE_RESERVOIR_RESETTLEMENT": _("Large reservoir resettlement"),
    "RENEWABLE_SURCHARGE": _("Renewables surcharge"),
}

CONDITIONS: dict[str, Text] = {
    "shards_calculated": _("All shards calculated"),
    "faults_decided": _("Faults mended or put off"),
    "lines_add_up": _("Lines add up to their bills"),
    "bills_exist": _("There is something to issue"),
    "suspicions_decided": _("Every suspicion decided"),
    "corrections_made": _("Asked corrections made"),
    "second_person": _("Issued by a second person"),
    "exempted_by_another": _("Issued by another than who exempted"),
}

RUN_KINDS: dict[str, Text] = {
    "CYCLE": _("Whole cycle"),
    "FINAL": _("Final bill"),
    "OPENING": _("First bill after a hand-over"),
    "SUPPLEMENTARY": _("Supplementary"),
}

FAULTS: dict[str, Text] = {
    "final_billed": _("Has its final bill"),
    "held_back": _("Bill held back from issue"),
    "start_reading_missing": _("Reading at the start is missing"),
    "end_reading_missing": _("Reading at the end is missing"),
    "sub_meter_reading_missing": _("A sub-meter's reading is missing"),
    "meter_missing": _("No meter at the point"),
    "terms_missing": _("No price plan and terms"),
    "terms_changed_in_period": _("Terms changed within the period"),
    "price_changes_in_period": _("The price changes within the period"),
    "transformer_missing": _("No transformer for the capacity charge"),
    "transformer_data_missing": _("Nameplate losses of the transformer are missing"),
    "transformers_share_a_meter": _("Several transformers behind one meter"),
    "register_backwards": _("A register went backwards"),
    "rollover_too_large": _("A rollover that cannot be"),
    "flat_negative": _("Periods exceed the total"),
    "negative_main": _("Sub-meters exceed the main meter"),
    "quantity_negative": _("Energy below zero"),
    "quantity_missing": _("Energy is missing"),
    "capacity_missing": _("Capacity is missing"),
    "power_factor_undefined": _("Reactive without active energy"),
    "demand_missing": _("Demand register not read"),
    "price_missing": _("A period without a price"),
    "plan_incomplete": _("The plan does not fit the terms"),
    "tariffs.price_missing": _("The sheet does not state the price"),
    "tariffs.no_version_in_force": _("No sheet in force in the period"),
    "tariffs.no_price_row": _("No price row of the voltage"),
    "tariffs.demo_prices_only": _("The sheet is for demonstrations only"),
}


FIELDS: dict[str, Text] = {
    "total": _("total register"),
    "sharp": _("sharp register"),
    "peak": _("peak register"),
    "flat": _("flat register"),
    "valley": _("valley register"),
    "deep": _("deep valley register"),
    "reactive_import": _("imported reactive register"),
    "reactive_export": _("exported reactive register"),
    "demand": _("demand register"),
}


def name_detail(field: str, detail: str) -> str:
    """Return what a fault is about: the register in words, else its detail as the calculation told it."""
    return str(FIELDS.get(field, "")) or detail or field


def name_fault(code: str) -> str:
    """Return the cause of a fault in words; a cause that has none keeps its code."""
    return str(FAULTS.get(code, code))


def name_part(code: str, label: str = "") -> str:
    """Return what a fund or a part of the price is called: its own label before the word of its code."""
    return label if label and label != code else str(PARTS.get(code, code))


def format_voltage(voltage: str) -> str:
    """Return 10 kV of 10kV, 1–10(20) kV of 1-10(20)kV, and words for the open ends of a sheet."""
    text = voltage.strip()
    if text.startswith("<"):
        return _now("below %(voltage)s") % {"voltage": _space_unit(text[1:])}
    if text.startswith(">="):
        return _now("%(voltage)s and above") % {"voltage": _space_unit(text[2:])}
    return _space_unit(text)


def _space_unit(text: str) -> str:
    for unit in ("kV", "V"):
        if text.endswith(unit):
            return f"{text.removesuffix(unit).strip().replace('-', '–')} {unit}"
    return text


def name_run(run: BillRun) -> str:
    """Return the month, the stage and the cycle that a run bills, or its kind where it bills some points beside it."""
    month = run.cycle_month
    if run.has_own_period:
        return f"{name_month(month.month, 1, 1)} {RUN_KINDS[run.kind]}"
    if not run.is_of_cycle:
        return f"{name_month(month.month, month.stage, month.stages)} {month.cycle.name} {RUN_KINDS[run.kind]}"
    return f"{name_month(month.month, month.stage, month.stages)} {month.cycle.name}"
