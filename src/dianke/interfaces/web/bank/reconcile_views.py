"""Reconciliation: the list by day and channel, one day with its differences as work."""

from collections.abc import Callable
from datetime import date
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from django.views.decorators.http import require_GET, require_POST

from dianke.application import bank_channels
from dianke.domain.channels.models import ReconciliationDay, ReconciliationDifference
from dianke.domain.channels.operations.balances import find_remedy
from dianke.domain.channels.queries import reconciliation as queries
from dianke.domain.channels.queries import withholding as banks
from dianke.domain.channels.queries.acquirers import AcquirerUnknown, list_acquirers
from dianke.domain.channels.rules.reconciling import BALANCE, REMEDIES, DayState, DifferenceKind, DifferenceState
from dianke.domain.receivables.types import Channel
from dianke.interfaces.web.access import page_right
from dianke.interfaces.web.acting import carry_out
from dianke.interfaces.web.bank import words
from dianke.interfaces.web.components import formats
from dianke.interfaces.web.components.figures import Figure
from dianke.interfaces.web.components.filters import ChoiceFilter, DateRangeFilter
from dianke.interfaces.web.components.list_views import render_list
from dianke.interfaces.web.components.lists import Column, ListSpec, register
from dianke.interfaces.web.components.page import Crumb, Page
from dianke.interfaces.web.components.states import state_chip
from dianke.interfaces.web.payments.words import CHANNELS
from dianke.interfaces.web.people import Names
from dianke.interfaces.web.requests import StaffRequest
from dianke.interfaces.web.shell.errors import explain
from dianke.kernel.clock import SystemClock, to_shanghai
from dianke.kernel.errors import DomainError
from dianke.kernel.money import fen_to_yuan
from dianke.platform.audit.use_case import PermissionRefused
from dianke.platform.identity.types import Actor

_COMPARED = [*words.CHANNELS, Channel.ONLINE.value, Channel.AGENT.value, BALANCE]


@require_GET
@page_right(bank_channels.VIEW)
def list_days(request: StaffRequest) -> HttpResponse:
    """List days of channels, newest first."""
    values = {
        "may_compare": request.actor.may(bank_channels.RECONCILE),
        "sides": _list_sides(request),
        "today": to_shanghai(SystemClock().now()).date(),
    }
    return render_list(request, DAYS, template="bank/days.html", values=values)


@require_POST
@page_right(bank_channels.RECONCILE)
def compare_day(request: StaffRequest) -> HttpResponse:
    """Compare a day of a channel with the bank's bookings."""
    try:
        day = date.fromisoformat(str(request.POST.get("day", "")))
    except ValueError:
        messages.error(request, _now("Choose a day."))
        return redirect("web:bank_days")
    try:
        found = _compare(request, day)
    except PermissionRefused:
        raise
    except AcquirerUnknown as unknown:
        raise Http404 from unknown
    except DomainError as refusal:
        messages.error(request, explain(refusal))
        return redirect("web:bank_days")
    return redirect("web:bank_day", found.pk)


@require_GET
@page_right(bank_channels.VIEW)
def show_day(request: StaffRequest, key: int) -> HttpResponse:
    """Show both sides of a day and where they differ."""
    day = _find(request, key)
    differences = queries.list_differences(actor=request.actor, day=day)
    names = Names(
        [day.compared_by, day.closed_by, *(name for one in differences for name in (one.owner, one.asked_by))]
    )
    is_open = day.state == DayState.OPEN.value
    may_work = is_open and request.actor.may(bank_channels.RECONCILE)
    left = sum(one.state in queries.WAITING for one in differences)
    values = {
        "page": _head(day),
        "day": day,
        "figures": _list_figures(day, left),
        "differences": [_draw(day, one, names, may_work, request.actor) for one in differences],
        "side": f"acquirer:{day.acquirer.code}"
        if day.acquirer
        else f"{day.channel}:{day.bank.code if day.bank else ''}",
        "compared_by": names.of(day.compared_by),
        "closed_by": names.of(day.closed_by),
        "may_work": may_work,
        "may_close": may_work and not left,
    }
    return render(request, "bank/day.html", values)


