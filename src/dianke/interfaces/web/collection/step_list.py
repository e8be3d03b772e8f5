"""The steps of dunning as a list: what waits, for whom, and what came of it."""

from collections.abc import Sequence
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from dianke.application import collection
from dianke.application.listings import accounts as listings
from dianke.domain.collection.queries import steps as queries
from dianke.domain.collection.types import StepState
from dianke.interfaces.web.collection import words
from dianke.interfaces.web.components import formats
from dianke.interfaces.web.components.filters import ChoiceFilter, DateRangeFilter, TextFilter, UnitFilter
from dianke.interfaces.web.components.lists import Column, ListSpec, register
from dianke.interfaces.web.components.page import Crumb
from dianke.interfaces.web.components.row_addresses import address_row
from dianke.interfaces.web.components.states import state_chip
from dianke.interfaces.web.people import Names
from dianke.kernel.money import fen_to_yuan
from dianke.platform.identity.types import Actor

_CUSTOMERS = 200
_STATES = [(one.value, state_chip("collection.step", one.value).label) for one in StepState]


def _search(actor: Actor, rows: QuerySet[Any], text: str) -> tuple[QuerySet[Any], bool]:
    found = listings.find_account_ids(actor=actor, text=text, limit=_CUSTOMERS)
    return rows.filter(account_id__in=found), len(found) >= _CUSTOMERS


def _enrich(actor: Actor, rows: Sequence[Any]) -> None:
    names = Names(row.assigned_to for row in rows)
    for row in rows:
        row.collector_name = names.of(row.assigned_to) if row.assigned_to else ""


STEPS = register(
    ListSpec(
        name="collection.steps",
        title=_("Dunning"),
        url_name="web:dunning_steps",
        right=collection.VIEW,
        crumbs=[Crumb(_("Collection of debts"))],
        rows=lambda actor: queries.filter_steps(actor=actor),
        row_url=lambda one: address_row("web:dunning_step", one.pk),
        sort="-proposed",
        columns=[
            Column("number", pgettext_lazy("dunning", "Step"), lambda one: one.number, css="n", width=14),
            Column("state", _("State"), lambda one: state_chip("collection.step", one.state)),
            Column("kind", pgettext_lazy("dunning", "Way"), lambda one: words.KINDS[one.kind], css="nw"),
            Column("account", _("Account"), lambda one: one.account.number, css="n", width=14),
            Column("name", pgettext_lazy("customer", "Name"), lambda one: one.account.customer.name, width=28),
            Column("days", _("Days overdue"), lambda one: one.days_overdue, css="num"),
            Column(
                "amount",
                _("Overdue (yuan)"),
                lambda one: fen_to_yuan(one.overdue_fen),
                show=lambda one: formats.fen(one.overdue_fen),
                css="num",
            ),
            Column("collector", _("Collector"), lambda one: one.collector_name or None, css="nw"),
            Column("due", _("Due at"), lambda one: one.due_at, css="n", width=18, is_shown=False),
            Column(
                "proposed", _("Proposed on"), lambda one: one.proposed_on, order=("proposed_on",), css="n", width=12
            ),
            Column("result", _("Result"), lambda one: words.RESULTS.get(one.result), css="nw"),
            Column("unit", _("Unit"), lambda one: one.unit.name, css="nw", is_shown=False, width=18),
        ],
        filters=[
            ChoiceFilter("state", _("State"), _STATES),
            ChoiceFilter("kind", pgettext_lazy("dunning", "Way"), list(words.KINDS.items())),
            ChoiceFilter("result", _("Result"), list(words.RESULTS.items())),
            TextFilter(
                "collector", _("Collector"), lambda rows, login: rows.filter(assigned_to=login), hint=_("login")
            ),
            DateRangeFilter("proposed", _("Proposed on"), lookup="proposed_on"),
            UnitFilter(),
        ],
        enrich=_enrich,
        search=_search,
        search_hint=_("Name, pinyin, account, meter, address"),
        count=lambda count: _now("%(count)s steps") % {"count": count},
        empty_title=_("No step yet"),
        empty_text=_("Every night the ladder proposes at most one step for an account that is overdue."),
        empty_found_title=_("No step fits"),
        empty_found_text=_("Take a filter out to see more."),
        help=[
            _("Messages of the ladder go by themselves; calls, visits and letters wait for who sees to the account."),
            _("Held steps concern protected or important customers, or nobody could be written to."),
        ],
        brief=("state", "name", "kind", "amount", "days"),
        export_name="dunning",
    )
)
