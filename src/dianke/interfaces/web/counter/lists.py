"""Lists of shifts, of differences of their cash, and of card slips and cheques."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.db.models import Q, QuerySet
from django.http import HttpResponse
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from django.views.decorators.http import require_GET

import dianke.interfaces.web.counter.words  # noqa: F401 - enters the states
from dianke.application import counter
from dianke.domain.channels.queries import cheques
from dianke.domain.channels.queries import shifts as queries
from dianke.domain.channels.types import ShiftState
from dianke.domain.receivables.queries.payments import filter_payments
from dianke.interfaces.web.access import page_right
from dianke.interfaces.web.components import formats
from dianke.interfaces.web.components.figures import Figure
from dianke.interfaces.web.components.filters import ChoiceFilter, DateRangeFilter, UnitFilter
from dianke.interfaces.web.components.list_views import render_list
from dianke.interfaces.web.components.lists import Column, ListSpec, register
from dianke.interfaces.web.components.page import Crumb
from dianke.interfaces.web.components.row_addresses import address_row
from dianke.interfaces.web.components.states import state_chip
from dianke.interfaces.web.payments.words import TENDERS
from dianke.interfaces.web.people import Names
from dianke.interfaces.web.requests import StaffRequest
from dianke.kernel.money import fen_to_yuan
from dianke.platform.identity.types import Actor

OVER, SHORT = pgettext_lazy("cash", "over"), pgettext_lazy("cash", "short")


@require_GET
@page_right(counter.VIEW)
def list_shifts(request: StaffRequest) -> HttpResponse:
    """List the shifts, newest first."""
    return render_list(request, SHIFTS)


@require_GET
@page_right(counter.VIEW)
def list_slips(request: StaffRequest) -> HttpResponse:
    """List card slips and cheques, newest first."""
    return render_list(request, SLIPS)


@require_GET
@page_right(counter.VIEW)
def list_differences(request: StaffRequest) -> HttpResponse:
    """List what counts of cash came out over or short, newest first, with what it comes to."""
    totals = queries.sum_differences(actor=request.actor)
    figures = [
        Figure(caption=_now("Waits for a decision"), value=f"{totals.waiting:,}"),
        Figure(caption=_now("Over, booked (yuan)"), value=formats.fen(totals.over_fen)),
        Figure(caption=_now("Short, booked (yuan)"), value=formats.fen(totals.short_fen)),
        Figure(caption=_now("Balance (yuan)"), value=formats.signed_fen(totals.over_fen - totals.short_fen)),
    ]
    return render_list(request, DIFFERENCES, template="counter/differences.html", values={"figures": figures})


def _enrich_shifts(actor: Actor, rows: Sequence[Any]) -> None:
    totals = queries.map_totals(actor=actor, shifts=rows)
    names = Names(name for row in rows for name in (row.cashier, row.decided_by))
    for row in rows:
        row.entry_count, row.total_fen = totals.get(row.pk, (0, 0))
        row.cashier_name, row.decider_name = names.of(row.cashier), names.of(row.decided_by)


def _search_shifts(actor: Actor, rows: QuerySet[Any], text: str) -> tuple[QuerySet[Any], bool]:
    return rows.filter(number__startswith=text.upper()) | rows.filter(cashier=text), False


def _enrich_slips(actor: Actor, rows: Sequence[Any]) -> None:
    payments = {one.pk: one for one in filter_payments(actor=actor).filter(pk__in=[row.payment_id for row in rows])}
    clearings = cheques.map_clearings(actor=actor, takings=[row.pk for row in rows])
    names = Names(row.shift.cashier for row in rows)
    for row in rows:
        row.payment_number = payments[row.payment_id].number
        row.is_undone = payments[row.payment_id].is_reversed
        row.cashier_name = names.of(row.shift.cashier)
        row.bank_state = _find_bank_state(row, clearings)


def _find_bank_state(row: Any, clearings: Mapping[int, Any]) -> str:
    """Return where a slip stands at the bank; days of cards are cleared together, not slip by slip."""
    if row.is_undone:
        return "BACK"
    if row.tender != queries.CHEQUE:
        return "BY_DAY" if row.terminal_id else ""
    return "HONOURED" if row.pk in clearings else "UNDER_WAY"


def _search_slips(actor: Actor, rows: QuerySet[Any], text: str) -> tuple[QuerySet[Any], bool]:
    return rows.filter(slip_number__startswith=text), False


SHIFTS = register(
    ListSpec(
        name="counter.shifts",
        title=_("Shifts"),
        url_name="web:counter_shifts",
        right=counter.VIEW,
        crumbs=[Crumb(_("Payment collection"))],
        rows=lambda actor: queries.filter_shifts(actor=actor),
        row_url=lambda row: address_row("web:counter_shift", row.number),
        sort="-opened",
        columns=[
            Column("number", _("Shift"), lambda row: row.number, css="n", width=24),
            Column("opened", _("Day"), lambda row: row.opened_on, order=("opened_on",), css="n", width=12),
            Column("cashier", _("Cashier"), lambda row: row.cashier_name, css="nw"),
            Column("state", _("State"), lambda row: state_chip("counter.shift", row.state, quiet=True)),
            Column("entries", pgettext_lazy("shift", "Entries"), lambda row: row.entry_count, css="num", width=8),
            Column(
                "total",
                _("Taken (yuan)"),
                lambda row: fen_to_yuan(row.total_fen),
                show=lambda row: formats.fen(row.total_fen),
                css="num",
            ),
            Column(
                "difference",
                _("Difference (yuan)"),
                lambda row: fen_to_yuan(row.difference_fen) if row.counted_fen is not None else None,
                show=lambda row: (
                    formats.signed_fen(row.difference_fen) if row.counted_fen is not None else formats.NONE
                ),
                css="num",
            ),
            Column("unit", _("Unit"), lambda row: row.unit.name, css="nw", width=18),
            Column(
                "opened_at",
                _("Opened at"),
                lambda row: formats.moment(row.opened_at),
                css="n",
                is_shown=False,
            ),
            Column(
                "closed_at",
                pgettext_lazy("shift", "Closed at"),
                lambda row: formats.moment(row.closed_at),
                css="n",
                is_shown=False,
            ),
        ],
        filters=[
            ChoiceFilter(
                "state",
                _("State"),
                [(one.value, state_chip("counter.shift", one.value).label) for one in ShiftState],
            ),
            DateRangeFilter("day", _("Day"), lookup="opened_on"),
            UnitFilter(),
        ],
        search=_search_shifts,
        search_hint=_("Number of the shift, log-in of the cashier"),
        enrich=_enrich_shifts,
        count=lambda count: _now("%(count)s shifts") % {"count": count},
        empty_title=_("No shift yet"),
        empty_text=_("A cashier opens a shift at the desk before money is taken."),
        empty_found_title=_("No shift fits"),
        empty_found_text=_("Take a filter out to see more."),
        help=[_("A shift is one cashier's drawer on one day; its page prints the list of the day.")],
        brief=("state", "cashier", "total", "difference"),
        export_name="shifts",
    )
)
DIFFERENCES = register(
    ListSpec(
        name="counter.differences",
        title=_("Cash differences"),
        url_name="web:counter_differences",
        right=counter.VIEW,
        crumbs=[Crumb(_("Payment collection"))],
        rows=lambda actor: queries.filter_differences(actor=actor),
        row_url=lambda row: address_row("web:counter_shift", row.number),
        sort="-opened",
        columns=[
            Column("number", _("Shift"), lambda row: row.number, css="n", width=24),
            Column("opened", _("Day"), lambda row: row.opened_on, order=("opened_on",), css="n", width=12),
            Column("cashier", _("Cashier"), lambda row: row.cashier_name, css="nw"),
            Column("state", _("State"), lambda row: state_chip("counter.shift", row.state, quiet=True)),
            Column(
                "kind",
                pgettext_lazy("cash", "Over or short"),
                lambda row: OVER if row.difference_fen > 0 else SHORT,
                css="nw",
            ),
            Column(
                "difference",
                _("Difference (yuan)"),
                lambda row: fen_to_yuan(row.difference_fen),
                show=lambda row: formats.signed_fen(row.difference_fen),
                order=("difference_fen",),
                css="num",
            ),
            Column("explanation", _("Explanation"), lambda row: row.explanation, width=30),
            Column("decided_by", _("Decided by"), lambda row: row.decider_name or None, css="nw"),
            Column("voucher", _("Voucher"), lambda row: row.voucher.number if row.voucher else None, css="n", width=18),
            Column("unit", _("Unit"), lambda row: row.unit.name, css="nw", width=18),
        ],
        filters=[
            ChoiceFilter(
                "state",
                _("State"),
                [
                    (one.value, state_chip("counter.shift", one.value).label)
                    for one in (ShiftState.COUNTED, ShiftState.TO_RECOUNT, ShiftState.CLOSED)
                ],
            ),
            ChoiceFilter(
                "kind",
                pgettext_lazy("cash", "Over or short"),
                [("over", OVER), ("short", SHORT)],
                apply=lambda rows, kind: rows.filter(
                    Q(difference_fen__gt=0) if kind == "over" else Q(difference_fen__lt=0)
                ),
            ),
            DateRangeFilter("day", _("Day"), lookup="opened_on"),
            UnitFilter(),
        ],
        search=_search_shifts,
        search_hint=_("Number of the shift, log-in of the cashier"),
        enrich=_enrich_shifts,
        count=lambda count: _now("%(count)s differences") % {"count": count},
        empty_title=_("No difference"),
        empty_text=_("Every drawer that was counted held what it should."),
        empty_found_title=_("No difference fits"),
        empty_found_text=_("Take a filter out to see more."),
        help=[
            _("The cashier says why a drawer is over or short; above the limit another person decides."),
            _("What is closed is booked to 1901.01, cash over and short; the voucher stands beside it."),
        ],
        brief=("state", "cashier", "difference", "explanation"),
        export_name="cash-differences",
    )
)
SLIPS = register(
    ListSpec(
        name="counter.slips",
        title=_("Slips and cheques"),
        url_name="web:counter_slips",
        right=counter.VIEW,
        crumbs=[Crumb(_("Payment collection"))],
        rows=lambda actor: queries.filter_slips(actor=actor),
        row_url=lambda row: address_row("web:payment", row.payment_number),
        sort="-entered",
        columns=[
            Column("slip", _("Number of the slip or cheque"), lambda row: row.slip_number, css="n", width=20),
            Column("tender", _("Paid by"), lambda row: TENDERS[row.tender], css="nw"),
            Column("bank", _("Bank"), lambda row: row.bank_name or None, width=20),
            Column(
                "amount",
                _("Amount (yuan)"),
                lambda row: fen_to_yuan(row.amount_fen),
                show=lambda row: formats.fen(row.amount_fen),
                css="num",
            ),
            Column("payment", pgettext_lazy("payment", "Payment"), lambda row: row.payment_number, css="n", width=18),
            Column("entered", _("Taken at"), lambda row: formats.moment(row.entered_at), order=("id",), css="n"),
            Column(
                "state",
                _("State"),
                lambda row: state_chip("payment", "REVERSED" if row.is_undone else "SETTLED", quiet=True),
            ),
            Column(
                "at_bank",
                _("At the bank"),
                lambda row: state_chip("counter.slip", row.bank_state, quiet=True) if row.bank_state else None,
            ),
            Column("drawer", _("Drawer of the cheque"), lambda row: row.drawer or None, width=20, is_shown=False),
            Column(
                "terminal",
                _("Card terminal"),
                lambda row: row.terminal.name if row.terminal else None,
                css="nw",
                is_shown=False,
            ),
            Column("cashier", _("Cashier"), lambda row: row.cashier_name, css="nw"),
            Column("shift", _("Shift"), lambda row: row.shift.number, css="n", width=24, is_shown=False),
            Column("unit", _("Unit"), lambda row: row.shift.unit.name, css="nw", width=18, is_shown=False),
        ],
        filters=[
            ChoiceFilter("tender", _("Paid by"), [(code, TENDERS[code]) for code in (queries.CARD, queries.CHEQUE)]),
            DateRangeFilter("day", _("Day"), lookup="shift__opened_on"),
            UnitFilter(lookup="shift__unit"),
        ],
        search=_search_slips,
        search_hint=_("Number of the slip or cheque"),
        enrich=_enrich_slips,
        count=lambda count: _now("%(count)s slips and cheques") % {"count": count},
        empty_title=_("No slip and no cheque yet"),
        empty_text=_("What counters take by card or cheque is listed here, to be compared with the bank's statement."),
        empty_found_title=_("Nothing fits"),
        empty_found_text=_("Take a filter out to see more."),
        help=[
            _("Compare with the bank's statement; a cheque that comes back is reversed on the page of its payment."),
            _("A cheque is under way until the statement credits it; cards are settled by terminal and day."),
        ],
        brief=("amount", "tender", "bank", "at_bank"),
        export_name="slips",
    )
)
