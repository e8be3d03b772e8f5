"""A file of either layout read whole, and an answer compared with what was asked: every fault with its place."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from dianke.domain.channels.rules.bank_files.codes import PAID, PARTLY_PAID
from dianke.domain.channels.rules.bank_files.rows import write_amount
from dianke.domain.channels.rules.bank_files.text_layout import read_text
from dianke.domain.channels.rules.bank_files.types import AnswerLine, BadRow, BankFile, Fault, FileKind, Layout
from dianke.domain.channels.rules.bank_files.xml_layout import read_xml


@dataclass(frozen=True, slots=True)
class Asked:
    """What a batch asked of a line."""

    user_number: str
    amount_fen: int
    is_answered: bool


@dataclass(frozen=True, slots=True)
class CheckedAnswer:
    """An answer compared with its batch: rows that can be taken, rows that cannot."""

    good: Sequence[AnswerLine]
    bad_rows: Sequence[BadRow]


def find_layout(content: bytes) -> Layout:
    """Return the layout that a file seems to have by its first characters."""
    start = content[:200].lstrip(b"\xef\xbb\xbf\xff\xfe \t\r\n\x00")
    return Layout.XML if start.startswith(b"<") else Layout.TEXT


def read_file(content: bytes, *, kind: FileKind) -> BankFile[AnswerLine]:
    """Return a file of either layout as it came, with everything that is wrong with it."""
    return (read_xml if find_layout(content) is Layout.XML else read_text)(content, kind=kind)


def check_answer(file: BankFile[AnswerLine], *, asked: Mapping[int, Asked], today: date) -> CheckedAnswer:
    """Compare a whole answer with what its batch asked for, row by row."""
    twice = _find_twice(file.lines)
    good: list[AnswerLine] = []
    bad_rows = list(file.bad_rows)
    for line, place in zip(file.lines, file.places, strict=True):
        faults = _find_faults(line, place, asked.get(line.serial), twice, today)
        if faults:
            bad_rows.append(BadRow(place, _write_cells(line), tuple(faults)))
        else:
            good.append(line)
    bad_rows.sort(key=lambda row: row.line)
    return CheckedAnswer(good, bad_rows)


def _find_twice(lines: Sequence[AnswerLine]) -> frozenset[int]:
    seen: set[int] = set()
    twice: set[int] = set()
    for line in lines:
        (twice if line.serial in seen else seen).add(line.serial)
    return frozenset(twice)


def _find_faults(line: AnswerLine, place: int, asked: Asked | None, twice: Collection[int], today: date) -> list[Fault]:
    if asked is None:
        return [Fault("serial_unknown", place, "serial", str(line.serial))]
    if line.serial in twice:
        return [Fault("serial_twice", place, "serial", str(line.serial))]
    if asked.is_answered:
        return [Fault("line_answered", place, "serial", str(line.serial))]
    faults = []
    wanted = write_amount(asked.amount_fen)
    if line.user_number != asked.user_number:
        faults.append(Fault("user_differs", place, "user_number", line.user_number, {"wanted": asked.user_number}))
    if line.asked_fen != asked.amount_fen:
        faults.append(Fault("asked_differs", place, "asked", write_amount(line.asked_fen), {"wanted": wanted}))
    if line.paid_fen > asked.amount_fen:
        faults.append(Fault("paid_too_much", place, "paid", write_amount(line.paid_fen), {"wanted": wanted}))
    elif not _fits(line, asked):
        faults.append(Fault("paid_does_not_fit", place, "paid", write_amount(line.paid_fen)))
    if line.paid_fen and line.paid_on is None:
        faults.append(Fault("day_missing", place, "paid_on"))
    if line.paid_on is not None and line.paid_on > today:
        faults.append(Fault("day_ahead", place, "paid_on", f"{line.paid_on:%Y%m%d}"))
    return faults


def _fits(line: AnswerLine, asked: Asked) -> bool:
    """Tell whether code and amount say the same: all, a part, or nothing."""
    if line.code == PAID:
        return line.paid_fen == asked.amount_fen
    if line.code == PARTLY_PAID:
        return 0 < line.paid_fen < asked.amount_fen
    return line.paid_fen == 0


def _write_cells(line: AnswerLine) -> tuple[str, ...]:
    return (
        f"{line.serial:06d}", line.user_number, write_amount(line.asked_fen), write_amount(line.paid_fen),
        line.code, f"{line.paid_on:%Y%m%d}" if line.paid_on else "", line.reference,
    )  # fmt: skip
