"""Facts that conditions speak of, and conditions once they are read."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

Integers = NDArray[np.int64]
Columns = Mapping[str, Integers]

UNKNOWN = -(2**62)
"""What a column holds of whom the fact is not known."""


class FactKind(StrEnum):
    """How a fact is compared."""

    NUMBER = "number"
    DATE = "date"
    CHOICE = "choice"
    BOOLEAN = "boolean"


@dataclass(frozen=True, slots=True)
class Fact:
    """A fact that a condition may name; a number has `scale` decimals, a choice its codes by number."""

    code: str
    kind: FactKind
    scale: int = 0
    choices: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Value:
    """A value to compare with, in the scale of its fact; a relative one counts days from the day of the run."""

    number: int
    is_relative: bool = False


@dataclass(frozen=True, slots=True)
class Comparison:
    """A fact compared: `=`, `!=`, `<`, `<=`, `>`, `>=`, `between`, `in`, `known`, `unknown` or `true`."""

    fact: str
    sign: str
    values: tuple[Value, ...] = ()


@dataclass(frozen=True, slots=True)
class Not:
    """The opposite of a condition."""

    part: "Condition"


@dataclass(frozen=True, slots=True)
class Joined:
    """Conditions joined by `and` or `or`, two or more."""

    word: str
    parts: tuple["Condition", ...]


Condition = Comparison | Not | Joined
