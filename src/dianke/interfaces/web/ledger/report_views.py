"""Reports: what is due by class, year and unit, and what is held of each fund."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from dianke.application import ledger
from dianke.domain.receivables.queries import books
from dianke.domain.receivables.queries.books import FUNDS, RECEIVABLES, ClassSums
from dianke.domain.receivables.queries.chart import list_accounts
from dianke.interfaces.web.access import page_right
from dianke.interfaces.web.components import formats
from dianke.interfaces.web.components.exports import export_table
from dianke.interfaces.web.components.page import Crumb, Page
from dianke.interfaces.web.ledger import words
from dianke.interfaces.web.ledger.asking import Asked, read_address
from dianke.interfaces.web.ledger.balance_views import EXPORT
from dianke.interfaces.web.requests import StaffRequest
from dianke.kernel.money import fen_to_yuan
from dianke.platform.preferences.types import FileFormat

Key = tuple[str, str, int, int]
_Sums = tuple[int, int, int, int]


@dataclass(frozen=True)
class DrawnRow:
    """A line of a report: what it is of, and figures with the addresses that they open."""

    names: tuple[str, ...]
    figures: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Table:
    """One cut through a report."""

    title: str
    heads: tuple[str, ...]
    rows: tuple[DrawnRow, ...]
    total: tuple[tuple[str, str], ...]
    cells: tuple[tuple[Any, ...], ...]


@dataclass(frozen=True)
class Report:
    """A report on the accounts below a code; `sign` is -1 where they grow by credit."""

    name: str
    url_name: str
    code: str
    sign: int

    @property
    def heads(self) -> tuple[str, ...]:
        """Return the titles of the figures."""
        if self.sign < 0:
            return _("Opening balance"), _("Held in the month"), _("Paid over"), _("Closing balance")
        return _("Opening balance"), _("Billed in the month"), _("Settled"), _("Closing balance")

    @property
    def title(self) -> str:
        """Return the title of the page."""
        return _("Funds held for the treasury") if self.sign < 0 else _("Receivables by class, year and unit")


RECEIVABLE_REPORT = Report("receivables", "web:ledger_receivables", RECEIVABLES, 1)
FUND_REPORT = Report("funds", "web:ledger_funds", FUNDS, -1)


@require_GET
@page_right(ledger.VIEW)
def show_receivables(request: StaffRequest) -> HttpResponse:
    """Show what is due, by class, year and unit."""
    return _show(request, RECEIVABLE_REPORT)


@require_GET
@page_right(ledger.VIEW)
def show_funds(request: StaffRequest) -> HttpResponse:
    """Show what is held of each fund."""
    return _show(request, FUND_REPORT)


@require_POST
@page_right(ledger.VIEW)
def export_report(request: StaffRequest, name: str) -> HttpResponseBase:
    """Give the first table of a report out as a file."""
    report = FUND_REPORT if name == FUND_REPORT.name else RECEIVABLE_REPORT
    asked = read_address(request)
    tables = _list_tables(request, report, asked)
    rows = [cells for table in tables[:1] for cells in table.cells]
    heads = tables[0].heads if tables else ()
    return export_table(
        actor=request.actor,
        page=f"ledger.{report.name}",
        name=f"ledger-{report.name}",
        about=asked.describe(),
        query=asked.encode(),
        columns=[(f"column_{at}", title) for at, title in enumerate((*heads, *report.heads))],
        rows=rows,
        file_format=FileFormat.CSV if request.POST.get("format") == "CSV" else FileFormat.XLSX,
    )


def _show(request: StaffRequest, report: Report) -> HttpResponse:
    asked = read_address(request)
    values = {
        "page": _head(report, asked),
        "asked": asked,
        "heads": report.heads,
        "tables": _list_tables(request, report, asked),
        "may_export": request.actor.may(EXPORT),
        "export_url": f"{reverse('web:ledger_report_export', args=[report.name])}?{asked.encode()}",
    }
    return render(request, "ledger/report.html", values)


def _list_tables(request: StaffRequest, report: Report, asked: Asked) -> list[Table]:
    sums = books.list_class_sums(actor=request.actor, code=report.code, month=asked.month, unit_path=asked.unit_path)
    if not sums:
        return []
    accounts = {account.code: account for account in list_accounts(actor=request.actor)}
    units = {unit.pk: unit for unit in asked.units}

    def name_account(one: ClassSums) -> str:
        return f"{one.code} {words.name_account(accounts[one.code])}"

    def name_unit(one: ClassSums) -> str:
        return units[one.unit_id].name if one.unit_id in units else str(one.unit_id)

    def name_class(one: ClassSums) -> str:
        return str(words.name_class(one.usage_class)) or "–"

    def open_unit(one: ClassSums) -> str:
        return units[one.unit_id].code if one.unit_id in units else ""

    account, unit = _("Ledger account"), _("Unit")
    by_class = _Cut(
        _("By account, class and year"),
        (account, _("Class of use"), _("Year of the bill")),
        lambda one: (one.code, one.usage_class, one.for_year, 0),
        lambda one: (name_account(one), name_class(one), str(one.for_year or "–")),
        lambda one, part: asked.open(one.code, part=part, usage_class=one.usage_class, year=one.for_year),
    )
    by_unit = _Cut(
        _("By unit"),
        (unit, account),
        lambda one: (one.code, "", 0, one.unit_id),
        lambda one: (name_unit(one), name_account(one)),
        lambda one, part: asked.open(one.code, part=part, unit_code=open_unit(one)),
    )
    return [_draw_table(report, asked, cut, sums) for cut in (by_class, by_unit)]


@dataclass(frozen=True)
class _Cut:
    title: str
    heads: tuple[str, ...]
    key: Callable[[ClassSums], Key]
    names: Callable[[ClassSums], tuple[str, ...]]
    open: Callable[[ClassSums, str], str]


def _draw_table(report: Report, asked: Asked, cut: _Cut, sums: Sequence[ClassSums]) -> Table:
    grouped: dict[Key, tuple[ClassSums, _Sums]] = {}
    for one in sums:
        first, known = grouped.get(cut.key(one), (one, (0, 0, 0, 0)))
        opening, more, less, closing = _list_figures(report, one)
        added = (known[0] + opening, known[1] + more, known[2] + less, known[3] + closing)
        grouped[cut.key(one)] = first, added
    parts = ("opening", "credit", "debit", "closing") if report.sign < 0 else ("opening", "debit", "credit", "closing")
    ordered = sorted(grouped.values(), key=lambda pair: cut.names(pair[0]))
    totals = [sum(figures[at] for _one, figures in ordered) for at in range(4)]
    return Table(
        title=cut.title,
        heads=cut.heads,
        rows=tuple(
            DrawnRow(
                cut.names(one),
                tuple(
                    (formats.fen(amount), cut.open(one, part)) if amount else ("", "")
                    for amount, part in zip(figures, parts, strict=True)
                ),
            )
            for one, figures in ordered
        ),
        total=tuple(
            (formats.fen(amount), asked.open(report.code, part=part) if amount else "")
            for amount, part in zip(totals, parts, strict=True)
        ),
        cells=(
            *((*cut.names(one), *map(fen_to_yuan, figures)) for one, figures in ordered),
            (_("Total"), *[""] * (len(cut.heads) - 1), *map(fen_to_yuan, totals)),
        ),
    )


def _list_figures(report: Report, one: ClassSums) -> _Sums:
    more, less = (one.debit_fen, one.credit_fen) if report.sign > 0 else (one.credit_fen, one.debit_fen)
    opening = one.opening_fen * report.sign
    return opening, more, less, opening + more - less


def _head(report: Report, asked: Asked) -> Page:
    return Page(
        title=report.title,
        facts=[f"{asked.month:%Y-%m}", asked.unit.name if asked.unit else _("all units")],
        crumbs=[Crumb(_("Receivables"))],
        help=[
            _("Balances at the beginning and the end of a month, and what changed them; each figure opens."),
            _("The year is that of the month that a bill is of, whenever it was issued or paid."),
        ],
    )
