"""What we booked against what the other side says: matched, ours only, theirs only, other amount."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from enum import StrEnum

# A day of a bank on which its balance is held against our books, beside the days of channels.
BALANCE = "BALANCE"


class DifferenceKind(StrEnum):
    """How both sides differ."""

    OURS_ONLY = "OURS_ONLY"
    THEIRS_ONLY = "THEIRS_ONLY"
    AMOUNT = "AMOUNT"
    # One side took the payment back, the other did not.
    REVERSED_OURS = "REVERSED_OURS"
    REVERSED_THEIRS = "REVERSED_THEIRS"


class Remedy(StrEnum):
    """What is done to the books about a difference; another person agrees to it."""

    # Their line is booked here.
    BOOK = "BOOK"
    # Our payment is taken back.
    REVERSE = "REVERSE"
    # Our payment is taken back and their line is booked instead.
    REPLACE = "REPLACE"


REMEDIES: Mapping[DifferenceKind, Remedy] = {
    DifferenceKind.THEIRS_ONLY: Remedy.BOOK,
    DifferenceKind.OURS_ONLY: Remedy.REVERSE,
    DifferenceKind.AMOUNT: Remedy.REPLACE,
    DifferenceKind.REVERSED_OURS: Remedy.BOOK,
    DifferenceKind.REVERSED_THEIRS: Remedy.REVERSE,
}


class DifferenceState(StrEnum):
    """Where the work on a difference stands."""

    OPEN = "OPEN"
    # A remedy was asked for and waits for another person.
    ASKED = "ASKED"
    SOLVED = "SOLVED"
    # A later look found both sides alike.
    VANISHED = "VANISHED"


class DayState(StrEnum):
    """Whether a day of a channel is done with."""

    OPEN = "OPEN"
    CLOSED = "CLOSED"


@dataclass(frozen=True, slots=True)
class Found:
    """One difference."""

    reference: str
    kind: DifferenceKind
    ours_fen: int
    theirs_fen: int


@dataclass(frozen=True, slots=True)
class Comparison:
    """What a comparison found."""

    matched: int
    ours_fen: int
    theirs_fen: int
    differences: tuple[Found, ...]


@dataclass(frozen=True, slots=True)
class TakenBack:
    """References under which a side took a payment back on the day."""

    ours: Collection[str] = frozenset()
    theirs: Collection[str] = frozenset()


def compare(ours: Mapping[str, int], theirs: Mapping[str, int], *, taken_back: TakenBack = TakenBack()) -> Comparison:
    """Compare amounts by the reference that both sides know, in its order."""
    matched = 0
    found: list[Found] = []
    for reference in sorted({*ours, *theirs}):
        our, their = ours.get(reference), theirs.get(reference)
        # What came and went back on the day is nothing, whether or not the other side tells of it.
        if (our or 0) == (their or 0):
            matched += 1
        else:
            kind = _tell_kind(reference, our, their, taken_back)
            found.append(Found(reference, kind, our or 0, their or 0))
    return Comparison(matched, sum(ours.values()), sum(theirs.values()), tuple(found))


def _tell_kind(reference: str, our: int | None, their: int | None, taken_back: TakenBack) -> DifferenceKind:
    if (reference in taken_back.ours) is not (reference in taken_back.theirs):
        return DifferenceKind.REVERSED_OURS if reference in taken_back.ours else DifferenceKind.REVERSED_THEIRS
    if their is None:
        return DifferenceKind.OURS_ONLY
    return DifferenceKind.THEIRS_ONLY if our is None else DifferenceKind.AMOUNT
