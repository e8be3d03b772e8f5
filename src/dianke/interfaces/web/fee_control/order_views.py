"""Orders: the work list, one order with its acts, commands and events, the report of execution."""

from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal, InvalidOperation
from functools import partial
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET, require_POST

from dianke.application import fee_control
from dianke.domain.fee_control.meter_control import find_meter_control
from dianke.domain.fee_control.models import SupplyOrder
from dianke.domain.fee_control.queries import orders as queries
from dianke.domain.fee_control.types import BEFORE_EXECUTION, OrderKind, OrderState, Way
from dianke.interfaces.web.access import page_right
from dianke.interfaces.web.acting import carry_out
from dianke.interfaces.web.components import formats
from dianke.interfaces.web.components.figures import Figure
from dianke.interfaces.web.components.list_views import render_list
from dianke.interfaces.web.components.page import Crumb, Page
from dianke.interfaces.web.components.states import state_chip
from dianke.interfaces.web.fee_control import words
from dianke.interfaces.web.fee_control.order_list import ORDERS, clock_chip
from dianke.interfaces.web.people import Names
from dianke.interfaces.web.requests import StaffRequest
from dianke.kernel.clock import SystemClock, at_midnight

_MONTH = 30
_MINUTE = 60


@require_GET
@page_right(fee_control.VIEW)
def list_orders(request: StaffRequest) -> HttpResponse:
    """List orders, newest first."""
    return render_list(request, ORDERS)


@require_GET
@page_right(fee_control.VIEW)
def show_order(request: StaffRequest, key: int) -> HttpResponse:
    """Show an order with its clock, what happened, and what the reader may do."""
    order, actor = _get(request, key), request.actor
    events = queries.list_events(actor=actor, order=order)
    names = Names([order.proposed_by, order.approved_by, order.operated_by, *(one.by for one in events)])
    values = {
        "page": _head(order),
        "order": order,
        "kind": words.ORDER_KINDS[order.kind],
        "cause": words.CAUSES[order.cause],
        "way": words.WAYS.get(order.way, ""),
        "clock": clock_chip(order),
        "failed": words.REASONS.get(order.failed_reason, order.failed_reason),
        "ended": words.REASONS.get(order.ended_reason, order.ended_reason),
        "people": [
            (_("Proposed by"), _name(names, order.proposed_by), order.proposed_at),
            (_("Approved by"), _name(names, order.approved_by), order.approved_at),
            (_("Operated by"), _name(names, order.operated_by), order.executed_at),
        ],
        "events": [
            (one, words.EVENTS.get(one.what, one.what), _name(names, one.by), words.REASONS.get(one.detail, one.detail))
            for one in events
        ],
        "commands": [
            (
                one,
                answer,
                words.OUTCOMES[answer.outcome] if answer is not None else "",
                words.REASONS.get(answer.detail, answer.detail) if answer is not None else "",
            )
            for one in queries.list_commands(actor=actor, order=order)
            for answer in [getattr(one, "answer", None)]
        ],
        "has_head_end": find_meter_control() is not None,
        **_list_acts(request, order),
    }  # fmt: skip
    return render(request, "fee_control/order.html", values)


@require_POST
@page_right(fee_control.APPROVE)
def decide_order(request: StaffRequest, key: int) -> HttpResponse:
    """Approve or refuse what another person, or the night, proposed."""
    at, reason = SystemClock().now(), str(request.POST.get("reason", ""))
    if request.POST.get("decision") == "refuse":
        act = partial(fee_control.refuse_order, actor=request.actor, key=key, reason=reason, at=at)
        return _carry_out(request, key, act, _now("Refused."))
    act = partial(fee_control.approve_order, actor=request.actor, key=key, at=at)
    return _carry_out(request, key, act, _now("Approved. A third person carries it out."))


@require_POST
@page_right(fee_control.ORDER)
def withdraw_order(request: StaffRequest, key: int) -> HttpResponse:
    """Take an order back."""
    reason = str(request.POST.get("reason", ""))
    act = partial(fee_control.withdraw_order, actor=request.actor, key=key, reason=reason, at=SystemClock().now())
    return _carry_out(request, key, act, _now("The order is taken back."))


@require_POST
@page_right(fee_control.OPERATE)
def release_order(request: StaffRequest, key: int) -> HttpResponse:
    """Hand an order to the head-end, or take it along by hand."""
    way = Way.MANUAL if request.POST.get("way") == Way.MANUAL.value else Way.REMOTE
    act = partial(fee_control.release_order, actor=request.actor, key=key, way=way, at=SystemClock().now())
    done = (
        _now("Taken along by hand. Record what you did at the meter.")
        if way is Way.MANUAL
        else _now("Handed on. The meter is told at the first moment that the rules allow.")
    )
    return _carry_out(request, key, act, done)


