"""
The text layout: lines of cells between bars, in GB18030, closed by a trailer with count, total and fingerprint.

H|DKBF1|kind|sender|receiver|batch|day|CNY|number, then D|cells of the kind, last T|count|total|SHA-256 of all before.
"""

import hashlib
from collections.abc import Iterable, Iterator
from typing import Any

from dianke.domain.channels.rules.bank_files.rows import (
    COLUMNS,
    WRITERS,
    clean_text,
    get_total_cell,
    read_amount,
    read_day,
    read_row,
    write_amount,
)
from dianke.domain.channels.rules.bank_files.types import BadRow, BankFile, Fault, FileKind, Head, Layout

ENCODING, LINE_END, VERSION, CURRENCY = "gb18030", "\r\n", "DKBF1", "CNY"
_HEAD_CELLS, _TRAILER_CELLS = 9, 4


def write_text(head: Head, lines: Iterable[Any]) -> bytes:
    """Return a file; texts lose bars and control characters."""
    write, total_cell = WRITERS[head.kind], get_total_cell(head.kind)
    cells = ("H", VERSION, head.kind.value, clean_text(head.sender), clean_text(head.receiver),
             clean_text(head.batch), f"{head.made_on:%Y%m%d}", CURRENCY, clean_text(head.number))  # fmt: skip
    rows, count, total = ["|".join(cells)], 0, 0
    for line in lines:
        written = write(line, Layout.TEXT)
        total += read_amount(written[total_cell])
        count += 1
        rows.append("D|" + "|".join(written))
    body = (LINE_END.join(rows) + LINE_END).encode(ENCODING)
    trailer = f"T|{count}|{write_amount(total)}|{hashlib.sha256(body).hexdigest()}{LINE_END}"
    return body + trailer.encode(ENCODING)


def read_text(content: bytes, *, kind: FileKind) -> BankFile[Any]:
    """Return a file as it came, with everything that is wrong with it."""
    raw = content.splitlines(keepends=True)
    head, faults = _read_head(raw, kind)
    if head is None:
        return BankFile(None, (), (), (), tuple(faults))
    trailer = raw[-1].rstrip(b"\r\n") if len(raw) > 1 else b""
    body = raw[1:-1] if trailer.startswith(b"T|") else raw[1:]
    lines: list[Any] = []
    places: list[int] = []
    bad_rows: list[BadRow] = []
    total, total_cell = 0, get_total_cell(kind)
    for place, cells in _split(body, bad_rows):
        row = read_row(kind, cells, layout=Layout.TEXT, place=place)
        if isinstance(row, BadRow):
            bad_rows.append(row)
        else:
            lines.append(row)
            places.append(place)
        total += _read_total(cells, total_cell, len(COLUMNS[kind]))
    faults += _check_trailer(trailer, content, body_count=len(body), total=total)
    bad_rows.sort(key=lambda row: row.line)
    return BankFile(head, lines, places, bad_rows, tuple(faults))


def _read_head(raw: list[bytes], kind: FileKind) -> tuple[Head | None, list[Fault]]:
    if not raw:
        return None, [Fault("file_empty")]
    try:
        cells = raw[0].rstrip(b"\r\n").decode(ENCODING).split("|")
    except UnicodeDecodeError:
        return None, [Fault("head_unreadable", 1)]
    if len(cells) != _HEAD_CELLS or cells[:2] != ["H", VERSION] or cells[7] != CURRENCY:
        return None, [Fault("head_unreadable", 1)]
    if cells[2] != kind.value:
        return None, [Fault("kind_wrong", 1, "kind", cells[2][:40], {"wanted": kind.value})]
    try:
        made_on = read_day(cells[6])
    except ValueError:
        return None, [Fault("day_unreadable", 1, "day", cells[6][:40])]
    return Head(kind, cells[3], cells[4], cells[5], made_on, cells[8]), []


def _split(body: list[bytes], bad_rows: list[BadRow]) -> Iterator[tuple[int, list[str]]]:
    """Yield place and cells of the rows that can be read as text; the others are bad at once."""
    for place, line in enumerate(body, 2):
        stripped = line.rstrip(b"\r\n")
        try:
            cells = stripped.decode(ENCODING).split("|")
        except UnicodeDecodeError as error:
            shown = stripped.decode(ENCODING, "replace")
            fault = Fault("characters_bad", place, "", shown[:40], {"byte": str(error.start + 1)})
            bad_rows.append(BadRow(place, shown.split("|"), (fault,)))
            continue
        if cells[0] != "D":
            bad_rows.append(BadRow(place, cells, (Fault("row_kind_unknown", place, "", cells[0][:40]),)))
            continue
        yield place, cells[1:]


def _read_total(cells: list[str], place: int, width: int) -> int:
    try:
        return read_amount(cells[place]) if len(cells) == width else 0
    except ValueError:
        return 0


def _check_trailer(trailer: bytes, content: bytes, *, body_count: int, total: int) -> list[Fault]:
    cells = trailer.decode(ENCODING, "replace").split("|")
    if cells[0] != "T" or len(cells) != _TRAILER_CELLS:
        return [Fault("truncated", body_count + 1)]
    place = body_count + 2
    faults = []
    if cells[1] != str(body_count):
        faults.append(Fault("count_wrong", place, "count", cells[1][:40], {"found": str(body_count)}))
    if cells[2] != write_amount(total):
        faults.append(Fault("total_wrong", place, "total", cells[2][:40], {"found": write_amount(total)}))
    end = content.rindex(trailer)
    if cells[3].lower() != hashlib.sha256(content[:end]).hexdigest():
        faults.append(Fault("checksum_wrong", place, "checksum", cells[3][:40]))
    return faults
