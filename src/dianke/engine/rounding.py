"""Exact products of integer arrays, and the one place where the engine rounds."""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import reduce
from operator import mul

import numpy as np

from dianke.engine.types import IntArray

_LIMIT = 2**63
_SAFE = float(2**62)  # rows whose estimated product stays below are multiplied in int64


@dataclass(frozen=True, slots=True)
class Product:
    """
    A charge before rounding: the product of `factors`, times 10 ** -scale, divided by `divisor`.

    Shapes: factors are (n,) arrays of one length or plain integers.
    """

    factors: tuple[IntArray | int, ...]
    scale: int
    divisor: int = 1


def round_half_up(product: Product, *, decimals: int) -> IntArray:
    """
    Return the product rounded half away from zero, in units of 10 ** -decimals.

    Shapes: (n,), also where every factor but one is a plain integer.
    Units:  in as the product says, out 10 ** -decimals.
    Errors: none; a row that int64 cannot hold is computed, and if need be kept, as a Python integer.
    Source: TR-13 (四舍五入, once a line).
    """
    lift = 10 ** max(decimals - product.scale, 0)
    divisor = product.divisor * 10 ** max(product.scale - decimals, 0)
    factors = product.factors if lift == 1 else (*product.factors, lift)
    arrays = [factor for factor in factors if isinstance(factor, np.ndarray)]
    number = _multiply_integers([factor for factor in factors if not isinstance(factor, np.ndarray)])
    bound = abs(number) * reduce(mul, (largest_size(array) for array in arrays), 1)
    if not bound:
        return np.zeros(arrays[0].size, dtype=np.int64)
    if bound + divisor < _LIMIT:
        return _divide_half_up(_multiply(arrays, number), divisor)
    return _round_row_wise(arrays, number, divisor)


def exact_product(*factors: IntArray | int) -> IntArray:
    """
    Return the product of the factors, row by row in int64 where it fits and in Python integers elsewhere.

    Shapes: (n,) arrays of one length and plain integers -> (n,).
    Units:  the product of the units. Errors: none. Source: exactness, no rule.
    """
    return round_half_up(Product(factors, 0), decimals=0)


def exact_sum(columns: Sequence[IntArray], *, size: int) -> IntArray:
    """
    Return the row-wise sum of columns, never wrapping.

    Shapes: each (size,) -> (size,). Units: those of the columns. Errors: none. Source: no rule.
    """
    if not columns:
        return np.zeros(size, dtype=np.int64)
    if len(columns) == 1:
        return columns[0]
    if sum(largest_size(column) for column in columns) >= _LIMIT:
        columns = [column.astype(object) for column in columns]
    total = columns[0]
    for column in columns[1:]:
        total = total + column
    return narrow(total)


def exact_quotients(product: Product) -> IntArray:
    """
    Return the product as exact rationals, for bills that add up unrounded lines.

    Shapes: (n,) of dtype object holding Fraction. Units: whole units. Errors: none. Source: no rule.
    """
    divisor = product.divisor * 10**product.scale
    rows = np.broadcast_arrays(*(np.asarray(factor, dtype=object) for factor in product.factors))
    values = reduce(mul, rows)
    return np.array([Fraction(int(value), divisor) for value in values], dtype=object)


def round_fractions(values: IntArray, *, decimals: int) -> IntArray:
    """
    Return exact rationals rounded half away from zero to units of 10 ** -decimals.

    Shapes: (n,) of Fraction -> (n,). Units: whole units; 10 ** -decimals. Errors: none. Source: TR-13.
    """
    return narrow(np.array([_round_fraction(value * 10**decimals) for value in values], dtype=object))


def rescale(values: IntArray, *, scale: int, to_scale: int) -> IntArray:
    """
    Return the same numbers in units of 10 ** -to_scale, half up where the new scale is coarser.

    Shapes: (n,) -> (n,). Units: 10 ** -scale; 10 ** -to_scale. Errors: none. Source: TR-13.
    """
    return values if scale == to_scale else round_half_up(Product((values,), scale), decimals=to_scale)


def largest_size(values: IntArray) -> int:
    """Return the largest absolute value of an array as a Python integer, 0 for an empty one."""
    if not values.size:
        return 0
    return max(int(values.max()), -int(values.min()))


def narrow(values: IntArray) -> IntArray:
    """Return Python integers as int64 if all of them fit, else as they are."""
    if values.dtype != object or largest_size(values) >= _LIMIT:
        return values
    return values.astype(np.int64)


def _multiply_integers(numbers: Sequence[IntArray | int]) -> int:
    return reduce(mul, (int(number) for number in numbers), 1)


def _multiply(arrays: Sequence[IntArray], number: int) -> IntArray:
    values = arrays[0] if number == 1 else arrays[0] * number
    for array in arrays[1:]:
        values = values * array
    return values


def _divide_half_up(values: IntArray, divisor: int) -> IntArray:
    if divisor == 1:
        return values
    half = divisor // 2
    if not values.size or values.min() >= 0:
        return (values + half) // divisor
    quotients = (abs(values) + half) // divisor
    return np.where(values < 0, -quotients, quotients)


def _round_row_wise(arrays: Sequence[IntArray], number: int, divisor: int) -> IntArray:
    size = arrays[0].size
    estimate = np.full(size, abs(float(number)))
    for array in arrays:
        estimate *= np.abs(array.astype(np.float64))
    is_scalar_narrow = divisor < _LIMIT // 2 and abs(number) < _LIMIT
    is_wide = ~(estimate < _SAFE) if is_scalar_narrow else np.ones(size, dtype=bool)
    rounded = np.zeros(size, dtype=object)
    narrow_rows = np.flatnonzero(~is_wide)
    if narrow_rows.size:
        rows = [narrow(array[narrow_rows]) for array in arrays]
        rounded[narrow_rows] = _divide_half_up(_multiply(rows, number), divisor)
    wide_rows = np.flatnonzero(is_wide)
    if wide_rows.size:
        rows = [array[wide_rows].astype(object) for array in arrays]
        rounded[wide_rows] = _divide_half_up(_multiply(rows, number), divisor)
    return narrow(rounded)


def _round_fraction(value: Fraction) -> int:
    size = (2 * abs(value.numerator) + value.denominator) // (2 * value.denominator)
    return -size if value.numerator < 0 else size
