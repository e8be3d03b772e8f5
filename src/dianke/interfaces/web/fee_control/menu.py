"""What fee control brings to the menu and the home."""

from collections.abc import Sequence
from datetime import datetime

from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

import dianke.interfaces.web.fee_control.account_list
import dianke.interfaces.web.fee_control.agreement_list
import dianke.interfaces.web.fee_control.order_list  # noqa: F401 - enters the lists
from dianke.application import fee_control
from dianke.domain.fee_control.queries import agreements, orders
from dianke.domain.fee_control.types import OrderState, ProposalState
from dianke.interfaces.web.components import formats
from dianke.interfaces.web.fee_control import words
from dianke.interfaces.web.navigation import MenuEntry, register
from dianke.interfaces.web.people import Names
from dianke.interfaces.web.shell.home import WorkItem, register_work
from dianke.platform.identity.types import Actor

_MOST = 200

register(
    *(
        MenuEntry(group="fee_control", label=label, url_name=f"web:{name}", right=fee_control.VIEW, order=order)
        for order, name, label in (
            (10, "fee_control_accounts", _("Accounts under fee control")),
            (20, "supply_orders", _("Disconnection and reconnection")),
            (30, "fee_control_agreements", _("Agreements of fee control")),
            (40, "fee_control_execution", _("Execution of fee control")),
        )
    )
)


def _list_orders(actor: Actor, states: Sequence[OrderState]) -> Sequence[WorkItem]:
    rows = orders.filter_orders(actor=actor).filter(state__in=[one.value for one in states])
    return [
        WorkItem(
            kind=words.ORDER_KINDS[one.kind],
            number=one.number,
            title=one.account.customer.name,
            url=reverse("web:supply_order", args=[one.pk]),
            due_at=one.due_at or one.planned_at,
            quantity=_("%(amount)s yuan") % {"amount": formats.fen(one.balance_fen)},
        )
        for one in rows.order_by("proposed_at", "id")[:_MOST]
        if actor.login not in {one.proposed_by, one.approved_by}
    ]


def _list_to_approve(actor: Actor, at: datetime) -> Sequence[WorkItem]:
    """Return the disconnections that wait for a second person."""
    return _list_orders(actor, [OrderState.PROPOSED])


def _list_to_operate(actor: Actor, at: datetime) -> Sequence[WorkItem]:
    """Return the orders that wait for an operator, or failed."""
    return _list_orders(actor, [OrderState.APPROVED, OrderState.FAILED])


def _list_agreements(actor: Actor, at: datetime) -> Sequence[WorkItem]:
    """Return the agreements that wait for a second person."""
    rows = agreements.filter_agreements(actor=actor).filter(state=ProposalState.PROPOSED.value)
    waiting = [one for one in rows.order_by("proposed_at", "id")[:_MOST] if one.proposed_by != actor.login]
    names = Names(one.proposed_by for one in waiting)
    return [
        WorkItem(
            kind=pgettext_lazy("fee control", "Agreement to be approved"),
            number=one.number,
            title=one.account.customer.name,
            url=reverse("web:fee_control_agreement", args=[one.pk]),
            source=names.of(one.proposed_by),
        )
        for one in waiting
    ]


register_work(_list_to_approve, right=fee_control.APPROVE)
register_work(_list_to_operate, right=fee_control.OPERATE)
register_work(_list_agreements, right=fee_control.APPROVE_AGREEMENTS)
