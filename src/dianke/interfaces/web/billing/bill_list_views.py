"""The list of bills."""

from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import QuerySet
from django.http import HttpResponse
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from django.views.decorators.http import require_GET

from dianke.application.listings import accounts as listings
from dianke.domain.billing.queries import bills as bill_queries
from dianke.interfaces.web.access import page_right
from dianke.interfaces.web.billing import words
from dianke.interfaces.web.components import formats
from dianke.interfaces.web.components.filters import ChoiceFilter, MonthFilter
from dianke.interfaces.web.components.list_views import render_list
from dianke.interfaces.web.components.lists import Column, ListSpec, register
from dianke.interfaces.web.components.page import Crumb, Text
from dianke.interfaces.web.components.row_addresses import address_row
from dianke.interfaces.web.requests import StaffRequest
from dianke.kernel.money import fen_to_yuan
from dianke.platform.identity.types import Actor

# A text that fits more customers than this is too short to find a bill by.
_CUSTOMERS = 200


@require_GET
@page_right("billing.view")
def list_bills(request: StaffRequest) -> HttpResponse:
    """List issued bills, newest first."""
    return render_list(request, BILLS)


def _rows(actor: Actor) -> QuerySet[Any]:
    return bill_queries.filter_bills(actor=actor, account_ids=None, month=None)


def _search(actor: Actor, rows: QuerySet[Any], text: str) -> tuple[QuerySet[Any], bool]:
    found = listings.find_account_ids(actor=actor, text=text, limit=_CUSTOMERS)
    return rows.filter(account_id__in=found), len(found) >= _CUSTOMERS


def _narrow_month(rows: QuerySet[Any], month: date) -> QuerySet[Any]:
    return bill_queries.narrow_to_month(rows, month=month)


def _name_class(bill: Any) -> Text:
    code: str = bill.usage_class
    return words.USAGE_CLASSES.get(code, code)


BILLS = register(
    ListSpec(
        name="billing.bills",
        title=_("Bills"),
        url_name="web:bills",
        right="billing.view",
        crumbs=[Crumb(_("Billing"))],
        rows=_rows,
        row_url=lambda bill: address_row("web:bill", bill.id),
        # Keys of bills begin with the month and rise with the issue.
        sort="-bill",
        columns=[
            Column("bill", _("Bill"), lambda bill: bill.number, order=("id",), css="n", width=30),
            Column("account", _("Account"), lambda bill: bill.account_number, css="n", width=13),
            Column("name", pgettext_lazy("customer", "Name"), lambda bill: bill.customer_name, width=30),
            Column("class", _("Class"), _name_class, css="nw", is_shown=False),
            Column("address", _("Address"), lambda bill: bill.address, is_shown=False, width=40),
            Column("month", _("Month"), lambda bill: formats.month(bill.month), css="n", width=10),
            Column("correction", _("Correction"), lambda bill: _("yes") if bill.correction_id else None, css="nw"),
            Column(
                "energy",
                _("Energy (kWh)"),
                lambda bill: Decimal(bill.energy_kwh_e2).scaleb(-2),
                show=lambda bill: formats.kwh_e2(bill.energy_kwh_e2),
                css="num",
            ),
            Column(
                "amount",
                _("Amount (yuan)"),
                lambda bill: fen_to_yuan(bill.amount_fen),
                show=lambda bill: formats.fen(bill.amount_fen),
                css="num",
            ),
            Column(
                "issued",
                _("Issued on"),
                lambda bill: formats.moment(bill.issued_at),
                show=lambda bill: formats.day(bill.issued_at),
                css="n",
            ),
        ],
        filters=[
            MonthFilter("month", _("Month"), _narrow_month),
            ChoiceFilter("class", _("Class"), list(words.USAGE_CLASSES.items()), lookup="usage_class"),
        ],
        search=_search,
        search_hint=_("Name, pinyin, account, meter, address"),
        count=lambda count: _now("%(count)s bills") % {"count": count},
        empty_title=_("No bill yet"),
        empty_text=_("Bills appear here when a run is issued."),
        empty_found_title=_("No bill fits"),
        help=[
            _("Every issued bill of your units, the newest first. A row opens the bill and its calculation."),
            _("The search box finds bills by their customer: name, pinyin, account, meter or address."),
            _("An export holds what is shown, carries your name and a number, and is entered in the trail."),
        ],
        brief=("name", "energy", "amount"),
        reads=(
            "id",
            "account_number",
            "customer_name",
            "usage_class",
            "address",
            "month",
            "correction_id",
            "energy_kwh_e2",
            "amount_fen",
            "issued_at",
        ),
        export_name="bills",
    )
)
