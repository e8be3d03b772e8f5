"""What billing brings to the menu, the home and the search box."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from itertools import groupby

from django.urls import reverse
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from dianke.application.listings import accounts as listings
from dianke.domain.billing.models import BillRun
from dianke.domain.billing.queries import bills as bill_queries
from dianke.domain.billing.queries import review as review_queries
from dianke.domain.billing.queries import review_parameters as parameter_queries
from dianke.domain.billing.queries import runs as run_queries
from dianke.domain.billing.queries.runs import RunTotals
from dianke.domain.billing.types import RunStatus
from dianke.domain.readings import queries as reading_queries
from dianke.domain.readings.types import MonthStatus
from dianke.interfaces.web.billing import words
from dianke.interfaces.web.billing.plan_panel import DueTimes
from dianke.interfaces.web.billing.review_words import name_cause
from dianke.interfaces.web.components import formats
from dianke.interfaces.web.components.figures import Figure
from dianke.interfaces.web.navigation import MenuEntry, register
from dianke.interfaces.web.people import Names
from dianke.interfaces.web.readings.words import name_month
from dianke.interfaces.web.shell.home import HomeCard, WorkItem, register_card, register_figures, register_work
from dianke.interfaces.web.shell.search import Hit, SearchSource, register_source
from dianke.platform.identity.types import Actor

_RUNS_ON_CARD = 5


def _count_unfinished(actor: Actor) -> int:
    return run_queries.count_unfinished(actor=actor)


register(
    MenuEntry(
        group="billing",
        label=_("Bill runs"),
        url_name="web:bill_runs",
        right="billing.view",
        order=10,
        count=_count_unfinished,
    ),
    MenuEntry(group="billing", label=_("Bills"), url_name="web:bills", right="billing.view", order=20),
    MenuEntry(
        group="billing", label=_("Combined statements"), url_name="web:statements", right="billing.view", order=25
    ),
)


def _list_work(actor: Actor, at: datetime) -> Sequence[WorkItem]:
    unfinished = run_queries.list_unfinished(actor=actor)
    totals = run_queries.list_totals(actor=actor, runs=unfinished)
    names = Names(run.started_by for run in unfinished)
    waiting = reading_queries.list_months(actor=actor, status=MonthStatus.FROZEN)
    due = DueTimes(actor, [*(run.cycle_month for run in unfinished), *waiting])
    items = [
        replace(item, due_at=due.of(run.cycle_month, step))
        for run in unfinished
        for step, item in _list_work_of_run(actor, run, totals[run.pk], names.of(run.started_by))
    ]
    if actor.may("billing.review"):
        suspicions = review_queries.count_open(actor=actor, runs=unfinished)
        items += [
            replace(_draw_suspicions(run, suspicions[run.pk]), due_at=due.of(run.cycle_month, "REVIEW"))
            for run in unfinished
            if run.pk in suspicions
        ]
    if actor.may("billing.run"):
        live = run_queries.list_billed_months(actor=actor, months=[month.pk for month in waiting])
        items += [
            WorkItem(
                kind=_("To be run"),
                number=name_month(month.month, month.stage, month.stages),
                title=month.cycle.name,
                url=reverse("web:bill_runs"),
                due_at=due.of(month, "CALCULATE"),
                source=_now("readings frozen"),
            )
            for month in waiting
            if month.pk not in live
        ]
    return items


def _draw_suspicions(run: BillRun, count: int) -> WorkItem:
    return WorkItem(
        _("Suspicions"),
        run.number,
        words.name_run(run),
        reverse("web:bill_review", args=[run.number]),
        quantity=_now("%(count)s suspicions") % {"count": f"{count:,}"},
        source=_now("review"),
    )


def _list_work_of_run(actor: Actor, run: BillRun, totals: RunTotals, runner: str) -> list[tuple[str, WorkItem]]:
    """Return what a run has to do, each with the step of the calendar that it belongs to."""
    url = reverse("web:bill_run", args=[run.number])
    name = words.name_run(run)
    items = []
    if totals.faults_open and actor.may("billing.review"):
        quantity = _now("%(count)s points") % {"count": f"{totals.faults_open:,}"}
        items.append(("REVIEW", WorkItem(_("Faults"), run.number, name, url, quantity=quantity, source=runner)))
    if run.status == RunStatus.CALCULATED.value and run.started_by != actor.login and actor.may("billing.issue"):
        quantity = _now("%(amount)s yuan") % {"amount": formats.fen(totals.amount_fen)}
        items.append(("ISSUE", WorkItem(_("To be issued"), run.number, name, url, quantity=quantity, source=runner)))
    if run.status == RunStatus.PAUSED.value and actor.may("billing.run"):
        quantity = f"{totals.points_done:,} / {totals.points:,}"
        items.append(("CALCULATE", WorkItem(_("Paused"), run.number, name, url, quantity=quantity, source=runner)))
    if run.status in {RunStatus.CALCULATING.value, RunStatus.ISSUING.value}:
        quantity = f"{totals.points_done:,} / {totals.points:,}"
        items.append(("CALCULATE", WorkItem(_("At work"), run.number, name, url, quantity=quantity, source=runner)))
    return items


def _list_proposals(actor: Actor, at: datetime) -> Sequence[WorkItem]:
    """Return the values proposed for the review that the actor may decide."""
    waiting = [one for one in parameter_queries.list_open_proposals(actor=actor) if one.proposed_by != actor.login]
    names = Names(one.proposed_by for one in waiting)
    return [
        WorkItem(
            kind=_("Values of the review"),
            number=formats.day(one.from_date),
            title=f"{name_cause(one.code)} {one.unit.name}",
            url=reverse("web:bill_review_proposal", args=[one.pk]),
            source=names.of(one.proposed_by),
        )
        for one in waiting
    ]


def _list_figures(actor: Actor) -> Sequence[Figure]:
    latest = next(iter(run_queries.list_runs(actor=actor, of_cycles=True)), None)
    if latest is None:
        return []
    totals = run_queries.sum_month(actor=actor, month=latest.cycle_month.month)
    month = formats.month(latest.cycle_month.month)
    return [
        Figure(
            caption=_("Points billed"),
            value=f"{totals.points_done:,}",
            of=f"/ {totals.points:,}",
            context=month,
            url=reverse("web:bill_runs"),
        ),
        Figure(caption=_("Bills of the month"), value=f"{totals.bills:,}", context=month),
        Figure(caption=_("Receivable (yuan)"), value=formats.fen(totals.amount_fen), context=month),
        Figure(
            caption=_("Faults undecided"),
            value=f"{totals.faults_open:,}",
            of=f"/ {totals.faults:,}",
            context=_now("%(count)s put off") % {"count": f"{totals.faults - totals.faults_open:,}"},
        ),
    ]


def _draw_card(actor: Actor) -> dict[str, object] | None:
    runs = run_queries.list_runs(actor=actor, of_cycles=True)
    if not runs:
        return None
    month, of_month = next(groupby(runs, key=lambda run: run.cycle_month.month))
    shown = list(of_month)[:_RUNS_ON_CARD]
    totals = run_queries.list_totals(actor=actor, runs=shown)
    return {"month": month, "runs": [(run, totals[run.pk]) for run in shown]}


def _find_bills(actor: Actor, text: str, limit: int) -> Sequence[Hit]:
    parts = text.upper().removeprefix("ZD-").split("-")
    number = parts[1] if len(parts) > 1 else parts[0]
    if not (number.isascii() and number.isdigit()) or len(number) < 4:
        return []
    account_ids = listings.find_account_ids(actor=actor, text=number, limit=limit)
    bills = bill_queries.filter_bills(actor=actor, account_ids=account_ids, month=None).order_by("-id")[:limit]
    return [
        Hit(
            title=bill.customer_name,
            url=reverse("web:bill", args=[bill.id]),
            number=bill.number,
            note=_now("%(amount)s yuan") % {"amount": formats.fen(bill.amount_fen)},
        )
        for bill in bills
    ]


register_work(_list_work, right="billing.view")
register_work(_list_proposals, right="billing.approve_review")
register_figures(_list_figures, right="billing.view")
register_card(HomeCard(template="billing/runs_card.html", values=_draw_card, right="billing.view", order=20))
register_source(SearchSource(label=_("Bills"), find=_find_bills, right="billing.view", order=40))
