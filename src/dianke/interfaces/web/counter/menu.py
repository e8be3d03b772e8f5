"""What the counter brings to the menu, the home and the search box."""

from collections.abc import Sequence
from datetime import datetime

from django.urls import reverse
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

import dianke.interfaces.web.counter.lists
import dianke.interfaces.web.counter.words  # noqa: F401 - enters the states
from dianke.application import counter
from dianke.domain.channels.queries import shifts as queries
from dianke.domain.channels.types import ShiftState
from dianke.interfaces.web.components import formats
from dianke.interfaces.web.components.figures import Figure
from dianke.interfaces.web.navigation import MenuEntry, register
from dianke.interfaces.web.people import Names
from dianke.interfaces.web.shell.home import WorkItem, register_figures, register_work
from dianke.interfaces.web.shell.search import Act, register_acts
from dianke.kernel.clock import SystemClock, to_shanghai
from dianke.platform.identity.types import Actor

register(
    MenuEntry(group="payments", label=_("Cashier's desk"), url_name="web:counter_desk", right=counter.RECEIVE, order=1),
    MenuEntry(group="payments", label=_("Shifts"), url_name="web:counter_shifts", right=counter.VIEW, order=4),
    MenuEntry(
        group="payments", label=_("Cash differences"), url_name="web:counter_differences", right=counter.VIEW, order=5
    ),
    MenuEntry(
        group="payments", label=_("Slips and cheques"), url_name="web:counter_slips", right=counter.VIEW, order=5
    ),
)
register_acts(
    Act(_("Take a payment"), "web:counter_desk", right=counter.RECEIVE, words="收费 缴费 开班 take payment shift"),
)


def _list_own_work(actor: Actor, at: datetime) -> Sequence[WorkItem]:
    """Return one's own shifts that are not closed, and cash that has not gone to the bank."""
    today = to_shanghai(at).date()
    rows = [one for one in queries.list_shifts_not_closed(actor=actor) if one.cashier == actor.login]
    return [
        WorkItem(
            kind=_("Drawer to be counted again") if one.state == ShiftState.TO_RECOUNT.value else _("Shift not closed"),
            number=one.number,
            title=one.decision_reason
            if one.state == ShiftState.TO_RECOUNT.value
            else _now("of %(day)s") % {"day": formats.day(one.opened_on)},
            url=reverse("web:counter_shift", args=[one.number]),
            source=one.unit.name,
        )
        for one in rows
        if one.state == ShiftState.TO_RECOUNT.value or (one.state == ShiftState.OPEN.value and one.opened_on < today)
    ]


def _list_decisions(actor: Actor, at: datetime) -> Sequence[WorkItem]:
    """Return differences of counts that wait for another person."""
    rows = [
        one
        for one in queries.list_shifts_not_closed(actor=actor)
        if one.state == ShiftState.COUNTED.value and one.cashier != actor.login
    ]
    names = Names(one.cashier for one in rows)
    return [
        WorkItem(
            kind=_("Difference to be decided"),
            number=one.number,
            title=one.explanation,
            url=reverse("web:counter_shift", args=[one.number]),
            quantity=_now("%(amount)s yuan") % {"amount": formats.signed_fen(one.difference_fen)},
            source=names.of(one.cashier),
        )
        for one in rows
    ]


def _list_figures(actor: Actor) -> Sequence[Figure]:
    """Return what the reader's open shift comes to."""
    shift = queries.find_open_shift(actor=actor, cashier=actor.login)
    if shift is None:
        return []
    drawer = queries.compute_drawer(actor=actor, shift=shift)
    is_today = shift.opened_on == to_shanghai(SystemClock().now()).date()
    return [
        Figure(
            caption=_("Taken in my shift (yuan)"),
            value=formats.fen(drawer.total_fen),
            context=_now("%(count)s entries") % {"count": drawer.entry_count}
            if is_today
            else _now("of %(day)s") % {"day": formats.day(shift.opened_on)},
            url=reverse("web:counter_shift", args=[shift.number]),
        )
    ]


register_work(_list_own_work, right=counter.RECEIVE)
register_work(_list_decisions, right=counter.APPROVE)
register_figures(_list_figures, right=counter.RECEIVE)
