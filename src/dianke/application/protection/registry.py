"""
Which columns hold personal data, found by their type, so that no column is left out of the rules.

A reference such as `customers.contact:12` with a kind such as `phone` names one value.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from django.apps import apps
from django.db import models
from pghistory.models import Event

from dianke.kernel import masks
from dianke.kernel.errors import DomainError
from dianke.platform.crypto.fields import EncryptedTextField, KeyedHashField
from dianke.platform.identity.types import Actor

_REFERENCE = re.compile(r"([a-z_]{1,40}\.[a-z_]{1,60}):([0-9]{1,18})", re.ASCII)


class NoSuchValue(DomainError):
    """A reference names nothing that the actor's units hold."""

    code = "protection.no_such_value"
    message = "there is no such value within your units"


@dataclass(frozen=True)
class Kind:
    """A kind of personal data: its code is the purpose it is encrypted for."""

    code: str
    right: str
    mask: Callable[[str], str]


IDENTITY = Kind("identity_number", "protection.unmask_identity", masks.mask_identity_number)
PHONE = Kind("phone", "protection.unmask_phone", masks.mask_phone)
BANK = Kind("bank_account", "protection.unmask_bank", masks.mask_bank_account)
EMAIL = Kind("email", "protection.unmask_phone", masks.mask_email)
# Month and day stand in the care calendar for whoever works there; the year only here.
BIRTHDAY = Kind("birthday", "protection.unmask_phone", masks.mask_birthday)

KINDS: dict[str, Kind] = {kind.code: kind for kind in (IDENTITY, PHONE, BANK, EMAIL, BIRTHDAY)}
_SHORT = {"identity": IDENTITY, "bank": BANK}


@dataclass(frozen=True)
class ProtectedField:
    """One encrypted column."""

    model: type[models.Model]
    name: str
    purpose: str

    @property
    def label(self) -> str:
        """Return the table's label as references write it."""
        return self.model._meta.label_lower


@dataclass(frozen=True)
class ProtectedValue:
    """One value, whole, with the row it stands in."""

    label: str
    key: int
    kind: Kind
    text: str
    unit_id: int
    customer_number: str

    @property
    def reference(self) -> str:
        """Return the reference of the row."""
        return f"{self.label}:{self.key}"

    @property
    def masked(self) -> str:
        """Return the value as it is shown to whoever has no leave."""
        return self.kind.mask(self.text)


def get_kind(code: str) -> Kind:
    """
    Return a kind by its code or its short name.

    :raises NoSuchValue: if there is none
    """
    kind = KINDS.get(code) or _SHORT.get(code)
    if kind is None:
        raise NoSuchValue(field="kind")
    return kind


def list_protected_fields() -> list[ProtectedField]:
    """Return every encrypted column outside the history, by table and name."""
    found = [
        ProtectedField(model, field.name, field.purpose)
        for model, field in _walk(EncryptedTextField)
        if not issubclass(model, Event)
    ]
    return sorted(found, key=lambda one: (one.label, one.name))


def list_history_fields() -> list[ProtectedField]:
    """Return every encrypted column of the history, which is never rewritten."""
    found = [
        ProtectedField(model, field.name, field.purpose)
        for model, field in _walk(EncryptedTextField)
        if issubclass(model, Event)
    ]
    return sorted(found, key=lambda one: (one.label, one.name))


def list_hash_columns() -> set[tuple[str, str]]:
    """Return table and column of every keyed hash outside the history."""
    return {
        (model._meta.label_lower, field.name) for model, field in _walk(KeyedHashField) if not issubclass(model, Event)
    }


def find_value(*, actor: Actor, reference: str, kind: Kind, right: str) -> ProtectedValue:
    """
    Return the value that a reference names, within the units that the actor's right reaches.

    :raises NoSuchValue: if it names nothing, nothing of that kind, or a row of other units
    """
    match = _REFERENCE.fullmatch(reference)
    field = match and _find_field(match[1], kind)
    if not match or not field:
        raise NoSuchValue(field="ref")
    unit_lookup = getattr(field.model, "unit_lookup", None)
    if unit_lookup is None:
        # Rows of the whole utility answer to everybody, so personal data must not stand there.
        raise NoSuchValue(field="ref")
    columns = [field.name, f"{unit_lookup}_id", *_path_to_customer(field.model)]
    rows = field.model.objects.for_actor(actor, right)  # type: ignore[attr-defined]
    found = rows.filter(pk=int(match[2])).values_list(*columns).first()
    if found is None or not found[0]:
        raise NoSuchValue(field="ref")
    number = found[2] if len(found) > 2 else ""
    return ProtectedValue(field.label, int(match[2]), kind, found[0], found[1], number or "")


def _find_field(label: str, kind: Kind) -> ProtectedField | None:
    fields = (one for one in list_protected_fields() if one.label == label and one.purpose == kind.code)
    return next(fields, None)


def _path_to_customer(model: type[models.Model]) -> list[str]:
    if model._meta.label_lower == "customers.customer":
        return ["number"]
    names = {field.name for field in model._meta.fields}
    for path, step in (("customer__number", "customer"), ("account__customer__number", "account")):
        if step in names:
            return [path]
    return []


def _walk(wanted: type[Any]) -> Iterator[tuple[type[models.Model], Any]]:
    for model in apps.get_models(include_auto_created=True):
        for field in model._meta.local_concrete_fields:
            if isinstance(field, wanted):
                yield model, field
