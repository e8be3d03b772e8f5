"""The lists of invoices, of what is asked for, and of bills with what is left to be invoiced."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from django.db.models import Q, QuerySet
from django.http import HttpResponse
from django.urls import reverse_lazy
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from django.views.decorators.http import require_GET

from dianke.application import invoices
from dianke.application.listings import accounts as listings
from dianke.domain.billing.queries import bills as bill_queries
from dianke.domain.invoicing.queries import invoices as queries
from dianke.domain.invoicing.queries import standings
from dianke.domain.invoicing.types import DeliveryState, RequestState
from dianke.interfaces.web.access import page_right
from dianke.interfaces.web.components import formats
from dianke.interfaces.web.components.filters import ChoiceFilter, DateRangeFilter, MonthFilter, UnitFilter
from dianke.interfaces.web.components.list_views import render_list
from dianke.interfaces.web.components.lists import Column, ListSpec, register
from dianke.interfaces.web.components.page import Crumb
from dianke.interfaces.web.components.row_addresses import address_row
from dianke.interfaces.web.components.states import state_chip, state_label
from dianke.interfaces.web.invoices import words
from dianke.interfaces.web.people import Names
from dianke.interfaces.web.requests import StaffRequest
from dianke.kernel.money import fen_to_yuan
from dianke.platform.identity.types import Actor

_CUSTOMERS = 200
_LAZY_INVOICES = reverse_lazy("web:invoices")
_LEFT: dict[str, Any] = {"open": _("To be invoiced"), "invoiced": pgettext_lazy("bill", "Invoiced")}


@require_GET
@page_right(invoices.VIEW)
def list_invoices(request: StaffRequest) -> HttpResponse:
    """List the invoices, newest first."""
    values = {"may_make": request.actor.may(invoices.MAKE)}
    return render_list(request, INVOICES, template="invoices/list.html", values=values)


@require_GET
@page_right(invoices.VIEW)
def list_requests(request: StaffRequest) -> HttpResponse:
    """List what was asked for, newest first."""
    return render_list(request, REQUESTS)


@require_GET
@page_right(invoices.VIEW)
def list_bills(request: StaffRequest) -> HttpResponse:
    """List bills with what is invoiced of them and what is left."""
    return render_list(request, BILLS)


def _search_invoices(actor: Actor, rows: QuerySet[Any], text: str) -> tuple[QuerySet[Any], bool]:
    found = Q(number__iexact=text) | Q(account_number=text) | Q(delivery__platform_number=text)
    return rows.filter(found | Q(buyer_name__icontains=text) | Q(buyer_tax_number=text.upper())), False


def _search_requests(actor: Actor, rows: QuerySet[Any], text: str) -> tuple[QuerySet[Any], bool]:
    return rows.filter(Q(account_number=text) | Q(buyer_name__icontains=text) | Q(blue__number__iexact=text)), False


def _search_bills(actor: Actor, rows: QuerySet[Any], text: str) -> tuple[QuerySet[Any], bool]:
    found = listings.find_account_ids(actor=actor, text=text, limit=_CUSTOMERS)
    return rows.filter(account_id__in=found), len(found) >= _CUSTOMERS


def _enrich_invoices(actor: Actor, rows: Sequence[Any]) -> None:
    names = Names(row.made_by for row in rows)
    for row in rows:
        row.maker_name = names.of(row.made_by)


def _enrich_requests(actor: Actor, rows: Sequence[Any]) -> None:
    names = Names(login for row in rows for login in (row.asked_by, row.decided_by))
    for row in rows:
        row.asker_name, row.decider_name = names.of(row.asked_by), names.of(row.decided_by)


def _enrich_bills(actor: Actor, rows: Sequence[Any]) -> None:
    found = standings.list_standings(bills=rows)
    for row in rows:
        row.standing = found[row.pk]


def _narrow_month(rows: QuerySet[Any], month: date) -> QuerySet[Any]:
    return bill_queries.narrow_to_month(rows, month=month)


def _narrow_left(rows: QuerySet[Any], value: str) -> QuerySet[Any]:
    return standings.narrow_to_open(rows) if value == "open" else standings.narrow_to_invoiced(rows)


def _name_obstacle(row: Any) -> str | None:
    return _now(row.standing.obstacle) if row.standing.obstacle else None


def _list_states(kind: str, states: Any) -> Any:
    return lambda actor: [(one.value, state_label(kind, one.value)) for one in states]


def _amount(key: str, title: Any, name: str) -> Column:
    return Column(
        key,
        title,
        lambda row: fen_to_yuan(getattr(row, name)),
        show=lambda row: formats.fen(getattr(row, name)),
        css="num",
    )


INVOICES = register(
    ListSpec(
        name="invoicing.invoices",
        title=_("Tax invoices"),
        url_name="web:invoices",
        right=invoices.VIEW,
        crumbs=[Crumb(_("Receivables"))],
        rows=lambda actor: queries.filter_invoices(actor=actor),
        row_url=lambda row: address_row("web:invoice", row.number),
        sort="-date",
        columns=[
            Column("number", _("Invoice"), lambda row: row.number, css="n", width=24),
            Column(
                "platform",
                _("Number of the tax platform"),
                lambda row: row.delivery.platform_number or None,
                css="n",
                width=24,
            ),
            Column(
                "date",
                _("Date of the invoice"),
                lambda row: row.invoice_date,
                order=("invoice_date",),
                css="n",
                show=lambda row: formats.day(row.invoice_date),
            ),
            Column("buyer", pgettext_lazy("invoice", "Buyer"), lambda row: row.buyer_name, width=30),
            Column(
                "tax_number",
                _("Tax number"),
                lambda row: row.buyer_tax_number or None,
                css="n",
                is_shown=False,
                width=22,
            ),
            Column("account", _("Account"), lambda row: row.account_number, css="n", width=13),
            Column("colour", pgettext_lazy("invoice", "Blue or red"), lambda row: words.COLOURS[row.colour], css="nw"),
            Column("kind", _("Kind"), lambda row: words.KINDS[row.kind], css="nw"),
            _amount("net", _("Net (yuan)"), "net_fen"),
            _amount("tax", _("Tax (yuan)"), "tax_fen"),
            _amount("total", _("Amount (yuan)"), "total_fen"),
            Column("state", _("State"), lambda row: state_chip("invoice", row.delivery.state), width=20),
            Column(
                "blue",
                _("Takes back"),
                lambda row: row.blue.number if row.blue else None,
                css="n",
                is_shown=False,
                width=24,
            ),
            Column("maker", _("Made by"), lambda row: row.maker_name, css="nw", is_shown=False),
        ],
        filters=[
            ChoiceFilter(
                "state",
                _("State"),
                _list_states("invoice", DeliveryState),
                lookup="delivery__state",
            ),
            ChoiceFilter("colour", pgettext_lazy("invoice", "Blue or red"), list(words.COLOURS.items())),
            ChoiceFilter("kind", _("Kind"), list(words.KINDS.items())),
            UnitFilter(),
            DateRangeFilter("date", _("Date of the invoice"), lookup="invoice_date"),
        ],
        search=_search_invoices,
        search_hint=_("Buyer, tax number, account or number of an invoice"),
        enrich=_enrich_invoices,
        count=lambda count: _now("%(count)s invoices") % {"count": count},
        empty_title=_("No invoice yet"),
        empty_text=_("Open an issued bill and choose to make its invoice, or make those of a whole run."),
        empty_found_title=_("No invoice fits"),
        help=[
            _("Every tax invoice of your units, blue and red, the newest first. A row opens it."),
            _("An invoice is never changed: a red-letter invoice takes it back, whole or in part."),
        ],
        brief=("state", "buyer", "total"),
        export_name="invoices",
    )
)

REQUESTS = register(
    ListSpec(
        name="invoicing.requests",
        title=_("Invoice requests"),
        url_name="web:invoice_requests",
        right=invoices.VIEW,
        crumbs=[Crumb(_("Receivables")), Crumb(_("Tax invoices"), _LAZY_INVOICES)],
        rows=lambda actor: queries.filter_requests(actor=actor),
        row_url=lambda row: address_row("web:invoice_request", row.pk),
        sort="-asked",
        columns=[
            Column("number", pgettext_lazy("invoice", "Request"), lambda row: row.number, css="n", width=14),
            Column("colour", pgettext_lazy("invoice", "Blue or red"), lambda row: words.COLOURS[row.colour], css="nw"),
            Column("buyer", pgettext_lazy("invoice", "Buyer"), lambda row: row.buyer_name, width=30),
            Column("account", _("Account"), lambda row: row.account_number, css="n", width=13),
            _amount("total", _("Amount (yuan)"), "total_fen"),
            Column("blue", _("Takes back"), lambda row: row.blue.number if row.blue else None, css="n", width=24),
            Column("origin", pgettext_lazy("invoice", "Origin"), lambda row: words.ORIGINS[row.origin], css="nw"),
            Column("state", _("State"), lambda row: state_chip("invoice_request", row.state), width=16),
            Column("asker", _("Asked by"), lambda row: row.asker_name, css="nw", width=12),
            Column("asked", _("Asked on"), lambda row: row.asked_at, order=("asked_at",), css="n", width=18),
            Column("decider", _("Decided by"), lambda row: row.decider_name, css="nw", width=12),
            Column("reason", _("Reason"), lambda row: row.reason, is_shown=False, width=40),
        ],
        filters=[
            ChoiceFilter(
                "state",
                _("State"),
                _list_states("invoice_request", RequestState),
            ),
            ChoiceFilter("colour", pgettext_lazy("invoice", "Blue or red"), list(words.COLOURS.items())),
            ChoiceFilter("origin", pgettext_lazy("invoice", "Origin"), list(words.ORIGINS.items())),
            UnitFilter(),
            DateRangeFilter("asked", _("Asked on"), lookup="asked_at__date"),
        ],
        search=_search_requests,
        search_hint=_("Buyer, account or number of an invoice"),
        enrich=_enrich_requests,
        count=lambda count: _now("%(count)s requests") % {"count": count},
        empty_title=_("Nothing is asked for"),
        empty_text=_("Red letters and invoices that somebody asked for stand here until they are decided."),
        empty_found_title=_("No request fits"),
        help=[
            _("A red letter is confirmed by another person than who asked for it; then the red invoice is made."),
            _("A correction of a bill asks for the red letter of its invoice by itself."),
        ],
        brief=("state", "buyer", "total"),
        export_name="invoice-requests",
    )
)

BILLS = register(
    ListSpec(
        name="invoicing.bills",
        title=_("Bills to be invoiced"),
        url_name="web:invoice_bills",
        right=invoices.VIEW,
        crumbs=[Crumb(_("Receivables")), Crumb(_("Tax invoices"), _LAZY_INVOICES)],
        rows=lambda actor: bill_queries.filter_bills(actor=actor, account_ids=None, month=None),
        row_url=lambda row: address_row("web:invoice_new", row.pk),
        sort="-bill",
        columns=[
            Column("bill", _("Bill"), lambda row: row.number, order=("id",), css="n", width=30),
            Column("account", _("Account"), lambda row: row.account_number, css="n", width=13),
            Column("name", pgettext_lazy("customer", "Name"), lambda row: row.customer_name, width=30),
            Column("month", _("Month"), lambda row: formats.month(row.month), css="n", width=10),
            _amount("amount", _("Amount (yuan)"), "amount_fen"),
            Column(
                "invoiced",
                _("Invoiced (yuan)"),
                lambda row: fen_to_yuan(row.standing.invoiced_fen),
                show=lambda row: formats.fen(row.standing.invoiced_fen),
                css="num",
            ),
            Column(
                "left",
                _("Left to invoice (yuan)"),
                lambda row: fen_to_yuan(row.standing.left_fen),
                show=lambda row: formats.fen(row.standing.left_fen),
                css="num",
            ),
            Column("obstacle", _("Why not now"), _name_obstacle, width=30),
        ],
        filters=[
            ChoiceFilter("left", pgettext_lazy("bill", "Invoice"), list(_LEFT.items()), apply=_narrow_left),
            MonthFilter("month", _("Month"), _narrow_month),
        ],
        search=_search_bills,
        search_hint=_("Name, pinyin, account, meter, address"),
        enrich=_enrich_bills,
        count=lambda count: _now("%(count)s bills") % {"count": count},
        empty_title=_("No bill yet"),
        empty_text=_("Bills appear here when a run is issued."),
        empty_found_title=_("No bill fits"),
        help=[
            _("Of every bill what its invoices come to and what is left. A row leads to its invoice."),
            _("A bill is invoiced whole or not at all; a reversed one has nothing to be invoiced."),
        ],
        brief=("name", "amount", "left"),
        export_name="bills-to-invoice",
    )
)
