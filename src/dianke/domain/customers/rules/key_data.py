"""Key data: which parts a field has, and whether a wanted value can stand."""

from collections.abc import Mapping
from enum import StrEnum

from dianke.domain.customers.rules.personal import (
    find_bank_account_obstacle,
    find_identity_obstacle,
    fold_bank_account,
    fold_identity_number,
)
from dianke.domain.customers.types import CustomerKind, IdentityKind, Importance, KeyField, UsageClass

Value = Mapping[str, str]

PARTS: dict[KeyField, tuple[str, ...]] = {
    KeyField.NAME: ("name",),
    KeyField.KIND: ("kind",),
    KeyField.IDENTITY: ("kind", "number"),
    KeyField.IMPORTANCE: ("importance",),
    KeyField.USAGE_CLASS: ("usage_class",),
    KeyField.HOUSEHOLD_SIZE: ("persons",),
    KeyField.BANK_ACCOUNT: ("bank_name", "bank_code", "holder", "number"),
}
OF_ACCOUNT = frozenset({KeyField.USAGE_CLASS, KeyField.HOUSEHOLD_SIZE, KeyField.BANK_ACCOUNT})
_MOST_PERSONS = 99
_CODES: dict[KeyField, tuple[str, type[StrEnum]]] = {
    KeyField.KIND: ("kind", CustomerKind),
    KeyField.IMPORTANCE: ("importance", Importance),
    KeyField.USAGE_CLASS: ("usage_class", UsageClass),
}


def fold_value(field: KeyField, value: Value) -> dict[str, str]:
    """Return the parts of a value as they are kept: trimmed, numbers folded, nothing besides."""
    folded = {part: str(value.get(part, "")).strip() for part in PARTS[field]}
    if field is KeyField.IDENTITY:
        folded["number"] = fold_identity_number(folded["number"])
    if field is KeyField.BANK_ACCOUNT:
        folded["number"] = fold_bank_account(folded["number"])
        folded["bank_code"] = fold_bank_account(folded["bank_code"])
    return folded


def find_value_obstacle(field: KeyField, value: Value) -> str | None:
    """Return why a folded value cannot stand, or None."""
    if field in _CODES:
        part, codes = _CODES[field]
        return None if value[part] in set(codes) else "the code is unknown"
    if field is KeyField.NAME:
        return None if 1 <= len(value["name"]) <= 120 else "a name has 1 to 120 characters"
    if field is KeyField.HOUSEHOLD_SIZE:
        text = value["persons"]
        right = text.isascii() and text.isdigit() and len(text) <= 2 and int(text) <= _MOST_PERSONS
        return None if right else "persons are a whole number from 0 to 99"
    if field is KeyField.IDENTITY:
        if value["kind"] not in set(IdentityKind):
            return "the code is unknown"
        return find_identity_obstacle(IdentityKind(value["kind"]), value["number"])
    return _find_bank_obstacle(value)


def _find_bank_obstacle(value: Value) -> str | None:
    if not value["bank_name"] or not value["holder"]:
        return "bank and holder must be named"
    if value["bank_code"] and len(value["bank_code"]) != 12:
        return "the code of a bank's branch has 12 digits"
    return find_bank_account_obstacle(value["number"])
