"""How the fields of a quote case are written: each kind reads values, names faults, prints its schema."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any, Protocol

MOST_DIGITS, MOST_DECIMALS = 15, 30
MOST_ROWS = 10_000
DECIMAL_PATTERN = rf"^[+-]?([0-9]{{1,{MOST_DIGITS}}}(\.[0-9]{{0,{MOST_DECIMALS}}})?|\.[0-9]{{1,{MOST_DECIMALS}}})$"
_DECIMAL = re.compile(DECIMAL_PATTERN, re.ASCII)
_DATE = re.compile(r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$", re.ASCII)

MESSAGES = {
    "missing_field": "is needed",
    "unknown_field": "is no field here",
    "not_an_object": "must be an object",
    "not_a_list": "must be a list",
    "too_many": "has too many entries",
    "wrong_count": "must have {count} entries",
    "not_a_text": "must be a text of 1 to 200 characters",
    "not_a_decimal": "must be a decimal text such as 0.52, at most 15 digits before and 30 after the point",
    "not_whole": "must be a whole number",
    "out_of_range": "must be {range}",
    "not_a_choice": "must be one of {choices}",
    "not_a_flag": "must be true or false",
    "unreadable_date": "must be a date such as 2024-05-01",
}


class Faults:
    """Collects what is wrong with a case: the first fault of each field, in the order found."""

    def __init__(self) -> None:
        self.rows: list[dict[str, str]] = []
        self._paths: set[str] = set()

    def add(self, path: str, code: str, message: str = "", **facts: object) -> None:
        """Note a fault of a field, unless the field already has one."""
        if path in self._paths:
            return
        self._paths.add(path)
        text = message or MESSAGES[code].format(**facts)
        self.rows.append({"field": path, "code": code, "message": text})

    def has(self, path: str) -> bool:
        """Return whether a field already has a fault."""
        return path in self._paths


class Kind(Protocol):
    """A kind of value."""

    def read(self, raw: object, path: str, faults: Faults) -> Any:
        """Return the value, or None after noting why there is none."""

    def schema(self) -> dict[str, Any]:
        """Return the JSON Schema of the kind."""


@dataclass(frozen=True, slots=True)
class Number:
    """A decimal, written as text (a JSON number that was kept exact is taken too)."""

    minimum: int | None = 0
    maximum: int | None = None
    is_above_minimum: bool = False
    is_whole: bool = False

    def read(self, raw: object, path: str, faults: Faults) -> Decimal | None:
        """Return the number."""
        value = _decimal(raw)
        if value is None:
            faults.add(path, "not_a_decimal")
            return None
        if self.is_whole and value != value.to_integral_value():
            faults.add(path, "not_whole")
            return None
        low = self.minimum is not None and (value <= self.minimum if self.is_above_minimum else value < self.minimum)
        if low or (self.maximum is not None and value > self.maximum):
            faults.add(path, "out_of_range", range=self._range())
            return None
        return value

    def schema(self) -> dict[str, Any]:
        """Return the JSON Schema of the number."""
        return {"type": ["string", "number"], "pattern": DECIMAL_PATTERN, "description": self._range()}

    def _range(self) -> str:
        least = "any number"
        if self.minimum is not None:
            least = f"more than {self.minimum}" if self.is_above_minimum else f"{self.minimum} or more"
        whole = "a whole number, " if self.is_whole else ""
        return whole + (least if self.maximum is None else f"{least}, at most {self.maximum}")


@dataclass(frozen=True, slots=True)
class Text:
    """A name, or a label that may be a number."""

    takes_integers: bool = False

    def read(self, raw: object, path: str, faults: Faults) -> str | None:
        """Return the text."""
        if isinstance(raw, str) and 1 <= len(raw) <= 200:
            return raw
        if self.takes_integers and isinstance(raw, int | Decimal) and not isinstance(raw, bool):
            return str(raw)
        faults.add(path, "not_a_text")
        return None

    def schema(self) -> dict[str, Any]:
        """Return the JSON Schema of a name."""
        types = ["string", "number"] if self.takes_integers else "string"
        return {"type": types, "minLength": 1, "maxLength": 200}


@dataclass(frozen=True, slots=True)
class Anything:
    """A value that comes back unchanged."""

    def read(self, raw: object, path: str, faults: Faults) -> object:
        """Return the value."""
        return raw

    def schema(self) -> dict[str, Any]:
        """Return the JSON Schema of any value."""
        return {}


@dataclass(frozen=True, slots=True)
class Day:
    """A date."""

    def read(self, raw: object, path: str, faults: Faults) -> date | None:
        """Return the date."""
        if isinstance(raw, str) and _DATE.fullmatch(raw):
            try:
                return date.fromisoformat(raw)
            except ValueError:
                pass
        faults.add(path, "unreadable_date")
        return None

    def schema(self) -> dict[str, Any]:
        """Return the JSON Schema of a date."""
        return {"type": "string", "format": "date"}


@dataclass(frozen=True, slots=True)
class Flag:
    """True or false."""

    def read(self, raw: object, path: str, faults: Faults) -> bool | None:
        """Return the flag."""
        if isinstance(raw, bool):
            return raw
        faults.add(path, "not_a_flag")
        return None

    def schema(self) -> dict[str, Any]:
        """Return the JSON Schema of a flag."""
        return {"type": "boolean"}


@dataclass(frozen=True, slots=True)
class Choice:
    """One of a few words."""

    words: tuple[str, ...]

    def read(self, raw: object, path: str, faults: Faults) -> str | None:
        """Return the word."""
        if isinstance(raw, str) and raw in self.words:
            return raw
        faults.add(path, "not_a_choice", choices=", ".join(self.words))
        return None

    def schema(self) -> dict[str, Any]:
        """Return the JSON Schema of the words."""
        return {"enum": list(self.words)}


@dataclass(frozen=True, slots=True)
class Rows:
    """A list of values of one kind."""

    kind: Kind
    count: int | None = None

    def read(self, raw: object, path: str, faults: Faults) -> list[Any] | None:
        """Return the values that could be read; a fault leaves None in its place."""
        if not isinstance(raw, list):
            faults.add(path, "not_a_list")
            return None
        if self.count is not None and len(raw) != self.count:
            faults.add(path, "wrong_count", count=self.count)
            return None
        if len(raw) > MOST_ROWS:
            faults.add(path, "too_many")
            return None
        return [self.kind.read(row, f"{path}[{index}]", faults) for index, row in enumerate(raw)]

    def schema(self) -> dict[str, Any]:
        """Return the JSON Schema of the list."""
        schema: dict[str, Any] = {"type": "array", "items": self.kind.schema(), "maxItems": MOST_ROWS}
        return schema if self.count is None else {**schema, "minItems": self.count, "maxItems": self.count}


@dataclass(frozen=True, slots=True)
class Block:
    """An object with known fields; null is the same as absent."""

    fields: Mapping[str, Kind]
    required: tuple[str, ...] = ()
    meanings: Mapping[str, str] = field(default_factory=dict)

    def read(self, raw: object, path: str, faults: Faults) -> dict[str, Any] | None:
        """Return the fields that could be read."""
        if not isinstance(raw, dict):
            faults.add(path, "not_an_object")
            return None
        prefix = f"{path}." if path else ""
        for name in raw:
            if name not in self.fields:
                faults.add(f"{prefix}{name}", "unknown_field")
        for name in self.required:
            if raw.get(name) is None:
                faults.add(f"{prefix}{name}", "missing_field")
        values = {
            name: kind.read(raw[name], f"{prefix}{name}", faults)
            for name, kind in self.fields.items()
            if raw.get(name) is not None
        }
        return {name: value for name, value in values.items() if value is not None}

    def schema(self) -> dict[str, Any]:
        """Return the JSON Schema of the object."""
        properties = {}
        for name, kind in self.fields.items():
            schema = _nullable(kind.schema()) if name not in self.required else kind.schema()
            properties[name] = {**schema, "description": self.meanings[name]} if name in self.meanings else schema
        return {
            "type": "object",
            "properties": properties,
            "required": list(self.required),
            "additionalProperties": False,
        }


def _nullable(schema: dict[str, Any]) -> dict[str, Any]:
    if "enum" in schema:
        return {**schema, "enum": [*schema["enum"], None]}
    if "type" not in schema:
        return schema
    types = schema["type"] if isinstance(schema["type"], list) else [schema["type"]]
    return {**schema, "type": [*types, "null"]}


def _decimal(raw: object) -> Decimal | None:
    """A float has lost its decimals already and is refused."""
    if isinstance(raw, str):
        return Decimal(raw) if len(raw) <= 60 and _DECIMAL.fullmatch(raw) else None
    if isinstance(raw, bool) or not isinstance(raw, int | Decimal):
        return None
    value = Decimal(raw)
    exponent = value.as_tuple().exponent
    if not isinstance(exponent, int) or value.adjusted() >= MOST_DIGITS or exponent < -MOST_DECIMALS:
        return None
    return value
