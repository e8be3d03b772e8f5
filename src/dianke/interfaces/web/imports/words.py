"""Words of bulk import: states, stages, tables, kinds of faults, what stands in the way of an undo."""

import re

from django.apps import apps
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from dianke.application.imports.columns import Column
from dianke.application.imports.fault_messages import MESSAGES
from dianke.application.imports.tables import TABLES
from dianke.interfaces.web.components.page import Text
from dianke.interfaces.web.components.states import register_states

STATES: dict[str, tuple[str, Text]] = {
    "UPLOADED": ("warn", _("Columns to be named")),
    "CHECKING": ("run", _("Being checked")),
    "CHECKED": ("warn", _("Checked")),
    "LOADING": ("run", _("Being loaded")),
    "LOADED": ("ok", _("Loaded")),
    "UNDONE": ("idle", _("Undone")),
    "FAILED": ("bad", _("Broken off")),
}
register_states("import_batch", {**STATES, "UNDOING": ("run", _("Being undone"))})

STAGES: dict[str, Text] = {
    "": _("Waiting for the worker"),
    "read": _("Reading the file"),
    "cells": _("Checking cells"),
    "archive": _("Comparing with the archive"),
    "store": _("Storing"),
    "look": _("Looking whether the rows were used"),
    "remove": _("Taking the rows out"),
    "keys": _("Looking at the keys"),
}

# The tables that rows of a batch lie in, as an undo names them.
THINGS: dict[str, Text] = {
    "org.unit": _("units"),
    "customers.customer": _("customers"),
    "customers.customeraccount": _("accounts"),
    "customers.accountalias": _("old account numbers"),
    "customers.contact": _("contacts"),
    "customers.servicelocation": _("places"),
    "network.substation": _("substations"),
    "network.feeder": _("feeders"),
    "network.transformerarea": _("transformer areas"),
    "network.transformer": _("transformers"),
    "network.transformerspell": _("states of transformers"),
    "readings.readingcycle": _("reading cycles"),
    "readings.readingroute": _("reading routes"),
    "readings.routepoint": _("places on reading routes"),
    "readings.meterreading": _("register readings"),
    "metering.usagepoint": _("usage points"),
    "metering.meterasset": _("meters"),
    "metering.meterinstallation": _("installations of meters"),
}

_HOLE = re.compile(r"\s*[（(]?\{[a-z_]+\}[）)]?\s*")


def language() -> str:
    """Return the language in which faults are told: zh or en."""
    return "en" if (get_language() or "").startswith("en") else "zh"


def name_table(table: str) -> str:
    """Return what people call a table."""
    spec = TABLES[table].spec
    return spec.en if language() == "en" else spec.zh


def name_column(column: Column) -> str:
    """Return what people call a column."""
    return column.name.replace("_", " ") if language() == "en" else column.zh


def name_fault_kind(code: str) -> str:
    """Return a kind of fault without the facts of one."""
    text = MESSAGES[code]
    told = text.en if language() == "en" else text.zh
    return _HOLE.sub("…", told).strip("…：:, ，")


def name_thing(label: str) -> Text:
    """Return what rows of a table are called."""
    return THINGS.get(label) or str(apps.get_model(label)._meta.verbose_name)
