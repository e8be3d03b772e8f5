"""The list of corrections."""

from collections.abc import Sequence
from typing import Any

from django.db.models import QuerySet
from django.http import HttpResponse
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET

from dianke.application.listings import accounts as listings
from dianke.domain.billing.queries import corrections as queries
from dianke.domain.billing.types import CorrectionCause, CorrectionState
from dianke.interfaces.web.access import page_right
from dianke.interfaces.web.components import formats
from dianke.interfaces.web.components.filters import ChoiceFilter, DateRangeFilter, UnitFilter
from dianke.interfaces.web.components.list_views import render_list
from dianke.interfaces.web.components.lists import Column, ListSpec, register
from dianke.interfaces.web.components.page import Crumb
from dianke.interfaces.web.components.row_addresses import address_row
from dianke.interfaces.web.components.states import state_chip, state_label
from dianke.interfaces.web.corrections import words
from dianke.interfaces.web.people import Names
from dianke.interfaces.web.requests import StaffRequest
from dianke.kernel.money import fen_to_yuan
from dianke.platform.identity.types import Actor

_CUSTOMERS = 200


@require_GET
@page_right("billing.view")
def list_corrections(request: StaffRequest) -> HttpResponse:
    """List the corrections, newest first."""
    return render_list(request, CORRECTIONS)


def _rows(actor: Actor) -> QuerySet[Any]:
    return queries.filter_corrections(actor=actor)


def _search(actor: Actor, rows: QuerySet[Any], text: str) -> tuple[QuerySet[Any], bool]:
    found = listings.find_account_ids(actor=actor, text=text, limit=_CUSTOMERS)
    return rows.filter(account_id__in=found), len(found) >= _CUSTOMERS


def _enrich(actor: Actor, rows: Sequence[Any]) -> None:
    names = Names(login for row in rows for login in (row.asked_by, row.decided_by))
    papers = queries.count_evidence(actor=actor, keys=[row.pk for row in rows])
    for row in rows:
        row.evidence_count = papers.get(row.pk, 0)
        row.asker_name, row.decider_name = names.of(row.asked_by), names.of(row.decided_by)


CORRECTIONS = register(
    ListSpec(
        name="billing.corrections",
        title=_("Corrections"),
        url_name="web:corrections",
        right="billing.view",
        crumbs=[Crumb(_("Billing"))],
        rows=_rows,
        row_url=lambda row: address_row("web:correction", row.pk),
        sort="-asked",
        columns=[
            Column("number", _("Correction"), lambda row: row.number, css="n", width=18),
            Column("account", _("Account"), lambda row: row.account_number, css="n", width=13),
            Column("name", _("Customer"), lambda row: row.customer_name, width=30),
            Column("month", _("Month"), lambda row: formats.month(row.month), css="n", width=10),
            Column("kind", _("Kind"), lambda row: words.KINDS.get(row.kind, row.kind), css="nw", width=14),
            Column("cause", _("Kind of error"), lambda row: words.CAUSES.get(row.cause, row.cause), css="nw", width=22),
            Column(
                "difference",
                _("Difference (yuan)"),
                lambda row: fen_to_yuan(row.difference_fen),
                show=lambda row: formats.signed_fen(row.difference_fen),
                css="num",
            ),
            Column("level", _("Approved by level"), lambda row: words.LEVELS.get(row.level, row.level), css="nw"),
            Column("state", _("State"), lambda row: state_chip("correction", row.state), width=18),
            Column("evidence", _("Evidence"), lambda row: row.evidence_count, css="num", width=8),
            Column("asker", _("Asked by"), lambda row: row.asker_name, css="nw", width=12),
            Column("asked", _("Asked on"), lambda row: row.asked_at, order=("asked_at",), css="n", width=18),
            Column("decider", _("Decided by"), lambda row: row.decider_name, css="nw", width=12),
            Column("reason", _("Reason"), lambda row: row.reason, is_shown=False, width=40),
        ],
        filters=[
            ChoiceFilter(
                "state",
                _("State"),
                lambda actor: [(one.value, state_label("correction", one.value)) for one in CorrectionState],
            ),
            ChoiceFilter("kind", _("Kind"), list(words.KINDS.items())),
            ChoiceFilter(
                "cause", _("Kind of error"), [(one.value, words.CAUSES[one.value]) for one in CorrectionCause]
            ),
            UnitFilter(),
            DateRangeFilter("asked", _("Asked on"), lookup="asked_at__date"),
        ],
        search=_search,
        search_hint=_("Name, pinyin, account, meter, address"),
        enrich=_enrich,
        count=lambda count: _now("%(count)s corrections") % {"count": count},
        empty_title=_("No correction yet"),
        empty_text=_("Open an issued bill and choose to correct or to back-bill it."),
        empty_found_title=_("No correction fits"),
        help=[
            _("Every correction of bills of your units, the newest first. A row opens it."),
            _("The search box finds corrections by their customer: name, pinyin, account, meter or address."),
        ],
        export_name="corrections",
    )
)
