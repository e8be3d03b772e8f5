"""Facts of bulk loads."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

# First and last key of rows that a batch stored, both inclusive.
KeyRange = tuple[int, int]


class BatchState(StrEnum):
    """How far a file is on its way into the archive."""

    UPLOADED = "UPLOADED"
    CHECKING = "CHECKING"
    CHECKED = "CHECKED"
    LOADING = "LOADING"
    LOADED = "LOADED"
    UNDONE = "UNDONE"
    FAILED = "FAILED"


# Somebody is at work on the file.
MOVING = frozenset({BatchState.CHECKING, BatchState.LOADING})
# The file can still be mapped, corrected and checked.
OPEN = frozenset({BatchState.UPLOADED, BatchState.CHECKED, BatchState.FAILED})


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptFile:
    """A file that was handed in: what it is called, what it holds, where it lies."""

    name: str
    sha256: str
    size_bytes: int
    place: str


@dataclass(frozen=True, slots=True, kw_only=True)
class BadRow:
    """A row with faults: its line, its cells as they came, its faults as dictionaries."""

    line: int
    cells: Sequence[str]
    faults: Sequence[Mapping[str, object]]
    codes: Sequence[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What a check or a load found."""

    rows: int
    rows_bad: int
    faults: int
    fault_counts: Mapping[str, int]
    file_faults: Sequence[Mapping[str, object]]
    titles: Sequence[str]
    format: str = ""
    encoding: str = ""
    delimiter: str = ""


def find_ranges(keys: Iterable[int]) -> list[KeyRange]:
    """Return the ranges that cover the keys and nothing else, in order."""
    ranges: list[KeyRange] = []
    for key in sorted(keys):
        if ranges and key <= ranges[-1][1] + 1:
            ranges[-1] = (ranges[-1][0], max(key, ranges[-1][1]))
        else:
            ranges.append((key, key))
    return ranges


def count_keys(ranges: Iterable[Sequence[int]]) -> int:
    """Return how many keys the ranges hold."""
    return sum(last - first + 1 for first, last in ranges)
