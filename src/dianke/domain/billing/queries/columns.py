"""Queries whose answer comes back as columns, and columns of one table beside the rows of another."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pacsv
from django.db import connection

from dianke.domain.billing.rules.inputs import ints
from dianke.engine.types import BoolArray, IntArray

# By the database's own numbers of types.
_TYPES = {
    16: pa.bool_(),
    20: pa.int64(),
    21: pa.int64(),
    23: pa.int64(),
    25: pa.string(),
    1043: pa.string(),
    1082: pa.date32(),
}
_NO_ROW = "select * from ({sql}) q limit 0"
# The brackets of a row's text stand at columns of their own.
_AS_TEXT = r"select string_agg(r::text, E'\n') from (select 0 as _open, q.*, 0 as _close from ({sql}) q) r"
_DESCRIBED: dict[str, dict[str, pa.DataType]] = {}
# A range of keys is read whole where it holds no more than so many for each that is asked for.
_SPARSE = 1.25


def fetch(sql: str, keys: Mapping[str, Any]) -> pa.Table:
    """
    Return the rows of a query as columns; a column of figures without any has no type.

    The rows come as one text that the database joins: a driver that takes each row by itself needs longer for
    that than the database for finding it.
    """
    with connection.cursor() as cursor:
        types = _describe(cursor, sql, keys)
        cursor.execute(_AS_TEXT.format(sql=sql), keys)
        data = cursor.cursor.pgresult.get_value(0, 0)
    if data is None:
        return pa.table({name: _shorten(pa.chunked_array([], kind)) for name, kind in types.items()})
    rows = pacsv.read_csv(
        # The text of a row doubles a backslash, which CSV does not.
        pa.BufferReader(data.replace(rb"\\", b"\\") if b"\\" in data else data),
        read_options=pacsv.ReadOptions(
            column_names=["_open", *types, "_close"], use_threads=False, block_size=len(data) + 1
        ),
        convert_options=pacsv.ConvertOptions(
            column_types=types,
            include_columns=list(types),
            strings_can_be_null=True,
            quoted_strings_can_be_null=False,
            null_values=[""],
            true_values=["t"],
            false_values=["f"],
        ),
        parse_options=pacsv.ParseOptions(newlines_in_values=True),
    )
    return pa.table(dict(zip(rows.column_names, map(_shorten, rows.columns), strict=True)))


def fetch_of(sql: str, keys: IntArray, values: Mapping[str, Any] | None = None) -> pa.Table:
    """
    Return the rows of a query for some keys, ascending: `{of}` in it says so, and its first column is the key.

    Keys that nearly follow each other are asked for as a range: to write a list of fifty thousand, and to look each of
    them up, takes longer than to read the rows. What lies between them is left out again.
    """
    between = int(keys[-1] - keys[0]) + 1 if keys.size else 0
    if not keys.size or between > keys.size * _SPARSE:
        listed = {**(values or {}), "keys": list_keys(keys)}
        return fetch(sql.replace("{of}", "= any((select %(keys)s)::bigint[])"), listed)
    ends = {**(values or {}), "first_key": int(keys[0]), "last_key": int(keys[-1])}
    found = fetch(sql.replace("{of}", "between %(first_key)s and %(last_key)s"), ends)
    if between == keys.size:
        return found
    return found.filter(pc.is_in(found.column(0), value_set=pa.array(keys)))


def _describe(cursor: Any, sql: str, keys: Mapping[str, Any]) -> dict[str, pa.DataType]:
    """Return the columns of a query, asked for once a process: the database plans it and finds nothing."""
    if sql not in _DESCRIBED:
        cursor.execute(_NO_ROW.format(sql=sql), keys)
        _DESCRIBED[sql] = {column.name: _TYPES[column.type_code] for column in cursor.description}
    return _DESCRIBED[sql]


def _shorten(column: pa.ChunkedArray) -> pa.ChunkedArray:
    is_empty = column.null_count == len(column) and not pa.types.is_string(column.type)
    return pa.chunked_array([pa.nulls(len(column))]) if is_empty else column


def list_keys(keys: IntArray) -> str:
    """Return keys as the database writes an array: one parameter, however many there are."""
    return "{" + ",".join(map(str, keys.tolist())) + "}"


def place(keys: IntArray, among: IntArray) -> tuple[IntArray, BoolArray]:
    """Return the first place of each key among ascending ones, and where it is there at all."""
    at = np.searchsorted(among, keys)
    at[at == len(among)] = 0
    return at, among[at] == keys if among.size else np.zeros(len(keys), dtype=np.bool_)


def beside(rows: pa.Table, key: str, others: pa.Table) -> pa.Table:
    """Return rows with the columns of the others whose first column, ascending, is their key; nulls where none is."""
    name, *names = others.column_names
    at, is_there = place(ints(rows, key, fill=-1), ints(others, name))
    found = others.select(names).take(pa.array(at, mask=~is_there))
    for own in names:
        rows = rows.append_column(own, found[own])
    return rows
