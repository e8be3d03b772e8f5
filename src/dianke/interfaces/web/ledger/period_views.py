"""Closing the books: days and months, and the wishes to reopen one that wait for a second person."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from dianke.application import ledger
from dianke.domain.receivables.models import AccountingPeriod, PeriodReopening
from dianke.domain.receivables.operations.periods import UnableToClose, UnableToReopen
from dianke.domain.receivables.queries import periods as queries
from dianke.domain.receivables.rules import periods as rules
from dianke.domain.receivables.types import PeriodKind, PeriodTotals, ReopeningState
from dianke.interfaces.web.access import page_right
from dianke.interfaces.web.components.page import Chip, Crumb, Page
from dianke.interfaces.web.components.states import state_chip
from dianke.interfaces.web.ledger import words
from dianke.interfaces.web.ledger.asking import Asked, read_address
from dianke.interfaces.web.people import Names
from dianke.interfaces.web.requests import StaffRequest
from dianke.interfaces.web.shell.errors import explain
from dianke.kernel.clock import SystemClock
from dianke.kernel.errors import DomainError
from dianke.platform.identity.types import Actor

_WISHES_SHOWN = 20


@dataclass(frozen=True)
class DrawnDay:
    """A day of the month: what was booked on it, and whether it is closed."""

    day: date
    chip: Chip
    vouchers: int
    postings: int
    debit_fen: int
    closed_by: str


@require_GET
@page_right(ledger.VIEW)
def show_closing(request: StaffRequest) -> HttpResponse:
    """Show the days of a month, the month itself, and what waits to be decided."""
    asked = read_address(request)
    actor, today = request.actor, SystemClock().now().date()
    books = queries.get_books(actor=actor)
    last = rules.end_of_month(asked.month)
    totals = queries.compute_totals(kind=PeriodKind.DAY, first=asked.month, last=last)
    closed = {
        one.start_date: one
        for one in queries.list_periods(actor=actor, kind=PeriodKind.DAY, first=asked.month, last=last)
    }
    month = queries.find_period(actor=actor, kind=PeriodKind.MONTH, start=asked.month)
    wishes = list(queries.filter_reopenings(actor=actor).order_by("-asked_at", "-id")[:_WISHES_SHOWN])
    names = Names([*(one.closed_by for one in closed.values()), *(one.asked_by for one in wishes)])
    values = {
        "page": _head(asked, month),
        "asked": asked,
        "today": today,
        "days": _list_days(asked, closed, totals, names, today),
        "month": month,
        "wishes": [_draw_wish(actor, one, names) for one in wishes],
        "may_keep": actor.may(ledger.KEEP),
        "close_default": min(today, last) if asked.month <= today else today,
        "month_obstacle": words.OBSTACLES.get(
            rules.find_month_obstacle(
                books,
                month=asked.month,
                today=today,
                months_with_postings=queries.list_months_with_postings(actor=actor),
            ),
            "",
        ),
    }
    return render(request, "ledger/closing.html", values)


@require_POST
@page_right(ledger.KEEP)
def close_day(request: StaffRequest) -> HttpResponse:
    """Close a day, and every open day before it."""
    day = _read_day(request, "day")
    if day is None:
        return _refuse(request, _("Choose a day."))
    return _carry_out(
        request,
        lambda: ledger.close_day(actor=request.actor, day=day, at=SystemClock().now()),
        _("Closed until %(day)s.") % {"day": day.isoformat()},
        month=day,
    )


@require_POST
@page_right(ledger.KEEP)
def close_month(request: StaffRequest) -> HttpResponse:
    """Close a month."""
    month = _read_day(request, "month")
    if month is None:
        return _refuse(request, _("Choose a month."))
    return _carry_out(
        request,
        lambda: ledger.close_month(actor=request.actor, month=month, at=SystemClock().now()),
        _("The month %(month)s is closed.") % {"month": f"{month:%Y-%m}"},
        month=month,
    )


@require_POST
@page_right(ledger.KEEP)
def ask_reopening(request: StaffRequest) -> HttpResponse:
    """Ask for a day or month to be reopened."""
    kind = PeriodKind.MONTH if request.POST.get("kind") == PeriodKind.MONTH.value else PeriodKind.DAY
    day = _read_day(request, "day")
    if day is None:
        return _refuse(request, _("Choose a day."))
    start = rules.start_of_month(day) if kind is PeriodKind.MONTH else day
    reason = request.POST.get("reason", "")
    return _carry_out(
        request,
        lambda: ledger.ask_reopening(
            actor=request.actor, kind=kind, start=start, reason=reason, at=SystemClock().now()
        ),
        _("Another person decides on it now."),
        month=day,
    )


@require_POST
@page_right(ledger.APPROVE)
def decide_reopening(request: StaffRequest, key: int) -> HttpResponse:
    """Approve or refuse what somebody else asked for."""
    reason, at = request.POST.get("reason", ""), SystemClock().now()
    if request.POST.get("decision") == "refuse":
        return _carry_out(
            request,
            lambda: ledger.refuse_reopening(actor=request.actor, key=key, at=at, reason=reason),
            _("It stays closed."),
        )
    return _carry_out(
        request,
        lambda: ledger.approve_reopening(actor=request.actor, key=key, at=at, reason=reason),
        _("It is open again, until it is closed anew."),
    )


@require_POST
@page_right(ledger.KEEP)
def withdraw_reopening(request: StaffRequest, key: int) -> HttpResponse:
    """Take one's own wish back."""
    return _carry_out(
        request,
        lambda: ledger.withdraw_reopening(actor=request.actor, key=key, at=SystemClock().now()),
        _("It is taken back."),
    )


