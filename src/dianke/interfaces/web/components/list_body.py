"""
The long parts of a list as markup: rows, and the choices of a filter.

A template's loop over fifty rows of seven cells took more than half of the time of the whole page; everything else
of a list is written by web/parts/list.html.
"""

from collections.abc import Sequence
from html import escape
from typing import Any, NamedTuple

from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from dianke.interfaces.web.components.filters import FilterChip
from dianke.interfaces.web.components.page import Text


class DrawnCell(NamedTuple):
    """One cell as the page writes it; hundreds a page, which a frozen class takes three times as long to make."""

    html: Text
    css: str
    label: Text
    place: str = ""


class DrawnRow(NamedTuple):
    """One row: its key, where it leads, its cells."""

    key: Any
    url: str
    cells: Sequence[DrawnCell]


def draw_body(rows: Sequence[DrawnRow], *, may_pick: bool) -> SafeString:
    """Return the rows of a table's body; the first cell leads to the thing."""
    choose = _escape(_("Choose %(name)s")) if may_pick else ""
    # The heads of the columns are the same in every row: translated and escaped once.
    opened: dict[int, str] = {}
    parts: list[str] = []
    # So are the words of a code, which many rows hold.
    words: dict[int, str] = {}
    for row in rows:
        parts.append("<tr>")
        if may_pick:
            label = choose % {"name": _escape(row.cells[0].html)}
            parts.append(
                f'<td class="pick"><input type="checkbox" name="row" value="{_escape(row.key)}"'
                f' form="list-rows" x-on:change="recount" aria-label="{label}"></td>'
            )
        for number, cell in enumerate(row.cells):
            html = _escape_once(cell.html, words)
            if number == 0 and row.url:
                html = f'<a href="{_escape(row.url)}" data-open-row>{html}</a>'
            if number not in opened:
                opened[number] = f'" data-label="{_escape(cell.label)}">'
            parts.append(f'<td class="{_classes(cell)}{opened[number]}{html}</td>')
        parts.append("</tr>\n")
    # Every part was escaped above.
    return mark_safe("".join(parts))  # noqa: S308


def draw_options(options: Sequence[FilterChip]) -> SafeString:
    """Return the choices of a filter as links."""
    parts = [
        f'<a href="{_escape(one.url)}"{_CURRENT if one.active else ""}>{_escape(one.label)}</a>' for one in options
    ]
    # Every part was escaped above.
    return mark_safe("".join(parts))  # noqa: S308


def _escape_once(text: Text, words: dict[int, str]) -> str:
    if isinstance(text, str):
        return text if isinstance(text, SafeString) else escape(text)
    # A lazy word lives as long as the cell that holds it, so that its identity stands for it.
    known = words.get(id(text))
    if known is None:
        known = words[id(text)] = _escape(text)
    return known


def _escape(text: Text | int) -> str:
    written = str(text)
    return written if isinstance(written, SafeString) else escape(written)


_CURRENT = ' aria-current="true"'


def _classes(cell: DrawnCell) -> str:
    return f"{cell.css} x-{cell.place}"
