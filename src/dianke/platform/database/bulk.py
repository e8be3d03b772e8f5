"""Many rows at once: model rows by COPY, with their keys drawn first and their history written fast."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any, TypeVar

from django.db import connections, models
from django.db.models.fields.generated import GeneratedField

# Below this a list of values is as fast.
_COPY_FROM = 500
_BATCH = 2_000

_Row = TypeVar("_Row", bound=models.Model)


def insert_rows(rows: Sequence[_Row], *, using: str = "default") -> list[_Row]:
    """
    Insert new rows of one table, by COPY where they are many, and give every row its key.

    The rows need no signals and no save() of their own, as with bulk_create; constraints and history hold.
    """
    if not rows:
        return []
    model = type(rows[0])
    quicken_triggers(using=using)
    if len(rows) < _COPY_FROM:
        inserted: list[_Row] = model._default_manager.bulk_create(rows, batch_size=_BATCH)
        return inserted
    for row, key in zip(rows, _draw_keys(model, len(rows), using), strict=True):
        row.pk = key
    _copy(model, rows, using)
    for row in rows:
        row._state.adding, row._state.db = False, using
    return list(rows)


def quicken_triggers(*, using: str = "default") -> None:
    """
    Spare the history triggers of this transaction most of their time, and tell them who acts.

    Each of them asks whether it is to be ignored, and where nobody ever answered, that costs the database an
    exception a row: with the answer "none" a history row takes a fifth of the time. The same holds for who acts,
    which pghistory says in front of every statement that changes rows, but not of COPY.
    """
    with connections[using].cursor() as cursor:
        # Begins with "with", for in front of a plain "select" pghistory says nothing.
        cursor.execute(
            "with answer as (select set_config('pgtrigger.ignore', "
            "coalesce(nullif(current_setting('pgtrigger.ignore', true), ''), '{}'), true)) select * from answer"
        )


def _draw_keys(model: type[models.Model], count: int, using: str) -> Iterator[int]:
    key = model._meta.pk.column if model._meta.pk is not None else "id"
    with connections[using].cursor() as cursor:
        cursor.execute(
            "select nextval(pg_get_serial_sequence(%s, %s)) from generate_series(1, %s)",
            [connections[using].ops.quote_name(model._meta.db_table), key, count],
        )
        yield from sorted(row[0] for row in cursor.fetchall())


def _copy(model: type[models.Model], rows: Sequence[models.Model], using: str) -> None:
    connection = connections[using]
    fields = [field for field in model._meta.concrete_fields if not isinstance(field, GeneratedField)]
    quote = connection.ops.quote_name
    columns = ", ".join(quote(str(field.column)) for field in fields)
    with (
        connection.cursor() as cursor,
        cursor.copy(f"copy {quote(model._meta.db_table)} ({columns}) from stdin") as copy,
    ):
        for values in _list_values(fields, rows, connection):
            copy.write_row(values)


def _list_values(fields: Sequence[Any], rows: Iterable[models.Model], connection: Any) -> Iterator[list[Any]]:
    ways = [(field.attname, None if _is_plain(field) else field) for field in fields]
    for row in rows:
        values = row.__dict__
        yield [
            values[name] if field is None else field.get_db_prep_save(values[name], connection) for name, field in ways
        ]


def _is_plain(field: Any) -> bool:
    """Tell whether a column's value goes to the database as it stands in Python."""
    target = field.target_field if isinstance(field, models.ForeignKey) else field
    return type(target) in {
        models.BigAutoField,
        models.AutoField,
        models.CharField,
        models.TextField,
        models.IntegerField,
        models.SmallIntegerField,
        models.PositiveSmallIntegerField,
        models.PositiveIntegerField,
        models.BigIntegerField,
        models.BooleanField,
        models.DateField,
    }
