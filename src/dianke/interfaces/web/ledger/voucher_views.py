"""Vouchers: the list, one to look at and to print, and all of a month for the finance system."""

import csv
import io
from collections.abc import Iterable, Iterator
from datetime import date
from typing import Any
from urllib.parse import urlencode

from django.db.models import Q, QuerySet
from django.http import Http404, HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET, require_POST

from dianke.application import ledger
from dianke.domain.billing.queries.bills import MonthUnreadable, get_month
from dianke.domain.receivables.models import Voucher
from dianke.domain.receivables.queries import books
from dianke.domain.receivables.queries.books import VoucherUnknown
from dianke.interfaces.web.access import page_right
from dianke.interfaces.web.components import formats
from dianke.interfaces.web.components.filters import ChoiceFilter, DateRangeFilter, MonthFilter, UnitFilter
from dianke.interfaces.web.components.list_views import render_list
from dianke.interfaces.web.components.lists import Column, ListSpec, register
from dianke.interfaces.web.components.page import Crumb, Page
from dianke.interfaces.web.ledger import words
from dianke.interfaces.web.ledger.balance_views import EXPORT
from dianke.interfaces.web.people import Names
from dianke.interfaces.web.requests import StaffRequest
from dianke.interfaces.web.sheets import answer_stream
from dianke.kernel.clock import SystemClock
from dianke.kernel.money import fen_to_yuan, spell_yuan
from dianke.platform.identity.types import Actor

_PIECE = 64 * 1024


@require_GET
@page_right(ledger.VIEW)
def list_vouchers(request: StaffRequest) -> HttpResponse:
    """List vouchers, newest first."""
    values = {"may_export": request.actor.may(EXPORT), "export_month": SystemClock().now().date()}
    return render_list(request, VOUCHERS, template="ledger/vouchers.html", values=values)


@require_GET
@page_right(ledger.VIEW)
def show_voucher(request: StaffRequest, number: str) -> HttpResponse:
    """Show one voucher: its entries by account, each leading to the postings that it is the sum of."""
    try:
        voucher = books.get_voucher(actor=request.actor, number=number)
    except VoucherUnknown as unknown:
        raise Http404 from unknown
    sums = books.list_voucher_sums(actor=request.actor, voucher=voucher)
    entries = [
        {
            "sum": one,
            "account": one.name_en if one.name_en and get_language() == "en" else one.name,
            "usage_class": words.name_class(one.usage_class),
            "url": _open(voucher, one.code, one.unit_code, one.usage_class),
        }
        for one in sums
    ]
    values = {
        "page": _head(voucher),
        "voucher": voucher,
        "entries": entries,
        "debit_fen": sum(one.debit_fen for one in sums),
        "credit_fen": sum(one.credit_fen for one in sums),
        "spelled": spell_yuan(voucher.amount_fen),
        "kind": words.KINDS.get(voucher.kind, voucher.kind),
        "made_by": Names([voucher.made_by]).of(voucher.made_by),
        "postings_url": f"{reverse('web:ledger_postings')}?{urlencode({'voucher': voucher.number})}",
    }
    return render(request, "ledger/voucher.html", values)


@require_POST
@page_right(ledger.VIEW)
def export_vouchers(request: StaffRequest) -> StreamingHttpResponse:
    """Give the vouchers of a month out for the finance system, as JSON or CSV."""
    if not request.actor.may(EXPORT):
        raise Http404
    try:
        month = get_month(str(request.POST.get("month") or ""))
    except MonthUnreadable as error:
        raise Http404 from error
    vouchers = ledger.export_vouchers(actor=request.actor, month=month)
    if request.POST.get("format") == "CSV":
        pieces, kind, ending = _write_csv(vouchers), "text/csv; charset=utf-8", "csv"
    else:
        pieces, kind, ending = ledger.write_json(vouchers, month=month), "application/json", "json"
    name = f"vouchers-{month:%Y-%m}.{ending}"
    return answer_stream(name=name, pieces=(piece.encode() for piece in pieces), content_type=kind)


