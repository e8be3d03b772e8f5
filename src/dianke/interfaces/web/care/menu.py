"""What account managers bring to the menu and the home."""

from collections.abc import Sequence
from datetime import datetime

from django.urls import reverse
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

import dianke.interfaces.web.care.words  # noqa: F401 - enters the states
from dianke.application import care
from dianke.domain.customers.queries.managers import filter_hand_overs
from dianke.domain.customers.types import HandOverState
from dianke.interfaces.web.navigation import MenuEntry, register
from dianke.interfaces.web.people import Names
from dianke.interfaces.web.shell.home import WorkItem, register_work
from dianke.platform.identity.types import Actor

_SHOWN = 20

register(
    *(
        MenuEntry(group="customers", label=label, url_name=f"web:{name}", right=care.VIEW, order=order)
        for order, name, label in (
            (12, "portfolio", _("My customers")),
            (14, "care_calendar", _("Care calendar")),
            (15, "care_checks", _("Checks of equipment due")),
            (16, "care_managers", _("Account managers")),
        )
    )
)


def _list_hand_overs(actor: Actor, at: datetime) -> Sequence[WorkItem]:
    """Return the hand-overs that wait for a second person."""
    rows = filter_hand_overs(actor=actor).filter(state=HandOverState.PROPOSED.value).order_by("proposed_at", "id")
    waiting = [one for one in rows[:_SHOWN] if one.proposed_by != actor.login]
    names = Names(one.proposed_by for one in waiting)
    counts = {one.pk: one.items.for_actor(actor).count() for one in waiting}
    return [
        WorkItem(
            kind=_("Hand-over to be approved"),
            number=one.number,
            title=one.giver.name,
            url=reverse("web:care_hand_over", args=[one.pk]),
            quantity=_now("%(count)s customers") % {"count": counts[one.pk]},
            source=names.of(one.proposed_by),
        )
        for one in waiting
    ]


register_work(_list_hand_overs, right=care.APPROVE)
