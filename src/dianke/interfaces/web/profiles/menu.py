"""What profiles bring to the menu and the home."""

from collections.abc import Sequence
from datetime import datetime

from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

import dianke.interfaces.web.profiles.chips
import dianke.interfaces.web.profiles.segment_list  # noqa: F401 - enters chips and list
from dianke.application import profiles
from dianke.domain.profiles.queries import tags as queries
from dianke.domain.profiles.types import TagState
from dianke.interfaces.web.navigation import MenuEntry, register
from dianke.interfaces.web.profiles import words
from dianke.interfaces.web.profiles.proposals import may_see_proposal
from dianke.interfaces.web.shell.home import WorkItem, register_work
from dianke.platform.identity.types import Actor

_MOST = 20

register(
    MenuEntry(group="standing", label=_("Tags of customers"), url_name="web:tags", right=profiles.VIEW, order=60),
    MenuEntry(group="standing", label=_("Segments"), url_name="web:segments", right=profiles.VIEW, order=64),
)


def _list_proposed(actor: Actor, at: datetime) -> Sequence[WorkItem]:
    """Return the tags that wait for a decision of somebody else than who proposed them."""
    rows = queries.filter_proposals(actor=actor).filter(state=TagState.PROPOSED.value).exclude(proposed_by=actor.login)
    return [
        WorkItem(
            kind=words.ACTS[one.act],
            number=one.code,
            title=one.content.get("name", one.code),
            url=reverse("web:tag_proposal", args=[one.pk]),
            source=pgettext_lazy("tag", "Tags"),
        )
        for one in [row for row in rows.order_by("id") if may_see_proposal(actor, row)][:_MOST]
    ]


register_work(_list_proposed, right=profiles.APPROVE)
