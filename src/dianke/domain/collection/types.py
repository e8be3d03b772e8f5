"""Facts of collection."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum


class StepKind(StrEnum):
    """How a step asks for payment (催费方式)."""

    SMS = "SMS"
    EMAIL = "EMAIL"
    WECHAT = "WECHAT"
    LETTER = "LETTER"
    CALL = "CALL"
    VISIT = "VISIT"
    NOTICE = "NOTICE"
    LEGAL = "LEGAL"


# What goes out by itself; everything else is done by a person.
BY_MESSAGE = frozenset({StepKind.SMS, StepKind.EMAIL, StepKind.WECHAT})
# What is handed over on paper.
BY_PAPER = frozenset({StepKind.LETTER, StepKind.NOTICE})


class StepState(StrEnum):
    """How far a step is."""

    HELD = "HELD"
    OPEN = "OPEN"
    DONE = "DONE"
    CANCELLED = "CANCELLED"


class StepResult(StrEnum):
    """What a person reached with a step (催费结果)."""

    SENT = "SENT"
    REACHED = "REACHED"
    NOT_REACHED = "NOT_REACHED"
    PROMISED = "PROMISED"
    DISPUTED = "DISPUTED"
    REFUSED = "REFUSED"
    DELIVERED = "DELIVERED"


class PromiseState(StrEnum):
    """Whether what was promised came."""

    OPEN = "OPEN"
    KEPT = "KEPT"
    BROKEN = "BROKEN"


class PauseKind(StrEnum):
    """Why an account is not dunned for a time."""

    DISPUTE = "DISPUTE"
    AGREEMENT = "AGREEMENT"
    OTHER = "OTHER"


class WriteOffState(StrEnum):
    """Where a proposal of bad debt stands."""

    PROPOSED = "PROPOSED"
    BOOKED = "BOOKED"
    REFUSED = "REFUSED"
    WITHDRAWN = "WITHDRAWN"


@dataclass(frozen=True, slots=True)
class OpenItem:
    """A bill that is not settled, as of a day; without a due date it cannot be overdue."""

    item_id: int
    customer_account_id: int
    unit_id: int
    usage_class: str
    due_date: date | None
    open_fen: int


@dataclass(frozen=True, slots=True)
class AgeingCell:
    """What is open in a bucket for one thing that the table is by, as of a day."""

    key: str
    bucket: str
    open_fen: int
    items: int


@dataclass(frozen=True, slots=True)
class Arrears:
    """What an account owes that is overdue, as of a day."""

    customer_account_id: int
    unit_id: int
    usage_class: str
    overdue_fen: int
    oldest_due_date: date
    days_overdue: int
    items: int


class RiskBasis(StrEnum):
    """What a probability of late payment comes from."""

    RULE = "RULE"
    MODEL = "MODEL"


class RiskVerdict(StrEnum):
    """Whether a model may be used, and what stands against it."""

    IN_FORCE = "IN_FORCE"
    NOT_TRAINED = "NOT_TRAINED"
    TOO_FEW_BAD = "TOO_FEW_BAD"
    TOO_SHORT = "TOO_SHORT"
    NO_GAIN = "NO_GAIN"


class RiskMeasureKind(StrEnum):
    """What is proposed against the risk of an account (风险防控措施)."""

    EARLY_REMINDER = "EARLY_REMINDER"
    SHORT_CYCLE = "SHORT_CYCLE"
    PREPAY = "PREPAY"
    SECURITY = "SECURITY"


class RiskMeasureState(StrEnum):
    """How far a measure is."""

    PROPOSED = "PROPOSED"
    ACCEPTED = "ACCEPTED"
    REFUSED = "REFUSED"
    DONE = "DONE"


class RiskThing(StrEnum):
    """What a measure against risk leads to; it is done when that is there."""

    STEP = "STEP"
    STAGED_TERMS = "STAGED_TERMS"
    INTERIM_CYCLE = "INTERIM_CYCLE"
    FEE_CONTROL = "FEE_CONTROL"
    GUARANTEE = "GUARANTEE"
    DEPOSIT = "DEPOSIT"
    INSTALMENTS = "INSTALMENTS"


class RiskOutcome(StrEnum):
    """What came of an account within the cycles after a proposal."""

    PAID_IN_TIME = "PAID_IN_TIME"
    WENT_LATE = "WENT_LATE"
    NOT_BILLED = "NOT_BILLED"
