"""Values of history rows as text: codes stay codes, keys become the names of what they point to, secrets masks."""

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db import models
from django.db.backends.postgresql.psycopg_any import Range
from django.utils import timezone

from dianke.kernel import masks
from dianke.platform.crypto.fields import EncryptedTextField, KeyedHashField
from dianke.platform.identity.types import Actor

_SYSTEM = Actor.system("naming what a history row points to")
_MASKS = {
    "identity_number": masks.mask_identity_number,
    "phone": masks.mask_phone,
    "bank_account": masks.mask_bank_account,
    "email": masks.mask_email,
}
# Made from another column, so that a change of them says nothing more.
_DERIVED = {"name_initials", "name_pinyin", "short_name_initials", "short_name_pinyin"}
_TITLES = ("number", "code", "login", "asset_number", "sheet_id", "subject_number", "title")
_OWNERS = ("usage_point", "transformer", "account", "customer", "plan", "staff", "absent", "kept", "location")


@dataclass(frozen=True)
class FieldChange:
    """One field before and after; a personal one is masked, whoever looks."""

    name: str
    before: str
    after: str
    is_personal: bool = False


def list_shown_fields(event_model: Any) -> list[Any]:
    """Return the fields of a history table that tell something, in the order of the table it tells of."""
    return [
        field
        for field in event_model._meta.concrete_fields
        if not field.name.startswith("pgh_")
        and field.name != "id"
        and field.name not in _DERIVED
        and not field.name.endswith("_bigrams")
        and not isinstance(field, KeyedHashField)
    ]


def compare_rows(event_model: Any, before: Any, after: Any, names: Mapping[tuple[str, int], str]) -> list[FieldChange]:
    """Return the fields in which two history rows of a thing differ; a missing row has no values."""
    changes = []
    for field in list_shown_fields(event_model):
        old = getattr(before, field.attname) if before is not None else None
        new = getattr(after, field.attname) if after is not None else None
        if old == new or (old in _EMPTY and new in _EMPTY):
            continue
        changes.append(
            FieldChange(
                name=field.name,
                before=write_value(field, old, names),
                after=write_value(field, new, names),
                is_personal=isinstance(field, EncryptedTextField),
            )
        )
    return changes


_EMPTY: tuple[Any, ...] = (None, "")


def write_value(field: Any, value: Any, names: Mapping[tuple[str, int], str]) -> str:
    """Return a value as text."""
    if value is None:
        return ""
    if isinstance(field, EncryptedTextField):
        mask = _MASKS.get(field.purpose)
        return mask(value) if mask else "*" * min(len(value), 8)
    if isinstance(field, models.ForeignKey):
        return names.get((field.related_model._meta.label_lower, value), str(value))
    return write_plain(value)


def write_plain(value: Any) -> str:
    """Return a value that is no key and no secret as text."""
    if isinstance(value, list):
        return ", ".join(map(write_plain, value))
    if isinstance(value, Range):
        return f"{value.lower or ''} → {value.upper or ''}"
    write = next((writer for kind, writer in _WRITERS if isinstance(value, kind)), str)
    return write(value)


# In this order: a bool is an int, a datetime is a date.
_WRITERS: tuple[tuple[type, Callable[[Any], str]], ...] = (
    (bool, lambda value: "true" if value else "false"),
    (datetime, lambda value: f"{timezone.localtime(value):%Y-%m-%d %H:%M}"),
    (date, date.isoformat),
    (Decimal, lambda value: f"{value.normalize():f}"),
    (dict, lambda value: json.dumps(value, ensure_ascii=False, sort_keys=True)),
)


def name_keys(pairs: Iterable[tuple[Any, Any]]) -> dict[tuple[str, int], str]:
    """Return the names of what the keys of history rows (event model, row) point to, fetched once a table."""
    wanted: dict[Any, set[int]] = {}
    for event_model, row in pairs:
        for field in event_model._meta.concrete_fields:
            value = getattr(row, field.attname, None)
            if isinstance(field, models.ForeignKey) and not field.name.startswith("pgh_") and value is not None:
                wanted.setdefault(field.related_model, set()).add(value)
    names: dict[tuple[str, int], str] = {}
    for model, keys in wanted.items():
        names.update(_name_rows(model, keys))
    return names


def _name_rows(model: Any, keys: set[int]) -> dict[tuple[str, int], str]:
    label = model._meta.label_lower
    columns = [name for name in (*_TITLES, "name") if _has(model, name)]
    if not columns:
        return {}
    rows = model.objects.for_actor(_SYSTEM).filter(pk__in=keys).values_list("pk", *columns)
    return {(label, row[0]): " ".join(dict.fromkeys(str(part) for part in row[1:] if part)) for row in rows}


def name_row(row: Any) -> str:
    """Return what a row is called: its number and its name."""
    parts = [str(getattr(row, name)) for name in (*_TITLES, "name") if _has(type(row), name) and getattr(row, name)]
    return " ".join(dict.fromkeys(parts)) or str(row.pk)


def _has(model: Any, name: str) -> bool:
    return any(field.name == name for field in model._meta.concrete_fields)


def write_title(event_model: Any, row: Any, names: Mapping[tuple[str, int], str]) -> str:
    """Return how people call the thing of a history row: its number and name, or those of what it belongs to."""
    own = [str(getattr(row, name)) for name in (*_TITLES, "name") if _has(event_model, name) and getattr(row, name)]
    if own:
        return " ".join(dict.fromkeys(own))
    for name in _OWNERS:
        if getattr(row, f"{name}_id", None) is not None:
            field = event_model._meta.get_field(name)
            return names.get((field.related_model._meta.label_lower, getattr(row, field.attname)), "")
    return str(row.pgh_obj_id)
