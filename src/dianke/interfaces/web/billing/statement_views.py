"""Combined statements as pages: the list, one statement to look at and to print, and the acts that make them."""

from datetime import date
from decimal import Decimal
from typing import Any

from django.contrib import messages
from django.db.models import Q, QuerySet
from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext, pgettext, pgettext_lazy
from django.views.decorators.http import require_GET, require_POST

from dianke.application import combined_bills
from dianke.application.combined_bills import SheetSection, StatementSheet
from dianke.domain.billing.models import Bill, GroupStatement
from dianke.domain.billing.queries import bills as bill_queries
from dianke.domain.billing.queries import statements as queries
from dianke.domain.billing.queries.statements import AccountBills
from dianke.interfaces.web.access import page_right
from dianke.interfaces.web.billing.document_views import language_of_reader
from dianke.interfaces.web.components import formats
from dianke.interfaces.web.components.exports import export_table
from dianke.interfaces.web.components.filters import ChoiceFilter, MonthFilter, UnitFilter
from dianke.interfaces.web.components.list_views import render_list
from dianke.interfaces.web.components.lists import Column, ListSpec, register
from dianke.interfaces.web.components.page import Chip, Crumb, Page
from dianke.interfaces.web.people import Names
from dianke.interfaces.web.requests import StaffRequest
from dianke.interfaces.web.sheets import Cell
from dianke.interfaces.web.shell.errors import explain
from dianke.kernel.clock import SystemClock
from dianke.kernel.errors import DomainError
from dianke.kernel.money import fen_to_yuan
from dianke.platform.audit.use_case import PermissionRefused
from dianke.platform.identity.types import Actor


@require_GET
@page_right("billing.view")
def list_statements(request: StaffRequest) -> HttpResponse:
    """List the combined statements, newest first."""
    newest = bill_queries.filter_bills(actor=request.actor, account_ids=None, month=None)
    month = newest.order_by("-id").values_list("month", flat=True).first()
    values = {
        "may_make": request.actor.may(combined_bills.COMBINE),
        "may_take_out": all(request.actor.may(right) for right in ("archive.view", combined_bills.TAKE_OUT)),
        "newest_month": month,
    }
    return render_list(request, STATEMENTS, template="billing/statements.html", values=values)


@require_GET
@page_right("billing.view")
def show_statement(request: StaffRequest, key: int) -> HttpResponse:
    """Show one statement with its bills, and what was issued since."""
    statement = _find(request, key)
    sheet = combined_bills.read_sheet(actor=request.actor, statement=statement)
    values = {
        "page": _head(statement, sheet, Names([statement.made_by]).of(statement.made_by)),
        "statement": statement,
        "sheet": sheet,
        "may_export": request.actor.may(combined_bills.TAKE_OUT, statement.unit.path),
    }
    return render(request, "billing/statement.html", values)


@require_GET
@page_right("billing.view")
def download_statement(request: StaffRequest, key: int) -> HttpResponse:
    """Give one statement out as PDF, in the reader's language."""
    statement = _find(request, key)
    content = combined_bills.write_statement_pdf(
        actor=request.actor, statement=statement, at=SystemClock().now(), language=language_of_reader()
    )
    return _answer_pdf(content, statement.number)


@require_GET
@page_right(combined_bills.TAKE_OUT)
def download_month(request: StaffRequest) -> HttpResponse:
    """Give the statements of a month out as one PDF, of a unit if named."""
    try:
        month = bill_queries.get_month(request.GET.get("month", ""))
        content = combined_bills.take_out_month(
            actor=request.actor,
            month=month,
            unit_code=request.GET.get("unit", "").strip(),
            at=SystemClock().now(),
            language=language_of_reader(),
        )
    except PermissionRefused:
        raise
    except DomainError as refusal:
        messages.error(request, explain(refusal))
        return redirect("web:statements")
    return _answer_pdf(content, f"HB-{month:%Y%m}")


@require_GET
@page_right("billing.view")
def export_statement(request: StaffRequest, key: int) -> HttpResponseBase:
    """Give one statement out as a workbook: a row a bill, those issued since too."""
    statement = _find(request, key)
    sheet = combined_bills.read_sheet(actor=request.actor, statement=statement)
    rows = [
        _draw_row(section, account, bill, is_listed=bill in account.listed)
        for section in sheet.sections
        for account in section.accounts
        for bill in (*account.listed, *account.since)
    ]
    return export_table(
        actor=request.actor,
        page="billing.statement",
        name=statement.number,
        about=_now("Combined statement %(number)s") % {"number": statement.number},
        query=statement.number,
        columns=_list_columns(),
        rows=rows,
    )


@require_POST
@page_right("billing.combine")
def make_statements(request: StaffRequest) -> HttpResponse:
    """Make the statements of a month, of one customer if named."""
    number = request.POST.get("customer", "").strip()
    try:
        month = bill_queries.get_month(request.POST.get("month", ""))
        at = SystemClock().now()
        if number:
            of_group = request.POST.get("of_group") == "1"
            make = combined_bills.make_group_statement if of_group else combined_bills.make_statement
            made = make(actor=request.actor, customer_number=number, month=month, at=at)
            messages.success(request, _now("The statement %(number)s is made.") % {"number": made.number})
            return redirect("web:statement", made.pk)
        count = combined_bills.make_statements(actor=request.actor, month=month, at=at)
    except PermissionRefused:
        raise
    except DomainError as refusal:
        messages.error(request, explain(refusal))
        return redirect("web:statements")
    text = ngettext("%(count)d statement was made.", "%(count)d statements were made.", count)
    messages.success(request, text % {"count": count})
    return redirect("web:statements")