@require_POST
@page_right(fee_control.OPERATE)
def record_by_hand(request: StaffRequest, key: int) -> HttpResponse:
    """Keep what was done at the meter."""
    _get(request, key)
    text = str(request.POST.get("reading", "")).strip()
    try:
        reading = Decimal(text) if text else None
    except InvalidOperation:
        messages.error(request, _now("The reading is no number."))
        return redirect("web:supply_order", key=key)
    file = request.FILES.get("picture")
    act = partial(
        fee_control.record_by_hand, actor=request.actor, key=key, reading=reading, at=SystemClock().now(),
        file_name=(file.name or "") if file else "", content=file.read() if file else b"",
    )  # fmt: skip
    return _carry_out(request, key, act, _now("Recorded with this moment."))


@require_GET
@page_right(fee_control.VIEW)
def show_execution(request: StaffRequest) -> HttpResponse:
    """Show how orders were carried out in a time, and which promises were kept, by unit."""
    today = timezone.localdate(SystemClock().now())
    first = _read_day(request.GET.get("from"), today - timedelta(days=_MONTH))
    last = _read_day(request.GET.get("to"), today)
    span = (at_midnight(first), at_midnight(last + timedelta(days=1)))
    actor, now = request.actor, SystemClock().now()
    rows = queries.list_execution(actor=actor, first=span[0], end=span[1], at=now)
    commands = queries.count_commands(actor=actor, first=span[0], end=span[1])
    values = {
        "page": Page(
            title=_now("Execution of fee control"),
            facts=[f"{first} – {last}"],
            crumbs=[Crumb(_("Fee control"))],
            help=[
                _("Success is commands carried out over commands handed over, each try counted."),
                _("A promise is broken when supply came after its time, or has not come and the time is over."),
            ],
        ),
        "first": first,
        "last": last,
        "figures": _list_figures(rows, commands),
        "rows": [(one, words.ORDER_KINDS[one.kind.value], _minutes(one.mean_seconds)) for one in rows],
        "commands": commands,
    }
    return render(request, "fee_control/execution.html", values)


def _list_figures(rows: list[queries.ExecutionRow], commands: queries.CommandCounts) -> list[Figure]:
    kept, broken = sum(one.kept for one in rows), sum(one.broken for one in rows)
    rate = Decimal(commands.done) / commands.sent if commands.sent else None
    promises = Decimal(kept) / (kept + broken) if kept + broken else None
    return [
        Figure(
            _("Success of commands"),
            formats.percent(rate) if rate is not None else "–",
            context=_now("%(done)s of %(sent)s commands") % {"done": commands.done, "sent": commands.sent},
            ratio=float(rate) if rate is not None else None,
        ),
        Figure(
            _("Supply restored in time"),
            formats.percent(promises) if promises is not None else "–",
            context=_now("%(kept)s kept, %(broken)s broken") % {"kept": kept, "broken": broken},
            ratio=float(promises) if promises is not None else None,
        ),
        Figure(_("Meters not reached"), formats.number(commands.unreached)),
    ]


def _minutes(seconds: float | None) -> str:
    return "" if seconds is None else formats.number(round(seconds / _MINUTE))


def _read_day(text: str | None, otherwise: date) -> date:
    try:
        return date.fromisoformat(text or "")
    except ValueError:
        return otherwise


def _list_acts(request: StaffRequest, order: SupplyOrder) -> dict[str, bool]:
    actor, state = request.actor, OrderState(order.state)
    is_cut = order.kind == OrderKind.DISCONNECTION.value
    may_operate = actor.may(fee_control.OPERATE) and order.approved_by != actor.login
    ready = {OrderState.APPROVED, OrderState.FAILED}
    return {
        "may_decide": state is OrderState.PROPOSED
        and actor.may(fee_control.APPROVE)
        and order.proposed_by != actor.login
        and (not order.is_important or actor.may(fee_control.APPROVE_IMPORTANT)),
        "may_withdraw": is_cut and state in BEFORE_EXECUTION and actor.may(fee_control.ORDER),
        "may_release": may_operate and state in ready,
        "may_record": may_operate and state in {*ready, OrderState.RELEASED},
    }


def _carry_out(request: StaffRequest, key: int, act: Callable[[], Any], done: str) -> HttpResponse:
    back = reverse("web:supply_order", kwargs={"key": key})
    return carry_out(request, act, done=done, back=back, explain=words.explain, missing=queries.OrderUnknown)


def _get(request: StaffRequest, key: int) -> SupplyOrder:
    try:
        return queries.get_order(actor=request.actor.within(fee_control.VIEW), key=key)
    except queries.OrderUnknown as unknown:
        raise Http404 from unknown


def _name(names: Names, login: str) -> str:
    if login == "system":
        return _now("by itself")
    return _now("the meter") if login == "meter" else names.of(login)


def _head(order: SupplyOrder) -> Page:
    return Page(
        title=str(words.ORDER_KINDS[order.kind]),
        number=order.number,
        facts=[order.account.customer.name, order.account.number, order.unit.name],
        crumbs=[
            Crumb(_("Fee control")),
            Crumb(_("Disconnection and reconnection"), reverse("web:supply_orders")),
        ],
        chips=[state_chip("fee_control.order", order.state)],
        menu_url=reverse("web:supply_orders"),
        help=[
            _("Who approves never operates. The moment is that of the server, whatever a person writes."),
            _("A cut waits for the hours, days and the last word that the rules ask for; a payment takes it back."),
        ],
    )
