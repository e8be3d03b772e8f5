"""Which rules hold on a date: read once from the dated data beside this file."""

import tomllib
from datetime import date
from decimal import Decimal
from functools import cache
from importlib import resources
from types import MappingProxyType
from typing import Any

from dianke.domain.billing.rules.recover.types import (
    BackBillingTerms,
    BreachAct,
    BreachTerms,
    CrossYear,
    LateFeeTerms,
    RuleSet,
    TheftTerms,
)
from dianke.kernel.errors import DomainError

_BACK_BILLING = ("meter_error", "wrong_wiring", "wrong_multiplier", "fuse")


class UnknownRuleSet(DomainError):
    """No rule set has this code."""

    code = "unknown_rule_set"
    message = "there is no rule set {rule_set!r}; there are {known}"


class NoRuleSetInForce(DomainError):
    """The date lies before the first rule set."""

    code = "no_rule_set_in_force"
    message = "no rule set is in force on {day}; the first begins on {first}"


@cache
def list_rule_sets() -> tuple[RuleSet, ...]:
    """Return every rule set that ships with the product, oldest first."""
    data = tomllib.loads(
        resources.files("dianke.domain.billing.rules.recover").joinpath("rule_sets.toml").read_text("utf-8")
    )
    rows: dict[str | None, dict[str, Any]] = {}
    for row in data["rule_set"]:
        inherited = {name: part for name, part in rows.get(row.get("based_on"), {}).items() if name != "valid_to"}
        rows[row["code"]] = inherited | row
    return tuple(sorted(map(_rule_set, rows.values()), key=lambda rules: rules.valid_from))


def get_rule_set(*, rule_set: str) -> RuleSet:
    """
    Return the rule set of a code.

    :raises UnknownRuleSet: if there is none
    """
    known = {rules.code: rules for rules in list_rule_sets()}
    if rule_set not in known:
        raise UnknownRuleSet(field="rule_set", rule_set=rule_set, known=", ".join(known))
    return known[rule_set]


def get_rule_set_in_force(*, day: date, field: str) -> RuleSet:
    """
    Return the rule set in force on a day.

    :raises NoRuleSetInForce: if the day lies before the first
    """
    for rules in reversed(list_rule_sets()):
        if rules.valid_from <= day:
            return rules
    raise NoRuleSetInForce(field=field, day=day, first=list_rule_sets()[0].valid_from)


def _rule_set(row: dict[str, Any]) -> RuleSet:
    fee = row["late_fee"]
    return RuleSet(
        code=row["code"],
        title_en=row["title_en"],
        title_zh=row["title_zh"],
        regulation=row["regulation"],
        valid_from=row["valid_from"],
        valid_to=row.get("valid_to"),
        is_unconfirmed=row.get("unconfirmed", False),
        multiples_are_caps=row.get("multiple_cap", False),
        counts_in_tiers=row["counts_in_tiers"],
        late_fee=LateFeeTerms(
            article=fee["article"],
            cross_year=CrossYear(fee["cross_year"]),
            **_numbers(fee, "residential", "other", "other_earlier_year", "min_charge", "cap_ratio"),
        ),
        back_billing=MappingProxyType(
            {
                kind: BackBillingTerms(article=row[kind]["article"], is_half_period=row[kind]["is_half_period"])
                for kind in _BACK_BILLING
            }
        ),
        theft=TheftTerms(
            article=row["theft"]["article"],
            **_numbers(row["theft"], "days", "hours_power", "hours_lighting", "multiple"),
        ),
        breach=MappingProxyType({BreachAct(act.upper()): _breach(terms) for act, terms in row["breach"].items()}),
    )


def _breach(terms: dict[str, Any]) -> BreachTerms:
    numbers = _numbers(terms, "multiple", "yuan_per_kw", "yuan_residential", "yuan_other")
    return BreachTerms(article=terms["article"], **numbers)


def _numbers(table: dict[str, Any], *names: str) -> dict[str, Decimal]:
    return {name: Decimal(table[name]) for name in names if name in table}
