"""Combined statements as pages: the list, one statement to look at and to print, and the acts that make them."""

from datetime import date
from decimal import Decimal
from typing import Any

from django.contrib import messages
from django.db.models import Q, QuerySet
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext, pgettext_lazy
from django.views.decorators.http import require_GET, require_POST

from dianke.application import combined_bills
from dianke.domain.billing.models import GroupStatement
from dianke.domain.billing.queries import bills as bill_queries
from dianke.domain.billing.queries import statements as queries
from dianke.interfaces.web.access import page_right
from dianke.interfaces.web.components import formats
from dianke.interfaces.web.components.filters import MonthFilter, UnitFilter
from dianke.interfaces.web.components.list_views import render_list
from dianke.interfaces.web.components.lists import Column, ListSpec, register
from dianke.interfaces.web.components.page import Chip, Crumb, Page
from dianke.interfaces.web.people import Names
from dianke.interfaces.web.requests import StaffRequest
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
    values = {"may_make": request.actor.may(combined_bills.COMBINE), "newest_month": month}
    return render_list(request, STATEMENTS, template="billing/statements.html", values=values)


@require_GET
@page_right("billing.view")
def show_statement(request: StaffRequest, key: int) -> HttpResponse:
    """Show one statement with its bills, and what was issued since."""
    statement = queries.find_statement(actor=request.actor, key=key)
    if statement is None:
        raise Http404
    accounts = queries.list_account_bills(actor=request.actor, statement=statement)
    seen = sum(len(one.listed) for one in accounts)
    since = sum(bill.amount_fen for one in accounts for bill in one.since)
    values = {
        "page": _head(statement, Names([statement.made_by]).of(statement.made_by)),
        "statement": statement,
        "accounts": accounts,
        "hidden": statement.bill_count - seen,
        "has_since": any(one.since for one in accounts),
        "since_fen": since,
        "now_fen": statement.amount_fen + since,
    }
    return render(request, "billing/statement.html", values)


@require_POST
@page_right("billing.combine")
def make_statements(request: StaffRequest) -> HttpResponse:
    """Make the statements of a month, of one customer if named."""
    number = request.POST.get("customer", "").strip()
    try:
        month = bill_queries.get_month(request.POST.get("month", ""))
        at = SystemClock().now()
        if number:
            made = combined_bills.make_statement(actor=request.actor, customer_number=number, month=month, at=at)
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


def _head(statement: GroupStatement, maker: str) -> Page:
    return Page(
        title=_now("%(month)s combined statement") % {"month": formats.month(statement.month)},
        number=statement.number,
        facts=[
            statement.customer_name,
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


def _narrow_month(rows: QuerySet[Any], month: date) -> QuerySet[Any]:
    return rows.filter(month=month)


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
            Column("customer", _("Customer number"), lambda one: one.customer_number, css="n", width=16),
            Column("name", pgettext_lazy("customer", "Name"), lambda one: one.customer_name, width=30),
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
            Column("unit", _("Unit"), lambda one: one.unit.name, css="nw", is_shown=False, width=20),
            Column("made", _("Made at"), lambda one: one.made_at, css="n", is_shown=False, width=18),
        ],
        filters=[MonthFilter("month", _("Month"), _narrow_month), UnitFilter()],
        search=_search,
        search_hint=_("Number or name of the customer"),
        count=lambda count: _now("%(count)s statements") % {"count": count},
        empty_title=_("No combined statement yet"),
        empty_text=_("A customer with bills on several accounts gets one sheet over them, made by month."),
        empty_found_title=_("No statement fits"),
        empty_found_text=_("Take a filter out to see more."),
        help=[
            _("A combined statement lists the issued bills of a customer's accounts; it has no money of its own."),
            _("It is kept as it was made. What is issued later, as corrections are, stands below it."),
        ],
        brief=("name", "month", "amount"),
        export_name="combined-statements",
    )
)
