"""Facts of fee control."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum


class AgreementKind(StrEnum):
    """Whether a customer pays before or after use (费控方式)."""

    PREPAID = "PREPAID"
    POSTPAID_CONTROLLED = "POSTPAID_CONTROLLED"


class ProposalState(StrEnum):
    """Where an agreement or an exemption stands."""

    PROPOSED = "PROPOSED"
    APPROVED = "APPROVED"
    REFUSED = "REFUSED"
    WITHDRAWN = "WITHDRAWN"


class ExemptionKind(StrEnum):
    """Why an account is not to be cut off (免停原因)."""

    MEDICAL = "MEDICAL"
    HARDSHIP = "HARDSHIP"
    PUBLIC_SERVICE = "PUBLIC_SERVICE"
    SAFETY = "SAFETY"
    OTHER = "OTHER"


class ControlState(StrEnum):
    """How far an account is (费控状态)."""

    NORMAL = "NORMAL"
    NOTICE = "NOTICE"
    WARNED = "WARNED"
    TO_DISCONNECT = "TO_DISCONNECT"
    DISCONNECTED = "DISCONNECTED"
    TO_RECONNECT = "TO_RECONNECT"


class NoticeKind(StrEnum):
    """What a customer was told (通知类型)."""

    NOTICE = "NOTICE"
    WARNING = "WARNING"
    WRITTEN = "WRITTEN"
    LAST_HOUR = "LAST_HOUR"
    DISCONNECTED = "DISCONNECTED"
    RECONNECTED = "RECONNECTED"


class OrderKind(StrEnum):
    """What an order does to the supply."""

    DISCONNECTION = "DISCONNECTION"
    RECONNECTION = "RECONNECTION"


class Cause(StrEnum):
    """Why a point is cut off (停电原因)."""

    BALANCE = "BALANCE"
    OVERDUE = "OVERDUE"


class OrderState(StrEnum):
    """Where an order stands."""

    PROPOSED = "PROPOSED"
    APPROVED = "APPROVED"
    RELEASED = "RELEASED"
    EXECUTING = "EXECUTING"
    DONE = "DONE"
    FAILED = "FAILED"
    WITHDRAWN = "WITHDRAWN"
    REFUSED = "REFUSED"


BEFORE_EXECUTION = frozenset({OrderState.PROPOSED, OrderState.APPROVED, OrderState.RELEASED, OrderState.FAILED})
"""Orders that have not touched the supply: they are taken back at once when the customer pays."""

OPEN_ORDERS = BEFORE_EXECUTION | {OrderState.EXECUTING}


class Way(StrEnum):
    """How an order is carried out."""

    REMOTE = "REMOTE"
    MANUAL = "MANUAL"


class Outcome(StrEnum):
    """What a meter or its head-end said to a command."""

    DONE = "DONE"
    REFUSED = "REFUSED"
    UNREACHED = "UNREACHED"


class RuleCode(StrEnum):
    """The rules that may stand in the way of a disconnection."""

    NOT_BELOW_STOP = "NOT_BELOW_STOP"
    NOT_OVERDUE_LONG_ENOUGH = "NOT_OVERDUE_LONG_ENOUGH"
    NOTICE_MISSING = "NOTICE_MISSING"
    NOTICE_TOO_SHORT = "NOTICE_TOO_SHORT"
    LAST_HOUR_MISSING = "LAST_HOUR_MISSING"
    LAST_HOUR_TOO_SHORT = "LAST_HOUR_TOO_SHORT"
    HOLIDAY = "HOLIDAY"
    EVE_OF_HOLIDAY = "EVE_OF_HOLIDAY"
    OUTSIDE_HOURS = "OUTSIDE_HOURS"
    CALENDAR_NOT_LOADED = "CALENDAR_NOT_LOADED"
    EXEMPT = "EXEMPT"
    VULNERABLE = "VULNERABLE"
    IMPORTANT = "IMPORTANT"
    PAUSED = "PAUSED"
    ESTIMATE_TOO_OLD = "ESTIMATE_TOO_OLD"
    PAID = "PAID"


class Light(StrEnum):
    """How near a due time is."""

    GREEN = "GREEN"
    AMBER = "AMBER"
    RED = "RED"


@dataclass(frozen=True, slots=True)
class Thresholds:
    """The balances below which a customer gets a notice, a warning, and is to be cut off, in fen."""

    notice_fen: int
    warning_fen: int
    stop_fen: int


@dataclass(frozen=True, slots=True)
class Refusal:
    """A rule that stands in the way, the text it comes from, and what it was measured by."""

    rule: RuleCode
    article: str
    about: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class CutOffFacts:
    """Everything that decides whether an account may be cut off at a moment."""

    cause: Cause
    usage_class: str
    # Of a balance: what it is and where the agreement stops supply; of a debt: since when it is overdue.
    balance_fen: int = 0
    stop_fen: int = 0
    estimate_days_old: int = 0
    overdue_fen: int = 0
    days_overdue: int = 0
    # When the customer was told in the way that the cause asks for; none: not yet.
    told_at: datetime | None = None
    last_hour_at: datetime | None = None
    exemption: str = ""
    is_vulnerable: bool = False
    is_important: bool = False
    has_special_approval: bool = False
    is_paused: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """A stretch of days that points are priced for as one bill would, and the period of the month it lies in."""

    start: date
    end: date
    months: tuple[date, ...]
    is_part: bool
    bill_month: date


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back for a command: the frames as they went and came, the password blanked out."""

    outcome: Outcome
    detail: str
    frame_hex: str = ""
    answer_hex: str = ""
