"""Bulk load by COPY in PostgreSQL's text form."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from django.db import connections

_CHUNK_BYTES = 1 << 20


def copy_rows(*, table: str, columns: Sequence[str], rows: Iterable[Sequence[Any]], using: str = "default") -> None:
    """
    Load rows into a table inside the running transaction.

    Values are written in COPY's text form: None is null, True and False are t and f, everything else str().
    """
    names = ", ".join(connections[using].ops.quote_name(column) for column in columns)
    statement = f"copy {connections[using].ops.quote_name(table)} ({names}) from stdin"
    with connections[using].cursor() as cursor, cursor.copy(statement) as copy:
        for chunk in _encode(rows):
            copy.write(chunk)


def _encode(rows: Iterable[Sequence[Any]]) -> Iterator[bytes]:
    pieces: list[str] = []
    size = 0
    for row in rows:
        line = "\t".join(map(_cell, row))
        pieces.append(line)
        size += len(line)
        if size >= _CHUNK_BYTES:
            yield ("\n".join(pieces) + "\n").encode()
            pieces, size = [], 0
    if pieces:
        yield ("\n".join(pieces) + "\n").encode()


def _cell(value: Any) -> str:
    if value is None:
        return r"\N"
    if value is True:
        return "t"
    if value is False:
        return "f"
    if isinstance(value, str):
        if "\\" in value or "\t" in value or "\n" in value or "\r" in value:
            return value.replace("\\", r"\\").replace("\t", r"\t").replace("\n", r"\n").replace("\r", r"\r")
        return value
    return str(value)
