"""Dividing an amount over columns or rows so that the parts add up to it exactly."""

from collections.abc import Sequence

import numpy as np

from dianke.engine.rounding import exact_product, exact_sum, narrow
from dianke.engine.types import BoolArray, IntArray


def spread_in_proportion(amount: IntArray, weights: Sequence[IntArray], *, unit: int = 1) -> list[IntArray]:
    """
    Return the parts of an amount in proportion to the weights, by largest remainder.

    Each part is its exact share rounded down or up to a multiple of `unit`, and the parts add up; of equal
    remainders the earlier column goes up. Rows whose weights are all zero get no parts: the caller decides
    where they go.

    Shapes: amount (n,), weights k arrays (n,) -> k arrays (n,).
    Units:  amount a multiple of `unit` (100 for whole kWh in units of 0.01); weights any.
    Errors: none; negative weights are not meant.
    Source: TR-1.2, TR-1.4 (splits by energy); the remainder rule is our own.
    """
    size = amount.size
    amount = amount // unit
    total = exact_sum(weights, size=size)
    is_split = total != 0
    divisor = np.where(is_split, total, 1)
    floors, remainders = [], []
    for weight in weights:
        product = exact_product(amount, weight)
        floor = product // divisor
        floors.append(narrow(np.where(is_split, floor, 0)))
        remainders.append(np.where(is_split, product - floor * divisor, 0))
    missing = np.where(is_split, amount, 0) - exact_sum(floors, size=size)
    order = np.argsort(-np.stack(remainders), axis=0, kind="stable")
    is_raised = np.empty(order.shape, dtype=bool)
    ranks = np.arange(len(weights))[:, None] < np.asarray(missing, dtype=np.int64)[None, :]
    np.put_along_axis(is_raised, order, ranks, axis=0)
    return [exact_product(floor + is_raised[index], unit) for index, floor in enumerate(floors)]


def spread_over_rows(amount: IntArray, weight: IntArray, offsets: IntArray) -> IntArray:
    """
    Return the parts of a group's amount on its rows, in proportion to the rows' weights.

    Used where several meters stand behind one transformer. Parts are differences of the rounded running
    sum, so that they add up; a group without weight gives its amount to its first row.

    Shapes: amount (g,), weight (m,), offsets (g + 1,) -> (m,).
    Units:  amount in the unit that may not be divided further; any weight.
    Errors: none; every group has a row.
    Source: TR-1.2 (several meters behind one transformer: by energy).
    """
    counts = np.diff(offsets)
    group = np.repeat(np.arange(counts.size), counts)
    running = np.cumsum(weight.astype(object))
    before = np.concatenate([np.zeros(1, dtype=object), running])[offsets[:-1]]
    within = running - before[group]
    total = within[offsets[1:] - 1]
    is_weighed = total != 0
    divisor = np.where(is_weighed, total, 1)[group]
    doubled = 2 * amount.astype(object)[group] * within + divisor
    reached = np.where(is_weighed[group], doubled // (2 * divisor), amount.astype(object)[group])
    previous = np.concatenate([np.zeros(1, dtype=object), reached[:-1]])
    previous[offsets[:-1]] = 0
    return narrow(reached - previous)


def sum_rows(values: IntArray, offsets: IntArray | None) -> IntArray:
    """
    Return the sum of the rows of each point.

    Shapes: values (s,), offsets (n + 1,) -> (n,); without offsets row i is point i.
    Units:  those of the values. Errors: none. Source: TR-1.1 (segments of an exchange add up).
    """
    if offsets is None:
        return values
    zero = np.zeros(1, dtype=values.dtype)
    if values.dtype != object and np.abs(values.astype(np.float64)).sum() >= float(2**62):
        values, zero = values.astype(object), np.zeros(1, dtype=object)
    running = np.concatenate([zero, np.cumsum(values)])
    return narrow(running[offsets[1:]] - running[offsets[:-1]])


def largest_of_rows(values: IntArray, offsets: IntArray | None) -> IntArray:
    """
    Return the largest row of each point, 0 for a point without rows.

    Shapes: values (s,), offsets (n + 1,) -> (n,); without offsets row i is point i.
    Units:  those of the values. Errors: none. Source: TR-3.1 (one demand for one period).
    """
    if offsets is None:
        return values
    counts = np.diff(offsets)
    largest = np.zeros(counts.size, dtype=values.dtype)
    if values.size:
        filled = counts > 0
        largest[filled] = np.maximum.reduceat(values, offsets[:-1][filled])
    return largest


def any_of_rows(flags: BoolArray, offsets: IntArray | None) -> BoolArray:
    """
    Return which points have a row with the flag.

    Shapes: flags (s,), offsets (n + 1,) -> (n,). Units: none. Errors: none. Source: no rule.
    """
    return flags if offsets is None else sum_rows(flags.astype(np.int64), offsets) > 0
