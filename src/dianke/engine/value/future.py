"""Future value: margins of coming years, grown, kept with the retention of the credit grade, and discounted."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal, localcontext
from functools import cache

import numpy as np
from numpy.typing import NDArray

Integers = NDArray[np.int64]
SCALE = 10**12
_DIGITS = 40


@dataclass(frozen=True)
class Assumptions:
    """What future value goes by: years, discount, the cap of growth (e4), retention by grade (the last: none)."""

    years: int
    discount: Decimal
    most_growth_e4: int
    retention: Mapping[str, Decimal]


@dataclass(frozen=True, slots=True)
class FutureYear:
    """A coming year of one customer: the factors, and its part of the value before rounding."""

    year: int
    margin_fen: Decimal
    retained: Decimal
    discounted: Decimal
    value_fen: Decimal


def cap_growth(growth_e4: Integers, *, most_e4: int) -> Integers:
    """
    Return growth within the cap on both sides.

    Shapes: (n,) -> (n,). Units: 1e-4 a year.
    Errors: none.
    Source: spec, credit and value, section 6.
    """
    return np.clip(growth_e4, -most_e4, most_e4)


def compute_future_values(
    margin_fen: Integers, growth_e4: Integers, grades: NDArray[np.int8], *, codes: Sequence[str], by: Assumptions
) -> Integers:
    """
    Return sum over t = 1..T of margin (1 + g)^t r^t / (1 + d)^t, rounded once, half away from zero.

    The factor of each growth (whole 1e-4, capped) and grade is a whole number of 1e-12 from Decimal powers, and is
    multiplied in unbounded integers.

    Shapes: (n,) each -> (n,). Units: fen, 1e-4 a year, places among codes -> fen.
    Errors: none.
    Source: spec, credit and value, section 6.
    """
    capped = cap_growth(growth_e4, most_e4=by.most_growth_e4)
    pairs, places = np.unique(np.stack([capped, grades.astype(np.int64)]), axis=1, return_inverse=True)
    factors = np.array(
        [_sum_factors(growth, by.retention[codes[grade]], by.discount, by.years) for growth, grade in pairs.T.tolist()],
        dtype=object,
    )
    if not margin_fen.size:
        return np.zeros(0, dtype=np.int64)
    product = np.abs(margin_fen).astype(object) * factors[places.reshape(-1)]
    return np.asarray(np.sign(margin_fen) * ((product + SCALE // 2) // SCALE).astype(np.int64))


def list_years(margin_fen: int, growth_e4: int, grade: str, *, by: Assumptions) -> list[FutureYear]:
    """
    Return the years behind a future value, one by one.

    Shapes: one customer -> T years. Units: fen.
    Errors: none.
    Source: spec, credit and value, section 6.
    """
    capped = max(-by.most_growth_e4, min(by.most_growth_e4, growth_e4))
    found = []
    with localcontext() as context:
        context.prec = _DIGITS
        for year in range(1, by.years + 1):
            margin = margin_fen * (1 + Decimal(capped).scaleb(-4)) ** year
            retained, discounted = by.retention[grade] ** year, (1 + by.discount) ** -year
            found.append(FutureYear(year, margin, retained, discounted, margin * retained * discounted))
    return found


@cache
def _sum_factors(growth_e4: int, retention: Decimal, discount: Decimal, years: int) -> int:
    with localcontext() as context:
        context.prec = _DIGITS
        step = (1 + Decimal(growth_e4).scaleb(-4)) * retention / (1 + discount)
        total = sum((step**year for year in range(1, years + 1)), Decimal(0))
        return int((total * SCALE).to_integral_value(ROUND_HALF_UP))
