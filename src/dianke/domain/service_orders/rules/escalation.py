"""Before whom a clock comes that runs out, and which of its levels were not told yet: dated rows."""

import tomllib
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from functools import cache
from importlib import resources
from typing import Any

from dianke.domain.service_orders.rules.rule_sets import OrderRulesUnreadable
from dianke.domain.service_orders.types import ClockColour, ClockReading

_SCHEMA = "order-escalation/v1"
_MOST_UNITS_UP = 9


class Level(StrEnum):
    """How urgent it is that somebody looks at a clock, the lesser first."""

    AMBER = "AMBER"
    RED = "RED"


_LEVELS: Mapping[ClockColour, tuple[Level, ...]] = {
    ClockColour.GREEN: (),
    ClockColour.AMBER: (Level.AMBER,),
    ClockColour.RED: (Level.RED,),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class EscalationRow:
    """How many units above that of the order each level is brought before, from a day on."""

    since: date
    units_up: Mapping[Level, int]


@dataclass(frozen=True, slots=True)
class Told:
    """That a level of a clock was told: its subject, and when."""

    subject: str
    at: datetime


@cache
def list_house_rows() -> tuple[EscalationRow, ...]:
    """Return the rows that ship with the product, oldest first."""
    folder = resources.files("dianke.domain.service_orders.rules") / "data"
    return tuple(read_rows((folder / "escalation.toml").read_text("utf-8")))


def read_rows(text: str) -> list[EscalationRow]:
    """
    Return the rows of a file, oldest first.

    :raises OrderRulesUnreadable: if the file is no such file, a day stands twice or a level is missing
    """
    try:
        given = tomllib.loads(text)
        if given["schema"] != _SCHEMA:
            raise OrderRulesUnreadable(field="schema", reason=f"it is not {_SCHEMA}")
        rows = [_read_row(row) for row in given["row"]]
    except (tomllib.TOMLDecodeError, KeyError, TypeError) as fault:
        raise OrderRulesUnreadable(field="file", reason=f"{type(fault).__name__}: {fault}") from fault
    if len({row.since for row in rows}) < len(rows):
        raise OrderRulesUnreadable(field="since", reason="a day stands twice")
    return sorted(rows, key=lambda row: row.since)


def choose_row(rows: Sequence[EscalationRow], *, on: date) -> EscalationRow:
    """
    Return the row of a day; of rows of one day the last given wins.

    :raises OrderRulesUnreadable: if the day lies before the first row
    """
    found = [row for row in rows if row.since <= on]
    if not found:
        raise OrderRulesUnreadable(field="since", reason=f"nothing says before whom clocks come on {on}")
    return max(enumerate(found), key=lambda pair: (pair[1].since, pair[0]))[1]


def find_untold(clocks: Iterable[ClockReading], told: Collection[Told]) -> list[tuple[Level, ClockReading]]:
    """
    Return the running clocks that came to a level nobody was told of, each with that level.

    A step that is reached again has a clock of its own: what was told before that one began does not count.
    """
    found = []
    for clock in clocks:
        levels = _LEVELS[clock.colour] if clock.ended_at is None and clock.paused_for is None else ()
        for level in levels:
            subject = subject_of(level, clock)
            if not any(one.subject == subject and one.at >= clock.started_at for one in told):
                found.append((level, clock))
    return found


def subject_of(level: Level, clock: ClockReading) -> str:
    """Return how the course of an order names a level of a clock: RED:check_site, AMBER:whole.low_voltage."""
    return f"{level.value}:{clock.step or clock.promise}"


def path_above(path: str, units_up: int) -> str:
    """Return the path of the unit so many above another ("/3/17/" and 1: "/3/"), the highest where there are fewer."""
    keys = path.strip("/").split("/")
    kept = keys[: max(1, len(keys) - units_up)]
    return f"/{'/'.join(kept)}/"


def _read_row(row: Mapping[str, Any]) -> EscalationRow:
    if type(row["since"]) is not date:
        raise OrderRulesUnreadable(field="since", reason=f"{row['since']!r} is not a day")
    units_up = {level: row[level.value]["units_up"] for level in Level}
    for level, count in units_up.items():
        if type(count) is not int or not 0 <= count <= _MOST_UNITS_UP:
            raise OrderRulesUnreadable(field=level.value, reason=f"{count!r} is no number of units")
    return EscalationRow(since=row["since"], units_up=units_up)
