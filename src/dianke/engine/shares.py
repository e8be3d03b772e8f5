"""Energy of another price class that has no meter of its own, and energy of sub-meters."""

from collections.abc import Sequence

import numpy as np

from dianke.engine.rounding import Product, exact_sum, rescale, round_half_up
from dianke.engine.spreading import spread_in_proportion
from dianke.engine.types import BoolArray, ChargePlan, IntArray, Share


def wanted_share(amount: IntArray, total_kwh: IntArray, *, is_ratio: bool, plan: ChargePlan) -> IntArray:
    """
    Return the energy a share asks for: a fixed one, or a ratio of the total, rounded half up.

    Shapes: amount, total_kwh (n,) -> (n,).
    Units:  a fixed amount in scales.energy, a ratio in scales.ratio; out scales.energy, whole quantities.
    Errors: none.
    Source: TR-1.4 (定量: fixed_i; 定比: round(Q x ratio_i)).
    """
    places, scales = plan.rounding.quantity, plan.scales
    product = (
        Product((total_kwh, amount), scales.energy + scales.ratio) if is_ratio else Product((amount,), scales.energy)
    )
    return rescale(round_half_up(product, decimals=places), scale=places, to_scale=scales.energy)


def allot_shares(
    shares: Sequence[Share],
    wanted_kwh: Sequence[IntArray],
    total_kwh: IntArray,
    columns: Sequence[IntArray],
    *,
    periods: Sequence[str],
    unit: int,
) -> tuple[list[IntArray], list[IntArray]]:
    """
    Return what each share gets and what is left in each column.

    Fixed shares come first in their order, then ratios; each is cut to what is there, so that nothing
    turns negative. A share with `taken_from` leaves that period only, else all columns in proportion.

    Shapes: wanted_kwh (n,) a share, total_kwh (n,), columns k arrays (n,) -> one (n,) a share, k arrays (n,).
    Units:  one energy unit; `unit` is the smallest energy that is billed.
    Errors: none.
    Source: TR-1.4 (order: fixed, ratio, remainder; allotted in priority order until used up).
    """
    left, total_left = list(columns), np.maximum(total_kwh, 0)
    given: list[IntArray] = [np.zeros(0, dtype=np.int64)] * len(shares)
    for index in sorted(range(len(shares)), key=lambda index: shares[index].is_ratio):
        chosen = _columns_of(shares[index], periods)
        weights = [left[column] for column in chosen]
        there = np.maximum(exact_sum(weights, size=total_kwh.size), 0)
        is_bound = shares[index].taken_from is not None and "single" not in periods
        taken = np.minimum(wanted_kwh[index], np.minimum(there, total_left) if is_bound else total_left)
        parts = spread_in_proportion(np.minimum(taken, there), weights, unit=unit) if chosen else []
        for column, part in zip(chosen, parts, strict=True):
            left[column] = left[column] - part
        total_left = total_left - taken
        given[index] = taken
    return given, left


def deduct_sub_meters(columns: Sequence[IntArray], sub_columns: Sequence[IntArray]) -> tuple[list[IntArray], BoolArray]:
    """
    Return the main meter's energies less those of its sub-meters, and which points turn negative.

    Shapes: k arrays (n,), k arrays (n,) -> k arrays (n,), (n,). Units: one energy unit.
    Errors: none; a negative main is flagged.
    Source: TR-1.5 (main = main_read - sum of sub_reads; a negative main is an exception).
    """
    main = [column - sub for column, sub in zip(columns, sub_columns, strict=True)]
    is_negative = np.logical_or.reduce([np.asarray(column < 0, dtype=bool) for column in main])
    return main, is_negative


def _columns_of(share: Share, periods: Sequence[str]) -> list[int]:
    """A lone price column carries every share, whatever period it names."""
    if share.taken_from is None or "single" in periods:
        return list(range(len(periods)))
    return [index for index, period in enumerate(periods) if period == share.taken_from]
