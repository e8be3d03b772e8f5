"""What readings bring to the home: how the months of the cycles stand."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.urls import reverse
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from dianke.domain.billing.queries import calendars
from dianke.domain.readings import queries as readings
from dianke.domain.readings.types import CalendarStep, MonthStatus
from dianke.interfaces.web.components import formats
from dianke.interfaces.web.components.figures import Figure
from dianke.interfaces.web.components.states import register_states
from dianke.interfaces.web.navigation import MenuEntry, register
from dianke.interfaces.web.people import Names
from dianke.interfaces.web.readings import words
from dianke.interfaces.web.shell.home import (
    Alarm,
    HomeCard,
    WorkItem,
    register_alarms,
    register_card,
    register_figures,
    register_work,
)
from dianke.platform.identity.types import Actor

_MONTHS_ON_CARD = 6
# The calendar puts reading and freezing on the list a week ahead, and keeps what is late for a year.
_AHEAD = timedelta(days=7)
_BEHIND = timedelta(days=366)
_STEPS_OF_READING = {CalendarStep.READ_TO.value, CalendarStep.FREEZE.value}

register(
    MenuEntry(
        group="readings",
        label=_("Calendar of reading and billing"),
        url_name="web:reading_calendar",
        right="readings.view_calendar",
        order=10,
    )
)

register_states("cycle_month", {"OPEN": ("warn", _("To be frozen")), "FROZEN": ("ok", _("Readings frozen"))})


def _list_figures(actor: Actor) -> Sequence[Figure]:
    months = readings.list_months_of_routes(actor=actor)
    if not months:
        return []
    newest = months[0].month
    of_newest = [month for month in months if month.month == newest]
    frozen = sum(month.status == MonthStatus.FROZEN.value for month in of_newest)
    opened = sum(month.status == MonthStatus.OPEN.value for month in months)
    return [
        Figure(
            caption=_("Cycles frozen"),
            value=f"{frozen:,}",
            of=f"/ {len(of_newest):,}",
            context=formats.month(newest),
            ratio=frozen / len(of_newest),
        ),
        Figure(caption=_("Months to be frozen"), value=f"{opened:,}", context=_("of all cycles")),
    ]


def _list_alarms(actor: Actor, at: datetime) -> Sequence[Alarm]:
    """Return the months that are over and not frozen: bills wait for them."""
    this_month = at.date().replace(day=1)
    months = readings.list_months_of_routes(actor=actor)
    waiting = [one for one in months if one.status == MonthStatus.OPEN.value and one.month < this_month]
    if not waiting:
        return []
    oldest = min(one.month for one in waiting)
    text = ngettext(
        "%(count)d month of a cycle is over and not frozen, since %(month)s; its bills wait.",
        "%(count)d months of cycles are over and not frozen, since %(month)s; their bills wait.",
        len(waiting),
    ) % {"count": len(waiting), "month": formats.month(oldest)}
    return [Alarm("warn", _("Attention"), text, reverse("web:bill_runs"), _("To the runs"))]


def _list_work(actor: Actor, at: datetime) -> Sequence[WorkItem]:
    """Return what is to be read and frozen by the calendar; the steps of billing stand with their runs."""
    today = at.date()
    found = calendars.list_progress(actor=actor, at=at, start=today - _BEHIND, end=today + _AHEAD)
    return [
        WorkItem(
            kind=words.STEPS[one.day.step],
            number=words.name_month(one.day.month, one.day.stage, one.day.stages),
            title=one.day.cycle.name,
            url=reverse("web:planned_day", args=[one.day.pk]),
            due_at=one.state.due_at,
            source=_now("calendar"),
        )
        for one in found
        if one.day.step in _STEPS_OF_READING and not one.state.is_done
    ]


def _draw_card(actor: Actor) -> dict[str, object] | None:
    months = readings.list_months_of_routes(actor=actor)[:_MONTHS_ON_CARD]
    names = Names(month.frozen_by for month in months)
    return {"months": [(month, names.of(month.frozen_by)) for month in months]} if months else None


register_work(_list_work, right="readings.freeze")
register_alarms(_list_alarms, right="readings.freeze")
register_figures(_list_figures, right="readings.record")
register_card(HomeCard(template="readings/months_card.html", values=_draw_card, right="readings.record", order=30))
