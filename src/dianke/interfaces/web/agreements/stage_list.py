"""The list of stages that were asked for: by day, with what of them is covered."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from django.db.models import QuerySet
from django.http import HttpResponse
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET

from dianke.application import agreements
from dianke.application.listings import accounts as listings
from dianke.domain.receivables.models import StageRequest
from dianke.domain.receivables.queries import stages as queries
from dianke.interfaces.web.access import page_right
from dianke.interfaces.web.agreements.lists import get_today
from dianke.interfaces.web.components import formats
from dianke.interfaces.web.components.filters import ChoiceFilter, DateRangeFilter, MonthFilter, UnitFilter
from dianke.interfaces.web.components.list_views import render_list
from dianke.interfaces.web.components.lists import Column, ListSpec, register
from dianke.interfaces.web.components.page import Chip, Crumb
from dianke.interfaces.web.components.row_addresses import address_row
from dianke.interfaces.web.components.states import state_chip
from dianke.interfaces.web.requests import StaffRequest
from dianke.kernel.money import fen_to_yuan
from dianke.platform.identity.types import Actor

_ACCOUNTS = 200


@require_GET
@page_right(agreements.VIEW)
def list_stages(request: StaffRequest) -> HttpResponse:
    """List the stages that were asked for, the latest day first."""
    return render_list(request, STAGES)


def draw_stage(request: StageRequest, covered_fen: int | None, today: date) -> Chip:
    """Return where a stage stands: closed by the bill of its month, paid in advance, open or late."""
    if covered_fen is None:
        state = "BILLED"
    elif covered_fen >= request.amount_fen:
        state = "PAID"
    elif request.due_date < today:
        state = "LATE"
    else:
        state = "PART" if covered_fen else "OPEN"
    return state_chip("stage", state)


def _search(actor: Actor, rows: QuerySet[Any], text: str) -> tuple[QuerySet[Any], bool]:
    found = listings.find_account_ids(actor=actor, text=text, limit=_ACCOUNTS)
    return rows.filter(account_id__in=found), len(found) >= _ACCOUNTS


def _enrich(_actor: Actor, rows: Sequence[Any]) -> None:
    today, covered = get_today(), queries.list_covered(account_ids={row.account_id for row in rows})
    for row in rows:
        row.covered_fen = covered.get(row.pk)
        row.chip = draw_stage(row, row.covered_fen, today)


def _narrow(rows: QuerySet[Any], value: str) -> QuerySet[Any]:
    """Return the stages of months that are not billed which are paid, open or late."""
    today = get_today()
    covered = queries.list_covered(account_ids=set(rows.order_by().values_list("account_id", flat=True).distinct()))
    open_ones = rows.filter(pk__in=list(covered)).values_list("pk", "amount_fen", "due_date")
    found: dict[str, list[int]] = {"PAID": [], "OPEN": [], "LATE": []}
    for key, amount_fen, due_date in open_ones:
        is_paid = covered[key] >= amount_fen
        found["PAID" if is_paid else "LATE" if due_date < today else "OPEN"].append(key)
    return rows.filter(pk__in=found[value])


STAGES = register(
    ListSpec(
        name="receivables.stages",
        title=_("Staged settlement"),
        url_name="web:stages",
        right=agreements.VIEW,
        crumbs=[Crumb(_("Receivables"))],
        rows=lambda actor: queries.filter_requests(actor=actor),
        row_url=lambda row: address_row("web:staged_terms", row.account.number),
        sort="-due",
        columns=[
            Column("account", _("Account"), lambda row: row.account.number, css="n", width=13),
            Column("name", _("Customer"), lambda row: row.account.customer.name, width=30),
            Column("month", _("Month"), lambda row: row.month, show=lambda row: formats.month(row.month), css="n"),
            Column("stage", _("Stage"), lambda row: row.number, css="num"),
            Column("due", _("Due date"), lambda row: row.due_date, order=("due_date", "id"), css="n"),
            Column("state", _("State"), lambda row: row.chip, width=16),
            Column(
                "amount", _("Asked for (yuan)"), lambda row: fen_to_yuan(row.amount_fen),
                show=lambda row: formats.fen(row.amount_fen), css="num",
            ),
            Column(
                "covered", _("Covered by prepayment (yuan)"),
                lambda row: None if row.covered_fen is None else fen_to_yuan(row.covered_fen),
                show=lambda row: "" if row.covered_fen is None else formats.fen(row.covered_fen), css="num",
            ),
            Column(
                "forecast", _("Month expected (yuan)"), lambda row: fen_to_yuan(row.forecast_fen),
                show=lambda row: formats.fen(row.forecast_fen), css="num", is_shown=False,
            ),
            Column("unit", _("Unit"), lambda row: row.account.unit.name, css="nw", is_shown=False, width=18),
        ],
        filters=[
            ChoiceFilter(
                "state", _("State"), [("LATE", _("late")), ("OPEN", _("to come")), ("PAID", _("paid in advance"))],
                apply=_narrow,
            ),
            MonthFilter("month", _("Month"), apply=lambda rows, month: rows.filter(month=month)),
            UnitFilter(lookup="account__unit"),
            DateRangeFilter("due", _("Due date"), lookup="due_date"),
        ],
        search=_search,
        search_hint=_("Name, pinyin, account, meter, address"),
        enrich=_enrich,
        count=lambda count: _now("%(count)s stages") % {"count": count},
        brief=("account", "due", "amount", "state"),
        empty_title=_("No stage was asked for yet"),
        empty_text=_("Open a large user and choose staged settlement in the menu of acts; the stages of a month are "
                     "asked for in the night that begins it."),
        empty_found_title=_("No stage fits"),
        help=[
            _("What large users pay within the month, the latest day first. A row opens the terms of the account."),
            _("The prepayment of an account covers the stage that is due first; when the month is billed it is used "
              "for the bill, and its stages are closed. A late stage bears no late fee."),
        ],
        export_name="stages",
    )
)  # fmt: skip
