"""Lists of collective payers, and of what was asked of them."""

from collections.abc import Sequence
from typing import Any

from django.db.models import Q, QuerySet
from django.http import HttpResponse
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from django.views.decorators.http import require_GET

from dianke.application import counter
from dianke.domain.receivables.queries import payers as queries
from dianke.domain.receivables.types import PayerChangeState
from dianke.interfaces.web.access import page_right
from dianke.interfaces.web.components.filters import ChoiceFilter, UnitFilter
from dianke.interfaces.web.components.list_views import render_list
from dianke.interfaces.web.components.lists import Column, ListSpec, register
from dianke.interfaces.web.components.page import Crumb
from dianke.interfaces.web.components.row_addresses import address_row
from dianke.interfaces.web.components.states import state_chip, state_label
from dianke.interfaces.web.payments import payer_words as words
from dianke.interfaces.web.people import Names
from dianke.interfaces.web.requests import StaffRequest
from dianke.kernel.clock import SystemClock, to_shanghai
from dianke.platform.identity.types import Actor


@require_GET
@page_right(counter.VIEW)
def list_payers(request: StaffRequest) -> HttpResponse:
    """List collective payers."""
    return render_list(
        request, PAYERS, template="payments/payers.html", values={"may_ask": request.actor.may(counter.ASK)}
    )


@require_GET
@page_right(counter.VIEW)
def list_changes(request: StaffRequest) -> HttpResponse:
    """List what was asked of collective payers, newest first."""
    return render_list(request, CHANGES)


def find_state(payer: Any) -> str:
    """Return the code of where a payer stands today."""
    today = to_shanghai(SystemClock().now()).date()
    return "ENDED" if payer.until_date is not None and payer.until_date <= today else "ACTIVE"


def _enrich(actor: Actor, rows: Sequence[Any]) -> None:
    today = to_shanghai(SystemClock().now()).date()
    counts = queries.count_members(actor=actor, payer_ids=[row.pk for row in rows], on=today)
    asked = queries.filter_changes(actor=actor).filter(
        state=PayerChangeState.ASKED.value, payer_id__in=[row.pk for row in rows]
    )
    waiting = dict(asked.values_list("payer_id", "kind"))
    for row in rows:
        row.member_count = counts[row.pk]
        row.waiting_kind = words.KINDS[waiting[row.pk]] if row.pk in waiting else None


def _enrich_changes(_actor: Actor, rows: Sequence[Any]) -> None:
    names = Names(login for row in rows for login in (row.asked_by, row.decided_by))
    for row in rows:
        row.asker_name, row.decider_name = names.of(row.asked_by), names.of(row.decided_by) or None


def _search(_actor: Actor, rows: QuerySet[Any], text: str) -> tuple[QuerySet[Any], bool]:
    fits = Q(number=text) | Q(name__icontains=text) | Q(customer_account__number=text)
    return rows.filter(fits), False


def _narrow_state(rows: QuerySet[Any], state: str) -> QuerySet[Any]:
    ended = Q(until_date__lte=to_shanghai(SystemClock().now()).date())
    return rows.filter(ended) if state == "ENDED" else rows.exclude(ended)


_UNIT = Column("unit", _("Unit"), lambda row: row.unit.name, css="nw", width=18)

PAYERS = register(
    ListSpec(
        name="payments.payers",
        title=_("Collective payers"),
        url_name="web:payers",
        right=counter.VIEW,
        crumbs=[Crumb(_("Payment collection"))],
        rows=lambda actor: queries.filter_payers(actor=actor),
        row_url=lambda row: address_row("web:payer", row.number),
        sort="number",
        columns=[
            Column("number", _("Number"), lambda row: row.number, order=("number",), css="n", width=16),
            Column("name", pgettext_lazy("customer", "Name"), lambda row: row.name, width=30),
            Column("account", _("Own account"), lambda row: row.customer_account.number, css="n", width=16),
            Column("members", _("Other accounts"), lambda row: row.member_count, css="num", width=10),
            Column("spread", _("Order of payment"), lambda row: words.SPREADS[row.spread], css="nw"),
            Column("state", _("State"), lambda row: state_chip("payer", find_state(row), quiet=True)),
            Column("waiting", _("Waits for a decision"), lambda row: row.waiting_kind, css="nw"),
            _UNIT,
        ],
        filters=[
            ChoiceFilter(
                "state",
                _("State"),
                [("ACTIVE", pgettext_lazy("payer", "Pays")), ("ENDED", pgettext_lazy("payer", "Ended"))],
                apply=_narrow_state,
            ),
            UnitFilter(),
        ],
        search=_search,
        search_hint=_("Number, name or own account"),
        enrich=_enrich,
        count=lambda count: _now("%(count)s collective payers") % {"count": count},
        empty_title=_("No collective payer yet"),
        empty_text=_(
            "One who pays for several accounts by one payment is asked for here and approved by another person."
        ),
        empty_found_title=_("No collective payer fits"),
        empty_found_text=_("Take a filter out to see more."),
        help=[_("One payment settles the bills of the payer's own account and of all accounts that it pays for.")],
        brief=("name", "account", "members", "state"),
        export_name="payers",
    )
)
CHANGES = register(
    ListSpec(
        name="payments.payer_changes",
        title=_("Changes of collective payers"),
        url_name="web:payer_changes",
        right=counter.VIEW,
        crumbs=[Crumb(_("Payment collection")), Crumb(_("Collective payers"))],
        rows=lambda actor: queries.filter_changes(actor=actor),
        row_url=lambda row: address_row("web:payer_change", row.pk),
        sort="-asked",
        columns=[
            Column("asked", _("Asked at"), lambda row: row.asked_at, order=("id",), css="n", width=18),
            Column("kind", _("What"), lambda row: words.KINDS[row.kind], css="nw"),
            Column("number", _("Number"), lambda row: row.number, css="n", width=16),
            Column("name", pgettext_lazy("customer", "Name"), lambda row: row.name, width=30),
            Column("effective", _("Takes effect on"), lambda row: row.effective_date, css="n", width=12),
            Column("state", _("State"), lambda row: state_chip("payment.change", row.state, quiet=True)),
            Column("asker", _("Asked by"), lambda row: row.asker_name, css="nw"),
            Column("decider", _("Decided by"), lambda row: row.decider_name, css="nw"),
            _UNIT,
        ],
        filters=[
            ChoiceFilter(
                "state",
                _("State"),
                [(one.value, state_label("payment.change", one.value)) for one in PayerChangeState],
                lookup="state",
            ),
            ChoiceFilter("kind", _("What"), list(words.KINDS.items()), lookup="kind"),
            UnitFilter(),
        ],
        search=_search,
        search_hint=_("Number, name or own account"),
        enrich=_enrich_changes,
        count=lambda count: _now("%(count)s changes") % {"count": count},
        empty_title=_("Nothing was asked yet"),
        empty_text=_("What one person asks of collective payers stands here until another one decides."),
        empty_found_title=_("No change fits"),
        empty_found_text=_("Take a filter out to see more."),
        help=[_("Who asks never approves. Until then nothing changes.")],
        brief=("kind", "number", "name", "state"),
        export_name="payer-changes",
    )
)
