"""The review of a run: causes with counts, the bills of a cause, one bill beside its history, the report."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from django.http import Http404, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from dianke.domain.billing.models import BillRun, BillSuspicion
from dianke.domain.billing.queries import review as queries
from dianke.domain.billing.queries import runs as run_queries
from dianke.domain.billing.rules.review.causes import CAUSES
from dianke.domain.billing.types import BEFORE_ISSUE, RunStatus, SuspicionState
from dianke.interfaces.web.access import page_right
from dianke.interfaces.web.billing import review_words, words
from dianke.interfaces.web.billing.run_views import find_run
from dianke.interfaces.web.components import formats
from dianke.interfaces.web.components.charts import Chart, Series
from dianke.interfaces.web.components.exports import export_table
from dianke.interfaces.web.components.figures import Figure
from dianke.interfaces.web.components.filters import FilterChip
from dianke.interfaces.web.components.page import Crumb, Page, Text
from dianke.interfaces.web.components.paging import count_roughly, page_by_key
from dianke.interfaces.web.components.states import state_chip
from dianke.interfaces.web.people import Names
from dianke.interfaces.web.requests import StaffRequest
from dianke.interfaces.web.sheets import Cell
from dianke.kernel.money import fen_to_yuan

_TICKET_CODES = {"exchange_without_ticket", "multiplier_changed"}
_CHECK_CODES = {"share_check_overdue"}


@require_GET
@page_right("billing.view")
def show_review(request: StaffRequest, number: str) -> HttpResponse:
    """Show the causes of a run with their counts."""
    run = find_run(request, number)
    chosen = _read_class(request)
    groups = queries.list_causes(actor=request.actor, run=run, usage_class=chosen)
    tail = f"?{urlencode({'class': chosen})}" if chosen else ""
    values = {
        "page": _head(run, _("Review"), help_lines=_review_help()),
        "run": run,
        "figures": _figures(request, run, groups),
        "groups": [
            (
                group,
                review_words.name_cause(group.code),
                review_words.name_action(group.code),
                CAUSES[group.code].rule,
                review_words.severity_chip(group.severity),
            )
            for group in groups
        ],
        "tail": tail,
        "filters": _class_chips(reverse("web:bill_review", args=[run.number]), chosen),
        "chosen": chosen,
        "is_running": run.status == RunStatus.CALCULATING.value,
        "may_calculate": request.actor.may("billing.run")
        and run.status in BEFORE_ISSUE
        and any(group.asked for group in groups),
    }
    return render(request, "billing/review.html", values)


@require_GET
@page_right("billing.view")
def show_cause(request: StaffRequest, number: str, code: str) -> HttpResponse:
    """List the suspicions of one cause."""
    run = find_run(request, number)
    if code not in CAUSES:
        raise Http404
    chosen, state = _read_class(request), _read_state(request)
    rows = queries.filter_suspicions(actor=request.actor, run=run, code=code, state=state, usage_class=chosen)
    page = page_by_key(rows, order=["id"], at=request.GET.get("at", ""))
    totals = queries.list_causes(actor=request.actor, run=run, usage_class=chosen)
    group = next((one for one in totals if one.code == code), None)
    address = reverse("web:bill_review_cause", args=[run.number, code])
    values = {
        "page": _head(run, review_words.name_cause(code), crumb=_review_crumb(run), help_lines=_cause_help()),
        "run": run,
        "code": code,
        "cause": CAUSES[code],
        "action": review_words.name_action(code),
        "severity": review_words.severity_chip(CAUSES[code].severity),
        "group": group,
        "paged": page,
        "total": _("%(count)s suspicions") % {"count": count_roughly(rows)},
        "rows": _draw_rows(request, run, page.rows),
        "states": _state_chips(address, state, chosen, group),
        "classes": _class_chips(address, chosen, state=state),
        "chosen": chosen,
        "state": state,
        "may_decide": _may_decide(request, run),
    }
    return render(request, "billing/review_cause.html", values)


@require_GET
@page_right("billing.view")
def show_suspicion(request: StaffRequest, number: str, suspicion_id: int) -> HttpResponse:
    """Show one suspicious bill beside its history, with every suspicion of it."""
    run = find_run(request, number)
    suspicion = find_suspicion(request, run, suspicion_id)
    point = suspicion.usage_point
    own = queries.list_of_point(actor=request.actor, run=run, usage_point_id=point.pk)
    before, after = queries.find_neighbours(actor=request.actor, run=run, suspicion=suspicion)
    history = queries.list_history(actor=request.actor, usage_point_id=point.pk, month=run.cycle_month.month)
    bill = queries.find_bill(actor=request.actor, run=run, suspicion=suspicion)
    names = Names(row.decided_by for row in own)
    title = review_words.name_cause(suspicion.code)
    cause_crumb = Crumb(title, reverse("web:bill_review_cause", args=[run.number, suspicion.code]))
    values = {
        "page": _head(
            run,
            point.account.customer.name,
            number=point.account.number,
            crumb=_review_crumb(run),
            crumbs=[cause_crumb],
            facts=[point.location.address, str(words.USAGE_CLASSES.get(point.account.usage_class, ""))],
            help_lines=_suspicion_help(),
        ),
        "run": run,
        "suspicion": suspicion,
        "bill": bill,
        "bill_url": _bill_url(run, bill.pk) if bill else "",
        "own": [(*_describe(row), names.of(row.decided_by)) for row in own],
        "history": history[::-1],
        "chart": _draw_history(history, run, bill.energy_kwh_e2 if bill else None),
        "mean_prices": {one.month: _mean_price(one.amount_fen, one.energy_kwh_e2) for one in history},
        "mean_price": _mean_price(bill.amount_fen, bill.energy_kwh_e2) if bill else None,
        "open_ids": ",".join(str(row.pk) for row in own if row.state == SuspicionState.OPEN.value),
        "before": before,
        "after": after,
        "may_decide": _may_decide(request, run),
        "wants_ticket": suspicion.code in _TICKET_CODES,
        "wants_check": suspicion.code in _CHECK_CODES,
    }
    return render(request, "billing/review_bill.html", values)


@require_GET
@page_right("billing.view")
def show_report(request: StaffRequest, number: str) -> HttpResponse:
    """Show what the review of a run found and what became of it."""
    run = find_run(request, number)
    groups = queries.list_causes(actor=request.actor, run=run)
    decisions = queries.list_decisions(actor=request.actor, run=run)
    names = Names(one.decided_by for one in decisions)
    values = {
        "page": _head(run, _("Report of the review"), crumb=_review_crumb(run)),
        "run": run,
        "figures": _figures(request, run, groups),
        "groups": [(one, review_words.name_cause(one.code), CAUSES[one.code].rule) for one in groups],
        "decisions": [
            (one, review_words.name_cause(one.code), review_words.STATES[one.state], names.of(one.decided_by))
            for one in decisions
        ],
        "faults": [
            (words.name_fault(code), count, put_off)
            for code, count, put_off in queries.list_faults_by_cause(actor=request.actor, run=run)
        ],
        "may_export": request.actor.may("archive.export"),
    }
    return render(request, "billing/review_report.html", values)


@require_GET
@page_right("archive.export")
def export_report(request: StaffRequest, number: str) -> HttpResponseBase:
    """Return the suspicions of a run as a workbook: what was found, why, and what became of each."""
    run = find_run(request, number)
    rows = list(queries.filter_suspicions(actor=request.actor, run=run).order_by("code", "id")[:100_000])
    amounts = queries.list_amounts(actor=request.actor, run=run, rows=rows)
    names = Names(row.decided_by for row in rows)
    return export_table(
        actor=request.actor,
        page="billing.review",
        name=f"review-{run.number}",
        about=_("Report of the review"),
        query=run.number,
        columns=_report_columns(),
        rows=[_report_row(row, amounts.get(row.bill_id), names) for row in rows],
    )


def _report_columns() -> list[tuple[str, str]]:
    return [
        ("account", _("Account")),
        ("name", _("Name of the customer")),
        ("point", _("Usage point")),
        ("rule", _("Rule")),
        ("cause", _("Cause")),
        ("severity", _("Severity")),
        ("evidence", _("What shows it")),
        ("amount", _("Amount (yuan)")),
        ("state", _("State")),
        ("reason", _("Reason given")),
        ("decided_by", _("Who decided")),
        ("decided_at", _("Decided at")),
    ]


def _report_row(row: BillSuspicion, amount_fen: int | None, names: Names) -> tuple[Cell, ...]:
    return (
        row.usage_point.account.number,
        row.usage_point.account.customer.name,
        row.usage_point.code,
        CAUSES[row.code].rule,
        review_words.name_cause(row.code),
        str(review_words.SEVERITIES[row.severity]),
        review_words.tell(row.code, row.evidence),
        None if amount_fen is None else fen_to_yuan(amount_fen),
        str(review_words.STATES[row.state]),
        row.reason,
        names.of(row.decided_by),
        row.decided_at,
    )


def find_suspicion(request: StaffRequest, run: BillRun, suspicion_id: int) -> BillSuspicion:
    """Return a suspicion of the run, or answer that nothing is found."""
    suspicion = queries.get_suspicion(actor=request.actor, run=run, suspicion_id=suspicion_id)
    if suspicion is None:
        raise Http404
    return suspicion


def _describe(row: BillSuspicion) -> tuple[Any, ...]:
    return (
        row,
        review_words.name_cause(row.code),
        review_words.severity_chip(row.severity),
        review_words.tell(row.code, row.evidence),
        review_words.name_action(row.code),
    )


def _draw_rows(request: StaffRequest, run: BillRun, rows: Sequence[BillSuspicion]) -> list[tuple[Any, ...]]:
    amounts = queries.list_amounts(actor=request.actor, run=run, rows=rows)
    names = Names(row.decided_by for row in rows)
    return [
        (row, review_words.tell(row.code, row.evidence), amounts.get(row.bill_id), names.of(row.decided_by))
        for row in rows
    ]


def _may_decide(request: StaffRequest, run: BillRun) -> bool:
    return request.actor.may("billing.review", run.unit.path) and run.status in BEFORE_ISSUE


def _bill_url(run: BillRun, bill_id: int) -> str:
    return reverse("web:bill" if run.status == RunStatus.ISSUED.value else "web:bill_draft", args=[bill_id])


def _figures(request: StaffRequest, run: BillRun, groups: Sequence[queries.CauseGroup]) -> list[Figure]:
    totals = run_queries.get_totals(actor=request.actor, run=run)
    bills = queries.count_suspicious_bills(actor=request.actor, run=run)
    all_found = sum(group.count - group.noted for group in groups)
    left = sum(group.open for group in groups)
    share = formats.percent(Decimal(bills) / totals.bills) if totals.bills else formats.NONE
    return [
        Figure(
            caption=_("Suspicions · to be decided"),
            value=f"{left:,}",
            of=f"/ {all_found:,}",
            ratio=(all_found - left) / all_found if all_found else 1.0,
        ),
        Figure(
            caption=_("Bills with a suspicion"),
            value=f"{bills:,}",
            of=f"/ {totals.bills:,}",
            context=_("%(share)s of the bills") % {"share": share},
        ),
        Figure(
            caption=_("Exempt"),
            value=f"{sum(group.exempt for group in groups):,}",
            context=_("stand as they are, for a reason"),
        ),
        Figure(
            caption=_("Correction asked"),
            value=f"{sum(group.asked for group in groups):,}",
            context=_("%(count)s gone after recalculation")
            % {"count": f"{sum(group.corrected for group in groups):,}"},
        ),
        Figure(
            caption=_("For information"),
            value=f"{sum(group.noted for group in groups):,}",
            context=_("want no decision"),
        ),
    ]


def _mean_price(amount_fen: int | None, energy_kwh_e2: int | None) -> Decimal | None:
    if not energy_kwh_e2 or amount_fen is None:
        return None
    return (Decimal(amount_fen) / energy_kwh_e2).quantize(Decimal("0.0001"))


def _draw_history(history: Sequence[queries.HistoryMonth], run: BillRun, energy_kwh_e2: int | None) -> Chart:
    def kwh(value: int | None) -> float | None:
        return None if value is None else value / 100

    gap = [None] * len(history)
    return Chart(
        labels=[*(formats.month(one.month) for one in history), formats.month(run.cycle_month.month)],
        series=[
            Series(
                _("Bills before"), [*(kwh(one.energy_kwh_e2) for one in history), None], "bar", "quiet", stack="kwh"
            ),
            Series(_("This bill"), [*gap, kwh(energy_kwh_e2)], "bar", "accent", stack="kwh"),
        ],
        unit="kWh",
        label_name=_("Month"),
        description=_("Energy billed in each of the thirteen months before, and in this one"),
    )


def _read_class(request: StaffRequest) -> str:
    chosen = request.GET.get("class", "")
    return chosen if chosen in words.USAGE_CLASSES else ""


def _read_state(request: StaffRequest) -> str:
    chosen = request.GET.get("state", "")
    return chosen if chosen in review_words.STATES else ""


def _class_chips(address: str, chosen: str, *, state: str = "") -> list[FilterChip]:
    def link(value: str) -> str:
        query = urlencode({name: one for name, one in (("class", value), ("state", state)) if one})
        return f"{address}?{query}" if query else address

    chips = [FilterChip(_("All classes"), link(""), active=not chosen)]
    return chips + [FilterChip(name, link(code), active=code == chosen) for code, name in words.USAGE_CLASSES.items()]


def _state_chips(address: str, state: str, chosen: str, group: queries.CauseGroup | None) -> list[FilterChip]:
    def link(value: str) -> str:
        query = urlencode({name: one for name, one in (("state", value), ("class", chosen)) if one})
        return f"{address}?{query}" if query else address

    counts = {
        SuspicionState.OPEN.value: group.open,
        SuspicionState.NOTED.value: group.noted,
        SuspicionState.CORRECTION_ASKED.value: group.asked,
        SuspicionState.EXEMPT.value: group.exempt,
        SuspicionState.CORRECTED.value: group.corrected,
        SuspicionState.HELD.value: group.held,
    } if group else {}  # fmt: skip
    chips = [FilterChip(_("All"), link(""), active=not state, count=group.count if group else 0)]
    return chips + [
        FilterChip(review_words.STATES[code], link(code), active=code == state, count=count)
        for code, count in counts.items()
        if count or code == state
    ]


def _review_crumb(run: BillRun) -> Crumb:
    return Crumb(_("Review"), reverse("web:bill_review", args=[run.number]))


def _head(
    run: BillRun,
    title: str,
    *,
    number: str = "",
    crumb: Crumb | None = None,
    crumbs: Sequence[Crumb] = (),
    facts: Sequence[Text] = (),
    help_lines: Sequence[Text] = (),
) -> Page:
    above = [
        Crumb(_("Billing")),
        Crumb(_("Bill runs"), reverse("web:bill_runs")),
        Crumb(run.number, reverse("web:bill_run", args=[run.number])),
    ]
    return Page(
        title=title,
        number=number or run.number,
        facts=facts or [f"{formats.month(run.cycle_month.month)} {run.cycle_month.cycle.name}"],
        crumbs=[*above, *([crumb] if crumb else []), *crumbs, Crumb(title)],
        chips=[state_chip("bill_run", run.status)],
        menu_url=reverse("web:bill_runs"),
        help=help_lines,
    )


def _review_help() -> list[Text]:
    return [
        _("Bills that were calculated and look wrong, by cause; nothing is issued before each is decided."),
        _("Exempt lets the bill stand for a reason; a correction waits until it is mended and calculated again."),
        _("A decision stays after a recalculation while the numbers are the same."),
        _("M shows what each rule measures by: values by class and unit, since when, and who set them."),
    ]


def _cause_help() -> list[Text]:
    return [
        _("J and K go from row to row, X chooses one, Enter opens the bill beside its history."),
        _("Decisions on all rows are shown with their count before anything is done, and can be taken back."),
    ]


def _suspicion_help() -> list[Text]:
    return [
        _("The bill beside the thirteen months before it; every suspicion of the bill is listed."),
        _("E exempts, C asks for a correction, N and P go to the next and previous one of the cause."),
    ]
