"""Measures that lower grades ask for: the list, one of them, done or declined."""

from functools import partial
from typing import Any

from django.db.models import QuerySet
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from django.views.decorators.http import require_GET, require_POST

from dianke.application import credit
from dianke.application.credit.demands import may_see_to
from dianke.domain.credit.models import GradeDemand
from dianke.domain.credit.queries.demands import DemandUnknown, filter_demands, get_demand
from dianke.domain.credit.types import WORK_MEASURES, DemandState
from dianke.interfaces.web.access import page_right
from dianke.interfaces.web.acting import carry_out
from dianke.interfaces.web.components.filters import ChoiceFilter, DateRangeFilter, UnitFilter
from dianke.interfaces.web.components.list_views import render_list
from dianke.interfaces.web.components.lists import Column, ListSpec, register
from dianke.interfaces.web.components.page import Crumb, Page
from dianke.interfaces.web.components.row_addresses import address_row
from dianke.interfaces.web.components.states import state_chip
from dianke.interfaces.web.credit import leading, words
from dianke.interfaces.web.customers.naming import hide_names
from dianke.interfaces.web.people import Names
from dianke.interfaces.web.requests import StaffRequest
from dianke.kernel.clock import SystemClock
from dianke.platform.identity.types import Actor

_TITLE = _("Measures by grade as work")
_HELP = [
    _("When a grade falls, what the new grade asks for and the one before did not becomes work."),
    _("It is done, or declined for a reason; when the grade asks for it no longer, it lapses by itself."),
    _("It is done once the agreement, guarantee, terms or cycle that it asks for is in force."),
    _("Households are never asked for prepayment, security or a shorter cycle."),
]


@require_GET
@page_right(credit.VIEW)
def list_demands(request: StaffRequest) -> HttpResponse:
    """List measures that lower grades ask for, newest first."""
    return render_list(request, DEMANDS)


@require_GET
@page_right(credit.VIEW)
def show_demand(request: StaffRequest, key: int) -> HttpResponse:
    """Show a measure: why it is asked for, where it is done, and what came of it."""
    try:
        row = get_demand(actor=request.actor, key=key)
    except DemandUnknown as unknown:
        raise Http404 from unknown
    hide_names(request.actor, [row])
    may_end = row.state == DemandState.OPEN.value and may_see_to(request.actor, row)
    values = {
        "page": _head(row),
        "row": row,
        "measure": words.MEASURES[row.measure],
        "before": words.draw_grade(row.notice.grade_before),
        "grade": words.draw_grade(row.grade),
        "ended_by": Names([row.ended_by]).of(row.ended_by),
        "may_end": may_end,
        "acts": leading.list_acts(request.actor, row) if may_end else [],
        "things": leading.draw_things(request.actor, row),
    }
    return render(request, "credit/demand.html", values)


@require_POST
@page_right(credit.VIEW)
def end_demand(request: StaffRequest, key: int) -> HttpResponse:
    """Record that a measure is done, or declined for a reason."""
    is_declined = request.POST.get("decision") == "decline"
    act = credit.decline_demand if is_declined else credit.finish_demand
    reason, at = str(request.POST.get("reason", ""))[:300], SystemClock().now()
    return carry_out(
        request,
        partial(act, actor=request.actor, key=key, reason=reason, at=at),
        done=_now("It is recorded as declined.") if is_declined else _now("It is recorded as done."),
        back=reverse("web:credit_demand", args=[key]),
        missing=DemandUnknown,
    )


def _head(row: GradeDemand) -> Page:
    return Page(
        title=words.MEASURES[row.measure],
        number=row.number,
        facts=[row.customer.name, row.customer.number, row.unit.name],
        crumbs=[Crumb(_("Credit and value")), Crumb(_TITLE, reverse("web:credit_demands"))],
        chips=[state_chip("credit.demand", row.state)],
        menu_url=reverse("web:credit_demands"),
        help=_HELP,
    )


def _rows(actor: Actor) -> QuerySet[Any]:
    return filter_demands(actor=actor)


DEMANDS = register(
    ListSpec(
        name="credit.demands",
        title=_TITLE,
        url_name="web:credit_demands",
        right=credit.VIEW,
        crumbs=[Crumb(_("Credit and value"))],
        rows=_rows,
        row_url=lambda one: address_row("web:credit_demand", one.pk),
        sort="-made",
        columns=[
            Column("number", pgettext_lazy("measure by grade", "Measure"), lambda one: one.number, css="n", width=14),
            Column("state", _("State"), lambda one: state_chip("credit.demand", one.state)),
            Column("kind", _("Kind"), lambda one: words.MEASURES[one.measure], css="nw", width=22),
            Column("name", pgettext_lazy("customer", "Name"), lambda one: one.customer.name, width=28),
            Column("customer", _("Customer"), lambda one: one.customer.number, css="n", width=16),
            Column(
                "change",
                pgettext_lazy("credit", "Change"),
                lambda one: f"{one.notice.grade_before} → {one.grade}",
                css="nw",
                width=14,
            ),
            Column("as_of", _("As of"), lambda one: one.as_of_date, css="n"),
            Column("result", pgettext_lazy("measure by grade", "Result"), lambda one: one.result or None, width=30),
            Column(
                "made", _("Made at"), lambda one: one.made_at, order=("made_at",), css="n", is_shown=False, width=18
            ),
            Column("unit", _("Unit"), lambda one: one.unit.name, css="nw", width=18),
        ],
        filters=[
            ChoiceFilter(
                "state", _("State"), [(one.value, state_chip("credit.demand", one.value).label) for one in DemandState]
            ),
            ChoiceFilter(
                "kind", _("Kind"), [(one.value, words.MEASURES[one.value]) for one in WORK_MEASURES], lookup="measure"
            ),
            ChoiceFilter("grade", pgettext_lazy("credit", "Grade"), [(one, one) for one in words.GRADES[1:]]),
            DateRangeFilter("made", _("Made at"), lookup="made_at__date"),
            UnitFilter(),
        ],
        enrich=hide_names,
        count=lambda count: _now("%(count)s measures") % {"count": count},
        empty_title=_("No measure yet"),
        empty_text=_("When a grade falls, what the new grade asks for stands here."),
        empty_found_title=_("No measure fits"),
        empty_found_text=_("Take a filter out to see more."),
        help=_HELP,
        brief=("state", "name", "kind", "change"),
        purpose=pgettext_lazy("purpose", "judging credit, and measures by grade"),
        export_name="credit-measures",
    )
)
