"""
Statements that are written once and asked again with other values.

The ORM takes longer to write a statement of many branches than the database to answer it. Its text depends on little:
who reads, and what kind of thing is asked for. So it is written once for such a shape, with stand-ins where the values
go, and kept; a stand-in is a value that no row can hold, such as a key below nought or a text with a NUL.
"""

from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, TypeVar

from django.core.exceptions import EmptyResultSet
from django.db import DEFAULT_DB_ALIAS, connection
from django.db.models.query import ModelIterable
from psycopg import Binary

from dianke.platform.org.scoping import Scope
from dianke.platform.prepared_statements import fetch_prepared

_MOST = 512
_PAST = 2**63
_Reader = TypeVar("_Reader", bound=Scope)


class KeptStatements:
    """The statements of one question, by their shape and by the units that the reader reaches."""

    def __init__(self, *, is_prepared: bool = False) -> None:
        """Begin without any; `is_prepared` where one plan is good for all values, see `prepared_statements`."""
        self._kept: dict[Hashable, _Kept] = {}
        self._is_prepared = is_prepared

    def ask(
        self, *, actor: _Reader, write: Callable[[_Reader], Any], values: Mapping[Any, Any], shape: Hashable = ()
    ) -> list[tuple[Any, ...]]:
        """
        Return the rows of the statement of a shape, with `values` in the place of its stand-ins.

        `write` returns the actor's queryset with the stand-ins in it, None where there is nothing to ask; it is called
        once for a shape and the units that an actor reaches. What else of the actor decides its text is of the shape.
        """
        return self._fetch(self._keep(actor, write, shape), values)

    def ask_objects(
        self, *, actor: _Reader, write: Callable[[_Reader], Any], values: Mapping[Any, Any], shape: Hashable = ()
    ) -> list[Any]:
        """Return the objects of a queryset of models, those it joins to them too; else as `ask`."""
        kept = self._keep(actor, write, shape)
        rows = self._fetch(kept, values)
        answered: Any = _Answered(kept.compiler, rows)
        return list(ModelIterable(answered)) if rows else []

    def _keep(self, actor: _Reader, write: Callable[[_Reader], Any], shape: Hashable) -> "_Kept":
        key = (actor.list_unit_paths(), actor.sees_every_unit, shape)
        kept = self._kept.get(key)
        if kept is None:
            kept = _write_out(write(actor))
            if len(self._kept) >= _MOST:
                self._kept.clear()
            self._kept[key] = kept
        return kept

    def _fetch(self, kept: "_Kept", values: Mapping[Any, Any]) -> list[tuple[Any, ...]]:
        if not kept.statement or any(map(_fits_no_row, values.values())):
            return []
        given = [_look_up(values, one) for one in kept.parameters]
        if self._is_prepared:
            return fetch_prepared(kept.statement, given)
        with connection.cursor() as cursor:
            cursor.execute(kept.statement, given)
            return list(cursor.fetchall())


@dataclass(frozen=True, slots=True)
class _Kept:
    """A statement, and what the ORM knows of the columns that it returns."""

    statement: str
    parameters: tuple[Any, ...]
    compiler: Any = None


class _Answered:
    """Stands where the ORM looks for a queryset and for its compiler, with the rows that came already."""

    db = DEFAULT_DB_ALIAS
    _known_related_objects: ClassVar[dict[Any, Any]] = {}

    def __init__(self, compiler: Any, rows: list[tuple[Any, ...]]) -> None:
        self._compiler, self._rows = compiler, rows
        self.query = self

    def __getattr__(self, name: str) -> Any:
        return getattr(self._compiler, name)

    def get_compiler(self, using: str) -> "_Answered":
        return self

    def execute_sql(self, **_how: Any) -> list[list[tuple[Any, ...]]]:
        return [self._rows]


def _write_out(rows: Any) -> _Kept:
    if rows is None:
        return _Kept("", ())
    rows.require_actor()
    compiler = rows.query.get_compiler(using=DEFAULT_DB_ALIAS)
    try:
        statement, parameters = compiler.as_sql()
    except EmptyResultSet:
        # Nothing can fit, as for a reader who reaches no unit.
        return _Kept("", ())
    return _Kept(statement, tuple(parameters), compiler)


def _fits_no_row(value: Any) -> bool:
    """Tell whether a number is larger than any key, as one typed into an address may be."""
    return type(value) is int and not -_PAST <= value < _PAST


def _look_up(values: Mapping[Any, Any], one: Any) -> Any:
    """Return what stands for a parameter; a wrapped hash is named by its bytes."""
    return values.get(one.obj if isinstance(one, Binary) else one, one)
