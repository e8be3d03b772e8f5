"""A sheet is held against a table's description: titles, widths, every cell; every fault is listed."""

import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from dianke.application.imports.columns import Column, TableSpec
from dianke.application.imports.faults import WHOLE_FILE, Fault
from dianke.application.imports.files import Sheet
from dianke.application.imports.parsing import convert_column

# Columns that a file of rejected rows carries behind its own; they are read over when it comes back.
REJECT_TITLES = ("错误", "处理办法", "fault", "remedy")

_UNIT = re.compile(r"(.*?)\s*[(\[]([^()\[\]]*)[)\]]")


@dataclass(slots=True)
class Checked:
    """
    A sheet's values by column, and everything that is wrong with it.

    Values stand by place (0 is the first data row); a faulty cell is None. `found` is where a table's own
    checks leave what they looked up for the store.
    """

    spec: TableSpec
    sheet: Sheet
    lines: list[int] = field(default_factory=list)
    values: dict[str, list[Any]] = field(default_factory=dict)
    cells: dict[str, list[str]] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)
    bad: set[int] = field(default_factory=set)
    is_unusable: bool = False
    found: dict[str, Any] = field(default_factory=dict)

    def refuse(self, place: int, column: str, code: str, **facts: str) -> None:
        """Note a fault of a row; the row will not be stored."""
        cells = self.cells.get(column)
        value = cells[place] if cells else ""
        self.faults.append(Fault(self.lines[place], code, self.title_of(column), value, facts))
        self.bad.add(place)

    def refuse_file(self, code: str, *, row: int = WHOLE_FILE, column: str = "", value: str = "", **facts: str) -> None:
        """Note a fault of the file; nothing of it will be stored."""
        self.faults.append(Fault(row, code, self.title_of(column), value, facts))
        self.is_unusable = True

    def title_of(self, column: str) -> str:
        """Return the title of a column as the file writes it."""
        return self.found.get("titles", {}).get(column, column)  # type: ignore[no-any-return]

    def good(self) -> list[int]:
        """Return the places of the rows without a fault, in order."""
        return [place for place in range(len(self.lines)) if place not in self.bad]

    def get(self, place: int, column: str) -> Any:
        """Return a value."""
        return self.values[column][place]

    def row(self, place: int) -> Mapping[str, Any]:
        """Return the values of a row by column."""
        return {name: values[place] for name, values in self.values.items()}

    def first_line_of(self, places: Iterable[int]) -> str:
        """Return the line of the first of some places, as faults name it."""
        return str(self.lines[min(places)])


def check_sheet(
    spec: TableSpec,
    sheet: Sheet,
    *,
    mapping: Mapping[int, str] | None = None,
    tell: Callable[[float], None] | None = None,
) -> Checked:
    """
    Return a sheet's values and every fault that shows without the archive.

    `mapping` says which column stands where (an empty name leaves one out); without it the titles do. `tell`
    hears how much of the work is done.
    """
    checked = Checked(spec=spec, sheet=sheet)
    placed = _place_columns(checked) if mapping is None else _place_as_told(checked, mapping)
    if checked.is_unusable:
        return checked
    _take_rows(checked, placed)
    # A row of the wrong width is shifted: what stands in its cells says nothing.
    shifted = frozenset(checked.bad)
    for number, column in enumerate(spec.columns, start=1):
        _convert(checked, column, shifted)
        if tell is not None:
            tell(number / len(spec.columns))
    checked.faults.sort(key=lambda fault: fault.row)
    return checked


def _place_columns(checked: Checked) -> dict[int, Column]:
    """Return which column of the table stands where in the sheet; faults of the header are noted."""
    placed: dict[int, Column] = {}
    known = {fold_title(name): column for column in checked.spec.columns for name in (column.name, column.zh)}
    ignored = {fold_title(title) for title in REJECT_TITLES}
    is_used = _list_used(checked.sheet)
    unknown: list[str] = []
    for place, title in enumerate(checked.sheet.titles):
        folded = fold_title(title)
        if folded in ignored:
            continue
        if not folded:
            if is_used[place]:
                checked.refuse_file("title_missing", row=checked.sheet.title_line)
            continue
        column = known.get(folded) or _match_with_unit(checked, known, title)
        if column is None:
            unknown.append(title)
        elif column in placed.values():
            checked.refuse_file("column_twice", row=checked.sheet.title_line, value=title)
        else:
            placed[place] = column
    _note_titles(checked, placed, unknown)
    return placed


