"""Values of key data as words; numbers masked unless they were asked for."""

import json
from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext_lazy as _

from dianke.domain.customers.models import KeyChange
from dianke.domain.customers.rules.key_data import PARTS
from dianke.domain.customers.types import KeyField
from dianke.interfaces.web.billing.words import USAGE_CLASSES
from dianke.interfaces.web.components.formats import NONE
from dianke.interfaces.web.components.page import Text
from dianke.interfaces.web.customers import words
from dianke.kernel.masks import mask_bank_account, mask_identity_number

PART_LABELS: dict[tuple[KeyField, str], Text] = {
    (KeyField.NAME, "name"): _("Name"),
    (KeyField.KIND, "kind"): _("Kind of customer"),
    (KeyField.IDENTITY, "kind"): _("Kind of identity paper"),
    (KeyField.IDENTITY, "number"): _("Identity number"),
    (KeyField.IMPORTANCE, "importance"): _("Importance"),
    (KeyField.USAGE_CLASS, "usage_class"): _("Class of use"),
    (KeyField.HOUSEHOLD_SIZE, "persons"): _("Persons of the household"),
    (KeyField.BANK_ACCOUNT, "bank_name"): _("Bank"),
    (KeyField.BANK_ACCOUNT, "bank_code"): _("Code of the branch"),
    (KeyField.BANK_ACCOUNT, "holder"): _("Holder"),
    (KeyField.BANK_ACCOUNT, "number"): _("Bank account"),
}
CODES: dict[tuple[KeyField, str], dict[str, Text]] = {
    (KeyField.KIND, "kind"): words.KINDS,
    (KeyField.IDENTITY, "kind"): words.IDENTITY_KINDS,
    (KeyField.IMPORTANCE, "importance"): words.IMPORTANCES,
    (KeyField.USAGE_CLASS, "usage_class"): USAGE_CLASSES,
}
_MASKS = {KeyField.IDENTITY: mask_identity_number, KeyField.BANK_ACCOUNT: mask_bank_account}


def describe_value(field: KeyField, value: Mapping[str, str], *, whole: bool = False) -> list[tuple[Text, Text]]:
    """Return the parts of a value by label."""
    return [(PART_LABELS[field, part], _write(field, part, value.get(part, ""), whole)) for part in PARTS[field]]


def compare_versions(change: KeyChange, *, whole: bool = False) -> list[dict[str, Any]]:
    """Return both versions of a change side by side, and which parts differ."""
    field = KeyField(change.field)
    before, after = json.loads(change.before), json.loads(change.after)
    return [
        {
            "label": PART_LABELS[field, part],
            "before": _write(field, part, before.get(part, ""), whole),
            "after": _write(field, part, after.get(part, ""), whole),
            "differs": before.get(part, "") != after.get(part, ""),
        }
        for part in PARTS[field]
    ]


def is_masked(field: KeyField) -> bool:
    """Tell whether a field holds a number that pages mask."""
    return field in _MASKS


def _write(field: KeyField, part: str, value: str, whole: bool) -> Text:
    if (field, part) in CODES:
        return CODES[field, part].get(value, value) if value else NONE
    if part == "number" and not whole:
        value = _MASKS[field](value)
    return value or NONE
