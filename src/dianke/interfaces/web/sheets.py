"""
Lists as XLSX and CSV, written row by row: a hundred thousand rows need no more memory than ten.

What is shown is what is exported. Text stays text: in XLSX by the type of the cell, in CSV by a mark before it.
"""

import csv
import io
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from xml.sax.saxutils import escape

from django.http import StreamingHttpResponse

from dianke.kernel.clock import to_shanghai

Cell = str | int | Decimal | date | datetime | None
Rows = Iterable[Sequence[Cell]]

XLSX_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
CSV_TYPE = "text/csv; charset=utf-8"
CHUNK_BYTES = 64 * 1024
_ROWS_AT_ONCE = 200
# What a spreadsheet would take for the beginning of a formula, the full-width signs of a Chinese keyboard too.
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")

# Nearly no text begins like a formula, or with spaces before one.
_SUSPECT = frozenset({*FORMULA_STARTS, " "})
# A fifth less time for the sheet than one step more, for three bytes in a hundred.
_PACKED = 3
_DAY_ZERO = date(1899, 12, 30).toordinal()
_TEXTS_KEPT = 2_000
_XML = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_SHEET_SPACE = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_LINKS_SPACE = "http://schemas.openxmlformats.org/package/2006/relationships"
_DOCUMENT = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_TYPES = "application/vnd.openxmlformats-officedocument.spreadsheetml"
_PACKAGE = "application/vnd.openxmlformats-package"
_PROPERTIES = "http://schemas.openxmlformats.org/package/2006/relationships/metadata/core-properties"
_CORE_SPACE = "http://schemas.openxmlformats.org/package/2006/metadata/core-properties"
# Cell styles by number: 0 plain, 1 head, 2 day, 3 the note in the last line.
_HEAD, _DAY, _NOTE = 1, 2, 3

_PARTS = {
    "[Content_Types].xml": (
        '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        f'<Default Extension="xml" ContentType="{_TYPES}.sheet.main+xml"/>'
        f'<Override PartName="/docProps/core.xml" ContentType="{_PACKAGE}.core-properties+xml"/>'
        f'<Override PartName="/xl/worksheets/sheet1.xml" ContentType="{_TYPES}.worksheet+xml"/>'
        f'<Override PartName="/xl/styles.xml" ContentType="{_TYPES}.styles+xml"/></Types>'
    ),
    "_rels/.rels": (
        f'<Relationships xmlns="{_LINKS_SPACE}">'
        f'<Relationship Id="rId1" Type="{_DOCUMENT}/officeDocument" Target="xl/workbook.xml"/>'
        f'<Relationship Id="rId2" Type="{_PROPERTIES}" Target="docProps/core.xml"/></Relationships>'
    ),
    "xl/workbook.xml": (
        f'<workbook xmlns="{_SHEET_SPACE}" xmlns:r="{_DOCUMENT}">'
        '<sheets><sheet name="Sheet" sheetId="1" r:id="rId1"/></sheets></workbook>'
    ),
    "xl/_rels/workbook.xml.rels": (
        f'<Relationships xmlns="{_LINKS_SPACE}">'
        f'<Relationship Id="rId1" Type="{_DOCUMENT}/worksheet" Target="worksheets/sheet1.xml"/>'
        f'<Relationship Id="rId2" Type="{_DOCUMENT}/styles" Target="styles.xml"/></Relationships>'
    ),
    "xl/styles.xml": (
        f'<styleSheet xmlns="{_SHEET_SPACE}">'
        '<numFmts count="1"><numFmt numFmtId="164" formatCode="yyyy\\-mm\\-dd"/></numFmts>'
        '<fonts count="3"><font><sz val="11"/><name val="Calibri"/></font>'
        '<font><b/><sz val="11"/><name val="Calibri"/></font>'
        '<font><i/><sz val="9"/><color rgb="FF5D6979"/><name val="Calibri"/></font></fonts>'
        '<fills count="2"><fill><patternFill patternType="none"/></fill>'
        '<fill><patternFill patternType="gray125"/></fill></fills>'
        '<borders count="1"><border/></borders><cellStyleXfs count="1"><xf/></cellStyleXfs>'
        '<cellXfs count="4"><xf xfId="0"/><xf xfId="0" fontId="1" applyFont="1"/>'
        '<xf xfId="0" numFmtId="164" applyNumberFormat="1"/><xf xfId="0" fontId="2" applyFont="1"/></cellXfs>'
        '<cellStyles count="1"><cellStyle name="Normal" xfId="0"/></cellStyles></styleSheet>'
    ),
}


