"""What the trail brings to the menu and the home."""

from collections.abc import Sequence
from datetime import datetime

from django.urls import reverse
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

import dianke.interfaces.web.trail.words  # noqa: F401 - enters the states
from dianke.application.listings.customer_alarms import Alarm, AlarmKind
from dianke.application.trail import lists
from dianke.domain.customers.models import Customer
from dianke.interfaces.web.components import formats
from dianke.interfaces.web.customers.account_alarms import AlarmLine, register_words
from dianke.interfaces.web.navigation import MenuEntry, register
from dianke.interfaces.web.people import Names
from dianke.interfaces.web.shell.home import WorkItem, register_work
from dianke.interfaces.web.trail import words
from dianke.platform.identity.types import Actor

_ITEMS_ON_HOME = 20


def _count_open(actor: Actor) -> int | None:
    return lists.count_open_alarms(actor=actor) or None


register(
    MenuEntry(
        group="administration",
        label=_("Alarms"),
        url_name="web:trail_alarms",
        right="alarms.review",
        order=60,
        count=_count_open,
    ),
    MenuEntry(group="administration", label=_("Changes"), url_name="web:trail", right="trail.view", order=61),
    MenuEntry(group="administration", label=_("Acts"), url_name="web:trail_acts", right="trail.view", order=62),
    MenuEntry(
        group="administration",
        label=_("Chain of the trail"),
        url_name="web:trail_chain",
        right="trail.prove",
        order=63,
    ),
)


def _list_alarms(actor: Actor, at: datetime) -> Sequence[WorkItem]:
    alarms = lists.list_open_alarms(actor=actor, limit=_ITEMS_ON_HOME)
    changes = lists.describe_alarms(alarms)
    names = Names(alarm.actor_login for alarm in alarms)
    return [
        WorkItem(
            kind=_("Second look"),
            number=changes[alarm.pk].title if alarm.pk in changes else f"{alarm.pk}",
            title=words.name_thing(alarm.model_label),
            url=reverse("web:trail_alarm", args=[alarm.pk]),
            quantity=words.ALARM_KINDS[alarm.kind],
            source=names.of(alarm.actor_login) or _now("no use case"),
        )
        for alarm in alarms
    ]


def _list_breaks(actor: Actor, at: datetime) -> Sequence[WorkItem]:
    latest = lists.list_proofs(actor=actor, limit=1)
    if not latest or latest[0].intact:
        return []
    found = latest[0].finding
    number = f"{found.get('table', '')} {found.get('key', '')}".strip()
    return [
        WorkItem(
            kind=_("Trail broken"),
            number=number,
            title=words.BREAKS.get(found.get("kind", ""), ""),
            url=reverse("web:trail_chain"),
            due_at=latest[0].at,
        )
    ]


register_work(_list_alarms, right="alarms.review")
register_work(_list_breaks, right="trail.prove")


def _write_alarm(alarm: Alarm, customer: Customer) -> AlarmLine:
    facts = {"what": words.ALARM_KINDS[alarm.facts["kind"]], "day": formats.day(alarm.on)}
    text = _now("%(what)s was changed on %(day)s; nobody has looked at it yet") % facts
    return AlarmLine("warn", text, reverse("web:trail_alarm", args=[alarm.key]))


register_words(AlarmKind.SENSITIVE_CHANGE, _write_alarm)
