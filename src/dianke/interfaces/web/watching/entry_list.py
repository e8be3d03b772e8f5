"""Entries of watch lists: what is to be worked on, and what became of those that are closed."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from dianke.application import watching
from dianke.application.listings import accounts as listings
from dianke.application.watching.masking import hide_accusations
from dianke.domain.watching.queries import entries as queries
from dianke.domain.watching.types import LIVING, EntryState, WatchLevel
from dianke.interfaces.web.components.filters import ChoiceFilter, DateRangeFilter, UnitFilter
from dianke.interfaces.web.components.lists import Column, ListSpec, register
from dianke.interfaces.web.components.page import Crumb
from dianke.interfaces.web.components.row_addresses import address_row
from dianke.interfaces.web.components.states import state_chip, state_label
from dianke.interfaces.web.customers.naming import hide_names
from dianke.interfaces.web.people import Names
from dianke.interfaces.web.watching import words
from dianke.interfaces.web.watching.bulk_acts import ACTIONS
from dianke.platform.identity.types import Actor

_CUSTOMERS = 200
_NOBODY, _NONE = "NOBODY", "NONE"
_CLOSED = [state.value for state in EntryState if state not in LIVING]


def _search(actor: Actor, rows: QuerySet[Any], text: str) -> tuple[QuerySet[Any], bool]:
    found = listings.find_seen_account_ids(actor=actor, text=text, limit=_CUSTOMERS)
    return rows.filter(customer__accounts__in=found).distinct(), len(found) >= _CUSTOMERS


def _narrow_owner(rows: QuerySet[Any], value: str) -> QuerySet[Any]:
    return rows.filter(owner="" if value == _NOBODY else value)


def _narrow_result(rows: QuerySet[Any], value: str) -> QuerySet[Any]:
    return rows.filter(result="" if value == _NONE else value)


def _enrich(actor: Actor, rows: Sequence[Any]) -> None:
    hide_names(actor, rows)
    names = Names(row.owner for row in rows)
    for row in rows:
        row.reasons = hide_accusations(actor, row.reasons, row.unit.path)
        row.owner_name = names.of(row.owner) or str(_("account managers of the unit"))


_LIST = ChoiceFilter("list", _("Watch list"), list(words.LISTS.items()), lookup="list_code")
_LEVEL = ChoiceFilter(
    "level",
    pgettext_lazy("watching", "Level"),
    [(one.value, state_label("watching.level", one.value)) for one in WatchLevel],
)
_NUMBER = Column("number", _("Number"), lambda row: row.number, css="n", width=14)
_NAME = Column("name", pgettext_lazy("customer", "Name"), lambda row: row.customer.name, css="nw", width=28)
_KIND = Column("list", _("Watch list"), lambda row: words.LISTS[row.list_code], css="nw", width=16)
_LEVEL_COLUMN = Column("level", pgettext_lazy("watching", "Level"), lambda row: state_chip("watching.level", row.level))
_REASON = Column(
    "reasons", _("Reasons"), lambda row: words.write_reasons(row.reasons), lambda row: words.write_first(row.reasons),
    css="long", width=60,
)  # fmt: skip
_OPENED = Column("opened", _("Raised on"), lambda row: row.opened_on, order=("opened_on",), css="n", width=12)
_OWNER = Column("owner", _("Whose"), lambda row: row.owner_name, css="nw", width=16)
_UNIT = Column("unit", _("Unit"), lambda row: row.unit.name, css="nw", is_shown=False, width=18)

ENTRIES = register(
    ListSpec(
        name="watching.entries",
        title=_("Watched customers"),
        url_name="web:watching_entries",
        right=watching.VIEW,
        crumbs=[Crumb(_("Credit and value"))],
        rows=lambda actor: queries.filter_living(actor=actor),
        row_url=lambda row: address_row("web:watching_entry", row.pk),
        sort="due",
        columns=[
            _NUMBER,
            _LEVEL_COLUMN,
            _KIND,
            _NAME,
            _REASON,
            Column("action", _("Proposed act"), lambda row: words.ACTIONS[row.action], css="long", width=30),
            Column("due", _("Due"), lambda row: row.due_date, order=("due_date",), css="n", width=12),
            _OWNER,
            Column("state", _("State"), lambda row: state_chip("watching.entry", row.state)),
            replace(_OPENED, is_shown=False),
            Column("seen", _("Last seen"), lambda row: row.last_seen_on, css="n", is_shown=False, width=12),
            _UNIT,
        ],
        filters=[
            _LIST,
            _LEVEL,
            ChoiceFilter(
                "state", _("State"), [(one.value, state_label("watching.entry", one.value)) for one in LIVING]
            ),
            ChoiceFilter(
                "owner",
                _("Whose"),
                lambda actor: [(actor.login, _("mine")), (_NOBODY, _("given to nobody"))],
                apply=_narrow_owner,
            ),
            DateRangeFilter("due", _("Due"), lookup="due_date"),
            UnitFilter(),
        ],
        search=_search,
        search_hint=_("Name, pinyin, account, meter, address"),
        enrich=_enrich,
        actions=ACTIONS,
        count=lambda count: _now("%(count)s watch entries") % {"count": count},
        empty_title=_("No customer is watched"),
        empty_text=_("Every Monday all lists that have a source go through all customers."),
        empty_found_title=_("No entry fits"),
        empty_found_text=_("Take a filter out to see more."),
        help=[
            _("Each entry is a customer on a list, with three reasons in words and numbers and what is proposed."),
            _("An entry goes on while the reasons hold; it is never raised twice, and rests after it was closed."),
            _("Close it with what was done, and say what it turned out to be: so it is known how right each list is."),
        ],
        brief=("level", "name", "list", "due"),
        purpose=pgettext_lazy("purpose", "better service"),
        export_name="watch-list",
    )
)
CLOSED = register(
    ListSpec(
        name="watching.closed",
        title=_("Closed entries of watch lists"),
        url_name="web:watching_closed",
        right=watching.VIEW,
        crumbs=[Crumb(_("Credit and value"))],
        rows=lambda actor: queries.filter_entries(actor=actor).filter(state__in=_CLOSED),
        row_url=lambda row: address_row("web:watching_entry", row.pk),
        sort="-opened",
        columns=[
            _NUMBER,
            Column("state", _("State"), lambda row: state_chip("watching.entry", row.state)),
            _KIND,
            _NAME,
            _LEVEL_COLUMN,
            _REASON,
            Column(
                "result",
                _("Result"),
                lambda row: state_chip("watching.result", row.result) if row.result else None,
                css="nw",
            ),
            Column("note", _("What was done, or why not"), lambda row: row.closing_note or None, css="long", width=40),
            _OPENED,
            Column("closed", pgettext_lazy("watching", "Closed at"), lambda row: row.closed_at, css="n", width=18),
            _OWNER,
            _UNIT,
        ],
        filters=[
            _LIST,
            _LEVEL,
            ChoiceFilter(
                "state",
                _("State"),
                [(one.value, state_label("watching.entry", one.value)) for one in EntryState if one not in LIVING],
            ),
            ChoiceFilter(
                "result",
                _("Result"),
                [(_NONE, pgettext_lazy("watching", "none recorded")), *words.RESULTS.items()],
                apply=_narrow_result,
            ),
            DateRangeFilter("opened", _("Raised on"), lookup="opened_on"),
            UnitFilter(),
        ],
        search=_search,
        search_hint=_("Name, pinyin, account, meter, address"),
        enrich=_enrich,
        count=lambda count: _now("%(count)s watch entries") % {"count": count},
        empty_title=_("No entry was closed yet"),
        empty_text=_("What is done, dismissed or lapsed stands here."),
        empty_found_title=_("No entry fits"),
        empty_found_text=_("Take a filter out to see more."),
        help=[_("An entry without a result counts for nothing: open it and say what it turned out to be.")],
        brief=("state", "name", "list", "result"),
        purpose=pgettext_lazy("purpose", "better service"),
        export_name="watch-list-closed",
    )
)
