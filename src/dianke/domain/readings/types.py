"""Facts of readings."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum

REGISTER_COLUMNS = (
    "total",
    "sharp",
    "peak",
    "flat",
    "valley",
    "deep",
    "reactive_import",
    "reactive_export",
    "demand",
)


class ReadingQuality(StrEnum):
    """How a value came to be (数据质量)."""

    ACTUAL = "ACTUAL"
    ESTIMATED = "ESTIMATED"
    DERIVED = "DERIVED"


class ReadingSource(StrEnum):
    """Which way a value came."""

    FILE = "FILE"
    HEAD_END = "HEAD_END"
    HAND_HELD = "HAND_HELD"
    INTERVALS = "INTERVALS"


class CalendarStep(StrEnum):
    """The steps of a cycle's month, in the order in which they are due (抄表电费日程)."""

    READ_FROM = "READ_FROM"
    READ_TO = "READ_TO"
    FREEZE = "FREEZE"
    CALCULATE = "CALCULATE"
    REVIEW = "REVIEW"
    ISSUE = "ISSUE"
    PAYMENT_DUE = "PAYMENT_DUE"


class DayShift(StrEnum):
    """What becomes of a planned day that nobody works on."""

    NONE = "NONE"
    NEXT = "NEXT"
    PREVIOUS = "PREVIOUS"


@dataclass(frozen=True, slots=True)
class StepRule:
    """When a step is due: so many days after the closing reading, moved to a working day or not."""

    step: CalendarStep
    offset_days: int
    shift: DayShift


class MonthStatus(StrEnum):
    """Whether a cycle's month still takes readings."""

    OPEN = "OPEN"
    FROZEN = "FROZEN"


DAY_PERIODS = ("sharp", "peak", "flat", "valley", "deep")
"""Periods of the day by code, as the engine orders them: code 0 is sharp."""

SLOTS_A_DAY = 96
"""A slot is a quarter of an hour; slot 0 begins at midnight."""

ENERGY_REGISTERS = tuple(column for column in REGISTER_COLUMNS if column != "demand")
"""Registers that only rise; the demand register is set back at every reading."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NewReading:
    """The registers of a meter at one moment."""

    installation_id: int
    read_at: datetime
    values: Mapping[str, Decimal]
    quality: ReadingQuality = ReadingQuality.ACTUAL
    rolled_over: bool = False


class ReadingFaultCode(StrEnum):
    """Why a reading cannot be recorded."""

    NOT_YOURS = "not_yours"
    IN_THE_FUTURE = "in_the_future"
    BEFORE_INSTALLATION = "before_installation"
    AFTER_REMOVAL = "after_removal"
    NOTHING_READ = "nothing_read"
    NO_SUCH_REGISTER = "no_such_register"
    NEGATIVE = "negative"
    TOO_MANY_DIGITS = "too_many_digits"
    COMES_TWICE = "comes_twice"
    DIFFERS_FROM_STORED = "differs_from_stored"
    GOES_BACK = "goes_back"
    ABOVE_A_LATER_ONE = "above_a_later_one"
    ROLLOVER_NOT_SEEN = "rollover_not_seen"


@dataclass(frozen=True, slots=True)
class ReadingFault:
    """Why the reading at a place of the sequence cannot be recorded; register and limit where they matter."""

    index: int
    code: ReadingFaultCode
    register: str = ""
    limit: str = ""


@dataclass(frozen=True, slots=True)
class RecordedReadings:
    """How many readings were stored, were there already, or took the place of another."""

    stored: int
    unchanged: int
    replaced: int


@dataclass(frozen=True, slots=True)
class FrozenMonth:
    """What a freeze found: points without a meter have no segment, incomplete segments hold nulls."""

    points: int
    segments: int
    points_without_meter: int
    incomplete_segments: int
