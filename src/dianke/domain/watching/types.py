"""Words of watching: lists, levels, states, results, reasons."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

Integers = NDArray[np.int64]
Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]

# How many reasons an entry has: what holds, then what is known beside it.
REASONS = 3


class WatchList(StrEnum):
    """What customers are watched for (关注名单)."""

    FALLING_USE = "FALLING_USE"
    IDLE_CAPACITY = "IDLE_CAPACITY"
    ARREARS_RISK = "ARREARS_RISK"
    LEAVING = "LEAVING"
    COMPLAINTS = "COMPLAINTS"


class WatchLevel(StrEnum):
    """How urgent an entry is (关注、预警)."""

    WATCH = "WATCH"
    ALARM = "ALARM"


class EntryState(StrEnum):
    """How far an entry is; what nobody took and no run sees any more lapses."""

    OPEN = "OPEN"
    TAKEN = "TAKEN"
    DONE = "DONE"
    DISMISSED = "DISMISSED"
    LAPSED = "LAPSED"


class EntryResult(StrEnum):
    """What an entry turned out to be (处理结果)."""

    RIGHT = "RIGHT"
    FALSE_ALARM = "FALSE_ALARM"
    TOO_LATE = "TOO_LATE"


class PolicyState(StrEnum):
    """How far a proposal of thresholds is."""

    PROPOSED = "PROPOSED"
    APPROVED = "APPROVED"
    REFUSED = "REFUSED"
    WITHDRAWN = "WITHDRAWN"


class WatchAction(StrEnum):
    """What is proposed to be done."""

    ASK_ABOUT_USE = "ASK_ABOUT_USE"
    ADVISE_CAPACITY = "ADVISE_CAPACITY"
    FOLLOW_RISK = "FOLLOW_RISK"
    VISIT_TO_KEEP = "VISIT_TO_KEEP"
    CALL_BACK = "CALL_BACK"


class ReasonCode(StrEnum):
    """Why a customer is watched; the figures of each stand in docs/rules/watching.md."""

    YEAR_ON_YEAR = "YEAR_ON_YEAR"
    CLASS_CORRECTED = "CLASS_CORRECTED"
    MONTHS_FALLING = "MONTHS_FALLING"
    QUARTER_FELL = "QUARTER_FELL"
    NOTHING_USED = "NOTHING_USED"
    DEMAND_OF_CAPACITY = "DEMAND_OF_CAPACITY"
    ENERGY_OF_CAPACITY = "ENERGY_OF_CAPACITY"
    CAPACITY_UNUSED = "CAPACITY_UNUSED"
    RISK_GRADE = "RISK_GRADE"
    RISK_LOSS = "RISK_LOSS"
    RISK_CAUSE = "RISK_CAUSE"
    CLOSING_ASKED = "CLOSING_ASKED"
    MARKET_MOVE = "MARKET_MOVE"
    CAPACITY_CUT = "CAPACITY_CUT"
    OWN_GENERATION = "OWN_GENERATION"
    SUSPENSIONS = "SUSPENSIONS"
    CONTRACT_ENDS = "CONTRACT_ENDS"
    COMPLAINTS = "COMPLAINTS"
    REPAIR_CALLS = "REPAIR_CALLS"
    CALLS = "CALLS"
    DISSATISFIED = "DISSATISFIED"
    # What is known beside the signs, told where fewer than three hold; it never raises anybody.
    MONTH_BEFORE = "MONTH_BEFORE"
    THREE_MONTHS = "THREE_MONTHS"
    FILINGS = "FILINGS"
    COMPLAINTS_TOLD = "COMPLAINTS_TOLD"
    CONTRACT_RUNS = "CONTRACT_RUNS"
    SATISFACTION = "SATISFACTION"
    USE_OF_YEAR = "USE_OF_YEAR"
    ACCOUNTS = "ACCOUNTS"


BACKGROUND = frozenset(
    {
        ReasonCode.MONTH_BEFORE,
        ReasonCode.THREE_MONTHS,
        ReasonCode.FILINGS,
        ReasonCode.COMPLAINTS_TOLD,
        ReasonCode.CONTRACT_RUNS,
        ReasonCode.SATISFACTION,
        ReasonCode.USE_OF_YEAR,
        ReasonCode.ACCOUNTS,
    }
)


ACTIONS: Mapping[WatchList, WatchAction] = {
    WatchList.FALLING_USE: WatchAction.ASK_ABOUT_USE,
    WatchList.IDLE_CAPACITY: WatchAction.ADVISE_CAPACITY,
    WatchList.ARREARS_RISK: WatchAction.FOLLOW_RISK,
    WatchList.LEAVING: WatchAction.VISIT_TO_KEEP,
    WatchList.COMPLAINTS: WatchAction.CALL_BACK,
}
LIVING = (EntryState.OPEN, EntryState.TAKEN)


@dataclass(frozen=True, slots=True)
class Reason:
    """Why, with the figures that a page says it in; integers, or a code."""

    code: ReasonCode
    figures: Mapping[str, int | str]

    def as_data(self) -> dict[str, int | str]:
        """Return the form that is stored."""
        return {"code": self.code.value, **self.figures}


@dataclass(frozen=True, slots=True)
class Flags:
    """
    Who is to be watched by one list.

    Shapes: rows (m,), indices into the fleet, rising; is_alarm (m,); weight (m,), the larger the more urgent among
    those of a level; reasons one tuple of one to three each, the weightiest first, what is known beside them last.
    """

    rows: Integers
    is_alarm: Bools
    weight: Integers
    reasons: Sequence[tuple[Reason, ...]]

    @property
    def size(self) -> int:
        """Return how many there are."""
        return int(self.rows.size)
