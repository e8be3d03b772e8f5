"""The ladder of dunning: which step an account is due for, and its text."""

import re
import tomllib
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from functools import cache
from importlib import resources
from typing import Any

from dianke.domain.collection.types import BY_MESSAGE, StepKind
from dianke.kernel.errors import DomainError

SCHEMA = "dunning-ladder/v1"
FIELDS = frozenset({"unit", "name", "account", "account_end", "amount", "days", "items", "due", "today", "limit"})
# By when a letter asks to be paid.
_LIMIT_DAYS = 7
_FIELD = re.compile(r"\{([^{}]*)\}")


class LadderUnreadable(DomainError):
    """The file of the ladder cannot be used."""

    code = "collection.ladder_unreadable"
    message = "the ladder of dunning cannot be read: {reason}"


@dataclass(frozen=True, slots=True)
class LadderStep:
    """A step as the ladder describes it."""

    code: str
    kind: StepKind
    days_overdue: int
    gap_days: int
    least_fen: int
    classes: frozenset[str]
    is_automatic: bool
    done_within_days: int
    subject: str
    text: str


@dataclass(frozen=True, slots=True)
class Ladder:
    """The steps from a day on, from below."""

    valid_from: date
    steps: tuple[LadderStep, ...]

    def find_step(self, code: str) -> LadderStep | None:
        """Return the step of a code."""
        return next((one for one in self.steps if one.code == code), None)


def read_ladders(text: str) -> list[Ladder]:
    """
    Return the versions of a file.

    :raises LadderUnreadable: if it is no TOML of the schema, names an unknown kind or field, or steps go down
    """
    try:
        content = tomllib.loads(text)
        if content["schema"] != SCHEMA:
            raise LadderUnreadable(field="schema", reason="the schema is unknown")
        return [_read_version(one) for one in content["version"]]
    except (tomllib.TOMLDecodeError, KeyError, TypeError, ValueError, ArithmeticError) as fault:
        raise LadderUnreadable(field="file", reason=f"{type(fault).__name__}: {fault}") from fault


@cache
def list_house_ladders() -> tuple[Ladder, ...]:
    """Return the ladders that the product brings."""
    path = resources.files("dianke.domain.collection") / "data" / "ladder.toml"
    return tuple(read_ladders(path.read_text("utf-8")))


def find_ladder(ladders: Sequence[Ladder], *, on: date) -> Ladder:
    """
    Return the ladder in force on a day.

    :raises LadderUnreadable: if the day lies before the first
    """
    known = [one for one in ladders if one.valid_from <= on]
    if not known:
        raise LadderUnreadable(field="day", reason=f"nothing is in force on {on}")
    return max(enumerate(known), key=lambda pair: (pair[1].valid_from, pair[0]))[1]


def find_next_step(
    ladder: Ladder, *, days_overdue: int, overdue_fen: int, usage_class: str, done: Collection[str],
    days_since_last: int | None, reminder_days_earlier: int = 0,
) -> LadderStep | None:  # fmt: skip
    """
    Return the step that an account is due for, or None.

    It is the lowest one not taken for this debt: nobody is visited who was never reminded. Steps that do not fit the
    class or the amount are left out. Steps that go by message may come so many days earlier.
    """
    for step in ladder.steps:
        if step.code in done or (step.classes and usage_class not in step.classes) or overdue_fen < step.least_fen:
            continue
        earlier = reminder_days_earlier if step.kind in BY_MESSAGE else 0
        is_due = days_overdue >= step.days_overdue - earlier
        has_rested = days_since_last is None or days_since_last >= max(step.gap_days, 1)
        return step if is_due and has_rested else None
    return None


def fill_text(text: str, *, values: Mapping[str, str]) -> str:
    """Return a text with its placeholders filled."""
    return _FIELD.sub(lambda found: values[found.group(1)], text)


def list_values(
    *, unit: str, name: str, account: str, overdue_fen: int, days_overdue: int, items: int, due: date, today: date
) -> dict[str, str]:
    """Return what the placeholders of a text stand for."""
    return {
        "unit": unit,
        "name": name,
        "account": account,
        "account_end": account[-4:],
        "amount": f"{Decimal(overdue_fen) / 100:.2f}",
        "days": str(days_overdue),
        "items": str(items),
        "due": _write_day(due),
        "today": _write_day(today),
        "limit": _write_day(today + timedelta(days=_LIMIT_DAYS)),
    }


def _write_day(day: date) -> str:
    return f"{day.year}年{day.month}月{day.day}日"


def _read_version(content: Mapping[str, Any]) -> Ladder:
    steps = tuple(_read_step(one) for one in content["step"])
    if [one.days_overdue for one in steps] != sorted(one.days_overdue for one in steps):
        raise LadderUnreadable(field="step", reason="the steps do not rise by days overdue")
    if len({one.code for one in steps}) != len(steps):
        raise LadderUnreadable(field="step", reason="a code stands twice")
    return Ladder(valid_from=content["valid_from"], steps=steps)


def _read_step(content: Mapping[str, Any]) -> LadderStep:
    text, subject = str(content["text"]), str(content.get("subject", ""))
    unknown = set(_FIELD.findall(f"{subject}{text}")) - FIELDS
    if unknown:
        raise LadderUnreadable(field="text", reason=f"the text names an unknown field {sorted(unknown)[0]}")
    return LadderStep(
        code=str(content["code"]),
        kind=StepKind(content["kind"]),
        days_overdue=int(content["days_overdue"]),
        gap_days=int(content["gap_days"]),
        least_fen=int(Decimal(content["least_yuan"]) * 100),
        classes=frozenset(content["classes"]),
        is_automatic=bool(content["is_automatic"]),
        done_within_days=int(content["done_within_days"]),
        subject=subject,
        text=text,
    )
