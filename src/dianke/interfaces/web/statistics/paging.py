"""A page of rows that are all in memory: statistics have hundreds of groups at most."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

ROWS_PER_PAGE = 50

_Row = TypeVar("_Row")


@dataclass(frozen=True)
class SlicePage(Generic[_Row]):
    """Some rows, and where the pages before and after begin ("" for none), as the pager writes them."""

    rows: Sequence[_Row]
    previous: str
    next: str


def cut_page(rows: Sequence[_Row], *, at: str, size: int = ROWS_PER_PAGE) -> SlicePage[_Row]:
    """Return the page that begins at a number; what is no number of a page is the first."""
    start = int(at) if at.isascii() and at.isdigit() and len(at) < 7 else 0
    start = start - start % size if start < len(rows) else 0
    return SlicePage(
        rows=rows[start : start + size],
        # The first page is named "0", for nothing would mean no page before.
        previous=str(start - size) if start else "",
        next=str(start + size) if start + size < len(rows) else "",
    )
