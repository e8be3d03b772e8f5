"""Who may approve the correction of bills, by amount: dated data beside this file."""

import tomllib
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cache
from importlib import resources

from dianke.kernel.errors import DomainError


class NoApprovalLevelInForce(DomainError):
    """The day lies before the first limits."""

    code = "billing.no_approval_level_in_force"
    message = "no limits for approving corrections are in force on {day}"


@dataclass(frozen=True)
class ApprovalLevel:
    """A level of approval: the right it asks for, up to an amount or without limit."""

    code: str
    right: str
    up_to_fen: int | None


@cache
def _list_versions() -> tuple[tuple[date, tuple[ApprovalLevel, ...]], ...]:
    text = resources.files("dianke.domain.billing.rules").joinpath("correction_levels.toml").read_text("utf-8")
    versions = []
    for version in tomllib.loads(text)["version"]:
        levels = tuple(
            ApprovalLevel(
                code=level["code"],
                right=level["right"],
                up_to_fen=int(Decimal(level["up_to_yuan"]).scaleb(2)) if "up_to_yuan" in level else None,
            )
            for level in version["levels"]
        )
        versions.append((version["valid_from"], levels))
    return tuple(sorted(versions))


def list_levels(*, day: date) -> tuple[ApprovalLevel, ...]:
    """
    Return the levels in force on a day, the lowest first.

    :raises NoApprovalLevelInForce: if the day lies before the first
    """
    for valid_from, levels in reversed(_list_versions()):
        if valid_from <= day:
            return levels
    raise NoApprovalLevelInForce(field="day", day=day)


def find_level(*, deciding_fen: int, day: date) -> ApprovalLevel:
    """Return the lowest level that may approve an amount on a day."""
    levels = list_levels(day=day)
    return next((level for level in levels if level.up_to_fen is None or deciding_fen <= level.up_to_fen), levels[-1])


def get_level(*, code: str, day: date) -> ApprovalLevel:
    """Return the level of a code; one that is no longer known needs the highest."""
    levels = list_levels(day=day)
    return next((level for level in levels if level.code == code), levels[-1])
