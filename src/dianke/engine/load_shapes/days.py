"""Days of points made comparable: whole days only; curves smoothed and scaled from 0 to 1."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]
Bools = NDArray[np.bool_]

SLOTS, HOURS = 96, 24
# A meter of a home or of a works has no quarter of an hour with more than so many times its usual highest.
_SPIKE = 10.0
_WINDOW = 9


@dataclass(frozen=True, slots=True)
class PointDays:
    """
    Days of points, one a row, rising by point.

    Shapes: owner (d,), index of the point; wh (d, 96) as measured; is_weekend (d,), Saturdays and Sundays.
    """

    owner: Integers
    wh: Floats
    is_weekend: Bools

    def take(self, rows: Integers) -> "PointDays":
        """Return some of the days."""
        return PointDays(self.owner[rows], self.wh[rows], self.is_weekend[rows])


def prepare_days(wh: Floats, is_present: Bools, *, owner: Integers, is_weekend: Bools) -> PointDays:
    """
    Return the whole days that say anything of a shape.

    Shapes: wh (d, 96), energy of each quarter in any unit, feed-in negative; is_present (d, 96); owner and is_weekend
    (d,). A day with a gap, of one value throughout, or with a spike of a broken meter (beyond ten times the 95th
    percentile of the point's own quarters in the block) is left out.
    """
    limits = _find_limits(wh, is_present, owner)
    highest = np.abs(wh).max(axis=1, initial=0.0)
    is_good = is_present.all(axis=1) & (wh.max(axis=1) > wh.min(axis=1)) & (highest <= limits[owner])
    rows = np.flatnonzero(is_good)
    return PointDays(owner[rows], wh[rows], is_weekend[rows])


def to_hours(wh: Floats) -> Floats:
    """Return the mean of each hour. Shapes: (d, 96) -> (d, 24)."""
    hours: Floats = wh.reshape(wh.shape[0], HOURS, SLOTS // HOURS).mean(axis=2)
    return hours


def smooth(curves: Floats) -> Floats:
    """Return the moving mean of two hours and a quarter around each quarter, midnight after midnight. (n, 96)."""
    half = _WINDOW // 2
    sums: Floats = sum((np.roll(curves, step, axis=1) for step in range(-half, half + 1)), start=np.zeros_like(curves))
    return sums / _WINDOW


def scale(curves: Floats) -> Floats:
    """Return curves with their lowest value at 0 and their highest at 1. Shapes: (d, m) -> (d, m)."""
    low = curves.min(axis=1, keepdims=True)
    span = curves.max(axis=1, keepdims=True) - low
    scaled: Floats = (curves - low) / np.where(span > 0, span, 1.0)
    return scaled


def _find_limits(wh: Floats, is_present: Bools, owner: Integers) -> Floats:
    size = int(owner.max()) + 1 if owner.size else 0
    usual = np.zeros(size)
    cuts = np.flatnonzero(np.diff(owner)) + 1
    for part in np.split(np.arange(owner.size), cuts):
        if part.size:
            values = np.abs(wh[part][is_present[part]])
            usual[owner[part[0]]] = np.quantile(values, 0.95) if values.size else 0.0
    return np.where(usual > 0, usual * _SPIKE, np.inf)
