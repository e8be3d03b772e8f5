"""Classes by cumulative margin or revenue: cuts on shares of the money, never on shares of customers."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Integers = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Pyramid:
    """
    The class of each customer, 0 the highest, and the least amount in each class. Shapes: classes (n,), borders (k,).

    A class that nobody is in has the border of the class above it; the lowest class has border None.
    """

    classes: NDArray[np.int8]
    borders: tuple[int | None, ...]


def cut_pyramid(amount_fen: Integers, *, cuts_percent: Sequence[int]) -> Pyramid:
    """
    Return the classes that cuts of the cumulative amount make: n cuts make n + 1 classes.

    Customers stand by amount, the largest first. One belongs to the first class whose cut the customers with strictly
    more than it have not yet reached: who carries the sum over a cut is above it, and equal amounts are always in
    one class, the higher one. Amounts of zero and below add nothing to the sum and are in the lowest class.

    Shapes: (n,) -> classes (n,). Units: fen, percent of the sum of positive amounts.
    Errors: none.
    Source: spec, credit and value, section 4 (cuts, ties); who crosses a cut is our convention [P].
    """
    lowest = len(cuts_percent)
    classes = np.full(amount_fen.size, lowest, dtype=np.int8)
    positive = np.flatnonzero(amount_fen > 0)
    order = positive[np.argsort(-amount_fen[positive], kind="stable")]
    amounts = amount_fen[order]
    if not order.size:
        return Pyramid(classes, (None,) * (lowest + 1))
    reached = np.cumsum(amounts)
    starts = np.r_[True, amounts[1:] != amounts[:-1]]
    firsts = np.flatnonzero(starts)
    before = np.repeat(np.r_[0, reached[firsts[1:] - 1]], np.diff(np.r_[firsts, amounts.size]))
    total = int(reached[-1])
    # A share is compared as a whole number of fen: cum * 100 < cut * total, without a quotient.
    limits = [-(-cut * total // 100) for cut in cuts_percent]
    own = np.zeros(amounts.size, dtype=np.int8)
    for limit in limits:
        own += (before >= limit).astype(np.int8)
    classes[order] = own
    return Pyramid(classes, _find_borders(amounts, own, lowest))


def _find_borders(amounts: Integers, classes: NDArray[np.int8], lowest: int) -> tuple[int | None, ...]:
    borders: list[int | None] = []
    for at in range(lowest):
        inside = amounts[classes == at]
        borders.append(int(inside[-1]) if inside.size else (borders[-1] if borders else None))
    return (*borders, None)
