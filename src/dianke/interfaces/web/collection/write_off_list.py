"""Bad debt as a list: what is proposed, written off, and what of it came back."""

from collections.abc import Sequence
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from dianke.application import collection
from dianke.application.listings import accounts as listings
from dianke.domain.collection.queries import write_offs as queries
from dianke.domain.collection.types import WriteOffState
from dianke.interfaces.web.collection import words
from dianke.interfaces.web.components import formats
from dianke.interfaces.web.components.filters import ChoiceFilter, DateRangeFilter, UnitFilter
from dianke.interfaces.web.components.lists import Column, ListSpec, register
from dianke.interfaces.web.components.page import Crumb
from dianke.interfaces.web.components.row_addresses import address_row
from dianke.interfaces.web.components.states import state_chip
from dianke.kernel.money import fen_to_yuan
from dianke.platform.identity.types import Actor

_CUSTOMERS = 200


def _search(actor: Actor, rows: QuerySet[Any], text: str) -> tuple[QuerySet[Any], bool]:
    found = listings.find_account_ids(actor=actor, text=text, limit=_CUSTOMERS)
    return rows.filter(account_id__in=found), len(found) >= _CUSTOMERS


def _enrich(actor: Actor, rows: Sequence[Any]) -> None:
    returned = queries.sum_returned(actor=actor, keys=[one.pk for one in rows])
    for one in rows:
        one.returned_fen = returned.get(one.pk, 0)


WRITE_OFFS = register(
    ListSpec(
        name="collection.write_offs",
        title=_("Bad debt"),
        url_name="web:write_offs",
        right=collection.VIEW,
        crumbs=[Crumb(_("Collection of debts"))],
        rows=lambda actor: queries.filter_write_offs(actor=actor),
        row_url=lambda one: address_row("web:write_off", one.pk),
        sort="-proposed",
        columns=[
            Column("number", _("Write-off"), lambda one: one.number, css="n", width=12),
            Column("state", _("State"), lambda one: state_chip("collection.write_off", one.state)),
            Column("account", _("Account"), lambda one: one.account.number, css="n", width=14),
            Column("name", pgettext_lazy("customer", "Name"), lambda one: one.account.customer.name, width=28),
            Column("kind", _("Kind"), lambda one: words.WRITE_OFF_KINDS.get(one.kind, one.kind)),
            Column(
                "amount",
                _("Amount (yuan)"),
                lambda one: fen_to_yuan(one.amount_fen),
                show=lambda one: formats.fen(one.amount_fen),
                css="num",
            ),
            Column(
                "returned",
                _("Returned (yuan)"),
                lambda one: fen_to_yuan(one.returned_fen) if one.returned_fen else None,
                show=lambda one: formats.fen(one.returned_fen) if one.returned_fen else "",
                css="num",
            ),
            Column(
                "proposed", _("Proposed at"), lambda one: one.proposed_at, order=("proposed_at",), css="n", width=18
            ),
            Column("unit", _("Unit"), lambda one: one.unit.name, css="nw", is_shown=False, width=18),
        ],
        filters=[
            ChoiceFilter(
                "state",
                _("State"),
                [(one.value, state_chip("collection.write_off", one.value).label) for one in WriteOffState],
            ),
            ChoiceFilter("kind", _("Kind"), list(words.WRITE_OFF_KINDS.items())),
            DateRangeFilter("proposed", _("Proposed at"), lookup="proposed_at__date"),
            UnitFilter(),
        ],
        search=_search,
        search_hint=_("Name, pinyin, account, meter, address"),
        enrich=_enrich,
        count=lambda count: _now("%(count)s write-offs") % {"count": count},
        empty_title=_("No bad debt yet"),
        empty_text=_("It is proposed from the debts of an account, with the papers that show why."),
        empty_found_title=_("No write-off fits"),
        empty_found_text=_("Take a filter out to see more."),
        help=[
            _("One person proposes with evidence, another approves; large amounts are for the whole utility."),
            _("What is paid later is taken back: the debt stands again for that much and is settled."),
        ],
        brief=("state", "name", "amount", "kind"),
        export_name="write-offs",
    )
)
