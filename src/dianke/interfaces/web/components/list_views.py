"""Drawing a list: head, filters as chips, rows, pages, saved views, and what may be done with it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal
from functools import cached_property
from html import escape
from types import MappingProxyType
from typing import Any
from urllib.parse import quote_plus, urlencode

from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from dianke.interfaces.web.components import formats
from dianke.interfaces.web.components.bulk import BulkAction
from dianke.interfaces.web.components.filters import ChoiceFilter, Filter, FilterChip
from dianke.interfaces.web.components.kept import TYPED
from dianke.interfaces.web.components.list_body import DrawnCell, DrawnRow, draw_body, draw_options
from dianke.interfaces.web.components.lists import (
    EXPORT_LIMIT,
    EXPORT_RIGHT,
    Column,
    ListQuery,
    ListSpec,
    find_rows,
    read_query,
)
from dianke.interfaces.web.components.page import Chip, Page, Text
from dianke.interfaces.web.components.paging import KeyPage, count_roughly, count_up_to_limit, page_by_key
from dianke.interfaces.web.requests import StaffRequest
from dianke.platform.preferences import queries as preferences
from dianke.platform.preferences.types import ViewFacts

ALL_VIEW = "all"
# Stands in an address where each choice of a filter puts its code; nobody types it.
_MARK = "\0"
_MOST_CHIPS = 1_000
_CHIPS: dict[tuple[str | None, str, int], tuple[Text, SafeString]] = {}


@dataclass(frozen=True)
class Head:
    """A column head: `url` sorts by it, `direction` says how the list is sorted now."""

    key: str
    title: Text
    css: str
    url: str = ""
    direction: str = ""


@dataclass(frozen=True)
class DrawnFilter:
    """A filter as a chip: what is in force, what can be chosen, and the parameters that its own form keeps."""

    filter: Filter
    current: str
    values: Mapping[str, str]
    clear_url: str
    kept: Mapping[str, str]
    options: Sequence[FilterChip] = ()

    @property
    def start(self) -> str:
        """Return the first day of a filter of days."""
        return self.values.get(f"{self.filter.key}_from", "")

    @property
    def end(self) -> str:
        """Return the last day of a filter of days."""
        return self.values.get(f"{self.filter.key}_to", "")

    @property
    def drawn_options(self) -> Text:
        """Return what can be chosen, as links."""
        return draw_options(self.options)


@dataclass(frozen=True)
class ViewTab:
    """A saved view as a tab."""

    view: ViewFacts
    url: str
    is_open: bool


@dataclass(frozen=True)
class DrawnList:
    """Everything that web/parts/list.html needs."""

    spec: ListSpec
    query: ListQuery
    rows: Sequence[DrawnRow]
    page: KeyPage[Any]
    total: Text
    tabs: Sequence[ViewTab]
    open_view: ViewFacts | None
    actions: Sequence[BulkAction]
    may_export: bool
    is_search_cut: bool
    url: str

    @cached_property
    def head_query(self) -> ListQuery:
        """Return the query as the head is drawn from it: with a stand-in for what is searched for."""
        return replace(self.query, text=TYPED) if self.query.text else self.query

    @cached_property
    def head_key(self) -> str:
        """Return what the head of the list is drawn from, so that it is drawn once for all its pages and readers."""
        query = self.head_query
        choices = [
            [(code, str(word)) for code, word in one.choices(query.actor)]
            for one in self.spec.filters
            if isinstance(one, ChoiceFilter) and callable(one.choices)
        ]
        tabs = [(tab.url, tab.is_open, tab.view.name, tab.view.owner_name, tab.view.is_default) for tab in self.tabs]
        allowed = [column.key for column in query.allowed]
        drawn_from = (
            self.spec.name,
            query.encode(),
            query.view,
            allowed,
            choices,
            tabs,
            self.is_own_view,
            self.may_pick,
        )
        # As one text: several pieces are kept by it, and each would go through hundreds of values again.
        return repr(drawn_from)

    @property
    def heads(self) -> Sequence[Head]:
        """Return the heads of the columns."""
        return [_draw_head(self.head_query, column) for column in self.query.shown]

    @property
    def filters(self) -> Sequence[DrawnFilter]:
        """Return the filters as chips."""
        return [_draw_filter(self.head_query, one) for one in self.spec.filters]

    @property
    def columns(self) -> Sequence[tuple[Column, bool]]:
        """Return the columns that may be shown, and whether they are."""
        shown = self.query.shown
        return [(column, column in shown) for column in self.query.allowed]

    @property
    def tail(self) -> str:
        """Return the query for addresses of exports and acts."""
        return self.query.encode()

    @property
    def may_pick(self) -> bool:
        """Tell whether rows can be chosen: there is something to do with them."""
        return bool(self.actions) or self.may_export

    @property
    def body(self) -> Text:
        """Return the rows as the body of a table."""
        return draw_body(self.rows, may_pick=self.may_pick)

    @property
    def has_search(self) -> bool:
        """Tell whether the list can be searched; a template would call the function instead of asking for it."""
        return self.spec.search is not None

    @property
    def all_url(self) -> str:
        """Return the address of the list without any filter."""
        return f"{self.url}?view={ALL_VIEW}"

    @property
    def usual_columns_url(self) -> str:
        """Return the address of the list with the columns that show by themselves."""
        return _address(self.head_query, cols=None, view=None)

    @property
    def filter_words(self) -> str:
        """Return the filters in force as words."""
        return describe_filters(self.query)

    @property
    def kept_by_search(self) -> Mapping[str, str]:
        """Return what the form of the search box keeps."""
        return {key: value for key, value in self.head_query.parts().items() if key != "q"}

    @property
    def kept_by_columns(self) -> Mapping[str, str]:
        """Return what the form of the columns keeps."""
        return self.head_query.parts(with_columns=False)

    @property
    def is_own_view(self) -> bool:
        """Tell whether the open view is the reader's, who may change it."""
        return self.open_view is not None and self.open_view.is_own

    @property
    def export_limit(self) -> str:
        """Return how many rows one file holds."""
        return f"{EXPORT_LIMIT:,}"


