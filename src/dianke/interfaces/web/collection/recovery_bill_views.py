"""The bills behind a figure of recovery: every column adds up to the figure that was opened."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from dianke.application import collection
from dianke.domain.collection.queries import recovery, recovery_items
from dianke.domain.collection.queries.recovery_items import RecoveryItem, RecoveryItems
from dianke.domain.customers.models import CustomerAccount
from dianke.domain.receivables.queries.standing import load_bills
from dianke.interfaces.web.access import page_right
from dianke.interfaces.web.billing.words import USAGE_CLASSES
from dianke.interfaces.web.collection.asking import Asked, read_address
from dianke.interfaces.web.components import formats
from dianke.interfaces.web.components.page import Crumb, Page
from dianke.interfaces.web.requests import StaffRequest

OF_MONTH, OF_OLD, OF_BOOKED = "MONTH", "OLD", "BOOKED"
# As many months as a month can lie back that the rates show.
_MONTHS = 13


def open_bills(asked: Asked, of: str, **others: str) -> str:
    """Return the address of the bills behind a figure."""
    return f"{reverse('web:collection_recovery_bills')}?{asked.encode(**{'by': '', 'of': of, **others})}"


@require_GET
@page_right(collection.VIEW)
def show_bills(request: StaffRequest) -> HttpResponse:
    """Show the bills behind a rate or the days outstanding, by number, with the totals of all of them."""
    asked = read_address(request)
    of = str(request.GET.get("of", ""))
    of = of if of in {OF_MONTH, OF_BOOKED} else OF_OLD
    heads, title, found = _find(request, asked, of)
    tail = {name: str(request.GET[name]) for name in ("month", "from") if request.GET.get(name)}
    values = {
        "page": _head(asked, title),
        "heads": heads,
        "rows": _draw(request, found.rows),
        "totals": [formats.fen(fen) for fen in found.totals_fen],
        "next_url": open_bills(asked, of, **tail, after=str(found.rows[-1].item_id)) if found.has_more else "",
        "first_url": open_bills(asked, of, **tail) if request.GET.get("after") else "",
    }
    return render(request, "collection/recovery_bills.html", values)


def _find(request: StaffRequest, asked: Asked, of: str) -> tuple[Sequence[str], str, RecoveryItems]:
    """Return the heads of the columns, the title and the bills; a month or day that is not known is not there."""
    mark = str(request.GET.get("after", ""))
    after = int(mark) if mark.isdecimal() and len(mark) < 18 else -1
    actor, on, path = request.actor, asked.as_of, asked.unit_path
    if of == OF_OLD:
        old = recovery_items.list_items_of_old(actor=actor, on=on, unit_path=path, after=after)
        return (_("Owed when the year began (yuan)"), _("Collected since (yuan)")), _("Bills of years before"), old
    if of == OF_BOOKED:
        start = _read_day(request)
        booked = recovery_items.list_items_booked(actor=actor, start=start, end=on, unit_path=path, after=after)
        title = _("Booked from %(first)s to %(last)s") % {"first": start.isoformat(), "last": on.isoformat()}
        return (_("Booked (yuan)"),), title, booked
    months = recovery.list_current_recovery(actor=actor, on=on, months=_MONTHS, unit_path=path)
    month = next((one for one in months if f"{one.month:%Y-%m}" == request.GET.get("month")), None)
    if month is None:
        raise Http404
    heads = (
        _("Billed (yuan)"), _("By the end of the month (yuan)"), _("By the end of the next (yuan)"),
        _("Collected to date (yuan)"),
    )  # fmt: skip
    found = recovery_items.list_items_of_month(actor=actor, on=on, of=month, unit_path=path, after=after)
    return heads, _("Bills of %(month)s") % {"month": formats.month(month.month)}, found


def _read_day(request: StaffRequest) -> date:
    try:
        return date.fromisoformat(str(request.GET.get("from", "")))
    except ValueError as damaged:
        raise Http404 from damaged


def _draw(request: StaffRequest, rows: Sequence[RecoveryItem]) -> list[dict[str, Any]]:
    keys = {one.customer_account_id for one in rows}
    known = CustomerAccount.objects.for_actor(request.actor).filter(pk__in=keys).select_related("customer")
    accounts: dict[int | None, CustomerAccount] = {one.pk: one for one in known}
    bills = load_bills(item_ids={one.item_id for one in rows})
    may_open = request.actor.may("billing.view")
    return [
        {
            "account": account.number if (account := accounts.get(one.customer_account_id)) else "",
            "name": account.customer.name if account else "",
            "account_url": reverse("web:collection_account", args=[account.number]) if account else "",
            "bill": bills[one.item_id].number if one.item_id in bills else "",
            "bill_url": reverse("web:bill", args=[one.item_id]) if may_open and one.item_id in bills else "",
            "class": USAGE_CLASSES.get(one.usage_class, one.usage_class),
            "sums": [formats.fen(fen) for fen in one.sums_fen],
        }
        for one in rows
    ]


def _head(asked: Asked, title: str) -> Page:
    return Page(
        title=title,
        facts=[asked.as_of.isoformat(), asked.unit.name if asked.unit else _("all units")],
        crumbs=[
            Crumb(_("Collection of debts")),
            Crumb(_("Recovery rates"), f"{reverse('web:collection_recovery')}?{asked.encode()}"),
        ],
        menu_url=reverse("web:collection_recovery"),
        help=[_("Every column adds up to the figure that was opened; what was written off is no collection.")],
    )
