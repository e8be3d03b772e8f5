"""Money under way: what gateways and agents hold of ours, by day and age, and what they settled last."""

from datetime import date

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET

from dianke.application import acquirers
from dianke.domain.channels.queries import clearing as queries
from dianke.domain.channels.queries.clearing import Standing
from dianke.interfaces.web.access import page_right
from dianke.interfaces.web.components import formats
from dianke.interfaces.web.components.figures import Figure
from dianke.interfaces.web.components.page import Crumb, Page
from dianke.interfaces.web.people import Names
from dianke.interfaces.web.requests import StaffRequest
from dianke.kernel.clock import SystemClock, to_shanghai

_SHOWN = 30
# After so many days without settlement somebody asks.
_LATE_DAYS = 3


@require_GET
@page_right(acquirers.VIEW)
def show_under_way(request: StaffRequest) -> HttpResponse:
    """Show what each gateway and agent holds, day by day, and the last settlements."""
    today = to_shanghai(SystemClock().now()).date()
    standings = queries.list_standings(actor=request.actor, on=today)
    settlements = list(queries.filter_settlements(actor=request.actor).order_by("-id")[:_SHOWN])
    names = Names([one.settled_by for one in settlements])
    values = {
        "page": Page(
            title=_("Money under way"),
            facts=[today.isoformat()],
            crumbs=[Crumb(_("Channels and reconciliation"))],
            menu_url=reverse("web:under_way"),
            help=[
                _("What came online and by agents stands on account 1012.02 until the bank's statement brings it."),
                _("A settlement clears the days it is for, the oldest first; the commission is an expense."),
                _("Below zero more was settled than came on the day: see the reconciliation of the day."),
            ],
        ),
        "figures": _list_figures(standings, today),
        "standings": [_draw(one, today) for one in standings],
        "settlements": [(one, names.of(one.settled_by)) for one in settlements],
    }
    return render(request, "online/under_way.html", values)


def _draw(standing: Standing, today: date) -> dict[str, object]:
    return {
        "acquirer": standing.acquirer,
        "left_fen": standing.left_fen,
        "days": [
            {"day": one, "age": (today - one.day).days, "is_late": (today - one.day).days > _LATE_DAYS}
            for one in standing.days
        ],
    }


def _list_figures(standings: list[Standing], today: date) -> list[Figure]:
    held = sum(one.left_fen for one in standings)
    late = sum(day.left_fen for one in standings for day in one.days if (today - day.day).days > _LATE_DAYS)
    balance = queries.compute_under_way()
    return [
        Figure(caption=_now("With gateways and agents (yuan)"), value=formats.fen(held)),
        Figure(caption=_now("Of it longer than three days (yuan)"), value=formats.fen(late)),
        Figure(caption=_now("Cards at counters and older (yuan)"), value=formats.fen(balance - held)),
        Figure(caption=_now("Balance of account 1012.02 (yuan)"), value=formats.fen(balance)),
    ]
