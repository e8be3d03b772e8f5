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


def find_override_obstacle(code: str, values: Values, *, on: date) -> str | None:
    """Return why a unit cannot put these values in place of the defaults, or None."""
    if code not in list_defaults():
        return "there is no such rule"
    if not values:
        return "no value is given"
    known = get_defaults(code, on=on).values
    for name, value in values.items():
        if name not in known:
            return "the rule has no such value"
        if not _is_like(value, known[name]):
            return "a value is a whole number from 0 on, or a list of trades such as 06-46"
    return None


def _is_like(value: object, default: object) -> bool:
    if isinstance(default, list):
        return isinstance(value, list) and all(isinstance(one, str) and _TRADES.fullmatch(one) for one in value)
    return isinstance(value, int) and not isinstance(value, bool) and value >= 0
