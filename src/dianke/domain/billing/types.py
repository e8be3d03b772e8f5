"""Facts of billing."""

from enum import StrEnum


class BasicMode(StrEnum):
    """How the basic charge of a two-part customer is measured (基本电费方式)."""

    NONE = "NONE"
    CAPACITY = "CAPACITY"
    CONTRACT_DEMAND = "CONTRACT_DEMAND"
    ACTUAL_DEMAND = "ACTUAL_DEMAND"


class LossMethod(StrEnum):
    """How transformer loss is added when metering is on the low side (TR-1.2)."""

    NONE = "NONE"
    FORMULA = "FORMULA"
    RATIO = "RATIO"
    FIXED = "FIXED"


class RunStatus(StrEnum):
    """Where a bill run stands (核算批次)."""

    CALCULATING = "CALCULATING"
    CALCULATED = "CALCULATED"
    ISSUING = "ISSUING"
    ISSUED = "ISSUED"
    CANCELLED = "CANCELLED"


class ShardStatus(StrEnum):
    """Where a shard of a run stands."""

    PENDING = "PENDING"
    CALCULATED = "CALCULATED"
    ISSUED = "ISSUED"


class FaultStatus(StrEnum):
    """What became of a point that cannot be billed."""

    OPEN = "OPEN"
    DEFERRED = "DEFERRED"


BILL_SERIAL_DIGITS = 12
LINES_PER_BILL = 100


def get_bill_id_range(*, year: int, month: int) -> tuple[int, int]:
    """Return the half-open range of bill keys of a month: yymm × 10^12."""
    first = (year % 100 * 100 + month) * 10**BILL_SERIAL_DIGITS
    return first, first + 10**BILL_SERIAL_DIGITS
