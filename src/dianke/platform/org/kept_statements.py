"""
Statements that are written once and asked again with other values.

The ORM takes longer to write a statement of many branches than the database to answer it. Its text depends on little:
who reads, and what kind of thing is asked for. So it is written once for such a shape, with stand-ins where the values
go, and kept; a stand-in is a value that no row can hold, such as a key below nought or a text with a NUL.
"""

from collections.abc import Callable, Hashable, Mapping
from typing import Any, TypeVar

from django.core.exceptions import EmptyResultSet
from django.db import connection
from psycopg import Binary

from dianke.platform.org.scoping import Scope
from dianke.platform.prepared_statements import fetch_prepared

_MOST = 512
_Reader = TypeVar("_Reader", bound=Scope)


class KeptStatements:
    """The statements of one question, by their shape and by the units that the reader reaches."""

    def __init__(self, *, is_prepared: bool = False) -> None:
        """Begin without any; `is_prepared` where one plan is good for all values, see `prepared_statements`."""
        self._kept: dict[Hashable, tuple[str, tuple[Any, ...]]] = {}
        self._is_prepared = is_prepared

    def ask(
        self, *, actor: _Reader, write: Callable[[_Reader], Any], values: Mapping[Any, Any], shape: Hashable = ()
    ) -> list[tuple[Any, ...]]:
        """
        Return the rows of the statement of a shape, with `values` in the place of its stand-ins.

        `write` returns the actor's queryset with the stand-ins in it, None where there is nothing to ask; it is called
        once for a shape and the units that an actor reaches. What else of the actor decides its text is of the shape.
        """
        key = (actor.list_unit_paths(), actor.sees_every_unit, shape)
        kept = self._kept.get(key)
        if kept is None:
            kept = _write_out(write(actor))
            if len(self._kept) >= _MOST:
                self._kept.clear()
            self._kept[key] = kept
        statement, parameters = kept
        if not statement:
            return []
        given = [_look_up(values, one) for one in parameters]
        if self._is_prepared:
            return fetch_prepared(statement, given)
        with connection.cursor() as cursor:
            cursor.execute(statement, given)
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
