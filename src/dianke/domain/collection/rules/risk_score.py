"""The rule score of risk, 0 to 100: points by group in integers, each with the figures behind it."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dianke.domain.collection.rules.risk_history import Snapshot
from dianke.domain.collection.rules.risk_rules import RiskRules, ScoreRules

Integers = NDArray[np.int64]
GROUPS = ("PAYMENT", "ARREARS", "LAW", "STABILITY", "PAPERS", "SECURITY", "EXTERNAL")
# What stands behind the points, in the order that it is stored: shares in 1e-4, days in tenths.
FIGURES = (
    "bills_due", "late_count", "mean_days_e1", "late_share_e4", "arrears_months_e2", "thefts", "breaches", "spread_e4",
    "fall_e4", "has_contract", "has_papers", "cover_e4", "has_mandate",
)  # fmt: skip
UNKNOWN = -1
_E4, _E9 = 10_000, 10**9
# Beyond it a ratio says no more.
_MOST = 10**6


@dataclass(frozen=True, slots=True)
class RuleScores:
    """
    Scores of accounts. Shapes: score_e2 (n,), points_e2 (n, 7), figures (n, 13).

    Units: hundredths of a point. A group that nothing is known of has UNKNOWN points, and the others are scaled to
    100; who never had a bill due has no score.
    """

    score_e2: Integers
    points_e2: Integers
    figures: Integers


def score_accounts(snapshot: Snapshot, *, rules: RiskRules) -> RuleScores:
    """
    Return the rule score of each account as of a snapshot.

    Source: spec algorithms §3.1 (groups, weights, half-life); how points fall within a group is ours [P].
    """
    figures: dict[str, Integers] = {}
    score = rules.score
    points = [
        _score_payment(snapshot, score, figures),
        _score_arrears(snapshot, score, figures),
        _score_law(snapshot, score, figures),
        _score_stability(snapshot, score, figures),
        _score_papers(snapshot, score, figures),
        _score_security(snapshot, score, figures),
        np.full(snapshot.month_fen.size, UNKNOWN, dtype=np.int64),
    ]
    table = np.column_stack(points)
    weights = np.array([score.weights[name] for name in GROUPS], dtype=np.int64)
    known = table != UNKNOWN
    reached = np.where(known, table, 0).sum(axis=1)
    weight = (known * weights).sum(axis=1)
    total = _divide(reached * 100, np.maximum(weight, 1))
    total[table[:, 0] == UNKNOWN] = UNKNOWN
    return RuleScores(total, table, np.column_stack([figures[name] for name in FIGURES]))


def list_grades(score_e2: Integers, *, rules: RiskRules) -> NDArray[np.str_]:
    """Return the grade of each score; empty where there is none. Shapes: (n,) -> (n,)."""
    found = np.full(score_e2.size, "", dtype="<U1")
    for grade in reversed(rules.grades):
        found[score_e2 >= grade.from_e2] = grade.code
    return found


def _score_payment(snapshot: Snapshot, rules: ScoreRules, figures: dict[str, Integers]) -> Integers:
    given = rules.payment
    late = snapshot.days_late > 0
    due, count = snapshot.bills_due, late.sum(axis=1)
    days = np.where(snapshot.has_bill, snapshot.days_late, 0).sum(axis=1)
    weights = _list_weights(snapshot.days_late.shape[1], int(given["half_life_months"]))
    known, lost = (snapshot.has_bill * weights).sum(axis=1), (late * weights).sum(axis=1)
    table = np.array(given["late_count"], dtype=np.int64) * 100
    by_count = table[np.minimum(count, table.size - 1)]
    no_days, bills = int(given["no_days"]), np.maximum(due, 1)
    by_days = _divide(given["mean_days"] * 100 * np.maximum(no_days * bills - days, 0), no_days * bills)
    by_recency = _divide(given["recency"] * 100 * ((known - lost) // 1000), np.maximum(known // 1000, 1))
    figures["bills_due"], figures["late_count"] = due, count
    figures["mean_days_e1"] = np.minimum(_divide(days * 10, bills), _MOST)
    figures["late_share_e4"] = _divide(lost // 1000 * _E4, np.maximum(known // 1000, 1))
    return np.where(due > 0, by_count + by_days + by_recency, UNKNOWN)


def _score_arrears(snapshot: Snapshot, rules: ScoreRules, figures: dict[str, Integers]) -> Integers:
    weight, none_at = rules.weights["ARREARS"] * 100, int(rules.arrears["no_months"])
    month = np.maximum(snapshot.month_fen, 1)
    figures["arrears_months_e2"] = np.minimum(_divide(snapshot.overdue_fen * 100, month), _MOST)
    # Cut before it is multiplied, for no product may leave 64 bits.
    left = np.maximum(none_at * month - np.minimum(snapshot.overdue_fen, none_at * month), 0)
    is_known = (snapshot.month_fen > 0) | (snapshot.overdue_fen == 0) & (snapshot.bills_due > 0)
    return np.where(is_known, _divide(weight * left, none_at * month), UNKNOWN)


def _score_law(snapshot: Snapshot, rules: ScoreRules, figures: dict[str, Integers]) -> Integers:
    figures["thefts"], figures["breaches"] = snapshot.thefts, snapshot.breaches
    points = np.full(snapshot.thefts.size, rules.weights["LAW"] * 100, dtype=np.int64)
    points[snapshot.breaches == 1] = rules.law["one_breach"] * 100
    points[snapshot.breaches > 1] = rules.law["breaches"] * 100
    points[snapshot.thefts > 0] = rules.law["theft"] * 100
    return points


def _score_stability(snapshot: Snapshot, rules: ScoreRules, figures: dict[str, Integers]) -> Integers:
    given = rules.stability
    has, energy = snapshot.has_bill, snapshot.kwh_e2.astype(np.float64)
    count = np.maximum(has.sum(axis=1), 1)
    mean = np.where(has, energy, 0).sum(axis=1) / count
    square = np.where(has, (energy - mean[:, None]) ** 2, 0).sum(axis=1) / count
    is_known = (snapshot.bills_due >= given["least_bills"]) & (mean > 0)
    safe = np.where(mean > 0, mean, 1)
    spread = np.where(is_known, np.floor(np.minimum(np.sqrt(square) / safe, 100) * _E4 + 0.5), UNKNOWN).astype(np.int64)
    fall = np.where(is_known, _find_fall(snapshot), UNKNOWN)
    figures["spread_e4"], figures["fall_e4"] = spread, fall
    points = _fall_off(spread, given["spread"], given["calm_spread"], given["wild_spread"])
    points = points + _fall_off(fall, given["fall"], given["calm_fall"], given["steep_fall"])
    return np.where(is_known, points, UNKNOWN)


def _find_fall(snapshot: Snapshot) -> Integers:
    """Return by what share the last three cycles lie below those before, in 1e-4."""
    has, energy = snapshot.has_bill, np.where(snapshot.has_bill, snapshot.kwh_e2, 0)
    late_sum, late_count = energy[:, :3].sum(axis=1), has[:, :3].sum(axis=1)
    early_sum, early_count = energy[:, 3:].sum(axis=1), has[:, 3:].sum(axis=1)
    can = (late_count > 0) & (early_sum > 0)
    ratio = _divide(late_sum * early_count * _E4, np.maximum(early_sum * late_count, 1))
    return np.where(can, np.maximum(_E4 - ratio, 0), 0)


def _score_papers(snapshot: Snapshot, rules: ScoreRules, figures: dict[str, Integers]) -> Integers:
    figures["has_contract"] = snapshot.has_contract.astype(np.int64)
    figures["has_papers"] = snapshot.has_papers.astype(np.int64)
    found = figures["has_contract"] * rules.papers["contract"] + figures["has_papers"] * rules.papers["others"]
    points: Integers = found * 100
    return points


def _score_security(snapshot: Snapshot, rules: ScoreRules, figures: dict[str, Integers]) -> Integers:
    month = np.maximum(snapshot.month_fen, 1)
    cover = _divide(np.clip(snapshot.held_fen, 0, month) * _E4, month)
    figures["cover_e4"], figures["has_mandate"] = cover, snapshot.has_mandate.astype(np.int64)
    points = _divide(rules.security["cover"] * 100 * cover, np.full(cover.size, _E4))
    points = points + snapshot.has_mandate * (rules.security["mandate"] * 100)
    return np.where(snapshot.month_fen > 0, points, UNKNOWN)


def _fall_off(value_e4: Integers, most: int, calm: str, end: str) -> Integers:
    """Return the points of a share: all of them until `calm`, none from `end` on, in between along a line."""
    start, stop = int(Decimal(calm) * _E4), int(Decimal(end) * _E4)
    left = stop - np.clip(value_e4, start, stop)
    return _divide(most * 100 * left, np.full(value_e4.size, stop - start))


def _list_weights(months: int, half_life: int) -> Integers:
    return np.array([round(_E9 * 0.5 ** (at / half_life)) for at in range(months)], dtype=np.int64)


def _divide(amounts: Any, by: Any) -> Integers:
    """Return quotients of what is not below nought, rounded half up."""
    quotients: Integers = (2 * np.asarray(amounts, dtype=np.int64) + by) // (2 * np.asarray(by, dtype=np.int64))
    return quotients
