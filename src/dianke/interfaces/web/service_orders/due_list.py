"""What falls due, the most urgent first: orders whose clock runs, with the step each stands at."""

from collections.abc import Sequence
from typing import Any

from django.http import HttpResponse
from django.urls import reverse_lazy
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from django.views.decorators.http import require_GET

from dianke.application import service_orders
from dianke.domain.service_orders.queries import escalations
from dianke.domain.service_orders.queries import orders as queries
from dianke.domain.service_orders.rules.escalation import Level
from dianke.interfaces.web.access import page_right
from dianke.interfaces.web.components.filters import ChoiceFilter, UnitFilter
from dianke.interfaces.web.components.list_views import render_list
from dianke.interfaces.web.components.lists import Column, ListSpec, register
from dianke.interfaces.web.components.page import Chip, Crumb
from dianke.interfaces.web.components.row_addresses import address_row
from dianke.interfaces.web.customers.naming import hide_names
from dianke.interfaces.web.people import Names
from dianke.interfaces.web.requests import StaffRequest
from dianke.interfaces.web.service_orders import words
from dianke.interfaces.web.service_orders.order_list import clock_chip, narrow_due
from dianke.platform.identity.types import Actor


@require_GET
@page_right(service_orders.VIEW)
def list_due(request: StaffRequest) -> HttpResponse:
    """List the orders whose clock runs, what falls due first."""
    return render_list(request, DUE)


def _enrich(actor: Actor, rows: Sequence[Any]) -> None:
    hide_names(actor, rows, find=lambda row: row.account.customer)
    steps = queries.find_open_steps(actor=actor, orders=rows)
    names = Names([step.assignee for found in steps.values() for step in found])
    told = escalations.find_told(actor=actor, orders=rows)
    for row in rows:
        row.told = told.get(row.pk, [])
        found = steps.get(row.pk, [])
        row.waits_at = " · ".join(words.step_of(one.process_id, one.step) for one in found)
        row.waits_for = " · ".join(
            names.of(one.assignee) if one.assignee else words.post_of(one.process_id, one.step) for one in found
        )


def _brought_before(row: Any) -> Chip | None:
    """Return the highest level that was told of the clocks of an order."""
    levels = {one.subject.partition(":")[0] for one in row.told}
    if Level.RED.value in levels:
        return Chip("bad", words.LEVELS[Level.RED.value])
    return Chip("warn", words.LEVELS[Level.AMBER.value]) if levels else None


DUE = register(
    ListSpec(
        name="service_orders.due",
        title=_("Due list"),
        url_name="web:service_orders_due",
        right=service_orders.VIEW,
        crumbs=[Crumb(_("Service orders")), Crumb(_("Orders"), reverse_lazy("web:service_orders"))],
        rows=lambda actor: queries.filter_orders(actor=actor).filter(due_at__isnull=False),
        row_url=lambda one: address_row("web:service_order", one.number),
        sort="due",
        columns=[
            Column("number", pgettext_lazy("service order", "Order"), lambda one: one.number, css="n", width=17),
            Column("clock", pgettext_lazy("service order", "Clock"), clock_chip),
            Column(
                "due",
                pgettext_lazy("service order", "Due at"),
                lambda one: one.due_at,
                order=("due_at",),
                css="n",
                width=18,
            ),
            Column("step", pgettext_lazy("service order", "Stands at"), lambda one: one.waits_at, width=16),
            Column("who", pgettext_lazy("service order", "Person"), lambda one: one.waits_for, width=16),
            Column("above", pgettext_lazy("service order", "Up the line"), _brought_before),
            Column("kind", _("Kind"), lambda one: words.kind_of(one.kind), css="nw"),
            Column("account", _("Account"), lambda one: one.account.number, css="n", width=14),
            Column("name", pgettext_lazy("customer", "Name"), lambda one: one.account.customer.name, width=24),
            Column("unit", _("Unit"), lambda one: one.unit.name, css="nw", width=18),
        ],
        filters=[
            ChoiceFilter(
                "due",
                pgettext_lazy("service order", "Clock"),
                [
                    ("late", pgettext_lazy("service order", "Late")),
                    ("amber", pgettext_lazy("service order", "Due within a working day")),
                    ("week", pgettext_lazy("service order", "Due within a week")),
                ],
                apply=narrow_due,
            ),
            ChoiceFilter("kind", _("Kind"), list(words.KINDS.items())),
            UnitFilter(),
        ],
        enrich=_enrich,
        count=lambda count: _now("%(count)s service orders") % {"count": count},
        empty_title=_("Nothing falls due"),
        empty_text=_("Orders stand here as long as their clock runs."),
        empty_found_title=_("No order fits"),
        empty_found_text=_("Take a filter out to see more."),
        help=[
            _("An order is due with the first of its clocks; red is late, amber has used four fifths of its time."),
            _("Orders whose clock stands are left out: Orders lists them."),
            _("Up the line: amber was told to the post of the step, red is on the home of the unit above."),
        ],
        brief=("clock", "step", "name", "due"),
        export_name="service-orders-due",
    )
)
