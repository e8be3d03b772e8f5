"""Facts of readings."""

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


class MonthStatus(StrEnum):
    """Whether a cycle's month still takes readings."""

    OPEN = "OPEN"
    FROZEN = "FROZEN"
