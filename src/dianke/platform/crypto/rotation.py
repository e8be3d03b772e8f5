"""Which keys stored values lie under, and writing them again under the current one, some thousand at a time."""

from collections.abc import Callable, Iterator
from typing import Any

import pgtrigger
from django.db import connection, models, transaction

from dianke.platform.crypto.cipher import decrypt, encrypt, make_head

BATCH = 2_000


def count_by_key(*, model: type[models.Model], column: str) -> dict[str, int]:
    """Return how many values of a column lie under each key."""
    table, name, _key = _quote(model, column)
    with connection.cursor() as cursor:
        cursor.execute(
            f"select encode(substring({name} from 3 for get_byte({name}, 1)), 'escape'), count(*) from {table}"  # noqa: S608 - names of our own columns
            f" where octet_length({name}) > 2 group by 1 order by 1"
        )
        return dict(cursor.fetchall())


def reencrypt(*, model: type[models.Model], column: str, purpose: str, batch: int = BATCH) -> Iterator[int]:
    """
    Write the values of a column under older keys again under the current one; give the count after each batch.

    Each batch is one transaction, so that an interrupted run goes on where it stopped. History and alarms stay
    still: what is written says the same as before. A value that somebody changes meanwhile is left to them.
    """
    after = 0
    while True:
        with transaction.atomic(), pgtrigger.ignore():
            rows = _fetch_old(model, column, after=after, limit=batch)
            if not rows:
                return
            fresh = [encrypt(decrypt(bytes(old), purpose=purpose), purpose=purpose) for _key, old in rows]
            written = _replace(model, column, rows=rows, fresh=fresh)
        after = rows[-1][0]
        yield written


def remake_hashes(
    *,
    model: type[models.Model],
    column: str,
    text: str,
    purpose: str,
    make: Callable[[str], bytes | None],
    batch: int = BATCH,
) -> int:
    """Make the hashes of a column anew from the encrypted texts beside it and return how many there are."""
    after, total = 0, 0
    table, name, key = _quote(model, text)
    while True:
        with connection.cursor() as cursor:
            cursor.execute(
                f"select {key}, {name} from {table} where {key} > %s and octet_length({name}) > 2"  # noqa: S608 - names of our own columns
                f" order by {key} limit %s",
                [after, batch],
            )
            rows = cursor.fetchall()
        if not rows:
            return total
        fresh = [make(decrypt(bytes(value), purpose=purpose)) for _key, value in rows]
        with pgtrigger.ignore():
            total += _set_hashes(model, column, keys=[row[0] for row in rows], fresh=fresh)
        after = rows[-1][0]


def _set_hashes(model: type[models.Model], column: str, *, keys: list[int], fresh: list[bytes | None]) -> int:
    table, name, key = _quote(model, column)
    with connection.cursor() as cursor:
        cursor.execute(
            f"update {table} as t set {name} = v.fresh from unnest(%s::bigint[], %s::bytea[]) as v(key, fresh)"  # noqa: S608 - names of our own columns
            f" where t.{key} = v.key",
            [keys, fresh],
        )
        return int(cursor.rowcount)


def _fetch_old(model: type[models.Model], column: str, *, after: int, limit: int) -> list[tuple[int, Any]]:
    table, name, key = _quote(model, column)
    head = make_head()
    with connection.cursor() as cursor:
        cursor.execute(
            f"select {key}, {name} from {table} where {key} > %s and octet_length({name}) > 2"  # noqa: S608 - names of our own columns
            f" and substring({name} from 1 for {len(head)}) <> %s order by {key} limit %s",
            [after, head, limit],
        )
        return list(cursor.fetchall())


def _replace(model: type[models.Model], column: str, *, rows: list[tuple[int, Any]], fresh: list[bytes]) -> int:
    table, name, key = _quote(model, column)
    with connection.cursor() as cursor:
        cursor.execute(
            f"update {table} as t set {name} = v.fresh"  # noqa: S608 - names of our own columns
            " from unnest(%s::bigint[], %s::bytea[], %s::bytea[]) as v(key, old, fresh)"
            f" where t.{key} = v.key and t.{name} = v.old",
            [[row[0] for row in rows], [bytes(row[1]) for row in rows], fresh],
        )
        return int(cursor.rowcount)


def _quote(model: type[models.Model], column: str) -> tuple[str, str, str]:
    quote = connection.ops.quote_name
    key = model._meta.pk
    assert key is not None  # noqa: S101 - every table of ours has a key
    return quote(model._meta.db_table), quote(_column_of(model, column)), quote(str(key.column))


def _column_of(model: type[models.Model], name: str) -> str:
    return str(model._meta.get_field(name).column)  # type: ignore[union-attr]
