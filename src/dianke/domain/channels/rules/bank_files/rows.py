"""Rows of every kind of file as cells, and cells as rows: what both layouts share."""

import re
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime
from typing import Any

from dianke.domain.channels.rules.bank_files.codes import index_codes, list_codes
from dianke.domain.channels.rules.bank_files.types import (
    AnswerLine,
    BadRow,
    CollectionLine,
    CollectionWay,
    Fault,
    FileKind,
    Layout,
    RequestLine,
)
from dianke.kernel.clock import SHANGHAI

COLUMNS: Mapping[FileKind, tuple[str, ...]] = {
    FileKind.REQUEST: ("serial", "mandate", "user_number", "bank_account", "holder", "amount", "summary"),
    FileKind.ANSWER: ("serial", "user_number", "asked", "paid", "code", "paid_on", "reference"),
    FileKind.COLLECTION: ("serial", "number", "target", "way", "amount", "fee", "paid_at"),
}
MOST_TEXT = 80
_AMOUNT = re.compile(r"[0-9]{1,13}\.[0-9]{2}", re.ASCII)
_SERIAL = re.compile(r"[0-9]{1,9}", re.ASCII)
_DAY = re.compile(r"[0-9]{8}", re.ASCII)
_NUMBER = re.compile(r"[0-9A-Za-z_.:/-]{1,40}", re.ASCII)
# Without the stroke, after which we keep numbers of our own.
_EXTERNAL = re.compile(r"[0-9A-Za-z_.-]{1,40}", re.ASCII)
_MOMENT = re.compile(r"[0-9]{14}", re.ASCII)
_VALUE_SHOWN = 40


class _Unreadable(ValueError):
    """A cell that cannot be read: the code of its fault."""


def clean_text(text: str, *, most: int = MOST_TEXT) -> str:
    """Return a text as it can stand in a cell: no bar, no control characters, no blanks around, not too long."""
    kept = "".join(one if one.isprintable() else " " for one in unicodedata.normalize("NFC", text))
    return " ".join(kept.replace("|", "｜").split())[:most].strip()


def write_amount(amount_fen: int) -> str:
    """Return fen as yuan with two decimals."""
    return f"{amount_fen // 100}.{amount_fen % 100:02d}"


def read_amount(text: str) -> int:
    """
    Return yuan with exactly two decimals as fen.

    :raises ValueError: if it is written otherwise
    """
    if not _AMOUNT.fullmatch(text):
        raise _Unreadable("amount_unreadable")
    return int(text[:-3]) * 100 + int(text[-2:])


def read_day(text: str) -> date:
    """
    Return a day written YYYYMMDD.

    :raises ValueError: if there is no such day
    """
    if not _DAY.fullmatch(text):
        raise _Unreadable("day_unreadable")
    try:
        return date(int(text[:4]), int(text[4:6]), int(text[6:]))
    except ValueError as error:
        raise _Unreadable("day_unreadable") from error


def write_request(line: RequestLine, _layout: Layout) -> tuple[str, ...]:
    """Return the cells of a line that asks."""
    return (
        f"{line.serial:06d}",
        clean_text(line.mandate),
        clean_text(line.user_number),
        clean_text(line.bank_account),
        clean_text(line.holder),
        write_amount(line.amount_fen),
        clean_text(line.summary),
    )


def write_answer(line: AnswerLine, layout: Layout) -> tuple[str, ...]:
    """Return the cells of a line that answers."""
    return (
        f"{line.serial:06d}",
        clean_text(line.user_number),
        write_amount(line.asked_fen),
        write_amount(line.paid_fen),
        list_codes()[line.code].write(layout),
        f"{line.paid_on:%Y%m%d}" if line.paid_on else "",
        clean_text(line.reference),
    )


def write_collection(line: CollectionLine, _layout: Layout) -> tuple[str, ...]:
    """Return the cells of a line that tells what was collected."""
    return (
        f"{line.serial:06d}",
        clean_text(line.number),
        clean_text(line.target),
        line.way.value,
        write_amount(line.amount_fen),
        write_amount(line.fee_fen),
        f"{line.paid_at.astimezone(SHANGHAI):%Y%m%d%H%M%S}",
    )


WRITERS: Mapping[FileKind, Callable[[Any, Layout], tuple[str, ...]]] = {
    FileKind.REQUEST: write_request,
    FileKind.ANSWER: write_answer,
    FileKind.COLLECTION: write_collection,
}


