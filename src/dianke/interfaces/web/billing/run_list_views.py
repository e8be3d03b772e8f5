"""The list of bill runs, above it the frozen months that wait for one."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import QuerySet
from django.http import HttpResponse
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from django.views.decorators.http import require_GET

from dianke.domain.billing.queries import runs as run_queries
from dianke.domain.billing.types import RunStatus
from dianke.domain.readings import queries as reading_queries
from dianke.domain.readings.types import MonthStatus
from dianke.interfaces.web.access import page_right
from dianke.interfaces.web.billing import words
from dianke.interfaces.web.components import formats
from dianke.interfaces.web.components.filters import ChoiceFilter, MonthFilter, UnitFilter
from dianke.interfaces.web.components.list_views import render_list
from dianke.interfaces.web.components.lists import Column, ListSpec, register
from dianke.interfaces.web.components.page import Crumb
from dianke.interfaces.web.components.row_addresses import address_row
from dianke.interfaces.web.components.states import state_chip, state_label
from dianke.interfaces.web.people import Names
from dianke.interfaces.web.readings.words import name_month
from dianke.interfaces.web.requests import StaffRequest
from dianke.kernel.money import fen_to_yuan
from dianke.platform.identity.types import Actor


@require_GET
@page_right("billing.view")
def list_runs(request: StaffRequest) -> HttpResponse:
    """List the runs of the actor's units and the frozen months that wait for one."""
    values = {
        "waiting": _list_waiting(request.actor),
        "may_run": request.actor.may("billing.run"),
    }
    return render_list(request, RUNS, template="billing/runs.html", values=values)


def _list_waiting(actor: Actor) -> list[Any]:
    frozen = reading_queries.list_months(actor=actor, status=MonthStatus.FROZEN)
    live = run_queries.list_billed_months(actor=actor, months=[month.pk for month in frozen])
    return [month for month in frozen if month.pk not in live]


def _search(actor: Actor, rows: QuerySet[Any], text: str) -> tuple[QuerySet[Any], bool]:
    return rows.filter(number__istartswith=text), False


def _narrow_month(rows: QuerySet[Any], month: date) -> QuerySet[Any]:
    return rows.filter(cycle_month__month=month)


def _enrich(actor: Actor, rows: Sequence[Any]) -> None:
    totals = run_queries.list_totals(actor=actor, runs=rows)
    names = Names(login for run in rows for login in (run.started_by, run.issued_by))
    for run in rows:
        run.totals = totals[run.pk]
        run.runner_name, run.issuer_name = names.of(run.started_by), names.of(run.issued_by)


def _write_month(run: Any) -> str:
    month = run.cycle_month
    return name_month(month.month, month.stage, month.stages)


def _write_progress(run: Any) -> str:
    done, points = run.totals.points_done, run.totals.points
    return formats.percent(Decimal(done) / points, 0) if points else formats.NONE


RUNS = register(
    ListSpec(
        name="billing.runs",
        title=_("Bill runs"),
        url_name="web:bill_runs",
        right="billing.view",
        crumbs=[Crumb(_("Billing"))],
        rows=lambda actor: run_queries.filter_runs(actor=actor),
        row_url=lambda run: address_row("web:bill_run", run.number),
        # Numbers begin with the month.
        sort="-number",
        columns=[
            Column("number", _("Run"), lambda run: run.number, order=("number",), css="n", width=20),
            Column("month", _("Month"), _write_month, css="n", width=10),
            Column("cycle", _("Reading cycle"), lambda run: run.cycle_month.cycle.name, css="nw", width=24),
            Column("kind", _("Kind"), lambda run: words.RUN_KINDS[run.kind], css="nw", width=14),
            Column("state", _("State"), lambda run: state_chip("bill_run", run.status), width=12),
            Column("progress", _("Progress"), _write_progress, css="num", width=10),
            Column("points", _("Usage points"), lambda run: run.totals.points, css="num"),
            Column("bills", _("Bills"), lambda run: run.totals.bills, css="num"),
            Column("faults", _("Faults"), lambda run: run.totals.faults, css="num", is_shown=False),
            Column("open", _("Faults undecided"), lambda run: run.totals.faults_open, css="num"),
            Column(
                "amount",
                _("Receivable (yuan)"),
                lambda run: fen_to_yuan(run.totals.amount_fen),
                show=lambda run: formats.fen(run.totals.amount_fen),
                css="num",
            ),
            Column("runner", pgettext_lazy("person", "Runs"), lambda run: run.runner_name, css="nw", width=12),
            Column("issuer", pgettext_lazy("person", "Issues"), lambda run: run.issuer_name, css="nw", width=12),
            Column("unit", _("Unit"), lambda run: run.unit.name, css="nw", is_shown=False, width=20),
            Column("started", _("Started at"), lambda run: run.started_at, css="n", is_shown=False, width=18),
            Column("issued", _("Issued on"), lambda run: run.issued_at, css="n", is_shown=False, width=18),
        ],
        filters=[
            ChoiceFilter(
                "status",
                _("State"),
                lambda actor: [(one.value, state_label("bill_run", one.value)) for one in RunStatus],
            ),
            ChoiceFilter("kind", _("Kind"), lambda actor: list(words.RUN_KINDS.items())),
            MonthFilter("month", _("Month"), _narrow_month),
            UnitFilter(),
        ],
        search=_search,
        search_hint=_("Number of the run"),
        enrich=_enrich,
        count=lambda count: _now("%(count)s runs") % {"count": count},
        empty_title=_("No run yet"),
        empty_text=_("A run begins when a cycle's month of readings is frozen."),
        empty_found_title=_("No run fits"),
        empty_found_text=_("Take a filter out to see more."),
        help=[
            _("A run bills one cycle's month: calculated by one person, issued by another."),
            _("What cannot be billed becomes a fault with its cause; a run is issued when none is undecided."),
        ],
        brief=("month", "cycle", "state", "amount"),
        export_name="bill-runs",
    )
)
