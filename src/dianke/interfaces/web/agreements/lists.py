"""The lists of agreements on instalments and of guarantees."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

from django.db.models import Q, QuerySet
from django.http import HttpResponse
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from django.views.decorators.http import require_GET

from dianke.application import agreements
from dianke.application.listings import accounts as listings
from dianke.domain.receivables.models import Agreement, Guarantee
from dianke.domain.receivables.queries import agreements as queries
from dianke.domain.receivables.queries import guarantees as guarantee_queries
from dianke.domain.receivables.queries.agreements import Progress
from dianke.domain.receivables.types import AgreementState, GuaranteeState
from dianke.interfaces.web.access import page_right
from dianke.interfaces.web.agreements import words
from dianke.interfaces.web.components import formats
from dianke.interfaces.web.components.filters import ChoiceFilter, DateRangeFilter, UnitFilter
from dianke.interfaces.web.components.list_views import render_list
from dianke.interfaces.web.components.lists import Column, ListSpec, register
from dianke.interfaces.web.components.page import Chip, Crumb
from dianke.interfaces.web.components.row_addresses import address_row
from dianke.interfaces.web.components.states import state_chip, state_label
from dianke.interfaces.web.people import Names
from dianke.interfaces.web.requests import StaffRequest
from dianke.kernel.clock import SystemClock, to_shanghai
from dianke.kernel.money import fen_to_yuan
from dianke.platform.identity.types import Actor

_ACCOUNTS = 200
SOON_DAYS = 7
_SOON, _LATE = "SOON", "LATE"


@require_GET
@page_right(agreements.VIEW)
def list_agreements(request: StaffRequest) -> HttpResponse:
    """List agreements on instalments, newest first."""
    return render_list(request, AGREEMENTS)


@require_GET
@page_right(agreements.VIEW)
def list_guarantees(request: StaffRequest) -> HttpResponse:
    """List guarantees, what ends first first."""
    return render_list(request, GUARANTEES)


def get_today() -> date:
    """Return the day in China."""
    return to_shanghai(SystemClock().now()).date()


def draw_agreement(agreement: Agreement, progress: Progress | None, today: date) -> Chip:
    """Return where an agreement stands; of one in force whether an instalment is late."""
    is_late = progress is not None and progress.sum_overdue(today) > 0
    return state_chip(
        "agreement", "LATE" if agreement.state == AgreementState.IN_FORCE.value and is_late else agreement.state
    )


def draw_guarantee(guarantee: Guarantee, today: date) -> Chip:
    """Return where a guarantee stands; of one that is held whether its end is near or somebody asks for a change."""
    state = guarantee.state
    if state == GuaranteeState.HELD.value:
        left = (guarantee.valid_until_date - today).days
        state = "OVER" if left < 0 else "SOON" if left <= guarantee_queries.ALARM_DAYS else state
        state = "ASKED" if guarantee.asked_state else state
    return state_chip("guarantee", state)


def _search(actor: Actor, rows: QuerySet[Any], text: str) -> tuple[QuerySet[Any], bool]:
    found = listings.find_account_ids(actor=actor, text=text, limit=_ACCOUNTS)
    return rows.filter(account_id__in=found), len(found) >= _ACCOUNTS


def _enrich_agreements(_actor: Actor, rows: Sequence[Any]) -> None:
    today, progress = get_today(), queries.list_progress(agreements=rows)
    names = Names(login for row in rows for login in (row.proposed_by, row.decided_by))
    for row in rows:
        own = row.progress = progress[row.pk]
        row.next_part = own.next_part if row.state == AgreementState.IN_FORCE.value else None
        row.chip = draw_agreement(row, own, today)
        row.proposer_name, row.decider_name = names.of(row.proposed_by), names.of(row.decided_by)


def _narrow_by_instalment(rows: QuerySet[Any], value: str) -> QuerySet[Any]:
    """Return the agreements in force whose next instalment falls due soon, or is late."""
    today = get_today()
    live = list(rows.filter(state=AgreementState.IN_FORCE.value))
    progress = queries.list_progress(agreements=live)
    found = []
    for one in live:
        part = progress[one.pk].next_part
        if part is not None and (
            part.due_date < today if value == _LATE else today <= part.due_date <= today + timedelta(days=SOON_DAYS)
        ):
            found.append(one.pk)
    return rows.filter(pk__in=found)


def _narrow_guarantees(rows: QuerySet[Any], value: str) -> QuerySet[Any]:
    today = get_today()
    conditions = {
        "HELD": guarantee_queries.held_on(today),
        _SOON: guarantee_queries.ending_soon(today),
        "OVER": guarantee_queries.over(today),
        "ASKED": Q(state=GuaranteeState.HELD.value) & ~Q(asked_state=""),
        GuaranteeState.RELEASED.value: Q(state=GuaranteeState.RELEASED.value),
        GuaranteeState.CALLED.value: Q(state=GuaranteeState.CALLED.value),
    }
    return rows.filter(conditions.get(value, Q()))


AGREEMENTS = register(
    ListSpec(
        name="receivables.agreements",
        title=_("Agreements on instalments"),
        url_name="web:agreements",
        right=agreements.VIEW,
        crumbs=[Crumb(_("Receivables"))],
        rows=lambda actor: queries.filter_agreements(actor=actor),
        row_url=lambda row: address_row("web:agreement", row.pk),
        sort="-number",
        columns=[
            Column("number", _("Number"), lambda row: row.number, order=("id",), css="n", width=14),
            Column("account", _("Account"), lambda row: row.account.number, css="n", width=13),
            Column("name", _("Customer"), lambda row: row.account.customer.name, width=30),
            Column("state", _("State"), lambda row: row.chip, width=18),
            Column(
                "next", _("Next instalment"), lambda row: row.next_part.due_date if row.next_part else None, css="n"
            ),
            Column(
                "next_amount", _("of it open (yuan)"),
                lambda row: fen_to_yuan(row.next_part.left_fen) if row.next_part else None,
                show=lambda row: formats.fen(row.next_part.left_fen) if row.next_part else "", css="num",
            ),
            Column(
                "amount", _("Agreed (yuan)"), lambda row: fen_to_yuan(row.amount_fen),
                show=lambda row: formats.fen(row.amount_fen), css="num",
            ),
            Column(
                "left", _("Still to be paid (yuan)"), lambda row: fen_to_yuan(row.progress.left_fen),
                show=lambda row: formats.fen(row.progress.left_fen), css="num",
            ),
            Column("fees", _("Late fees"), lambda row: words.MEANWHILE[row.late_fees], is_shown=False, width=24),
            Column("signed", _("Signed on"), lambda row: row.signed_on, css="n", is_shown=False),
            Column("ended", _("Ended on"), lambda row: row.ended_on, css="n", is_shown=False),
            Column("proposer", _("Proposed by"), lambda row: row.proposer_name, css="nw", width=12),
            Column("decider", _("Decided by"), lambda row: row.decider_name, css="nw", is_shown=False, width=12),
            Column("unit", _("Unit"), lambda row: row.account.unit.name, css="nw", is_shown=False, width=18),
            Column("reason", _("Reason"), lambda row: row.reason, is_shown=False, width=40),
        ],
        filters=[
            ChoiceFilter(
                "state", _("State"),
                lambda actor: [(one.value, state_label("agreement", one.value)) for one in AgreementState],
            ),
            ChoiceFilter(
                "instalment", _("Next instalment"),
                [(_SOON, _("due within seven days")), (_LATE, _("late"))], apply=_narrow_by_instalment,
            ),
            UnitFilter(lookup="account__unit"),
            DateRangeFilter("signed", _("Signed on"), lookup="signed_on"),
        ],
        search=_search,
        search_hint=_("Name, pinyin, account, meter, address"),
        enrich=_enrich_agreements,
        count=lambda count: _now("%(count)s agreements") % {"count": count},
        brief=("number", "state", "next", "left"),
        empty_title=_("No agreement yet"),
        empty_text=_("Open a customer who owes something and choose the agreement on instalments in the menu of acts."),
        empty_found_title=_("No agreement fits"),
        help=[
            _("Debts that are paid in instalments, the newest first. A row opens the plan against what was paid."),
            _("What was paid is read from the books as they stand now; every night what is paid is settled and what "
              "is late beyond its days of grace is broken."),
        ],
        export_name="agreements",
    )
)  # fmt: skip

GUARANTEES = register(
    ListSpec(
        name="receivables.guarantees",
        title=_("Guarantees"),
        url_name="web:guarantees",
        right=agreements.VIEW,
        crumbs=[Crumb(_("Receivables"))],
        rows=lambda actor: guarantee_queries.filter_guarantees(actor=actor),
        row_url=lambda row: address_row("web:guarantee", row.pk),
        sort="until",
        columns=[
            Column("number", _("Number"), lambda row: row.number, order=("id",), css="n", width=14),
            Column("account", _("Account"), lambda row: row.account.number, css="n", width=13),
            Column("name", _("Customer"), lambda row: row.account.customer.name, width=30),
            Column("kind", _("Kind"), lambda row: words.GUARANTEE_KINDS[row.kind], css="nw", width=18),
            Column("guarantor", _("Guarantor"), lambda row: row.guarantor, width=30),
            Column(
                "reference", _("Number of contract or letter"), lambda row: row.reference, css="n", is_shown=False,
                width=20,
            ),
            Column(
                "amount", _("Amount (yuan)"), lambda row: fen_to_yuan(row.amount_fen),
                show=lambda row: formats.fen(row.amount_fen), css="num",
            ),
            Column("from", _("Valid from"), lambda row: row.valid_from_date, css="n", is_shown=False),
            Column(
                "until", _("Valid until"), lambda row: row.valid_until_date, order=("valid_until_date", "id"), css="n"
            ),
            Column("state", _("State"), lambda row: draw_guarantee(row, get_today()), width=18),
            Column("unit", _("Unit"), lambda row: row.account.unit.name, css="nw", is_shown=False, width=18),
        ],
        filters=[
            ChoiceFilter(
                "state", _("State"),
                [
                    ("HELD", pgettext_lazy("guarantee", "Held")), (_SOON, _("ends within 30 days")),
                    ("OVER", _("over and not released")), ("ASKED", _("Waits for a second person")),
                    (GuaranteeState.RELEASED.value, pgettext_lazy("guarantee", "Released")),
                    (GuaranteeState.CALLED.value, pgettext_lazy("guarantee", "Called")),
                ],
                apply=_narrow_guarantees,
            ),
            ChoiceFilter("kind", _("Kind"), list(words.GUARANTEE_KINDS.items())),
            UnitFilter(lookup="account__unit"),
            DateRangeFilter("until", _("Valid until"), lookup="valid_until_date"),
        ],
        search=_search,
        search_hint=_("Name, pinyin, account, meter, address"),
        count=lambda count: _now("%(count)s guarantees") % {"count": count},
        brief=("number", "name", "amount", "state"),
        empty_title=_("No guarantee yet"),
        empty_text=_("Open a customer and choose the guarantee in the menu of acts."),
        empty_found_title=_("No guarantee fits"),
        help=[
            _("Who stands for the debts of customers, and until when. What ends first stands first."),
            _("Deposits of money stand among waivers, refunds and deposits."),
        ],
        export_name="guarantees",
    )
)  # fmt: skip
