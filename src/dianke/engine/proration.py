"""Days in use of a capacity: the period, its own dates, and suspensions long enough to count."""

import numpy as np

from dianke.engine.types import IntArray

MONTH_DAYS = 30
SHORTEST_SUSPENSION_DAYS = 15


def days_in_use(
    start: IntArray,
    end: IntArray,
    *,
    suspended_start: IntArray,
    suspended_end: IntArray,
    offsets: IntArray,
    shortest_days: int = SHORTEST_SUSPENSION_DAYS,
) -> IntArray:
    """
    Return the days in use of each entry: its days in the period less its suspended days.

    A suspension's own length decides whether it counts, also where part of it lies outside the period;
    days that two suspensions share are taken off once.

    Shapes: start, end (c,), suspended_start, suspended_end (u,), offsets (c + 1,) -> (c,).
    Units:  day numbers, half-open; start and end already cut to the billing period.
    Errors: none; an entry that ends before it starts has no days.
    Source: TR-3.3, TR-3.4 (sealing day free, unsealing day charged; under 15 days as if running).
    """
    days = np.maximum(end - start, 0)
    entry = np.repeat(np.arange(start.size), np.diff(offsets))
    counts = (suspended_end - suspended_start) >= shortest_days
    first = np.clip(suspended_start, start[entry], end[entry])
    last = np.clip(suspended_end, start[entry], end[entry])
    kept = np.flatnonzero(counts & (last > first))
    order = kept[np.lexsort((first[kept], entry[kept]))]
    off = np.zeros(start.size, dtype=np.int64)
    if order.size:
        # One running maximum over all entries: each entry's days are moved past those of the one before.
        stride = int(last.max() - first.min()) + 1
        shift = entry[order] * stride - first.min()
        reached = np.maximum.accumulate(last[order] + shift)
        before = np.concatenate([[0], reached[:-1]])
        covered = np.maximum(reached - np.maximum(first[order] + shift, before), 0)
        np.add.at(off, entry[order], covered)
    return np.asarray(days - off)


def use_factor(active_days: IntArray, *, period_days: int) -> IntArray:
    """
    Return the thirtieths of a month that entries count: all of it if in use all the period.

    Shapes: active_days (c,) -> (c,). Units: days; 1/30. Errors: none.
    Source: TR-3.3 (1 for a whole period of any length, else min(active days, 30) / 30).
    """
    return np.where(active_days >= period_days, MONTH_DAYS, np.clip(active_days, 0, MONTH_DAYS))