@require_POST
@page_right(bank_channels.APPROVE)
def decide_remedy(request: StaffRequest, key: int) -> HttpResponse:
    """Agree to what another person asked to be done about a difference, or not."""
    difference = _find_difference(request, key)
    is_approved = request.POST.get("decision") == "approve"
    decide = bank_channels.approve_remedy if is_approved else bank_channels.refuse_remedy
    return _act(
        request,
        difference.day_id,
        lambda: decide(actor=request.actor, key=key, at=SystemClock().now()),
        _now("The books are put right.") if is_approved else _now("The difference is open again."),
    )


@require_POST
@page_right(bank_channels.RECONCILE)
def close_day(request: StaffRequest, key: int) -> HttpResponse:
    """Close a day on which nothing is open."""
    _find(request, key)
    return _act(
        request,
        key,
        lambda: bank_channels.close_day(actor=request.actor, key=key, at=SystemClock().now()),
        _now("The day is closed."),
    )


@require_POST
@page_right(bank_channels.RECONCILE)
def work_on_difference(request: StaffRequest, key: int) -> HttpResponse:
    """Take a difference as one's own, or say what came of it."""
    difference = _find_difference(request, key)
    if request.POST.get("act") == "take":
        return _act(
            request,
            difference.day_id,
            lambda: bank_channels.take_difference(actor=request.actor, key=key),
            _now("The difference is yours."),
        )
    note = str(request.POST.get("note", ""))
    if request.POST.get("act") == "remedy":
        return _act(
            request,
            difference.day_id,
            lambda: bank_channels.ask_remedy(actor=request.actor, key=key, note=note, at=SystemClock().now()),
            _now("It waits for another person."),
        )
    return _act(
        request,
        difference.day_id,
        lambda: bank_channels.solve_difference(actor=request.actor, key=key, note=note, at=SystemClock().now()),
        _now("The difference is solved."),
    )


def _act(request: StaffRequest, day_key: int, do: Callable[[], Any], done: str) -> HttpResponse:
    return carry_out(request, do, done=done, back=reverse("web:bank_day", args=[day_key]))


def _compare(request: StaffRequest, day: date) -> ReconciliationDay:
    """Compare a day with the side that was chosen: a bank's channel, or a gateway or agent."""
    kind, _colon, code = str(request.POST.get("side", "")).partition(":")
    now = SystemClock().now()
    if kind == "acquirer":
        return bank_channels.compare_acquirer_day(actor=request.actor, code=code, day=day, at=now)
    channel = kind or str(request.POST.get("channel", ""))
    bank_code = code or str(request.POST.get("bank", ""))
    if channel == BALANCE:
        return bank_channels.compare_balance(actor=request.actor, bank_code=bank_code, day=day, at=now)
    if channel not in words.CHANNELS:
        raise Http404
    return bank_channels.compare_day(actor=request.actor, bank_code=bank_code, channel=channel, day=day, at=now)


def _list_sides(request: StaffRequest) -> list[tuple[str, str]]:
    """Return whom a day can be compared with, as what the form sends and what it says."""
    of_banks = [
        (f"{channel}:{bank.code}", f"{word} · {bank.name}")
        for bank in banks.list_banks(actor=request.actor)
        for channel, word in [*words.CHANNELS.items(), (BALANCE, words.DAYS[BALANCE])]
    ]
    of_acquirers = [
        (f"acquirer:{one.code}", f"{CHANNELS[one.channel.value]} · {one.name}")
        for one in list_acquirers(actor=request.actor)
        if not one.is_terminal
    ]
    return of_banks + of_acquirers


def _find_difference(request: StaffRequest, key: int) -> ReconciliationDifference:
    rows = ReconciliationDifference.objects.for_actor(request.actor).filter(pk=key)
    difference: ReconciliationDifference | None = rows.first()
    if difference is None:
        raise Http404
    return difference


def _find(request: StaffRequest, key: int) -> ReconciliationDay:
    try:
        return queries.get_day(actor=request.actor, key=key)
    except queries.DayUnknown as unknown:
        raise Http404 from unknown


