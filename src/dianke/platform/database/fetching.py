"""Whole columns of integers out of the database by COPY, each as one value, for what works on arrays."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np
from django.db import connections
from numpy.typing import NDArray

_HEAD_BYTES, _COUNT_BYTES, _WIDTH_BYTES = 19, 2, 4


def fetch_columns(
    statement: str, values: Mapping[str, Any], names: Sequence[str], *, using: str = "default"
) -> dict[str, NDArray[np.int64]]:
    """
    Return the columns of a statement as arrays, in its order of rows; some ten million rows at most.

    Every column is a bigint and none is null. The database packs each column: row by row, even by COPY, the client
    would spend more on each row than the database does.

    :raises ValueError: if a column holds a null
    """
    own = [f'"{name}"' for name in names]
    packed = ", ".join(f"coalesce(string_agg(int8send({name}), ''::bytea), ''::bytea)" for name in own)
    statement = f"select count(*), {packed} from ({statement}) packed ({', '.join(own)})"  # noqa: S608 - our own text
    with (
        connections[using].cursor() as cursor,
        cursor.copy(f"copy ({statement}) to stdout with (format binary)", values) as copy,
    ):
        content = b"".join(bytes(piece) for piece in copy)
    counted, *columns = _list_fields(content, 1 + len(names))
    if any(column.size != counted[0] for column in columns):
        raise ValueError("a column holds a null")
    return dict(zip(names, columns, strict=True))


def _list_fields(content: bytes, count: int) -> Iterator[NDArray[np.int64]]:
    """Yield the fields of the one row, each as the integers that it is packed of."""
    at = _HEAD_BYTES + _COUNT_BYTES
    for _field in range(count):
        start = at + _WIDTH_BYTES
        at = start + int.from_bytes(content[at:start])
        yield np.frombuffer(content, dtype=">i8", count=(at - start) // 8, offset=start).astype(np.int64)
