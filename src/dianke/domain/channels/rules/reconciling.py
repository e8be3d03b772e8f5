"""What we booked against what the other side says: matched, ours only, theirs only, other amount."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum


class DifferenceKind(StrEnum):
    """How both sides differ."""

    OURS_ONLY = "OURS_ONLY"
    THEIRS_ONLY = "THEIRS_ONLY"
    AMOUNT = "AMOUNT"


class DifferenceState(StrEnum):
    """Where the work on a difference stands."""

    OPEN = "OPEN"
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


def compare(ours: Mapping[str, int], theirs: Mapping[str, int]) -> Comparison:
    """Compare amounts by the reference that both sides know, in its order."""
    matched = 0
    found: list[Found] = []
    for reference in sorted({*ours, *theirs}):
        our, their = ours.get(reference), theirs.get(reference)
        if our == their:
            matched += 1
        elif their is None:
            found.append(Found(reference, DifferenceKind.OURS_ONLY, our or 0, 0))
        elif our is None:
            found.append(Found(reference, DifferenceKind.THEIRS_ONLY, 0, their))
        else:
            found.append(Found(reference, DifferenceKind.AMOUNT, our, their))
    return Comparison(matched, sum(ours.values()), sum(theirs.values()), tuple(found))
