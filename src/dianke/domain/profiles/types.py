"""Facts of profiles."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from dianke.engine.tags.types import Condition, Fact

SLOTS = 128
"""How many tags a customer's row has room for; a slot is never given again."""

NONE, NOT_KNOWN, DOES_NOT_APPLY, NO_CONSENT = 0, -1, -2, -3
"""What stands in a slot beside the values, which count from 1."""


class TagFamily(StrEnum):
    """What a tag is about (标签类别)."""

    BASIC = "BASIC"
    USE = "USE"
    PAYMENT = "PAYMENT"
    SERVICE = "SERVICE"
    MARKET = "MARKET"


class TagKind(StrEnum):
    """Whether a tag is had or not, says which of several, or how far on a scale."""

    BOOLEAN = "boolean"
    LEVEL = "level"
    CHOICE = "choice"


class Refresh(StrEnum):
    """How often a tag is computed again (更新频率)."""

    DAILY = "DAILY"
    WEEKLY = "WEEKLY"
    MONTHLY = "MONTHLY"


class TagPurpose(StrEnum):
    """What a tag is used for, as the law of personal information asks to say (处理目的)."""

    CONTRACT = "CONTRACT"
    SERVICE = "SERVICE"
    COLLECTION = "COLLECTION"
    MARKETING = "MARKETING"


class TagAct(StrEnum):
    """What a proposal is about."""

    NEW = "NEW"
    RETIRE = "RETIRE"


class TagState(StrEnum):
    """Where a proposal of a tag stands."""

    PROPOSED = "PROPOSED"
    APPROVED = "APPROVED"
    REFUSED = "REFUSED"


class RunState(StrEnum):
    """How far a run is."""

    RUNNING = "RUNNING"
    DONE = "DONE"


@dataclass(frozen=True, slots=True)
class ChoiceName:
    """A value of a fact, by code, number and names."""

    code: str
    number: int
    zh: str
    en: str


@dataclass(frozen=True, slots=True)
class KnownFact:
    """A fact that conditions may speak of: what it is, where it comes from, and the right to speak of it."""

    fact: Fact
    source: str
    unit: str
    zh: str
    en: str
    right: str
    choices: tuple[ChoiceName, ...] = ()


@dataclass(frozen=True, slots=True)
class TagValue:
    """A value that a tag can have, and when."""

    code: str
    zh: str
    en: str
    when: Condition


@dataclass(frozen=True, slots=True, kw_only=True)
class Tag:
    """A tag as it is computed."""

    code: str
    slot: int
    family: TagFamily
    kind: TagKind
    zh: str
    en: str
    refresh: Refresh
    validity_days: int
    sources: tuple[str, ...]
    purpose: TagPurpose
    consent: str
    right: str
    confidence: int
    applies: Condition | None
    values: tuple[TagValue, ...]
    is_built_in: bool = True
    about: str = ""

    def number_of(self, value: str) -> int:
        """Return what stands in the slot for a value."""
        return next(number for number, one in enumerate(self.values, start=1) if one.code == value)


Facts = Mapping[str, KnownFact]
