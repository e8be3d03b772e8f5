"""Which row of growth a trade goes by: its own code first, then the groups that it belongs to."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

# GB/T 4754: two digits are a division (大类), three a group (中类), four a class (小类).
DIVISION_DIGITS = 2
_CODE = re.compile(r"[A-T]?(\d{2,})", re.ASCII)


@dataclass(frozen=True, slots=True)
class TradeRow:
    """The growth of a trade in a year, a share in e4, and who published it."""

    code: str
    year: int
    growth_e4: int
    source: str


def read_code(text: str) -> str:
    """Return the digits of a code of GB/T 4754 without the letter of its section, or nothing if it is none."""
    found = _CODE.fullmatch(text.strip().upper())
    return found[1] if found else ""


def keep_latest(rows: Iterable[TradeRow]) -> dict[str, TradeRow]:
    """Return the row of the latest year of each code."""
    found: dict[str, TradeRow] = {}
    for row in rows:
        if row.code not in found or row.year > found[row.code].year:
            found[row.code] = row
    return found


def find_row(text: str, latest: Mapping[str, TradeRow]) -> TradeRow | None:
    """Return the row that fits a code most closely: of the code, else of the groups above it, up to its division."""
    return next((latest[code] for code in _list_codes(read_code(text)) if code in latest), None)


def _list_codes(digits: str) -> Iterator[str]:
    for length in range(len(digits), DIVISION_DIGITS - 1, -1):
        yield digits[:length]
