"""The list of customers and the customer's page."""

from datetime import date, timedelta
from typing import Any

from django.conf import settings
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from dianke.application.listings import accounts as listings
from dianke.domain.billing.queries import bills as bill_queries
from dianke.domain.billing.queries import terms as term_queries
from dianke.domain.customers import queries as customers
from dianke.domain.customers.models import CustomerAccount
from dianke.domain.customers.types import UsageClass
from dianke.domain.metering import queries as metering
from dianke.domain.metering.models import UsagePoint
from dianke.domain.metering.types import SupplyTree
from dianke.domain.readings import queries as readings
from dianke.interfaces.web.access import page_right
from dianke.interfaces.web.billing import words as billing_words
from dianke.interfaces.web.components import formats
from dianke.interfaces.web.components.figures import Figure
from dianke.interfaces.web.components.filters import FilterChip
from dianke.interfaces.web.components.page import Chip, Crumb, Page
from dianke.interfaces.web.components.paging import PAGE_SIZE, page_by_key
from dianke.interfaces.web.components.states import state_chip
from dianke.interfaces.web.customers import charts, words
from dianke.interfaces.web.requests import StaffRequest
from dianke.interfaces.web.sheets import answer_xlsx
from dianke.kernel.clock import SystemClock
from dianke.platform.org import queries as org

EXPORT_LIMIT = 50_000
_MONTHS_SHOWN = 12


@require_GET
@page_right("archive.view")
def list_accounts(request: StaffRequest) -> HttpResponse:
    """List accounts, by class and unit, or those that a text finds."""
    text = request.GET.get("q", "").strip()
    usage_class = request.GET.get("class", "")
    unit_code = request.GET.get("unit", "")
    values: dict[str, Any] = {
        "page": Page(title=_("Customers"), crumbs=[Crumb(_("Customers"))]),
        "text": text,
        "usage_class": usage_class,
        "unit_code": unit_code,
        "units": org.list_units(actor=request.actor),
        "filters": _class_filters(request, usage_class),
        "classes": billing_words.USAGE_CLASSES,
    }
    if text:
        after = request.GET.get("after", "0")
        values["rows"], values["next_after"] = listings.search_accounts(
            actor=request.actor, text=text, after=int(after) if after.isdigit() else 0, limit=PAGE_SIZE
        )
    else:
        accounts = listings.filter_accounts(actor=request.actor, usage_class=usage_class, unit_code=unit_code)
        if request.GET.get("format") == "xlsx":
            return _export(accounts.order_by("number")[:EXPORT_LIMIT].iterator())
        values["paged"] = page_by_key(accounts, order=["number"], at=request.GET.get("at", ""))
        values["rows"] = values["paged"].rows
    return render(request, "customers/list.html", values)


def _class_filters(request: StaffRequest, chosen: str) -> list[FilterChip]:
    chips = [FilterChip(label=_("All"), url=_with(request, "class", ""), active=not chosen)]
    for usage_class in UsageClass:
        label = billing_words.USAGE_CLASSES[usage_class.value]
        url = _with(request, "class", usage_class.value)
        chips.append(FilterChip(label=label, url=url, active=chosen == usage_class.value))
    return chips


def _with(request: StaffRequest, name: str, value: str) -> str:
    query = request.GET.copy()
    for dropped in ("at", "after", "q", name):
        query.pop(dropped, None)
    if value:
        query[name] = value
    return f"{reverse('web:customers')}?{query.urlencode()}"


def _export(accounts: Any) -> HttpResponse:
    titles = [_("Account"), _("Name"), _("Class"), _("Unit"), _("Address"), _("Opened")]
    rows = (
        [
            account.number,
            account.customer.name,
            str(billing_words.USAGE_CLASSES.get(account.usage_class, account.usage_class)),
            account.unit.name,
            account.address or "",
            account.opened_date,
        ]
        for account in accounts
    )
    return answer_xlsx(name="customers", titles=titles, rows=rows)


