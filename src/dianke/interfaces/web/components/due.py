"""Time left until something is due, as a chip: green, amber, red, in the unit that fits the distance."""

from collections.abc import Callable
from datetime import date, datetime, timedelta

from django.utils import timezone
from django.utils.translation import gettext, ngettext

from dianke.interfaces.web.components.page import Chip

AMBER_WITHIN = timedelta(hours=6)

CountDays = Callable[[date, date], int]


def due_chip(due_at: datetime, now: datetime, *, count_working_days: CountDays | None = None) -> Chip:
    """
    Return how long is left, or by how much it is late.

    Within the day it is hours and minutes, beyond it days; `count_working_days(from, to)` makes them
    working days.
    """
    left = due_at - now
    if left < timedelta(0):
        return Chip("bad", gettext("%(time)s late") % {"time": _clock_text(-left)})
    today, due_day = timezone.localdate(now), timezone.localdate(due_at)
    if due_day == today:
        kind = "warn" if left <= AMBER_WITHIN else "ok"
        return Chip(kind, _clock_text(left), quiet=kind == "ok")
    if count_working_days is None:
        days = (due_day - today).days
        return Chip("ok", ngettext("%(count)d day", "%(count)d days", days) % {"count": days}, quiet=True)
    days = count_working_days(today, due_day)
    return Chip("ok", ngettext("%(count)d working day", "%(count)d working days", days) % {"count": days}, quiet=True)


def _clock_text(left: timedelta) -> str:
    minutes = int(left.total_seconds()) // 60
    if minutes < 60:
        return gettext("%(minutes)d min") % {"minutes": minutes}
    if minutes < 24 * 60:
        return gettext("%(hours)d h %(minutes)d min") % {"hours": minutes // 60, "minutes": minutes % 60}
    days = minutes // (24 * 60)
    return ngettext("%(count)d day", "%(count)d days", days) % {"count": days}
