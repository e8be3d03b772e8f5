"""A trial as a page: how far it is, then its report."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from dianke.application.trials import RIGHT, list_units
from dianke.domain.billing.models import BillTrial
from dianke.domain.billing.queries import trials as queries
from dianke.domain.billing.types import OPEN_TRIALS
from dianke.interfaces.web.access import page_right
from dianke.interfaces.web.billing import words as billing_words
from dianke.interfaces.web.components import formats
from dianke.interfaces.web.components.figures import Figure
from dianke.interfaces.web.components.page import Crumb, Page
from dianke.interfaces.web.components.states import state_chip
from dianke.interfaces.web.people import Names
from dianke.interfaces.web.requests import StaffRequest
from dianke.interfaces.web.trials import charts, words

_ROWS_SHOWN = 40
_MOVING = {status.value for status in OPEN_TRIALS}


@dataclass(frozen=True)
class TableRow:
    """A row of a table, written."""

    name: str
    code: str
    bills: str
    rising: str
    falling: str
    energy_kwh: str
    before: str
    after: str
    difference: str
    change: str
    price_before: str
    price_after: str


@dataclass(frozen=True)
class BillRow:
    """One of the bills that change most, written; without an address for who may not see bills."""

    url: str
    account: str
    name: str
    usage_class: str
    voltage: str
    unit: str
    energy_kwh: str
    before: str
    after: str
    difference: str
    change: str


def find_trial(request: StaffRequest, number: str) -> BillTrial:
    """Return the trial of a number, or answer that nothing is found."""
    try:
        return queries.get_trial(actor=request.actor, number=number)
    except queries.TrialNotFound as error:
        raise Http404 from error


@require_GET
@page_right(RIGHT)
def show_trial(request: StaffRequest, number: str) -> HttpResponse:
    """Show a trial: its progress while it is calculated, its report when it is done."""
    trial = find_trial(request, number)
    names = Names([trial.started_by])
    values = {
        "page": _head(trial, names.of(trial.started_by)),
        "trial": trial,
        "is_moving": trial.status in _MOVING,
        # The ends of the hash: enough to tell two reports apart on paper.
        "fingerprint": f"{trial.report_sha256[:6]}…{trial.report_sha256[-6:]}",
        "may_export": trial.report is not None and request.actor.may("archive.export"),
        **(_draw(request, trial.report) if trial.report is not None else {}),
    }
    return render(request, "trials/trial.html", values)


@require_GET
@page_right(RIGHT)
def show_progress(request: StaffRequest, number: str) -> HttpResponse:
    """Return the moving part of the page, for it to fetch while the trial is calculated."""
    trial = find_trial(request, number)
    return render(request, "trials/progress.html", {"trial": trial, "is_moving": trial.status in _MOVING})


def name_units(request: StaffRequest) -> dict[str, str]:
    """Return the names of the reader's units as they are called now."""
    return {unit.code: unit.name for unit in list_units(actor=request.actor)}


def _head(trial: BillTrial, starter: str) -> Page:
    return Page(
        title=_("Trial of %(sheet)s") % {"sheet": trial.version.sheet_id},
        number=trial.number,
        facts=[
            _("bills of %(month)s") % {"month": formats.month(trial.month)},
            trial.version.plan.name,
            trial.unit.name,
            words.name_class(trial.usage_class),
            _("started %(at)s by %(name)s") % {"at": formats.moment(trial.started_at), "name": starter},
        ],
        crumbs=[Crumb(_("Billing")), Crumb(_("Trials of prices"), reverse("web:trials")), Crumb(trial.number)],
        chips=[state_chip("bill_trial", trial.status)],
        menu_url=reverse("web:trials"),
        help=[
            _("A trial shows what a version would have made of the bills of a past month. No bill changes."),
            _("Bills of other plans stay as they are and are not in the tables."),
        ],
    )


