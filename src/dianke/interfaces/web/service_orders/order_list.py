"""Service orders as a list: by kind, state, unit, and by what falls due."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext, pgettext_lazy

from dianke.application import service_orders
from dianke.application.listings import accounts as listings
from dianke.domain.service_orders.models import IS_OPEN
from dianke.domain.service_orders.queries import orders as queries
from dianke.interfaces.web.components.due import due_chip
from dianke.interfaces.web.components.filters import ChoiceFilter, DateRangeFilter, UnitFilter
from dianke.interfaces.web.components.lists import Column, ListSpec, register
from dianke.interfaces.web.components.page import Chip, Crumb
from dianke.interfaces.web.components.row_addresses import address_row
from dianke.interfaces.web.components.states import state_chip
from dianke.interfaces.web.customers.naming import hide_names
from dianke.interfaces.web.service_orders import words
from dianke.kernel.clock import SystemClock
from dianke.platform.identity.types import Actor
from dianke.platform.processes.types import RunStatus

_WEEK = timedelta(days=7)
_FOUND = 200


def clock_chip(order: Any) -> Chip | None:
    """Return how long an order has left, that its clock stands, or nothing once it is over."""
    if order.ended_at is not None:
        return None
    if order.due_at is None:
        return Chip("idle", pgettext("service order", "clock stands"), quiet=True)
    return due_chip(order.due_at, SystemClock().now())


def result_chip(order: Any) -> Chip:
    """Return how an order stands, and how it ended once it is over."""
    if order.result:
        kind = "ok" if order.result == "ARCHIVED" else "idle"
        return Chip(kind, words.RESULTS[order.result])
    return state_chip("service_order", order.state)


def narrow_due(rows: QuerySet[Any], code: str) -> QuerySet[Any]:
    """Return the orders that are late, amber, due within a week, or whose clock stands."""
    now = SystemClock().now()
    if code == "late":
        return rows.filter(due_at__lt=now)
    if code == "amber":
        return rows.filter(amber_at__lte=now, due_at__gte=now)
    if code == "week":
        return rows.filter(due_at__gte=now, due_at__lt=now + _WEEK)
    return rows.filter(IS_OPEN, due_at=None)


def _search(actor: Actor, rows: QuerySet[Any], text: str) -> tuple[QuerySet[Any], bool]:
    # Nobody is found by a name that the list masks.
    found = listings.find_seen_account_ids(actor=actor, text=text, limit=_FOUND)
    return rows.filter(account_id__in=found), len(found) >= _FOUND


def _hide(actor: Actor, rows: Sequence[Any]) -> None:
    hide_names(actor, rows, find=lambda row: row.account.customer)


ORDERS = register(
    ListSpec(
        name="service_orders.orders",
        title=_("Orders"),
        url_name="web:service_orders",
        right=service_orders.VIEW,
        crumbs=[Crumb(_("Service orders"))],
        rows=lambda actor: queries.filter_orders(actor=actor),
        row_url=lambda one: address_row("web:service_order", one.number),
        sort="-accepted",
        columns=[
            Column("number", pgettext_lazy("service order", "Order"), lambda one: one.number, css="n", width=17),
            Column("kind", _("Kind"), lambda one: words.kind_of(one.kind), css="nw"),
            Column("state", _("State"), result_chip),
            Column("clock", pgettext_lazy("service order", "Clock"), clock_chip),
            Column("account", _("Account"), lambda one: one.account.number, css="n", width=14),
            Column("name", pgettext_lazy("customer", "Name"), lambda one: one.account.customer.name, width=28),
            Column("from", pgettext_lazy("service order", "Agreed for"), lambda one: one.effective_on, css="n"),
            Column("due", pgettext_lazy("service order", "Due at"), lambda one: one.due_at, css="n", is_shown=False),
            Column(
                "accepted", _("Accepted at"), lambda one: one.accepted_at, order=("accepted_at",), css="n", width=18
            ),
            Column("rules", pgettext_lazy("service order", "Rules"), lambda one: one.rule_set, css="n", is_shown=False),
            Column("unit", _("Unit"), lambda one: one.unit.name, css="nw", width=18),
        ],
        filters=[
            ChoiceFilter("kind", _("Kind"), list(words.KINDS.items())),
            ChoiceFilter(
                "state",
                _("State"),
                [(one.value, state_chip("service_order", one.value).label) for one in RunStatus],
            ),
            ChoiceFilter(
                "due",
                pgettext_lazy("service order", "Clock"),
                [
                    ("late", pgettext_lazy("service order", "Late")),
                    ("amber", pgettext_lazy("service order", "Due within a working day")),
                    ("week", pgettext_lazy("service order", "Due within a week")),
                    ("stands", pgettext_lazy("service order", "Clock stands")),
                ],
                apply=narrow_due,
            ),
            DateRangeFilter("accepted", _("Accepted at"), lookup="accepted_at__date"),
            UnitFilter(),
        ],
        search=_search,
        search_hint=_("Name, pinyin, account, meter, address"),
        enrich=_hide,
        count=lambda count: _now("%(count)s service orders") % {"count": count},
        empty_title=_("No order yet"),
        empty_text=_("An order begins on the page of an account, under More."),
        empty_found_title=_("No order fits"),
        empty_found_text=_("Take a filter out to see more."),
        help=[
            _("Every order of your units, from acceptance to archive; a customer's own time does not count."),
            _("An order falls due on the day that was agreed, later by the working days that its clock stood."),
        ],
        brief=("state", "name", "kind", "clock"),
        export_name="service-orders",
    )
)
