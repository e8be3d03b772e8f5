"""
An order as its customer sees it: where it stands, who has it, until when, what is missing.

Whoever holds the link is taken for the customer. A link that opens nothing, whatever the reason, is a page that is
not there; nothing on the page says more than the holder gave.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _now
from django.views.decorators.http import require_GET, require_POST

from dianke.application import service_orders
from dianke.application.service_orders.firms import choose_firm_by_link
from dianke.application.service_orders.linked import LinkedOrder
from dianke.domain.service_orders.models import OrderStep, PaperState
from dianke.domain.service_orders.queries import orders as queries
from dianke.domain.service_orders.rules.plans import FirmKind
from dianke.interfaces.portal.firm_choice import draw_choices, read_shown
from dianke.interfaces.web.customers.uploads import read_upload
from dianke.interfaces.web.requests import address_of
from dianke.interfaces.web.service_orders import words
from dianke.interfaces.web.service_orders.order_list import result_chip
from dianke.interfaces.web.service_orders.paper_views import draw_paper
from dianke.interfaces.web.service_orders.plan_panel import draw_answered_plan
from dianke.interfaces.web.shell.errors import explain
from dianke.kernel.clock import SystemClock
from dianke.kernel.errors import DomainError
from dianke.kernel.masks import mask_name
from dianke.platform.processes.types import CUSTOMER

# Somebody who gives more has another aim than papers.
MOST_PAPERS = 60


@dataclass(frozen=True)
class StepLine:
    """A step that the order came to."""

    name: str
    who: str
    is_now: bool
    is_customer: bool
    ended_at: datetime | None


@dataclass(frozen=True)
class OwnStep:
    """A step that waits for the customer, with what it may end with."""

    step: OrderStep
    name: str
    outcomes: list[tuple[str, Any]]


@login_not_required
@require_GET
def show_order(request: HttpRequest, secret: str) -> HttpResponse:
    """Show where the order of a link stands."""
    return _close_up(render(request, "portal/order.html", _describe(_open(request, secret), secret)))


@login_not_required
@require_POST
def give_paper(request: HttpRequest, secret: str, code: str) -> HttpResponse:
    """Take a paper of the customer."""
    found = _open(request, secret)
    upload = read_upload(request.FILES.get("file"))
    if upload is None:
        messages.error(request, _now("Choose a file."))
        return _close_up(redirect("portal:order", secret=secret))
    if queries.count_notes(actor=found.actor, order=found.order, by=found.actor.login) >= MOST_PAPERS:
        messages.error(request, _now("Too many files were given by this link; please call the unit."))
        return _close_up(redirect("portal:order", secret=secret))

    def act() -> object:
        return service_orders.give_paper_by_link(
            actor=found.actor, number=found.order.number, paper=code, file_name=upload.file_name,
            content=upload.content, position=_read_position(request), at=SystemClock().now(),
        )  # fmt: skip

    return _carry_out(request, secret, act, _now("The paper was received; it will be judged."))


@login_not_required
@require_POST
def answer_step(request: HttpRequest, secret: str) -> HttpResponse:
    """End a step that is the customer's own."""
    found = _open(request, secret)

    def act() -> object:
        return service_orders.answer_by_link(
            actor=found.actor, number=found.order.number, serial=_number(request, "serial"),
            revision=_number(request, "revision"), outcome=request.POST.get("outcome", ""),
            reason=request.POST.get("reason", "")[:200], at=SystemClock().now(),
        )  # fmt: skip

    return _carry_out(request, secret, act, _now("Thank you. The order goes on."))


@login_not_required
@require_POST
def choose_firm(request: HttpRequest, secret: str) -> HttpResponse:
    """Take the customer's signed choice of a firm of a kind."""
    found = _open(request, secret)
    try:
        kind = FirmKind(request.POST.get("kind", ""))
    except ValueError as fault:
        raise Http404 from fault
    if queries.count_notes(actor=found.actor, order=found.order, by=found.actor.login) >= MOST_PAPERS:
        messages.error(request, _now("Too many files were given by this link; please call the unit."))
        return _close_up(redirect("portal:order", secret=secret))
    chosen = request.POST.get("firm", "")
    shown = read_shown(found.order, kind, request.POST.get("shown", ""))
    if shown is None:
        messages.error(request, _now("Open the page again and choose from the list that it shows."))
        return _close_up(redirect("portal:order", secret=secret))

    def act() -> object:
        return choose_firm_by_link(
            actor=found.actor, number=found.order.number, kind=kind,
            firm_id=int(chosen) if chosen.isascii() and chosen.isdigit() and len(chosen) < 10 else None,
            name=request.POST.get("name", "")[:120], shown=shown,
            signed_name=request.POST.get("signed_name", "")[:60], at=SystemClock().now(),
        )  # fmt: skip

    return _carry_out(request, secret, act, _now("Your choice is kept."))