@dataclass(frozen=True, slots=True)
class Properties:
    """What a workbook says of itself: its list, who took it out, what for, its number and its mark."""

    title: str = ""
    author: str = ""
    purpose: str = ""
    number: str = ""
    mark: str = ""


class _Outlet(io.RawIOBase):
    """Takes what the archive writes and gives it on in pieces; it cannot go back, so the archive does not try."""

    def __init__(self) -> None:
        self._held = bytearray()

    def writable(self) -> bool:
        return True

    def write(self, data: Any) -> int:
        self._held += data
        return len(data)

    def take(self, *, least: int = 0) -> bytes:
        """Return what was written since the last time, or nothing while it is less than the least."""
        if len(self._held) < max(least, 1):
            return b""
        taken = bytes(self._held)
        self._held.clear()
        return taken


def write_xlsx(
    *,
    titles: Sequence[str],
    rows: Rows,
    note: str = "",
    footer: str = "",
    widths: Sequence[int] = (),
    properties: Properties = Properties(),
) -> Iterator[bytes]:
    """Return the pieces of a workbook with one sheet; the note is its last line, the footer is printed on each page."""
    outlet = _Outlet()
    with zipfile.ZipFile(outlet, "w", zipfile.ZIP_DEFLATED, compresslevel=_PACKED) as archive:
        for name, text in _PARTS.items():
            archive.writestr(name, _XML + text)
        archive.writestr("docProps/core.xml", _XML + _write_properties(properties))
        with archive.open("xl/worksheets/sheet1.xml", "w") as sheet:
            sheet.write((_XML + _open_sheet(titles, widths)).encode())
            last = 1
            drawn: list[str] = []
            cells = _Cells()
            for last, row in enumerate(rows, start=2):
                inner = "".join([cells[value] if type(value) is str else _draw_value(value) for value in row])
                drawn.append(f'<row r="{last}">{inner}</row>')
                if len(drawn) == _ROWS_AT_ONCE:
                    sheet.write("".join(drawn).encode())
                    drawn.clear()
                    if piece := outlet.take(least=CHUNK_BYTES):
                        yield piece
            sheet.write("".join(drawn).encode())
            sheet.write(_close_sheet(last + 2, note=note, footer=footer).encode())
    yield outlet.take()


def write_csv(*, titles: Sequence[str], rows: Rows, note: str = "") -> Iterator[bytes]:
    """Return the pieces of a CSV file in UTF-8 with the mark that Excel looks for; the note is its last line."""
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\r\n")
    buffer.write("\ufeff")
    writer.writerow([defuse(title) for title in titles])
    for row in rows:
        writer.writerow(
            [value if type(value) is str and value[:1] not in _SUSPECT else _write_text(value) for value in row]
        )
        if buffer.tell() > CHUNK_BYTES:
            yield _empty(buffer)
    if note:
        writer.writerow([f"# {note}"])
    yield _empty(buffer)


def defuse(text: str) -> str:
    """Return a text that no spreadsheet takes for a formula: one that looks like it begins with an apostrophe."""
    if text[:1] not in _SUSPECT:
        return text
    return f"'{text}" if text.lstrip(" ").startswith(FORMULA_STARTS) or text.startswith(FORMULA_STARTS) else text


def answer_stream(*, name: str, pieces: Iterable[bytes], content_type: str) -> StreamingHttpResponse:
    """Return pieces of a file as a download of this name."""
    response = StreamingHttpResponse(pieces, content_type=content_type)
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def _empty(buffer: io.StringIO) -> bytes:
    piece = buffer.getvalue().encode()
    buffer.seek(0)
    buffer.truncate()
    return piece


