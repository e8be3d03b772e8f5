"""Which debt may be given up as bad, and who may approve it: dated data."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cache
from importlib import resources
from typing import Any


@dataclass(frozen=True, slots=True)
class BadDebtKind:
    """Why debt cannot be had, and what the archive must say for it."""

    code: str
    needs_closed_account: bool
    least_years: int


@dataclass(frozen=True, slots=True)
class WriteOffLevel:
    """Who approves, up to an amount: at the account's unit or above, or for the whole utility."""

    code: str
    up_to_fen: int | None
    is_of_utility: bool


@dataclass(frozen=True, slots=True)
class WriteOffRules:
    """What is in force from a day on."""

    valid_from: date
    kinds: tuple[BadDebtKind, ...]
    levels: tuple[WriteOffLevel, ...]

    def find_kind(self, code: str) -> BadDebtKind | None:
        """Return the kind of a code."""
        return next((one for one in self.kinds if one.code == code), None)

    def find_level(self, amount_fen: int) -> WriteOffLevel:
        """Return the lowest level that may approve an amount."""
        return next(one for one in self.levels if one.up_to_fen is None or amount_fen <= one.up_to_fen)


def get_rules(*, on: date) -> WriteOffRules:
    """Return the rules in force on a day."""
    return max((one for one in _list_versions() if one.valid_from <= on), key=lambda one: one.valid_from)


def find_obstacle(kind: BadDebtKind, *, is_closed: bool, oldest_due: date | None, on: date) -> str:
    """Return why debt is not bad in this way, or nothing."""
    if kind.needs_closed_account and not is_closed:
        return "account_not_closed"
    if kind.least_years and (oldest_due is None or _add_years(oldest_due, kind.least_years) > on):
        return "not_old_enough"
    return ""


def _add_years(day: date, years: int) -> date:
    try:
        return day.replace(year=day.year + years)
    except ValueError:
        # 29 February of a year that has none.
        return date(day.year + years, 3, 1)


@cache
def _list_versions() -> tuple[WriteOffRules, ...]:
    path = resources.files("dianke.domain.collection") / "data" / "write_offs.toml"
    return tuple(_read(one) for one in tomllib.loads(path.read_text("utf-8"))["version"])


def _read(content: Mapping[str, Any]) -> WriteOffRules:
    return WriteOffRules(
        valid_from=content["valid_from"],
        kinds=tuple(
            BadDebtKind(one["code"], bool(one.get("needs_closed_account", False)), int(one.get("least_years", 0)))
            for one in content["kinds"]
        ),
        levels=tuple(
            WriteOffLevel(
                one["code"],
                int(Decimal(one["up_to_yuan"]) * 100) if "up_to_yuan" in one else None,
                one["at"] == "UTILITY",
            )
            for one in content["levels"]
        ),
    )
