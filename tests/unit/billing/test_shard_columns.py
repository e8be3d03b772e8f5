"""Columns of a shard: keys once each, texts as numbers whatever form they come in."""

import numpy as np
import pyarrow as pa
import pytest

from dianke.domain.billing.rules.inputs import codes, distinct


@pytest.mark.parametrize(
    ("keys", "expected"),
    [([], []), ([7], [7]), ([1, 2, 5], [1, 2, 5]), ([1, 1, 2], [1, 2]), ([5, 2, 5, 1], [1, 2, 5])],
)
def test_keys_are_returned_once_and_ascending(keys: list[int], expected: list[int]) -> None:
    assert distinct(np.array(keys, dtype=np.int64)).tolist() == expected


@pytest.mark.parametrize(
    "column",
    [
        pa.chunked_array([["b", "a"], ["b"]]),
        pa.chunked_array([pa.array(["b", "a"]).dictionary_encode(), pa.array(["b"]).dictionary_encode()]),
    ],
)
def test_texts_are_numbered_in_either_form(column: pa.ChunkedArray) -> None:
    numbers, values = codes(pa.table({"code": column}), "code")

    assert [values[number] for number in numbers] == ["b", "a", "b"]
