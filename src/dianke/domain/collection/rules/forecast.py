"""What is expected of open bills by the share that came of such bills before."""

from collections.abc import Mapping
from dataclasses import dataclass

# Class of use and number of the bucket.
Cell = tuple[str, int]


@dataclass(frozen=True, slots=True)
class Measured:
    """What was open, and what of it came."""

    open_fen: int
    paid_fen: int


def expect(now: Mapping[Cell, Measured], *, history: Mapping[Cell, Measured]) -> dict[Cell, int]:
    """Return what is expected of each cell: its own share of before, else that of its class, else nothing."""
    classes: dict[str, Measured] = {}
    for (usage_class, _bucket), one in history.items():
        known = classes.get(usage_class, Measured(0, 0))
        classes[usage_class] = Measured(known.open_fen + one.open_fen, known.paid_fen + one.paid_fen)
    return {
        cell: _take_share(one.open_fen, history.get(cell) or classes.get(cell[0]) or Measured(0, 0))
        for cell, one in now.items()
    }


def _take_share(open_fen: int, before: Measured) -> int:
    """Round half up to the fen, once."""
    if before.open_fen <= 0:
        return 0
    return (2 * open_fen * before.paid_fen + before.open_fen) // (2 * before.open_fen)
