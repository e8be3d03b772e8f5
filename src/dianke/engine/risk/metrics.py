"""How good a score is: separation, calibration, money, drift. All of them by their definitions."""

import math
from dataclasses import asdict, dataclass

import numpy as np

from dianke.engine.risk.types import Floats, Integers

_BINS = 10
_POINTS = 21
_LEAST_SHARE = 1e-4


@dataclass(frozen=True, slots=True)
class Metrics:
    """Figures of one score on one sample."""

    rows: int
    bad: int
    auc: float
    ks: float
    pr_auc: float
    brier: float
    brier_skill: float
    ece: float
    top_decile_amount: float

    def as_dict(self) -> dict[str, float | int]:
        """Return the figures rounded for people, without what the sample cannot tell."""
        found = {key: round(value, 5) if isinstance(value, float) else value for key, value in asdict(self).items()}
        return {key: value for key, value in found.items() if not math.isnan(value)}


def measure(score: Floats, bad: Integers, amount: Floats) -> Metrics:
    """
    Return the figures of probabilities of going bad.

    Shapes: three (n,). Units: score a probability, bad 0 or 1, amount yuan that went late. Errors: none; what needs
    both outcomes is nan where the sample has one.
    Source: AUC by ranks (Mann and Whitney), PR-AUC as average precision, ECE over ten bins of equal count.
    """
    rate = float(bad.mean()) if bad.size else float("nan")
    brier = float(np.mean((score - bad) ** 2)) if bad.size else float("nan")
    worst = rate * (1 - rate)
    return Metrics(
        rows=int(bad.size),
        bad=int(bad.sum()),
        auc=auc(score, bad),
        ks=_ks(score, bad),
        pr_auc=_average_precision(score, bad),
        brier=brier,
        brier_skill=1 - brier / worst if worst > 0 else float("nan"),
        ece=_calibration_error(score, bad),
        top_decile_amount=capture(score, amount),
    )


def auc(score: Floats, bad: Integers) -> float:
    """Return the area under the ROC curve; ties count half. Shapes: two (n,)."""
    positives = int(bad.sum())
    negatives = int(bad.size) - positives
    if not positives or not negatives:
        return float("nan")
    order = np.argsort(score, kind="stable")
    _values, inverse, counts = np.unique(score[order], return_inverse=True, return_counts=True)
    ends = np.cumsum(counts)
    ranks = (ends - (counts - 1) / 2)[inverse]
    return float((ranks[bad[order] == 1].sum() - positives * (positives + 1) / 2) / (positives * negatives))


def capture(score: Floats, amount: Floats) -> float:
    """Return the share of an amount that lies in the tenth of rows with the highest score. Shapes: two (n,)."""
    total = float(amount.sum())
    if total <= 0:
        return float("nan")
    top = max(int(score.size * 0.1), 1)
    return float(amount[np.argsort(-score, kind="stable")[:top]].sum() / total)


def stability(expected: Floats, actual: Floats) -> float:
    """Return the population stability index of two sets of scores, over tenths of the first. Shapes: (n,), (k,)."""
    if not expected.size or not actual.size:
        return float("nan")
    edges = np.unique(np.quantile(expected, np.linspace(0, 1, _BINS + 1)[1:-1]))
    before = np.bincount(np.searchsorted(edges, expected, side="right"), minlength=edges.size + 1) / expected.size
    after = np.bincount(np.searchsorted(edges, actual, side="right"), minlength=edges.size + 1) / actual.size
    before, after = np.maximum(before, _LEAST_SHARE), np.maximum(after, _LEAST_SHARE)
    return float(((after - before) * np.log(after / before)).sum())


def draw_roc(score: Floats, bad: Integers) -> list[tuple[float, float]]:
    """Return the true rate at each twentieth of the false rate, for a picture."""
    order = np.argsort(-score, kind="stable")
    hits = np.concatenate([[0.0], np.cumsum(bad[order])])
    misses = np.concatenate([[0.0], np.cumsum(1 - bad[order])])
    if not hits[-1] or not misses[-1]:
        return []
    grid = np.linspace(0, 1, _POINTS)
    values = np.interp(grid, misses / misses[-1], hits / hits[-1])
    return [(round(float(x), 4), round(float(y), 4)) for x, y in zip(grid, values, strict=True)]


def draw_calibration(score: Floats, bad: Integers) -> list[tuple[float, float, int]]:
    """Return of each tenth of the rows what was said, what came, and how many they are."""
    return [
        (round(float(score[rows].mean()), 5), round(float(bad[rows].mean()), 5), int(rows.size))
        for rows in _tenths(score)
    ]


def _ks(score: Floats, bad: Integers) -> float:
    positives = int(bad.sum())
    if not positives or positives == bad.size:
        return float("nan")
    order = np.argsort(score, kind="stable")
    ranked, outcome = score[order], bad[order]
    ends = np.append(np.flatnonzero(np.diff(ranked)), ranked.size - 1)
    hits, misses = np.cumsum(outcome)[ends], np.cumsum(1 - outcome)[ends]
    return float(np.abs(hits / positives - misses / (bad.size - positives)).max())


def _average_precision(score: Floats, bad: Integers) -> float:
    positives = int(bad.sum())
    if not positives:
        return float("nan")
    order = np.argsort(-score, kind="stable")
    ranked = score[order]
    ends = np.append(np.flatnonzero(np.diff(ranked)), ranked.size - 1)
    hits = np.cumsum(bad[order])[ends]
    gained = np.diff(np.concatenate([[0], hits]))
    return float((hits / (ends + 1) * gained).sum() / positives)


def _calibration_error(score: Floats, bad: Integers) -> float:
    if not bad.size:
        return float("nan")
    return float(sum(abs(score[rows].mean() - bad[rows].mean()) * rows.size for rows in _tenths(score)) / bad.size)


def _tenths(score: Floats) -> list[Integers]:
    return [rows for rows in np.array_split(np.argsort(score, kind="stable"), _BINS) if rows.size]
