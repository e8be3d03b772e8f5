"""
Statements that the server prepares once a connection: it neither reads nor plans them again.

Only for statements whose best plan does not depend on the values, such as those that look rows up by their key: from
the sixth time on the server may use one plan for all values.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from django.db import connection
from psycopg import Cursor
from psycopg.types.numeric import Int8

Parameters = Sequence[Any] | Mapping[str, Any]


class _PreparingCursor(Cursor[Any]):
    """Sends values beside the text, and has the text prepared the first time."""

    def execute(self, query: Any, params: Parameters | None = None, **_how: Any) -> "_PreparingCursor":
        """Execute a statement that is prepared."""
        return super().execute(query, params, prepare=True)


def fetch_prepared(statement: str, parameters: Parameters) -> list[tuple[Any, ...]]:
    """Return the rows of a statement; whole numbers go as bigint, so that it is prepared once and not once a size."""
    # As a cursor of Django's does: a connection that the server closed meanwhile is opened again.
    connection.close_if_health_check_failed()
    connection.ensure_connection()
    cursor: Any = _PreparingCursor(connection.connection)
    wrap = connection.make_debug_cursor if connection.queries_logged else connection.make_cursor
    with wrap(cursor) as asked:
        asked.execute(statement, _type(parameters))
        return list(asked.fetchall())


def _type(parameters: Parameters) -> Parameters:
    if isinstance(parameters, Mapping):
        return {name: _type_one(value) for name, value in parameters.items()}
    return [_type_one(value) for value in parameters]


def _type_one(value: Any) -> Any:
    if type(value) is int:
        return Int8(value)
    if isinstance(value, list | tuple) and value and type(value[0]) is int:
        return [Int8(one) for one in value]
    return value