def render_list(
    request: StaffRequest,
    spec: ListSpec,
    *,
    template: str = "web/list_page.html",
    page: Page | None = None,
    values: Mapping[str, Any] | None = None,
) -> HttpResponse:
    """Answer with the list, in the view the reader wants it to open with when the address asks nothing."""
    if not request.GET:
        chosen = preferences.get_default_view(actor=request.actor, page=spec.name)
        if chosen is not None:
            return redirect(address_of_view(spec, chosen))
    head = page or Page(title=spec.title, crumbs=spec.crumbs, help=spec.help)
    drawn = draw_list(spec, request=request)
    return render(request, template, {"page": head, "list": drawn, **(values or {})})


def draw_list(spec: ListSpec, *, request: StaffRequest) -> DrawnList:
    """Return the page of the list that the address asks for."""
    actor = request.actor
    query = read_query(spec, actor=actor, query=request.GET)
    rows, is_cut = find_rows(query)
    page = page_by_key(rows, order=query.order, at=request.GET.get("at", ""), reads=spec.reads)
    if spec.enrich and page.rows:
        spec.enrich(actor, page.rows)
    shown = query.shown
    places = {column.key: query.place_on_phone(column.key) for column in shown}
    views = preferences.list_views(actor=actor, page=spec.name)
    tabs = [ViewTab(view, address_of_view(spec, view), query.view == str(view.id)) for view in views]
    return DrawnList(
        spec=spec,
        query=query,
        rows=[draw_row(spec, shown, row, places) for row in page.rows],
        page=page,
        total=_draw_total(query, page, rows),
        tabs=tabs,
        open_view=next((tab.view for tab in tabs if tab.is_open), None),
        actions=[action for action in spec.actions if actor.may(action.right)],
        may_export=actor.may(EXPORT_RIGHT),
        is_search_cut=is_cut,
        url=reverse(spec.url_name),
    )


def draw_row(
    spec: ListSpec, columns: Sequence[Column], row: Any, places: Mapping[str, str] = MappingProxyType({})
) -> DrawnRow:
    """Return the cells of a row as the page writes them; what is empty has no place on a phone."""
    cells = []
    for column in columns:
        html, place = draw_cell(column, row), places.get(column.key, "")
        is_empty = html is formats.NONE or (isinstance(html, str) and html in ("", formats.NONE))
        cells.append(DrawnCell(html, column.css, column.title, "rest" if is_empty else place))
    return DrawnRow(key=row.pk, url=spec.row_url(row) if spec.row_url else "", cells=cells)


