"""Which column of a table a column of a file is: the titles say, or come close."""

import difflib
import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from dianke.application.imports.checking import REJECT_TITLES, fold_title
from dianke.application.imports.columns import Column, TableSpec
from dianke.application.imports.files import Sheet

_CLOSE = 0.62
_UNIT = re.compile(r"(.*?)\s*[(\[]([^()\[\]]*)[)\]]")
_SAMPLES = 3


@dataclass(frozen=True, slots=True)
class ColumnOfFile:
    """A column of a file: its title, what stands in it, which column of the table it is, and how sure that is."""

    place: int
    title: str
    samples: tuple[str, ...]
    column: str
    is_sure: bool


def guess_mapping(spec: TableSpec, titles: Sequence[str]) -> dict[int, str]:
    """Return the column of the table for every column of a file, empty where none comes close."""
    return {place: column for place, (column, _is_sure) in enumerate(_guess(spec, titles))}


def is_sure(spec: TableSpec, titles: Sequence[str]) -> bool:
    """Tell whether every title of a file is known and no required column is missing."""
    guesses = _guess(spec, titles)
    ignored = {fold_title(title) for title in REJECT_TITLES}
    unknown = [
        title
        for title, (column, sure) in zip(titles, guesses, strict=True)
        if (not column or not sure) and fold_title(title) and fold_title(title) not in ignored
    ]
    return not unknown and not list_missing(spec, dict(enumerate(column for column, _sure in guesses)))


def describe_columns(spec: TableSpec, sheet: Sheet, mapping: Mapping[int, str]) -> list[ColumnOfFile]:
    """Return the columns of a file as somebody who maps them wants to see them."""
    guesses = _guess(spec, sheet.titles)
    found = []
    for place, title in enumerate(sheet.titles):
        cells = (str(row.cells[place]).strip() for row in sheet.rows if place < len(row.cells))
        samples = tuple(dict.fromkeys(cell for cell in cells if cell))[:_SAMPLES]
        column = mapping.get(place, "")
        guess, sure = guesses[place]
        found.append(ColumnOfFile(place, title.strip(), samples, column, is_sure=sure or column != guess))
    return found


def list_missing(spec: TableSpec, mapping: Mapping[int, str]) -> list[Column]:
    """Return the required columns that no column of the file is."""
    named = set(mapping.values())
    return [column for column in spec.columns if column.required and column.name not in named]


def find_twice(mapping: Mapping[int, str]) -> set[str]:
    """Return the columns of the table that two columns of the file are said to be."""
    named = [column for column in mapping.values() if column]
    return {column for column in named if named.count(column) > 1}


def _guess(spec: TableSpec, titles: Sequence[str]) -> list[tuple[str, bool]]:
    guesses: list[tuple[str, bool]] = [("", True)] * len(titles)
    taken: set[str] = set()
    ignored = {fold_title(title) for title in REJECT_TITLES}
    for sure, find in ((True, _find_exact), (True, _find_synonym), (False, _find_close)):
        for place, title in enumerate(titles):
            if guesses[place][0] or not fold_title(title) or fold_title(title) in ignored:
                continue
            column = find([one for one in spec.columns if one.name not in taken], title)
            if column is not None:
                taken.add(column.name)
                guesses[place] = (column.name, sure)
    return guesses


def _split_unit(title: str) -> tuple[str, str | None]:
    found = _UNIT.fullmatch(unicodedata.normalize("NFKC", title).strip())
    return (found[1], found[2]) if found else (title, None)


def _fits(column: Column, unit: str | None) -> bool:
    """Tell whether a column's unit is the title's: a title that names another one is another column."""
    return unit is None or fold_title(unit) == fold_title(column.unit)


def _find_exact(columns: Sequence[Column], title: str) -> Column | None:
    bare, unit = _split_unit(title)
    for column in columns:
        names = {fold_title(column.name), fold_title(column.zh)}
        if fold_title(title) in names or (_fits(column, unit) and fold_title(bare) in names):
            return column
    return None


def _find_synonym(columns: Sequence[Column], title: str) -> Column | None:
    bare, unit = _split_unit(title)
    for column in columns:
        if _fits(column, unit) and fold_title(bare) in map(fold_title, column.also):
            return column
    return None


def _find_close(columns: Sequence[Column], title: str) -> Column | None:
    bare, unit = _split_unit(title)
    best, most = None, _CLOSE
    for column in columns:
        if not _fits(column, unit):
            continue
        for name in (column.zh, column.name, *column.also):
            likeness = difflib.SequenceMatcher(None, fold_title(bare), fold_title(name)).ratio()
            if likeness > most:
                best, most = column, likeness
    return best
