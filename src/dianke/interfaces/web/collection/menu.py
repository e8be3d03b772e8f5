"""What collection brings to the menu, the home and the search box."""

from collections.abc import Sequence
from datetime import datetime

from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

import dianke.interfaces.web.collection.step_list
import dianke.interfaces.web.collection.write_off_list  # noqa: F401 - enters the lists
from dianke.application import collection
from dianke.domain.collection.queries import steps, write_offs
from dianke.domain.collection.types import StepState, WriteOffState
from dianke.interfaces.web.collection import words
from dianke.interfaces.web.components import formats
from dianke.interfaces.web.navigation import MenuEntry, register
from dianke.interfaces.web.people import Names
from dianke.interfaces.web.shell.home import WorkItem, register_work
from dianke.platform.identity.types import Actor

_MOST = 200

register(
    MenuEntry(
        group="collection",
        label=_("Ageing of arrears"),
        url_name="web:collection_ageing",
        right=collection.VIEW,
        order=10,
    ),
    MenuEntry(group="collection", label=_("Dunning"), url_name="web:dunning_steps", right=collection.VIEW, order=20),
    MenuEntry(
        group="collection",
        label=_("Responsibility"),
        url_name="web:collection_responsibility",
        right=collection.VIEW,
        order=30,
    ),
    MenuEntry(
        group="collection",
        label=_("Recovery rates"),
        url_name="web:collection_recovery",
        right=collection.VIEW,
        order=50,
    ),
    MenuEntry(
        group="collection",
        label=_("Forecast of collection"),
        url_name="web:collection_forecast",
        right=collection.VIEW,
        order=60,
    ),
    MenuEntry(group="collection", label=_("Bad debt"), url_name="web:write_offs", right=collection.VIEW, order=40),
    MenuEntry(
        group="collection", label=_("Ladder of dunning"), url_name="web:dunning_ladder", right=collection.VIEW, order=90
    ),
)


def _list_steps(actor: Actor, at: datetime) -> Sequence[WorkItem]:
    """Return the calls, visits and letters of who sees to the accounts."""
    rows = steps.filter_steps(actor=actor).filter(state=StepState.OPEN.value, assigned_to=actor.login)
    return [
        WorkItem(
            kind=words.KINDS[one.kind],
            number=one.number,
            title=one.account.customer.name,
            url=reverse("web:dunning_step", args=[one.pk]),
            due_at=one.due_at,
            quantity=_("%(amount)s yuan") % {"amount": formats.fen(one.overdue_fen)},
        )
        for one in rows.order_by("due_at", "id")[:_MOST]
    ]


def _list_held(actor: Actor, at: datetime) -> Sequence[WorkItem]:
    """Return the steps that only a person may let go on."""
    rows = steps.filter_steps(actor=actor).filter(state=StepState.HELD.value)
    return [
        WorkItem(
            kind=pgettext_lazy("dunning", "Held for a person"),
            number=one.number,
            title=one.account.customer.name,
            url=reverse("web:dunning_step", args=[one.pk]),
            due_at=one.due_at,
            quantity=words.HOLDS.get(one.hold_reason, ""),
        )
        for one in rows.order_by("due_at", "id")[:_MOST]
    ]


def _list_write_offs(actor: Actor, at: datetime) -> Sequence[WorkItem]:
    """Return the bad debt that waits for a second person."""
    rows = write_offs.filter_write_offs(actor=actor).filter(state=WriteOffState.PROPOSED.value)
    waiting = [one for one in rows.order_by("proposed_at", "id")[:_MOST] if one.proposed_by != actor.login]
    names = Names(one.proposed_by for one in waiting)
    return [
        WorkItem(
            kind=_("Bad debt to be approved"),
            number=one.number,
            title=one.account.customer.name,
            url=reverse("web:write_off", args=[one.pk]),
            quantity=_("%(amount)s yuan") % {"amount": formats.fen(one.amount_fen)},
            source=names.of(one.proposed_by),
        )
        for one in waiting
    ]


register_work(_list_steps, right=collection.WORK)
register_work(_list_held, right=collection.MANAGE)
register_work(_list_write_offs, right=collection.APPROVE)
