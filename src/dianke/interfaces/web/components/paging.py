"""Pages of a long list by key: no offset, no count, the same speed on the first page and on the last."""

import base64
import binascii
import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from django.core.cache import cache
from django.core.exceptions import EmptyResultSet
from django.core.serializers.json import DjangoJSONEncoder
from django.db.models import Model, Q, QuerySet

from dianke.interfaces.web.components.light_rows import fetch_light_rows
from dianke.kernel.errors import DomainError

PAGE_SIZE = 50
COUNT_LIMIT = 10_000
_GUESS_SECONDS = 60

_Row = TypeVar("_Row", bound=Model)


class CursorNotReadable(DomainError):
    """The page mark in the address was cut or changed."""

    code = "web.cursor_not_readable"
    message = "the page mark in the address cannot be read"


@dataclass(frozen=True)
class Cursor:
    """Where a page begins: after these values, or before them when going back."""

    values: tuple[Any, ...]
    backwards: bool = False

    def encode(self) -> str:
        """Return the cursor for an address."""
        text = json.dumps([self.backwards, *self.values], cls=DjangoJSONEncoder, separators=(",", ":"))
        return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")

    @classmethod
    def decode(cls, text: str, *, length: int) -> "Cursor":
        """
        Read a cursor of so many values back from an address.

        :raises CursorNotReadable: if it is damaged
        """
        try:
            padded = text + "=" * (-len(text) % 4)
            decoded = json.loads(base64.urlsafe_b64decode(padded.encode("ascii")))
        except (binascii.Error, UnicodeError, ValueError) as error:
            raise CursorNotReadable(field="at") from error
        scalar = isinstance(decoded, list) and all(isinstance(value, str | int | float) for value in decoded)
        if not scalar or len(decoded) != length + 1 or not isinstance(decoded[0], bool):
            raise CursorNotReadable(field="at")
        return cls(values=tuple(decoded[1:]), backwards=decoded[0])


@dataclass(frozen=True)
class KeyPage(Generic[_Row]):
    """The rows of one page and the cursors of its neighbours; an empty cursor means there is no such page."""

    rows: Sequence[_Row]
    previous: str = ""
    next: str = ""


def page_by_key(
    rows: QuerySet[_Row], *, order: Sequence[str], at: str = "", size: int = PAGE_SIZE, reads: Sequence[str] = ()
) -> KeyPage[_Row]:
    """
    Return one page of the rows in the order named, which must end with a unique column and hold no nulls.

    `order` is written like order_by (`-issued_at`, `customer__name`, `id`); `at` comes from the address. Where `reads`
    names the columns that the page needs, only they are fetched.

    :raises CursorNotReadable: if the cursor is damaged
    """
    cursor = Cursor.decode(at, length=len(order)) if at else None
    backwards = cursor is not None and cursor.backwards
    wanted = rows.filter(_beyond(cursor, order)) if cursor else rows
    direction = [_turn(column) for column in order] if backwards else list(order)
    found = _fetch(wanted.order_by(*direction)[: size + 1], order, reads)
    more = len(found) > size
    found = found[:size]
    if backwards:
        found.reverse()
    has_previous = more if backwards else cursor is not None
    has_next = True if backwards else more
    return KeyPage(
        rows=found,
        previous=_cursor_of(found[0], order, backwards=True) if found and has_previous else "",
        next=_cursor_of(found[-1], order, backwards=False) if found and has_next else "",
    )


def _fetch(rows: QuerySet[_Row], order: Sequence[str], reads: Sequence[str]) -> list[_Row]:
    if not reads:
        return list(rows)
    # The cursors of the neighbours are made of the columns of the order.
    return fetch_light_rows(rows, [*dict.fromkeys([*reads, *(column.removeprefix("-") for column in order)])])


def _beyond(cursor: Cursor, order: Sequence[str]) -> Q:
    """Return the rows behind the cursor: greater in one column and equal in those before it."""
    condition = Q(pk__in=[])
    equal = Q()
    bound: Q | None = None
    for column, value in zip(order, cursor.values, strict=True):
        name = column.removeprefix("-")
        rising = not column.startswith("-")
        comparison = "gt" if rising != cursor.backwards else "lt"
        condition |= equal & Q(**{f"{name}__{comparison}": value})
        equal &= Q(**{name: value})
        if bound is None:
            # Said once more without an "or": an index is entered by it, or a deep page would walk all before it.
            bound = Q(**{f"{name}__{comparison}e": value})
    return condition & bound if bound is not None else condition


def _turn(column: str) -> str:
    return column[1:] if column.startswith("-") else f"-{column}"


def _cursor_of(row: Model, order: Sequence[str], *, backwards: bool) -> str:
    values = []
    for column in order:
        value: Any = row
        for step in column.removeprefix("-").split("__"):
            value = getattr(value, step)
        values.append(value)
    return Cursor(values=tuple(values), backwards=backwards).encode()


def count_roughly(rows: QuerySet[Any], *, kept_as: str = "") -> str:
    """
    Return how many rows there are: counted up to a limit, beyond it as many as the planner of the database guesses.

    An exact count of a long list costs too much, and nobody reads its last digits. With a name the guess is kept for
    a minute, for it is the same on every page of the list.
    """
    key = "web.guess." + hashlib.sha256(kept_as.encode()).hexdigest()
    kept: str | None = cache.get(key) if kept_as else None
    if kept is None:
        guess = _guess_count(rows.order_by().values("pk"))
        # An empty text says that the list is short enough to be counted.
        kept = _round_guess(guess) if guess > 2 * COUNT_LIMIT else ""
        if kept_as:
            cache.set(key, kept, _GUESS_SECONDS)
    return kept or count_up_to_limit(rows)


def count_up_to_limit(rows: QuerySet[Any]) -> str:
    """Return how many rows there are, counted up to a limit."""
    counted = rows.order_by().values("pk")[: COUNT_LIMIT + 1].count()
    return f"{COUNT_LIMIT:,}+" if counted > COUNT_LIMIT else f"{counted:,}"


def _guess_count(rows: QuerySet[Any]) -> int:
    try:
        plan = json.loads(rows.explain(format="json"))
    except EmptyResultSet:
        return 0
    return int(plan[0]["Plan"]["Plan Rows"])


def _round_guess(guess: int) -> str:
    """Return two leading digits: 1,004,211 -> ≈ 1,000,000; more would look like knowledge."""
    unit = 10 ** (len(str(guess)) - 2)
    return f"≈ {round(guess / unit) * unit:,}"
