"""Recovery: rates of current and old debt, days outstanding, what was paid after steps."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET

from dianke.application import collection
from dianke.domain.billing.queries.statistics import find_usual_month
from dianke.domain.billing.types import MonthView
from dianke.domain.collection.queries import recovery
from dianke.domain.collection.queries.steps import StepEffect, list_effects, list_promises
from dianke.domain.receivables.queries.chart import list_keys_below
from dianke.interfaces.web.access import page_right
from dianke.interfaces.web.collection import words
from dianke.interfaces.web.collection.asking import Asked, read_address
from dianke.interfaces.web.collection.recovery_bill_views import (
    EVERYTHING,
    OF_BOOKED,
    OF_MONTH,
    OF_OLD,
    OF_STEPS,
    SOME,
    open_bills,
)
from dianke.interfaces.web.components import formats
from dianke.interfaces.web.components.charts import Chart, Series
from dianke.interfaces.web.components.figures import Figure
from dianke.interfaces.web.components.page import Crumb, Page
from dianke.interfaces.web.components.states import state_chip
from dianke.interfaces.web.requests import StaffRequest
from dianke.platform.identity.types import Actor

_Days = Sequence[tuple[date, Decimal | None]]
_MONTHS = 13
_PROMISES = 30


@require_GET
@page_right(collection.VIEW)
def show_recovery(request: StaffRequest) -> HttpResponse:
    """Show how much of what was billed came, month by month."""
    asked, actor = read_address(request), request.actor
    path = asked.unit_path
    rows = recovery.list_current_recovery(actor=actor, on=asked.as_of, months=_MONTHS, unit_path=path)
    old = recovery.get_old_recovery(actor=actor, on=asked.as_of, unit_path=path)
    outstanding = recovery.list_outstanding(actor=actor, on=asked.as_of, months=_MONTHS, unit_path=path)
    days = [(one.month, one.days) for one in outstanding]
    effects = list_effects(
        on=asked.as_of,
        units=recovery.list_units(actor=actor, unit_path=path),
        ledgers=list_keys_below(actor=actor, code=recovery.ALL),
    )
    promises = list_promises(actor=actor, limit=_PROMISES)
    values = {
        "page": _head(asked, _now("Recovery rates")),
        "asked": asked,
        "figures": _list_figures(asked, actor, rows, old, days),
        "rows": [(one, open_bills(asked, OF_MONTH, month=f"{one.month:%Y-%m}")) for one in rows],
        "outstanding": [_draw_outstanding(asked, one) for one in reversed(outstanding) if one.days is not None],
        "chart": _draw_chart(rows) if len(rows) > 1 else None,
        "days_chart": _draw_days(days) if sum(value is not None for _month, value in days) > 1 else None,
        "effects": [(one, words.KINDS.get(one.kind, one.kind), *_open_steps(asked, one)) for one in effects],
        "promises": [(one, state_chip("collection.promise", one.state, quiet=True)) for one in promises],
    }
    return render(request, "collection/recovery.html", values)


def _list_figures(
    asked: Asked, actor: Actor, rows: Sequence[recovery.CurrentRecovery], old: recovery.OldRecovery, days: _Days
) -> list[Figure]:
    usual = find_usual_month(actor=actor, view=MonthView.BILLED)
    last = next((one for one in rows if one.month == usual), rows[0] if rows else None)
    outstanding = days[-1][1] if days else None
    return [
        Figure(
            _("Current recovery"),
            formats.percent(last.rate) if last and last.rate is not None else "–",
            context=_now("bills of %(month)s") % {"month": formats.month(last.month)} if last else "",
            ratio=float(last.rate) if last and last.rate is not None else None,
            url=open_bills(asked, OF_MONTH, month=f"{last.month:%Y-%m}") if last else "",
        ),
        Figure(
            _("Recovery of old debt"),
            formats.percent(old.rate) if old.rate is not None else "–",
            context=_now("of %(amount)s yuan when %(year)s began")
            % {"amount": formats.fen(old.opening_fen), "year": old.year},
            url=open_bills(asked, OF_OLD),
        ),
        Figure(
            _("Days outstanding"),
            formats.number(outstanding, 1) if outstanding is not None else "–",
            url="#outstanding" if outstanding is not None else "",
        ),
    ]


def _draw_chart(rows: Sequence[recovery.CurrentRecovery]) -> Chart:
    shown = list(reversed(rows))
    return Chart(
        labels=[formats.month(one.month) for one in shown],
        series=[
            Series(_("until today"), _scale([one.rate for one in shown]), "bar", "accent"),
            Series(_("until the end of the next month"), _scale([one.next_rate for one in shown]), "line", "ok"),
        ],
        unit="%",
        decimals=1,
        description=_now("Share of each month's bills that was collected"),
        label_name=_("Month"),
    )


def _open_steps(asked: Asked, one: StepEffect) -> tuple[str, str, str]:
    """Return the addresses of all steps of a kind, and of those after which something or all was paid."""
    asking = {"code": one.code, "kind": one.kind}
    every, some, full = (open_bills(asked, OF_STEPS, **asking, paid=paid) for paid in ("", SOME, EVERYTHING))
    return every, some, full


def _draw_outstanding(asked: Asked, one: recovery.Outstanding) -> tuple[recovery.Outstanding, str, str]:
    """Return a month with the addresses of what is open at its end and of what was booked until then."""
    first, last = one.first_day.isoformat(), one.last_day.isoformat()
    return one, asked.open_debts(on=last), open_bills(asked, OF_BOOKED, **{"from": first, "on": last})


def _scale(rates: Sequence[Decimal | None]) -> list[float | None]:
    return [None if one is None else round(float(one) * 100, 2) for one in rates]


def _draw_days(days: _Days) -> Chart:
    return Chart(
        labels=[formats.month(month) for month, _value in days],
        series=[
            Series(
                _("Days outstanding"),
                [None if value is None else round(float(value), 1) for _month, value in days],
                "line",
                "accent",
            )
        ],
        unit=_("days"),
        decimals=1,
        description=_now("Days outstanding at the end of each month"),
        label_name=_("Month"),
    )


def _head(asked: Asked, title: str) -> Page:
    return Page(
        title=title,
        facts=[asked.as_of.isoformat(), asked.unit.name if asked.unit else _("all units")],
        crumbs=[Crumb(_("Collection of debts"))],
        help=[
            _("Current: of a month's bills, what was collected. Old: of what years before owed when the year began."),
            _("What was written off is no collection. Late fees and penalties are left out of the rates."),
        ],
    )
