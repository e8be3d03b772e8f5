"""A charge line and what it counts for."""

from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from tests.twin.numbers import half_up, text


@dataclass
class Line:
    """One line of the bill; `exact` is its amount before rounding."""

    code: str
    subtotal: str
    quantity: Fraction | None
    unit: str
    price: Fraction | None
    exact: Fraction
    is_included: bool = False
    is_in_power_factor_base: bool = True

    def counts_as(self, rounding: dict[str, Any]) -> Fraction:
        """Return the amount that totals, tax and power factor are computed from."""
        return half_up(self.exact, rounding["line"]) if rounding["lines_rounded"] else self.exact

    def shown(self, rounding: dict[str, Any]) -> dict[str, str]:
        """Return the line as it is printed."""
        line = {"code": self.code, "name": self.code.partition(".")[2] or self.code, "unit": self.unit}
        if self.quantity is not None:
            line["quantity"] = text(self.quantity)
        if self.price is not None:
            line["price"] = text(self.price)
        return {**line, "amount": text(self.exact, rounding["line"])}
