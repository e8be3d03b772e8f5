"""
A scorecard: each feature cut into bins, each bin worth the log odds of its rows, weighed by logistic regression.

What a row gets is a sum of one figure a feature, so that its reasons are told exactly.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np

from dianke.engine.risk.types import Features, Floats, Integers

_BINS = 10
_LEAST_SHARE = 0.01
# How much of a bin is taken for granted before its rows are looked at.
_PRIOR = 20.0
_STRENGTH = 1.0


@dataclass(frozen=True, slots=True)
class Scorecard:
    """Edges and points of each feature; the last point is of what is not known."""

    names: tuple[str, ...]
    intercept: float
    edges: tuple[Floats, ...]
    points: tuple[Floats, ...]

    def contribute(self, features: Features) -> Floats:
        """
        Return what each feature adds to the log odds of each row.

        Shapes: (n, f) -> (n, f). Units: log odds. Errors: ValueError if the columns are not those it was fitted on.
        """
        if features.names != self.names:
            raise ValueError("the features are not those that the scorecard was fitted on")
        found = np.empty_like(features.values)
        for at, (edges, points) in enumerate(zip(self.edges, self.points, strict=True)):
            found[:, at] = points[_find_bins(features.values[:, at], edges)]
        return found

    def as_data(self) -> dict[str, Any]:
        """Return it as plain data."""
        return {
            "intercept": self.intercept,
            "edges": [one.tolist() for one in self.edges],
            "points": [one.tolist() for one in self.points],
        }


def read_scorecard(names: tuple[str, ...], data: dict[str, Any]) -> Scorecard:
    """Return a scorecard from plain data."""
    return Scorecard(
        names,
        float(data["intercept"]),
        tuple(np.asarray(one, dtype=np.float64) for one in data["edges"]),
        tuple(np.asarray(one, dtype=np.float64) for one in data["points"]),
    )


def fit_scorecard(features: Features, bad: Integers, *, seed: int) -> Scorecard:
    """
    Return the scorecard that fits a sample.

    Shapes: features (n, f), bad (n,). Units: none. Errors: ValueError if the sample has one outcome only.
    Source: weight of evidence ln(share of bad / share of good) of each bin, spec algorithms §3.1; sklearn's
            LogisticRegression (L2) on the weights of evidence.
    """
    from sklearn.linear_model import LogisticRegression

    if not 0 < bad.sum() < bad.size:
        raise ValueError("a sample with one outcome teaches nothing")
    edges = tuple(_cut(features.values[:, at]) for at in range(len(features.names)))
    evidence = [_weigh(features.values[:, at], bad, cut) for at, cut in enumerate(edges)]
    weighed = np.column_stack(
        [table[_find_bins(features.values[:, at], edges[at])] for at, table in enumerate(evidence)]
    )
    model = LogisticRegression(C=_STRENGTH, max_iter=500, random_state=seed).fit(weighed, bad)
    points = tuple(table * weight for table, weight in zip(evidence, model.coef_[0], strict=True))
    return Scorecard(features.names, float(model.intercept_[0]), edges, points)


def _cut(values: Floats) -> Floats:
    known = values[~np.isnan(values)]
    if not known.size:
        return np.zeros(0)
    cuts = np.unique(np.quantile(known, np.linspace(0, 1, _BINS + 1)[1:-1]))
    cuts = cuts[cuts > known.min()]
    # A bin that holds next to nothing is joined to the one before it.
    kept: list[float] = []
    before = 0.0
    for cut in cuts:
        share = float((known < cut).mean())
        if share - before >= _LEAST_SHARE:
            kept.append(float(cut))
            before = share
    return np.asarray(kept)


def _weigh(values: Floats, bad: Integers, edges: Floats) -> Floats:
    bins = _find_bins(values, edges)
    rows = np.bincount(bins, minlength=edges.size + 2).astype(np.float64)
    hits = np.bincount(bins, weights=bad, minlength=edges.size + 2)
    rate = float(bad.mean())
    smoothed = (hits + _PRIOR * rate) / (rows + _PRIOR)
    found: Floats = np.log(smoothed / (1 - smoothed)) - np.log(rate / (1 - rate))
    return found


def _find_bins(values: Floats, edges: Floats) -> Integers:
    bins: Integers = np.searchsorted(edges, values, side="right").astype(np.int64)
    bins[np.isnan(values)] = edges.size + 1
    return bins
