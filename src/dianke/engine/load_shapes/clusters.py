"""Kinds of points by their typical day, and how stable these are when points are drawn again."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from dianke.engine.load_shapes.days import Floats, Integers, scale, smooth

SEED = 20_261_122
LEAST_STABILITY = 0.8
# Kinds that are split once more than they should be stay stable, but lie close together.
_MOST_BOULDIN = 1.25
_STARTS, _STARTS_AGAIN = 30, 10


@dataclass(frozen=True, slots=True)
class Kinds:
    """Kinds of points. Shapes: middles (k, 96), the middle of each kind as smoothed curves from 0 to 1."""

    middles: Floats

    def assign(self, typical: Floats) -> tuple[Integers, Floats]:
        """Return the kind of each typical day, -1 of one that is not known, and its distance. Shapes: (n, 96)."""
        return find_nearest(prepare(typical), self.middles)


@dataclass(frozen=True, slots=True)
class Measure:
    """How good a number of kinds is: adjusted Rand index over the draws, Davies-Bouldin index, size of each kind."""

    k: int
    rand_mean: float
    rand_least: float
    davies_bouldin: float
    sizes: tuple[int, ...]

    @property
    def is_stable(self) -> bool:
        """Tell whether the mean reaches 0.8."""
        return self.rand_mean >= LEAST_STABILITY


@dataclass(frozen=True, slots=True)
class Found:
    """The kinds that were chosen, and the measure of every number that was tried."""

    kinds: Kinds
    chosen: Measure
    tried: tuple[Measure, ...]


def find_kinds(
    typical: Floats, *, numbers: Sequence[int] = (2, 3, 4, 5, 6, 7, 8), draws: int = 20, least_share: float = 0.03,
    seed: int = SEED,
) -> Found:  # fmt: skip
    """
    Return kinds of points, as many as stay the same when points are drawn again with replacement.

    Shapes: typical (n, 96), typical days without gaps. Every draw learns kinds anew; all points are sorted by them and
    compared with the kinds of the whole. Of the numbers whose mean adjusted Rand index reaches 0.8, whose smallest kind
    is no splinter and whose Davies-Bouldin index is within a quarter of the lowest of these, the largest is taken, for
    it tells most; where none is stable, the most stable one. Errors: ValueError with fewer points than three times
    the largest number.
    """
    values = prepare(typical)
    if values.shape[0] < 3 * max(numbers):
        raise ValueError("too few points to tell kinds apart")
    fitted = {k: _fit(values, k, _STARTS, seed) for k in numbers}
    rand = _draw_again(values, fitted, draws, seed)
    tried = tuple(_measure(k, values, fitted[k], rand[k]) for k in numbers)
    sound = [one for one in tried if min(one.sizes) >= least_share * values.shape[0]]
    stable = [one for one in sound if one.is_stable]
    if stable:
        most = min(one.davies_bouldin for one in stable) * _MOST_BOULDIN
        chosen = max((one for one in stable if one.davies_bouldin <= most), key=lambda one: one.k)
    else:
        chosen = max(sound or tried, key=lambda one: one.rand_mean)
    return Found(Kinds(fitted[chosen.k]), chosen, tried)


def prepare(typical: Floats) -> Floats:
    """Return typical days as they are compared: smoothed, from 0 to 1. Shapes: (n, 96) -> (n, 96)."""
    return scale(smooth(typical))


def find_nearest(values: Floats, middles: Floats) -> tuple[Integers, Floats]:
    """Return the nearest middle of each row, -1 for one that is not known, and the distance. Shapes: (n,), (n,)."""
    distance = (values**2).sum(axis=1)[:, None] - 2 * values @ middles.T + (middles**2).sum(axis=1)[None, :]
    is_known = ~np.isnan(distance).any(axis=1)
    distance = np.where(is_known[:, None], np.maximum(distance, 0.0), 0.0)
    nearest = np.where(is_known, distance.argmin(axis=1), -1)
    return nearest, np.where(is_known, np.sqrt(distance.min(axis=1)), np.nan)


def _draw_again(values: Floats, fitted: Mapping[int, Floats], draws: int, seed: int) -> dict[int, list[float]]:
    from sklearn.metrics import adjusted_rand_score

    whole = {k: find_nearest(values, middles)[0] for k, middles in fitted.items()}
    found: dict[int, list[float]] = {k: [] for k in fitted}
    source = np.random.default_rng(seed)
    for draw in range(1, draws + 1):
        drawn = values[source.integers(0, values.shape[0], values.shape[0])]
        for k, kinds in whole.items():
            again = find_nearest(values, _fit(drawn, k, _STARTS_AGAIN, seed + draw))[0]
            found[k].append(float(adjusted_rand_score(kinds, again)))
    return found


def _measure(k: int, values: Floats, middles: Floats, rand: Sequence[float]) -> Measure:
    from sklearn.metrics import davies_bouldin_score

    kinds = find_nearest(values, middles)[0]
    index = float(davies_bouldin_score(values, kinds)) if np.unique(kinds).size > 1 else float("inf")
    sizes = tuple(np.bincount(kinds, minlength=k).tolist())
    return Measure(k, float(np.mean(rand)), float(np.min(rand)), index, sizes)


def _fit(values: Floats, k: int, starts: int, seed: int) -> Floats:
    from sklearn.cluster import KMeans

    middles: Floats = KMeans(k, n_init=starts, random_state=seed).fit(values).cluster_centers_.astype(np.float64)
    return middles
