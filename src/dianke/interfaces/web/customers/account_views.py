"""The customer's page: supply, usage, terms, bills."""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET

from dianke.application.listings import usage
from dianke.domain.billing.models import Bill, BillingTerms
from dianke.domain.billing.queries import bills as bill_queries
from dianke.domain.billing.queries import terms as term_queries
from dianke.domain.billing.rules import explain
from dianke.domain.customers import queries as customers
from dianke.domain.customers.models import CustomerAccount
from dianke.domain.metering import queries as metering
from dianke.domain.metering.types import SupplyTree
from dianke.domain.readings import queries as readings
from dianke.interfaces.web.access import page_right
from dianke.interfaces.web.billing import words as billing_words
from dianke.interfaces.web.components import formats
from dianke.interfaces.web.components.figures import Figure
from dianke.interfaces.web.components.page import Chip, Crumb, Page
from dianke.interfaces.web.components.states import state_chip
from dianke.interfaces.web.customers import charts, words
from dianke.interfaces.web.customers.tree import draw_tree
from dianke.interfaces.web.requests import StaffRequest
from dianke.kernel.clock import SystemClock

_MONTHS_SHOWN = 12
_BILLS_SHOWN = 12

Months = Mapping[date, Mapping[str, int]]


@require_GET
@page_right("archive.view")
def show_account(request: StaffRequest, number: str) -> HttpResponse:
    """Show a customer's account: supply, usage, terms, bills."""
    account = _get_account(request, number)
    today = SystemClock().now().date()
    tree = metering.get_supply_tree(actor=request.actor, account=account, on=today)
    may_see_bills = request.actor.may("billing.view")
    bills: list[Bill] = []
    if may_see_bills:
        bills = bill_queries.list_account_bills(actor=request.actor, account_id=account.pk, limit=_BILLS_SHOWN)
    point_ids = [point.usage_point_id for point in tree.points]
    months = _sum_months(request, point_ids)
    terms = term_queries.list_terms(actor=request.actor, usage_point_ids=point_ids, on=today)
    by_time = any(term.time_of_use for term in terms)
    values = {
        "page": _head(account, tree),
        "account": account,
        "tree": draw_tree(account, tree),
        "terms": [_describe_terms(term) for term in terms],
        "may_see_bills": may_see_bills,
        "may_see_tariffs": request.actor.may("tariffs.view"),
        "bills": [(bill, explain.average_price(bill.amount_fen, bill.energy_kwh_e2)) for bill in bills],
        "figures": _figures(account, tree, bills, months),
        "months": charts.draw_months(months, by_time_of_use=by_time) if months else None,
        "periods": charts.list_periods(months) if by_time else [],
        "year_kwh_e2": sum(row["total"] for row in months.values()),
        "fed_in_kwh_e2": sum(row["generated"] for row in months.values()),
    }
    return render(request, "customers/account.html", values)


def _sum_months(request: StaffRequest, point_ids: Sequence[int]) -> Months:
    last_day = readings.get_last_day(actor=request.actor, usage_point_ids=point_ids)
    if last_day is None:
        return {}
    return usage.sum_last_months(actor=request.actor, usage_point_ids=point_ids, last_day=last_day, count=_MONTHS_SHOWN)


def _head(account: CustomerAccount, tree: SupplyTree) -> Page:
    point = next(iter(tree.points), None)
    facts = [str(billing_words.USAGE_CLASSES.get(account.usage_class, account.usage_class))]
    if point:
        facts = [point.address, *facts, billing_words.format_voltage(point.voltage)]
    if account.household_size:
        facts.append(_("household of %(persons)s") % {"persons": account.household_size})
    kva = _own_kva(tree)
    if kva:
        facts.append(f"{formats.number(kva)} kVA")
    return Page(
        title=account.customer.name,
        number=account.number,
        facts=facts,
        crumbs=[Crumb(_("Customer list"), reverse("web:customers")), Crumb(account.unit.name)],
        chips=[state_chip("account", account.status), Chip("fact", words.KINDS[account.customer.kind])],
        menu_url=reverse("web:customers"),
    )


def _own_kva(tree: SupplyTree) -> Decimal:
    own = {node.code: node.capacity_kva for point in tree.points for node in point.transformers if node.is_own}
    return sum(own.values(), Decimal(0))


