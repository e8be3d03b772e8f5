"""Runs of rating: what they came to, how far one is, and starting the one that waits."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET, require_POST

from dianke.application import valuation
from dianke.domain.valuation.models import RatingRun
from dianke.domain.valuation.queries import ratings as queries
from dianke.domain.valuation.rules.policy import get_policy
from dianke.domain.valuation.types import RunState
from dianke.interfaces.jobs import tasks
from dianke.interfaces.web.access import page_right
from dianke.interfaces.web.components import formats
from dianke.interfaces.web.components.page import Crumb, Page
from dianke.interfaces.web.components.states import state_chip
from dianke.interfaces.web.people import Names
from dianke.interfaces.web.requests import StaffRequest
from dianke.interfaces.web.valuation import words
from dianke.kernel.clock import SystemClock, to_shanghai

_RUNS = 36


@require_GET
@page_right(valuation.VIEW)
def list_runs(request: StaffRequest) -> HttpResponse:
    """Show the runs, newest first; one that is under way asks again by itself."""
    actor, at = request.actor, SystemClock().now()
    runs = queries.list_runs(actor=actor, limit=_RUNS)
    names = Names([one.made_by for one in runs])
    waits = valuation.find_month_to_rate(actor=actor, at=at)
    policy = get_policy(on=to_shanghai(at).date())
    values: dict[str, Any] = {
        "page": _head(),
        "rows": [
            (one, state_chip("valuation.run", one.state), names.of(one.made_by), words.BASES[one.basis]) for one in runs
        ],
        "running": next((_draw_progress(one) for one in runs if one.state != RunState.DONE.value), None),
        "waits": formats.month(waits) if waits else "",
        "may_rate": bool(waits) and actor.may(valuation.RATE),
        "from_day": policy.rate_from_day,
    }
    part = "valuation/runs_body.html" if request.headers.get("HX-Request") else "valuation/runs.html"
    return render(request, part, values)


@require_POST
@page_right(valuation.RATE)
def start_run(request: StaffRequest) -> HttpResponse:
    """Have the month that waits rated by the worker."""
    at = SystemClock().now()
    month = valuation.find_month_to_rate(actor=request.actor, at=at)
    if month is None:
        messages.info(request, _now("No month waits to be rated."))
        return redirect("web:value_runs")
    valuation.start_month(actor=request.actor, month=month, at=at)
    tasks.rate_customers.defer(month=month.isoformat(), login=request.actor.login)
    messages.success(request, _now("The rating has started; this page shows its progress."))
    return redirect("web:value_runs")


def _draw_progress(run: RatingRun) -> dict[str, Any]:
    return {
        "month": formats.month(run.month),
        "gathered": run.months_gathered,
        "months": run.months_total,
        "written": run.blocks_written,
        "blocks": run.blocks_total,
        "is_writing": run.state == RunState.RATING.value,
    }


def _head() -> Page:
    return Page(
        title=_("Runs of rating"),
        crumbs=[Crumb(_("Credit and value")), Crumb(_("Pyramid of value"), reverse("web:value"))],
        menu_url=reverse("web:value_runs"),
        help=[
            _("Every month all customers are rated once, after its bills are issued; the worker does it by itself."),
            _("A run that was interrupted goes on where it stopped: gathered months and written blocks stay."),
        ],
    )
