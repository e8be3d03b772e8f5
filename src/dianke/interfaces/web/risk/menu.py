"""What risk brings to the menu and the home."""

from collections.abc import Sequence
from datetime import datetime

from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

import dianke.interfaces.web.risk.measure_list
import dianke.interfaces.web.risk.watch_list  # noqa: F401 - enters the lists
from dianke.application import risk
from dianke.domain.collection.queries import risk as queries
from dianke.domain.collection.types import RiskMeasureState
from dianke.interfaces.web.components import formats
from dianke.interfaces.web.navigation import MenuEntry, register
from dianke.interfaces.web.risk import words
from dianke.interfaces.web.shell.home import WorkItem, register_work
from dianke.platform.identity.types import Actor

_MOST = 50

register(
    MenuEntry(group="collection", label=_("Watch list of risk"), url_name="web:risk", right=risk.VIEW, order=70),
    MenuEntry(
        group="collection", label=_("Measures against risk"), url_name="web:risk_measures", right=risk.VIEW, order=74
    ),
    MenuEntry(group="collection", label=_("Model of risk"), url_name="web:risk_model", right=risk.VIEW, order=78),
)


def _list(actor: Actor, state: RiskMeasureState) -> Sequence[WorkItem]:
    rows = queries.filter_measures(actor=actor).filter(state=state.value).exclude(proposed_by=actor.login)
    return [
        WorkItem(
            kind=words.MEASURES[one.kind],
            number=one.number,
            title=one.account.customer.name,
            url=reverse("web:risk_measure", args=[one.pk]),
            quantity=_("%(amount)s yuan") % {"amount": formats.fen(one.expected_loss_fen)},
            source=pgettext_lazy("risk", "Risk"),
        )
        for one in rows.order_by("-expected_loss_fen", "id")[:_MOST]
    ]


def _list_proposed(actor: Actor, at: datetime) -> Sequence[WorkItem]:
    """Return the measures that wait for a decision, the largest loss first."""
    return _list(actor, RiskMeasureState.PROPOSED)


def _list_accepted(actor: Actor, at: datetime) -> Sequence[WorkItem]:
    """Return the measures that wait to be carried out."""
    return _list(actor, RiskMeasureState.ACCEPTED)


register_work(_list_proposed, right=risk.MANAGE)
register_work(_list_accepted, right=risk.WORK)
