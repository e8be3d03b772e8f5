"""Facts of messages out."""

from dataclasses import dataclass
from datetime import date, datetime, time
from enum import StrEnum


class MessageChannel(StrEnum):
    """By which way a message goes (渠道)."""

    SMS = "SMS"
    EMAIL = "EMAIL"
    WECHAT = "WECHAT"
    LETTER = "LETTER"


class MessageState(StrEnum):
    """How far a message is."""

    QUEUED = "QUEUED"
    SENT = "SENT"
    DELIVERED = "DELIVERED"
    FAILED = "FAILED"
    HELD = "HELD"


class Outcome(StrEnum):
    """What came of an attempt; LOST: the process died before it could tell."""

    OPEN = "OPEN"
    ACCEPTED = "ACCEPTED"
    DELAYED = "DELAYED"
    REJECTED = "REJECTED"
    LOST = "LOST"


class Consent(StrEnum):
    """Whether the person agreed to messages of the purpose, or the contract asks for them anyway."""

    NOT_NEEDED = "NOT_NEEDED"
    GIVEN = "GIVEN"
    WITHDRAWN = "WITHDRAWN"


class WaitReason(StrEnum):
    """Why a message does not go at once."""

    QUIET_HOURS = "QUIET_HOURS"
    HOLIDAY = "HOLIDAY"
    # The hours in which the person themselves wants to hear nothing.
    OWN_HOURS = "OWN_HOURS"


@dataclass(frozen=True, slots=True)
class QuietHours:
    """Hours of every day, in Chinese time, in which a person wants no message; they may pass midnight."""

    begin: time
    end: time

    def contain(self, moment: time) -> bool:
        """Tell whether a time of day lies within them; the end does not."""
        if self.begin <= self.end:
            return self.begin <= moment < self.end
        return moment >= self.begin or moment < self.end


@dataclass(frozen=True, slots=True)
class Slot:
    """When a message may go and why not before; `is_open` is false where no hour is left for it."""

    at: datetime
    reason: WaitReason | None = None
    is_open: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class NewMessage:
    """A message that somebody wants sent; `source` says once and for all what it was written for."""

    unit_id: int
    channel: MessageChannel
    address: str
    text: str
    purpose: str
    source: str
    template: str
    template_from: date
    about_kind: str
    about_key: str
    due_at: datetime
    subject: str = ""
    consent: Consent = Consent.NOT_NEEDED
    quiet: QuietHours | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Outgoing:
    """A message on its way to a carrier; `key` is the same however often it is tried."""

    message_id: int
    attempt_id: int
    key: str
    channel: MessageChannel
    address: str
    subject: str
    text: str


@dataclass(frozen=True, slots=True)
class Answer:
    """What a carrier said of a message."""

    outcome: Outcome
    detail: str = ""
    carrier_key: str = ""


@dataclass(frozen=True, slots=True)
class Report:
    """What a carrier reports of a message that it took: whether it arrived, and when."""

    carrier_key: str
    is_delivered: bool
    at: datetime
    detail: str = ""
