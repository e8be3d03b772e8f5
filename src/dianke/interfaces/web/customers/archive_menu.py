"""What entering and changing brings to the menu and to the work on the home page."""

from collections.abc import Sequence
from datetime import datetime

from django.urls import reverse
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from dianke.application.archive.entry import ENTER
from dianke.application.archive.key_changes import APPROVE
from dianke.application.archive.merging import MERGE
from dianke.domain.customers.queries.details import list_key_changes, list_open_suspicions
from dianke.domain.customers.types import KeyChangeState
from dianke.interfaces.web.customers import words
from dianke.interfaces.web.navigation import MenuEntry, register
from dianke.interfaces.web.people import Names
from dianke.interfaces.web.shell.home import WorkItem, register_work
from dianke.platform.identity.types import Actor

_SHOWN = 20

register(
    MenuEntry(group="customers", label=_("Enter a customer"), url_name="web:customer_enter", right=ENTER, order=20)
)
register(
    MenuEntry(
        group="customers",
        label=_("Changes of key data"),
        url_name="web:key_changes",
        right="archive.view",
        order=30,
    )
)
register(MenuEntry(group="customers", label=_("Possible duplicates"), url_name="web:duplicates", right=MERGE, order=40))


def _list_key_changes(actor: Actor, _at: datetime) -> Sequence[WorkItem]:
    """Return the changes of others that the reader may decide."""
    rows = list_key_changes(actor=actor, right=APPROVE).filter(state=KeyChangeState.PENDING.value)
    changes = list(rows.exclude(asked_by=actor.login).order_by("asked_at", "id")[:_SHOWN])
    names = Names(change.asked_by for change in changes)
    return [
        WorkItem(
            kind=_("Key data to approve"),
            number=change.account.number if change.account else change.customer.number,
            title=change.customer.name,
            url=reverse("web:key_change", args=[change.pk]),
            quantity=words.KEY_FIELDS[change.field],
            source=names.of(change.asked_by),
        )
        for change in changes
    ]


def _list_suspicions(actor: Actor, _at: datetime) -> Sequence[WorkItem]:
    """Return the likenesses that somebody put off."""
    rows = list(list_open_suspicions(actor=actor, right=MERGE)[:_SHOWN])
    names = Names(row.noted_by for row in rows)
    return [
        WorkItem(
            kind=_("Possible duplicate"),
            number=row.customer.number,
            title=row.customer.name,
            url=reverse("web:customer_merge", args=[row.other.number, row.customer.number]),
            quantity=_now("likeness %(score)s") % {"score": row.score},
            source=names.of(row.noted_by),
        )
        for row in rows
    ]


register_work(_list_key_changes, right=APPROVE)
register_work(_list_suspicions, right=MERGE)
