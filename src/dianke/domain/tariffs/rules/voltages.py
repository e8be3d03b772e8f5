"""Which row of a sheet a voltage belongs to: sheets print classes, customers have voltages."""

import re
from collections.abc import Sequence
from decimal import Decimal

from dianke.kernel.errors import DomainError

_CLASS = re.compile(
    r"(?P<sign>[<>]=?|≥|≤|＜|＞)?\s*(?P<low>[0-9.]+)(?:-(?P<high>[0-9.]+))?(?:\((?P<other>[0-9.]+)\))?\s*(?P<unit>kV|V)",
    re.IGNORECASE | re.ASCII,
)
_VOLTS_PER_KILOVOLT = 1000


class NoPriceRow(DomainError):
    """No row of the sheet fits the voltage, or more than one does."""

    code = "tariffs.no_price_row"
    message = "sheet {sheet} has no {structure} row for {voltage}; it has {available}"


def read_voltage_class(text: str) -> tuple[Decimal, Decimal] | None:
    """
    Return the closed range of kilovolts that a class or a voltage names, or None if it is neither.

    "<1kV" is 0 to just under 1, "1-10(20)kV" 1 to 20, "110(66)kV" 66 to 110, "380V" 0.38 to 0.38.
    """
    match = _CLASS.fullmatch(text.strip())
    if match is None:
        return None
    scale = 1 if match["unit"].lower() == "kv" else _VOLTS_PER_KILOVOLT
    named = [Decimal(match[key]) / scale for key in ("low", "high", "other") if match[key]]
    low, high = min(named), max(named)
    match match["sign"]:
        case "<" | "＜":
            return Decimal(0), high.next_minus()
        case "<=" | "≤":
            return Decimal(0), high
        case ">" | "＞":
            return low.next_plus(), Decimal("Infinity")
        case ">=" | "≥":
            return low, Decimal("Infinity")
        case _:
            return low, high


def find_row(voltage: str, *, printed: Sequence[str]) -> int | None:
    """
    Return the index of the printed class that a voltage belongs to, or None.

    The class as printed wins; else the one class that contains the voltage. A sheet that prints no class
    (one row with an empty one) prices every voltage.
    """
    if voltage in printed:
        return list(printed).index(voltage)
    wanted = read_voltage_class(voltage)
    fitting = [
        index
        for index, text in enumerate(printed)
        if not text or (wanted is not None and _contains(read_voltage_class(text), wanted))
    ]
    return fitting[0] if len(fitting) == 1 else None


def _contains(outer: tuple[Decimal, Decimal] | None, inner: tuple[Decimal, Decimal]) -> bool:
    return outer is not None and outer[0] <= inner[0] and inner[1] <= outer[1]
