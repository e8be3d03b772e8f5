"""What files of banks hold, whatever their layout."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import Generic, TypeVar


class Layout(StrEnum):
    """How a file is written."""

    TEXT = "TEXT"
    XML = "XML"


class FileKind(StrEnum):
    """What a file is for: it asks the bank, answers, or tells what was collected for us."""

    REQUEST = "REQUEST"
    ANSWER = "ANSWER"
    # What a gateway or an agent took for us on a day.
    COLLECTION = "COLLECTION"


@dataclass(frozen=True, slots=True)
class Head:
    """Who sends which batch when; `number` tells files of one batch apart (a bank may answer in parts)."""

    kind: FileKind
    sender: str
    receiver: str
    batch: str
    made_on: date
    number: str = "1"


@dataclass(frozen=True, slots=True)
class RequestLine:
    """What the bank is asked to withdraw."""

    serial: int
    mandate: str
    user_number: str
    bank_account: str
    holder: str
    amount_fen: int
    summary: str = ""


@dataclass(frozen=True, slots=True)
class AnswerLine:
    """What became of a line; `code` is one of ours, whatever the layout writes."""

    serial: int
    user_number: str
    asked_fen: int
    paid_fen: int
    code: str
    paid_on: date | None = None
    reference: str = ""


class CollectionWay(StrEnum):
    """Which way money went: to us, or back to the payer."""

    PAID = "PAID"
    REVERSED = "REVERSED"


@dataclass(frozen=True, slots=True)
class CollectionLine:
    """What a gateway or an agent took or gave back; `target` is the order of a gateway, the user number of an agent."""

    serial: int
    number: str
    target: str
    way: CollectionWay
    amount_fen: int
    fee_fen: int
    paid_at: datetime

    @property
    def net_fen(self) -> int:
        """Return what it brings, below zero where money went back."""
        return self.amount_fen if self.way is CollectionWay.PAID else -self.amount_fen


Line = TypeVar("Line", RequestLine, AnswerLine, CollectionLine)


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong: where (line 0 is the whole file), in which column, with which value."""

    code: str
    line: int = 0
    column: str = ""
    value: str = ""
    facts: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class BadRow:
    """A row that cannot be taken, as it came."""

    line: int
    cells: Sequence[str]
    faults: Sequence[Fault]


@dataclass(frozen=True, slots=True)
class BankFile(Generic[Line]):
    """
    A file as it was read: its lines with their places, what is wrong with rows, what is wrong with the whole.

    With a fault of the whole no row may be taken, for nobody knows what is missing.
    """

    head: Head | None
    lines: Sequence[Line]
    places: Sequence[int]
    bad_rows: Sequence[BadRow]
    faults: Sequence[Fault]

    @property
    def is_whole(self) -> bool:
        """Tell whether the file is whole: what was sent is what is here."""
        return not self.faults and self.head is not None
