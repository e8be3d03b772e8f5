"""What corrections bring to the menu and the home."""

from collections.abc import Sequence
from datetime import datetime

from django.urls import reverse
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

import dianke.interfaces.web.corrections.words  # noqa: F401 - enters the states
from dianke.application import bill_corrections
from dianke.domain.billing.queries import corrections as queries
from dianke.domain.billing.types import CorrectionState
from dianke.interfaces.web.components import formats
from dianke.interfaces.web.navigation import MenuEntry, register
from dianke.interfaces.web.people import Names
from dianke.interfaces.web.shell.home import WorkItem, register_work
from dianke.platform.identity.types import Actor

_SHOWN = 20


def _count_waiting(actor: Actor) -> int:
    """Return how many corrections wait for the reader: for approval, or for issue."""
    waiting = 0
    for right, state in (
        (bill_corrections.APPROVE, CorrectionState.PENDING),
        (bill_corrections.ISSUE, CorrectionState.APPROVED),
    ):
        if actor.may(right):
            waiting += queries.count_waiting(actor=actor, right=right, state=state)
    return waiting


register(
    MenuEntry(
        group="billing",
        label=_("Corrections"),
        url_name="web:corrections",
        right="billing.view",
        order=30,
        count=_count_waiting,
    )
)

register(
    MenuEntry(
        group="billing",
        label=_("Back-billing"),
        url_name="web:back_billing_start",
        right=bill_corrections.ASK,
        order=31,
    )
)


def _list_work(actor: Actor, at: datetime) -> Sequence[WorkItem]:
    """Return the corrections that the reader may approve or issue, the oldest first."""
    kinds = {
        CorrectionState.PENDING: (bill_corrections.APPROVE, _("Approve a correction")),
        CorrectionState.APPROVED: (bill_corrections.ISSUE, _("Issue a correction")),
    }
    rows = [
        (kind, order)
        for state, (right, kind) in kinds.items()
        if actor.may(right)
        for order in queries.list_waiting(actor=actor, right=right, state=state, login=actor.login, limit=_SHOWN)
        if state is CorrectionState.APPROVED or bill_corrections.may_approve(actor, order)
    ]
    names = Names(order.asked_by for _kind, order in rows)
    return [
        WorkItem(
            kind=kind,
            number=order.number,
            title=order.customer_name,
            url=reverse("web:correction", args=[order.pk]),
            quantity=_now("%(amount)s yuan") % {"amount": formats.signed_fen(order.difference_fen)},
            source=names.of(order.asked_by),
        )
        for kind, order in rows
    ]


register_work(_list_work, right="billing.view")