def draw_cell(column: Column, row: Any) -> Text:
    """Return a cell as the page writes it: states as chips, days and moments as everywhere, nothing as a dash."""
    if column.show is not None:
        return column.show(row)
    value = column.cell(row)
    # Most cells are words that stand as they are; a lazy one is no str, and to compare it would translate it.
    if value is None or isinstance(value, str):
        return value or formats.NONE
    if isinstance(value, Chip):
        return _draw_chip(value)
    if isinstance(value, int | Decimal):
        return formats.number(value, max(0, -int(Decimal(value).as_tuple().exponent)))
    if isinstance(value, date):
        return formats.moment(value) if isinstance(value, datetime) else formats.day(value)
    return value


def _draw_chip(chip: Chip) -> SafeString:
    if not isinstance(chip.label, Promise):
        return _write_chip(chip)
    # The words of states are the same objects in every row and page; the word is kept too, so that its id stays its.
    key = (get_language(), chip.kind, id(chip.label))
    known = _CHIPS.get(key)
    if known is None:
        if len(_CHIPS) >= _MOST_CHIPS:
            _CHIPS.clear()
        known = _CHIPS[key] = (chip.label, _write_chip(chip))
    return known[1]


def _write_chip(chip: Chip) -> SafeString:
    return mark_safe(f'<span class="chip {chip.kind} quiet">{escape(str(chip.label))}</span>')  # noqa: S308 - escaped


def address_of_view(spec: ListSpec, view: ViewFacts) -> str:
    """Return the address that opens a saved view."""
    parts = [f"view={view.id}", view.query, urlencode({"cols": ",".join(view.columns)}) if view.columns else ""]
    return f"{reverse(spec.url_name)}?{'&'.join(part for part in parts if part)}"


def _draw_total(query: ListQuery, page: KeyPage[Any], rows: QuerySet[Any]) -> Text:
    # One page that is the whole list needs no further question.
    if not page.previous and not page.next:
        return query.spec.count(f"{len(page.rows):,}")
    if query.text:
        # A search has its own limit: there is nothing to guess.
        return query.spec.count(count_up_to_limit(rows))
    asked = (query.spec.name, *query.actor.list_unit_paths(), query.encode(with_columns=False))
    return query.spec.count(count_roughly(rows, kept_as="/".join(asked)))


def _address(query: ListQuery, **changes: str | None) -> str:
    parts = query.parts()
    if query.view:
        parts["view"] = query.view
    for key, value in changes.items():
        if value:
            parts[key] = value
        else:
            parts.pop(key, None)
    # An address that asks nothing would open the reader's first view instead.
    return f"{reverse(query.spec.url_name)}?{urlencode(parts or {'view': ALL_VIEW})}"


def _draw_head(query: ListQuery, column: Column) -> Head:
    if not column.order:
        return Head(column.key, column.title, column.css)
    is_sorted = query.sort_key == column.key
    falling = query.sort.startswith("-")
    onward = f"-{column.key}" if is_sorted and not falling else column.key
    direction = ("descending" if falling else "ascending") if is_sorted else ""
    sort = None if onward == query.spec.sort else onward
    return Head(column.key, column.title, column.css, _address(query, sort=sort), direction)


def _draw_filter(query: ListQuery, one: Filter) -> DrawnFilter:
    values = query.values.get(one.key, {})
    emptied: dict[str, None] = dict.fromkeys(values)
    kept = {key: value for key, value in query.parts().items() if key not in values}
    if query.view:
        kept["view"] = query.view
    options: list[FilterChip] = []
    if one.kind in {"choice", "unit"}:
        chosen = values.get(one.key, "")
        # There may be hundreds of units: the address is put together once.
        address, mark = _address(query, **{one.key: _MARK}), quote_plus(_MARK)
        options = [
            FilterChip(word, address.replace(mark, quote_plus(code)), active=code == chosen)
            for code, word in one.list_choices(query.actor)  # type: ignore[union-attr]
        ]
    return DrawnFilter(
        filter=one,
        current=one.describe(values, query.actor) if values else "",
        values=values,
        clear_url=_address(query, **emptied),
        kept=kept,
        options=options,
    )


def describe_filters(query: ListQuery) -> str:
    """Return in words what the rows were narrowed to, for exports and previews."""
    parts = [f"“{query.text}”"] if query.text else []
    parts += [
        f"{one.label}: {one.describe(query.values[one.key], query.actor)}"
        for one in query.spec.filters
        if one.key in query.values
    ]
    return "; ".join(parts) or _("no filter")
