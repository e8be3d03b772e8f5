"""Facts of metering."""

from enum import StrEnum


class RegisterKind(StrEnum):
    """A register of a meter (示数类型); the value is the column stem of a reading."""

    TOTAL = "total"
    SHARP = "sharp"
    PEAK = "peak"
    FLAT = "flat"
    VALLEY = "valley"
    DEEP = "deep"
    REACTIVE_IMPORT = "reactive_import"
    REACTIVE_EXPORT = "reactive_export"
    DEMAND = "demand"


class MeteringSide(StrEnum):
    """Where the meter sits: high-side metering carries no transformer loss (高供高计 / 高供低计 / 低供低计)."""

    HIGH_HIGH = "HIGH_HIGH"
    HIGH_LOW = "HIGH_LOW"
    LOW_LOW = "LOW_LOW"


class PointStatus(StrEnum):
    """Whether a usage point is in use."""

    ACTIVE = "ACTIVE"
    REMOVED = "REMOVED"
