"""The bills and steps behind a figure of recovery: every column adds up to the figure that was opened."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.http import require_GET

from dianke.application import collection
from dianke.domain.collection.models import DunningStep
from dianke.domain.collection.queries import recovery, recovery_items, steps
from dianke.domain.collection.queries.forecast import DAYS, list_expected_items
from dianke.domain.collection.queries.recovery_items import RecoveryItem, RecoveryItems
from dianke.domain.collection.rules.forecast import HORIZONS
from dianke.domain.customers.models import CustomerAccount
from dianke.domain.receivables.queries.chart import list_keys_below
from dianke.domain.receivables.queries.standing import load_bills
from dianke.interfaces.web.access import page_right
from dianke.interfaces.web.billing.words import USAGE_CLASSES
from dianke.interfaces.web.collection import words
from dianke.interfaces.web.collection.asking import Asked, read_address
from dianke.interfaces.web.components import formats
from dianke.interfaces.web.components.page import Crumb, Page
from dianke.interfaces.web.requests import StaffRequest

OF_MONTH, OF_OLD, OF_BOOKED, OF_EXPECTED, OF_STEPS = "MONTH", "OLD", "BOOKED", "EXPECTED", "STEPS"
# After which steps something was paid, or all that was overdue.
SOME, EVERYTHING = "SOME", "ALL"
_TAIL = ("month", "from", "days", "class", "code", "kind", "paid")
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
    if of == OF_STEPS:
        return _show_steps(request, asked)
    of = of if of in {OF_MONTH, OF_BOOKED, OF_EXPECTED} else OF_OLD
    heads, title, found = _find(request, asked, of)
    tail = _read_tail(request)
    values = {
        "page": _head(asked, title),
        "thing": _("Bill"),
        "about": _("Class of use"),
        "heads": heads,
        "rows": _draw(request, found.rows),
        "totals": [formats.fen(fen) for fen in found.totals_fen],
        "next_url": open_bills(asked, of, **tail, after=str(found.rows[-1].item_id)) if found.has_more else "",
        "first_url": open_bills(asked, of, **tail) if request.GET.get("after") else "",
    }
    return render(request, "collection/recovery_bills.html", values)


def _find(request: StaffRequest, asked: Asked, of: str) -> tuple[Sequence[str], str, RecoveryItems]:
    """Return the heads of the columns, the title and the bills; a month or day that is not known is not there."""
    after = _read_mark(request)
    actor, on, path = request.actor, asked.as_of, asked.unit_path
    if of == OF_OLD:
        old = recovery_items.list_items_of_old(actor=actor, on=on, unit_path=path, after=after)
        return (_("Owed when the year began (yuan)"), _("Collected since (yuan)")), _("Bills of years before"), old
    if of == OF_BOOKED:
        start = _read_day(request)
        booked = recovery_items.list_items_booked(actor=actor, start=start, end=on, unit_path=path, after=after)
        title = _("Booked from %(first)s to %(last)s") % {"first": start.isoformat(), "last": on.isoformat()}
        return (_("Booked (yuan)"),), title, booked
    if of == OF_EXPECTED:
        days = read_days(request)
        expected = list_expected_items(
            actor=actor, on=on, unit_path=path, days=days, usage_class=str(request.GET.get("class", "")), after=after
        )
        title = _("Expected of open bills within %(days)s days") % {"days": days}
        return (_("Open (yuan)"), _("Expected (yuan)")), title, expected
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


def read_days(request: StaffRequest) -> int:
    """Return for how many days a forecast is asked: thirty, where what is asked is none of those shown."""
    asked = str(request.GET.get("days", ""))
    return int(asked) if asked in {str(one) for one in HORIZONS} else DAYS


def _read_tail(request: StaffRequest) -> dict[str, str]:
    return {name: str(request.GET[name]) for name in _TAIL if request.GET.get(name)}


def _read_mark(request: StaffRequest) -> int:
    mark = str(request.GET.get("after", ""))
    return int(mark) if mark.isdecimal() and len(mark) < 18 else -1


def _show_steps(request: StaffRequest, asked: Asked) -> HttpResponse:
    """Show the steps behind an effect, with what was overdue and what was paid after each."""
    tail, actor = _read_tail(request), request.actor
    rows, totals, has_more = steps.list_effect_steps(
        on=asked.as_of,
        units=recovery.list_units(actor=actor, unit_path=asked.unit_path),
        ledgers=list_keys_below(actor=actor, code=recovery.ALL),
        code=tail.get("code", ""),
        kind=tail.get("kind", ""),
        paid=tail.get("paid", ""),
        after=_read_mark(request),
    )
    known = steps.filter_steps(actor=actor).filter(pk__in=[one.key for one in rows])
    found = {one.pk: one for one in known}
    kind = words.KINDS.get(tail.get("kind", ""), "")
    values = {
        "page": _head(asked, _("Paid within seven days after a step: %(kind)s") % {"kind": kind}),
        "thing": pgettext("dunning", "Step"),
        "about": _("Done on"),
        "heads": (_("Overdue (yuan)"), _("Paid (yuan)")),
        "rows": [_draw_step(found[one.key], one) for one in rows if one.key in found],
        "totals": [formats.fen(fen) for fen in totals],
        "next_url": open_bills(asked, OF_STEPS, **tail, after=str(rows[-1].key)) if has_more else "",
        "first_url": open_bills(asked, OF_STEPS, **tail) if request.GET.get("after") else "",
    }
    return render(request, "collection/recovery_bills.html", values)


def _draw_step(step: DunningStep, one: steps.StepPaid) -> dict[str, Any]:
    return {
        "account": step.account.number,
        "name": step.account.customer.name,
        "account_url": reverse("web:collection_account", args=[step.account.number]),
        "bill": step.number,
        "bill_url": reverse("web:dunning_step", args=[step.pk]),
        "class": formats.day(one.done_on),
        "sums": [formats.fen(one.overdue_fen), formats.fen(one.paid_fen)],
    }


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
