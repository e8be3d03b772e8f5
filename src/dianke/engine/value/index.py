"""Percentiles inside groups, and the value index over what is known of each customer."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]

_MIDDLE = 50.0


@dataclass(frozen=True, slots=True)
class Index:
    """
    The index of customers. Shapes: values, coverage (n,); criteria (n, k). Units: 0-100, and shares of one.

    NaN where nothing is known.
    """

    values: Floats
    criteria: Floats
    coverage: Floats


def rank_percentiles(values: Floats, groups: Integers, *, is_reversed: bool = False) -> Floats:
    """
    Return where each value stands among those of its group, 0 the lowest and 100 the highest.

    Equal values share the mean of their ranks; p = 100 (rank - 1) / (n - 1) over the n known values of the group.
    A group of one known value, or of equal ones, stands at 50. What is not known (NaN) stays NaN and ranks nobody.

    Shapes: values, groups (n,) -> (n,). Units: any -> 0-100.
    Errors: none.
    Source: spec, credit and value, section 3 (percentile inside the voltage group; late ones reversed).
    """
    found = np.full(values.size, np.nan)
    known = np.flatnonzero(~np.isnan(values))
    order = known[np.lexsort((values[known], groups[known]))]
    ordered, of_group = values[order], groups[order]
    if not order.size:
        return found
    starts_group = np.r_[True, of_group[1:] != of_group[:-1]]
    starts_tie = starts_group | np.r_[True, ordered[1:] != ordered[:-1]]
    group_start, group_size = _spread(starts_group)
    tie_start, tie_size = _spread(starts_tie)
    # Twice the rank from zero, a whole number: the mean of a tie's ranks may lie between two.
    twice = 2 * (tie_start - group_start) + tie_size - 1
    if is_reversed:
        twice = 2 * (group_size - 1) - twice
    with np.errstate(invalid="ignore"):
        found[order] = np.where(group_size > 1, 100.0 * twice / (2 * np.maximum(group_size - 1, 1)), _MIDDLE)
    return found


def combine(percentiles: Floats, *, shares: Floats, criterion: Integers, weights: Floats) -> Index:
    """
    Return the index: indicators weigh within their criterion, criteria within the whole, both over what is known.

    What is not known counts neither as nothing nor as the middle: the others share its weight, and the coverage says
    how much of the whole weight was known.

    Shapes: percentiles (n, m), shares and criterion (m,), weights (k,) -> values, coverage (n,), criteria (n, k).
    Units: 0-100 -> 0-100; coverage of one.
    Errors: none.
    Source: spec, credit and value, section 3; our convention [P] for what is missing.
    """
    size, count = percentiles.shape[0], weights.size
    known = ~np.isnan(percentiles)
    criteria = np.full((size, count), np.nan)
    coverage = np.zeros(size)
    total, weighed = np.zeros(size), np.zeros(size)
    for at in range(count):
        own = np.flatnonzero(criterion == at)
        weight = known[:, own] @ shares[own]
        points = np.where(known[:, own], percentiles[:, own], 0.0) @ shares[own]
        has = weight > 0
        criteria[has, at] = points[has] / weight[has]
        coverage += weights[at] * weight / shares[own].sum()
        total[has] += weights[at] * criteria[has, at]
        weighed[has] += weights[at]
    values = np.full(size, np.nan)
    rated = weighed > 0
    values[rated] = total[rated] / weighed[rated]
    return Index(values, criteria, coverage)


def _spread(starts: NDArray[np.bool_]) -> tuple[Integers, Integers]:
    """Return for each row of a sorted list where its stretch begins, and how long it is."""
    firsts = np.flatnonzero(starts)
    sizes = np.diff(np.r_[firsts, starts.size])
    return np.repeat(firsts, sizes), np.repeat(sizes, sizes)
