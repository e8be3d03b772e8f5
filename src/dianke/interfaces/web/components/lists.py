"""
A list said in one place: columns, filters, orders, search, acts on many rows; drawn, saved and exported alike.

A folder of pages declares a `ListSpec` with `register` and answers with `render_list`; how: docs/howto/add-a-page.md.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from urllib.parse import urlencode

from django.db.models import QuerySet
from django.http import QueryDict

from dianke.interfaces.web.components.bulk import BulkAction
from dianke.interfaces.web.components.filters import Filter
from dianke.interfaces.web.components.page import Chip, Crumb, Text
from dianke.platform.identity.types import Actor

EXPORT_RIGHT = "archive.export"
EXPORT_LIMIT = 100_000
TEXT_LENGTH = 80
# How many columns of a row a phone shows where the list does not name them.
_BRIEF_COLUMNS = 5

# What a cell holds: a state as a chip is written as its word in a file.
Value = Text | int | Decimal | date | datetime | Chip | None
Search = Callable[[Actor, QuerySet[Any], str], tuple[QuerySet[Any], bool]]


class UnknownList(LookupError):
    """No folder of pages has registered a list of this name."""


@dataclass(frozen=True)
class Column:
    """
    One column: `cell` gives the value, which is what an export holds; `show` may write it otherwise on the page.

    `order` names the columns of the database that the list may be sorted by: an index must begin with them, and
    they hold no nulls. `right` hides the column from those who do not hold it, in exports too. Personal data comes
    masked from `cell`.
    """

    key: str
    title: Text
    cell: Callable[[Any], Value]
    show: Callable[[Any], Text] | None = None
    order: tuple[str, ...] = ()
    css: str = ""
    is_shown: bool = True
    right: str = ""
    # Width in an exported sheet, in characters.
    width: int = 16


@dataclass(frozen=True)
class ListSpec:
    """
    A list. `rows` returns what the actor may see; `sort` is the key of the column it opens in, "-" before it turns.

    `row_url` is where a row leads from its first column; `search` narrows the rows to a text and tells whether only
    its first hits were taken; `enrich` fetches for the rows of one page what the columns show beside them; `count`
    writes the total. `name` is kept with saved views and in the book of exports, so it is never changed.
    `brief` names what a phone shows of a row: the first stands beside the first column, the others below in one line.
    """

    name: str
    title: Text
    url_name: str
    right: str
    rows: Callable[[Actor], QuerySet[Any]]
    columns: Sequence[Column]
    sort: str
    count: Callable[[str], Text]
    row_url: Callable[[Any], str] | None = None
    crumbs: Sequence[Crumb] = ()
    filters: Sequence[Filter] = ()
    search: Search | None = None
    search_hint: Text = ""
    enrich: Callable[[Actor, Sequence[Any]], None] | None = None
    actions: Sequence[BulkAction] = ()
    empty_title: Text = ""
    empty_text: Text = ""
    empty_found_title: Text = ""
    empty_found_text: Text = ""
    help: Sequence[Text] = ()
    export_name: str = ""
    tie: str = "id"
    brief: Sequence[str] = ()
    # What the rows may be used for, where they say what people are like: exports carry it.
    purpose: "Text | Callable[[ListQuery], Text]" = ""
    # The columns of the database that the cells read, `unit__name` for those of a relation: an export then fetches
    # them alone, three times as fast. A cell that reads another one fetches it row by row.
    reads: Sequence[str] = ()

    def column(self, key: str) -> Column | None:
        """Return the column of a key."""
        return next((column for column in self.columns if column.key == key), None)


_SPECS: dict[str, ListSpec] = {}


def register(spec: ListSpec) -> ListSpec:
    """Enter a list, so that its views can be saved and its rows exported and acted on."""
    _SPECS[spec.name] = spec
    return spec


def get_spec(name: str) -> ListSpec:
    """
    Return the list of a name.

    :raises UnknownList: if there is none
    """
    try:
        return _SPECS[name]
    except KeyError as error:
        raise UnknownList(name) from error


def list_specs() -> list[ListSpec]:
    """Return every list registered."""
    return list(_SPECS.values())


@dataclass(frozen=True)
class ListQuery:
    """What an address asks of a list, with everything that the list does not know left out."""

    spec: ListSpec
    actor: Actor
    text: str = ""
    values: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    sort: str = ""
    columns: tuple[str, ...] = ()
    view: str = ""

    @property
    def is_narrowed(self) -> bool:
        """Tell whether anything is searched for or filtered."""
        return bool(self.text or self.values)

    @property
    def sort_key(self) -> str:
        """Return the key of the column that the list is sorted by."""
        return self.sort.removeprefix("-")

    @property
    def order(self) -> list[str]:
        """Return the columns of the database that the rows are ordered by, the key of the row last."""
        column = self.spec.column(self.sort_key)
        names = column.order if column else ()
        turned = self.sort.startswith("-")
        unique = [name for name in names if name.removeprefix("-") != self.spec.tie]
        return [_turn(name) if turned else name for name in (*unique, self.spec.tie)]

    @property
    def shown(self) -> list[Column]:
        """Return the columns to be drawn: those chosen, else those that show by themselves; the first always."""
        allowed = self.allowed
        return [
            column
            for index, column in enumerate(allowed)
            if index == 0 or (column.key in self.columns if self.columns else column.is_shown)
        ]

    @property
    def purpose(self) -> str:
        """Return what the rows may be used for, empty where the list says nothing of it."""
        purpose = self.spec.purpose
        return str(purpose(self) if callable(purpose) else purpose)

    def place_on_phone(self, key: str) -> str:
        """
        Return where a phone shows a column: "first", "beside" it, as a "fact" below, or "rest" for nowhere.

        Columns that the reader chose, and the one that the list is sorted by, are always among the facts.
        """
        keys = [column.key for column in self.shown]
        brief = [one for one in self.spec.brief if one in keys] or keys[1:_BRIEF_COLUMNS]
        if key == keys[0]:
            return "first"
        if key == brief[0]:
            return "beside"
        return "fact" if key in brief or self.columns or key == self.sort_key else "rest"

    @property
    def allowed(self) -> list[Column]:
        """Return the columns that the actor's rights let him see."""
        return [column for column in self.spec.columns if not column.right or self.actor.may(column.right)]

    def parts(self, *, with_columns: bool = True) -> dict[str, str]:
        """Return the query as parameters of an address, without the page mark and the view."""
        parts = {"q": self.text} if self.text else {}
        for values in self.values.values():
            parts |= values
        if self.sort != self.spec.sort:
            parts["sort"] = self.sort
        if with_columns and self.columns:
            parts["cols"] = ",".join(self.columns)
        return parts

    def encode(self, *, with_columns: bool = True) -> str:
        """Return the query as the tail of an address."""
        return urlencode(self.parts(with_columns=with_columns))


