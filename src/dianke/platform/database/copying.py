"""Bulk load by COPY: rows in PostgreSQL's text form, whole columns as CSV or, of integers, in its binary form."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.csv as pacsv
from django.db import connections

_CHUNK_BYTES = 1 << 20
_BINARY_HEAD = b"PGCOPY\n\xff\r\n\0" + bytes(8)
_BINARY_END = b"\xff\xff"


def copy_rows(*, table: str, columns: Sequence[str], rows: Iterable[Sequence[Any]], using: str = "default") -> None:
    """
    Load rows into a table inside the running transaction.

    Values are written in COPY's text form: None is null, True and False are t and f, everything else str().
    """
    names = ", ".join(connections[using].ops.quote_name(column) for column in columns)
    statement = f"copy {connections[using].ops.quote_name(table)} ({names}) from stdin"
    with connections[using].cursor() as cursor, cursor.copy(statement) as copy:
        for chunk in _encode(rows):
            copy.write(chunk)


def _encode(rows: Iterable[Sequence[Any]]) -> Iterator[bytes]:
    pieces: list[str] = []
    size = 0
    for row in rows:
        line = "\t".join(map(_cell, row))
        pieces.append(line)
        size += len(line)
        if size >= _CHUNK_BYTES:
            yield ("\n".join(pieces) + "\n").encode()
            pieces, size = [], 0
    if pieces:
        yield ("\n".join(pieces) + "\n").encode()


def _cell(value: Any) -> str:
    if value is None:
        return r"\N"
    if value is True:
        return "t"
    if value is False:
        return "f"
    if isinstance(value, str):
        if "\\" in value or "\t" in value or "\n" in value or "\r" in value:
            return value.replace("\\", r"\\").replace("\t", r"\t").replace("\n", r"\n").replace("\r", r"\r")
        return value
    return str(value)


def copy_arrays(
    *, table: str, columns: Mapping[str, npt.NDArray[np.signedinteger[Any]]], using: str = "default"
) -> None:
    """
    Load columns of integers into a table inside the running transaction, in COPY's binary form.

    Each array has the width of its column: int64 for bigint, int32 for integer, int16 for smallint.
    """
    size = len(next(iter(columns.values())))
    layout: list[tuple[str, str]] = [("fields", ">i2")]
    for name, values in columns.items():
        layout += [(f"{name} width", ">i4"), (name, f">i{values.dtype.itemsize}")]
    rows = np.empty(size, dtype=layout)
    rows["fields"] = len(columns)
    for name, values in columns.items():
        rows[f"{name} width"] = values.dtype.itemsize
        rows[name] = values
    names = ", ".join(connections[using].ops.quote_name(column) for column in columns)
    statement = f"copy {connections[using].ops.quote_name(table)} ({names}) from stdin with (format binary)"
    at_once = max(_CHUNK_BYTES // rows.dtype.itemsize, 1)
    with connections[using].cursor() as cursor, cursor.copy(statement) as copy:
        copy.write(_BINARY_HEAD)
        for start in range(0, size, at_once):
            copy.write(rows[start : start + at_once].tobytes())
        copy.write(_BINARY_END)


def copy_table(*, table: str, columns: pa.Table, using: str = "default") -> None:
    """Load a table of columns inside the running transaction; a null is a null, an empty text is one."""
    names = ", ".join(connections[using].ops.quote_name(column) for column in columns.column_names)
    statement = f"copy {connections[using].ops.quote_name(table)} ({names}) from stdin with (format csv)"
    sink = pa.BufferOutputStream()
    pacsv.write_csv(columns, sink, pacsv.WriteOptions(include_header=False))
    content = sink.getvalue()
    with connections[using].cursor() as cursor, cursor.copy(statement) as copy:
        for start in range(0, content.size, _CHUNK_BYTES):
            copy.write(memoryview(content)[start : start + _CHUNK_BYTES])