def _open(request: HttpRequest, secret: str) -> LinkedOrder:
    found = service_orders.open_order_link(secret=secret, address=address_of(request), at=SystemClock().now())
    if found is None:
        raise Http404
    return found


def _describe(found: LinkedOrder, secret: str) -> dict[str, Any]:
    order = found.order
    is_open = order.ended_at is None
    waiting = [one for one in found.steps if one.ended_at is None and is_open]
    papers = queries.list_papers(actor=found.actor.within("orders.by_link"), order=order)
    paused = next((one for one in found.pauses if one.ended_at is None), None)
    return {
        "secret": secret,
        "order": order,
        "kind": words.kind_of(order.kind),
        "chip": result_chip(order),
        "customer": mask_name(order.account.customer.name),
        "account": f"{'*' * 6}{order.account.number[-4:]}",
        "is_open": is_open,
        **draw_answered_plan(found.actor.within("orders.by_link"), order),
        "choices": draw_choices(found.actor.within("orders.by_link"), order) if is_open else [],
        "steps": [_draw_step(one, is_now=one in waiting) for one in found.steps if one.outcome != "UNDONE"],
        "waits_for_customer": any(one.post == CUSTOMER for one in waiting),
        "paused": words.PAUSES[paused.reason] if paused else "",
        "own": [_draw_own(one) for one in waiting if one.post == CUSTOMER],
        "papers": [draw_paper(order, one) for one in papers if one.state != PaperState.ACCEPTED.value],
        "accepted": sum(one.state == PaperState.ACCEPTED.value for one in papers),
        "all_papers": len(papers),
    }


def _draw_step(one: OrderStep, *, is_now: bool) -> StepLine:
    return StepLine(
        name=words.step_of(one.process_id, one.step),
        who=words.post_of(one.process_id, one.step),
        is_now=is_now,
        is_customer=one.post == CUSTOMER,
        ended_at=one.ended_at,
    )


def _draw_own(one: OrderStep) -> OwnStep:
    node = words.find_node(one.process_id, one.step)
    return OwnStep(
        step=one,
        name=words.step_of(one.process_id, one.step),
        outcomes=[(code, words.outcome_of(code)) for code in node.outcomes],
    )


def _read_position(request: HttpRequest) -> tuple[Decimal, Decimal] | None:
    """Return latitude and longitude as the phone gave them, or None."""
    try:
        latitude = Decimal(request.POST.get("latitude", ""))
        longitude = Decimal(request.POST.get("longitude", ""))
    except InvalidOperation:
        return None
    is_place = latitude.is_finite() and longitude.is_finite() and abs(latitude) <= 90 and abs(longitude) <= 180
    return (latitude, longitude) if is_place else None


def _number(request: HttpRequest, name: str) -> int:
    text = request.POST.get(name, "")
    if not (text.isascii() and text.isdigit() and len(text) < 10):
        raise Http404
    return int(text)


def _carry_out(request: HttpRequest, secret: str, act: Callable[[], object], done: str) -> HttpResponse:
    try:
        act()
    except DomainError as refusal:
        messages.error(request, explain(refusal))
    else:
        messages.success(request, done)
    return _close_up(redirect("portal:order", secret=secret))


def _close_up(answer: HttpResponse) -> HttpResponse:
    """Keep the address, which is the secret, out of caches, search engines and what other sites are told."""
    answer["Cache-Control"] = "private, no-store"
    # Not "no-referrer": browsers then send forms with the origin "null", which no check of forged requests lets pass.
    answer["Referrer-Policy"] = "same-origin"
    answer["X-Robots-Tag"] = "noindex, nofollow"
    return answer