def _draw(request: StaffRequest, report: dict[str, Any]) -> dict[str, Any]:
    units = name_units(request)
    return {
        "report": report,
        "figures": _list_figures(report),
        "charts": charts.draw_pictures(report, units) if report["totals"]["bills"] else [],
        "tables": [
            (title, [_draw_row(name, row, units) for row in report["by"][name][:_ROWS_SHOWN]], len(report["by"][name]))
            for name, title in words.DIMENSIONS.items()
        ],
        "rows_shown": _ROWS_SHOWN,
        "affected": [
            ("by-amount", _("Most affected by amount"), _list_bills(request, report["most_by_amount"], units)),
            ("by-ratio", _("Most affected by percent"), _list_bills(request, report["most_by_ratio"], units)),
        ],
        "unpriced": [
            (billing_words.name_fault(one["code"]), billing_words.name_detail(one["field"], one["detail"]), one)
            for one in report["unpriced"]
        ],
        "may_see_bills": request.actor.may("billing.view"),
    }


def _list_figures(report: dict[str, Any]) -> list[Figure]:
    totals = report["totals"]
    bills = totals["bills"]
    share = bills or 1
    return [
        Figure(
            caption=_("Bills"),
            value=f"{bills:,}",
            context=_("%(count)s of other plans stay as they are") % {"count": f"{totals['other_plans']:,}"},
        ),
        Figure(caption=_("As issued (yuan)"), value=formats.fen(totals["before_fen"])),
        Figure(
            caption=_("Under the version (yuan)"),
            value=formats.fen(totals["after_fen"]),
            context=f"{formats.signed_fen(totals['difference_fen'])} · {percent(totals['change'])}",
        ),
        Figure(
            caption=_("Bills that rise"),
            value=f"{totals['rising']:,}",
            of=formats.percent(totals["rising"] / share, 1),
            context=_("%(count)s fall") % {"count": f"{totals['falling']:,}"},
            ratio=totals["rising"] / share,
        ),
        Figure(
            caption=_("Mean price (yuan/kWh)"),
            value=price(totals["mean_price_after"]),
            context=_("before %(price)s") % {"price": price(totals["mean_price_before"])},
        ),
        Figure(caption=_("Without a price"), value=f"{totals['unpriced']:,}", context=_("bills, causes below")),
    ]


def percent(ratio: str | None) -> str:
    """Return a change of the report as +0.88%."""
    return formats.signed_percent(Decimal(ratio), 2) if ratio is not None else formats.NONE


def price(yuan: str | None) -> str:
    """Return a mean price of the report."""
    return formats.number(Decimal(yuan), 4) if yuan is not None else formats.NONE


def _draw_row(dimension: str, row: dict[str, Any], units: dict[str, str]) -> TableRow:
    share = row["bills"] or 1
    return TableRow(
        name=words.name_label(dimension, row["code"], units),
        code=row["code"] if dimension == "unit" else "",
        bills=f"{row['bills']:,}",
        rising=formats.percent(row["rising"] / share, 1),
        falling=formats.percent(row["falling"] / share, 1),
        energy_kwh=formats.kwh_e2(row["energy_kwh_e2"]),
        before=formats.fen(row["before_fen"]),
        after=formats.fen(row["after_fen"]),
        difference=formats.signed_fen(row["difference_fen"]),
        change=percent(row["change"]),
        price_before=price(row["mean_price_before"]),
        price_after=price(row["mean_price_after"]),
    )


def _list_bills(request: StaffRequest, rows: list[dict[str, Any]], units: dict[str, str]) -> list[BillRow]:
    """Return the rows with the names of customers, which the report itself does not keep."""
    reader = request.actor.within("billing.view")
    may_see = request.actor.may("billing.view")
    found = queries.list_customer_names(actor=reader, bill_ids=[row["bill"] for row in rows]) if may_see else {}
    return [
        BillRow(
            url=reverse("web:bill", args=[row["bill"]]) if row["bill"] in found else "",
            account=row["account"],
            name=found.get(row["bill"], ""),
            usage_class=words.name_class(row["usage_class"]),
            voltage=billing_words.format_voltage(row["voltage"]),
            unit=units.get(row["unit"], row["unit"]),
            energy_kwh=formats.kwh_e2(row["energy_kwh_e2"]),
            before=formats.fen(row["before_fen"]),
            after=formats.fen(row["after_fen"]),
            difference=formats.signed_fen(row["difference_fen"]),
            change=percent(row["change"]),
        )
        for row in rows
    ]
