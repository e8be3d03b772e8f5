"""What risk goes by from a day on: weights, grades, outcomes, measures; dated data."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cache
from importlib import resources
from typing import Any

from dianke.domain.collection.types import RiskMeasureKind
from dianke.domain.receivables.types import GuaranteeKind


@dataclass(frozen=True, slots=True)
class Grade:
    """A grade of the rule score: from so many points; how often such an account is assumed to go late."""

    code: str
    from_e2: int
    assumed_probability: Decimal


@dataclass(frozen=True, slots=True)
class MeasureRule:
    """Whom a measure is for, and up to which expected loss it is enough; None: whatever is expected."""

    kind: RiskMeasureKind
    grades: frozenset[str]
    is_harsh: bool
    least_month_fen: int
    enough_loss_fen: int | None


@dataclass(frozen=True, slots=True)
class ProposalFloor:
    """What nothing is proposed below, whatever the grade."""

    loss_fen: int
    probability: Decimal
    late_bills: int


@dataclass(frozen=True, slots=True)
class ScoreRules:
    """How the groups of the rule score fall within their weights, in points as the data has them."""

    weights: Mapping[str, int]
    payment: Mapping[str, Any]
    arrears: Mapping[str, Any]
    law: Mapping[str, Any]
    stability: Mapping[str, Any]
    papers: Mapping[str, Any]
    security: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class RiskRules:
    """What is in force from a day on."""

    valid_from: date
    late_days: int
    horizon_months: int
    history_months: int
    least_bills: int
    least_bad: int
    least_gain: Decimal
    most_cutoffs: int
    most_rows: int
    train_every_days: int
    kept_runs: int
    most_proposals: int
    rest_days: int
    loss_given_default: Decimal
    covering_guarantees: frozenset[GuaranteeKind]
    most_unbilled_days: int
    watched_grades: frozenset[str]
    watched_loss_fen: int
    # The best first.
    grades: tuple[Grade, ...]
    score: ScoreRules
    floor: ProposalFloor
    # The mildest first.
    measures: tuple[MeasureRule, ...]

    def find_grade(self, score_e2: int) -> Grade:
        """Return the grade of a score in hundredths of a point."""
        return next(one for one in self.grades if score_e2 >= one.from_e2)


def get_rules(*, on: date) -> RiskRules:
    """Return the rules in force on a day."""
    return max((one for one in _list_versions() if one.valid_from <= on), key=lambda one: one.valid_from)


@cache
def _list_versions() -> tuple[RiskRules, ...]:
    path = resources.files("dianke.domain.collection") / "data" / "risk.toml"
    return tuple(_read(one) for one in tomllib.loads(path.read_text("utf-8"))["version"])


def _read(content: Mapping[str, Any]) -> RiskRules:
    plain = (
        "valid_from", "late_days", "horizon_months", "history_months", "least_bills", "least_bad", "most_cutoffs",
        "most_rows", "train_every_days", "kept_runs", "most_proposals", "rest_days", "most_unbilled_days",
    )  # fmt: skip
    return RiskRules(
        **{name: content[name] for name in plain},
        least_gain=Decimal(content["least_gain"]),
        loss_given_default=Decimal(content["loss_given_default"]),
        covering_guarantees=frozenset(GuaranteeKind(one) for one in content["covering_guarantees"]),
        watched_grades=frozenset(content["watched_grades"]),
        watched_loss_fen=_to_fen(content["watched_loss_yuan"]),
        grades=tuple(
            Grade(one["code"], one["from"] * 100, Decimal(one["assumed_probability"])) for one in content["grades"]
        ),
        score=ScoreRules(
            content["groups"],
            *(content[name] for name in ("payment", "arrears", "law", "stability", "papers", "security")),
        ),
        floor=_read_floor(content["proposals"]),
        measures=tuple(_read_measure(one) for one in content["measures"]),
    )


def _read_floor(content: Mapping[str, Any]) -> ProposalFloor:
    return ProposalFloor(
        _to_fen(content["least_loss_yuan"]), Decimal(content["least_probability"]), int(content["least_late_bills"])
    )


def _read_measure(content: Mapping[str, Any]) -> MeasureRule:
    return MeasureRule(
        RiskMeasureKind(content["code"]),
        frozenset(content["grades"]),
        bool(content["is_harsh"]),
        _to_fen(content.get("least_month_yuan", "0")),
        _to_fen(content["enough_loss_yuan"]) if "enough_loss_yuan" in content else None,
    )


def _to_fen(yuan: str) -> int:
    return int(Decimal(yuan) * 100)
