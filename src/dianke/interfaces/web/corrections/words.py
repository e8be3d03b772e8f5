"""What codes of corrections are called and how they look."""

from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

import dianke.interfaces.web.customers.words  # noqa: F401 - enters the states of transformers
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
}
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
