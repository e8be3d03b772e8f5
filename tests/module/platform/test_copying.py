"""COPY of whole columns: every integer width to its ends, texts that need quotes, nulls and empty texts."""

from collections.abc import Callable
from datetime import date

import numpy as np
import pyarrow as pa
import pytest
from django.db import connection
from psycopg.errors import InvalidBinaryRepresentation, ProtocolViolation

from dianke.platform.database.copying import copy_arrays, copy_columns, copy_table

pytestmark = [pytest.mark.django_db, pytest.mark.sql]


@pytest.fixture
def scratch() -> None:
    with connection.cursor() as cursor:
        cursor.execute("create temporary table scratch (big bigint, middle integer, small smallint) on commit drop")
        cursor.execute("create temporary table words (id bigint, word text, day date, flag boolean) on commit drop")


def read(sql: str) -> list[tuple[object, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql)
        return list(cursor.fetchall())


def test_arrays_arrive_in_their_widths_and_order(scratch: None) -> None:
    big = np.array([-(2**63), -1, 2**63 - 1], dtype=np.int64)
    middle = np.array([-(2**31), 0, 2**31 - 1], dtype=np.int32)
    small = np.array([-(2**15), 7, 2**15 - 1], dtype=np.int16)

    copy_arrays(table="scratch", columns={"small": small, "big": big, "middle": middle})

    rows = read("select big, middle, small from scratch order by big")
    assert rows == list(zip(big.tolist(), middle.tolist(), small.tolist(), strict=True))


def test_arrays_larger_than_a_chunk_arrive_whole(scratch: None) -> None:
    values = np.arange(200_000, dtype=np.int64)

    copy_arrays(table="scratch", columns={"big": values})

    assert read("select count(*), sum(big) from scratch") == [(200_000, int(values.sum()))]


def test_arrays_of_another_width_than_the_column_are_refused(scratch: None) -> None:
    with pytest.raises(ProtocolViolation):
        copy_arrays(table="scratch", columns={"big": np.array([1], dtype=np.int32)})


@pytest.mark.parametrize("copy", [copy_table, copy_columns])
def test_tables_keep_quotes_newlines_nulls_and_empty_texts_apart(scratch: None, copy: Callable[..., None]) -> None:
    words = ['a "b", c', "第一行\n第二行", "", None, "\\N", "\\."]
    table = pa.table(
        {
            "id": list(range(6)),
            "word": words,
            "day": [date(2026, 1, 31)] * 5 + [None],
            "flag": [True, False, None] * 2,
        }
    )

    copy(table="words", columns=table)

    assert [row[0] for row in read("select word from words order by id")] == words
    assert read("select day, flag from words where id in (1, 5) order by id") == [
        (date(2026, 1, 31), False),
        (None, None),
    ]


def test_columns_arrive_in_their_widths_with_and_without_nulls(scratch: None) -> None:
    table = pa.table(
        {
            "big": pa.array([-(2**63), None, 2**63 - 1], pa.int64()),
            "middle": pa.array([-(2**31), 0, 2**31 - 1], pa.int32()),
            "small": pa.array([None, 7, 2**15 - 1], pa.int16()),
        }
    )

    copy_columns(table="scratch", columns=table)

    assert read("select big, middle, small from scratch order by middle") == [
        (-(2**63), -(2**31), None),
        (None, 0, 7),
        (2**63 - 1, 2**31 - 1, 2**15 - 1),
    ]


def test_columns_of_several_pieces_arrive_whole(scratch: None) -> None:
    words = pa.chunked_array([["一", "two"], [], ["", "4"]], pa.string())
    days = pa.chunked_array([[date(1999, 12, 31)], [date(2000, 1, 1), date(1969, 12, 31), date(2199, 1, 1)]])

    copy_columns(table="words", columns=pa.table({"word": words, "day": days}))

    assert read("select word, day from words order by day") == [
        ("", date(1969, 12, 31)),
        ("一", date(1999, 12, 31)),
        ("two", date(2000, 1, 1)),
        ("4", date(2199, 1, 1)),
    ]


def test_columns_without_rows_write_nothing(scratch: None) -> None:
    copy_columns(table="scratch", columns=pa.table({"big": pa.array([], pa.int64())}))

    assert read("select count(*) from scratch") == [(0,)]


def test_columns_of_another_width_are_refused(scratch: None) -> None:
    with pytest.raises((ProtocolViolation, InvalidBinaryRepresentation)):
        copy_columns(table="scratch", columns=pa.table({"big": pa.array([1], pa.int32())}))
