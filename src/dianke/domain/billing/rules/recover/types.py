"""Facts of recovery cases: the dated terms they follow and what comes out."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum


class CustomerClass(StrEnum):
    """Who owes a bill, as late fees distinguish."""

    RESIDENTIAL = "RESIDENTIAL"
    OTHER = "OTHER"


class CrossYear(StrEnum):
    """How a late fee treats an arrear that crosses 1 January; published answers know all three."""

    SPLIT = "SPLIT"
    ALL_AT_HIGHER = "ALL_AT_HIGHER"
    NEW_YEAR_ONLY = "NEW_YEAR_ONLY"


class TheftUser(StrEnum):
    """Whose hours a day stand in when nobody knows how long energy was stolen."""

    POWER = "POWER"
    LIGHTING = "LIGHTING"


class PenaltyBase(StrEnum):
    """Which recovered amount a penalty multiplies."""

    ROUNDED = "ROUNDED"
    UNROUNDED = "UNROUNDED"


class BreachAct(StrEnum):
    """Kinds of breach of use."""

    CLASS_CHANGE = "CLASS_CHANGE"
    OVER_CAPACITY_TWO_PART = "OVER_CAPACITY_TWO_PART"
    OVER_CAPACITY_OTHER = "OVER_CAPACITY_OTHER"
    SEALED_TWO_PART = "SEALED_TWO_PART"
    SEALED_OTHER = "SEALED_OTHER"
    MOVED_DEVICE = "MOVED_DEVICE"
    OWN_SOURCE = "OWN_SOURCE"


@dataclass(frozen=True, slots=True, kw_only=True)
class LateFeeTerms:
    """Daily rates per yuan owed, the least charge, and a cap as a share of the debt where there is one."""

    article: str
    residential: Decimal
    other: Decimal
    other_earlier_year: Decimal
    min_charge: Decimal
    cross_year: CrossYear
    cap_ratio: Decimal | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class BackBillingTerms:
    """Whether a correction reaches back over half of the time only."""

    article: str
    is_half_period: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class TheftTerms:
    """What stands in for unknown time, and the penalty."""

    article: str
    days: Decimal
    hours_power: Decimal
    hours_lighting: Decimal
    multiple: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class BreachTerms:
    """The penalty of one act: a multiple of what is recovered, or yuan for each kW (kVA), or a flat sum."""

    article: str
    multiple: Decimal | None = None
    yuan_per_kw: Decimal | None = None
    yuan_residential: Decimal | None = None
    yuan_other: Decimal | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleSet:
    """One era of the supply rules."""

    code: str
    title_en: str
    title_zh: str
    regulation: str
    valid_from: date
    valid_to: date | None
    is_unconfirmed: bool
    multiples_are_caps: bool
    # Whether back-billed energy counts among what the point used in the year, for the tiers of bills issued later.
    counts_in_tiers: bool
    late_fee: LateFeeTerms
    back_billing: Mapping[str, BackBillingTerms]
    theft: TheftTerms
    breach: Mapping[BreachAct, BreachTerms]


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One number on the way to the result."""

    name: str
    value: Decimal
    unit: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Recovery:
    """What a case comes to; parts without meaning for it are None. A negative amount goes back."""

    article: str
    steps: tuple[Step, ...]
    kwh: Decimal | None = None
    true_kwh: Decimal | None = None
    correction_ratio: Decimal | None = None
    recovered: Decimal | None = None
    penalty: Decimal | None = None
    days: Decimal | None = None
    total: Decimal | None = None
