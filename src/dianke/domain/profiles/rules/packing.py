"""Columns of facts as bytes and back: the narrowest integers that hold them, packed."""

import zlib

import numpy as np
from numpy.typing import NDArray

from dianke.engine.tags.types import UNKNOWN, Integers

BLOCK = 8_192
"""Customers of a block."""

_TYPES = ("i1", "i2", "i4", "i8")
_QUICKEST = 1


def pack_column(column: Integers) -> bytes:
    """Return a column as bytes: the width of its integers, then the integers packed."""
    known = column[column != UNKNOWN]
    low, high = (int(known.min()), int(known.max())) if known.size else (0, 0)
    # The least number of a type stands for what is not known.
    width = next(one for one in _TYPES if np.iinfo(one).min < low and high <= np.iinfo(one).max)
    narrow = np.where(column == UNKNOWN, np.iinfo(width).min, column).astype(f"<{width}")
    return width[1:].encode() + zlib.compress(narrow.tobytes(), _QUICKEST)


def unpack_column(content: bytes) -> Integers:
    """Return the column that was packed."""
    width = f"i{chr(content[0])}"
    narrow = np.frombuffer(zlib.decompress(memoryview(content)[1:]), dtype=f"<{width}")
    wide = narrow.astype(np.int64)
    wide[narrow == np.iinfo(width).min] = UNKNOWN
    return wide


def count_values(values: NDArray[np.int8]) -> dict[str, int]:
    """Return how often each value stands in a column, by its number as text."""
    numbers, counts = np.unique(values, return_counts=True)
    return {str(number): int(count) for number, count in zip(numbers.tolist(), counts.tolist(), strict=True)}
