"""Facts of billing."""

from dataclasses import dataclass
from datetime import date
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


class DueRuleKind(StrEnum):
    """How the day on which a bill falls due is found (缴费期限)."""

    DAYS_AFTER_ISSUE = "DAYS_AFTER_ISSUE"
    DAY_OF_MONTH = "DAY_OF_MONTH"


class AllocationOrder(StrEnum):
    """What of a debt money settles first (抵扣顺序)."""

    LATE_FEE_FIRST = "LATE_FEE_FIRST"
    PRINCIPAL_FIRST = "PRINCIPAL_FIRST"


class TermsState(StrEnum):
    """Where an account's own terms of payment stand."""

    PROPOSED = "PROPOSED"
    APPROVED = "APPROVED"
    REFUSED = "REFUSED"
    WITHDRAWN = "WITHDRAWN"


class RunKind(StrEnum):
    """What a bill run bills (核算类型)."""

    # Every point of a cycle's month.
    CYCLE = "CYCLE"
    # The points of an account that is closed or handed over, up to that day (终结电费).
    FINAL = "FINAL"
    # The same points from the day of a hand-over to the end of the month (过户后首期).
    OPENING = "OPENING"
    # Points that an issued run of the month left for later (补充核算).
    SUPPLEMENTARY = "SUPPLEMENTARY"


class FinalKind(StrEnum):
    """Why an account gets a final bill."""

    # The use of electricity ends (销户).
    CLOSING = "CLOSING"
    # Another subject takes the account over (过户).
    HANDOVER = "HANDOVER"


class FinalState(StrEnum):
    """Where a final bill stands."""

    ASKED = "ASKED"
    ISSUED = "ISSUED"
    WITHDRAWN = "WITHDRAWN"


LEFT_OUT_SHARD = 0
"""The shard of faults that were known before the run was cut: points that it leaves out from the start."""

FINAL_BILLED, HELD_BACK = "final_billed", "held_back"
"""Causes why a run leaves a point out: it has its final bill, or its bill was held back from issue."""


class RunStatus(StrEnum):
    """Where a bill run stands (核算批次)."""

    CALCULATING = "CALCULATING"
    PAUSED = "PAUSED"
    CALCULATED = "CALCULATED"
    ISSUING = "ISSUING"
    ISSUED = "ISSUED"
    CANCELLED = "CANCELLED"


BEFORE_ISSUE = frozenset({RunStatus.CALCULATING.value, RunStatus.PAUSED.value, RunStatus.CALCULATED.value})
"""Runs that nobody has decided to issue: what they hold may still change."""


class ShardStatus(StrEnum):
    """Where a shard of a run stands."""

    PENDING = "PENDING"
    CALCULATED = "CALCULATED"
    ISSUED = "ISSUED"


class FaultStatus(StrEnum):
    """What became of a point that cannot be billed."""

    OPEN = "OPEN"
    DEFERRED = "DEFERRED"


class TrialStatus(StrEnum):
    """Where a trial of other prices stands (试算)."""

    QUEUED = "QUEUED"
    RUNNING = "RUNNING"
    DONE = "DONE"
    FAILED = "FAILED"
    CANCELLED = "CANCELLED"


OPEN_TRIALS = frozenset({TrialStatus.QUEUED, TrialStatus.RUNNING})

BILL_SERIAL_DIGITS = 12
LINES_PER_BILL = 100


def get_bill_id_range(*, year: int, month: int) -> tuple[int, int]:
    """Return the half-open range of bill keys of a month: yymm × 10^12."""
    first = (year % 100 * 100 + month) * 10**BILL_SERIAL_DIGITS
    return first, first + 10**BILL_SERIAL_DIGITS


class Severity(StrEnum):
    """How much hangs on a suspicion: HIGH money or safety, MEDIUM little money or process, LOW is information."""

    HIGH = "HIGH"
    MEDIUM = "MEDIUM"
    LOW = "LOW"


class SuspicionState(StrEnum):
    """What became of a suspicion of the review (疑点)."""

    # Nobody has decided yet; NOTED wants no decision, for it is information only.
    OPEN = "OPEN"
    NOTED = "NOTED"
    # The bill is right as it is.
    EXEMPT = "EXEMPT"
    # Something must be mended before the shard is calculated again; then it is found again or is CORRECTED.
    CORRECTION_ASKED = "CORRECTION_ASKED"
    CORRECTED = "CORRECTED"
    # The bill is held back so that the others can be issued; a supplementary run bills the point.
    HELD = "HELD"


