"""
Statements that are written once and asked again with other values.

The ORM takes longer to write a statement of many branches than the database to answer it. Its text depends on little:
who reads, and what kind of thing is asked for. So it is written once for such a shape, with stand-ins where the values
go, and kept; a stand-in is a value that no row can hold, such as a key below nought or a text with a NUL.
"""

from collections.abc import Callable, Hashable, Mapping
from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db import connection
from psycopg import Binary

_MOST = 512


class KeptStatements:
    """The statements of one question, by their shape; what a reader may see is a part of the shape."""

    def __init__(self) -> None:
        """Begin without any."""
        self._kept: dict[Hashable, tuple[str, tuple[Any, ...]]] = {}

    def ask(self, shape: Hashable, write: Callable[[], Any], values: Mapping[Any, Any]) -> list[tuple[Any, ...]]:
        """
        Return the rows of the statement of a shape, with `values` in the place of its stand-ins.

        `write` returns the queryset of an actor with the stand-ins in it, None where there is nothing to ask; it is
        called once for a shape.
        """
        kept = self._kept.get(shape)
        if kept is None:
            kept = _write_out(write())
            if len(self._kept) >= _MOST:
                self._kept.clear()
            self._kept[shape] = kept
        statement, parameters = kept
        if not statement:
            return []
        with connection.cursor() as cursor:
            cursor.execute(statement, [_look_up(values, one) for one in parameters])
            return list(cursor.fetchall())


def _write_out(rows: Any) -> tuple[str, tuple[Any, ...]]:
    if rows is None:
        return "", ()
    rows.require_actor()
    try:
        statement, parameters = rows.query.sql_with_params()
    except EmptyResultSet:
        # Nothing can fit, as for a reader who reaches no unit.
        return "", ()
    return statement, tuple(parameters)


def _look_up(values: Mapping[Any, Any], one: Any) -> Any:
    """Return what stands for a parameter; a wrapped hash is named by its bytes."""
    return values.get(one.obj if isinstance(one, Binary) else one, one)