def get_total_cell(kind: FileKind) -> int:
    """Return which cell of a row the total of a file adds up: what is asked or what was paid."""
    return COLUMNS[kind].index("paid" if kind is FileKind.ANSWER else "amount")


def read_row(kind: FileKind, cells: Sequence[str], *, layout: Layout, place: int) -> Any:
    """Return the line that cells make, or the bad row with what is wrong with each of them."""
    columns = COLUMNS[kind]
    if len(cells) != len(columns):
        fault = Fault("columns_wrong", place, "", "", {"found": str(len(cells)), "wanted": str(len(columns))})
        return BadRow(place, tuple(cells), (fault,))
    try:
        return _BUILDERS[kind](cells, layout)
    except ValueError:
        return BadRow(place, tuple(cells), tuple(_find_faults(kind, cells, layout, place)))


def _find_faults(kind: FileKind, cells: Sequence[str], layout: Layout, place: int) -> list[Fault]:
    faults = []
    for name, text in zip(COLUMNS[kind], cells, strict=True):
        reader = _READERS.get(name)
        if reader is None:
            continue
        try:
            reader(text, layout)
        except ValueError as error:
            code = error.args[0] if isinstance(error, _Unreadable) else "value_unreadable"
            faults.append(Fault(code, place, name, text[:_VALUE_SHOWN]))
    return faults


def _read_serial(text: str, _layout: Layout = Layout.TEXT) -> int:
    if not _SERIAL.fullmatch(text) or not int(text):
        raise _Unreadable("serial_unreadable")
    return int(text)


def _read_number(text: str, _layout: Layout = Layout.TEXT) -> str:
    if not _NUMBER.fullmatch(text):
        raise _Unreadable("number_unreadable")
    return text


def _read_money(text: str, _layout: Layout = Layout.TEXT) -> int:
    return read_amount(text)


def _read_optional_day(text: str, _layout: Layout = Layout.TEXT) -> date | None:
    return read_day(text) if text else None


def _read_code(text: str, layout: Layout) -> str:
    code = index_codes(layout).get(text)
    if code is None:
        raise _Unreadable("code_unknown")
    return code


def _read_external(text: str, _layout: Layout = Layout.TEXT) -> str:
    if not _EXTERNAL.fullmatch(text):
        raise _Unreadable("number_unreadable")
    return text


def _read_way(text: str, _layout: Layout = Layout.TEXT) -> CollectionWay:
    try:
        return CollectionWay(text)
    except ValueError as error:
        raise _Unreadable("way_unreadable") from error


def _read_moment(text: str, _layout: Layout = Layout.TEXT) -> datetime:
    if not _MOMENT.fullmatch(text):
        raise _Unreadable("moment_unreadable")
    try:
        return datetime.strptime(text, "%Y%m%d%H%M%S").replace(tzinfo=SHANGHAI)
    except ValueError as error:
        raise _Unreadable("moment_unreadable") from error


_READERS: Mapping[str, Callable[[str, Layout], Any]] = {
    "serial": _read_serial,
    "user_number": _read_number,
    "amount": _read_money,
    "asked": _read_money,
    "paid": _read_money,
    "code": _read_code,
    "paid_on": _read_optional_day,
    "number": _read_external,
    "target": _read_external,
    "way": _read_way,
    "fee": _read_money,
    "paid_at": _read_moment,
}


def _build_request(cells: Sequence[str], _layout: Layout) -> RequestLine:
    serial, mandate, user_number, bank_account, holder, amount, summary = cells
    return RequestLine(
        _read_serial(serial), mandate, _read_number(user_number), bank_account, holder, read_amount(amount), summary
    )


def _build_answer(cells: Sequence[str], layout: Layout) -> AnswerLine:
    serial, user_number, asked, paid, code, paid_on, reference = cells
    return AnswerLine(
        _read_serial(serial),
        _read_number(user_number),
        read_amount(asked),
        read_amount(paid),
        _read_code(code, layout),
        _read_optional_day(paid_on),
        reference,
    )


def _build_collection(cells: Sequence[str], _layout: Layout) -> CollectionLine:
    serial, number, target, way, amount, fee, paid_at = cells
    return CollectionLine(
        _read_serial(serial),
        _read_external(number),
        _read_external(target),
        _read_way(way),
        read_amount(amount),
        read_amount(fee),
        _read_moment(paid_at),
    )


_BUILDERS: Mapping[FileKind, Callable[[Sequence[str], Layout], Any]] = {
    FileKind.REQUEST: _build_request,
    FileKind.ANSWER: _build_answer,
    FileKind.COLLECTION: _build_collection,
}
