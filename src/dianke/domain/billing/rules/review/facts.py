"""What the review knows of the sound points of a shard: arrays of n points, ascending by key."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

from dianke.domain.billing.types import BasicMode
from dianke.domain.customers.types import UsageClass
from dianke.engine.types import BoolArray, IntArray

DateArray: TypeAlias = npt.NDArray[np.datetime64]

HISTORY_MONTHS = 13
"""Months before the billed one: the last column is the month before, column 1 the same month of last year."""
CLASSES = tuple(UsageClass)
BASIC_MODES = tuple(BasicMode)
PERIOD_KINDS = ("sharp", "peak", "flat", "valley", "deep")
NO_DATE = np.datetime64("NaT", "D")


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Figures:
    """What was billed; energies 1e-2 kWh, demand 1e-6 kW, money fen."""

    energy_kwh_e2: IntArray
    sub_meter_kwh_e2: IntArray
    demand_kw_e6: IntArray
    basic_fen: IntArray
    power_factor_fen: IntArray
    amount_fen: IntArray


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Segments:
    """Meter segments, ascending by owner (a position among the points); registers 1e-4, multiplier 1e-6."""

    owner: IntArray
    start_date: DateArray
    meter: npt.NDArray[Any]  # texts
    multiplier_e6: IntArray
    integer_digits: IntArray
    is_rolled_over: BoolArray
    is_estimated: BoolArray
    start_e4: Mapping[str, IntArray]
    end_e4: Mapping[str, IntArray]
    has: Mapping[str, BoolArray]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Capacities:
    """
    Transformers of the points' accounts, 1e-4 kVA; of an interlocked group the largest counts.

    Contract is what stands, running what was in use on some day, always what was in use on every day.
    """

    contract_kva_e4: IntArray
    running_kva_e4: IntArray
    always_kva_e4: IntArray
    live_kva_days_e4: IntArray
    sealed_days: IntArray
    suspended_days_in_year: IntArray


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Changes:
    """What changed at the meter since the last reading; NaT and 0 where nothing did."""

    exchange_date: DateArray
    meter_before: npt.NDArray[Any]  # texts
    meter_after: npt.NDArray[Any]
    ratio_date: DateArray
    multiplier_before_e6: IntArray
    multiplier_after_e6: IntArray
    has_ticket: BoolArray
    # The multiplier that the transformers of the installation make, where it is not the billed one.
    asset_multiplier_e6: IntArray
    billed_multiplier_e6: IntArray
    was_estimated: BoolArray


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class History:
    """Energy and amount of the bills of HISTORY_MONTHS months (n, 13), and which months have a bill."""

    energy_kwh_e2: IntArray
    amount_fen: IntArray
    is_billed: BoolArray


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ReviewFacts:
    """Everything that the rules look at."""

    start: date
    end: date
    point_ids: IntArray
    bill_ids: IntArray
    unit_ids: IntArray
    usage_class: IntArray  # places in CLASSES
    basic_mode: IntArray  # places in BASIC_MODES
    is_two_part: BoolArray
    is_high_voltage: BoolArray
    is_single_phase: BoolArray
    industry_code: IntArray  # GB/T 4754, four digits; 0 where none is known
    power_factor_standard_e2: IntArray  # 0 where none applies
    opened_date: DateArray
    is_account_suspended: BoolArray
    share_set_date: DateArray  # the last day that the point's shares were set or verified; NaT without shares
    figures: Figures
    segments: Segments
    capacities: Capacities
    changes: Changes
    history: History

    @property
    def size(self) -> int:
        """Return how many points there are."""
        return len(self.point_ids)

    @property
    def days(self) -> int:
        """Return the days of the period."""
        return (self.end - self.start).days

    def is_class(self, *classes: UsageClass) -> BoolArray:
        """Tell which points are of one of the classes."""
        return np.isin(self.usage_class, [CLASSES.index(one) for one in classes])


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Found:
    """The points that one rule finds suspicious, and for each the numbers that show it."""

    code: str
    positions: IntArray
    evidence: Mapping[str, npt.NDArray[Any]]


def found(code: str, is_suspicious: BoolArray, **columns: npt.NDArray[Any] | int) -> Found:
    """Return the suspicious points with their evidence, cut out of columns of all points."""
    positions = np.flatnonzero(is_suspicious)
    size = len(is_suspicious)
    return Found(
        code=code,
        positions=positions,
        evidence={name: np.broadcast_to(np.asarray(column), (size,))[positions] for name, column in columns.items()},
    )
