"""What holds on a day for cutting off and restoring: dated data, read once; a utility adds versions of its own."""

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cache
from importlib import resources
from types import MappingProxyType
from typing import Any

from dianke.domain.fee_control.types import RuleCode, Thresholds
from dianke.kernel.errors import DomainError

SCHEMA = "fee-control-policy/v1"
HOMES = frozenset({"RESIDENTIAL", "RESIDENTIAL_SHARED"})
_OTHERS = "*"


class PolicyUnreadable(DomainError):
    """The file of the policy cannot be used."""

    code = "fee_control.policy_unreadable"
    message = "the policy of fee control cannot be read: {reason}"


@dataclass(frozen=True, slots=True)
class NoticeTerms:
    """How long a debt is overdue and a customer told before they are cut off."""

    least_days_overdue: int
    notice_days: int
    last_hour_minutes: int


@dataclass(frozen=True, slots=True)
class BalanceTerms:
    """How long a customer of an agreement is warned before they are cut off."""

    warned_hours: int
    last_hour_minutes: int


@dataclass(frozen=True, slots=True)
class Policy:
    """What is in force from a day on."""

    code: str
    valid_from: date
    hours_from: int
    hours_until: int
    keeps_working_days: bool
    most_estimate_days: int
    amber_ratio_percent: int
    homes: NoticeTerms
    others: NoticeTerms
    balance: BalanceTerms
    law_hours: int
    fee_control_hours: int
    thresholds: Mapping[str, Thresholds]
    articles: Mapping[str, str]
    texts: Mapping[str, str]

    def find_notice(self, usage_class: str) -> NoticeTerms:
        """Return the terms of a class of use."""
        return self.homes if usage_class in HOMES else self.others

    def find_thresholds(self, usage_class: str) -> Thresholds:
        """Return the thresholds that an agreement of a class begins with."""
        return self.thresholds.get(usage_class, self.thresholds[_OTHERS])

    def name_article(self, rule: RuleCode) -> str:
        """Return the text behind a rule."""
        return self.articles[rule.value]


def read_policies(text: str) -> list[Policy]:
    """
    Return the versions of a file.

    :raises PolicyUnreadable: if it is no TOML of the schema, or lacks or contradicts a figure
    """
    try:
        content = tomllib.loads(text)
        if content["schema"] != SCHEMA:
            raise PolicyUnreadable(field="schema", reason="the schema is unknown")
        house = None if "articles" in content else list_house_policies()[-1]
        articles = {**(house.articles if house else {}), **content.get("articles", {})}
        texts = {**(house.texts if house else {}), **content.get("texts", {})}
        return [_read(one, articles, texts) for one in content["version"]]
    except (tomllib.TOMLDecodeError, KeyError, TypeError, ValueError, ArithmeticError) as fault:
        raise PolicyUnreadable(field="file", reason=f"{type(fault).__name__}: {fault}") from fault


@cache
def list_house_policies() -> tuple[Policy, ...]:
    """Return what the product brings."""
    path = resources.files("dianke.domain.fee_control") / "data" / "policy.toml"
    return tuple(read_policies(path.read_text("utf-8")))


def find_policy(known: Sequence[Policy], *, on: date) -> Policy:
    """
    Return what is in force on a day; of two of the same day the later one of the list.

    :raises PolicyUnreadable: if nothing is
    """
    held = [one for one in known if one.valid_from <= on]
    if not held:
        raise PolicyUnreadable(field="day", reason=f"nothing is in force on {on}")
    return max(enumerate(held), key=lambda pair: (pair[1].valid_from, pair[0]))[1]


def _read(content: Mapping[str, Any], articles: Mapping[str, str], texts: Mapping[str, str]) -> Policy:
    named = {**articles, **content.get("articles", {})}
    missing = [rule.value for rule in RuleCode if rule.value not in named]
    if missing:
        raise PolicyUnreadable(field="articles", reason=f"no text behind {', '.join(missing)}")
    if not 0 <= content["hours_from"] < content["hours_until"] <= 24:
        raise PolicyUnreadable(field="hours_from", reason="the hours begin before they end")
    return Policy(
        code=content["code"],
        valid_from=content["valid_from"],
        hours_from=int(content["hours_from"]),
        hours_until=int(content["hours_until"]),
        keeps_working_days=bool(content["keeps_working_days"]),
        most_estimate_days=int(content["most_estimate_days"]),
        amber_ratio_percent=int(content["amber_ratio_percent"]),
        homes=NoticeTerms(**content["notice"]["homes"]),
        others=NoticeTerms(**content["notice"]["others"]),
        balance=BalanceTerms(**content["balance"]),
        law_hours=int(content["reconnect_hours"]["law"]),
        fee_control_hours=int(content["reconnect_hours"]["fee_control"]),
        thresholds=MappingProxyType({name: _thresholds(one) for name, one in content["thresholds"].items()}),
        articles=MappingProxyType(named),
        texts=MappingProxyType(dict(texts)),
    )


def _thresholds(row: Mapping[str, str]) -> Thresholds:
    found = Thresholds(*(int(Decimal(row[name]) * 100) for name in ("notice", "warning", "stop")))
    if not found.notice_fen >= found.warning_fen >= found.stop_fen:
        raise PolicyUnreadable(field="thresholds", reason="notice comes before warning, warning before stop")
    return found
