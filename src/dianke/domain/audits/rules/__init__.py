"""Decisions of archive audits: which rules there are, by what they measure, until when a finding is settled."""

import tomllib
from collections.abc import Mapping
from datetime import date, timedelta
from functools import lru_cache
from pathlib import Path
from typing import Any

from dianke.domain.audits.types import FaultGroup, Parameters, QualityRule, Severity, Subject
from dianke.kernel.errors import DomainError

_FILE = Path(__file__).resolve().parent.parent / "data" / "rules.toml"


class NoSuchRule(DomainError):
    """No rule has the code."""

    code = "audits.no_such_rule"
    message = "there is no rule {rule}"


@lru_cache(maxsize=1)
def list_rules() -> tuple[QualityRule, ...]:
    """Return every rule, in the order of the file: what is missing, contradicting, stale, double."""
    stored = tomllib.loads(_FILE.read_text("utf-8"))["rule"]
    return tuple(_read_rule(entry) for entry in stored)


def get_rule(code: str) -> QualityRule:
    """
    Return the rule of a code.

    :raises NoSuchRule: if there is none
    """
    found = next((rule for rule in list_rules() if rule.code == code), None)
    if found is None:
        raise NoSuchRule(field="rule", rule=code)
    return found


def get_parameters(rule: QualityRule, *, on: date) -> Mapping[str, Any]:
    """Return what a rule is measured by on a day; nothing for a rule that has no parameters."""
    in_force = [block for block in rule.parameters if block.from_date <= on]
    return max(in_force, key=lambda block: block.from_date).values if in_force else {}


def get_due_date(rule: QualityRule, *, found_on: date) -> date:
    """Return the last day on which a finding is settled in time."""
    return found_on + timedelta(days=rule.days)


def subtract_months(day: date, months: int) -> date:
    """Return the day so many months before, the last of its month where that is shorter."""
    index = day.year * 12 + day.month - 1 - months
    year, month = divmod(index, 12)
    last = (date(year + (month == 11), (month + 1) % 12 + 1, 1) - timedelta(days=1)).day
    return date(year, month + 1, min(day.day, last))


def _read_rule(entry: Mapping[str, Any]) -> QualityRule:
    return QualityRule(
        code=entry["code"],
        group=FaultGroup(entry["group"]),
        severity=Severity(entry["severity"]),
        subject=Subject(entry["subject"]),
        days=entry["days"],
        parameters=tuple(
            Parameters(block["from"], {key: value for key, value in block.items() if key != "from"})
            for block in entry.get("parameters", ())
        ),
    )
