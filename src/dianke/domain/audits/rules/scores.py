"""How sound the archive of a unit is, as one number: what its faults weigh against what it holds."""

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

from dianke.domain.audits.types import Severity
from dianke.kernel.errors import DomainError

SCHEMA = "quality-score/v1"
FULL_E2 = 100_00
_FILE = Path(__file__).resolve().parent.parent / "data" / "scores.toml"


class ScorePolicyUnreadable(DomainError):
    """The file of the weights cannot be used."""

    code = "audits.score_policy_unreadable"
    message = "the weights of faults cannot be read: {reason}"


@dataclass(frozen=True, slots=True)
class ScorePolicy:
    """What is in force from a day on: the weight of a fault of each severity, in hundredths of a record."""

    code: str
    valid_from: date
    weights_e2: Mapping[str, int]


def read_score_policies(text: str) -> list[ScorePolicy]:
    """
    Return the versions of a file, oldest first.

    :raises ScorePolicyUnreadable: if it is no TOML of the schema, or a severity has no weight of 0 to 100
    """
    try:
        content = tomllib.loads(text)
        if content["schema"] != SCHEMA:
            raise ScorePolicyUnreadable(field="schema", reason="the schema is unknown")
        versions = [_read_version(one) for one in content["version"]]
    except (tomllib.TOMLDecodeError, KeyError, TypeError, ValueError) as fault:
        raise ScorePolicyUnreadable(field="file", reason=f"{type(fault).__name__}: {fault}") from fault
    if not versions:
        raise ScorePolicyUnreadable(field="version", reason="there is no version")
    return sorted(versions, key=lambda one: one.valid_from)


def choose_score_policy(versions: Sequence[ScorePolicy], *, on: date) -> ScorePolicy:
    """Return the version of a day, the oldest for days before all."""
    in_force = [one for one in versions if one.valid_from <= on]
    return in_force[-1] if in_force else versions[0]


@cache
def _load() -> tuple[ScorePolicy, ...]:
    return tuple(read_score_policies(_FILE.read_text("utf-8")))


def get_score_policy(*, on: date) -> ScorePolicy:
    """Return what is in force on a day."""
    return choose_score_policy(_load(), on=on)


def score_unit(*, faults: Mapping[str, int], records: int, policy: ScorePolicy) -> int | None:
    """
    Return the score of a unit in hundredths of a point, 0 to 10,000, rounded half up.

    `faults` are counts by severity. None for a unit that holds no record: it is neither sound nor unsound.
    """
    if records <= 0:
        return None
    weight_e2 = sum(count * policy.weights_e2[severity] for severity, count in faults.items())
    lost_e2 = (2 * weight_e2 * 100 + records) // (2 * records)
    return max(FULL_E2 - lost_e2, 0)


def _read_version(given: Mapping[str, Any]) -> ScorePolicy:
    weights = {severity.value: _read_weight(given["weights_e2"][severity.value]) for severity in Severity}
    return ScorePolicy(code=str(given["code"]), valid_from=given["valid_from"], weights_e2=weights)


def _read_weight(weight: Any) -> int:
    if not isinstance(weight, int) or isinstance(weight, bool) or not 0 <= weight <= 100:
        msg = f"{weight!r} is no weight of 0 to 100"
        raise ValueError(msg)
    return weight
