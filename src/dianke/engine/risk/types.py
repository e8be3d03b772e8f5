"""What the modules of risk hand each other."""

from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Booleans = NDArray[np.bool_]
Integers = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class PaymentGrid:
    """
    Payment history as of a day, the latest cycle first.

    Shapes: billed, owed, paid, delay (n, m); scale, open_amount, cover (n,). Units: amounts are of one
    currency unit, delay is in cycles (below zero: paid without ever being late). nan is a cycle without a bill.
    """

    billed: Floats
    # What `paid` was paid for: the bill of the same cycle, or the one before where payment comes a cycle later.
    owed: Floats
    paid: Floats
    delay: Floats
    # What amounts are measured by: a month's average bill, or the limit of a credit.
    scale: Floats
    open_amount: Floats
    # What is held against the debt: deposit and prepayment.
    cover: Floats

    @property
    def size(self) -> int:
        """Return the number of rows."""
        return int(self.scale.size)


@dataclass(frozen=True, slots=True)
class Features:
    """A matrix with the names of its columns; nan is what is not known. Shapes: values (n, f)."""

    names: tuple[str, ...]
    values: Floats

    def take(self, rows: Any) -> "Features":
        """Return some of the rows."""
        return Features(self.names, self.values[rows])


@dataclass(frozen=True, slots=True)
class Sample:
    """What is learned from or judged by. Shapes: bad (n,) of 0 and 1; amount (n,), what went late, in yuan."""

    features: Features
    bad: Integers
    amount: Floats
    # The cut-off that each row is as of, as an index that rises with time; folds of a sample without time are equal.
    window: Integers = field(default_factory=lambda: np.zeros(0, dtype=np.int64))

    def take(self, rows: Any) -> "Sample":
        """Return some of the rows."""
        window = self.window[rows] if self.window.size else self.window
        return Sample(self.features.take(rows), self.bad[rows], self.amount[rows], window)
