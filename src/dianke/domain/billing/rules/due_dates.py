"""When an issued bill falls due: the terms of the house by class, an account's own, the last bill of who leaves."""

import tomllib
from calendar import monthrange
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from importlib import resources
from typing import Any

from dianke.domain.billing.types import DueRuleKind
from dianke.kernel.errors import DomainError

_OTHERS = "*"


class NoPaymentTermsInForce(DomainError):
    """The day lies before the first terms."""

    code = "billing.no_payment_terms_in_force"
    message = "no terms of payment are in force on {day}"


@dataclass(frozen=True, slots=True)
class DueRule:
    """Days after issue, or the first such day of a month that leaves the least days."""

    kind: DueRuleKind
    value: int


@dataclass(frozen=True, slots=True)
class DueBounds:
    """How far an account's own rule may go."""

    most_days_after_issue: int
    least_days: int


@dataclass(frozen=True, slots=True)
class _Version:
    valid_from: date
    classes: Mapping[str, DueRule]
    final: DueRule


def find_due_date(rule: DueRule, *, issued_on: date) -> date:
    """Return the last day on which a bill can be paid without a late fee."""
    if rule.kind is DueRuleKind.DAYS_AFTER_ISSUE:
        return issued_on + timedelta(days=rule.value)
    earliest = issued_on + timedelta(days=get_bounds().least_days)
    due = _day_of_month(earliest.year, earliest.month, rule.value)
    if due >= earliest:
        return due
    return _day_of_month(earliest.year + earliest.month // 12, earliest.month % 12 + 1, rule.value)


def get_standard_rule(*, usage_class: str, issued_on: date, is_final: bool = False) -> DueRule:
    """
    Return the rule for bills of a class that are issued on a day.

    :raises NoPaymentTermsInForce: if the day lies before the first terms
    """
    for version in reversed(_read()[1]):
        if version.valid_from <= issued_on:
            return version.final if is_final else version.classes.get(usage_class, version.classes[_OTHERS])
    raise NoPaymentTermsInForce(field="issued_on", day=issued_on)


def get_bounds() -> DueBounds:
    """Return how far an account's own rule may go."""
    return _read()[0]


def find_rule_obstacle(rule: DueRule) -> str:
    """Return why an account cannot have a rule, or nothing."""
    if rule.kind is DueRuleKind.DAYS_AFTER_ISSUE:
        return "" if get_bounds().least_days <= rule.value <= get_bounds().most_days_after_issue else "days_outside"
    return "" if 1 <= rule.value <= 31 else "day_outside"


def _day_of_month(year: int, month: int, day: int) -> date:
    return date(year, month, min(day, monthrange(year, month)[1]))


@cache
def _read() -> tuple[DueBounds, tuple[_Version, ...]]:
    text = resources.files("dianke.domain.billing").joinpath("data", "payment_terms.toml").read_text("utf-8")
    data = tomllib.loads(text)
    versions = [
        _Version(
            valid_from=row["valid_from"],
            classes={name: _rule(one) for name, one in row["classes"].items()},
            final=_rule(row["final"]),
        )
        for row in data["version"]
    ]
    bounds = DueBounds(most_days_after_issue=data["most_days_after_issue"], least_days=data["least_days"])
    return bounds, tuple(sorted(versions, key=lambda version: version.valid_from))


def _rule(row: Mapping[str, Any]) -> DueRule:
    kind = DueRuleKind(row["rule"])
    return DueRule(kind, row["days" if kind is DueRuleKind.DAYS_AFTER_ISSUE else "day"])
