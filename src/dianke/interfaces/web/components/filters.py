"""Filters of a list as chips."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.core.cache import cache
from django.db.models import QuerySet
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from dianke.interfaces.web.components.page import Text
from dianke.platform.identity.types import Actor
from dianke.platform.org import queries as org

TEXT_LENGTH = 80
# Units change once a year; every list names them.
_UNIT_SECONDS = 10

Rows = QuerySet[Any]
Choices = Sequence[tuple[str, Text]]


@dataclass(frozen=True)
class FilterChip:
    """One choice: what is set in the address when it is pressed, and whether it is in force."""

    label: Text
    url: str
    active: bool = False
    count: int | None = None


@dataclass(frozen=True)
class ChoiceFilter:
    """
    One of some words; `choices` may ask the actor. `apply` narrows the rows to a value.

    Without `apply` the value is looked for in the column `lookup`, or in the one named as the filter.
    """

    key: str
    label: Text
    choices: Choices | Callable[[Actor], Choices]
    lookup: str = ""
    apply: Callable[[Rows, str], Rows] | None = None
    kind = "choice"

    def list_choices(self, actor: Actor) -> Choices:
        """Return the values and their words."""
        return self.choices(actor) if callable(self.choices) else self.choices

    def narrow(self, rows: Rows, values: Mapping[str, str]) -> Rows:
        """Return the rows of the value in the address."""
        value = values[self.key]
        return self.apply(rows, value) if self.apply else rows.filter(**{self.lookup or self.key: value})

    def read(self, query: Mapping[str, str], actor: Actor) -> dict[str, str]:
        """Return the value of the address if it is one of the choices, else nothing."""
        value = query.get(self.key, "")
        known = value and any(value == code for code, _word in self.list_choices(actor))
        return {self.key: value} if known else {}

    def describe(self, values: Mapping[str, str], actor: Actor) -> str:
        """Return the word of the value in force."""
        return next(str(word) for code, word in self.list_choices(actor) if code == values[self.key])


class UnitFilter(ChoiceFilter):
    """A unit of the actor's tree and everything below it; it is not drawn where there is but one unit."""

    kind = "unit"

    def __init__(self, *, key: str = "unit", label: Text = "", lookup: str = "unit") -> None:
        super().__init__(key=key, label=label or _("Unit"), choices=_list_units, lookup=lookup)

    def narrow(self, rows: Rows, values: Mapping[str, str]) -> Rows:
        """Return the rows of the unit and of those below it."""
        return rows.filter(**{f"{self.lookup}__path__startswith": _path_of(values[self.key])})

    def read(self, query: Mapping[str, str], actor: Actor) -> dict[str, str]:
        """Return the code of a unit that the actor reaches."""
        value = query.get(self.key, "")
        return {self.key: value} if value and any(value == code for code, _word in _list_units(actor)) else {}


@dataclass(frozen=True)
class TextFilter:
    """A text typed by the reader; `apply` narrows the rows to it. It must go by an index."""

    key: str
    label: Text
    apply: Callable[[Rows, str], Rows]
    hint: Text = ""
    kind = "text"

    def narrow(self, rows: Rows, values: Mapping[str, str]) -> Rows:
        """Return the rows that the text fits."""
        return self.apply(rows, values[self.key])

    def read(self, query: Mapping[str, str], actor: Actor) -> dict[str, str]:
        """Return the text without superfluous spaces."""
        value = " ".join(query.get(self.key, "").split())[:TEXT_LENGTH]
        return {self.key: value} if value else {}

    def describe(self, values: Mapping[str, str], actor: Actor) -> str:
        """Return the text."""
        return values[self.key]


@dataclass(frozen=True)
class DateRangeFilter:
    """From a day until a day, both included; either may be left open. Keys in the address: `key`_from, `key`_to."""

    key: str
    label: Text
    lookup: str
    kind = "dates"

    def narrow(self, rows: Rows, values: Mapping[str, str]) -> Rows:
        """Return the rows within the days."""
        bounds = {f"{self.key}_from": f"{self.lookup}__gte", f"{self.key}_to": f"{self.lookup}__lte"}
        return rows.filter(**{bounds[key]: date.fromisoformat(value) for key, value in values.items()})

    def read(self, query: Mapping[str, str], actor: Actor) -> dict[str, str]:
        """Return the days that can be read."""
        keys = (f"{self.key}_from", f"{self.key}_to")
        return {key: query[key] for key in keys if _is_day(query.get(key, ""))}

    def describe(self, values: Mapping[str, str], actor: Actor) -> str:
        """Return the days as words."""
        start, end = values.get(f"{self.key}_from", ""), values.get(f"{self.key}_to", "")
        if start and end:
            return f"{start} → {end}"
        return _now("from %(day)s") % {"day": start} if start else _now("until %(day)s") % {"day": end}


@dataclass(frozen=True)
class MonthFilter:
    """One month; `apply` narrows the rows to its first day."""

    key: str
    label: Text
    apply: Callable[[Rows, date], Rows]
    kind = "month"

    def narrow(self, rows: Rows, values: Mapping[str, str]) -> Rows:
        """Return the rows of the month."""
        return self.apply(rows, date.fromisoformat(f"{values[self.key]}-01"))

    def read(self, query: Mapping[str, str], actor: Actor) -> dict[str, str]:
        """Return the month if it can be read."""
        value = query.get(self.key, "")
        return {self.key: value} if _is_day(f"{value}-01") else {}

    def describe(self, values: Mapping[str, str], actor: Actor) -> str:
        """Return the month."""
        return values[self.key]


Filter = ChoiceFilter | TextFilter | DateRangeFilter | MonthFilter


def _list_units(actor: Actor) -> Choices:
    reached = actor.list_unit_paths()
    units: list[tuple[str, str, str]] | None = cache.get("web.units")
    if units is None:
        units = [(unit.code, unit.name, unit.path) for unit in org.list_units(actor=actor)]
        cache.set("web.units", units, _UNIT_SECONDS)
    return [(code, name) for code, name, unit_path in units if any(unit_path.startswith(path) for path in reached)]


def _path_of(code: str) -> str:
    # The reader has been asked whether the unit is the actor's; here only its place in the tree is wanted.
    return org.get_unit(actor=Actor.system("placing the unit of a filter"), code=code).path


def _is_day(text: str) -> bool:
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return len(text) == len("2026-01-01")