def _figures(account: CustomerAccount, tree: SupplyTree, bills: Sequence[Bill], months: Months) -> list[Figure]:
    figures = _figures_of_bill(bills[0], months) if bills else []
    if months:
        total = sum(row["total"] for row in months.values())
        demand_w = max(row["demand_w"] for row in months.values())
        mean = _("%(energy)s a month") % {"energy": formats.kwh_e2(total // len(months), 0)}
        kva = _own_kva(tree)
        # Watts over volt-amperes: how much of the transformers the highest quarter of an hour took.
        load = Decimal(demand_w) / 1000 / kva if kva else None
        figures += [
            Figure(
                caption=_("Energy of %(count)s months (kWh)") % {"count": len(months)},
                value=formats.kwh_e2(total, 0),
                context=mean,
            ),
            Figure(
                caption=_("Highest load (kW)"),
                value=formats.number(Decimal(demand_w) / 1000, 1 if demand_w < 1_000_000 else 0),
                context=_("%(percent)s of the capacity") % {"percent": formats.percent(load, 0)}
                if load is not None
                else _("of a quarter of an hour"),
            ),
        ]
    since = Figure(
        caption=_("Customer since"),
        value=formats.day(account.customer.since_date),
        context=ngettext("%(count)d usage point", "%(count)d usage points", len(tree.points))
        % {"count": len(tree.points)},
    )
    return [*figures, since]


def _figures_of_bill(bill: Bill, months: Months) -> list[Figure]:
    month = formats.month(bill.month)
    average = explain.average_price(bill.amount_fen, bill.energy_kwh_e2)
    return [
        Figure(
            caption=_("Latest bill (yuan)"),
            value=formats.fen(bill.amount_fen),
            context=month,
            url=reverse("web:bill", args=[bill.id]),
        ),
        Figure(
            caption=_("Energy billed (kWh)"),
            value=formats.kwh_e2(bill.energy_kwh_e2, 0),
            context=_compare_to_month_before(bill.month, months) or month,
        ),
        Figure(caption=_("Average price (yuan/kWh)"), value=str(average or formats.NONE), context=month),
    ]


def _compare_to_month_before(month: date, months: Months) -> str:
    before = (month - timedelta(days=1)).replace(day=1)
    if month not in months or before not in months or not months[before]["total"]:
        return ""
    change = Decimal(months[month]["total"]) / Decimal(months[before]["total"]) - 1
    return _("%(change)s against the month before") % {"change": formats.signed_percent(change)}


def _describe_terms(term: BillingTerms) -> dict[str, Any]:
    facts = [
        (_("Structure"), str(billing_words.STRUCTURES.get(term.structure, term.structure))),
        (_("Price row"), billing_words.format_voltage(term.price_voltage) if term.price_voltage else formats.NONE),
        (_("Time of use"), _("yes") if term.time_of_use else _("no")),
    ]
    if term.basic_mode != "NONE":
        facts.append((_("Basic charge mode"), str(billing_words.BASIC_MODES[term.basic_mode])))
    if term.contract_kw is not None:
        facts.append((_("Contract demand"), f"{explain.plain(term.contract_kw)} kW"))
    if term.power_factor_standard is not None:
        facts.append((_("Power-factor standard"), str(term.power_factor_standard)))
    if term.loss_method != "NONE":
        facts.append((_("Transformer loss"), str(billing_words.LOSS_METHODS[term.loss_method])))
    if term.line_loss_ratio:
        facts.append((_("Line loss"), formats.percent(term.line_loss_ratio)))
    facts += [(share.name, _describe_share(share)) for share in term.shares.all()]
    facts.append((_("In force since"), formats.day(term.period.lower)))
    return {"point": term.usage_point.code, "plan": term.plan, "facts": facts}


def _describe_share(share: Any) -> str:
    if share.ratio is not None:
        return _("ratio %(percent)s") % {"percent": formats.percent(share.ratio)}
    return _("fixed %(energy)s kWh") % {"energy": explain.plain(share.fixed_kwh)}


@require_GET
@page_right("archive.view")
def show_day(request: StaffRequest, number: str) -> HttpResponse:
    """Return the curve of a day, as a fragment that the customer's page fetches after itself."""
    account = _get_account(request, number)
    day = usage.get_day(
        actor=request.actor,
        account=account,
        point=request.GET.get("point", ""),
        day=_read_day(request.GET.get("day", "")),
        root=settings.DATA_DIR / "intervals",
    )
    values: dict[str, Any] = {"account": account, "usage": day}
    if day is not None and day.day is not None:
        values["before"] = day.day - timedelta(days=1)
        values["after"] = day.day + timedelta(days=1) if day.last_day and day.day < day.last_day else None
        if day.curve is not None:
            values["energy_kwh"], values["load_factor"] = charts.sum_day(day.curve)
            values["chart"] = charts.draw_day(
                curve=day.curve, week_before=day.week_before, period_codes=day.period_codes
            )
    return render(request, "customers/day.html", values)


def _read_day(text: str) -> date | None:
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return None
    # Beyond the days that Python knows there is neither a week before nor a next day.
    return day if date.min.year < day.year < date.max.year else None


def _get_account(request: StaffRequest, number: str) -> CustomerAccount:
    account = customers.get_account(actor=request.actor, number=number)
    if account is None:
        raise Http404
    return account
