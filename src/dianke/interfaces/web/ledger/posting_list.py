"""The postings as a list: what every figure of the books opens into."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from django.db.models import QuerySet
from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from django.views.decorators.http import require_GET

from dianke.application import ledger
from dianke.application.listings import accounts as listings
from dianke.domain.billing.models import Bill
from dianke.domain.receivables.queries import books
from dianke.interfaces.web.access import page_right
from dianke.interfaces.web.billing.words import USAGE_CLASSES
from dianke.interfaces.web.components import formats
from dianke.interfaces.web.components.filters import ChoiceFilter, MonthFilter, TextFilter, UnitFilter
from dianke.interfaces.web.components.list_views import render_list
from dianke.interfaces.web.components.lists import Column, ListSpec, register
from dianke.interfaces.web.components.page import Crumb
from dianke.interfaces.web.components.row_addresses import address_row
from dianke.interfaces.web.ledger import words
from dianke.interfaces.web.requests import StaffRequest
from dianke.kernel.money import fen_to_yuan
from dianke.platform.identity.types import Actor

_SYSTEM = Actor.system("finding the account of a filter")
_CUSTOMERS = 200


@require_GET
@page_right(ledger.VIEW)
def list_postings(request: StaffRequest) -> HttpResponse:
    """List postings, newest first."""
    return render_list(request, POSTINGS)


def _narrow_account(rows: QuerySet[Any], code: str) -> QuerySet[Any]:
    return books.narrow_to_account(rows, actor=_SYSTEM, code=code)


def _narrow_month(rows: QuerySet[Any], month: date) -> QuerySet[Any]:
    return books.narrow_to_month(rows, month=month)


def _narrow_until(rows: QuerySet[Any], month: date) -> QuerySet[Any]:
    return books.narrow_until_month(rows, month=month, is_included=True)


def _narrow_voucher(rows: QuerySet[Any], number: str) -> QuerySet[Any]:
    return books.narrow_to_voucher(rows, actor=_SYSTEM, number=number)


def _narrow_side(rows: QuerySet[Any], side: str) -> QuerySet[Any]:
    return rows.filter(credit_fen=0) if side == "DEBIT" else rows.filter(debit_fen=0)


def _narrow_year(rows: QuerySet[Any], year: str) -> QuerySet[Any]:
    return rows.filter(for_year=int(year)) if year.isdecimal() and len(year) == 4 else rows.none()


def _search(actor: Actor, rows: QuerySet[Any], text: str) -> tuple[QuerySet[Any], bool]:
    found = listings.find_account_ids(actor=actor, text=text, limit=_CUSTOMERS)
    return rows.filter(customer_account_id__in=found), len(found) >= _CUSTOMERS


def _enrich(actor: Actor, rows: Sequence[Any]) -> None:
    numbers = books.map_voucher_numbers(actor=actor, keys=list({one.voucher_id for one in rows}))
    keys = [one.bill_id for one in rows if one.bill_id]
    found = Bill.objects.for_actor(actor).filter(pk__in=keys) if keys and actor.may("billing.view") else []
    bills = {bill.pk: bill for bill in found}
    for one in rows:
        one.voucher_number = numbers.get(one.voucher_id, "")
        one.bill = bills.get(one.bill_id)


def _open(one: Any) -> str:
    if one.bill is not None:
        return address_row("web:bill", one.bill.pk)
    if one.voucher_number:
        return reverse("web:ledger_voucher", args=[one.voucher_number])
    # A voucher of another unit is not the reader's; the postings of the account are.
    return f"{reverse('web:ledger_postings')}?account={one.ledger_account.code}"


def _amount(value: int) -> Any:
    return fen_to_yuan(value) if value else None


POSTINGS = register(
    ListSpec(
        name="ledger.postings",
        title=_("Postings"),
        url_name="web:ledger_postings",
        right=ledger.VIEW,
        crumbs=[Crumb(_("Receivables")), Crumb(_("Trial balance"))],
        rows=lambda actor: books.filter_postings(actor=actor),
        row_url=_open,
        # Keys begin with the month of booking.
        sort="-booked",
        columns=[
            Column("booked", _("Booked on"), lambda one: one.booked_on, order=("id",), css="n", width=12),
            Column("voucher", _("Voucher"), lambda one: one.voucher_number or None, css="n", width=26),
            Column(
                "account",
                _("Ledger account"),
                lambda one: f"{one.ledger_account.code} {words.name_account(one.ledger_account)}",
                width=34,
            ),
            Column("bill", _("Bill"), lambda one: one.bill.number if one.bill else None, css="n", width=30),
            Column(
                "customer",
                pgettext_lazy("customer", "Name"),
                lambda one: one.bill.customer_name if one.bill else None,
                width=24,
            ),
            Column(
                "debit",
                _("Debit (yuan)"),
                lambda one: _amount(one.debit_fen),
                show=lambda one: formats.fen(one.debit_fen) if one.debit_fen else "",
                css="num",
            ),
            Column(
                "credit",
                _("Credit (yuan)"),
                lambda one: _amount(one.credit_fen),
                show=lambda one: formats.fen(one.credit_fen) if one.credit_fen else "",
                css="num",
            ),
            Column("class", _("Class of use"), lambda one: words.name_class(one.usage_class), is_shown=False, width=20),
            Column("year", _("Year of the bill"), lambda one: one.for_year or None, css="n", is_shown=False, width=8),
            Column("unit", _("Unit"), lambda one: one.unit.name, css="nw", width=18),
            Column("posting", _("Posting"), lambda one: str(one.id), css="n", is_shown=False, width=18),
        ],
        filters=[
            TextFilter("account", _("Account code"), _narrow_account, hint=_("1122 or 1122.01.01")),
            UnitFilter(),
            MonthFilter("month", _("Month"), _narrow_month),
            MonthFilter("until", _("Until the month"), _narrow_until),
            ChoiceFilter("side", _("Side"), [("DEBIT", _("Debit")), ("CREDIT", _("Credit"))], apply=_narrow_side),
            ChoiceFilter("class", _("Class of use"), list(USAGE_CLASSES.items()), lookup="usage_class"),
            TextFilter("year", _("Year of the bill"), _narrow_year),
            TextFilter("voucher", _("Voucher"), _narrow_voucher),
        ],
        search=_search,
        search_hint=_("Name, pinyin, account, meter, address"),
        enrich=_enrich,
        count=lambda count: _now("%(count)s postings") % {"count": count},
        empty_title=_("Nothing is posted yet"),
        empty_text=_("Postings are written with the bills that a run issues."),
        empty_found_title=_("No posting fits"),
        empty_found_text=_("Take a filter out to see more."),
        help=[
            _("Every figure of the books opens here, narrowed to what it is the sum of."),
            _("A posting of a bill opens the bill; one that sums many opens its voucher, and from there the bills."),
        ],
        brief=("account", "debit", "credit"),
        export_name="postings",
    )
)
