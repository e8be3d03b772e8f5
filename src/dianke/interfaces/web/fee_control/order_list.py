"""Orders of disconnection and reconnection as a work list, with their clocks."""

from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext, pgettext_lazy

from dianke.application import fee_control
from dianke.domain.fee_control.queries import orders as queries
from dianke.domain.fee_control.queries.policies import get_policy
from dianke.domain.fee_control.rules.clocks import find_light, is_kept
from dianke.domain.fee_control.types import OPEN_ORDERS, Light, OrderState
from dianke.interfaces.web.components import formats
from dianke.interfaces.web.components.due import due_chip
from dianke.interfaces.web.components.filters import ChoiceFilter, DateRangeFilter, UnitFilter
from dianke.interfaces.web.components.lists import Column, ListSpec, register
from dianke.interfaces.web.components.page import Chip, Crumb
from dianke.interfaces.web.components.row_addresses import address_row
from dianke.interfaces.web.components.states import state_chip
from dianke.interfaces.web.fee_control import words
from dianke.interfaces.web.fee_control.account_list import search_accounts
from dianke.kernel.clock import SystemClock, to_shanghai
from dianke.kernel.money import fen_to_yuan

_OPEN = [one.value for one in OPEN_ORDERS]
_KINDS = {Light.GREEN: "ok", Light.AMBER: "warn", Light.RED: "bad"}


def clock_chip(order: Any) -> Chip | None:
    """Return how near the promise of a reconnection is, or whether it was kept; nothing for other orders."""
    if order.due_at is None or order.clock_from is None:
        return None
    if order.executed_at is not None:
        if is_kept(due_at=order.due_at, restored_at=order.executed_at):
            return Chip("ok", pgettext("supply order", "kept"), quiet=True)
        return Chip("bad", pgettext("supply order", "broken"))
    if order.state not in _OPEN:
        return None
    now = SystemClock().now()
    policy = get_policy(on=to_shanghai(order.clock_from).date())
    light = find_light(started_at=order.clock_from, due_at=order.due_at, at=now, policy=policy)
    return Chip(_KINDS[light], due_chip(order.due_at, now).label, quiet=light is Light.GREEN)


def _narrow_open(rows: QuerySet[Any], code: str) -> QuerySet[Any]:
    return rows.filter(state__in=_OPEN) if code == "open" else rows.exclude(state__in=_OPEN)


ORDERS = register(
    ListSpec(
        name="fee_control.orders",
        title=_("Disconnection and reconnection"),
        url_name="web:supply_orders",
        right=fee_control.VIEW,
        crumbs=[Crumb(_("Fee control"))],
        rows=lambda actor: queries.filter_orders(actor=actor),
        row_url=lambda one: address_row("web:supply_order", one.pk),
        sort="-proposed",
        columns=[
            Column("number", pgettext_lazy("supply order", "Order"), lambda one: one.number, css="n", width=14),
            Column("state", _("State"), lambda one: state_chip("fee_control.order", one.state)),
            Column("kind", _("Kind"), lambda one: words.ORDER_KINDS[one.kind], css="nw"),
            Column("clock", pgettext_lazy("supply order", "Promise"), clock_chip),
            Column("account", _("Account"), lambda one: one.account.number, css="n", width=14),
            Column("name", pgettext_lazy("customer", "Name"), lambda one: one.account.customer.name, width=28),
            Column("cause", _("Cause"), lambda one: words.CAUSES[one.cause], css="nw"),
            Column(
                "balance",
                _("Running balance (yuan)"),
                lambda one: fen_to_yuan(one.balance_fen),
                show=lambda one: formats.fen(one.balance_fen),
                css="num",
            ),
            Column("planned", pgettext_lazy("supply order", "Planned for"), lambda one: one.planned_at, css="n"),
            Column("due", pgettext_lazy("supply order", "Due at"), lambda one: one.due_at, css="n", is_shown=False),
            Column(
                "proposed", _("Proposed at"), lambda one: one.proposed_at, order=("proposed_at",), css="n", width=18
            ),
            Column("meter", _("Meter"), lambda one: one.meter_number, css="n", is_shown=False, width=18),
            Column("unit", _("Unit"), lambda one: one.unit.name, css="nw", is_shown=False, width=18),
        ],
        filters=[
            ChoiceFilter(
                "open",
                pgettext_lazy("supply order", "Work"),
                [("open", pgettext_lazy("supply order", "Open")), ("over", pgettext_lazy("supply order", "Over"))],
                apply=_narrow_open,
            ),
            ChoiceFilter("kind", _("Kind"), list(words.ORDER_KINDS.items())),
            ChoiceFilter(
                "state",
                _("State"),
                [(one.value, state_chip("fee_control.order", one.value).label) for one in OrderState],
            ),
            ChoiceFilter("cause", _("Cause"), list(words.CAUSES.items())),
            DateRangeFilter("proposed", _("Proposed at"), lookup="proposed_at__date"),
            UnitFilter(),
        ],
        search=search_accounts,
        search_hint=_("Name, pinyin, account, meter, address"),
        count=lambda count: _now("%(count)s orders of supply") % {"count": count},
        empty_title=_("No order yet"),
        empty_text=_("A balance that is used up, or a debt with notice, brings an order in the night."),
        empty_found_title=_("No order fits"),
        empty_found_text=_("Take a filter out to see more."),
        help=[
            _("One person proposes, another approves, a third carries out; who approves never operates."),
            _("A payment takes an order back at once, or orders supply: its clock runs from the payment."),
        ],
        brief=("state", "name", "kind", "clock", "planned"),
        export_name="supply-orders",
    )
)