def _find(request: StaffRequest, key: int) -> GroupStatement:
    statement = queries.find_statement(actor=request.actor, key=key)
    if statement is None:
        raise Http404
    return statement


def _answer_pdf(content: bytes, name: str) -> HttpResponse:
    response = HttpResponse(content, content_type="application/pdf")
    response.headers["Content-Disposition"] = f'attachment; filename="{name}.pdf"'
    return response


def _list_columns() -> list[tuple[str, str]]:
    return [
        ("customer", _now("Customer number")),
        ("name", pgettext("customer", "Name")),
        ("account", _now("Account")),
        ("address", _now("Address")),
        ("bill", _now("Bill")),
        ("period", _now("Billing period")),
        ("due", pgettext("bill", "Due on")),
        ("energy", _now("Energy (kWh)")),
        ("amount", _now("Amount (yuan)")),
        ("listed", _now("On the statement")),
    ]


def _draw_row(section: SheetSection, account: AccountBills, bill: Bill, *, is_listed: bool) -> list[Cell]:
    return [
        section.number,
        section.name,
        account.account_number,
        account.address,
        bill.number,
        formats.period((bill.period_start, bill.period_end)),
        bill.due_date,
        Decimal(bill.energy_kwh_e2).scaleb(-2),
        fen_to_yuan(bill.amount_fen),
        pgettext("bill", "on it") if is_listed else pgettext("bill", "issued since"),
    ]


def _head(statement: GroupStatement, sheet: StatementSheet, maker: str) -> Page:
    title = (
        _now("%(month)s combined statement of a group") if statement.is_group else _now("%(month)s combined statement")
    )
    return Page(
        title=title % {"month": formats.month(statement.month)},
        number=statement.number,
        facts=[
            sheet.title_name,
            _now("made %(at)s by %(name)s") % {"at": formats.moment(statement.made_at), "name": maker},
        ],
        crumbs=[
            Crumb(_("Billing")),
            Crumb(_("Combined statements"), reverse("web:statements")),
            Crumb(statement.number),
        ],
        chips=[Chip("fact", _now("sum of issued bills"))],
        menu_url=reverse("web:statements"),
    )


def _search(actor: Actor, rows: QuerySet[Any], text: str) -> tuple[QuerySet[Any], bool]:
    return rows.filter(Q(customer_number__istartswith=text) | Q(customer_name__icontains=text)), False


def _narrow_kind(rows: QuerySet[Any], kind: str) -> QuerySet[Any]:
    return rows.filter(is_group=kind == "1")


def _narrow_month(rows: QuerySet[Any], month: date) -> QuerySet[Any]:
    return rows.filter(month=month)


_KINDS = {"0": pgettext_lazy("statement", "one customer"), "1": pgettext_lazy("statement", "a group")}

STATEMENTS = register(
    ListSpec(
        name="billing.statements",
        title=_("Combined statements"),
        url_name="web:statements",
        right="billing.view",
        crumbs=[Crumb(_("Billing"))],
        rows=lambda actor: queries.filter_statements(actor=actor),
        row_url=lambda statement: reverse("web:statement", args=[statement.pk]),
        sort="-month",
        columns=[
            Column("number", _("Statement"), lambda one: one.number, css="n", width=20),
            Column("month", _("Month"), lambda one: formats.month(one.month), order=("month",), css="n", width=10),
            Column("kind", _("Made for"), lambda one: _KINDS[str(int(one.is_group))], css="nw", width=14),
            Column("customer", _("Customer number"), lambda one: one.customer_number, css="n", width=16),
            Column("name", pgettext_lazy("customer", "Name"), lambda one: one.customer_name, width=30),
            Column(
                "customers",
                pgettext_lazy("count", "Customers"),
                lambda one: one.customer_count,
                css="num",
                is_shown=False,
            ),
            Column("accounts", _("Accounts"), lambda one: one.account_count, css="num"),
            Column("bills", _("Bills"), lambda one: one.bill_count, css="num"),
            Column(
                "energy",
                _("Energy (kWh)"),
                lambda one: Decimal(one.energy_kwh_e2).scaleb(-2),
                show=lambda one: formats.kwh_e2(one.energy_kwh_e2),
                css="num",
            ),
            Column(
                "amount",
                _("Amount (yuan)"),
                lambda one: fen_to_yuan(one.amount_fen),
                show=lambda one: formats.fen(one.amount_fen),
                css="num",
            ),
            Column("due", pgettext_lazy("bill", "Due on"), lambda one: one.due_date, css="n", width=12),
            Column("unit", _("Unit"), lambda one: one.unit.name, css="nw", is_shown=False, width=20),
            Column("made", _("Made at"), lambda one: one.made_at, css="n", is_shown=False, width=18),
        ],
        filters=[
            MonthFilter("month", _("Month"), _narrow_month),
            ChoiceFilter("kind", _("Made for"), list(_KINDS.items()), apply=_narrow_kind),
            UnitFilter(),
        ],
        search=_search,
        search_hint=_("Number or name of the customer"),
        count=lambda count: _now("%(count)s statements") % {"count": count},
        empty_title=_("No combined statement yet"),
        empty_text=_("A customer with bills on several accounts, or a group, gets one sheet over them, made by month."),
        empty_found_title=_("No statement fits"),
        empty_found_text=_("Take a filter out to see more."),
        help=[
            _("A combined statement lists the issued bills of a customer's accounts; it has no money of its own."),
            _("Of a group it lists the bills of every member at the end of the month, one section a customer."),
            _("It is kept as it was made. What is issued later, as corrections are, stands below it."),
        ],
        brief=("name", "month", "amount"),
        export_name="combined-statements",
    )
)