def read_query(spec: ListSpec, *, actor: Actor, query: QueryDict) -> ListQuery:
    """Read what an address asks; what is damaged or not allowed counts as not asked."""
    text = " ".join(query.get("q", "").split())[:TEXT_LENGTH] if spec.search else ""
    given = {key: str(query[key]) for key in query}
    values = {one.key: found for one in spec.filters if (found := one.read(given, actor))}
    sort = query.get("sort", "")
    column = spec.column(sort.removeprefix("-"))
    is_allowed = column is not None and column.order and (not column.right or actor.may(column.right))
    chosen = {key for part in query.getlist("cols") for key in part.split(",")}
    return ListQuery(
        spec=spec,
        actor=actor,
        text=text,
        values=values,
        sort=sort if is_allowed else spec.sort,
        columns=tuple(column.key for column in spec.columns if column.key in chosen),
        view=query.get("view", ""),
    )


def find_rows(query: ListQuery) -> tuple[QuerySet[Any], bool]:
    """Return the rows that the query asks for, without order, and whether the search took only its first hits."""
    rows, is_cut = query.spec.rows(query.actor), False
    for one in query.spec.filters:
        if one.key in query.values:
            rows = one.narrow(rows, query.values[one.key])
    if query.text and query.spec.search:
        rows, is_cut = query.spec.search(query.actor, rows, query.text)
    return rows, is_cut


def _turn(name: str) -> str:
    return name[1:] if name.startswith("-") else f"-{name}"
