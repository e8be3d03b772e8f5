"""Growth over two years and the stage of life, from months of energy."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from dianke.domain.valuation.rules.policy import LifeTerms
from dianke.domain.valuation.types import LifeStage

Integers = NDArray[np.int64]
Floats = NDArray[np.float64]
Truths = NDArray[np.bool_]
STAGES = tuple(LifeStage)
_YEAR = 12


@dataclass(frozen=True, slots=True)
class Signs:
    """What is known of the life of customers beside their energy. Shapes: (n,)."""

    months_supplied: Integers
    is_closed: Truths
    asks_to_leave: Truths


def measure_growth(energy_e2: Integers, is_billed: Truths, *, least_pairs: int) -> Floats:
    """
    Return the growth a year of 24 months of energy, the season taken out.

    The slope of a line through the months with a level of its own for each calendar month: with two years it is the
    mean difference of the months that both years have, here as a share of the first year's mean. NaN where fewer
    pairs are billed, or the first year has no energy.

    :param energy_e2: months in columns, the oldest first, of shape (n, 24)
    """
    first, second = energy_e2[:, :_YEAR], energy_e2[:, _YEAR:]
    both = is_billed[:, :_YEAR] & is_billed[:, _YEAR:]
    before = np.where(both, first, 0).sum(axis=1)
    after = np.where(both, second, 0).sum(axis=1)
    known = (both.sum(axis=1) >= least_pairs) & (before > 0)
    return np.where(known, (after - before) / np.where(before > 0, before, 1), np.nan)


def list_stages(energy_e2: Integers, growth: Floats, signs: Signs, *, terms: LifeTerms) -> NDArray[np.int8]:
    """
    Return the stage of each customer as its place among STAGES; the first that fits counts.

    LEAVING: every account is closed, or leaving was asked for and is not withdrawn. DORMANT: no energy in the last
    months, while it was supplied all of them. NEW: supplied for less than a year. GROWING, DECLINING by the growth;
    STEADY else, also where too little is known to tell growth.
    """
    silent = energy_e2[:, -terms.dormant_months :].sum(axis=1) <= 0
    rate = np.nan_to_num(growth, nan=0.0) * 10_000
    stages = np.select(
        [
            signs.is_closed | signs.asks_to_leave,
            silent & (signs.months_supplied >= terms.dormant_months),
            signs.months_supplied < terms.new_months,
            rate >= terms.growing_e4,
            rate <= terms.declining_e4,
        ],
        [
            STAGES.index(one)
            for one in (
                LifeStage.LEAVING, LifeStage.DORMANT, LifeStage.NEW, LifeStage.GROWING, LifeStage.DECLINING,
            )
        ],
        STAGES.index(LifeStage.STEADY),
    )  # fmt: skip
    return stages.astype(np.int8)
