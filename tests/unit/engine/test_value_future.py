"""Future value: exact powers, caps, retention, and rounding once."""

from decimal import ROUND_HALF_UP, Decimal, localcontext

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dianke.engine.value.future import Assumptions, compute_future_values, list_years

CODES = ("AAA", "D", "")
BY = Assumptions(5, Decimal("0.08"), 1500, {"AAA": Decimal("0.99"), "D": Decimal("0.80"), "": Decimal("0.95")})


def value(margin_fen: int, growth_e4: int, grade: int) -> int:
    found = compute_future_values(
        np.array([margin_fen]), np.array([growth_e4]), np.array([grade], dtype=np.int8), codes=CODES, by=BY
    )
    return int(found[0])


def by_hand(margin_fen: int, growth_e4: int, grade: str) -> int:
    with localcontext() as context:
        context.prec = 60
        step = (1 + Decimal(growth_e4) / 10_000) * BY.retention[grade] / Decimal("1.08")
        total = sum((margin_fen * step**year for year in range(1, 6)), Decimal(0))
        return int(total.to_integral_value(ROUND_HALF_UP))


def test_five_years_of_a_steady_sure_customer() -> None:
    # 100,000 fen x (0.99/1.08 + ... + (0.99/1.08)^5)
    assert value(100_000, 0, 0) == 388_049


def test_a_weak_grade_takes_nearly_half_of_what_is_to_come() -> None:
    assert (value(100_000, 0, 0), value(100_000, 0, 1)) == (388_049, 221_996)


def test_growth_is_capped_on_both_sides() -> None:
    assert value(1_000_000, 9_000, 0) == value(1_000_000, 1_500, 0)
    assert value(1_000_000, -9_000, 0) == value(1_000_000, -1_500, 0)


def test_a_loss_stays_a_loss_and_is_rounded_like_a_gain() -> None:
    assert value(-100_000, 0, 0) == -388_049


@pytest.mark.parametrize("margin_fen", [10**12, 7 * 10**12 + 1])
def test_large_margins_are_exact(margin_fen: int) -> None:
    assert value(margin_fen, 777, 0) == pytest.approx(by_hand(margin_fen, 777, "AAA"), abs=30)


@given(st.integers(-(10**9), 10**9), st.integers(-1500, 1500), st.sampled_from(range(3)))
def test_every_value_is_the_sum_by_hand(margin_fen: int, growth_e4: int, grade: int) -> None:
    assert value(margin_fen, growth_e4, grade) == by_hand(margin_fen, growth_e4, CODES[grade])


def test_the_years_behind_a_value_come_to_it() -> None:
    years = list_years(123_456, 250, "AAA", by=BY)

    assert [one.year for one in years] == [1, 2, 3, 4, 5]
    assert round(sum(one.value_fen for one in years)) == value(123_456, 250, 0)