def _draw(
    day: ReconciliationDay, one: ReconciliationDifference, names: Names, may_work: bool, actor: Actor
) -> dict[str, Any]:
    is_open = one.state == DifferenceState.OPEN.value
    is_asked = one.state == DifferenceState.ASKED.value
    remedy = REMEDIES[DifferenceKind(one.kind)].value if day.acquirer else (find_remedy(difference=one) or "")
    return {
        "difference": one,
        "chip": state_chip("bank.difference", one.state),
        "kind": words.DIFFERENCES[one.kind],
        "name": words.name_difference(one.reference),
        "remedy": "" if day.acquirer or remedy else words.REMEDIES[one.kind],
        "owner": names.of(one.owner),
        "may_take": may_work and is_open and one.owner != actor.login,
        "may_solve": may_work and is_open,
        "act": words.name_remedy(remedy, one.reference) if may_work and is_open else "",
        "asked": words.name_remedy(one.remedy, one.reference),
        "asked_by": names.of(one.asked_by) if one.asked_by else "",
        "may_decide": is_asked and one.asked_by != actor.login and actor.may(bank_channels.APPROVE),
    }


def _list_figures(day: ReconciliationDay, left: int) -> list[Figure]:
    gap = day.ours_fen - day.theirs_fen
    return [
        Figure(caption=_now("In our books (yuan)"), value=formats.fen(day.ours_fen)),
        Figure(caption=_now("By their file (yuan)") if day.acquirer else _now("At the bank (yuan)"),
               value=formats.fen(day.theirs_fen),
               context=_now("%(gap)s yuan apart") % {"gap": formats.signed_fen(gap)} if gap else ""),
        Figure(caption=_now("Matched"), value=f"{day.matched_count:,}"),
        Figure(caption=_now("Open differences"), value=f"{left:,}"),
    ]  # fmt: skip


def _head(day: ReconciliationDay) -> Page:
    return Page(
        title=_now("%(channel)s on %(day)s")
        % {"channel": words.DAYS.get(day.channel, day.channel), "day": day.day.isoformat()},
        facts=[day.other_side],
        crumbs=[Crumb(_("Channels and reconciliation")), Crumb(_("Reconciliation"), reverse("web:bank_days"))],
        chips=[state_chip("bank.day", day.state)],
        menu_url=reverse("web:bank_days"),
        help=[
            _("Money of withholding is compared by batch, transfers by the number of the bank's booking."),
            _("Cash of counters is compared by the number of the slip that it was brought to the bank with."),
            _("Gateways and agents are compared with their file; what changes the books needs another person."),
            _("The balance of an account is held against our books of it: what explains the difference is work."),
            _("Compare again after a statement or an answer came; differences keep their owner."),
            _("A day is closed when no difference is open; then it is not compared again."),
        ],
    )


DAYS = register(
    ListSpec(
        name="bank.days",
        title=_("Reconciliation"),
        url_name="web:bank_days",
        right=bank_channels.VIEW,
        crumbs=[Crumb(_("Channels and reconciliation"))],
        rows=lambda actor: queries.filter_days(actor=actor),
        row_url=lambda one: reverse("web:bank_day", args=[one.pk]),
        sort="-day",
        columns=[
            Column("day", _("Day"), lambda one: one.day, order=("day",), css="n"),
            Column("state", _("State"), lambda one: state_chip("bank.day", one.state)),
            Column("channel", _("Channel"), lambda one: words.DAYS.get(one.channel, one.channel), css="nw"),
            Column("bank", _("Other side"), lambda one: one.other_side, css="nw"),
            Column("ours", _("In our books (yuan)"), lambda one: fen_to_yuan(one.ours_fen),
                   show=lambda one: formats.fen(one.ours_fen), css="num"),
            Column("theirs", _("By the other side (yuan)"), lambda one: fen_to_yuan(one.theirs_fen),
                   show=lambda one: formats.fen(one.theirs_fen), css="num"),
            Column("matched", _("Matched"), lambda one: one.matched_count, css="num"),
            Column("open", _("Open differences"), lambda one: one.open_count, css="num"),
        ],
        filters=[
            ChoiceFilter("channel", _("Channel"), [(code, words.DAYS[code]) for code in _COMPARED]),
            ChoiceFilter("state", _("State"), [
                (DayState.OPEN.value, pgettext_lazy("bank", "Open")), (DayState.CLOSED.value, _("Closed")),
            ]),
            DateRangeFilter("day", _("Day"), lookup="day"),
        ],
        count=lambda count: _now("%(count)s days") % {"count": count},
        empty_title=_("No day compared yet"),
        empty_text=_("Choose a side and a day: what we booked is compared with what the other side says."),
        empty_found_title=_("No day fits"),
        empty_found_text=_("Take a filter out to see more."),
        brief=("state", "channel", "open", "ours"),
        export_name="reconciliation",
    )
)  # fmt: skip
