"""Periods of use, bands of hours and the days they hold on."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from enum import IntEnum, StrEnum
from typing import TypeAlias

from dianke.engine.types import PERIODS

MINUTES_PER_DAY = 1440
MINUTES_PER_SLOT = 15
SLOTS_PER_DAY = 96
ALL_MONTHS = frozenset(range(1, 13))
PERIOD_NAMES = PERIODS


class PeriodKind(IntEnum):
    """A period of use in the order of every table and array: 尖 峰 平 谷 深谷."""

    SHARP = 0
    PEAK = 1
    FLAT = 2
    VALLEY = 3
    DEEP = 4


class Structure(StrEnum):
    """Single-part or two-part price (单一制 / 两部制)."""

    SINGLE = "SINGLE"
    TWO_PART = "TWO_PART"


class BandLayer(IntEnum):
    """The rank of a band: a higher layer covers a lower one, equal rank may not overlap."""

    BASE = 0
    SHARP = 1
    DEEP = 2
    HOLIDAY = 3
    EVENT = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class TemperatureRule:
    """Days that count as events: the station's maximum has reached a limit on enough successive days."""

    station: str
    min_temperature_c: Decimal
    successive_days: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class DayCondition:
    """
    On which days of its months a band holds; without any part it holds on every day.

    `holidays` are names of the yearly notice; `holiday_min_days` takes every holiday of at least so many
    days; `rest_day_months` takes days off that are no holiday. One of the parts being met is enough.
    """

    holidays: frozenset[str] = frozenset()
    holiday_min_days: int = 0
    rest_day_months: frozenset[int] = frozenset()
    event: TemperatureRule | None = None

    @property
    def is_every_day(self) -> bool:
        """Tell whether the band holds on every day."""
        return not (self.holidays or self.holiday_min_days or self.rest_day_months or self.event)


EVERY_DAY = DayCondition()


@dataclass(frozen=True, slots=True, kw_only=True)
class Audience:
    """Whom a band is for; what is empty does not narrow it."""

    structure: Structure | None = None
    usage_classes: frozenset[str] = frozenset()
    min_capacity_kva: Decimal | None = None
    excluded_areas: frozenset[str] = frozenset()

    def includes(self, consumer: "Consumer") -> bool:
        """Tell whether the band is for the consumer; a fact that is not known never fits a narrowed band."""
        if self.structure is not None and consumer.structure is not self.structure:
            return False
        if self.usage_classes and consumer.usage_class not in self.usage_classes:
            return False
        if self.min_capacity_kva is not None and (
            consumer.capacity_kva is None or consumer.capacity_kva < self.min_capacity_kva
        ):
            return False
        return consumer.area not in self.excluded_areas


EVERYBODY = Audience()


@dataclass(frozen=True, slots=True, kw_only=True)
class Consumer:
    """What must be known of a consumer to find the bands that hold for them."""

    structure: Structure
    usage_class: str = ""
    capacity_kva: Decimal | None = None
    area: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Band:
    """
    Hours of a day that belong to one period of use.

    Half-open; an end at or before the start passes midnight and holds in the same day's early hours, for
    sheets print one table of 24 hours. `is_rest` takes all hours that no other band of the base names.
    """

    layer: BandLayer
    period: PeriodKind
    start_minute: int
    end_minute: int
    months: frozenset[int] = ALL_MONTHS
    is_rest: bool = False
    audience: Audience = EVERYBODY
    condition: DayCondition = EVERY_DAY


EventDays: TypeAlias = Mapping[TemperatureRule, Collection[date]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Segment:
    """A stretch of a day within one period of use."""

    start_minute: int
    end_minute: int
    period: PeriodKind

    @property
    def hours(self) -> str:
        """Return the hours as a sheet prints them."""
        return f"{format_minute(self.start_minute)}-{format_minute(self.end_minute)}"


@dataclass(frozen=True, slots=True, kw_only=True)
class DayStrip:
    """The 24 hours of one kind of day, and the months that share them."""

    months: tuple[int, ...]
    segments: tuple[Segment, ...]
    condition: DayCondition = field(default=EVERY_DAY)


def format_minute(minute: int) -> str:
    """Return 08:30 of 510; the end of the day is 24:00."""
    return f"{minute // 60:02d}:{minute % 60:02d}"
