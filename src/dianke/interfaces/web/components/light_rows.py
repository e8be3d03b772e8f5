"""
Rows of long lists without the weight of full ones: only the columns that are read are fetched and set.

A row is an instance of its model all the same, so that cells, properties and what is attached to rows work on it
as on any other; a column that was not named would be fetched for each row by itself.
"""

from collections.abc import Callable, Iterator, Sequence
from itertools import islice
from typing import Any

from django.db.models import Model, QuerySet
from django.db.models.base import ModelState

_Make = Callable[[tuple[Any, ...]], Any]


def read_light_rows(rows: QuerySet[Any], names: Sequence[str], *, batch: int) -> Iterator[list[Any]]:
    """
    Yield the rows in batches, with the columns named: own ones, and `relation__column` of what they refer to.

    They come through a cursor of the server, so that memory does not grow with their number.
    """
    paths, make = _compose(rows.model, names)
    found = iter(rows.values_list(*paths).iterator(chunk_size=batch))
    while values := list(islice(found, batch)):
        yield [make(one) for one in values]


def fetch_light_rows(rows: QuerySet[Any], names: Sequence[str]) -> list[Any]:
    """Return the rows, of which there are few, with the columns named."""
    paths, make = _compose(rows.model, names)
    return [make(one) for one in rows.values_list(*paths)]


def _compose(model: type[Model], names: Sequence[str]) -> tuple[list[str], _Make]:
    """Return the columns in the order in which they are asked, and what makes a row of their values."""
    own = [name for name in names if "__" not in name]
    related: dict[str, list[str]] = {}
    for name in names:
        if "__" in name:
            relation, column = name.split("__")
            related.setdefault(relation, []).append(column)
    paths = [*own, *(f"{relation}__{column}" for relation, columns in related.items() for column in columns)]
    return paths, _make_whole(model, own, related)


def _make_whole(model: type[Model], own: Sequence[str], related: dict[str, list[str]]) -> _Make:
    """Return what makes a row of its values: the own columns first, then those of each relation."""
    size = len(own)
    parts: list[tuple[str, int, int, _Make]] = []
    start = size
    for relation, columns in related.items():
        target = model._meta.get_field(relation).related_model
        assert isinstance(target, type)  # noqa: S101 - the names are those of relations
        parts.append((relation, start, start + len(columns), _remember(_make_of(target, columns))))
        start += len(columns)
    make_own = _make_of(model, own)

    def make(values: tuple[Any, ...]) -> Any:
        row = make_own(values)
        cache = row._state.fields_cache
        for relation, first, end, make_part in parts:
            cache[relation] = make_part(values[first:end])
        return row

    return make


class _Stored(ModelState):
    """The state of a row that came from the database, without setting it row by row."""

    adding = False
    db = "default"


def _make_of(model: type[Model], names: Sequence[str]) -> _Make:
    create = model.__new__

    def make(values: tuple[Any, ...]) -> Any:
        row = create(model)
        # As Model.__init__ leaves it, but for the columns that nobody reads; what follows them is of relations.
        own = row.__dict__
        own.update(zip(names, values, strict=False))
        own["_state"] = _Stored()
        return row

    return make


def _remember(make: _Make) -> _Make:
    """Return a maker that gives the same object for the same values in a row: neighbours share their unit."""
    last: tuple[Any, ...] = ()
    made: Any = None

    def remembering(values: tuple[Any, ...]) -> Any:
        nonlocal last, made
        if made is None or values != last:
            last, made = values, make(values)
        return made

    return remembering
