"""Kinds of alarms and of breaks in the trail."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum


class AlarmKind(StrEnum):
    """What a change touches that a second pair of eyes looks at."""

    PRICE = "PRICE"
    MULTIPLIER = "MULTIPLIER"
    CAPACITY = "CAPACITY"
    IDENTITY = "IDENTITY"
    BANK = "BANK"


class AlarmState(StrEnum):
    """Whether somebody looked, and what they found."""

    OPEN = "OPEN"
    IN_ORDER = "IN_ORDER"
    NOT_IN_ORDER = "NOT_IN_ORDER"


class BreakKind(StrEnum):
    """How the trail of a closed day differs from its chain."""

    CHANGED = "CHANGED"
    REMOVED = "REMOVED"
    ADDED = "ADDED"
    CHAIN_CHANGED = "CHAIN_CHANGED"
    COLUMN_GONE = "COLUMN_GONE"


@dataclass(frozen=True)
class TrailBreak:
    """The first place where the trail is not what it was when its day was closed."""

    kind: BreakKind
    day: date
    table: str
    key: str
    detail: str = ""
