"""How often a customer is visited for their importance, and when the next visit falls due."""

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from importlib import resources
from typing import Any

from dianke.domain.customers.types import Importance
from dianke.kernel.errors import DomainError

SCHEMA = "care-policy/v1"


class CarePolicyUnreadable(DomainError):
    """The file of the policy cannot be used."""

    code = "customers.care_policy_unreadable"
    message = "the policy of care cannot be read: {reason}"


@dataclass(frozen=True, slots=True)
class CarePolicy:
    """What is in force from a day on."""

    code: str
    valid_from: date
    visit_ahead_days: int
    importance_days: Mapping[str, int]

    def find_rhythm(self, *, importance: str) -> int | None:
        """Return after how many days a customer of an importance is visited again; None where no rhythm holds."""
        return self.importance_days.get(importance)


def read_care_policies(text: str) -> list[CarePolicy]:
    """
    Return the versions of a file, oldest first.

    :raises CarePolicyUnreadable: if it is no TOML of the schema, or names an unknown importance or no positive days
    """
    try:
        content = tomllib.loads(text)
        if content["schema"] != SCHEMA:
            raise CarePolicyUnreadable(field="schema", reason="the schema is unknown")
        versions = [_read_version(one) for one in content["version"]]
    except (tomllib.TOMLDecodeError, KeyError, TypeError, ValueError) as fault:
        raise CarePolicyUnreadable(field="file", reason=f"{type(fault).__name__}: {fault}") from fault
    if not versions:
        raise CarePolicyUnreadable(field="version", reason="there is no version")
    return sorted(versions, key=lambda one: one.valid_from)


def choose_care_policy(versions: Sequence[CarePolicy], *, on: date) -> CarePolicy:
    """Return the version of a day, the oldest for days before all."""
    in_force = [one for one in versions if one.valid_from <= on]
    return in_force[-1] if in_force else versions[0]


@cache
def _load() -> tuple[CarePolicy, ...]:
    source = resources.files("dianke.domain.customers") / "data" / "care.toml"
    return tuple(read_care_policies(source.read_text(encoding="utf-8")))


def get_care_policy(*, on: date) -> CarePolicy:
    """Return what is in force on a day."""
    return choose_care_policy(_load(), on=on)


def find_visit_due(*, last: date | None, begun: date, rhythm_days: int | None) -> date | None:
    """Return when a customer is to be visited: a rhythm after the last visit, or after the manager began."""
    if rhythm_days is None:
        return None
    return (last or begun) + timedelta(days=rhythm_days)


def _read_version(given: Mapping[str, Any]) -> CarePolicy:
    days = given["visit_days"]
    return CarePolicy(
        code=str(given["code"]),
        valid_from=given["valid_from"],
        visit_ahead_days=_read_days(given["visit_ahead_days"]),
        importance_days={Importance(code).value: _read_days(count) for code, count in days["importances"].items()},
    )


def _read_days(count: Any) -> int:
    if not isinstance(count, int) or isinstance(count, bool) or count < 1:
        msg = f"{count!r} is no number of days"
        raise ValueError(msg)
    return count
