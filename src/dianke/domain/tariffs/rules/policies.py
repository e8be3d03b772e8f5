"""Dated policy values: thresholds, ratios and multiples that rules read, never know (tariff-policies/v1)."""

import re
from collections.abc import Mapping
from datetime import timedelta
from decimal import Decimal
from typing import Any

from dianke.domain.tariffs.rules.documents import (
    BadField,
    FaultList,
    as_mapping,
    get_date,
    get_list,
    get_text,
)
from dianke.domain.tariffs.types import LoadFault, PolicyDraft, ReadFile

SCHEMA = "tariff-policies/v1"

_CODE = re.compile(r"[A-Z][A-Z0-9_]{1,59}", re.ASCII)
_CITATION = re.compile(r"(REG|TR)-[A-Z0-9.-]+", re.ASCII)
_GRADES = ("A", "B", "C", "S", "K", "P")


def read_policies(document: Mapping[str, Any], *, name: str, sha256: str) -> ReadFile:
    """Return every dated value of a policy file."""
    drafts: list[PolicyDraft] = []
    faults: list[LoadFault] = []
    for index, given in enumerate(get_list(document, "policies")):
        node = given if isinstance(given, dict) else {}
        noted = FaultList(file=name, sheet=get_text(node, "code") or f"policies[{index}]")
        for number, entry in enumerate(get_list(node, "values")):
            with noted.reading(f"policies[{index}].values[{number}]"):
                drafts.append(_read_value(node, as_mapping(entry)))
        faults.extend(noted.faults)
    return ReadFile(name=name, sha256=sha256, policies=tuple(drafts), faults=tuple(faults))


def _read_value(node: Mapping[str, Any], entry: Mapping[str, Any]) -> PolicyDraft:
    code, start, last = get_text(node, "code"), get_date(entry, "from"), get_date(entry, "to")
    citation, grade = get_text(entry, "citation"), get_text(entry, "grade")
    value = entry.get("value")
    problems = {
        "code": None if _CODE.fullmatch(code) else "a code is written in capitals",
        "from": None if start else "a value begins on a day",
        "value": None if isinstance(value, Decimal) or (isinstance(value, str) and value) else "no value",
        "citation": None if _CITATION.fullmatch(citation) else "a value cites a text, REG-… or TR-…",
        "grade": None if grade in _GRADES else f"a grade is one of {', '.join(_GRADES)}",
    }
    wrong = next((path for path, reason in problems.items() if reason), None)
    if wrong is not None or start is None:
        raise BadField(
            path=wrong or "from",
            value=entry.get(wrong or "from"),
            name="unreadable_policy",
            reason=problems[wrong or "from"] or "",
            remedy="complete the entry",
        )
    return PolicyDraft(
        code=code,
        region=get_text(node, "region"),
        start=start,
        end=None if last is None else last + timedelta(days=1),
        number=value if isinstance(value, Decimal) else None,
        text=value if isinstance(value, str) else "",
        unit=get_text(node, "unit"),
        citation=citation,
        section=get_text(entry, "section"),
        grade=grade,
        note=get_text(entry, "note"),
    )
