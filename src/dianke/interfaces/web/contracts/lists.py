"""The list of supply contracts: every version, the newest first."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

from django.db.models import Q, QuerySet
from django.http import HttpResponse
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET

from dianke.application.contracts.orders import VIEW
from dianke.application.listings import accounts as listings
from dianke.domain.contracts import queries
from dianke.domain.contracts.models import ContractVersion
from dianke.domain.contracts.rules.versions import find_notice_day
from dianke.domain.contracts.types import HOLDING, VersionState
from dianke.interfaces.web.access import page_right
from dianke.interfaces.web.components.filters import ChoiceFilter, UnitFilter
from dianke.interfaces.web.components.list_views import render_list
from dianke.interfaces.web.components.lists import Column, ListSpec, register
from dianke.interfaces.web.components.page import Chip, Crumb
from dianke.interfaces.web.components.row_addresses import address_row
from dianke.interfaces.web.components.states import state_chip, state_label
from dianke.interfaces.web.contracts import words
from dianke.interfaces.web.customers.naming import hide_names
from dianke.interfaces.web.people import Names
from dianke.interfaces.web.requests import StaffRequest
from dianke.kernel.clock import SystemClock, to_shanghai
from dianke.platform.identity.types import Actor

_ACCOUNTS = 200
_HOLDING = [state.value for state in HOLDING]


@require_GET
@page_right(VIEW)
def list_contracts(request: StaffRequest) -> HttpResponse:
    """List versions of supply contracts, newest first."""
    return render_list(request, CONTRACTS)


def get_today() -> date:
    """Return the day in China."""
    return to_shanghai(SystemClock().now()).date()


def draw_version(version: ContractVersion, today: date) -> Chip:
    """Return where a version stands; of one in force whether its end is near."""
    state, until = version.state, version.period.upper
    if state in _HOLDING and until is not None:
        is_near = find_notice_day(until=until, notice_days=version.notice_days) <= today
        state = "OVER" if until <= today else "SOON" if is_near else state
    return state_chip("contracts.version", state)


def _search(actor: Actor, rows: QuerySet[Any], text: str) -> tuple[QuerySet[Any], bool]:
    number = text.strip().upper().removeprefix("HT-").split("/")[0]
    if text.strip().upper().startswith("HT-") and number.isascii() and number.isdigit():
        return rows.filter(contract_id=int(number)), False
    found = listings.find_seen_account_ids(actor=actor, text=text, limit=_ACCOUNTS)
    return rows.filter(account_id__in=found), len(found) >= _ACCOUNTS


def _narrow_to_ending(rows: QuerySet[Any], value: str) -> QuerySet[Any]:
    today = get_today()
    # What still holds today and no longer holds that many days on.
    return rows.filter(
        ~Q(period__contains=today + timedelta(days=int(value))), state__in=_HOLDING, period__contains=today
    )


def _enrich(actor: Actor, rows: Sequence[Any]) -> None:
    hide_names(actor, [row.account for row in rows])
    today, names = get_today(), Names(row.drafted_by for row in rows)
    for row in rows:
        row.chip, row.drafter = draw_version(row, today), names.of(row.drafted_by)


CONTRACTS = register(
    ListSpec(
        name="contracts.versions",
        title=_("Supply contracts"),
        url_name="web:contracts",
        right=VIEW,
        crumbs=[Crumb(_("Service orders"))],
        rows=lambda actor: queries.filter_versions(actor=actor),
        row_url=lambda row: address_row("web:contract", row.pk),
        sort="-number",
        columns=[
            Column("number", _("Contract and version"), str, order=("id",), css="n nw", width=16),
            Column("kind", _("Kind"), lambda row: words.KINDS[row.kind], css="nw", width=16),
            Column("account", _("Account"), lambda row: row.account.number, css="n", width=13),
            Column("name", _("Customer"), lambda row: row.account.customer.name, width=30),
            Column("state", _("State"), lambda row: row.chip, width=14),
            Column("start", _("Holds from"), lambda row: row.period.lower, css="n"),
            Column("until", _("Ends before"), lambda row: row.period.upper, css="n"),
            Column("drafter", _("Drafted by"), lambda row: row.drafter, css="nw", width=12),
            Column("place", _("Lies at"), lambda row: row.file_place, is_shown=False, width=20),
            Column("unit", _("Unit"), lambda row: row.unit.name, css="nw", is_shown=False, width=18),
        ],
        filters=[
            ChoiceFilter("kind", _("Kind"), list(words.KINDS.items()), lookup="kind"),
            ChoiceFilter(
                "state", _("State"),
                lambda actor: [(one.value, state_label("contracts.version", one.value)) for one in VersionState],
                lookup="state",
            ),
            ChoiceFilter(
                "ending", _("Ending"),
                [("30", _("within 30 days")), ("60", _("within 60 days")), ("90", _("within 90 days"))],
                apply=_narrow_to_ending,
            ),
            UnitFilter(),
        ],
        search=_search,
        search_hint=_("Number of the contract, name, pinyin, account, meter, address"),
        enrich=_enrich,
        count=lambda count: _now("%(count)s versions of contracts") % {"count": count},
        brief=("number", "state", "name", "kind", "until"),
        empty_title=_("No contract yet"),
        empty_text=_("Open a customer's account and choose the supply contract in the menu of acts."),
        empty_found_title=_("No contract fits"),
        help=[
            _("Every version of every contract, the newest first. A row opens its words, its signatures and what is "
              "to be done next."),
        ],
        export_name="contracts",
    )
)  # fmt: skip
