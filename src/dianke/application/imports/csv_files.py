"""CSV files: encoding by strict decoding, delimiter by the first row, quotes by the letter."""

import codecs
import csv
import io
import re
from collections.abc import Iterator

from dianke.application.imports.files import Limits, Sheet, SheetRow, UnreadableFile

DELIMITERS = {",": "comma", ";": "semicolon", "\t": "tab"}

_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f]")
_OF_THREE_BYTES = re.compile(r"[\u0800-\U0010ffff]")
_BROKEN_SHARE = 8


def read_csv(content: bytes, limits: Limits) -> Sheet:
    """
    Read a CSV file.

    :raises UnreadableFile: if encoding or quotes are broken, or it is no text at all
    """
    text, encoding = decode(content)
    control = _CONTROL.search(text)
    if control:
        line = text.count("\n", 0, control.start()) + 1
        raise UnreadableFile("not_a_table", row=line, found=f"U+{ord(control[0]):04X}")
    delimiter = _find_delimiter(text)
    rows = _list_rows(text, delimiter, limits)
    header = next(rows, None)
    if header is None:
        raise UnreadableFile("file_empty")
    return Sheet(
        format="csv",
        encoding=encoding,
        delimiter=DELIMITERS[delimiter],
        titles=tuple(header.cells),
        title_line=header.line,
        rows=list(rows),
    )


def decode(content: bytes) -> tuple[str, str]:
    """
    Return the text and the encoding that it was in.

    :raises UnreadableFile: if no encoding fits every byte
    """
    if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        # What Excel calls "Unicode text".
        try:
            return content.decode("utf-16"), "UTF-16"
        except UnicodeDecodeError as error:
            raise UnreadableFile("encoding_unknown", position=str(error.start)) from None
    if b"\0" in content:
        row = content.count(b"\n", 0, content.index(b"\0")) + 1
        raise UnreadableFile("not_a_table", row=row, found="NUL")
    has_mark = content.startswith(codecs.BOM_UTF8)
    try:
        return content.decode("utf-8-sig"), "UTF-8 BOM" if has_mark else "UTF-8"
    except UnicodeDecodeError as error:
        broken_at = error.start
    if has_mark or _is_mostly_utf8(content):
        row = content.count(b"\n", 0, broken_at) + 1
        raise UnreadableFile("encoding_broken", row=row, position=str(broken_at))
    try:
        return content.decode("gb18030"), "GB18030"
    except UnicodeDecodeError as error:
        row = content.count(b"\n", 0, error.start) + 1
        raise UnreadableFile("encoding_unknown", row=row, position=str(error.start)) from None


def _is_mostly_utf8(content: bytes) -> bool:
    """Tell broken UTF-8 from GB18030, which would decode it into wrong characters without a word."""
    text = content.decode("utf-8", errors="replace")
    bad = text.count("\ufffd")
    good = len(_OF_THREE_BYTES.findall(text)) - bad
    return good > _BROKEN_SHARE * bad


def _find_delimiter(text: str) -> str:
    first = next((line for line in io.StringIO(text) if line.strip()), "")
    outside = re.sub(r'"[^"]*"', "", first)
    return max(DELIMITERS, key=lambda delimiter: (outside.count(delimiter), delimiter == ","))


def _list_rows(text: str, delimiter: str, limits: Limits) -> Iterator[SheetRow]:
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    found = 0
    while True:
        line = reader.line_num + 1
        try:
            cells = next(reader, None)
        except csv.Error as error:
            raise UnreadableFile("csv_broken", row=line, reason=str(error)) from None
        if cells is None:
            return
        if not any(cell.strip() for cell in cells):
            continue
        if limits.head and found > limits.head:
            return
        found += 1
        if found > limits.rows + 1:
            raise UnreadableFile("too_many_rows", limit=str(limits.rows))
        yield SheetRow(line, cells)
