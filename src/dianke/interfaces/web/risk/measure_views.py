"""Measures against risk: the list, one measure, its decision and its result."""

from functools import partial

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET, require_POST

from dianke.application import risk
from dianke.domain.collection.models import RiskMeasure
from dianke.domain.collection.queries import risk as queries
from dianke.domain.collection.types import RiskMeasureKind, RiskMeasureState
from dianke.interfaces.web.access import page_right
from dianke.interfaces.web.acting import carry_out, decide
from dianke.interfaces.web.components.list_views import render_list
from dianke.interfaces.web.components.page import Crumb, Page
from dianke.interfaces.web.components.states import state_chip
from dianke.interfaces.web.people import Names
from dianke.interfaces.web.requests import StaffRequest
from dianke.interfaces.web.risk import words
from dianke.interfaces.web.risk.leading import draw_things, list_acts
from dianke.interfaces.web.risk.measure_list import MEASURES
from dianke.interfaces.web.risk.watch_list import draw_grade
from dianke.kernel.clock import SystemClock


@require_GET
@page_right(risk.VIEW)
def list_measures(request: StaffRequest) -> HttpResponse:
    """List measures, newest first."""
    return render_list(request, MEASURES)


@require_GET
@page_right(risk.VIEW)
def show_measure(request: StaffRequest, key: int) -> HttpResponse:
    """Show a measure, why it was proposed, who decided, and what came."""
    try:
        row = queries.get_measure(actor=request.actor, key=key)
    except queries.MeasureUnknown as unknown:
        raise Http404 from unknown
    names = Names([row.proposed_by, row.decided_by, row.done_by])
    values = {
        "page": _head(row),
        "row": row,
        "kind": words.MEASURES[row.kind],
        "grade": draw_grade(row.grade),
        "probability": words.scale(row.probability_e6, 6),
        "reasons": [words.write_reason(one) for one in row.reasons],
        "outcome": words.OUTCOMES.get(row.outcome, ""),
        "proposed_by": names.of(row.proposed_by),
        "decided_by": names.of(row.decided_by),
        "done_by": names.of(row.done_by),
        "acts": (acts := list_acts(request.actor, row)),
        "lacks_rights": not all(url for _name, url in acts),
        "things": (things := draw_things(request.actor, row)),
        "may_decide": row.state == RiskMeasureState.PROPOSED.value
        and request.actor.may(risk.MANAGE)
        and row.proposed_by != request.actor.login,
        "may_give_up": row.state == RiskMeasureState.ACCEPTED.value
        and request.actor.may(risk.MANAGE)
        and row.proposed_by != request.actor.login,
        "may_finish": row.state == RiskMeasureState.ACCEPTED.value
        and request.actor.may(risk.WORK)
        and (
            row.kind == RiskMeasureKind.EARLY_REMINDER.value or any(chip is words.IN_FORCE for *_rest, chip in things)
        ),
        "needs_words": row.kind == RiskMeasureKind.EARLY_REMINDER.value and not things,
    }
    return render(request, "risk/measure.html", values)


@require_POST
@page_right(risk.MANAGE)
def decide_measure(request: StaffRequest, key: int) -> HttpResponse:
    """Accept or refuse what a run proposed."""
    return decide(
        request,
        approve=risk.accept_measure,
        refuse=risk.refuse_measure,
        key=key,
        approved=_now("It is accepted as work."),
        back=reverse("web:risk_measure", args=[key]),
        missing=queries.MeasureUnknown,
    )


@require_POST
@page_right(risk.WORK)
def finish_measure(request: StaffRequest, key: int) -> HttpResponse:
    """Record that a measure was carried out."""
    note, at = str(request.POST.get("note", "")), SystemClock().now()
    return carry_out(
        request,
        partial(risk.finish_measure, actor=request.actor, key=key, note=note, at=at),
        done=_now("It is recorded as done."),
        back=reverse("web:risk_measure", args=[key]),
        missing=queries.MeasureUnknown,
    )


def _head(row: RiskMeasure) -> Page:
    return Page(
        title=words.MEASURES[row.kind],
        number=row.number,
        facts=[row.account.customer.name, row.account.number, row.unit.name],
        crumbs=[Crumb(_("Collection of debts")), Crumb(_("Measures against risk"), reverse("web:risk_measures"))],
        chips=[state_chip("collection.risk_measure", row.state)],
        menu_url=reverse("web:risk_measures"),
        help=[
            _("A run proposes, a person accepts or refuses with a reason, and who did it says how."),
            _("It is done when what it leads to is in force: terms, an agreement, a guarantee, a deposit."),
            _("Homes and households in need are never the object of prepayment, deposit or a shorter cycle."),
        ],
    )
