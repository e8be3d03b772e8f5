"""
From shapes to curves: aligned weeks, seeded variety that keeps energy, whole steps of the register.

Energies are whole numbers of mWh or Wh held as float64, far below 2^53: their sums are exact in any order,
and everything else works on one element at a time. So the same seed gives the same curves on every machine.
"""

from datetime import date
from functools import lru_cache
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from dianke.application.demo_utility.sources import DAYS, WeekSeries

Array = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]
CodeArray = npt.NDArray[np.int8]
_DayKind = tuple[IntArray, IntArray, IntArray, IntArray]

PERIODS = 5
WH_PER_UNIT = 10
"""A unit is 1e-2 kWh, the engine's own."""
MWH_PER_UNIT = 1_000 * WH_PER_UNIT
_DAYS_OF_A_YEAR = 365.2425


def make_noise(*, seeds: IntArray, size: int) -> Array:
    """
    Return numbers from -1 up to, not including, 1 that depend on the seeds alone.

    Shapes: seeds (m,) -> (m, size).
    Source: SplitMix64; numpy does not promise that its own generators stay the same between versions.
    """
    start = seeds.astype(np.uint64)[:, None] * np.uint64(0xD1342543DE82EF95)
    state = start + np.arange(1, size + 1, dtype=np.uint64) * np.uint64(0x9E3779B97F4A7C15)
    state = (state ^ (state >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    state = (state ^ (state >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    state ^= state >> np.uint64(31)
    return np.asarray((state >> np.uint64(11)).astype(np.float64) / 2.0**52 - 1.0)


def share_out(weights: Array, totals: Array) -> Array:
    """
    Return whole parts in proportion to the weights of the last axis that add up to the totals exactly.

    Shapes: weights (..., k), not negative; totals (...) -> (..., k). Without any weight all parts are 0.
    A part is the difference of two rounded running sums: rounding neither makes nor loses anything.
    """
    running = np.cumsum(weights, axis=-1)
    whole = running[..., -1:]
    reached = np.divide(running, whole, out=np.zeros(running.shape), where=whole != 0)
    reached *= totals[..., None]
    return np.diff(np.rint(reached, out=reached), axis=-1, prepend=0)


def align_weeks(*, first_source: date, first_target: date, days: int) -> IntArray:
    """
    Return for each target day the day of the 52 weeks it takes: same weekday, nearest season, ends wrapped.

    Shapes: (days,) of 0 to 363.
    """
    apart = (first_target - first_source).days
    season = round(apart % _DAYS_OF_A_YEAR)
    same_weekday = season + (apart - season + 3) % 7 - 3
    return (same_weekday + np.arange(days)) % DAYS


def vary_days(day_mwh: Array, *, seeds: IntArray, spreads: Array) -> Array:
    """
    Return days with noise whose energy over the 52 weeks is kept to the mWh.

    Shapes: day_mwh (m, 364), seeds (m,), spreads (m,) -> (m, 364).
    A spread is how far a day may lie from its own energy before the whole is brought back, as a ratio.
    """
    noise = make_noise(seeds=seeds, size=day_mwh.shape[-1])
    noisy = np.rint(day_mwh * (1.0 + spreads[:, None] * noise))
    return share_out(noisy, day_mwh.sum(axis=-1))


def scale_days(series: WeekSeries, factors: Array) -> Array:
    """Return the energy of the series' days times each factor, shapes (m,) -> (m, 364)."""
    return np.asarray(np.rint(series.mwh.sum(axis=-1) * factors[:, None]))


def move_weeks(days: IntArray, shift_weeks: IntArray) -> IntArray:
    """Return where days come from when a series moves by whole weeks, ends wrapped: (k,), (m,) -> (m, k)."""
    return (days - 7 * shift_weeks[:, None]) % DAYS


def sum_periods(mwh: Array, codes: CodeArray) -> Array:
    """
    Return the energy of each day and period.

    Shapes: mwh (n, d, 96), codes (d, 96) of 0 to 4 -> (n, d, 5).
    """
    sums = np.zeros((*mwh.shape[:-1], PERIODS))
    for days, order, periods, starts in _alike_days(codes):
        sums[:, days[:, None], periods] = np.add.reduceat(mwh[:, days][..., order], starts, axis=-1)
    return sums


def round_days(sums_mwh: Array, *, bounds: IntArray, steps: IntArray) -> Array:
    """
    Return the energy of each day and period such that every spell is a whole number of register steps.

    Shapes: sums_mwh (n, d, p); bounds (s + 1,) of day numbers, rising, 0 first and d last;
            steps (n, s): units that one step of the register counts in a spell -> (n, d, p).
    Units:  mWh in, 1e-2 kWh out.
    """
    parts = []
    for spell, (first, last) in enumerate(pairwise(bounds.tolist())):
        days = np.moveaxis(sums_mwh[:, first:last], 1, -1)
        step = steps[:, spell, None]
        whole = np.rint(days.sum(axis=-1) / (MWH_PER_UNIT * step)) * step
        parts.append(np.moveaxis(share_out(days, whole), -1, 1))
    return np.concatenate(parts, axis=1)


def spread_slots(mwh: Array, codes: CodeArray, units: Array) -> Array:
    """
    Return the Wh of each quarter such that every day and period comes to its units exactly.

    Shapes: mwh (n, d, 96), codes (d, 96), units (n, d, 5) of 1e-2 kWh -> (n, d, 96).
    """
    wh = np.zeros(mwh.shape)
    for days, order, periods, starts in _alike_days(codes):
        totals = units[:, days[:, None], periods] * WH_PER_UNIT
        running = np.cumsum(mwh[:, days][..., order], axis=-1)
        # Each period is a run of the reordered day: what ran before it, and how much it holds.
        ends = np.append(starts[1:], mwh.shape[-1]) - 1
        before = np.concatenate([np.zeros((*totals.shape[:-1], 1)), running[..., ends[:-1]]], axis=-1)
        held = running[..., ends] - before
        lengths = np.diff(np.append(starts, mwh.shape[-1]))
        running -= np.repeat(before, lengths, axis=-1)
        whole = np.repeat(held, lengths, axis=-1)
        reached = np.divide(running, whole, out=np.zeros(running.shape), where=whole != 0)
        reached *= np.repeat(totals, lengths, axis=-1)
        reached += np.repeat(np.cumsum(totals, axis=-1) - totals, lengths, axis=-1)
        parts = np.diff(np.rint(reached, out=reached), axis=-1, prepend=0)
        wh[:, days[:, None], order] = parts
    return wh


def _alike_days(codes: CodeArray) -> tuple[_DayKind, ...]:
    return _list_day_kinds(codes.tobytes(), codes.shape[0])


@lru_cache(maxsize=16)
def _list_day_kinds(codes: bytes, size: int) -> tuple[_DayKind, ...]:
    """Return days with the same periods, their quarters by period, the periods, and where each starts."""
    table = np.frombuffer(codes, dtype=np.int8).reshape(size, -1)
    kinds, kind_of = np.unique(table, axis=0, return_inverse=True)
    found = []
    for kind, row in enumerate(kinds):
        order = np.argsort(row, kind="stable")
        periods, starts = np.unique(row[order], return_index=True)
        found.append((np.flatnonzero(kind_of == kind), order, periods.astype(np.int64), starts))
    return tuple(found)
