"""Answers of queries as columns: every text as it stands, nulls as nulls, and one table beside another."""

from datetime import date

import numpy as np
import pyarrow as pa
import pytest

from dianke.domain.billing.queries.columns import beside, fetch, fetch_of, list_keys, place

pytestmark = pytest.mark.django_db

TEXTS = [
    "plain",
    "",
    "a,b",
    'say "so"',
    r"C:\new\table",
    "two\nlines",
    "(in brackets)",
    " spaces ",
    r"\"",
    "汉字 路 1 号",
    "\\",
]


class TestFetch:
    @pytest.mark.parametrize("text", TEXTS)
    def test_returns_a_text_as_it_stands(self, text: str) -> None:
        table = fetch("select %(text)s::text as before, 1 as one, %(text)s::varchar(40) as after", {"text": text})

        assert table.to_pylist() == [{"before": text, "one": 1, "after": text}]

    def test_tells_a_null_from_an_empty_text(self) -> None:
        table = fetch(
            "select * from (values (1, ''), (2, null), (null, 'x')) v (key, text) order by key nulls last", {}
        )

        assert table.to_pylist() == [{"key": 1, "text": ""}, {"key": 2, "text": None}, {"key": None, "text": "x"}]

    def test_reads_each_kind_of_column(self) -> None:
        table = fetch("select 1::smallint as a, 2 as b, 3::bigint as c, true as d, date '2026-01-31' as e", {})

        assert table.to_pylist() == [{"a": 1, "b": 2, "c": 3, "d": True, "e": date(2026, 1, 31)}]

    def test_gives_no_type_to_a_column_of_figures_without_any(self) -> None:
        table = fetch("select null::bigint as figure, null::text as text, null::date as day", {})

        assert table.schema.types == [pa.null(), pa.string(), pa.null()]
        assert table.num_rows == 1

    def test_keeps_the_columns_of_an_answer_without_rows(self) -> None:
        table = fetch("select 1::bigint as figure, ''::text as text where false", {})

        assert table.column_names == ["figure", "text"]
        assert table.num_rows == 0

    def test_keeps_the_order_of_the_rows(self) -> None:
        table = fetch("select i from generate_series(1, 3000) i order by i %% 7, i desc", {})

        assert table["i"].to_pylist() == sorted(range(1, 3001), key=lambda i: (i % 7, -i))

    def test_takes_keys_as_one_parameter(self) -> None:
        table = fetch(
            "select i from generate_series(1, 9) i where i = any((select %(ids)s)::bigint[]) order by i",
            {"ids": list_keys(np.array([2, 5, 99], dtype=np.int64))},
        )

        assert table["i"].to_pylist() == [2, 5]


class TestFetchOf:
    @pytest.mark.parametrize("keys", [[2, 3, 4], [2, 3, 4, 6], [2, 9], [5], []])
    def test_returns_the_rows_of_the_keys_alone(self, keys: list[int]) -> None:
        found = fetch_of(
            "select i, %(word)s::text as word from generate_series(1, 9) i where i {of} order by i",
            np.array(keys, dtype=np.int64),
            {"word": "x"},
        )

        assert found["i"].to_pylist() == keys
        assert found["word"].to_pylist() == ["x"] * len(keys)


class TestBeside:
    def test_puts_the_others_beside_their_key_and_nulls_where_none_is(self) -> None:
        rows = pa.table({"point": [7, 8, 9, 7], "owner": [2, None, 1, 5]})
        others = pa.table({"id": [1, 2, 4], "name": ["one", "two", "four"]})

        assert beside(rows, "owner", others)["name"].to_pylist() == ["two", None, "one", None]

    def test_leaves_nulls_where_there_are_no_others(self) -> None:
        found = beside(
            pa.table({"owner": [1, 2]}), "owner", pa.table({"id": pa.nulls(0), "name": pa.array([], pa.string())})
        )

        assert found["name"].to_pylist() == [None, None]

    def test_place_says_where_a_key_is_there(self) -> None:
        at, is_there = place(np.array([4, 1, 3, 9]), np.array([1, 3, 3, 4]))

        assert at[is_there].tolist() == [3, 0, 1]
        assert is_there.tolist() == [True, True, True, False]
