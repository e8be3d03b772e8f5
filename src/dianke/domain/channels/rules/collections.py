"""The file of a day of a gateway or agent (代收对账文件) compared with what is known: every fault with its place."""

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from dianke.domain.channels.rules.bank_files.rows import write_amount, write_collection
from dianke.domain.channels.rules.bank_files.types import BadRow, BankFile, CollectionLine, Fault, Layout
from dianke.kernel.clock import to_shanghai


class FileState(StrEnum):
    """Where a file of a day stands."""

    REFUSED = "REFUSED"
    CHECKED = "CHECKED"
    BOOKED = "BOOKED"


class LineState(StrEnum):
    """What became of a line."""

    # Of a gateway: it is there to be compared, its call-backs book.
    COMPARED = "COMPARED"
    WAITING = "WAITING"
    BOOKED = "BOOKED"
    SUSPENSE = "SUSPENSE"
    REVERSED = "REVERSED"
    # There is nothing here that it could take back; reconciliation shows it.
    NOTHING_TO_REVERSE = "NOTHING_TO_REVERSE"


@dataclass(frozen=True, slots=True)
class Whose:
    """Whom a file must be from and for."""

    sender: str
    receiver: str


@dataclass(frozen=True, slots=True)
class CheckedCollection:
    """A file compared with what is known: rows that can be taken, rows that cannot."""

    good: Sequence[CollectionLine]
    bad_rows: Sequence[BadRow]


def find_file_faults(
    file: BankFile[CollectionLine], *, whose: Whose, taken: Collection[tuple[date, str]], today: date
) -> list[Fault]:
    """Return why nothing of a file may be taken; `taken` are day and number of the files that were taken before."""
    faults = list(file.faults)
    if file.head is None:
        return faults
    head = file.head
    if head.sender != whose.sender:
        faults.append(Fault("acquirer_wrong", 1, "sender", head.sender[:40]))
    if head.receiver != whose.receiver:
        faults.append(Fault("receiver_wrong", 1, "receiver", head.receiver[:40]))
    if head.made_on > today:
        faults.append(Fault("day_ahead", 1, "day", f"{head.made_on:%Y%m%d}"))
    if (head.made_on, head.number) in taken:
        faults.append(Fault("file_taken_already", 1, "number", head.number[:40]))
    return faults


def check_collection(file: BankFile[CollectionLine], *, known: Collection[tuple[str, str]]) -> CheckedCollection:
    """Compare the rows of a whole file with each other and with what came before, as (number, way)."""
    counts = Counter((line.number, line.way.value) for line in file.lines)
    serials = Counter(line.serial for line in file.lines)
    good: list[CollectionLine] = []
    bad_rows = list(file.bad_rows)
    for line, place in zip(file.lines, file.places, strict=True):
        key = (line.number, line.way.value)
        faults = _find_faults(line, place, file.head.made_on if file.head else None)
        if counts[key] > 1:
            faults.append(Fault("number_twice", place, "number", line.number))
        elif key in known:
            faults.append(Fault("number_known", place, "number", line.number))
        if serials[line.serial] > 1:
            faults.append(Fault("serial_twice", place, "serial", str(line.serial)))
        if faults:
            bad_rows.append(BadRow(place, write_collection(line, Layout.TEXT), tuple(faults)))
        else:
            good.append(line)
    bad_rows.sort(key=lambda row: row.line)
    return CheckedCollection(good, bad_rows)


def _find_faults(line: CollectionLine, place: int, day: date | None) -> list[Fault]:
    faults = []
    if not line.amount_fen:
        faults.append(Fault("amount_nothing", place, "amount", write_amount(line.amount_fen)))
    if line.fee_fen > line.amount_fen:
        faults.append(Fault("fee_too_much", place, "fee", write_amount(line.fee_fen)))
    if to_shanghai(line.paid_at).date() != day:
        wanted = f"{day:%Y%m%d}" if day else ""
        shown = f"{to_shanghai(line.paid_at):%Y%m%d%H%M%S}"
        faults.append(Fault("day_differs", place, "paid_at", shown, {"wanted": wanted}))
    return faults
