"""What codes of the archive are called and how they look."""

from datetime import date
from typing import Any

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from dianke.interfaces.web.components.page import Text
from dianke.interfaces.web.components.states import register_states

register_states(
    "account",
    {
        "PLANNED": ("run", pgettext_lazy("account", "Being connected")),
        "ACTIVE": ("ok", _("Supplied")),
        "SUSPENDED": ("warn", _("Suspended")),
        "CLOSED": ("idle", _("Closed")),
    },
)
register_states("usage_point", {"ACTIVE": ("ok", _("In use")), "REMOVED": ("idle", _("Removed"))})
register_states(
    "transformer",
    {
        "RUNNING": ("ok", _("Running")),
        "HOT_STANDBY": ("run", _("Hot standby")),
        "COLD_SEALED": ("idle", _("Sealed")),
        "SUSPENDED": ("warn", _("Suspended")),
        "REMOVED": ("idle", _("Removed")),
    },
)

KINDS: dict[str, Text] = {"PERSON": _("Person"), "COMPANY": _("Company"), "GOVERNMENT": _("Public office")}

# One character each in Chinese: 户 点 表 变 区 线.
NODES: dict[str, Text] = {
    "account": pgettext_lazy("node of supply", "account"),
    "point": pgettext_lazy("node of supply", "point"),
    "meter": pgettext_lazy("node of supply", "meter"),
    "transformer": pgettext_lazy("node of supply", "transformer"),
    "area": pgettext_lazy("node of supply", "area"),
    "line": pgettext_lazy("node of supply", "line"),
}

register_states(
    "key_change",
    {
        "PENDING": ("run", _("Awaiting approval")),
        "APPROVED": ("ok", _("Approved")),
        "REJECTED": ("bad", _("Rejected")),
        "WITHDRAWN": ("idle", _("Withdrawn")),
    },
)
register_states(
    "equipment",
    {
        "GOOD": ("ok", pgettext_lazy("equipment", "Good")),
        "FAULTY": ("bad", pgettext_lazy("equipment", "Faulty")),
        "STOPPED": ("idle", pgettext_lazy("equipment", "Out of use")),
    },
)

IMPORTANCES: dict[str, Text] = {
    "NONE": _("not important by level"),
    "SPECIAL": _("Important, special level"),
    "FIRST": _("Important, level 1"),
    "SECOND": _("Important, level 2"),
    "TEMPORARY": _("Important, temporary"),
}

IDENTITY_KINDS: dict[str, Text] = {
    "": _("Identity number"),
    "ID_CARD": _("Identity card"),
    "USCC": _("Unified social credit code"),
    "PASSPORT": _("Passport"),
    "OTHER": _("Other paper"),
}

MARKS: dict[str, Text] = {
    "LOW_INCOME": _("Low-income household"),
    "FIVE_GUARANTEE": _("Household in special hardship"),
    "MANY_PERSONS": _("Many-person household"),
    "MEDICAL": _("Medical need"),
}

ROLES: dict[str, Text] = {
    "OWNER": pgettext_lazy("role of a contact", "Owner"),
    "LEGAL": pgettext_lazy("role of a contact", "Legal representative"),
    "AGENT": pgettext_lazy("role of a contact", "Agent"),
    "BILLING": pgettext_lazy("role of a contact", "Billing"),
    "ELECTRICAL": pgettext_lazy("role of a contact", "Electrical"),
    "TENANT": pgettext_lazy("role of a contact", "Tenant"),
    "EMERGENCY": pgettext_lazy("role of a contact", "Emergency"),
}

PURPOSES: dict[str, Text] = {
    "BILL_NOTICE": _("Notices of bills"),
    "OUTAGE_NOTICE": _("Notices of outages"),
    "MARKETING": _("Offers and surveys"),
    "USAGE_ANALYSIS": _("Analysis of usage"),
    "THIRD_PARTY": _("Handing data to others"),
}

CHANNELS: dict[str, Text] = {
    "COUNTER": pgettext_lazy("way of a consent", "at the counter"),
    "PHONE": pgettext_lazy("way of a consent", "by phone"),
    "ONLINE": pgettext_lazy("way of a consent", "online"),
    "PAPER": pgettext_lazy("way of a consent", "on paper"),
}

EQUIPMENT_KINDS: dict[str, Text] = {
    "GENERATOR": _("Own generator"),
    "UPS": _("Uninterruptible supply (UPS)"),
    "SECOND_SOURCE": _("Second source"),
    "SWITCHGEAR": _("Switchgear"),
    "MOTOR": _("Motor"),
    "FURNACE": _("Furnace"),
    "STORAGE": _("Storage"),
    "PANELS": _("Solar panels"),
    "CHARGER": _("Charging pile"),
    "LIFE_SUPPORT": _("Life support"),
    "OTHER": _("Other equipment"),
}

VALUE_CLASSES: dict[str, Text] = {
    "VIP": pgettext_lazy("value class", "VIP"),
    "MAIN": pgettext_lazy("value class", "Main customer"),
    "ORDINARY": pgettext_lazy("value class", "Ordinary customer"),
    "SMALL": pgettext_lazy("value class", "Small customer"),
}
CREDIT_GRADES = ("AAA", "AA", "A", "B", "C", "D")

PREFERRED_CHANNELS: dict[str, Text] = {
    "PHONE": pgettext_lazy("way to a contact", "phone"),
    "MESSAGE": pgettext_lazy("way to a contact", "message"),
    "MAIL": pgettext_lazy("way to a contact", "mail"),
    "LETTER": pgettext_lazy("way to a contact", "letter"),
    "VISIT": pgettext_lazy("way to a contact", "visit"),
}
LANGUAGES: dict[str, Text] = {
    "DIALECT": pgettext_lazy("language of a contact", "dialect"),
    "MINORITY": pgettext_lazy("language of a contact", "minority language"),
    "ENGLISH": pgettext_lazy("language of a contact", "English"),
    "SIGN": pgettext_lazy("language of a contact", "sign language"),
}
INTERLOCKS: dict[str, Text] = {
    "MECHANICAL": pgettext_lazy("interlock", "mechanical"),
    "ELECTRICAL": pgettext_lazy("interlock", "electrical"),
    "BOTH": pgettext_lazy("interlock", "mechanical and electrical"),
    "NONE": pgettext_lazy("interlock", "none"),
}

KEY_FIELDS: dict[str, Text] = {
    "NAME": _("Name"),
    "KIND": _("Kind of customer"),
    "IDENTITY": _("Identity number"),
    "IMPORTANCE": _("Importance"),
    "USAGE_CLASS": _("Class of use"),
    "HOUSEHOLD_SIZE": _("Persons of the household"),
    "BANK_ACCOUNT": _("Bank account"),
}

DOCUMENT_KINDS: dict[str, Text] = {
    "ID_COPY": _("Copy of an identity paper"),
    "LICENCE": _("Business licence"),
    "PROPERTY": _("Proof of property"),
    "CONTRACT": _("Contract"),
    "ENTITLEMENT": _("Proof of entitlement"),
    "AUTHORISATION": _("Authorisation"),
    "BANK_MANDATE": _("Bank mandate"),
    "OTHER": _("Other document"),
}


def is_in_force(period: Any, day: date) -> bool:
    """Tell whether a half-open period of days, perhaps without an end, holds a day."""
    return bool(period.lower <= day and (period.upper is None or day < period.upper))
