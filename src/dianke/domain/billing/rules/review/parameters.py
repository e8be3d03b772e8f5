"""What the rules are measured by: dated defaults of the house, and what a unit puts in their place."""

import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np

from dianke.domain.billing.rules.review.facts import CLASSES, ReviewFacts
from dianke.engine.types import BoolArray, IntArray

_FILE = Path(__file__).resolve().parents[2] / "data" / "review.toml"

Values = Mapping[str, Any]
_TRADES = re.compile(r"[0-9]{2}(-[0-9]{2})?")
_MOST = 1_000_000_000
_WHOLE = 100
# Parts of a whole, so that more than the whole says nothing.
_SHARES = {"down_percent", "rollover_from_percent", "known_percent"}
_ORDERED = (("low_e4", "high_e4", "the lowest mean price is above the highest"),)


@dataclass(frozen=True, slots=True)
class DatedValues:
    """The values of a rule from a day on; `source` says where they come from."""

    from_date: date
    source: str
    values: Values
    by_class: Mapping[str, Values]


@dataclass(frozen=True, slots=True)
class Override:
    """Values that hold in a unit (and below it) from a day on, for a class or for all."""

    code: str
    usage_class: str
    from_date: date
    values: Values


@dataclass(frozen=True)
class ParameterBook:
    """
    The values in force on a day.

    `overrides` lists for each unit of the points what it and the units above it have put in place of the
    defaults: the widest unit first, within a unit the oldest first, so that the last one that fits wins.
    """

    on: date
    overrides: Mapping[int, Sequence[Override]] = field(default_factory=dict)

    def get(self, code: str, name: str, *, usage_class: str = "", unit_id: int = 0) -> Any:
        """Return one value of a rule for a class in a unit."""
        in_force = get_defaults(code, on=self.on)
        value = in_force.by_class.get(usage_class, {}).get(name, in_force.values[name])
        for override in self.overrides.get(unit_id, ()):
            fits = override.code == code and override.usage_class in {"", usage_class} and name in override.values
            if fits and override.from_date <= self.on:
                value = override.values[name]
        return value

    def column(self, facts: ReviewFacts, code: str, name: str) -> IntArray:
        """Return a number of a rule for each point."""
        units, places = np.unique(facts.unit_ids, return_inverse=True)
        table = [[self.get(code, name, usage_class=one, unit_id=int(unit)) for one in CLASSES] for unit in units]
        return np.array(table, dtype=np.int64).reshape(len(units), len(CLASSES))[places, facts.usage_class]

    def divisions(self, facts: ReviewFacts, code: str, name: str) -> BoolArray:
        """Tell for each point whether the first two digits of its trade stand in a list of the rule."""
        units, places = np.unique(facts.unit_ids, return_inverse=True)
        table = np.zeros((len(units), len(CLASSES), 100), dtype=np.bool_)
        for at, unit in enumerate(units):
            for index, one in enumerate(CLASSES):
                table[at, index, _expand(self.get(code, name, usage_class=one, unit_id=int(unit)))] = True
        listed: BoolArray = table[places, facts.usage_class, facts.industry_code // 100]
        return listed


def get_defaults(code: str, *, on: date) -> DatedValues:
    """Return the defaults of a rule that are in force on a day."""
    in_force = [block for block in list_defaults()[code] if block.from_date <= on]
    return max(in_force, key=lambda block: block.from_date)


@lru_cache(maxsize=1)
def list_defaults() -> Mapping[str, tuple[DatedValues, ...]]:
    """Return every dated block of the file by rule."""
    stored = tomllib.loads(_FILE.read_text("utf-8"))["rule"]
    return {entry["code"]: tuple(_read_block(block) for block in entry["parameters"]) for entry in stored}


def _read_block(block: Mapping[str, Any]) -> DatedValues:
    about = {"from", "source", "class"}
    return DatedValues(
        from_date=block["from"],
        source=block["source"],
        values={name: value for name, value in block.items() if name not in about},
        by_class=block.get("class", {}),
    )


def _expand(ranges: Sequence[str]) -> list[int]:
    """Return the two-digit divisions of a list such as ["06-46", "53"]."""
    divisions: list[int] = []
    for entry in ranges:
        first, _, last = entry.partition("-")
        divisions.extend(range(int(first), int(last or first) + 1))
    return divisions


def find_override_obstacle(code: str, values: Values, *, on: date, usage_class: str = "") -> str | None:
    """Return why a unit cannot put these values in place of the defaults, or None."""
    if code not in list_defaults():
        return "there is no such rule"
    if not values:
        return "no value is given"
    in_force = get_defaults(code, on=on)
    for name, value in values.items():
        if name not in in_force.values:
            return "the rule has no such value"
        if obstacle := _find_fault(name, value, in_force.values[name]):
            return obstacle
    together = {**in_force.values, **in_force.by_class.get(usage_class, {}), **values}
    return next(
        (why for low, high, why in _ORDERED if low in values or high in values if _is_over(together, low, high)), None
    )


def _is_over(values: Values, low: str, high: str) -> bool:
    return bool(values[low] > values[high])


def _find_fault(name: str, value: object, default: object) -> str | None:
    if isinstance(default, list):
        return None if _are_trades(value) else "a list of trades names two digits each, such as 06-46, 53"
    if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value <= _MOST:
        return "a value is a whole number from 0 to a thousand million"
    if name.startswith("is_") and value > 1:
        return "a switch is on or off"
    if name.endswith("_day") and not _is_day(value):
        return "there is no such day"
    if name in _SHARES and value > _WHOLE:
        return "a share is at most 100 percent"
    return None


def _are_trades(value: object) -> bool:
    if not isinstance(value, list) or not value:
        return False
    if not all(isinstance(one, str) and _TRADES.fullmatch(one) for one in value):
        return False
    return all(first <= (last or first) for first, _, last in (one.partition("-") for one in value))


def _is_day(value: int) -> bool:
    try:
        date(value // 10_000, value // 100 % 100, value % 100)
    except ValueError:
        return False
    return True