def _write_text(value: Cell) -> str:
    # Only text can be a formula: a number is written from a number, and its minus is a minus.
    if type(value) is int:
        return str(value)
    if isinstance(value, str):
        return defuse(value)
    if isinstance(value, Decimal):
        return _write_decimal(value)
    if isinstance(value, datetime):
        return f"{to_shanghai(value):%Y-%m-%d %H:%M:%S}"
    return "" if value is None else str(value)


def _write_decimal(value: Decimal) -> str:
    # Plain text is three times as fast as a format, and differs only in what is written with a power of ten.
    text = str(value)
    return f"{value:f}" if "E" in text else text


def _write_properties(of: Properties) -> str:
    parts = {
        "dc:title": of.title, "dc:subject": of.purpose, "dc:creator": of.author, "cp:keywords": of.number,
        "dc:description": of.mark,
    }  # fmt: skip
    inner = "".join(f"<{tag}>{escape(_keep_writable(text))}</{tag}>" for tag, text in parts.items() if text)
    return (
        f'<cp:coreProperties xmlns:cp="{_CORE_SPACE}" xmlns:dc="http://purl.org/dc/elements/1.1/">'
        f"{inner}</cp:coreProperties>"
    )


def _open_sheet(titles: Sequence[str], widths: Sequence[int]) -> str:
    columns = "".join(
        f'<col min="{index}" max="{index}" width="{width}" customWidth="1"/>' for index, width in enumerate(widths, 1)
    )
    head = "".join(_draw_text(title, style=_HEAD) for title in titles)
    return (
        f'<worksheet xmlns="{_SHEET_SPACE}"><sheetViews><sheetView workbookViewId="0">'
        '<pane ySplit="1" topLeftCell="A2" activePane="bottomLeft" state="frozen"/></sheetView></sheetViews>'
        f"{f'<cols>{columns}</cols>' if columns else ''}<sheetData>"
        f'<row r="1">{head}</row>'
    )


def _close_sheet(line: int, *, note: str, footer: str) -> str:
    last = f'<row r="{line}">{_draw_text(note, style=_NOTE)}</row>' if note else ""
    # "&" begins a command in a footer; twice it is itself.
    printed = escape(footer.replace("&", "&&"))[:250]
    foot = f"<headerFooter><oddFooter>&amp;L{printed}&amp;R&amp;P / &amp;N</oddFooter></headerFooter>" if footer else ""
    return f"{last}</sheetData>{foot}</worksheet>"


class _Cells(dict[str, str]):
    """Drawn cells by their text: of a hundred thousand units, classes and months most are the same few."""

    def __init__(self) -> None:
        super().__init__({"": "<c/>"})

    def __missing__(self, text: str) -> str:
        # Letters, digits and Chinese signs need neither escape nor mark.
        drawn = f'<c t="inlineStr"><is><t>{text}</t></is></c>' if text.isalnum() else _draw_text(text)
        if len(self) < _TEXTS_KEPT:
            self[text] = drawn
        return drawn


def _draw_value(value: Cell) -> str:
    if isinstance(value, Decimal):
        return f"<c><v>{_write_decimal(value)}</v></c>"
    if isinstance(value, datetime):
        return _draw_text(f"{to_shanghai(value):%Y-%m-%d %H:%M:%S}")
    if isinstance(value, date):
        return f'<c s="{_DAY}"><v>{value.toordinal() - _DAY_ZERO}</v></c>'
    if isinstance(value, int):
        return f"<c><v>{int(value)}</v></c>"
    return "<c/>" if value is None or value == "" else _draw_text(str(value))


def _draw_text(text: str, *, style: int = 0) -> str:
    mark = f' s="{style}"' if style else ""
    if not text.isprintable():
        text = _keep_writable(text)
    # Nearly no text holds what XML gives a meaning to, and looking is cheaper than replacing.
    if "&" in text or "<" in text or ">" in text:
        text = escape(text)
    kept = ' xml:space="preserve"' if text != text.strip() or "\n" in text else ""
    return f'<c t="inlineStr"{mark}><is><t{kept}>{text}</t></is></c>'


def _keep_writable(text: str) -> str:
    """Return the text without the control signs that XML cannot hold."""
    return "".join(sign for sign in text if sign >= " " or sign in "\t\n\r")
