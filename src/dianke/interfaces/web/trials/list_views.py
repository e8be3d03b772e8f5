"""The list of trials."""

from datetime import date
from typing import Any

from django.db.models import QuerySet
from django.http import HttpResponse
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET

from dianke.application.trials import RIGHT
from dianke.domain.billing.queries import trials as queries
from dianke.domain.billing.types import TrialStatus
from dianke.interfaces.web.access import page_right
from dianke.interfaces.web.components import formats
from dianke.interfaces.web.components.filters import ChoiceFilter, MonthFilter
from dianke.interfaces.web.components.list_views import render_list
from dianke.interfaces.web.components.lists import Column, ListSpec, register
from dianke.interfaces.web.components.page import Crumb
from dianke.interfaces.web.components.row_addresses import address_row
from dianke.interfaces.web.components.states import state_chip
from dianke.interfaces.web.people import Names
from dianke.interfaces.web.requests import StaffRequest
from dianke.interfaces.web.trials import words
from dianke.kernel.money import fen_to_yuan
from dianke.platform.identity.types import Actor


@require_GET
@page_right(RIGHT)
def list_trials(request: StaffRequest) -> HttpResponse:
    """List the trials of the actor's units, the newest first."""
    return render_list(request, TRIALS, template="trials/list.html")


def _rows(actor: Actor) -> QuerySet[Any]:
    return queries.filter_trials(actor=actor)


def _search(actor: Actor, rows: QuerySet[Any], text: str) -> tuple[QuerySet[Any], bool]:
    return rows.filter(version__sheet_id__icontains=text) | rows.filter(number=text.upper()), False


def _narrow_month(rows: QuerySet[Any], month: date) -> QuerySet[Any]:
    return rows.filter(month=month)


def _enrich(actor: Actor, rows: Any) -> None:
    names = Names(trial.started_by for trial in rows)
    for trial in rows:
        trial.starter = names.of(trial.started_by)


def _is_done(trial: Any) -> bool:
    return bool(trial.status == TrialStatus.DONE.value)


TRIALS = register(
    ListSpec(
        name="billing.trials",
        title=_("Trials of prices"),
        url_name="web:trials",
        right=RIGHT,
        crumbs=[Crumb(_("Billing"))],
        rows=_rows,
        row_url=lambda trial: address_row("web:trial", trial.number),
        sort="-started",
        columns=[
            Column("number", _("Trial"), lambda trial: trial.number, css="n", width=16),
            Column("month", _("Month"), lambda trial: formats.month(trial.month), css="n", width=10),
            Column("sheet", _("Version"), lambda trial: trial.version.sheet_id, css="n", width=24),
            Column("plan", _("Plan"), lambda trial: trial.version.plan.name, width=30),
            Column("unit", _("Unit"), lambda trial: trial.unit.name, css="nw", width=20),
            Column("class", _("Class"), lambda trial: words.name_class(trial.usage_class), css="nw", is_shown=False),
            Column("state", _("State"), lambda trial: state_chip("bill_trial", trial.status), width=12),
            Column(
                "bills",
                _("Bills"),
                lambda trial: trial.bill_count if _is_done(trial) else None,
                show=lambda trial: formats.number(trial.bill_count if _is_done(trial) else None),
                css="num",
            ),
            Column(
                "difference",
                _("Difference (yuan)"),
                lambda trial: fen_to_yuan(trial.difference_fen) if _is_done(trial) else None,
                show=lambda trial: formats.signed_fen(trial.difference_fen if _is_done(trial) else None),
                css="num",
            ),
            Column("by", _("Started by"), lambda trial: trial.starter, css="nw"),
            Column(
                "started",
                _("Started at"),
                lambda trial: trial.started_at,
                order=("started_at",),
                show=lambda trial: formats.moment(trial.started_at),
                css="n",
                width=18,
            ),
        ],
        filters=[
            MonthFilter("month", _("Month"), _narrow_month),
            ChoiceFilter(
                "state",
                _("State"),
                [(status.value, state_chip("bill_trial", status.value).label) for status in TrialStatus],
                lookup="status",
            ),
        ],
        search=_search,
        search_hint=_("Sheet or number of the trial"),
        enrich=_enrich,
        count=lambda count: _now("%(count)s trials") % {"count": count},
        empty_title=_("No trial yet"),
        empty_text=_("A trial calculates the issued bills of a month again under another version of prices."),
        empty_found_title=_("No trial fits"),
        help=[
            _("A trial shows what a version would have made of the bills of a past month. No bill changes."),
            _("A proposed version comes into force only after a trial of it has been done."),
        ],
        export_name="trials",
    )
)
