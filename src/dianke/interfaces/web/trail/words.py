"""Words of the trail: things, fields, values, acts, alarms, breaks."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.apps import apps
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from dianke.application.trail.look_up import Change
from dianke.application.trail.masking import HIDDEN
from dianke.interfaces.web.components.page import Chip, Text
from dianke.interfaces.web.components.states import register_states
from dianke.interfaces.web.people import Names
from dianke.interfaces.web.trail.act_words import ACTS
from dianke.interfaces.web.trail.field_words import FIELDS, THINGS
from dianke.interfaces.web.trail.money_words import FIELDS_OF_TABLE
from dianke.interfaces.web.trail.value_words import write_value
from dianke.platform.audit.types import BreakKind

register_states(
    "change",
    {
        "insert": ("ok", pgettext_lazy("change", "Added")),
        "update": ("run", pgettext_lazy("change", "Changed")),
        "delete": ("bad", pgettext_lazy("change", "Removed")),
    },
)
register_states(
    "alarm",
    {
        "OPEN": ("warn", pgettext_lazy("alarm", "To be looked at")),
        "IN_ORDER": ("ok", pgettext_lazy("alarm", "In order")),
        "NOT_IN_ORDER": ("bad", pgettext_lazy("alarm", "Not in order")),
    },
)

ALARM_KINDS: dict[str, Text] = {
    "PRICE": pgettext_lazy("alarm", "Price"),
    "MULTIPLIER": pgettext_lazy("alarm", "Multiplier"),
    "CAPACITY": pgettext_lazy("alarm", "Capacity"),
    "IDENTITY": pgettext_lazy("alarm", "Identity"),
    "BANK": pgettext_lazy("alarm", "Bank data"),
}

# Kinds of things as chips of the search; each takes every table of its modules.
GROUPS: dict[str, tuple[Text, tuple[str, ...]]] = {
    "customers": (pgettext_lazy("trail", "Customers"), ("customers", "contracts", "documents", "audits")),
    "metering": (pgettext_lazy("trail", "Points and meters"), ("metering",)),
    "network": (pgettext_lazy("trail", "Network"), ("network",)),
    "tariffs": (pgettext_lazy("trail", "Tariffs"), ("tariffs",)),
    "billing": (pgettext_lazy("trail", "Billing and reading"), ("billing", "readings")),
    "money": (
        pgettext_lazy("trail", "Payments and invoices"),
        ("receivables", "channels", "collection", "fee_control", "invoicing"),
    ),
    "people": (pgettext_lazy("trail", "People and units"), ("identity", "org", "api_access")),
}

BREAKS: dict[str, Text] = {
    BreakKind.CHANGED.value: _("the row was changed after its day was closed"),
    BreakKind.REMOVED.value: _("the row was removed after its day was closed"),
    BreakKind.ADDED.value: _("the row was slipped in after its day was closed"),
    BreakKind.CHAIN_CHANGED.value: _("the chain itself was changed"),
    BreakKind.COLUMN_GONE.value: _("columns that the chain covers are gone"),
}

ORIGINS: dict[str, Text] = {
    "web": pgettext_lazy("origin", "web page"),
    "cli": pgettext_lazy("origin", "command line"),
    "api": pgettext_lazy("origin", "API"),
    "job": pgettext_lazy("origin", "background job"),
    "system": pgettext_lazy("origin", "system"),
}


@dataclass(frozen=True)
class FieldLine:
    """A field before and after in words."""

    label: Text
    before: Text
    after: Text
    is_personal: bool


def name_thing(model_label: str) -> Text:
    """Return what the rows of a table are called."""
    return THINGS.get(model_label) or str(apps.get_model(model_label)._meta.verbose_name)


def name_field(model_label: str, field: str) -> Text:
    """Return what a field is called."""
    words = FIELDS_OF_TABLE.get((model_label, field)) or FIELDS.get(field)
    return words or str(apps.get_model(model_label)._meta.get_field(field).verbose_name)


def name_act(use_case: str) -> Text:
    """Return what a use case is called; one without words shows its name."""
    return ACTS.get(use_case, use_case)


def name_origin(origin: str) -> Text:
    """Return from where somebody acted."""
    return ORIGINS.get(origin, origin)


def name_people(changes: Iterable[Change]) -> Names:
    """Return the names of everybody whom the fields of some changes tell of by login."""
    fields = (one for change in changes for one in change.fields if one.name.endswith("_by"))
    return Names(login for one in fields for login in (one.before, one.after))


def write_lines(change: Change, names: Names | None = None) -> list[FieldLine]:
    """Return the fields of a change in words; for many changes give the names of their people (`name_people`)."""
    people = names or name_people([change])
    return [
        FieldLine(
            label=name_field(change.model_label, one.name),
            before=_write(change.model_label, one.name, one.before, people),
            after=_write(change.model_label, one.name, one.after, people),
            is_personal=one.is_personal,
        )
        for one in change.fields
    ]


def _write(model_label: str, name: str, value: str, people: Names) -> Text:
    if not value or value == HIDDEN:
        return value
    if name.endswith("_by"):
        return people.of(value) if people.of(value) == value else f"{people.of(value)} {value}"
    return write_value(model_label, name, value)


def alarm_chip(kind: str) -> Chip:
    """Return the kind of an alarm as a chip."""
    return Chip("fact", ALARM_KINDS[kind])
