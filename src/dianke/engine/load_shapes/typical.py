"""The typical day of a point and of a kind of points: the middle of its members, with its quartiles."""

from dataclasses import dataclass

import numpy as np

from dianke.engine.load_shapes.clusters import Kinds
from dianke.engine.load_shapes.days import SLOTS, Floats, Integers, PointDays
from dianke.engine.load_shapes.naming import ShapeName, name_day


@dataclass(frozen=True, slots=True)
class KindOfPoints:
    """
    A kind of points. Shapes (96,): middle, lower and upper quartile of its members' typical days, each of which counts
    1 on average; peak_slot is the highest quarter of the middle.
    """

    name: ShapeName
    count: int
    middle: Floats
    lower: Floats
    upper: Floats
    peak_slot: int


def typical_days(days: PointDays, *, size: int) -> Floats:
    """
    Return the mean day of each point, divided by the mean of its absolute values; NaN of a point without days.

    Shapes: (size, 96). Unit: multiples of the mean.
    """
    sums, counts = np.zeros((size, SLOTS)), np.bincount(days.owner, minlength=size)[:size]
    np.add.at(sums, days.owner, days.wh)
    mean = sums / np.where(counts > 0, counts, 1)[:, None]
    level = np.abs(mean).mean(axis=1, keepdims=True)
    typical: Floats = mean / np.where(level > 0, level, 1.0)
    return np.where((counts > 0)[:, None] & (level > 0), typical, np.nan)


def describe_kinds(kinds: Kinds, typical: Floats) -> list[KindOfPoints]:
    """Return the kinds of points in their own order, each with its typical day and name; an empty kind has no curve."""
    kind, _distance = kinds.assign(typical)
    return [_describe(own) for own in _split(kind, typical, kinds.middles.shape[0])]


def _split(kind: Integers, typical: Floats, k: int) -> list[Floats]:
    is_known = ~np.isnan(typical[:, 0])
    return [typical[(kind == code) & is_known] for code in range(k)]


def _describe(own: Floats) -> KindOfPoints:
    if not own.shape[0]:
        nothing = np.zeros(SLOTS)
        return KindOfPoints(ShapeName.FLAT, 0, nothing, nothing, nothing, 0)
    lower, middle, upper = np.quantile(own, (0.25, 0.5, 0.75), axis=0)
    return KindOfPoints(name_day(middle), int(own.shape[0]), middle, lower, upper, int(middle.argmax()))