class CorrectionKind(StrEnum):
    """How an issued bill is put right."""

    FULL_REBILL = "FULL_REBILL"
    # Taken back, and nothing is billed in its place (只减不发).
    REVERSAL = "REVERSAL"
    # A bill of its own beside those it concerns (追补电费); none of them is changed.
    BACK_BILLING = "BACK_BILLING"


class CorrectionCause(StrEnum):
    """What was wrong with an issued bill (退补原因)."""

    WRONG_READING = "WRONG_READING"
    WRONG_MULTIPLIER = "WRONG_MULTIPLIER"
    WRONG_CLASS_OR_PRICE = "WRONG_CLASS_OR_PRICE"
    WRONG_SHARE = "WRONG_SHARE"
    METER_FAULT = "METER_FAULT"
    WRONG_CAPACITY = "WRONG_CAPACITY"
    FORGOTTEN_EXCHANGE = "FORGOTTEN_EXCHANGE"
    FORGOTTEN_SUB_METER = "FORGOTTEN_SUB_METER"
    BILLED_TWICE = "BILLED_TWICE"
    WRONG_ACCOUNT = "WRONG_ACCOUNT"
    POINT_CLOSED = "POINT_CLOSED"
    OTHER = "OTHER"
    METER_ERROR = "METER_ERROR"
    WRONG_WIRING = "WRONG_WIRING"
    FUSE = "FUSE"
    THEFT = "THEFT"
    BREACH = "BREACH"


REBILL_CAUSES = (
    CorrectionCause.WRONG_READING,
    CorrectionCause.WRONG_MULTIPLIER,
    CorrectionCause.WRONG_CLASS_OR_PRICE,
    CorrectionCause.WRONG_SHARE,
    CorrectionCause.METER_FAULT,
    CorrectionCause.WRONG_CAPACITY,
    CorrectionCause.FORGOTTEN_EXCHANGE,
    CorrectionCause.FORGOTTEN_SUB_METER,
    CorrectionCause.OTHER,
)
"""Causes that a full reversal and rebill may have."""

REVERSAL_CAUSES = (
    CorrectionCause.BILLED_TWICE,
    CorrectionCause.WRONG_ACCOUNT,
    CorrectionCause.POINT_CLOSED,
    CorrectionCause.OTHER,
)
"""Causes that a reversal without a new bill may have."""

BACK_BILLING_CAUSES = {
    "meter_error": CorrectionCause.METER_ERROR,
    "wrong_wiring": CorrectionCause.WRONG_WIRING,
    "wrong_multiplier": CorrectionCause.WRONG_MULTIPLIER,
    "fuse": CorrectionCause.FUSE,
    "theft": CorrectionCause.THEFT,
    "breach": CorrectionCause.BREACH,
}
"""Kinds of recovery that make a back-billing order, and the cause that it then has."""


class ProposalState(StrEnum):
    """What became of values that somebody proposed for the review."""

    PROPOSED = "PROPOSED"
    APPROVED = "APPROVED"
    REJECTED = "REJECTED"
    WITHDRAWN = "WITHDRAWN"


class CorrectionState(StrEnum):
    """Where a correction of bills stands."""

    DRAFT = "DRAFT"
    PENDING = "PENDING"
    APPROVED = "APPROVED"
    ISSUED = "ISSUED"
    REJECTED = "REJECTED"
    WITHDRAWN = "WITHDRAWN"


class Dimension(StrEnum):
    """What statistics of bills are grouped by."""

    USAGE_CLASS = "class"
    # Sections of GB/T 4754 and the divisions below them.
    INDUSTRY = "industry"
    DIVISION = "division"
    VOLTAGE = "voltage"
    UNIT = "unit"
    MONTH = "month"


class MonthView(StrEnum):
    """Where a correction counts: in the month that it is issued in, or in the month that it bills."""

    BOOKED = "booked"
    BILLED = "billed"


@dataclass(frozen=True)
class TotalsCheck:
    """A month's bills, and how many groups of its totals were not their sum."""

    month: date
    bills: int
    amount_fen: int
    differing_groups: int
    is_repaired: bool


class WorkKind(StrEnum):
    """Work over the issued bills of a run that outlives a page."""

    REPLAY = "REPLAY"
    PDF = "PDF"


class WorkStatus(StrEnum):
    """Where such work stands."""

    QUEUED = "QUEUED"
    RUNNING = "RUNNING"
    DONE = "DONE"
    FAILED = "FAILED"
    CANCELLED = "CANCELLED"


OPEN_WORKS = frozenset({WorkStatus.QUEUED, WorkStatus.RUNNING})
