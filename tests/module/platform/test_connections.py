"""Connections of the database: whether they live is seen without asking, and statements are prepared once."""

import pytest
from django.db import connection, transaction
from django.db.utils import DatabaseError

from dianke.platform.prepared_statements import fetch_prepared

pytestmark = pytest.mark.django_db

_PREPARED = "select count(*) from pg_prepared_statements where statement like 'select %% + 1 -- seen by a test'"
_STATEMENT = "select %s + 1 -- seen by a test"


class TestUsable:
    def test_an_idle_connection_is_usable(self) -> None:
        connection.ensure_connection()

        assert connection.is_usable()

    @pytest.mark.django_db(transaction=True)
    def test_one_that_the_server_ended_is_not(self) -> None:
        other = connection.copy()
        other.ensure_connection()
        with connection.cursor() as cursor:
            cursor.execute("select pg_terminate_backend(%s)", [other.connection.info.backend_pid])

        _wait_for_the_end(other)

        assert not other.is_usable()
        other.close()

    def test_one_in_a_failed_transaction_is_not(self) -> None:
        seen: list[bool] = []

        with pytest.raises(DatabaseError), transaction.atomic():
            _ask_and_note("select no_such_column", seen)

        assert [*seen, connection.is_usable()] == [False, True]


class TestPrepared:
    def test_is_prepared_once_whatever_the_size_of_the_number(self) -> None:
        answers = [fetch_prepared(_STATEMENT, [number]) for number in (1, 70_000, 5_000_000_000)]

        assert answers == [[(2,)], [(70_001,)], [(5_000_000_001,)]]
        assert _ask(_PREPARED) == 1

    def test_takes_names_and_lists(self) -> None:
        statement = "select number from generate_series(1, 5) number where number = any(%(some)s) order by 1"

        assert fetch_prepared(statement, {"some": [2, 4, 99]}) == [(2,), (4,)]


def _ask(statement: str) -> object:
    with connection.cursor() as cursor:
        cursor.execute(statement.replace("%%", "%"))
        return cursor.fetchone()[0]


def _ask_and_note(statement: str, seen: list[bool]) -> None:
    try:
        _ask(statement)
    finally:
        seen.append(connection.is_usable())


def _wait_for_the_end(ended: object) -> None:
    from select import select

    select([ended.connection.pgconn.socket], [], [], 30)  # type: ignore[attr-defined]
