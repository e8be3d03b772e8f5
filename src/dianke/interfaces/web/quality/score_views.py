"""How sound the archive of each unit is: the scores kept for each month, and the course of one unit."""

from collections.abc import Sequence
from datetime import date, timedelta
from decimal import Decimal
from typing import Any
from urllib.parse import urlencode

from django.db.models import QuerySet
from django.http import HttpResponse
from django.urls import reverse, reverse_lazy
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from django.views.decorators.http import require_GET

from dianke.domain.audits.models import QualityScore
from dianke.domain.audits.queries import scores as queries
from dianke.domain.audits.rules.scores import get_score_policy
from dianke.interfaces.web.access import page_right
from dianke.interfaces.web.components import formats
from dianke.interfaces.web.components.charts import Chart, Series
from dianke.interfaces.web.components.figures import Figure
from dianke.interfaces.web.components.filters import MonthFilter, UnitFilter
from dianke.interfaces.web.components.list_views import render_list
from dianke.interfaces.web.components.lists import Column, ListSpec, register
from dianke.interfaces.web.components.page import Crumb
from dianke.interfaces.web.requests import StaffRequest
from dianke.platform.identity.types import Actor

_RIGHT = "quality.view"


@require_GET
@page_right(_RIGHT)
def list_scores(request: StaffRequest) -> HttpResponse:
    """List the scores of units by month, below the course of the unit that is looked at."""
    actor = request.actor
    newest = queries.find_highest(actor=actor, unit_code=str(request.GET.get("unit", "")))
    course = queries.list_course(actor=actor, unit_id=newest.unit_id) if newest else []
    values = {
        "newest": newest,
        "figures": _draw_figures(course) if course else [],
        "trend": _draw_course(course) if len(course) > 1 else None,
        "weights": get_score_policy(on=newest.taken_date).weights_e2 if newest else {},
    }
    return render_list(request, SCORES, template="quality/scores.html", values=values)


def _draw_figures(course: Sequence[QualityScore]) -> list[Figure]:
    last = course[-1]
    before = course[-2].score_e2 if len(course) > 1 else None
    change = (
        "" if before is None else _now("%(change)s on the month before") % {"change": _sign(last.score_e2 - before)}
    )
    weighed = last.high + last.medium + last.low
    return [
        Figure(_("Score"), _write(last.score_e2), of="/ 100", context=change),
        Figure(_("Records"), formats.number(last.records)),
        Figure(_("Unsettled findings"), formats.number(weighed), url=_address(last)),
        Figure(_("Severe"), formats.number(last.high), url=f"{_address(last)}&severity=HIGH"),
    ]


def _draw_course(course: Sequence[QualityScore]) -> Chart:
    return Chart(
        labels=[formats.month(one.month) for one in course],
        series=[Series(name=_("Score"), values=[one.score_e2 / 100 for one in course])],
        description=_("Score of the archive by month"),
        label_name=_("Month"),
        decimals=2,
        is_near=True,
        height_px=180,
    )


def _enrich(actor: Actor, rows: Sequence[Any]) -> None:
    before = {row.month: (row.month - timedelta(days=1)).replace(day=1) for row in rows}
    known = queries.find_scores(actor=actor, unit_ids={row.unit_id for row in rows}, months=set(before.values()))
    for row in rows:
        earlier = known.get((row.unit_id, before[row.month]))
        row.change_e2 = None if earlier is None else row.score_e2 - earlier


def _rows(actor: Actor) -> QuerySet[Any]:
    return queries.filter_scores(actor=actor)


def _narrow_month(rows: QuerySet[Any], month: date) -> QuerySet[Any]:
    return rows.filter(month=month)


def _address(row: Any) -> str:
    return f"{reverse('web:quality_findings')}?{urlencode({'unit': row.unit.code})}"


def _write(score_e2: int) -> str:
    return f"{score_e2 // 100}.{score_e2 % 100:02d}"


def _sign(change_e2: int) -> str:
    # A minus sign, not a hyphen; nothing before nought.
    return f"{'+' if change_e2 > 0 else '−' if change_e2 < 0 else ''}{_write(abs(change_e2))}"


SCORES = register(
    ListSpec(
        name="quality.scores",
        title=_("Scores by unit"),
        url_name="web:quality_scores",
        right=_RIGHT,
        crumbs=[Crumb(_("Customers")), Crumb(_("Archive quality"), reverse_lazy("web:quality"))],
        rows=_rows,
        row_url=_address,
        sort="-month",
        columns=[
            Column("unit", _("Unit"), lambda row: row.unit.name, css="nw", width=20),
            Column(
                "month", _("Month"), lambda row: f"{row.month:%Y-%m}", order=("month", "score_e2"), css="n", width=10
            ),
            Column(
                "score",
                _("Score"),
                lambda row: Decimal(row.score_e2).scaleb(-2),
                show=lambda row: _write(row.score_e2),
                order=("score_e2",),
                css="num",
                width=10,
            ),
            Column(
                "change",
                pgettext_lazy("score", "Change"),
                lambda row: None if row.change_e2 is None else Decimal(row.change_e2).scaleb(-2),
                show=lambda row: "–" if row.change_e2 is None else _sign(row.change_e2),
                css="num",
                width=10,
            ),
            Column("records", _("Records"), lambda row: row.records, order=("records",), css="num", width=12),
            Column("high", _("Severe"), lambda row: row.high, css="num", width=10),
            Column("medium", _("Middling"), lambda row: row.medium, css="num", width=10),
            Column("low", _("Slight"), lambda row: row.low, css="num", width=10),
            Column("taken", _("As of"), lambda row: row.taken_date, css="n", width=12),
            Column("policy", _("Weights"), lambda row: row.policy, css="n", is_shown=False, width=10),
        ],
        filters=[MonthFilter("month", _("Month"), _narrow_month), UnitFilter()],
        enrich=_enrich,
        count=lambda count: _now("%(count)s scores") % {"count": count},
        empty_title=_("No score yet"),
        empty_text=_("Every pass of the rules keeps the scores of its month."),
        empty_found_title=_("No score fits"),
        empty_found_text=_("Take a filter out to see more."),
        help=[
            _("A score of 100 is an archive without faults; each unsettled one takes its weight from it."),
            _("A unit holds what lies below it. What is exempted counts for nothing."),
            _("The last pass of a month stays; the running month changes with every pass."),
        ],
        brief=("score", "month", "change", "records"),
        export_name="archive-scores",
    )
)
