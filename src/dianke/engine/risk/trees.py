"""Boosted trees as arrays of our own: fitted by scikit-learn, kept, read and explained without it."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from dianke.engine.risk.types import Features, Floats, Integers

_ROUNDS, _RATE, _LEAVES, _LEAST_ROWS, _L2, _SHARE = 150, 0.04, 8, 60, 10.0, 0.5
_CHUNK = 50_000
# Features are cut at ±10^6, so this lies above all of them; infinity cannot be kept as JSON.
_ABOVE_ALL = 1e9


@dataclass(frozen=True, slots=True)
class Trees:
    """
    Nodes of all trees one after the other; a leaf has left = -1, children are indices of the whole.

    `value` of a node is the mean of the leaves below it by their rows, so that the way of a row through a tree tells
    what each feature on it added.
    """

    names: tuple[str, ...]
    intercept: float
    roots: Integers
    feature: Integers
    threshold: Floats
    left: Integers
    right: Integers
    value: Floats
    missing_left: Integers

    def contribute(self, features: Features) -> Floats:
        """
        Return what each feature adds to the log odds of each row; the sum is exactly that of the leaves.

        Shapes: (n, f) -> (n, f). Units: log odds. Errors: ValueError if the columns are not those it was fitted on.
        """
        if features.names != self.names:
            raise ValueError("the features are not those that the trees were fitted on")
        found = np.zeros_like(features.values)
        for start in range(0, found.shape[0], _CHUNK):
            self._contribute_some(features.values[start : start + _CHUNK], found[start : start + _CHUNK])
        return found

    def _contribute_some(self, values: Floats, found: Floats) -> None:
        rows = np.arange(values.shape[0])
        for root in self.roots:
            node = np.full(values.shape[0], root)
            going = rows
            while going.size:
                at = node[going]
                inner = self.left[at] >= 0
                going, at = going[inner], at[inner]
                if not going.size:
                    break
                feature = self.feature[at]
                value = values[going, feature]
                goes_left = np.where(np.isnan(value), self.missing_left[at] == 1, value <= self.threshold[at])
                following = np.where(goes_left, self.left[at], self.right[at])
                found[going, feature] += self.value[following] - self.value[at]
                node[going] = following

    @property
    def base(self) -> float:
        """Return the log odds before anything is known of a row."""
        return self.intercept + float(self.value[self.roots].sum())

    def as_data(self) -> dict[str, Any]:
        """Return it as plain data."""
        names = ("roots", "feature", "threshold", "left", "right", "value", "missing_left")
        return {"intercept": self.intercept, **{name: getattr(self, name).tolist() for name in names}}


def read_trees(names: tuple[str, ...], data: dict[str, Any]) -> Trees:
    """Return trees from plain data."""
    whole = {
        name: np.asarray(data[name], dtype=np.int64) for name in ("roots", "feature", "left", "right", "missing_left")
    }
    threshold, value = (np.asarray(data[name], dtype=np.float64) for name in ("threshold", "value"))
    return Trees(
        names=names,
        intercept=float(data["intercept"]),
        roots=whole["roots"],
        feature=whole["feature"],
        threshold=threshold,
        left=whole["left"],
        right=whole["right"],
        value=value,
        missing_left=whole["missing_left"],
    )


def fit_trees(features: Features, bad: Integers, *, seed: int) -> Trees:
    """
    Return the boosted trees that fit a sample.

    Shapes: features (n, f), bad (n,). Units: none. Errors: ValueError if the sample has one outcome only.
    Source: histogram gradient boosting (Ke et al. 2017, the method of LightGBM) as sklearn has it.
    """
    from sklearn.ensemble import HistGradientBoostingClassifier

    if not 0 < bad.sum() < bad.size:
        raise ValueError("a sample with one outcome teaches nothing")
    model = HistGradientBoostingClassifier(
        max_iter=_ROUNDS, learning_rate=_RATE, max_leaf_nodes=_LEAVES, min_samples_leaf=_LEAST_ROWS,
        l2_regularization=_L2, max_features=_SHARE, early_stopping=False, random_state=seed,
    ).fit(_fill_unknown(features.values), bad)  # fmt: skip
    return _take_over(features.names, model)


def _fill_unknown(values: Floats) -> Floats:
    """Return values with nought in the columns that no row knows: no tree can split there, and the library fails."""
    filled: Floats = np.where(np.isnan(values).all(axis=0), 0.0, values)
    return filled


def _take_over(names: tuple[str, ...], model: Any) -> Trees:
    """Return the trees of scikit-learn as arrays; it has no public way to them, so a test compares what both say."""
    nodes = [round_of_trees[0].nodes for round_of_trees in model._predictors]
    starts = np.concatenate([[0], np.cumsum([one.size for one in nodes])[:-1]]).astype(np.int64)
    joined = np.concatenate(nodes)
    shift = np.repeat(starts, [one.size for one in nodes])
    is_leaf = joined["is_leaf"].astype(bool)
    left = np.where(is_leaf, -1, joined["left"].astype(np.int64) + shift)
    right = np.where(is_leaf, -1, joined["right"].astype(np.int64) + shift)
    count = joined["count"].astype(np.float64)
    value = np.where(is_leaf, joined["value"], 0.0)
    # Children stand after their parent, so that from behind each finds its own settled.
    for at in np.flatnonzero(~is_leaf)[::-1]:
        value[at] = (count[left[at]] * value[left[at]] + count[right[at]] * value[right[at]]) / (
            count[left[at]] + count[right[at]]
        )
    return Trees(
        names=names,
        intercept=float(np.ravel(model._baseline_prediction)[0]),
        roots=starts,
        feature=joined["feature_idx"].astype(np.int64),
        # A node that parts the known from the unknown has an infinite threshold.
        threshold=np.minimum(joined["num_threshold"].astype(np.float64), _ABOVE_ALL),
        left=left,
        right=right,
        value=value,
        missing_left=joined["missing_go_to_left"].astype(np.int64),
    )
