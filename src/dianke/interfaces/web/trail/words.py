"""Words of the trail: things, fields, values, acts, alarms, breaks."""

import json
from dataclasses import dataclass

from django.apps import apps
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from dianke.application.trail.look_up import Change
from dianke.application.trail.values import FieldChange
from dianke.interfaces.web.administration.words import UNIT_KINDS
from dianke.interfaces.web.billing import words as billing_words
from dianke.interfaces.web.components.page import Chip, Text
from dianke.interfaces.web.components.states import register_states, state_label
from dianke.interfaces.web.corrections import words as correction_words
from dianke.interfaces.web.customers import words as customer_words
from dianke.interfaces.web.quality import words as quality_words
from dianke.interfaces.web.trail.act_words import ACTS
from dianke.interfaces.web.trail.field_words import FIELDS, THINGS
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
    "customers": (pgettext_lazy("trail", "Customers"), ("customers", "documents", "audits")),
    "metering": (pgettext_lazy("trail", "Points and meters"), ("metering",)),
    "network": (pgettext_lazy("trail", "Network"), ("network",)),
    "tariffs": (pgettext_lazy("trail", "Tariffs"), ("tariffs",)),
    "billing": (pgettext_lazy("trail", "Billing and reading"), ("billing", "readings")),
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

# How the ends of a period come from the history.
_BETWEEN = " → "
_YES_NO: dict[str, Text] = {"true": _("yes"), "false": _("no")}
_VALUES: dict[str, dict[str, Text]] = {
    "usage_class": billing_words.USAGE_CLASSES,
    "structure": billing_words.STRUCTURES,
    "basic_mode": billing_words.BASIC_MODES,
    "loss_method": billing_words.LOSS_METHODS,
    "metering_side": billing_words.SIDES,
    "importance": customer_words.IMPORTANCES,
    "identity_kind": customer_words.IDENTITY_KINDS,
    "role": customer_words.ROLES,
}
_VALUES_OF_TABLE: dict[tuple[str, str], dict[str, Text]] = {
    ("customers.customer", "kind"): customer_words.KINDS,
    ("customers.specialmark", "kind"): customer_words.MARKS,
    ("customers.keychange", "field"): customer_words.KEY_FIELDS,
    ("org.unit", "kind"): UNIT_KINDS,
    ("audits.qualityfinding", "rule"): quality_words.RULES,
    ("audits.qualityfinding", "subject_label"): quality_words.SUBJECTS,
    ("billing.billcorrection", "cause"): correction_words.CAUSES,
    ("billing.billcorrection", "kind"): correction_words.KINDS,
}
_STATES_OF_TABLE: dict[tuple[str, str], str] = {
    ("customers.keychange", "state"): "key_change",
    ("customers.customeraccount", "status"): "account",
    ("metering.usagepoint", "status"): "usage_point",
    ("network.transformerspell", "state"): "transformer",
    ("billing.billrun", "status"): "bill_run",
    ("audits.qualityfinding", "severity"): "finding_severity",
    ("audits.qualityfinding", "state"): "finding",
    ("billing.billcorrection", "state"): "correction",
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
    return FIELDS.get(field) or str(apps.get_model(model_label)._meta.get_field(field).verbose_name)


def name_act(use_case: str) -> Text:
    """Return what a use case is called; one without words shows its name."""
    return ACTS.get(use_case, use_case)


def name_origin(origin: str) -> Text:
    """Return from where somebody acted."""
    return ORIGINS.get(origin, origin)


def write_lines(change: Change) -> list[FieldLine]:
    """Return the fields of a change in words."""
    return [
        FieldLine(
            label=name_field(change.model_label, one.name),
            before=_write(change.model_label, one, one.before),
            after=_write(change.model_label, one, one.after),
            is_personal=one.is_personal,
        )
        for one in change.fields
    ]


def _write(model_label: str, one: FieldChange, value: str) -> Text:
    if not value:
        return ""
    place = (model_label, one.name)
    if place in _STATES_OF_TABLE:
        return state_label(_STATES_OF_TABLE[place], value)
    if _BETWEEN in value:
        return _write_period(value)
    if value.startswith("{"):
        return _write_parts(value)
    words = _VALUES_OF_TABLE.get(place) or _VALUES.get(one.name) or _YES_NO
    return words.get(value, value)


def _write_period(value: str) -> str:
    """Return a period without the arrow that stands between before and after."""
    start, _arrow, end = value.partition(_BETWEEN)
    if not end:
        return _now("from %(start)s") % {"start": start}
    return _now("%(start)s to %(end)s") % {"start": start, "end": end}


def _write_parts(value: str) -> str:
    """Return a value of several parts, as the readings of a meter, part by part."""
    try:
        parts = json.loads(value)
    except ValueError:
        return value
    names = {key: billing_words.PERIODS.get(key) or FIELDS.get(key, key) for key in parts}
    return _now(", ").join(f"{names[key]} {part}" for key, part in parts.items())


def alarm_chip(kind: str) -> Chip:
    """Return the kind of an alarm as a chip."""
    return Chip("fact", ALARM_KINDS[kind])
