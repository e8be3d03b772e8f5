"""Money under way: what gateways, agents, card terminals and cheques hold of ours, by age, and what settled last."""

from datetime import date

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET

from dianke.application import acquirers
from dianke.domain.channels.queries import cheques
from dianke.domain.channels.queries import clearing as queries
from dianke.domain.channels.queries.clearing import LATE_DAYS, Standing
from dianke.domain.channels.rules.shifts import find_cheque_days
from dianke.domain.receivables.queries.payments import filter_payments
from dianke.interfaces.web.access import page_right
from dianke.interfaces.web.components import formats
from dianke.interfaces.web.components.figures import Figure
from dianke.interfaces.web.components.page import Crumb, Page
from dianke.interfaces.web.people import Names
from dianke.interfaces.web.requests import StaffRequest
from dianke.kernel.clock import SystemClock, to_shanghai
from dianke.platform.identity.types import Actor

_SHOWN = 30


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
                _("Cards of counters are settled by terminal and day, less the fee that the rate allows."),
                _("A cheque is on account 1012.01 until the bank credits it; one that comes back is reversed by two."),
                _("Below zero more was settled than came on the day: see the reconciliation of the day."),
            ],
        ),
        "figures": _list_figures(standings, today),
        "standings": [_draw(one, today) for one in standings],
        "cheques": _list_cheques(request.actor, today),
        "settlements": [(one, names.of(one.settled_by)) for one in settlements],
    }
    return render(request, "online/under_way.html", values)


def _draw(standing: Standing, today: date) -> dict[str, object]:
    return {
        "acquirer": standing.acquirer,
        "left_fen": standing.left_fen,
        "days": [
            {"day": one, "age": (today - one.day).days, "is_late": (today - one.day).days > LATE_DAYS}
            for one in standing.days
        ],
    }


def _list_cheques(actor: Actor, today: date) -> list[dict[str, object]]:
    rows = list(cheques.filter_under_way(actor=actor).order_by("id")[:_SHOWN])
    payments = filter_payments(actor=actor).filter(pk__in=[one.payment_id for one in rows])
    numbers = {one.pk: one.number for one in payments}
    most = find_cheque_days(on=today)
    ages = [(today - to_shanghai(one.entered_at).date()).days for one in rows]
    return [
        {"cheque": one, "payment": numbers.get(one.payment_id, ""), "age": age, "is_late": age > most}
        for one, age in zip(rows, ages, strict=True)
    ]


def _list_figures(standings: list[Standing], today: date) -> list[Figure]:
    held = sum(one.left_fen for one in standings)
    late = sum(day.left_fen for one in standings for day in one.days if (today - day.day).days > LATE_DAYS)
    balance = queries.compute_under_way()
    return [
        Figure(caption=_now("With gateways, agents and terminals (yuan)"), value=formats.fen(held)),
        Figure(caption=_now("Of it longer than three days (yuan)"), value=formats.fen(late)),
        Figure(caption=_now("Cards without a terminal and older (yuan)"), value=formats.fen(balance - held)),
        Figure(caption=_now("Balance of account 1012.02 (yuan)"), value=formats.fen(balance)),
        Figure(
            caption=_now("Cheques, balance of account 1012.01 (yuan)"),
            value=formats.fen(queries.compute_under_way(cheques.UNDER_WAY)),
        ),
    ]