def explain_refusal(error: DomainError) -> str:
    """Return a refusal of the books in the reader's words."""
    reason = words.OBSTACLES.get(str(error.facts.get("reason", "")))
    return str(reason) if reason is not None else str(explain(error))


def _carry_out(request: StaffRequest, act: Callable[[], Any], done: str, *, month: date | None = None) -> HttpResponse:
    try:
        act()
    except (UnableToClose, UnableToReopen) as refusal:
        return _refuse(request, explain_refusal(refusal), month=month)
    messages.success(request, done)
    return _go_back(month)


def _refuse(request: StaffRequest, text: str, *, month: date | None = None) -> HttpResponse:
    messages.error(request, text)
    return _go_back(month)


def _go_back(month: date | None) -> HttpResponse:
    return redirect(f"{reverse('web:ledger_closing')}{f'?month={month:%Y-%m}' if month else ''}")


def _read_day(request: StaffRequest, name: str) -> date | None:
    text = str(request.POST.get(name, ""))
    try:
        return date.fromisoformat(text if len(text) != len("2026-01") else f"{text}-01")
    except ValueError:
        return None


def _draw_wish(actor: Actor, wish: PeriodReopening, names: Names) -> dict[str, Any]:
    return {
        "wish": wish,
        "chip": state_chip("ledger.reopening", wish.state),
        "asked_by": names.of(wish.asked_by),
        "is_open": wish.state == ReopeningState.ASKED.value,
        "may_decide": actor.may(ledger.APPROVE) and wish.asked_by != actor.login,
        "may_withdraw": actor.may(ledger.KEEP) and wish.asked_by == actor.login,
    }


def _list_days(
    asked: Asked,
    closed: dict[date, AccountingPeriod],
    totals: dict[date, PeriodTotals],
    names: Names,
    today: date,
) -> list[DrawnDay]:
    shown = {*closed, *totals, today}
    return [
        DrawnDay(
            day=day,
            chip=state_chip("ledger.period", closed[day].state if day in closed else "OPEN"),
            vouchers=totals.get(day, queries.NOTHING).voucher_count,
            postings=totals.get(day, queries.NOTHING).posting_count,
            debit_fen=totals.get(day, queries.NOTHING).debit_fen,
            closed_by=names.of(closed[day].closed_by) if day in closed else "",
        )
        for day in sorted(shown, reverse=True)
        if rules.start_of_month(day) == asked.month
    ]


def _head(asked: Asked, month: AccountingPeriod | None) -> Page:
    return Page(
        title=_("Closing"),
        facts=[f"{asked.month:%Y-%m}"],
        crumbs=[Crumb(_("Receivables"))],
        chips=[state_chip("ledger.period", month.state if month else "OPEN")],
        help=[
            _("A closed day takes no postings: what happens on it is booked on the first open day after it."),
            _("Closing a day closes every open day before it. A month is closed when all its days are."),
            _("Reopening takes two persons: one asks with a reason, another approves. Months go from the last back."),
        ],
    )
