"""A list as a file: exactly the rows, columns and order shown, masked as shown, with the mark of who took it out."""

from collections.abc import Iterator, Sequence
from datetime import date, datetime
from decimal import Decimal
from itertools import islice
from types import NoneType
from typing import Any

from django.http import StreamingHttpResponse
from django.utils import translation
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from dianke.application.listings.exports import record_export
from dianke.interfaces.web.components import formats
from dianke.interfaces.web.components.light_rows import read_light_rows
from dianke.interfaces.web.components.list_views import describe_filters
from dianke.interfaces.web.components.lists import EXPORT_LIMIT, ListQuery, Value, find_rows
from dianke.interfaces.web.components.page import Chip
from dianke.interfaces.web.sheets import CSV_TYPE, XLSX_TYPE, Cell, Properties, answer_stream, write_csv, write_xlsx
from dianke.kernel.clock import SystemClock
from dianke.kernel.errors import DomainError
from dianke.platform.identity.types import Actor
from dianke.platform.preferences.models import ListExport
from dianke.platform.preferences.types import FileFormat

BATCH = 2_000


class ColumnsNotExported(DomainError):
    """A list without a column the actor may see."""

    code = "web.columns_not_exported"
    message = "this list shows you no column"


def export_list(
    query: ListQuery, *, file_format: FileFormat, keys: Sequence[int] = (), limit: int = EXPORT_LIMIT
) -> StreamingHttpResponse:
    """
    Return the list as a file of rows, of the rows of some keys only if any are named.

    The export is entered into the book and the trail before its first row leaves.

    :raises PermissionRefused: if the actor does not hold the right to export
    """
    columns = query.shown
    if not columns:
        raise ColumnsNotExported(field="columns")
    rows, _cut = find_rows(query)
    if keys:
        rows = rows.filter(pk__in=keys)
    counted = rows.order_by().values("pk")[: limit + 1].count()
    export = record_export(
        actor=query.actor,
        page=query.spec.name,
        file_format=file_format,
        query=query.encode(with_columns=False),
        columns=",".join(column.key for column in columns),
        row_count=min(counted, limit),
        is_cut=counted > limit,
        purpose=query.purpose,
        at=SystemClock().now(),
    )
    titles = [str(column.title) for column in columns]
    cells = _write_rows(query, rows.order_by(*query.order)[:limit], language=translation.get_language())
    mark = write_mark(query.actor, export, about=describe_filters(query), purpose=query.purpose)
    name = f"{query.spec.export_name or query.spec.name.replace('.', '-')}-{export.number}"
    if file_format is FileFormat.CSV:
        pieces = write_csv(titles=titles, rows=cells, note=mark)
        return answer_stream(name=f"{name}.csv", pieces=pieces, content_type=CSV_TYPE)
    widths = [column.width for column in columns]
    properties = _describe(query.actor, export, title=str(query.spec.title), purpose=query.purpose, mark=mark)
    pieces = write_xlsx(titles=titles, rows=cells, note=mark, footer=mark, widths=widths, properties=properties)
    return answer_stream(name=f"{name}.xlsx", pieces=pieces, content_type=XLSX_TYPE)


def export_table(
    *,
    actor: Actor,
    page: str,
    name: str,
    about: str,
    query: str,
    columns: Sequence[tuple[str, str]],
    rows: Sequence[Sequence[Cell]],
    file_format: FileFormat = FileFormat.XLSX,
) -> StreamingHttpResponse:
    """
    Return a table that is no list, given by code and title of its columns, as a file marked and entered as one.

    :raises PermissionRefused: if the actor does not hold the right to export
    """
    export = record_export(
        actor=actor,
        page=page,
        file_format=file_format,
        query=query,
        columns=",".join(code for code, _title in columns),
        row_count=len(rows),
        is_cut=False,
        at=SystemClock().now(),
    )
    mark = write_mark(actor, export, about=about)
    titles = [title for _code, title in columns]
    if file_format is FileFormat.CSV:
        pieces = write_csv(titles=titles, rows=rows, note=mark)
        return answer_stream(name=f"{name}-{export.number}.csv", pieces=pieces, content_type=CSV_TYPE)
    properties = _describe(actor, export, title=about, purpose="", mark=mark)
    pieces = write_xlsx(titles=titles, rows=rows, note=mark, footer=mark, properties=properties)
    return answer_stream(name=f"{name}-{export.number}.xlsx", pieces=pieces, content_type=XLSX_TYPE)


def write_mark(actor: Actor, export: ListExport, *, about: str, purpose: str = "") -> str:
    """Return who took the list out, when, from which unit, under which number, what for, and what was left out."""
    parts = [
        _("Export %(number)s") % {"number": export.number},
        f"{actor.name} {actor.login}",
        export.unit.name,
        formats.moment(export.at),
        *([_("Purpose: %(purpose)s") % {"purpose": purpose}] if purpose else []),
        about,
        _("%(count)s rows") % {"count": f"{export.row_count:,}"},
    ]
    if export.is_cut:
        parts.append(_("cut here: a file holds %(limit)s rows at most") % {"limit": f"{export.row_count:,}"})
    return " · ".join(parts)


def _describe(actor: Actor, export: ListExport, *, title: str, purpose: str, mark: str) -> Properties:
    return Properties(
        title=title, author=f"{actor.name} {actor.login}", purpose=purpose, number=export.number, mark=mark
    )


def _write_rows(query: ListQuery, rows: Any, *, language: str | None) -> Iterator[Sequence[Cell]]:
    """Return the cells of the rows; the words are those of the reader, whose request has ended by then."""
    cells, enrich = [column.cell for column in query.shown], query.spec.enrich
    words = _Words()
    for batch in _list_batches(query, rows):
        with translation.override(language):
            if enrich:
                enrich(query.actor, batch)
            columns = [words.settle(list(map(cell, batch))) for cell in cells]
        yield from zip(*columns, strict=True)


def _list_batches(query: ListQuery, rows: Any) -> Iterator[list[Any]]:
    if query.spec.reads:
        yield from read_light_rows(rows, query.spec.reads, batch=BATCH)
        return
    found = iter(rows.iterator(chunk_size=BATCH))
    while batch := list(islice(found, BATCH)):
        yield batch


_PLAIN = frozenset({str, int, Decimal, date, datetime, NoneType})
_WORDS_KEPT = 500


class _Words:
    """Writes words while the reader's language is known; of a hundred thousand states most are the same few."""

    def __init__(self) -> None:
        # By the address of the word, which is held beside it so that no other word can come to lie there.
        self._known: dict[int, tuple[Value, Cell]] = {}

    def settle(self, column: list[Any]) -> list[Any]:
        """Return the cells of a column as they stand in a file."""
        if _PLAIN.issuperset(map(type, column)):
            return column
        return [cell if type(cell) in _PLAIN else self.of(cell) for cell in column]

    def of(self, cell: Value) -> Cell:
        """Return a cell as it stands in a file."""
        found = self._known.get(id(cell))
        if found is not None:
            return found[1]
        written = _settle(cell)
        if len(self._known) < _WORDS_KEPT:
            self._known[id(cell)] = (cell, written)
        return written


def _settle(cell: Value) -> Cell:
    if isinstance(cell, Chip):
        return str(cell.label)
    return str(cell) if isinstance(cell, Promise) else cell
