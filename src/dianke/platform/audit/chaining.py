"""
The trail of a day as hashes: which tables belong to it, and their rows in segments of 256.

A row's hash is SHA-256 over the text of the row as the database writes it under fixed settings. The columns are
named and kept with the day, so that a column added later leaves the hashes of earlier days as they were.
"""

import hashlib
import itertools
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from django.db import connection
from django.utils import timezone

from dianke.platform.database.history import list_history_models

SEGMENT_ROWS = 256
HASH_BYTES = 32
KEPT_BYTES = 8

_SETTINGS = """
    set local timezone = 'UTC'; set local datestyle = 'ISO, YMD'; set local intervalstyle = 'iso_8601';
    set local bytea_output = 'hex'; set local extra_float_digits = 1
"""
_KEY_BYTES = {"int8send": 8, "uuid_send": 16}


@dataclass(frozen=True)
class ChainedTable:
    """A table whose rows never change once their day is over: its columns of key and time."""

    name: str
    key: str
    at: str
    send: str = "int8send"

    @property
    def key_bytes(self) -> int:
        """Return the length of a key."""
        return _KEY_BYTES[self.send]

    def read_key(self, kept: bytes) -> str:
        """Return a key as people write it."""
        return str(int.from_bytes(kept, "big", signed=True)) if self.send == "int8send" else kept.hex()


@dataclass(frozen=True)
class Segment:
    """Up to 256 rows in order of their keys: the keys and the whole hash of each row, one after the other."""

    number: int
    keys: bytes
    hashes: bytes

    @property
    def rows(self) -> int:
        """Return how many rows there are."""
        return len(self.hashes) // HASH_BYTES

    @property
    def digest(self) -> str:
        """Return the hash of the segment."""
        return hash_texts([str(self.number), self.keys.hex(), self.hashes.hex()])

    @property
    def kept_hashes(self) -> bytes:
        """Return the head of each hash, enough to find the row that differs."""
        starts = range(0, len(self.hashes), HASH_BYTES)
        return b"".join(self.hashes[start : start + KEPT_BYTES] for start in starts)


_DECLARED: dict[str, ChainedTable] = {}


def declare_chained(table: ChainedTable) -> None:
    """Let the chain cover a table that only grows, beside the history tables."""
    _DECLARED[table.name] = table


declare_chained(ChainedTable("audit_usecaserecord", key="id", at="at"))
declare_chained(ChainedTable("audit_alarmdecision", key="id", at="decided_at"))
declare_chained(ChainedTable("pghistory_context", key="id", at="created_at", send="uuid_send"))


def list_chained_tables() -> list[ChainedTable]:
    """Return every table of the trail, by name."""
    histories = (ChainedTable(model._meta.db_table, "pgh_id", "pgh_created_at") for model in list_history_models())
    return sorted([*histories, *_DECLARED.values()], key=lambda table: table.name)


def list_columns() -> dict[str, list[str]]:
    """Return the columns of every table of the trail as the database has them, by name."""
    names = [table.name for table in list_chained_tables()]
    with connection.cursor() as cursor:
        cursor.execute(
            """
            select table_name, array_agg(column_name::text order by column_name) from information_schema.columns
             where table_schema = current_schema() and table_name = any(%s) group by 1
            """,
            [names],
        )
        return dict(cursor.fetchall())


def read_segments(*, table: ChainedTable, columns: Sequence[str], start: datetime, end: datetime) -> Iterator[Segment]:
    """Read the rows of a time in order of their keys; it needs a running transaction."""
    quote = connection.ops.quote_name
    texts = ", ".join(quote(column) for column in columns)
    # Names come from our own tables; the two times are parameters. The database hashes, for rows are wide.
    statement = f"""
        select {table.send}({quote(table.key)}), sha256(convert_to(row({texts})::text, 'UTF8'))
          from {quote(table.name)} where {quote(table.at)} >= %s and {quote(table.at)} < %s
         order by {quote(table.key)}
    """  # noqa: S608
    with connection.cursor() as plain:
        plain.execute(_SETTINGS)
    with connection.connection.cursor(name="trail_segments", binary=True) as cursor:
        cursor.execute(statement, [start, end])
        # Grouped here: the database would sort what it has just sorted once more.
        for number in itertools.count():
            rows = cursor.fetchmany(SEGMENT_ROWS)
            if not rows:
                return
            keys, hashes = zip(*rows, strict=True)
            yield Segment(number=number, keys=b"".join(keys), hashes=b"".join(hashes))


def hash_texts(texts: Iterable[str]) -> str:
    """Return SHA-256 over texts, each closed by a line feed, which none of them holds."""
    whole = hashlib.sha256()
    for text in texts:
        whole.update(text.encode() + b"\n")
    return whole.hexdigest()


def hash_table(*, name: str, columns: Sequence[str], digests: Iterable[str]) -> str:
    """Return the hash of a table's day from those of its segments."""
    return hash_texts([name, ",".join(columns), *digests])


def hash_day(*, day: date, previous: str, tables: Iterable[tuple[str, int, str]]) -> str:
    """Return the hash of a day from that of the day before and its tables (name, rows, hash), by name."""
    return hash_texts([previous, day.isoformat(), *(f"{name} {rows} {digest}" for name, rows, digest in tables)])


def bounds_of(day: date) -> tuple[datetime, datetime]:
    """Return the first moment of a local day and that of the next."""
    zone: Any = timezone.get_default_timezone()
    start = datetime.combine(day, time(), zone)
    return start, datetime.combine(day + timedelta(days=1), time(), zone)
