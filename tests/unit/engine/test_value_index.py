"""Percentiles inside groups and the index over what is known."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from dianke.engine.value.index import combine, rank_percentiles

VALUES = st.lists(st.one_of(st.integers(-50, 50).map(float), st.just(float("nan"))), min_size=1, max_size=60)


def rank(values: list[float], groups: list[int], *, is_reversed: bool = False) -> list[float]:
    return rank_percentiles(np.array(values), np.array(groups), is_reversed=is_reversed).tolist()


def test_the_lowest_stands_at_nought_and_the_highest_at_a_hundred() -> None:
    assert rank([30.0, 10.0, 20.0], [0, 0, 0]) == [100.0, 0.0, 50.0]


def test_equal_values_share_the_mean_of_their_ranks() -> None:
    assert rank([1.0, 2.0, 2.0, 3.0, 4.0], [0] * 5) == [0.0, 37.5, 37.5, 75.0, 100.0]


def test_who_is_alone_or_like_all_others_stands_in_the_middle() -> None:
    assert rank([7.0, 5.0, 5.0, 5.0], [1, 0, 0, 0]) == [50.0] * 4


def test_groups_are_ranked_each_for_itself() -> None:
    assert rank([1.0, 2.0, 1000.0, 3000.0], [0, 0, 1, 1]) == [0.0, 100.0, 0.0, 100.0]


@given(VALUES, st.randoms(use_true_random=False))
def test_percentiles_lie_within_bounds_and_keep_the_order(values: list[float], drawn: object) -> None:
    groups = [drawn.randint(0, 2) for _ in values]  # type: ignore[attr-defined]

    found = rank(values, groups)

    for at, one in enumerate(values):
        assert np.isnan(found[at]) == np.isnan(one)
        assert np.isnan(one) or 0 <= found[at] <= 100
        for other, value in enumerate(values):
            if groups[at] == groups[other] and one < value:
                assert found[at] < found[other]


@given(VALUES)
def test_reversed_percentiles_are_the_rest_to_a_hundred(values: list[float]) -> None:
    groups = [0] * len(values)

    plain, turned = np.array(rank(values, groups)), np.array(rank(values, groups, is_reversed=True))

    assert np.array_equal(plain + turned, np.where(np.isnan(plain), np.nan, 100.0), equal_nan=True)


@given(VALUES)
def test_percentiles_do_not_hang_on_the_scale_or_on_the_order_of_rows(values: list[float]) -> None:
    groups = [0] * len(values)
    found = rank(values, groups)

    scaled = rank([3 * one + 7 for one in values], groups)
    turned = rank(values[::-1], groups)[::-1]

    assert np.array_equal(found, scaled, equal_nan=True)
    assert np.array_equal(found, turned, equal_nan=True)


SHARES, CRITERION, WEIGHTS = np.array([0.6, 0.4, 1.0]), np.array([0, 0, 1]), np.array([0.75, 0.25])


def test_what_is_not_known_counts_for_nothing_and_its_weight_goes_to_the_others() -> None:
    percentiles = np.array([[80.0, 20.0, 40.0], [80.0, np.nan, 40.0], [np.nan, np.nan, 40.0], [np.nan] * 3])

    index = combine(percentiles, shares=SHARES, criterion=CRITERION, weights=WEIGHTS)

    assert np.allclose(index.values, [52.0, 70.0, 40.0, np.nan], equal_nan=True)
    assert np.allclose(index.coverage, [1.0, 0.7, 0.25, 0.0])
    assert np.allclose(index.criteria[1], [80.0, 40.0])


@given(st.lists(st.one_of(st.floats(0, 100), st.just(float("nan"))), min_size=3, max_size=3))
def test_the_index_lies_between_the_lowest_and_the_highest_that_is_known(row: list[float]) -> None:
    index = combine(np.array([row]), shares=SHARES, criterion=CRITERION, weights=WEIGHTS)

    known = [one for one in row if not np.isnan(one)]
    assert np.isnan(index.values[0]) == (not known)
    assert not known or min(known) - 1e-9 <= index.values[0] <= max(known) + 1e-9
