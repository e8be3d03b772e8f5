"""A point of the seeded fleet with all that the database will hold of it: errors are seeded by changing it."""

from dataclasses import dataclass, field
from datetime import date

import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.float64]

BILLED_MONTH = date(2025, 12, 1)
"""December, because what is counted by calendar year has its year behind it then."""
MONTHS = tuple(date(2024 + (9 + at) // 12, (9 + at) % 12 + 1, 1) for at in range(15))
"""Fourteen months of bills, then the billed one."""
OPENING, TURN, CLOSING = date(2025, 11, 1), date(2025, 12, 1), date(2026, 1, 1)
"""The days on which the meters of the last two months are read."""
DAYS_BILLED = 31
STEPS = 100
"""Register steps a kWh: two decimals."""

HOME_PLAN, BUSINESS_PLAN = "GD-GZ-RES", "HB-CI"


@dataclass(slots=True)
class Spell:
    """How a transformer stood, half-open; no end where it still stands so."""

    state: str
    start: date
    end: date | None = None


@dataclass(slots=True)
class Transformer:
    """A transformer of the customer's own."""

    kva: int
    spells: list[Spell]
    group: str = ""


@dataclass(slots=True)
class Share:
    """A part of the energy at another price."""

    name: str
    price: str
    ratio: str


@dataclass(slots=True)
class Change:
    """Another meter, or another ratio at the same meter, on a day of the billed month."""

    day: date
    is_other_meter: bool
    ct: tuple[int, int]
    ticket: bool


@dataclass(slots=True)
class Misread:
    """What was written down at the closing reading instead of what the register showed, in steps."""

    times: int = 1
    plus: int = 0
    below_opening: int | None = None


@dataclass(slots=True)
class Point:
    """A usage point: how it is supplied, what it uses month by month, what its meter will show."""

    serial: int
    kind: str
    usage_class: str
    plan: str
    registers: tuple[str, ...]
    kwh: FloatArray  # by month of MONTHS, not a number before there was a customer
    industry: str = ""
    voltage: str = "220V"
    side: str = "LOW_LOW"
    structure: str = "SINGLE"
    price_voltage: str = ""
    time_of_use: bool = False
    basic_mode: str = "NONE"
    standard: str | None = None
    household: int = 0
    opened: date = date(2019, 5, 1)
    status: str = "ACTIVE"
    ct: tuple[int, int] = (1, 1)
    pt: tuple[int, int] = (1, 1)
    # What stands in the archive; the plates make the same unless somebody typed it wrong.
    multiplier: float = 1
    digits: int = 6
    opening_steps: dict[str, int] = field(default_factory=dict)
    split: dict[str, float] = field(default_factory=dict)
    power_factor: float = 0.95
    demand_kw: float = 0
    change: Change | None = None
    estimated: set[date] = field(default_factory=set)
    misreads: dict[str, Misread] = field(default_factory=dict)
    marks_rollover: bool = False
    transformers: list[Transformer] = field(default_factory=list)
    shares: list[Share] = field(default_factory=list)
    checks: list[date] = field(default_factory=list)
    parent: int | None = None
    # The point behind this one, whose energy this meter measures too.
    sub: "Point | None" = None

    @property
    def is_established(self) -> bool:
        """Tell whether there is a bill of every month."""
        return not np.isnan(self.kwh).any()

    def sub_kwh(self, month: int) -> float:
        """Return what the point behind this one takes of the energy of a month."""
        return float(self.sub.kwh[month]) if self.sub else 0.0

    @property
    def kva(self) -> int:
        """Return the transformers' capacity, of an interlocked group the largest."""
        alone = sum(one.kva for one in self.transformers if not one.group)
        return alone + max((one.kva for one in self.transformers if one.group), default=0)


@dataclass(frozen=True, slots=True)
class Seed:
    """An error that was put in: where, what the review is to call it, and the fault if it stops the bill already."""

    serial: int
    code: str
    what: str
    fault: str = ""


@dataclass(frozen=True, slots=True)
class SeededFleet:
    """The points and the truth about them; `touched` stand beside an error and count as neither."""

    points: list[Point]
    seeds: list[Seed]
    touched: frozenset[int]
    random_seed: int

    @property
    def clean(self) -> frozenset[int]:
        """Return the serials of points that nothing was done to."""
        marked = {seed.serial for seed in self.seeds} | self.touched
        return frozenset(point.serial for point in self.points if point.serial not in marked)
