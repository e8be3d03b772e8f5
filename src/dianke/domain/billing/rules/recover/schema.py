"""The JSON Schema of recovery cases and of their results, made from the same table that reads them."""

from typing import Any

from dianke.domain.billing.rules.recover.fields import (
    ACT_NEEDS,
    ACTS_BY_CAPACITY,
    DECIMAL_PATTERN,
    KIND_FIELDS,
    Field,
    FieldType,
    list_fields,
)
from dianke.domain.billing.rules.recover.rule_sets import list_rule_sets
from dianke.domain.billing.rules.recover.types import BreachAct

_DATE_PATTERN = r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$"
_TEXT = {"type": "string"}


def describe_cases() -> dict[str, Any]:
    """Return the JSON Schema of what `recover` reads; `$defs.result` describes what it answers."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "dianke recover",
        "description": "One case or a list of cases; numbers are decimal strings, null means left out.",
        "anyOf": [{"$ref": "#/$defs/case"}, {"type": "array", "items": {"$ref": "#/$defs/case"}}],
        "$defs": {
            "case": {"oneOf": [{"$ref": f"#/$defs/{kind}"} for kind in KIND_FIELDS]},
            **{kind: _describe_kind(kind) for kind in KIND_FIELDS},
            "result": _describe_result(),
        },
    }


def _describe_kind(kind: str) -> dict[str, Any]:
    fields = list_fields(kind=kind)
    properties = {field.name: _describe_field(field) for field in fields}
    properties["kind"] = {"const": kind}
    properties["rule_set"]["enum"] = [*(rules.code for rules in list_rule_sets()), None]
    described: dict[str, Any] = {
        "type": "object",
        "properties": properties,
        "required": [field.name for field in fields if field.is_required],
        "additionalProperties": False,
    }
    if kind == "theft":
        described["oneOf"] = [_present("kwh"), _present("capacity_kw")]
    if kind == "breach":
        described["allOf"] = [
            {"if": {"properties": {"act": {"const": act.lower()}}}, "then": _act_needs(act)} for act in ACT_NEEDS
        ]
    return described


def _act_needs(act: BreachAct) -> dict[str, Any]:
    needs = ACT_NEEDS[act]
    described: dict[str, Any] = {"allOf": [_present(name) for name in needs]} if needs else {}
    if act in ACTS_BY_CAPACITY:
        described["oneOf"] = [_present("kva"), _present("kw")]
    return described


def _present(name: str) -> dict[str, Any]:
    return {"required": [name], "properties": {name: {"not": {"type": "null"}}}}


def _describe_field(field: Field) -> dict[str, Any]:
    described: dict[str, Any] = {"description": _meaning(field)}
    null = [] if field.is_required else ["null"]
    match field.type:
        case FieldType.DECIMAL:
            described |= {"type": ["string", "number", *null], "pattern": DECIMAL_PATTERN}
        case FieldType.DATE:
            described |= {"type": ["string", *null], "format": "date", "pattern": _DATE_PATTERN}
        case FieldType.CHOICE:
            described |= {"enum": [*field.choices, *([None] if null else [])]}
        case FieldType.FLAG:
            described |= {"type": ["boolean", *null]}
        case FieldType.TEXT:
            pass
    return described


def _meaning(field: Field) -> str:
    bounds = ""
    if field.minimum is not None:
        bounds = f"; {'more than' if field.is_above_minimum else 'at least'} {field.minimum}"
    return field.meaning + bounds + (f", at most {field.maximum}" if field.maximum is not None else "")


def _describe_result() -> dict[str, Any]:
    step = {"type": "object", "properties": {"name": _TEXT, "value": _TEXT, "unit": _TEXT}}
    error = {"type": "object", "properties": {"field": _TEXT, "code": _TEXT, "message": _TEXT}}
    names = ("kwh", "true_kwh", "correction_ratio", "recovered", "penalty", "days", "total")
    return {
        "type": "object",
        "description": "Keys without meaning for a case are left out; a case with errors has no total.",
        "properties": {
            "id": {},
            **dict.fromkeys(names, _TEXT),
            "steps": {"type": "array", "items": step},
            "rule": _TEXT,
            "errors": {"type": "array", "items": error},
        },
    }
