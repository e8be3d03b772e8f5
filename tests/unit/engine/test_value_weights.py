"""Weights from pairwise comparisons: the published figures to the printed digit, and what is refused."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dianke.engine.value.weights import (
    MatrixInconsistent,
    MatrixUnfit,
    compute_weights,
    read_matrix,
    require_consistent,
)

PROPOSED = [["1", "2", "3", "4"], ["1/2", "1", "2", "3"], ["1/3", "1/2", "1", "2"], ["1/4", "1/3", "1/2", "1"]]
# Each beats the next by nine, and the last beats the first by nine.
CIRCULAR = [["1", "9", "1", "1/9"], ["1/9", "1", "9", "1"], ["1", "1/9", "1", "9"], ["9", "1", "1/9", "1"]]


def test_the_proposed_matrix_gives_its_printed_figures() -> None:
    weights = compute_weights(read_matrix(PROPOSED))

    assert [f"{one:.4f}" for one in weights.values] == ["0.4673", "0.2772", "0.1601", "0.0954"]
    assert f"{weights.lambda_max:.4f}" == "4.0310"
    assert f"{weights.consistency_ratio:.4f}" == "0.0115"


def test_three_criteria_go_by_their_own_random_index() -> None:
    weights = compute_weights(read_matrix([["1", "2", "5"], ["1/2", "1", "4"], ["1/5", "1/4", "1"]]))

    assert weights.consistency_ratio == pytest.approx(weights.consistency_index / 0.58)


def test_comparisons_that_contradict_each_other_are_refused() -> None:
    weights = compute_weights(read_matrix(CIRCULAR))

    with pytest.raises(MatrixInconsistent):
        require_consistent(weights)


@pytest.mark.parametrize("cell", ["0", "-2", "", "1/0", "two", "nan", "inf", "9" * 40])
def test_a_cell_that_is_no_positive_number_is_refused(cell: str) -> None:
    matrix = [
        [cell if (row, at) == (0, 1) else one for at, one in enumerate(line)] for row, line in enumerate(PROPOSED)
    ]

    with pytest.raises(MatrixUnfit):
        read_matrix(matrix)


def test_a_cell_that_is_not_the_reciprocal_of_its_mirror_is_refused() -> None:
    matrix = [list(row) for row in PROPOSED]
    matrix[3][0] = "1/3"

    with pytest.raises(MatrixUnfit) as refused:
        read_matrix(matrix)

    assert "row 1 column 4 is not the reciprocal of its mirror" in str(refused.value)


@pytest.mark.parametrize("matrix", [[], [["1"]], [["1", "2"], ["1/2", "1"]], [["1", "1", "1"], ["1", "1", "1"]]])
def test_what_is_no_square_of_three_or_more_is_refused(matrix: list[list[str]]) -> None:
    with pytest.raises(MatrixUnfit):
        read_matrix(matrix)


@given(st.lists(st.integers(1, 9), min_size=3, max_size=9))
def test_comparisons_that_agree_give_back_the_weights_behind_them(parts: list[int]) -> None:
    weights = compute_weights(read_matrix([[f"{one}/{other}" for other in parts] for one in parts]))

    assert np.allclose(weights.values, np.array(parts) / sum(parts))
    assert weights.consistency_ratio == pytest.approx(0, abs=1e-9)
