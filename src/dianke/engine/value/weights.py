"""Weights of criteria from a matrix of pairwise comparisons (AHP), and whether the comparisons agree."""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from dianke.kernel.errors import DomainError

Floats = NDArray[np.float64]

# Random index by the order of the matrix (Saaty), n = 1 ... 9.
RANDOM_INDEX = (0.0, 0.0, 0.58, 0.90, 1.12, 1.24, 1.32, 1.41, 1.45)
MOST_INCONSISTENT = 0.1
_MOST_DIGITS = 12


class MatrixUnfit(DomainError):
    """The comparisons are no square of positive numbers, each the reciprocal of its mirror."""

    code = "value.matrix_unfit"
    message = "the matrix cannot be used: {reason}"


class MatrixInconsistent(DomainError):
    """The comparisons contradict each other."""

    code = "value.matrix_inconsistent"
    message = "consistency ratio {ratio} is above {most}: the comparisons contradict each other"


@dataclass(frozen=True, slots=True)
class Weights:
    """Weights that sum to one, and how far the comparisons agree. Shapes: values (n,)."""

    values: Floats
    lambda_max: float
    consistency_index: float
    consistency_ratio: float

    @property
    def is_consistent(self) -> bool:
        """Tell whether the ratio is within what is accepted."""
        return self.consistency_ratio <= MOST_INCONSISTENT


def read_matrix(cells: Sequence[Sequence[str]]) -> list[list[Fraction]]:
    """
    Return a matrix from texts like `3`, `1/3` or `0.5`, exact.

    Shapes: n texts of n cells -> (n, n). Units: none.
    Errors: MatrixUnfit if a cell is no positive number, the matrix is not square of order 3 to 9, or a cell is not
    the reciprocal of its mirror.
    Source: spec, credit and value, section 3.
    """
    size = len(cells)
    if not 3 <= size <= len(RANDOM_INDEX) or any(len(row) != size for row in cells):
        raise MatrixUnfit(field="matrix", reason=f"it must be a square of 3 to {len(RANDOM_INDEX)} rows")
    matrix = [[_read_cell(cell) for cell in row] for row in cells]
    for row in range(size):
        for column in range(row, size):
            if matrix[row][column] * matrix[column][row] != 1:
                raise MatrixUnfit(
                    field="matrix", reason=f"row {row + 1} column {column + 1} is not the reciprocal of its mirror"
                )
    return matrix


def compute_weights(matrix: Sequence[Sequence[Fraction]]) -> Weights:
    """
    Return the principal eigenvector of a reciprocal matrix, scaled to sum one, and its consistency.

    Shapes: (n, n) -> values (n,). Units: none.
    Errors: none for what read_matrix returns.
    Source: spec, credit and value, section 3; CI = (lambda - n) / (n - 1), CR = CI / RI.
    """
    cells = np.array([[float(one) for one in row] for row in matrix])
    size = cells.shape[0]
    vector = np.full(size, 1 / size)
    for _step in range(10_000):
        grown = cells @ vector
        grown /= grown.sum()
        is_still = np.abs(grown - vector).max() < 1e-15
        vector = grown
        if is_still:
            break
    lambda_max = float((cells @ vector / vector).mean())
    index = max((lambda_max - size) / (size - 1), 0.0)
    random = RANDOM_INDEX[size - 1]
    return Weights(vector, lambda_max, index, index / random if random else 0.0)


def require_consistent(weights: Weights) -> Weights:
    """
    Return the weights if their comparisons agree.

    Shapes: unchanged. Units: none.
    Errors: MatrixInconsistent if the consistency ratio is above 0.1.
    Source: spec, credit and value, section 3.
    """
    if not weights.is_consistent:
        raise MatrixInconsistent(
            field="matrix", ratio=f"{weights.consistency_ratio:.4f}", most=f"{MOST_INCONSISTENT:.1f}"
        )
    return weights


def _read_cell(text: str) -> Fraction:
    try:
        value = Fraction(text.strip()) if len(text) <= _MOST_DIGITS else Fraction(0)
    except (ValueError, ZeroDivisionError):
        value = Fraction(0)
    if value <= 0:
        raise MatrixUnfit(field="matrix", reason=f"{text[:_MOST_DIGITS] or 'an empty cell'} is no positive number")
    return value
