"""The JSON Schema of credit cases and of their results, made from the same lists that read them."""

from typing import Any

from dianke.domain.credit.rules.case import DECIMAL_PATTERN, KINDS, TYPES

_TEXT = {"type": "string"}
_DAY = {"type": ["string", "null"], "format": "date", "pattern": r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$"}
_JUDGED = {
    "type": ["string", "number", "null"],
    "pattern": DECIMAL_PATTERN,
    "description": "0 to 5; half of it where left out",
}


def describe_cases() -> dict[str, Any]:
    """Return the JSON Schema of what `credit` reads; `$defs.result` describes what it answers."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "dianke credit",
        "description": "One case or a list of cases; numbers are decimal strings, null means left out.",
        "anyOf": [{"$ref": "#/$defs/case"}, {"type": "array", "items": {"$ref": "#/$defs/case"}}],
        "$defs": {"case": _describe_case(), "fact": _describe_fact(), "result": _describe_result()},
    }


def _describe_case() -> dict[str, Any]:
    return {
        "type": "object",
        "properties": {
            "id": {"description": "comes back unchanged"},
            "kind": {"enum": list(KINDS)},
            "facts": {"type": ["array", "null"], "items": {"$ref": "#/$defs/fact"}},
            "management": _JUDGED,
            "growth": _JUDGED,
            "customer_since": {**_DAY, "description": "without it no bonus that takes years"},
            "as_of": {**_DAY, "description": "facts after it are not known yet; today where left out"},
        },
        "required": ["kind"],
        "additionalProperties": False,
    }


def _describe_fact() -> dict[str, Any]:
    return {
        "type": "object",
        "properties": {
            "type": {"enum": list(TYPES)},
            "on": {**_DAY, "type": "string"},
            "cleared_on": {**_DAY, "description": "when an arrear was paid; says nothing of other facts"},
        },
        "required": ["type", "on"],
        "additionalProperties": False,
    }


def _describe_result() -> dict[str, Any]:
    error = {"type": "object", "properties": {"field": _TEXT, "code": _TEXT, "message": _TEXT}}
    fact = {"type": "object", "properties": {"type": _TEXT, "on": _TEXT, "cleared_on": _TEXT, "value": _TEXT}}
    reason = {"type": "object", "properties": {"item": _TEXT, "points": _TEXT, "fact": fact, "rule": _TEXT}}
    return {
        "type": "object",
        "description": "A case with errors has no score.",
        "properties": {
            "id": {},
            "items": {"type": "object", "additionalProperties": _TEXT},
            "score": _TEXT,
            "grade": _TEXT,
            "reasons": {"type": "array", "items": reason},
            "errors": {"type": "array", "items": error},
        },
    }
