"""Which promise set an order counts by: dated rows, the product's and then the utility's own."""

import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib import resources

from dianke.domain.service_orders.rules.promise_sets import load_promise_book
from dianke.domain.service_orders.rules.rule_sets import OrderRulesUnreadable

_SCHEMA = "order-promises/v1"


@dataclass(frozen=True, slots=True, kw_only=True)
class PromiseChoice:
    """A promise set and the first day of acceptance that it holds for."""

    since: date
    promise_set: str


@cache
def list_house_choices() -> tuple[PromiseChoice, ...]:
    """Return the rows that ship with the product, oldest first."""
    folder = resources.files("dianke.domain.service_orders.rules") / "data"
    return tuple(read_choices((folder / "promises_in_force.toml").read_text("utf-8")))


def read_choices(text: str) -> list[PromiseChoice]:
    """
    Return the rows of a file, oldest first.

    :raises OrderRulesUnreadable: if the file is no such file, a day stands twice or a set is unknown
    """
    try:
        given = tomllib.loads(text)
        if given["schema"] != _SCHEMA:
            raise OrderRulesUnreadable(field="schema", reason=f"it is not {_SCHEMA}")
        rows = [PromiseChoice(since=row["since"], promise_set=row["set"]) for row in given["row"]]
    except (tomllib.TOMLDecodeError, KeyError, TypeError) as fault:
        raise OrderRulesUnreadable(field="file", reason=f"{type(fault).__name__}: {fault}") from fault
    for row in rows:
        if type(row.since) is not date:
            raise OrderRulesUnreadable(field="since", reason=f"{row.since!r} is not a day")
        if row.promise_set not in load_promise_book().sets:
            raise OrderRulesUnreadable(field="set", reason=f"there is no promise set {row.promise_set!r}")
    if len({row.since for row in rows}) < len(rows):
        raise OrderRulesUnreadable(field="since", reason="a day stands twice")
    return sorted(rows, key=lambda row: row.since)


def choose_promise_set(rows: Sequence[PromiseChoice], *, accepted_on: date) -> str:
    """
    Return the code of the set in force on a day; of rows of one day the last given wins.

    :raises OrderRulesUnreadable: if the day lies before the first row
    """
    found = [row for row in rows if row.since <= accepted_on]
    if not found:
        raise OrderRulesUnreadable(field="since", reason=f"no promise set holds on {accepted_on}")
    return max(enumerate(found), key=lambda pair: (pair[1].since, pair[0]))[1].promise_set
