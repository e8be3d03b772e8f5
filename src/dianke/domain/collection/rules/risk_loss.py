"""Expected loss, the reasons of a score, who is watched, and which measures fit."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from dianke.domain.collection.rules.risk_history import NONE, Snapshot
from dianke.domain.collection.rules.risk_rules import RiskRules
from dianke.domain.collection.rules.risk_score import GROUPS, UNKNOWN, RuleScores
from dianke.engine.risk.types import Features, Floats

Integers = NDArray[np.int64]
REASONS = 3
_E6 = 10**6
_LEAST_PART = 1e-6


@dataclass(frozen=True, slots=True)
class Losses:
    """Shapes: three (n,). Units: fen; probability in 1e-6."""

    probability_e6: Integers
    exposure_fen: Integers
    expected_fen: Integers


def compute_losses(
    snapshot: Snapshot, probability: Floats, *, rules: RiskRules, guaranteed_fen: NDArray[np.int64] | None = None
) -> Losses:
    """
    Return what is expected to be lost: probability × exposure × loss given default × the share that nothing covers.

    Exposure is the open debt and the days since the last bill at the daily average; what is held covers it first, then
    what others answer for. A guarantee makes nobody pay sooner, so it changes the loss and never the probability.

    Shapes: one value an account everywhere; `guaranteed_fen` in the order of the snapshot.

    Source: spec algorithms §3.1.
    """
    chance = np.floor(np.clip(probability, 0, 1) * _E6 + 0.5).astype(np.int64)
    exposure = snapshot.open_fen + snapshot.unbilled_fen
    covered = np.maximum(snapshot.held_fen, 0) + (0 if guaranteed_fen is None else guaranteed_fen)
    bare = np.maximum(exposure - covered, 0)
    share_e4 = int(rules.loss_given_default * 10_000)
    # In two steps, for a large account times both would leave 64 bits.
    expected = (bare * chance + _E6 // 2) // _E6
    return Losses(chance, exposure, (expected * share_e4 + 5_000) // 10_000)


def assume_probabilities(grades: NDArray[np.str_], *, rules: RiskRules, observed: dict[str, float]) -> Floats:
    """Return how often accounts of each grade go late: as observed, else as the rules assume."""
    found = np.zeros(grades.size)
    for grade in rules.grades:
        found[grades == grade.code] = observed.get(grade.code, float(grade.assumed_probability))
    return found


def explain_by_points(scores: RuleScores, *, weights: dict[str, int]) -> list[list[str]]:
    """Return for each account the three groups that cost it most points, as `code=points in hundredths`."""
    full = np.array([weights[name] * 100 for name in GROUPS], dtype=np.int64)
    lost = np.where(scores.points_e2 == UNKNOWN, 0, full - scores.points_e2)
    return _name_largest(lost.astype(np.float64), np.asarray(GROUPS), lost.astype(np.float64))


def explain_by_parts(features: Features, parts: Floats) -> list[list[str]]:
    """Return for each account the three features that raise its probability most, as `name=value in thousandths`."""
    values = np.nan_to_num(features.values, nan=0.0) * 1000
    return _name_largest(parts, np.asarray(features.names), values)


def is_watched(grades: NDArray[np.str_], losses: Losses, *, rules: RiskRules) -> NDArray[np.bool_]:
    """Return which accounts stand on the watch list."""
    watched: NDArray[np.bool_] = np.isin(grades, list(rules.watched_grades))
    return watched | (losses.expected_fen >= rules.watched_loss_fen)


def is_worth_proposing(
    *, grades: NDArray[np.str_], losses: Losses, snapshot: Snapshot, rules: RiskRules
) -> NDArray[np.bool_]:
    """Return for which accounts anything may be proposed: those above every floor, of a grade that a measure is for."""
    answered = sorted({grade for rule in rules.measures for grade in rule.grades})
    worth: NDArray[np.bool_] = np.isin(grades, answered) & snapshot.is_active
    worth &= losses.expected_fen >= max(rules.floor.loss_fen, 1)
    worth &= losses.probability_e6 >= int(rules.floor.probability * _E6)
    worth &= (snapshot.days_late > 0).sum(axis=1) >= rules.floor.late_bills
    return worth


def choose_measures(
    *, grades: NDArray[np.str_], losses: Losses, month_fen: Integers, is_spared: NDArray[np.bool_],
    failed: Sequence[NDArray[np.bool_]], rules: RiskRules,
) -> Integers:  # fmt: skip
    """
    Return for each account the place of the measure that is proposed, NONE where none fits.

    It is the mildest that fits and is enough for what is expected to be lost; where none is, the harshest that fits.

    :param is_spared: homes and households in need (低保, 特困, medical need), whom no harsh measure touches
    :param failed: for each measure the accounts that went late though it was carried out: there it is not enough
    """
    found = np.full(grades.size, NONE, dtype=np.int64)
    is_answered = np.zeros(grades.size, dtype=bool)
    for place, rule in enumerate(rules.measures):
        fits = np.isin(grades, list(rule.grades)) & (month_fen >= rule.least_month_fen) & ~is_answered
        if rule.is_harsh:
            fits &= ~is_spared
        found[fits] = place
        if rule.enough_loss_fen is not None:
            is_answered |= fits & ~failed[place] & (losses.expected_fen <= rule.enough_loss_fen)
    return found


def _name_largest(weight: Floats, names: NDArray[np.str_], values: Floats) -> list[list[str]]:
    most = np.argsort(-weight, axis=1, kind="stable")[:, :REASONS]
    rows = np.arange(weight.shape[0])[:, None]
    figures = np.rint(values[rows, most]).astype(np.int64)
    named, counts = names[most], weight[rows, most] > _LEAST_PART
    return [
        [f"{name}={figure}" for name, figure, does in zip(own, of, count, strict=True) if does]
        for own, of, count in zip(named.tolist(), figures.tolist(), counts.tolist(), strict=True)
    ]