@require_GET
@page_right("archive.view")
def show_account(request: StaffRequest, number: str) -> HttpResponse:
    """Show a customer's account: supply, usage, bills."""
    account = _get_account(request, number)
    today = SystemClock().now().date()
    tree = metering.get_supply_tree(actor=request.actor, account=account, on=today)
    bills = (
        bill_queries.list_account_bills(actor=request.actor, account_id=account.pk, limit=12)
        if request.actor.may("billing.view")
        else []
    )
    point_ids = [point.usage_point_id for point in tree.points]
    last_day = readings.get_last_day(actor=request.actor, usage_point_ids=point_ids)
    terms = term_queries.list_terms(actor=request.actor, usage_point_ids=point_ids, on=last_day or today)
    values = {
        "page": _head(account, tree),
        "account": account,
        "tree": tree,
        "terms": terms,
        "bills": bills,
        "figures": _figures(account, tree, bills),
        "months": _months(request, point_ids, last_day, any(term.time_of_use for term in terms)),
        "last_day": last_day,
        "time_of_use": any(term.time_of_use for term in terms),
        "structures": billing_words.STRUCTURES,
        "basic_modes": billing_words.BASIC_MODES,
        "sides": billing_words.SIDES,
    }
    return render(request, "customers/account.html", values)


def _head(account: CustomerAccount, tree: SupplyTree) -> Page:
    point = next(iter(tree.points), None)
    facts = [str(billing_words.USAGE_CLASSES.get(account.usage_class, account.usage_class))]
    if point:
        facts = [point.address, *facts, point.voltage]
    kva = _own_kva(tree)
    if kva:
        facts.append(f"{formats.number(kva)} kVA")
    chips = [state_chip("account", account.status), Chip("fact", words.KINDS[account.customer.kind])]
    return Page(
        title=account.customer.name,
        number=account.number,
        facts=facts,
        crumbs=[Crumb(_("Customers"), reverse("web:customers")), Crumb(account.unit.name)],
        chips=chips,
        menu_url=reverse("web:customers"),
    )


def _own_kva(tree: SupplyTree) -> Any:
    own = {node.code: node.capacity_kva for point in tree.points for node in point.transformers if node.is_own}
    return sum(own.values()) if own else None


def _figures(account: CustomerAccount, tree: SupplyTree, bills: list[Any]) -> list[Figure]:
    latest = bills[0] if bills else None
    figures = [
        Figure(caption=_("Usage points"), value=str(len(tree.points)), context=account.unit.name),
        Figure(caption=_("Customer since"), value=formats.day(account.customer.since_date), context=_("by contract")),
    ]
    if latest:
        url = reverse("web:bill", args=[latest.id])
        month = formats.month(latest.month)
        figures = [
            Figure(caption=_("Latest bill (yuan)"), value=formats.fen(latest.amount_fen), context=month, url=url),
            Figure(caption=_("Energy of the bill (kWh)"), value=formats.kwh_e2(latest.energy_kwh_e2), context=month),
            *figures,
        ]
    return figures


def _months(request: StaffRequest, point_ids: list[int], last_day: date | None, by_time: bool) -> Any:
    if last_day is None:
        return None
    index = last_day.year * 12 + last_day.month - _MONTHS_SHOWN
    start = date(index // 12, index % 12 + 1, 1)
    months = readings.sum_months(
        actor=request.actor, usage_point_ids=point_ids, start=start, end=last_day + timedelta(days=1)
    )
    return charts.draw_months(months, by_time_of_use=by_time)


@require_GET
@page_right("archive.view")
def show_day(request: StaffRequest, number: str) -> HttpResponse:
    """Return the curve of a day, as a fragment that the customer's page fetches after itself."""
    account = _get_account(request, number)
    points = list(UsagePoint.objects.for_actor(request.actor).filter(account=account).order_by("id"))
    if not points:
        raise Http404
    last_day = readings.get_last_day(actor=request.actor, usage_point_ids=[points[0].pk])
    day = _read_day(request.GET.get("day", "")) or last_day
    if day is None:
        return render(request, "customers/day.html", {"account": account, "chart": None})
    curve, before = (
        readings.get_curve(
            actor=request.actor,
            root=settings.DATA_DIR / "intervals",
            usage_point=points[0],
            start=one,
            end=one + timedelta(days=1),
        )
        for one in (day, day - timedelta(days=7))
    )
    codes = term_queries.get_period_codes(actor=request.actor, usage_point_id=points[0].pk, day=day)
    is_known = curve is not None and curve.days and curve.is_present.any()
    values = {
        "account": account,
        "day": day,
        "before": day - timedelta(days=1),
        "after": day + timedelta(days=1) if last_day and day < last_day else None,
        "energy_kwh_e2": int(curve.wh.sum()) // 10 if curve is not None and is_known else None,
        "chart": charts.draw_day(curve=curve, week_before=before, period_codes=codes)
        if curve is not None and is_known
        else None,
    }
    return render(request, "customers/day.html", values)


def _read_day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _get_account(request: StaffRequest, number: str) -> CustomerAccount:
    account = customers.get_account(actor=request.actor, number=number)
    if account is None:
        raise Http404
    return account
