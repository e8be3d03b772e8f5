"""Facts of service clocks: promises, sets of them, working shifts, due times."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum


class PromiseUnit(StrEnum):
    """How the length of a promise is counted."""

    WORKING_DAY = "WORKING_DAY"
    DAY = "DAY"
    HOUR = "HOUR"
    MINUTE = "MINUTE"


@dataclass(frozen=True, slots=True, kw_only=True)
class Promise:
    """One figure of a promise set with the evidence behind it (grades: docs/regulations.toml)."""

    code: str
    amount: int
    unit: PromiseUnit
    evidence: str
    source: str
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class PromiseSet:
    """What one company or authority promised in one era; an end of None means not known to have ended."""

    code: str
    title_en: str
    title_zh: str
    regulation: str
    valid_from: date | None
    valid_to: date | None
    validity_note: str
    promises: Mapping[str, Promise]


@dataclass(frozen=True, slots=True, kw_only=True)
class PromiseTitle:
    """The words people use for a promise code."""

    code: str
    en: str
    zh: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PromiseBook:
    """Every promise set that is loaded, and the hour at which a working day ends."""

    sets: Mapping[str, PromiseSet]
    titles: Mapping[str, PromiseTitle]
    working_day_end: timedelta


@dataclass(frozen=True, slots=True, order=True)
class Shift:
    """A stretch of a working day as distances from midnight, half-open; the end may be 24 h."""

    start: timedelta
    end: timedelta


@dataclass(frozen=True, slots=True, kw_only=True)
class DueTime:
    """
    When a promise falls due.

    `unloaded_years` are years whose holidays are not loaded although the count went through them: the due
    time then counts weekends only there and is provisional.
    """

    due_at: datetime
    unloaded_years: tuple[int, ...] = ()

    @property
    def is_provisional(self) -> bool:
        """Return whether a calendar that is not loaded yet may still move the due time."""
        return bool(self.unloaded_years)
