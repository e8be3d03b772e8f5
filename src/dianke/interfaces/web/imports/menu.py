"""What bulk import brings to the menu and the home."""

from collections.abc import Sequence
from datetime import datetime

from django.urls import reverse
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from dianke.application.imports import batches
from dianke.interfaces.web.imports import words
from dianke.interfaces.web.navigation import MenuEntry, register
from dianke.interfaces.web.shell.home import WorkItem, register_work
from dianke.platform.identity.types import Actor
from dianke.platform.import_batches import queries
from dianke.platform.import_batches.types import BatchState

_SHOWN = 20

register(
    MenuEntry(group="administration", label=_("Bulk import"), url_name="web:imports", right=batches.RIGHT, order=60)
)


def _list_work(actor: Actor, at: datetime) -> Sequence[WorkItem]:
    rows = queries.list_batches(actor=actor, tables=batches.list_tables(actor), right=batches.RIGHT)
    waiting = rows.filter(state=BatchState.CHECKED.value, brought_by=actor.login).order_by("-brought_at")[:_SHOWN]
    return [
        WorkItem(
            kind=_("Bulk import"),
            number=batch.number,
            title=batch.file_name,
            url=reverse("web:import_batch", args=[batch.pk]),
            quantity=_now("%(count)s faults") % {"count": f"{batch.fault_count:,}"},
            source=words.name_table(batch.table),
        )
        for batch in waiting
    ]


register_work(_list_work, right=batches.RIGHT)
