"""The pyramid: cuts of the cumulative amount, ties, and amounts of nought and below."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from dianke.engine.value.pyramid import cut_pyramid

CUTS = (30, 70, 90)


def classes(amounts: list[int], cuts: tuple[int, ...] = CUTS) -> list[int]:
    return cut_pyramid(np.array(amounts, dtype=np.int64), cuts_percent=cuts).classes.tolist()


def test_who_carries_the_sum_over_a_cut_stands_above_it() -> None:
    assert classes([25, 24, 21, 20, 10]) == [0, 0, 1, 2, 3]


def test_equal_amounts_at_a_border_stand_in_the_higher_class() -> None:
    assert classes([60, 10, 10, 10, 10]) == [0, 1, 1, 1, 1]


def test_a_single_giant_stands_at_the_top() -> None:
    assert classes([1, 95, 4]) == [3, 0, 3]


def test_nought_and_below_add_nothing_and_stand_at_the_bottom() -> None:
    assert classes([100, 0, -500]) == [0, 3, 3]
    assert classes([0, -1]) == [3, 3]
    assert classes([]) == []


def test_the_cuts_of_revenue_are_another_switch() -> None:
    amounts = [40, 35, 12, 8, 5]

    assert classes(amounts, (35, 80, 95)) == [0, 1, 1, 2, 3]
    assert classes(amounts) == [0, 1, 2, 2, 3]


def test_borders_are_the_least_amount_of_each_class() -> None:
    found = cut_pyramid(np.array([25, 25, 20, 20, 10]), cuts_percent=CUTS)

    # Four of twenty are equal: the higher class takes both.
    assert found.borders == (25, 20, 20, None)


@given(st.lists(st.integers(-100, 1000), min_size=1, max_size=80))
def test_more_is_never_a_lower_class_and_equal_is_the_same(amounts: list[int]) -> None:
    found = classes(amounts)

    for one, own in zip(amounts, found, strict=True):
        for other, theirs in zip(amounts, found, strict=True):
            assert one < other or own <= theirs


@given(st.lists(st.integers(1, 1000), min_size=1, max_size=80))
def test_the_upper_classes_hold_at_least_their_share_of_the_amount(amounts: list[int]) -> None:
    found, whole = classes(amounts), sum(amounts)

    for place, cut in enumerate(CUTS):
        assert 100 * sum(one for one, at in zip(amounts, found, strict=True) if at <= place) >= cut * whole