def _place_as_told(checked: Checked, mapping: Mapping[int, str]) -> dict[int, Column]:
    """Return which column of the table stands where in the sheet, as somebody said."""
    known = checked.spec.by_name
    placed = {
        place: known[name]
        for place, name in sorted(mapping.items())
        if name in known and place < len(checked.sheet.titles)
    }
    _note_titles(checked, placed, [])
    return placed


def _note_titles(checked: Checked, placed: Mapping[int, Column], unknown: list[str]) -> None:
    line = checked.sheet.title_line
    names = "、".join(column.title_zh for column in checked.spec.columns)
    if not placed and not checked.is_unusable:
        checked.refuse_file("header_unknown", row=line, value=" ".join(unknown), known=names)
        return
    for title in unknown:
        checked.refuse_file("column_unknown", row=line, value=title, known=names)
    checked.found["titles"] = {column.name: checked.sheet.titles[place].strip() for place, column in placed.items()}
    checked.found["places"] = {column.name: place for place, column in placed.items()}
    missing = [column for column in checked.spec.columns if column.required and column not in placed.values()]
    for column in missing:
        checked.refuse_file("column_missing", row=line, column=column.title_zh)


def _match_with_unit(checked: Checked, known: Mapping[str, Column], title: str) -> Column | None:
    """Return the column of a title that names a unit; another unit than the column's is a fault."""
    found = _UNIT.fullmatch(unicodedata.normalize("NFKC", title).strip())
    column = known.get(fold_title(found[1])) if found else None
    if found is None or column is None:
        return None
    if fold_title(found[2]) != fold_title(column.unit):
        checked.refuse_file(
            "unit_of_column_unknown", row=checked.sheet.title_line, value=title, unit=column.unit or "—"
        )
    return column


def fold_title(title: str) -> str:
    """Return a title without what does not matter: width, case, blanks, the star of a required column."""
    folded = unicodedata.normalize("NFKC", title).casefold().strip("*")
    return re.sub(r"[\s_*-]+", "", folded)


def _list_used(sheet: Sheet) -> list[bool]:
    """Return which of the sheet's columns hold anything below their title."""
    is_used = [False] * len(sheet.titles)
    for place, title in enumerate(sheet.titles):
        if not title.strip():
            is_used[place] = any(len(row.cells) > place and row.cells[place].strip() for row in sheet.rows)
    return is_used


def _take_rows(checked: Checked, placed: Mapping[int, Column]) -> None:
    width = len(checked.sheet.titles)
    checked.lines = [row.line for row in checked.sheet.rows]
    rows = [row.cells for row in checked.sheet.rows]
    for place, cells in enumerate(rows):
        if len(cells) == width:
            continue
        is_short = len(cells) < width
        if is_short or any(cell.strip() for cell in cells[width:]):
            code = "cells_too_few" if is_short else "cells_too_many"
            checked.refuse(place, "", code, found=str(len(cells)), expected=str(width))
        rows[place] = [*cells[:width], *[""] * (width - len(cells))]
    for place, column in placed.items():
        checked.cells[column.name] = [cells[place] for cells in rows]


def _convert(checked: Checked, column: Column, shifted: frozenset[int]) -> None:
    cells = checked.cells.get(column.name)
    if cells is None:
        checked.values[column.name] = [column.default] * len(checked.lines)
        return
    values, faults = convert_column(column, cells)
    checked.values[column.name] = values
    for place, code, facts in faults:
        if place not in shifted:
            checked.refuse(place, column.name, code, **facts)
