"""Rules, groups and facts of findings as words."""

from collections.abc import Mapping

from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from dianke.interfaces.web.billing import words as billing_words
from dianke.interfaces.web.components.page import Text
from dianke.interfaces.web.components.states import register_states
from dianke.interfaces.web.customers import words as customer_words

RULES: dict[str, Text] = {
    "customer_without_phone": _("No phone number to call"),
    "customer_without_identity": _("No identity number"),
    "company_without_industry": _("No code of the trade"),
    "important_without_backup": _("Important customer without emergency supply"),
    "account_without_point": _("Account without a usage point"),
    "point_without_meter": _("Usage point without a meter"),
    "point_without_terms": _("Usage point without terms of billing"),
    "point_without_route": _("Usage point on no reading route"),
    "low_voltage_point_without_area": _("Low-voltage point without a transformer area"),
    "area_without_transformer": _("Transformer area without a transformer"),
    "place_without_coordinates": _("Place without coordinates"),
    "mark_without_proof": _("Mark without a proof"),
    "area_on_another_feeder": _("Point and its area on different feeders"),
    "closed_account_with_meter": _("Closed account with a standing meter"),
    "registers_against_terms": _("Time-of-use terms, but no registers for them"),
    "class_against_industry": _("Class of use does not go with the trade"),
    "household_on_business": _("Household persons on an account that is no home"),
    "two_part_without_transformer": _("Two-part price without a transformer"),
    "ratio_against_capacity": _("Current transformers do not fit the capacity"),
    "metering_side_against_voltage": _("Metering side does not go with the voltage"),
    "mark_expired": _("Mark has run out"),
    "reading_overdue": _("No reading for three months"),
    "contact_unconfirmed": _("Phone number unconfirmed for three years"),
    "equipment_check_overdue": _("Check of equipment overdue"),
    "own_supply_unproved": _("Own supply of an important customer unproved"),
    "same_identity": _("One identity number, several customers"),
    "same_name_and_place": _("One name at one address, several customers"),
    "same_meter_number": _("Meter numbers that are nearly the same"),
    "phone_of_many": _("One phone number for many customers"),
}

GROUPS: dict[str, Text] = {
    "MISSING": _("Missing"),
    "CONTRADICTING": _("Contradicting"),
    "STALE": _("Out of date"),
    "DUPLICATE": _("Double"),
}

SUBJECTS: dict[str, Text] = {
    "customers.customer": _("Customer"),
    "customers.customeraccount": _("Account"),
    "customers.servicelocation": _("Place"),
    "metering.usagepoint": _("Usage point"),
    "metering.meterasset": _("Meter"),
    "network.transformerarea": _("Transformer area"),
}

DETAILS: dict[str, Text] = {
    "point_feeder": _("Feeder of the point"),
    "area_feeder": _("Feeder of the area"),
    "area": _("Transformer area"),
    "meter": _("Meter"),
    "usage_class": _("Class"),
    "industry_code": _("Code of the trade"),
    "persons": _("Persons of the household"),
    "measures_kva": _("Current transformers measure (kVA)"),
    "capacity_kva": _("Transformers (kVA)"),
    "voltage": _("Voltage"),
    "metering_side": _("Metering side"),
    "mark": _("Mark"),
    "ended": _("Ended on"),
    "due": _("Due on"),
    "tested": _("Run on load"),
    "alike": _("What they share"),
    "name": _("Name"),
}

_SIDES: dict[str, Text] = {
    "HIGH_HIGH": _("high supply, high metering"),
    "HIGH_LOW": _("high supply, low metering"),
    "LOW_LOW": _("low supply, low metering"),
}
_CODES: Mapping[str, Mapping[str, Text]] = {
    "usage_class": billing_words.USAGE_CLASSES,
    "metering_side": _SIDES,
    "mark": customer_words.MARKS,
}

register_states(
    "finding",
    {
        "OPEN": ("warn", pgettext_lazy("finding", "Open")),
        "TAKEN": ("run", _("Taken")),
        "EXEMPTION_ASKED": ("run", _("Exemption asked for")),
        "EXEMPT": ("idle", _("No fault")),
        "DONE": ("ok", _("Settled")),
    },
)
register_states(
    "finding_severity",
    {"HIGH": ("bad", _("Severe")), "MEDIUM": ("warn", _("Middling")), "LOW": ("idle", _("Slight"))},
)


def list_details(detail: Mapping[str, object]) -> list[tuple[Text, str]]:
    """Return the facts of a finding with their names."""
    return [(DETAILS.get(key, key), _write(key, value)) for key, value in detail.items() if value is not None]


def describe_detail(detail: Mapping[str, object]) -> str:
    """Return the facts of a finding on one line."""
    return _now("; ").join(f"{name} {value}" for name, value in list_details(detail))


def _write(key: str, value: object) -> str:
    word = _CODES.get(key, {}).get(str(value))
    return str(word) if word is not None else str(value)
