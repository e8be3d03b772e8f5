"""Bulk load by COPY: rows in PostgreSQL's text form, whole columns as CSV or, of known widths, in its binary form."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pacsv
from django.db import connections

_CHUNK_BYTES = 1 << 20
_BINARY_HEAD = b"PGCOPY\n\xff\r\n\0" + bytes(8)
_BINARY_END = b"\xff\xff"
# The database counts days from here, Arrow from 1970.
_DAY_ZERO = (date(2000, 1, 1) - date(1970, 1, 1)).days
_NULL = -1


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


def copy_columns(*, table: str, columns: pa.Table, using: str = "default") -> None:
    """
    Load a table of columns inside the running transaction in COPY's binary form, which the database need not parse.

    Columns are texts, truths, days, or integers of the width of their column: int64 for bigint, int32 for integer.
    """
    names = ", ".join(connections[using].ops.quote_name(column) for column in columns.column_names)
    statement = f"copy {connections[using].ops.quote_name(table)} ({names}) from stdin with (format binary)"
    content = _pack_rows(columns)
    with connections[using].cursor() as cursor, cursor.copy(statement) as copy:
        copy.write(_BINARY_HEAD)
        for start in range(0, len(content), _CHUNK_BYTES):
            copy.write(content[start : start + _CHUNK_BYTES])
        copy.write(_BINARY_END)


def _pack_rows(columns: pa.Table) -> memoryview:
    """Return the rows in COPY's binary form: how many fields, then each with its length before it."""
    size = len(columns)
    if not size:
        return memoryview(b"")
    # What follows each other without a null has one width in all rows and is joined as one piece.
    pieces: list[pa.Array] = []
    block: list[tuple[str, npt.NDArray[Any]]] = [("fields", np.full(size, columns.num_columns, dtype=">i2"))]
    for name, column in zip(columns.column_names, columns.columns, strict=True):
        own = column.combine_chunks()
        values = None if own.null_count else _take_figures(own)
        if values is None:
            texts = _to_texts(own)
            lengths = pc.fill_null(pc.binary_length(texts), _NULL).to_numpy()
            block.append((f"{name} width", lengths.astype(">i4")))
            pieces += [_join_block(block), pc.fill_null(texts, b"")]
            block = []
        else:
            block.append((f"{name} width", np.full(size, values.dtype.itemsize, dtype=">i4")))
            block.append((name, values))
    pieces.append(_join_block(block) if block else pa.array([b""] * size))
    joined = pc.binary_join_element_wise(*pieces, b"")
    if isinstance(joined, pa.ChunkedArray):
        joined = joined.combine_chunks()
    _valid, offsets, data = joined.buffers()
    return memoryview(data)[: int(np.frombuffer(offsets, dtype=np.int32, count=size + 1)[-1])]


def _take_figures(column: pa.Array) -> npt.NDArray[Any] | None:
    """Return a column of one width as the database writes it, or None of texts."""
    if pa.types.is_integer(column.type):
        values = column.to_numpy()
        return np.asarray(values, dtype=values.dtype.newbyteorder(">"))
    if pa.types.is_date32(column.type):
        return np.asarray(column.cast(pa.int32()).to_numpy() - _DAY_ZERO, dtype=">i4")
    if pa.types.is_boolean(column.type):
        return np.asarray(column.to_numpy(zero_copy_only=False), dtype=np.int8)
    return None


def _to_texts(column: pa.Array) -> pa.Array:
    """Return a column of texts, or of figures with nulls, as bytes; nulls stay nulls."""
    if pa.types.is_string(column.type) or pa.types.is_null(column.type):
        return column.cast(pa.binary())
    figures = _take_figures(pc.fill_null(column, False if pa.types.is_boolean(column.type) else _nothing(column)))
    whole = _join_block([("value", np.asarray(figures))])
    return pc.if_else(pc.is_valid(column), whole, pa.scalar(None, pa.binary()))


def _nothing(column: pa.Array) -> pa.Scalar:
    return pa.scalar(0, pa.int32()).cast(column.type)


def _join_block(block: Sequence[tuple[str, npt.NDArray[Any]]]) -> pa.Array:
    """Return columns of one width each, side by side, as one column of bytes."""
    size = len(block[0][1])
    rows = np.empty(size, dtype=[(name, values.dtype) for name, values in block])
    for name, values in block:
        rows[name] = values
    offsets = np.arange(size + 1, dtype=np.int32) * rows.dtype.itemsize
    return pa.Array.from_buffers(pa.binary(), size, [None, pa.py_buffer(offsets), pa.py_buffer(rows)])
