"""The lines of a calculation as they are written: each rounded once, exact beside it where wanted."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from fractions import Fraction

import numpy as np

from dianke.engine.pricing import ratio_charge
from dianke.engine.rounding import (
    Product,
    exact_quotients,
    exact_sum,
    rescale,
    round_fractions,
    round_half_up,
)
from dianke.engine.types import BoolArray, IntArray, LineColumn, Rounding, Section


@dataclass(frozen=True, slots=True, eq=False)
class Figure:
    """A number as a line shows it: units of 10 ** -scale, divided by divisor."""

    units: IntArray | int
    scale: int
    divisor: int = 1


@dataclass(frozen=True, slots=True)
class Label:
    """What a line is called, what it counts, and the rule it follows."""

    code: str
    name: str
    section: Section
    unit: str
    rule: str


class Sheet:
    """Collects line columns and adds them up, rounded or exact as the plan's rounding says."""

    def __init__(self, rounding: Rounding, *, size: int) -> None:
        self._rounding = rounding
        self.size = size
        self.lines: list[LineColumn] = []

    def write(
        self,
        product: Product,
        label: Label,
        *,
        quantity: Figure,
        price: Figure,
        present: BoolArray | None = None,
        is_included: bool = False,
        exact: IntArray | None = None,
    ) -> LineColumn:
        """Round a charge and add its line; absent rows are zero."""
        amount, exact = self._round(product, exact)
        if present is not None and not present.all():
            amount = np.where(present, amount, 0)
            exact = None if exact is None else np.where(present, exact, 0)
        units = quantity.units
        line = LineColumn(
            code=label.code,
            name=label.name,
            section=label.section,
            unit=label.unit,
            rule=label.rule,
            quantity=units if isinstance(units, np.ndarray) else np.full(self.size, units),
            quantity_scale=quantity.scale,
            quantity_divisor=quantity.divisor,
            price=price.units,
            price_scale=price.scale,
            price_divisor=price.divisor,
            amount=amount,
            amount_scale=self._rounding.line,
            exact=exact,
            present=present,
            is_included=is_included,
        )
        self.lines.append(line)
        return line

    def _round(self, product: Product, exact: IntArray | None) -> tuple[IntArray, IntArray | None]:
        if self._rounding.are_lines_rounded:
            return round_half_up(product, decimals=self._rounding.line), None
        exact = exact_quotients(product) if exact is None else exact
        return round_fractions(exact, decimals=self._rounding.line), exact

    def write_ratio(
        self,
        base: "Sum",
        ratio: IntArray | int,
        label: Label,
        *,
        ratio_scale: int,
        present: BoolArray | None = None,
    ) -> LineColumn:
        """Round a ratio of other charges and add its line."""
        exact = None
        if base.exact is not None:
            ratios = np.broadcast_to(np.asarray(ratio, dtype=object), (self.size,))
            factors = [Fraction(int(units), 10**ratio_scale) for units in ratios]
            exact = base.exact * np.array(factors, dtype=object)
        return self.write(
            ratio_charge(base.amount, ratio, base_scale=self._rounding.line, ratio_scale=ratio_scale),
            label,
            quantity=Figure(base.amount, self._rounding.line),
            price=Figure(ratio, ratio_scale),
            present=present,
            exact=exact,
        )

    def add_up(self, lines: Iterable[LineColumn]) -> "Sum":
        """Return the sum of lines: of rounded amounts, or exact."""
        chosen = list(lines)
        if self._rounding.are_lines_rounded:
            return Sum(exact_sum([line.amount for line in chosen], size=self.size), None)
        exact = self._nothing()
        for line in chosen:
            exact = exact + line.exact
        return Sum(round_fractions(exact, decimals=self._rounding.line), exact)

    def section(self, section: Section) -> list[LineColumn]:
        """Return the lines of a section that are added to the total."""
        return [line for line in self.lines if line.section == section and not line.is_included]

    def total(self, subtotals: Iterable["Sum"]) -> IntArray:
        """Return the total of the sections in rounding.total decimals."""
        sums = list(subtotals)
        if self._rounding.are_lines_rounded:
            amount = exact_sum([each.amount for each in sums], size=self.size)
            return rescale(amount, scale=self._rounding.line, to_scale=self._rounding.total)
        exact = self._nothing()
        for each in sums:
            exact = exact + each.exact
        return round_fractions(exact, decimals=self._rounding.total)

    def sorted_lines(self, sections: tuple[Section, ...]) -> tuple[LineColumn, ...]:
        """Return the lines in the order of a bill."""
        return tuple(sorted(self.lines, key=lambda line: sections.index(line.section)))

    def _nothing(self) -> IntArray:
        return np.array([Fraction(0)] * self.size, dtype=object)


@dataclass(frozen=True, slots=True, eq=False)
class Sum:
    """A sum of lines in line decimals, with its exact value where lines are not rounded."""

    amount: IntArray
    exact: IntArray | None

    def minus(self, other: "Sum") -> "Sum":
        """Return the difference."""
        amount = exact_sum([self.amount, -other.amount], size=self.amount.size)
        if self.exact is None or other.exact is None:
            return replace(self, amount=amount)
        return Sum(amount, self.exact - other.exact)
