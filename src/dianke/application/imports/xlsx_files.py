"""XLSX workbooks: the first sheet is read as it was typed; formulas are told, never computed."""

import warnings
import zipfile
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any, BinaryIO

from dianke.application.imports.files import MIB, MOST_COLUMNS, Limits, Sheet, SheetRow, UnreadableFile
from dianke.application.imports.parsing import ErrorCell, FormulaCell, NumberCell

UNPACKED_TIMES = 8
_DATA_SHEETS = ("数据", "data")


def read_workbook(stream: BinaryIO, limits: Limits) -> Sheet:
    """
    Read the sheet named 数据 or data, else the first one.

    :raises UnreadableFile: if the workbook is damaged, unpacks too large or its sheet is empty
    """
    try:
        _require_bearable(stream, limits)
        with warnings.catch_warnings():
            # The library warns of styles and validations that it leaves out; cells are not among them.
            warnings.simplefilter("ignore")
            return _read(stream, limits)
    except UnreadableFile:
        raise
    except Exception as error:  # a damaged workbook fails anywhere inside the library
        raise UnreadableFile("workbook_broken", reason=f"{type(error).__name__} {error}"[:200]) from None


def _require_bearable(stream: BinaryIO, limits: Limits) -> None:
    """Refuse a workbook whose parts unpack to more than memory should bear, before unpacking any."""
    with zipfile.ZipFile(stream) as archive:
        parts = archive.infolist()
        # Shared strings are held in memory whole.
        shared = sum(part.file_size for part in parts if part.filename.endswith("sharedStrings.xml"))
        if shared > limits.size or sum(part.file_size for part in parts) > UNPACKED_TIMES * limits.size:
            raise UnreadableFile("workbook_too_large", limit=str(UNPACKED_TIMES * limits.size // MIB))
        for part in parts:
            with archive.open(part) as file:
                # Workbooks declare no document types; entities in one are an attack.
                if b"<!DOCTYPE" in file.read(4096):
                    raise UnreadableFile("workbook_broken", reason="DOCTYPE")
    stream.seek(0)


def _read(stream: BinaryIO, limits: Limits) -> Sheet:
    from openpyxl import load_workbook

    book = load_workbook(stream, read_only=True, data_only=False, keep_links=False)
    try:
        sheets = {sheet.title.casefold(): sheet for sheet in book.worksheets}
        if not sheets:
            raise UnreadableFile("file_empty")
        sheet = next((sheets[name] for name in _DATA_SHEETS if name in sheets), book.worksheets[0])
        if (sheet.max_column or 0) > MOST_COLUMNS:
            raise UnreadableFile("workbook_broken", reason=f"> {MOST_COLUMNS} columns")
        # The declared size may be anything; rows are as long as they are.
        sheet.reset_dimensions()
        rows = _list_rows(sheet, limits)
        header = next(rows, None)
        if header is None:
            raise UnreadableFile("file_empty")
        titles = tuple(header.cells)
        return Sheet(
            format="xlsx",
            titles=titles,
            title_line=header.line,
            rows=[SheetRow(row.line, _pad(row.cells, len(titles))) for row in rows],
        )
    finally:
        book.close()


def _list_rows(sheet: Any, limits: Limits) -> Iterator[SheetRow]:
    found = 0
    for line, row in enumerate(sheet.iter_rows(), start=1):
        if len(row) > MOST_COLUMNS:
            raise UnreadableFile("workbook_broken", row=line, reason=f"> {MOST_COLUMNS} columns")
        cells = [_text_of(cell) for cell in row]
        while cells and not cells[-1].strip():
            cells.pop()
        if not cells:
            if line > 10 * limits.rows:
                raise UnreadableFile("too_many_rows", limit=str(limits.rows))
            continue
        if limits.head and found > limits.head:
            return
        found += 1
        if found > limits.rows + 1:
            raise UnreadableFile("too_many_rows", limit=str(limits.rows))
        yield SheetRow(line, cells)


def _pad(cells: Any, width: int) -> Any:
    """Return a row as wide as the header: a workbook leaves out empty cells at the end."""
    return cells if len(cells) >= width else [*cells, *[""] * (width - len(cells))]


def _text_of(cell: Any) -> str:
    value = cell.value
    if value is None:
        return ""
    if cell.data_type == "f":
        return FormulaCell(value if isinstance(value, str) else "=")
    if cell.data_type == "e":
        return ErrorCell(value)
    if isinstance(value, str):
        return value
    return _text_of_value(value)


def _text_of_value(value: Any) -> str:
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, int | float):
        # A float is written as shortly as it was typed, and never in scientific notation.
        number = Decimal(repr(value))
        return NumberCell(f"{number:f}".removesuffix(".0") if number.is_finite() else str(value))
    if isinstance(value, datetime):
        return value.isoformat(sep=" ") if value.time() != time() else value.date().isoformat()
    if isinstance(value, date | time):
        return value.isoformat()
    if isinstance(value, timedelta):
        return str(value)
    return str(value)
