"""What codes of corrections are called and how they look."""

from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

import dianke.interfaces.web.customers.words  # noqa: F401 - enters the states of transformers
from dianke.domain.billing.rules.correction_columns import NEW
from dianke.domain.billing.rules.correction_facts import Fact
from dianke.interfaces.web.billing import words as billing_words
from dianke.interfaces.web.components.page import Text
from dianke.interfaces.web.components.states import register_states, state_chip

register_states(
    "correction",
    {
        "DRAFT": ("idle", pgettext_lazy("correction", "Draft")),
        "PENDING": ("warn", _("Waits for approval")),
        "APPROVED": ("run", _("Approved, to be issued")),
        "ISSUED": ("ok", _("Issued")),
        "REJECTED": ("bad", pgettext_lazy("correction", "Refused")),
        "WITHDRAWN": ("idle", _("Taken back")),
    },
)

CAUSES: dict[str, Text] = {
    "WRONG_READING": _("Wrong reading"),
    "WRONG_MULTIPLIER": _("Wrong multiplier"),
    "WRONG_CLASS_OR_PRICE": _("Wrong class or price"),
    "WRONG_SHARE": _("Wrong fixed or ratio share"),
    "WRONG_CAPACITY": _("Wrong capacity or days in use"),
    "METER_FAULT": _("Meter fault"),
    "FORGOTTEN_EXCHANGE": _("Exchange of the meter left out"),
    "FORGOTTEN_SUB_METER": _("Sub-meter not taken off"),
    "BILLED_TWICE": _("Billed twice"),
    "WRONG_ACCOUNT": _("Billed to the wrong account"),
    "POINT_CLOSED": _("Usage point was closed already"),
    "OTHER": _("Other cause"),
    "METER_ERROR": _("Meter out of tolerance"),
    "WRONG_WIRING": _("Wrong wiring"),
    "FUSE": _("Blown fuse of the voltage circuit"),
    "THEFT": _("Theft of electricity"),
    "BREACH": _("Breach of the rules of use"),
}
KINDS: dict[str, Text] = {
    "FULL_REBILL": _("Reversal and rebill"),
    "REVERSAL": _("Reversal alone"),
    "BACK_BILLING": _("Back-billing"),
}
LEVELS: dict[str, Text] = {"SECTION": _("section"), "UTILITY": _("utility")}
PARTS: dict[str, Text] = {
    "segment": _("Meter"),
    "terms": _("Price and terms"),
    "share": _("Share"),
    "capacity": _("Transformer"),
    "sub": _("Sub-meter"),
}
FACTS: dict[str, Text] = {
    "demand": _("Demand register"),
    "multiplier": _("Multiplier"),
    "ct_ratio": _("CT ratio"),
    "pt_ratio": _("PT ratio"),
    "rolled_over": _("Register passed zero"),
    "plan_code": _("Price plan"),
    "structure": _("Structure"),
    "price_voltage": _("Voltage of the price"),
    "time_of_use": _("By time of use"),
    "basic_mode": _("Basic charge mode"),
    "contract_kw": _("Contract demand (kW)"),
    "power_factor_standard": _("Power-factor standard"),
    "line_loss_ratio": _("Line loss ratio"),
    "usage_class": _("Class of use"),
    "household_size": _("Persons in the household"),
    "prices": _("Prices of the plan"),
    "price": _("Price (yuan/kWh)"),
    "fixed_kwh": _("Fixed energy (kWh)"),
    "ratio": _("Ratio"),
    "kva": _("Capacity (kVA)"),
    "state": _("State"),
    "from_date": pgettext_lazy("correction", "From"),
    "to_date": pgettext_lazy("correction", "Until"),
    "meter_number": _("Meter number"),
    "start_date": _("Day of the exchange"),
    "ticket": _("Ticket of the exchange"),
    "integer_digits": _("Digits of the registers"),
    "name": _("Name"),
    "code": _("Code of the transformer"),
    "p0": _("No-load loss (kW)"),
    "pk": _("Load loss (kW)"),
    "i0": _("No-load current (%)"),
    "uk": _("Impedance voltage (%)"),
    "in_power_factor": _("Counts for the power factor"),
    "in_power_factor_base": _("Adjusted by the power factor"),
    "with_funds": _("With funds"),
    "point": _("Usage point of the sub-meter"),
    "out": _("Whole row"),
}
NEW_ROWS: dict[str, Text] = {
    "segment": _("Add a meter after an exchange"),
    "share": _("Add a share"),
    "capacity": _("Add a transformer, or a state of one"),
    "sub": _("Take a sub-meter off"),
}
NEW_ROW_HINTS: dict[str, Text] = {
    "segment": _(
        "Correct the closing reading of the old meter above; here stands what the new one showed from that day on."
    ),
    "share": _("Fixed energy or a ratio, one of them."),
    "capacity": _(
        "The code of a transformer above adds a state of it: end the one before on the day that this begins."
        " Another code adds a transformer with its capacity."
    ),
    "sub": _("Its readings come from its own bill of the same days; fill them in where it has none."),
}
UNSEEN = {"point_id", "start_date", "end_date", "integer_digits"}
"""Facts of a sub-meter's new row that come from its own bill."""
ARCHIVE: dict[str, Text] = {
    "segment": _("record the exchange of the meter with its readings and ticket"),
    "share": _("give the point terms with the share"),
    "capacity": _("enter the transformer and the days of its states"),
    "sub": _("place the sub-meter's point below this one, or take it away"),
}
"""What of the archive a correction of rows leaves to be mended."""
SIDES: dict[str, Text] = {"start": _("%(register)s, start"), "end": _("%(register)s, end")}
PRICES: dict[str, Text] = {"AS_BILLED": _("as billed"), "AS_IN_FORCE": _("as in force on the first day of the period")}
FLAGS: dict[str, Text] = {"0": _("no"), "1": _("yes")}
TRANSFORMER_STATES = ("RUNNING", "HOT_STANDBY", "COLD_SEALED", "SUSPENDED", "REMOVED")
CHOICES: dict[str, dict[str, Text]] = {
    "structure": billing_words.STRUCTURES,
    "basic_mode": billing_words.BASIC_MODES,
    "usage_class": billing_words.USAGE_CLASSES,
    "state": {code: state_chip("transformer", code).label for code in TRANSFORMER_STATES},
    "prices": PRICES,
}


def name_fact(fact: Fact) -> str:
    """Return what a fact is called."""
    register, _sep, side = fact.code.rpartition("_")
    if side in SIDES and register in billing_words.FIELDS:
        return str(SIDES[side]) % {"register": billing_words.FIELDS[register]}
    return str(FACTS.get(fact.code, fact.code))


def name_new_fact(part: str, code: str) -> str:
    """Return what a fact of a new row is called."""
    return name_fact(Fact(f"{part}.+1.{code}", NEW[part][code], ""))


def name_value(fact: Fact, value: str) -> str:
    """Return the value of a fact as people write it."""
    if not value:
        return _now("none")
    if fact.column.kind == "flag":
        return str(FLAGS[value])
    return str(CHOICES.get(fact.code, {}).get(value, value))


def name_group(fact: Fact) -> str:
    """Return the heading that a fact stands under: what it is about."""
    part = str(PARTS.get(fact.part, fact.part))
    return f"{part} {fact.about}".strip()
