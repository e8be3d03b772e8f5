"""One order: where it stands, what comes next, its clock, its course."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext, pgettext_lazy
from django.views.decorators.http import require_GET

from dianke.application import service_orders
from dianke.application.service_orders.approval import APPROVING, find_level
from dianke.application.service_orders.asked import find_asked
from dianke.domain.service_orders.models import OrderAct, OrderNote, OrderPause, OrderStep, ServiceOrder
from dianke.domain.service_orders.processes import library
from dianke.domain.service_orders.queries import orders as queries
from dianke.domain.service_orders.queries.clocks import read_clocks
from dianke.domain.service_orders.types import ClockColour, ClockReading
from dianke.interfaces.web.access import page_right
from dianke.interfaces.web.components.drawings import ProcessDrawing, draw_process
from dianke.interfaces.web.components.due import due_chip
from dianke.interfaces.web.components.list_views import render_list
from dianke.interfaces.web.components.page import Chip, Crumb, Page, Text
from dianke.interfaces.web.components.states import state_chip
from dianke.interfaces.web.customers.naming import hide_names
from dianke.interfaces.web.people import Names
from dianke.interfaces.web.requests import StaffRequest
from dianke.interfaces.web.service_orders import words
from dianke.interfaces.web.service_orders.effects import Link, draw_effects, link_of_step
from dianke.interfaces.web.service_orders.order_list import ORDERS, clock_chip, result_chip
from dianke.interfaces.web.service_orders.paper_views import draw_papers
from dianke.interfaces.web.service_orders.part_fields import draw_parts
from dianke.interfaces.web.service_orders.plan_panel import draw_plan
from dianke.interfaces.web.service_orders.step_acts import StepActs, find_step_acts
from dianke.interfaces.web.service_orders.step_forms import StepForm
from dianke.interfaces.web.valuation.served import draw_served_order, write_approval
from dianke.kernel.clock import SystemClock, to_shanghai
from dianke.platform.identity.types import Actor
from dianke.platform.processes.types import CUSTOMER, RunStatus


@dataclass(frozen=True)
class StepLine:
    """An arrival at a step in the table of clocks."""

    step: OrderStep
    name: str
    post: str
    person: str
    is_customer: bool
    took: str
    outcome: Text


@dataclass(frozen=True)
class NextStep:
    """What can be done now, and by which buttons."""

    step: OrderStep
    name: str
    post: str
    person: str
    outcomes: list[tuple[str, Text]]
    may: bool
    consequence: Text
    # Who decides, where the class of the customer asks for a level.
    level: str
    form: StepForm | None
    link: Link | None
    acts: StepActs


@dataclass(frozen=True)
class ClockLine:
    """A clock of the order, running or ended."""

    name: str
    step: str
    started_at: datetime
    due_at: datetime | None
    is_provisional: bool
    is_supposed: bool
    ended_at: datetime | None
    chip: Chip


CONSEQUENCES: dict[str, Text] = {
    "seal": _("The transformers stand as sealed from today: their capacity is not charged from today on."),
    "unseal": _("The transformers run from today: their capacity is charged from today on."),
    "approve_change": _("Another person carries out what you approve."),
    "check_debts": _("It goes on once nothing is owed, or who takes over carries the debts."),
    "remove_meter": _("The meters come down today with what they show; own transformers stand as removed from today."),
    "remove_temporarily": _(
        "The meters come off today with what they show; own transformers are sealed, and no basic charge runs."
    ),
    "reinstall": _("The meters go up today with what they show; sealed transformers run again and are charged."),
    "draft_plan": _("The plan is written on a page of its own and goes to the others from there."),
    "answer_plan": _("From today the plan holds for its term; the customer decides on it."),
    "collect_fee": _("The fee is taken from what was paid in for the account; it is paid at the desk first."),
    "install_meter": _("The meters go up today, sealed, with what they show; each gets a usage point."),
    "energise": _("The supply is switched on today: transformers run, the account is supplied, contracts hold."),
    "open_account": _("Billing and reading begin with the day on which it was switched on."),
    "read_final": _("The readings count for the start of the day agreed; meters that came down were read then."),
    "bill_final": _("The final bill is calculated from these readings; another person issues it."),
    "issue_final": _("The bill is issued and booked, and the account is closed or handed over, in one go."),
    "settle": _("Whatever is held for the account is asked for as a refund that another person approves."),
    "end_contract": _("Contracts of the account end with the supply; drafts are given up."),
    "file_claim": _("What is owed stays on the closed account, open until the liquidator pays."),
}


def make_step_form(request: StaffRequest, order: ServiceOrder, step: str) -> StepForm | None:
    """Return the form of what a step asks for, None where nothing is entered."""
    today = to_shanghai(SystemClock().now()).date()
    asked = find_asked(actor=request.actor, order=order, step=step, on=today)
    return StepForm(request.POST if request.method == "POST" else None, asked=asked, today=today) if asked else None


@require_GET
@page_right(service_orders.VIEW)
def list_orders(request: StaffRequest) -> HttpResponse:
    """List orders, newest first."""
    return render_list(request, ORDERS)


@require_GET
@page_right(service_orders.VIEW)
def show_order(request: StaffRequest, number: str) -> HttpResponse:
    """Show an order, what comes next, and what the reader may do."""
    return render_order(request, find_order(request, number))


def render_order(request: StaffRequest, order: ServiceOrder, *, bound: StepForm | None = None) -> HttpResponse:
    """Draw the page of an order; `bound` is what was entered with a step and cannot stand."""
    actor = request.actor
    _hide_names(request, order)
    steps = queries.list_steps(actor=actor, order=order)
    notes = queries.list_notes(actor=actor, order=order)
    pauses = queries.list_pauses(actor=actor, order=order)
    names = _name_people(order, steps, notes, pauses)
    now = SystemClock().now()
    path, is_open = order.unit.path, order.ended_at is None
    has_effect = any(one.step in service_orders.LASTING and one.ended_by for one in steps)
    may_accept = is_open and actor.may(service_orders.ACCEPT, path)
    paused = any(one.ended_at is None for one in pauses)
    values = {
        "page": _head(order),
        "order": order,
        **draw_served_order(actor, order.account.customer, right=service_orders.APPROVE),
        "kind": words.kind_of(order.kind),
        "drawing": _draw(order, steps),
        "next": [_next(request, order, one, names, bound) for one in steps if one.ended_at is None and is_open],
        "lines": [_line(one, names, now) for one in steps],
        "notes": [(one, words.ACTS[one.act], _subject(order, steps, one, names), _who(names, one.by)) for one in notes],
        "clocks": [_clock_line(one, steps) for one in read_clocks(order=order, steps=steps, pauses=pauses, now=now)],
        "effects": draw_effects(actor=actor, order=order),
        "pauses": [(one, words.PAUSES[one.reason], _who(names, one.started_by)) for one in pauses],
        **_draw_asked(actor, order),
        "due": due_chip(order.due_at, now) if order.due_at else None,
        "accepted_by": _who(names, order.accepted_by),
        **draw_papers(request, order, may_accept=may_accept),
        "pause_reasons": list(words.PAUSES.items()),
        "is_open": is_open,
        "may_pause": may_accept and not paused and order.state == RunStatus.RUNNING.value,
        "may_resume": may_accept and paused,
        "may_cancel": may_accept and not has_effect,
        "may_manage": is_open and actor.may(service_orders.MANAGE, path),
        "is_hung": order.state == RunStatus.HUNG.value,
    }
    return render(request, "service_orders/order.html", values, status=422 if bound else 200)


def _draw_asked(actor: Actor, order: ServiceOrder) -> dict[str, Any]:
    """Return what an order is about: transformers, accounts that come, its plan, the spell that it began or ended."""
    transformers = queries.list_transformers(actor=actor, order=order)
    return {
        "transformers": [(one, words.kva(one.capacity_kva)) for one in transformers],
        "parts": draw_parts(actor, order),
        **draw_plan(actor, order),
        "spell": queries.find_spell(actor=actor, order=order),
    }


def _name_people(
    order: ServiceOrder, steps: Sequence[OrderStep], notes: Sequence[OrderNote], pauses: Sequence[OrderPause]
) -> Names:
    people = [order.accepted_by, *(one.ended_by or one.assignee for one in steps)]
    return Names([*people, *(one.by for one in notes), *(one.started_by for one in pauses)])


def _hide_names(request: StaffRequest, order: ServiceOrder) -> None:
    hide_names(request.actor, [order], find=lambda row: row.account.customer)
    if order.taker is not None:
        hide_names(request.actor, [order], find=lambda row: row.taker)


def find_order(request: StaffRequest, number: str) -> ServiceOrder:
    """
    Return an order of the reader's units.

    :raises Http404: if there is none of that number
    """
    try:
        return queries.get_order(actor=request.actor, number=number)
    except queries.OrderNotFound as refusal:
        raise Http404 from refusal


def _head(order: ServiceOrder) -> Page:
    clock = clock_chip(order)
    return Page(
        title=words.kind_of(order.kind),
        number=order.number,
        facts=[order.account.customer.name, order.account.number, order.unit.name],
        crumbs=[
            Crumb(_("Service orders")),
            Crumb(_("Orders"), reverse("web:service_orders")),
            Crumb(order.number),
        ],
        chips=[result_chip(order), *([clock] if clock else [])],
        menu_url=reverse("web:service_orders"),
        help=[
            _("Each step is done by its post; who approves never operates. Every time is that of the server."),
            _("What was sealed stands in the archive: only another order undoes it."),
        ],
    )


def _draw(order: ServiceOrder, steps: list[OrderStep]) -> ProcessDrawing:
    own = {one.path.split("/")[0]: one for one in steps}
    now = {one.path.split("/")[0] for one in steps if one.ended_at is None and order.ended_at is None}
    done = {name for name, one in own.items() if name not in now and one.ended_by}
    return draw_process(order.process_id, done=done, now=now)


def _next(
    request: StaffRequest, order: ServiceOrder, step: OrderStep, names: Names, bound: StepForm | None
) -> NextStep:
    right = service_orders.right_of_step(step.step)
    node = library().find_step(step.process_id, step.step)
    level = find_level(order=order, on=timezone.localdate()) if step.step in APPROVING else None
    path = level.unit.path if level else order.unit.path
    may = right is not None and request.actor.may(right, path)
    form = bound or (make_step_form(request, order, step.step) if may else None)
    return NextStep(
        step=step,
        name=words.step_of(step.process_id, step.step),
        post=words.post_of(step.process_id, step.step),
        person=_who(names, step.assignee),
        outcomes=[(code, words.outcome_of(code)) for code in node.outcomes],
        may=may and step.assignee in ("", request.actor.login) and order.state == RunStatus.RUNNING.value,
        consequence=CONSEQUENCES.get(step.step, ""),
        level=write_approval(level) if level else "",
        form=form,
        link=link_of_step(request.actor, order, step.step),
        acts=find_step_acts(request.actor, order, step),
    )


def _line(step: OrderStep, names: Names, now: datetime) -> StepLine:
    return StepLine(
        step=step,
        name=words.step_of(step.process_id, step.step),
        post=words.post_of(step.process_id, step.step),
        person=_who(names, step.ended_by or step.assignee),
        is_customer=step.post == CUSTOMER,
        took=_took(step, now),
        outcome=words.outcome_of(step.outcome) if step.outcome else pgettext_lazy("service order", "under way"),
    )


def _clock_line(one: ClockReading, steps: list[OrderStep]) -> ClockLine:
    due = one.due or one.due_if_resumed
    step = next((row for row in steps if row.step == one.step), None)
    chip = state_chip("order_clock", one.state.value)
    if one.colour is ClockColour.AMBER:
        chip = Chip("warn", chip.label)
    return ClockLine(
        name=words.promise_of(one.promise),
        step=words.step_of(step.process_id, step.step) if step else "",
        started_at=one.started_at,
        due_at=due.due_at if due else None,
        is_provisional=due is not None and due.is_provisional,
        is_supposed=one.due is None,
        ended_at=one.ended_at,
        chip=chip,
    )


def _took(step: OrderStep, now: datetime) -> str:
    days = (to_shanghai(step.ended_at or now).date() - to_shanghai(step.started_at).date()).days
    if days:
        return _now("%(count)s days") % {"count": days}
    minutes = int(((step.ended_at or now) - step.started_at).total_seconds()) // 60
    return pgettext("service order", "%(hours)d h %(minutes)d min") % {"hours": minutes // 60, "minutes": minutes % 60}


def _subject(order: ServiceOrder, steps: list[OrderStep], note: OrderNote, names: Names) -> Text:
    """Return what a note is about: a step and how it ended, the reason of a pause, or whom it went to."""
    name, _colon, outcome = note.subject.partition(":")
    if name in words.PAUSES:
        return words.PAUSES[name]
    # A step may end by the name of a notice; only what was told has a way behind it.
    if note.act == OrderAct.NOTIFIED.value:
        return f"{words.NOTICES[name]} · {words.WAYS[outcome]}"
    if name in words.LEVELS:
        return _level_of(steps, name, outcome)
    step = next((one for one in steps if one.step == name), None)
    if step is None:
        return ""
    said = words.step_of(step.process_id, step.step)
    return f"{said} · {words.outcome_of(outcome)}" if outcome not in ("", "DONE") else said


def _level_of(steps: list[OrderStep], level: str, clock: str) -> str:
    """Return before whom a clock came and which, a step or the whole."""
    step = next((one for one in steps if one.step == clock), None)
    name = words.step_of(step.process_id, step.step) if step else words.promise_of(clock)
    return f"{words.LEVELS[level]} · {name}"


def _who(names: Names, login: str) -> str:
    return names.of(login) if login else ""
