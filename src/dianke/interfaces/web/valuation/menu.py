"""What value brings to the menu and the home."""

from collections.abc import Sequence
from datetime import datetime

from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

import dianke.interfaces.web.valuation.appeal_views
import dianke.interfaces.web.valuation.rating_list  # noqa: F401 - enters the lists
from dianke.application import valuation
from dianke.domain.valuation.queries import appeals, service, versions
from dianke.domain.valuation.types import AppealState, VersionState
from dianke.interfaces.web.customers.naming import hide_names
from dianke.interfaces.web.navigation import MenuEntry, register
from dianke.interfaces.web.shell.home import WorkItem, register_work
from dianke.interfaces.web.valuation import words
from dianke.platform.identity.types import Actor

_MOST = 50

register(
    MenuEntry(group="standing", label=_("Pyramid of value"), url_name="web:value", right=valuation.VIEW, order=40),
    MenuEntry(
        group="standing", label=_("Ratings of value"), url_name="web:value_ratings", right=valuation.VIEW, order=42
    ),
    MenuEntry(
        group="standing", label=_("Service by class"), url_name="web:value_service", right=valuation.VIEW, order=44
    ),
    MenuEntry(
        group="standing", label=_("Weights of value"), url_name="web:value_weights", right=valuation.VIEW, order=46
    ),
    MenuEntry(
        group="standing", label=_("Appeals against classes"), url_name="web:value_appeals", right=valuation.VIEW,
        order=48,
    ),
    MenuEntry(group="standing", label=_("Runs of rating"), url_name="web:value_runs", right=valuation.VIEW, order=50),
)  # fmt: skip


def _list_waiting(actor: Actor, at: datetime) -> Sequence[WorkItem]:
    """Return what waits for the approver: appeals, the first due first, and proposed versions."""
    open_ones = appeals.filter_appeals(actor=actor).filter(state=AppealState.OPEN.value)
    asked = list(open_ones.exclude(entered_by=actor.login).order_by("due_on", "id")[:_MOST])
    hide_names(actor, asked)
    found = [
        WorkItem(
            kind=_("Appeal against a class"),
            number=one.number,
            title=one.customer.name,
            url=reverse("web:value_appeal", args=[one.pk]),
            quantity=words.CLASSES[one.asked_class],
            source=pgettext_lazy("value", "Value"),
        )
        for one in asked
    ]
    proposed = [
        (_("Weights of value"), one, "web:value_weights")
        for one in versions.list_weight_versions(actor=actor, limit=_MOST)
    ] + [(_("Service by class"), one, "web:value_service") for one in service.list_tables(actor=actor, limit=_MOST)]
    return found + [
        WorkItem(
            kind=kind, number=one.code, title=one.note, url=reverse(address), quantity="",
            source=pgettext_lazy("value", "Value"),
        )
        for kind, one, address in proposed
        if one.state == VersionState.PROPOSED.value and one.proposed_by != actor.login
    ]  # fmt: skip


register_work(_list_waiting, right=valuation.APPROVE)
