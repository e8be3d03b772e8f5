"""The list of customers."""

from collections.abc import Iterable
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from dianke.application.listings import accounts as listings
from dianke.domain.customers.types import UsageClass
from dianke.interfaces.web.access import page_right
from dianke.interfaces.web.billing import words as billing_words
from dianke.interfaces.web.components.filters import FilterChip
from dianke.interfaces.web.components.page import Crumb, Page
from dianke.interfaces.web.components.paging import PAGE_SIZE, count_roughly, page_by_key
from dianke.interfaces.web.components.states import state_label
from dianke.interfaces.web.requests import StaffRequest
from dianke.interfaces.web.sheets import answer_xlsx
from dianke.platform.org import queries as org

EXPORT_LIMIT = 50_000
SEARCH_EXPORT_LIMIT = 2_000


@require_GET
@page_right("archive.view")
def list_accounts(request: StaffRequest) -> HttpResponse:
    """List accounts, by class and unit, or those that a text finds."""
    text = " ".join(request.GET.get("q", "").split())
    is_export = request.GET.get("format") == "xlsx"
    if text:
        return _export_found(request, text) if is_export else _show_found(request, text)
    accounts = listings.filter_accounts(
        actor=request.actor,
        usage_class=request.GET.get("class", ""),
        unit_code=request.GET.get("unit", ""),
    )
    if is_export:
        return _export(accounts.order_by("number")[:EXPORT_LIMIT].iterator())
    page = page_by_key(accounts, order=["number"], at=request.GET.get("at", ""))
    total = _("%(count)s accounts") % {"count": count_roughly(accounts)}
    return _render(request, text="", rows=page.rows, paged=page, total=total)


def _show_found(request: StaffRequest, text: str) -> HttpResponse:
    after = request.GET.get("after", "")
    # Keys have 64 bits: a longer number in the address is nobody's.
    start = int(after) if after.isascii() and after.isdigit() and len(after) < 19 else 0
    rows, next_after = listings.search_accounts(actor=request.actor, text=text, after=start, limit=PAGE_SIZE)
    return _render(request, text=text, rows=rows, next_after=next_after)


def _render(request: StaffRequest, *, text: str, rows: Any, **more: Any) -> HttpResponse:
    chosen = request.GET.get("class", ""), request.GET.get("unit", "")
    values = {
        "page": Page(title=_("Customer list"), crumbs=[Crumb(_("Customers"))]),
        "text": text,
        "rows": rows,
        "is_filtered": bool(text or any(chosen)),
        "class_filters": _filters(request, "class", chosen[0], _list_classes()),
        "unit_code": chosen[1],
        "usage_class": chosen[0],
        "units": org.list_units(actor=request.actor),
        "classes": billing_words.USAGE_CLASSES,
        **more,
    }
    return render(request, "customers/list.html", values)


def _list_classes() -> list[tuple[str, str]]:
    return [("", _("All"))] + [(own.value, str(billing_words.USAGE_CLASSES[own.value])) for own in UsageClass]


def _filters(request: StaffRequest, name: str, chosen: str, choices: list[tuple[str, str]]) -> list[FilterChip]:
    return [
        FilterChip(label=label, url=_with(request, name, value), active=chosen == value) for value, label in choices
    ]


def _with(request: StaffRequest, name: str, value: str) -> str:
    query = request.GET.copy()
    for dropped in ("at", "after", "q", "format", name):
        query.pop(dropped, None)
    if value:
        query[name] = value
    return f"{reverse('web:customers')}?{query.urlencode()}" if query else reverse("web:customers")


def _export_found(request: StaffRequest, text: str) -> HttpResponse:
    rows, _next = listings.search_accounts(actor=request.actor, text=text, after=0, limit=SEARCH_EXPORT_LIMIT)
    return _export(rows)


def _export(accounts: Iterable[Any]) -> HttpResponse:
    titles = [_("Account"), _("Name"), _("Class"), _("Address"), _("Unit"), _("State"), _("Opened")]
    rows = (
        [
            account.number,
            account.customer.name,
            str(billing_words.USAGE_CLASSES.get(account.usage_class, account.usage_class)),
            account.address or "",
            account.unit.name,
            state_label("account", account.status),
            account.opened_date,
        ]
        for account in accounts
    )
    return answer_xlsx(name="customers", titles=titles, rows=rows)