def _write_csv(vouchers: Iterable[dict[str, Any]]) -> Iterator[str]:
    file = io.StringIO()
    writer = csv.DictWriter(file, fieldnames=ledger.CSV_FIELDS)
    # Spreadsheets read UTF-8 only with its mark.
    file.write("\ufeff")
    writer.writeheader()
    for row in ledger.list_csv_rows(vouchers):
        writer.writerow(row)
        if file.tell() > _PIECE:
            yield file.getvalue()
            file.seek(0)
            file.truncate()
    yield file.getvalue()


def _open(voucher: Voucher, code: str, unit_code: str, usage_class: str) -> str:
    asked = {"voucher": voucher.number, "account": code, "unit": unit_code, "class": usage_class}
    return f"{reverse('web:ledger_postings')}?{urlencode({key: value for key, value in asked.items() if value})}"


def _head(voucher: Voucher) -> Page:
    return Page(
        title=_now("Accounting voucher"),
        number=voucher.number,
        facts=[voucher.unit.name, voucher.booked_on.isoformat()],
        crumbs=[Crumb(_("Receivables")), Crumb(_("Vouchers"), reverse("web:ledger_vouchers"))],
        menu_url=reverse("web:ledger_vouchers"),
        help=[
            _("A voucher is never changed; what was wrong is put right by another one."),
            _("Booked on is the accounting date; where it differs from the day of occurrence, that day was closed."),
        ],
    )


def _search(actor: Actor, rows: QuerySet[Any], text: str) -> tuple[QuerySet[Any], bool]:
    return rows.filter(Q(number__startswith=text.upper()) | Q(summary__startswith=text.upper())), False


def _narrow_month(rows: QuerySet[Any], month: date) -> QuerySet[Any]:
    return books.narrow_to_month(rows, month=month)


VOUCHERS = register(
    ListSpec(
        name="ledger.vouchers",
        title=_("Vouchers"),
        url_name="web:ledger_vouchers",
        right=ledger.VIEW,
        crumbs=[Crumb(_("Receivables"))],
        rows=lambda actor: books.filter_vouchers(actor=actor),
        row_url=lambda one: reverse("web:ledger_voucher", args=[one.number]),
        # Keys begin with the month of booking, and rise.
        sort="-number",
        columns=[
            Column("number", _("Voucher"), lambda one: one.number, order=("id",), css="n", width=26),
            Column("booked", _("Booked on"), lambda one: one.booked_on, css="n", width=12),
            Column("occurred", _("Occurred on"), lambda one: one.occurred_on, css="n", is_shown=False, width=12),
            Column("kind", _("Kind"), lambda one: words.KINDS.get(one.kind, one.kind), css="nw", width=16),
            Column("summary", _("Summary"), lambda one: one.summary, width=30),
            Column("postings", _("Postings"), lambda one: one.posting_count, css="num"),
            Column(
                "amount",
                _("Amount (yuan)"),
                lambda one: fen_to_yuan(one.amount_fen),
                show=lambda one: formats.fen(one.amount_fen),
                css="num",
            ),
            Column("unit", _("Unit"), lambda one: one.unit.name, css="nw", is_shown=False, width=20),
            Column("made", _("Made at"), lambda one: one.made_at, css="n", is_shown=False, width=18),
        ],
        filters=[
            MonthFilter("month", _("Month"), _narrow_month),
            ChoiceFilter("kind", _("Kind"), list(words.KINDS.items())),
            DateRangeFilter("booked", _("Booked on"), lookup="booked_on"),
            UnitFilter(),
        ],
        search=_search,
        search_hint=_("Number of the voucher, or its summary"),
        count=lambda count: _now("%(count)s vouchers") % {"count": count},
        empty_title=_("No voucher yet"),
        empty_text=_("Every shard of bills that is issued leaves one, and every correction."),
        empty_found_title=_("No voucher fits"),
        empty_found_text=_("Take a filter out to see more."),
        help=[
            _("Vouchers are numbered without a gap within a unit and a month."),
            _("The export for the finance system holds every voucher of a month with its entries, as JSON or CSV."),
        ],
        brief=("booked", "summary", "amount"),
        export_name="vouchers",
    )
)
