"""A fitted model of either kind: probabilities, reasons, and its form as data with a checksum."""

import hashlib
import json
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

import numpy as np

from dianke.engine.risk.scorecard import Scorecard, fit_scorecard, read_scorecard
from dianke.engine.risk.trees import Trees, fit_trees, read_trees
from dianke.engine.risk.types import Features, Floats, Integers, Sample
from dianke.kernel.errors import DomainError

FORM = "risk-model/v1"
SEED = 20_261_122
_EDGE = 1e-9
_STEPS = 50


class ModelIsDamaged(DomainError):
    """A stored model is not what was stored."""

    code = "risk.model_is_damaged"
    message = "the stored model of risk is damaged: {reason}"


class ModelKind(StrEnum):
    """How a model was fitted."""

    SCORECARD = "SCORECARD"
    BOOSTED_TREES = "BOOSTED_TREES"


@dataclass(frozen=True, slots=True)
class RiskModel:
    """A scorecard or trees, with the line that brings its log odds to what came (calibration)."""

    kind: ModelKind
    body: Scorecard | Trees
    slope: float = 1.0
    shift: float = 0.0

    @property
    def names(self) -> tuple[str, ...]:
        """Return the features that it asks for."""
        return self.body.names

    def explain(self, features: Features) -> tuple[Floats, Floats]:
        """
        Return the probability of each row and what each feature added to its log odds.

        Shapes: (n, f) -> (n,), (n, f). Units: probability; log odds. Errors: ValueError for other columns.
        """
        parts = self.body.contribute(features)
        base = self.body.base if isinstance(self.body, Trees) else self.body.intercept
        log_odds = self.slope * (base + parts.sum(axis=1)) + self.shift
        return 1 / (1 + np.exp(-log_odds)), parts * self.slope

    def predict(self, features: Features) -> Floats:
        """Return the probability of each row. Shapes: (n, f) -> (n,)."""
        return self.explain(features)[0]

    def calibrate(self, said: Floats, bad: Integers) -> "RiskModel":
        """Return the model with the line that fits probabilities it said, out of time, to what came of them."""
        slope, shift = fit_line(said, bad)
        return replace(self, slope=self.slope * slope, shift=slope * self.shift + shift)

    def as_data(self) -> dict[str, Any]:
        """Return it as plain data with the checksum of it."""
        data: dict[str, Any] = {
            "form": FORM,
            "kind": self.kind.value,
            "names": list(self.names),
            "slope": self.slope,
            "shift": self.shift,
            "body": self.body.as_data(),
        }
        data = _without_signed_noughts(data)
        return {**data, "sha256": _sum_up(data)}


def read_model(data: dict[str, Any]) -> RiskModel:
    """
    Return a model from plain data.

    :raises ModelIsDamaged: if it is of another form or its checksum differs
    """
    given = {key: value for key, value in data.items() if key != "sha256"}
    if given.get("form") != FORM:
        raise ModelIsDamaged(field="form", reason=f"the form is {given.get('form')!r}")
    if _sum_up(given) != data.get("sha256"):
        raise ModelIsDamaged(field="sha256", reason="the checksum differs")
    kind, names = ModelKind(given["kind"]), tuple(given["names"])
    body = read_scorecard(names, given["body"]) if kind is ModelKind.SCORECARD else read_trees(names, given["body"])
    return RiskModel(kind, body, float(given["slope"]), float(given["shift"]))


def fit(kind: ModelKind, sample: Sample) -> RiskModel:
    """Return the model of a kind that fits a sample; the same sample gives the same model."""
    if kind is ModelKind.SCORECARD:
        return RiskModel(kind, fit_scorecard(sample.features, sample.bad, seed=SEED))
    return RiskModel(kind, fit_trees(sample.features, sample.bad, seed=SEED))


def fit_line(said: Floats, bad: Integers) -> tuple[float, float]:
    """
    Return slope and shift of the log odds that fit what was said to what came; 1 and 0 where nothing can be told.

    Shapes: two (n,). Source: Platt 1999, by Newton's steps; both are held to a slope above nought.
    """
    rate = float(bad.mean()) if bad.size else 0.0
    if not 0 < rate < 1:
        return 1.0, 0.0
    odds = np.log(np.clip(said, _EDGE, 1 - _EDGE) / (1 - np.clip(said, _EDGE, 1 - _EDGE)))
    x = np.column_stack([odds, np.ones_like(odds)])
    line = np.array([1.0, 0.0])
    for _step in range(_STEPS):
        p = 1 / (1 + np.exp(-np.clip(x @ line, -30, 30)))
        weight = np.maximum(p * (1 - p), _EDGE)
        change = np.linalg.solve(x.T @ (x * weight[:, None]) + 1e-6 * np.eye(2), x.T @ (bad - p))
        line = line + change
        if np.abs(change).max() < 1e-10:
            break
    if not np.isfinite(line).all() or line[0] <= 0:
        return 1.0, 0.0
    return float(line[0]), float(line[1])


def _without_signed_noughts(value: Any) -> Any:
    """Return plain data whose noughts have no sign: a database that keeps numbers as decimals knows none."""
    if isinstance(value, dict):
        return {key: _without_signed_noughts(one) for key, one in value.items()}
    if isinstance(value, list):
        return [_without_signed_noughts(one) for one in value]
    return value + 0.0 if isinstance(value, float) else value


def _sum_up(data: dict[str, Any]) -> str:
    return hashlib.sha256(json.dumps(data, sort_keys=True, separators=(",", ":"), allow_nan=False).encode()).hexdigest()
