"""The list of claims."""

from collections.abc import Sequence
from typing import Any

from django.db.models import QuerySet
from django.http import HttpResponse
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET

from dianke.application import claims
from dianke.application.listings import accounts as listings
from dianke.domain.receivables.models import Claim
from dianke.domain.receivables.queries import claims as queries
from dianke.domain.receivables.types import ClaimState
from dianke.interfaces.web.access import page_right
from dianke.interfaces.web.claims import words
from dianke.interfaces.web.components import formats
from dianke.interfaces.web.components.filters import ChoiceFilter, DateRangeFilter, UnitFilter
from dianke.interfaces.web.components.list_views import render_list
from dianke.interfaces.web.components.lists import Column, ListSpec, register
from dianke.interfaces.web.components.page import Chip, Crumb
from dianke.interfaces.web.components.row_addresses import address_row
from dianke.interfaces.web.components.states import state_chip, state_label
from dianke.interfaces.web.people import Names
from dianke.interfaces.web.requests import StaffRequest
from dianke.kernel.money import fen_to_yuan
from dianke.platform.identity.types import Actor

_ACCOUNTS = 200


@require_GET
@page_right(claims.VIEW)
def list_claims(request: StaffRequest) -> HttpResponse:
    """List what was asked for on accounts, newest first."""
    return render_list(request, CLAIMS)


def draw_state(claim: Claim) -> Chip:
    """Return where a claim stands; of money that the bank has yet to pay it says so."""
    is_waiting = claim.state == ClaimState.APPROVED.value and claim.is_paid_out
    return state_chip("claim", "TO_BE_PAID" if is_waiting else claim.state)


def _rows(actor: Actor) -> QuerySet[Any]:
    return queries.filter_claims(actor=actor)


def _search(actor: Actor, rows: QuerySet[Any], text: str) -> tuple[QuerySet[Any], bool]:
    found = listings.find_account_ids(actor=actor, text=text, limit=_ACCOUNTS)
    return rows.filter(account_id__in=found), len(found) >= _ACCOUNTS


def _enrich(_actor: Actor, rows: Sequence[Any]) -> None:
    names = Names(login for row in rows for login in (row.asked_by, row.decided_by))
    for row in rows:
        row.asker_name, row.decider_name = names.of(row.asked_by), names.of(row.decided_by)


CLAIMS = register(
    ListSpec(
        name="receivables.claims",
        title=_("Waivers, refunds, deposits"),
        url_name="web:claims",
        right=claims.VIEW,
        crumbs=[Crumb(_("Receivables"))],
        rows=_rows,
        row_url=lambda row: address_row("web:claim", row.pk),
        sort="-number",
        columns=[
            Column("number", _("Number"), lambda row: row.number, order=("id",), css="n", width=14),
            Column("kind", _("Kind"), lambda row: words.KINDS[row.kind], css="nw", width=20),
            Column("account", _("Account"), lambda row: row.account.number, css="n", width=13),
            Column("name", _("Customer"), lambda row: row.account.customer.name, width=30),
            Column(
                "amount",
                _("Amount (yuan)"),
                lambda row: fen_to_yuan(row.amount_fen),
                show=lambda row: formats.fen(row.amount_fen),
                css="num",
            ),
            Column("state", _("State"), draw_state, width=20),
            Column("asker", _("Asked by"), lambda row: row.asker_name, css="nw", width=12),
            Column("asked", _("Asked on"), lambda row: row.asked_at, css="n", width=18),
            Column("decider", _("Decided by"), lambda row: row.decider_name, css="nw", width=12),
            Column("level", _("Approved by level"), lambda row: words.LEVELS.get(row.level, row.level), is_shown=False),
            Column("paid", _("Paid out on"), lambda row: row.paid_on, css="n", is_shown=False),
            Column("reason", _("Reason"), lambda row: row.reason, is_shown=False, width=40),
        ],
        filters=[
            ChoiceFilter(
                "state",
                _("State"),
                lambda actor: [(one.value, state_label("claim", one.value)) for one in ClaimState],
            ),
            ChoiceFilter("kind", _("Kind"), list(words.KINDS.items())),
            UnitFilter(lookup="account__unit"),
            DateRangeFilter("asked", _("Asked on"), lookup="asked_at__date"),
        ],
        search=_search,
        search_hint=_("Name, pinyin, account, meter, address"),
        enrich=_enrich,
        count=lambda count: _now("%(count)s claims") % {"count": count},
        brief=("number", "kind", "amount", "state"),
        empty_title=_("Nothing was asked for yet"),
        empty_text=_("Open a customer and choose waiver, refund or deposit in the menu of acts."),
        empty_found_title=_("No claim fits"),
        help=[
            _("What was asked for on accounts of your units, the newest first. A row opens it."),
            _("Who asks never approves; large amounts ask for a higher level."),
        ],
        export_name="claims",
    )
)
