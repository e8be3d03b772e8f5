"""What watch lists bring to the menu and the home."""

from collections.abc import Sequence
from datetime import datetime, time, timedelta

from django.db.models import Count, Q
from django.urls import reverse
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

import dianke.interfaces.web.watching.entry_list  # noqa: F401 - enters the lists
from dianke.application import watching
from dianke.application.watching.masking import hide_accusations
from dianke.domain.watching.queries import entries as queries
from dianke.domain.watching.types import WatchLevel
from dianke.interfaces.web.components import formats
from dianke.interfaces.web.components.figures import Figure
from dianke.interfaces.web.customers.naming import hide_names
from dianke.interfaces.web.navigation import MenuEntry, register
from dianke.interfaces.web.shell.home import Alarm, WorkItem, register_alarms, register_figures, register_work
from dianke.interfaces.web.watching import words
from dianke.kernel.clock import SHANGHAI, SystemClock, to_shanghai
from dianke.platform.identity.types import Actor

_MOST = 20

register(
    MenuEntry(group="standing", label=_("Watch lists"), url_name="web:watching", right=watching.VIEW, order=60),
    MenuEntry(
        group="standing", label=_("Watched customers"), url_name="web:watching_entries", right=watching.VIEW, order=62
    ),
    MenuEntry(
        group="standing", label=_("Closed entries"), url_name="web:watching_closed", right=watching.VIEW, order=64
    ),
    MenuEntry(
        group="standing", label=_("How right the lists are"), url_name="web:watching_precision", right=watching.VIEW,
        order=66,
    ),
    MenuEntry(
        group="standing", label=_("Thresholds of watch lists"), url_name="web:watching_thresholds",
        right=watching.VIEW, order=68,
    ),
)  # fmt: skip


def _list_own(actor: Actor, at: datetime) -> Sequence[WorkItem]:
    """Return the entries that are the reader's, the most urgent first."""
    rows = list(queries.filter_living(actor=actor).filter(owner=actor.login).order_by("due_date", "id")[:_MOST])
    hide_names(actor, rows)
    return [
        WorkItem(
            kind=words.LISTS[one.list_code],
            number=one.number,
            title=one.customer.name,
            url=reverse("web:watching_entry", args=[one.pk]),
            due_at=datetime.combine(one.due_date, time(18), SHANGHAI),
            quantity=words.write_first(hide_accusations(actor, one.reasons, one.unit.path)),
            source=_("Watch lists"),
        )
        for one in rows
    ]


def _list_alarms(actor: Actor, at: datetime) -> Sequence[Alarm]:
    """Return one line where entries of the reader's units are past their day."""
    late = queries.filter_living(actor=actor).filter(due_date__lt=to_shanghai(at).date())
    counts = late.aggregate(all=Count("id"), alarms=Count("id", filter=Q(level=WatchLevel.ALARM.value)))
    if not counts["all"]:
        return []
    return [
        Alarm(
            kind="bad" if counts["alarms"] else "warn",
            label=_("Watch lists"),
            text=_now("%(count)s entries are past their day, %(alarms)s of them alarms")
            % {"count": formats.number(counts["all"]), "alarms": formats.number(counts["alarms"])},
            url=f"{reverse('web:watching_entries')}?due_to={formats.day(to_shanghai(at).date() - timedelta(days=1))}",
            act=_("Look at them"),
        )
    ]


def _count(actor: Actor) -> Sequence[Figure]:
    """Return how many alarms live in the reader's units, and how many entries past their day."""
    rows = queries.filter_living(actor=actor)
    address = reverse("web:watching_entries")
    today = to_shanghai(SystemClock().now()).date()
    alarms = rows.filter(level=WatchLevel.ALARM.value).count()
    late = rows.filter(due_date__lt=today).count()
    if not alarms and not late:
        return []
    return [
        Figure(
            pgettext_lazy("watching", "Alarms of watch lists"), formats.number(alarms), url=f"{address}?level=ALARM",
            context=_("%(count)s past their day") % {"count": formats.number(late)} if late else "",
        )
    ]  # fmt: skip


register_work(_list_own, right=watching.WORK)
register_alarms(_list_alarms, right=watching.WORK)
register_figures(_count, right=watching.WORK)
