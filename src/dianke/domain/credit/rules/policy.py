"""The dated policy of the credit score: rows of points, items, windows, grades, and what the seed leaves open."""

import tomllib
from calendar import monthrange
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from functools import cache
from importlib import resources
from typing import Any

from dianke.domain.credit.types import CreditKind, FactType, MadeGood, RowRule
from dianke.kernel.errors import DomainError

SCHEMA = "credit/v1"


class PolicyUnreadable(DomainError):
    """The file of the policy cannot be used."""

    code = "credit.policy_unreadable"
    message = "the policy of credit cannot be read: {reason}"


@dataclass(frozen=True, slots=True)
class Level:
    """From how many facts on, or from how many months on that one lasts, a level is reached."""

    id: str
    points: Decimal
    count: int
    lasting: int = 0


@dataclass(frozen=True, slots=True)
class Row:
    """A row of the table of points."""

    id: str
    rows: str
    rule: RowRule
    facts: tuple[FactType, ...]
    months: int
    points: Decimal
    levels: tuple[Level, ...]
    about: str


@dataclass(frozen=True, slots=True)
class Item:
    """An item of the score, the rows it is moved by and its maximum."""

    code: str
    rows: str
    most: Decimal
    is_zero_worst: bool


@dataclass(frozen=True, slots=True)
class Cut:
    """A grade and the total that it begins with."""

    code: str
    from_points: Decimal


@dataclass(frozen=True, slots=True)
class Policy:
    """What is in force from a day on."""

    code: str
    valid_from: date
    source: str
    allow_overflow: bool
    levels_add_up: bool
    made_good: MadeGood
    is_open_arrear_always_counted: bool
    not_judged_share: Decimal
    objection_days: int
    answer_working_days: int
    worst_grade: str
    grace_days: int
    lighting_classes: frozenset[str]
    # The best first.
    grades: tuple[Cut, ...]
    items: Mapping[CreditKind, tuple[Item, ...]]
    rows: tuple[Row, ...]

    def list_rows(self, item: Item) -> list[Row]:
        """Return the rows that move an item."""
        return [row for row in self.rows if row.rows == item.rows]

    def find_grade(self, total: Decimal) -> str:
        """Return the grade of a total."""
        return next((cut.code for cut in self.grades if total >= cut.from_points), self.worst_grade)

    def change(self, **switches: Any) -> "Policy":
        """Return the policy with switches set otherwise."""
        return replace(self, **switches)


def start_of_window(as_of: date, *, months: int) -> date:
    """Return the day before a window of so many months that ends with a day; facts count from the next day on."""
    return shift_months(as_of, -months)


def shift_months(day: date, months: int) -> date:
    """
    Return the same day of another month, or the last day of a month that lacks it.

    Twelve months before 29 February is 28 February. Beyond the calendar it is its first or last day.
    """
    place = day.year * 12 + day.month - 1 + months
    if not date.min.year * 12 <= place < (date.max.year + 1) * 12:
        return date.min if months < 0 else date.max
    year, month = place // 12, place % 12 + 1
    return date(year, month, min(day.day, monthrange(year, month)[1]))


def find_policy(policies: Sequence[Policy], *, on: date) -> Policy:
    """
    Return the policy in force on a day; of two that begin together the later one in the list.

    :raises PolicyUnreadable: if the day lies before the first
    """
    known = [one for one in policies if one.valid_from <= on]
    if not known:
        raise PolicyUnreadable(field="as_of", reason=f"nothing is in force on {on}")
    return max(enumerate(known), key=lambda pair: (pair[1].valid_from, pair[0]))[1]


@cache
def list_house_policies() -> tuple[Policy, ...]:
    """Return the policies that the product brings."""
    path = resources.files("dianke.domain.credit") / "data" / "credit.toml"
    return tuple(read_policies(path.read_text("utf-8")))


def read_policies(text: str) -> list[Policy]:
    """
    Return the versions of a file.

    :raises PolicyUnreadable: if it is no TOML of the schema, or grades do not fall
    """
    try:
        content = tomllib.loads(text)
        if content["schema"] != SCHEMA:
            raise PolicyUnreadable(field="schema", reason="the schema is unknown")
        return [_read_version(one) for one in content["version"]]
    except (tomllib.TOMLDecodeError, KeyError, TypeError, ValueError, ArithmeticError) as fault:
        raise PolicyUnreadable(field="file", reason=f"{type(fault).__name__}: {fault}") from fault


def _read_version(content: Mapping[str, Any]) -> Policy:
    plain = (
        "code", "valid_from", "source", "allow_overflow", "is_open_arrear_always_counted", "objection_days",
        "answer_working_days", "worst_grade", "grace_days",
    )  # fmt: skip
    cuts = tuple(Cut(one["code"], Decimal(one["from"])) for one in content["grades"])
    if [one.from_points for one in cuts] != sorted({one.from_points for one in cuts}, reverse=True):
        raise PolicyUnreadable(field="grades", reason="the grades do not fall")
    return Policy(
        **{name: content[name] for name in plain},
        # Files from before the switch go by the worst level.
        levels_add_up=bool(content.get("levels_add_up", False)),
        lighting_classes=frozenset(content["lighting_classes"]),
        made_good=MadeGood(content["made_good"]),
        not_judged_share=Decimal(content["not_judged_share"]),
        grades=cuts,
        items={kind: tuple(_read_item(one) for one in content[kind.value.lower()]) for kind in CreditKind},
        rows=tuple(_read_row(one) for one in content["row"]),
    )


def _read_item(content: Mapping[str, Any]) -> Item:
    return Item(content["item"], content["rows"], Decimal(content["most"]), bool(content["is_zero_worst"]))


def _read_row(content: Mapping[str, Any]) -> Row:
    levels = tuple(
        Level(one["id"], Decimal(one["points"]), int(one["count"]), int(one.get("lasting", 0)))
        for one in content.get("levels", ())
    )
    return Row(
        id=content.get("id", ""),
        rows=content["rows"],
        rule=RowRule(content["rule"]),
        facts=tuple(FactType(one) for one in content["facts"]),
        months=int(content["months"]),
        points=Decimal(content.get("points", "0")),
        levels=levels,
        about=content.get("about", ""),
    )
