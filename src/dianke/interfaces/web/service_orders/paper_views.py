"""Papers of an order and the customer's link: given, judged, looked at; the link made, shown once and closed."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET, require_POST

from dianke.application import service_orders
from dianke.application.service_orders.linked import KIND, PLACE
from dianke.domain.service_orders.models import OrderPaper, ServiceOrder
from dianke.domain.service_orders.operations.papers import PaperUnknown
from dianke.domain.service_orders.queries import orders as queries
from dianke.domain.service_orders.queries.orders import OrderNotFound
from dianke.interfaces.web.access import page_right
from dianke.interfaces.web.acting import carry_out
from dianke.interfaces.web.components.page import Chip, Crumb, Page, Text
from dianke.interfaces.web.components.papers import send_paper
from dianke.interfaces.web.components.states import state_chip
from dianke.interfaces.web.customers.uploads import read_upload
from dianke.interfaces.web.online.order_views import draw_picture
from dianke.interfaces.web.requests import StaffRequest
from dianke.interfaces.web.service_orders import words
from dianke.kernel.clock import SystemClock
from dianke.platform.documents.operations import DocumentMissing
from dianke.platform.links import operations as links


@dataclass(frozen=True)
class PaperLine:
    """A paper in the table of an order."""

    paper: OrderPaper
    name: Text
    before: Text
    chip: Chip
    place: str


def draw_papers(request: StaffRequest, order: ServiceOrder, *, may_accept: bool) -> Mapping[str, Any]:
    """Return what the page of an order shows of its papers and of the customer's link."""
    rows = queries.list_papers(actor=request.actor, order=order)
    link = links.find_open_link(actor=request.actor, kind=KIND, target=order.pk, at=SystemClock().now())
    return {
        "papers": [draw_paper(order, one) for one in rows],
        "may_judge": may_accept,
        "has_link": link is not None,
        "link_made_at": link.made_at if link else None,
        "refuse_reason": _("What is wrong with it"),
    }


def draw_paper(order: ServiceOrder, paper: OrderPaper) -> PaperLine:
    """Return a paper with its name in the reader's language and the step that waits for it."""
    place = f"{paper.latitude}, {paper.longitude}" if paper.latitude is not None else ""
    return PaperLine(
        paper=paper,
        name=words.paper_of(paper.code),
        before=words.step_title(paper.by_step) if paper.by_step else _("acceptance"),
        chip=state_chip("order_paper", paper.state),
        place=place,
    )


@require_POST
@page_right(service_orders.ACCEPT)
def give_paper(request: StaffRequest, number: str, code: str) -> HttpResponse:
    """Put a file to a paper."""
    upload = read_upload(request.FILES.get("file"))
    if upload is None:
        _require_order(request, number)
        messages.error(request, _now("Choose a file."))
        return _back(number)
    act = partial(service_orders.give_paper, paper=code, file_name=upload.file_name, content=upload.content)
    return _act(request, number, act, _now("The paper is there; somebody judges it."))


@require_POST
@page_right(service_orders.ACCEPT)
def judge_paper(request: StaffRequest, number: str, code: str) -> HttpResponse:
    """Accept a paper, or refuse it for a reason."""
    is_good = request.POST.get("judgement") == "accept"
    act = partial(service_orders.judge_paper, paper=code, is_good=is_good, reason=request.POST.get("reason", ""))
    return _act(request, number, act, _now("Accepted.") if is_good else _now("Refused; the customer sees why."))


@require_GET
@page_right(service_orders.VIEW)
def open_paper(request: StaffRequest, number: str, code: str) -> HttpResponse:
    """Give the file of a paper out."""
    try:
        paper, content = service_orders.open_paper(actor=request.actor, number=number, paper=code)
    except (OrderNotFound, PaperUnknown, DocumentMissing) as missing:
        raise Http404 from missing
    assert paper.document is not None  # noqa: S101 - open_paper returns papers with a file
    return send_paper(request, paper.document, content)


@require_POST
@page_right(service_orders.ACCEPT)
def change_link(request: StaffRequest, number: str) -> HttpResponse:
    """Make the customer's link and show it once, or close it."""
    order = _require_order(request, number)
    if request.POST.get("act") == "close":
        act = partial(service_orders.revoke_order_link)
        return _act(request, number, act, _now("The link no longer opens."))
    page = request.build_absolute_uri(reverse("portal:order", args=[PLACE]))
    secret = service_orders.make_order_link(actor=request.actor, number=number, page=page, at=SystemClock().now())
    address = request.build_absolute_uri(reverse("portal:order", args=[secret]))
    values = {
        "page": Page(
            title=_("Link for the customer"),
            number=order.number,
            crumbs=[
                Crumb(_("Service orders")),
                Crumb(_("Orders"), reverse("web:service_orders")),
                Crumb(order.number, reverse("web:service_order", args=[order.number])),
            ],
            menu_url=reverse("web:service_orders"),
        ),
        "order": order,
        "address": address,
        "picture": draw_picture(address),
    }
    answer = render(request, "service_orders/link.html", values)
    answer["Cache-Control"] = "private, no-store"
    return answer


def _require_order(request: StaffRequest, number: str) -> ServiceOrder:
    try:
        return queries.get_order(actor=request.actor, number=number, right=service_orders.ACCEPT)
    except OrderNotFound as absent:
        raise Http404 from absent


def _act(request: StaffRequest, number: str, act: Any, done: str) -> HttpResponse:
    _require_order(request, number)

    def carry() -> object:
        return act(actor=request.actor, number=number, at=SystemClock().now())

    return carry_out(request, carry, done=done, back=reverse("web:service_order", args=[number]), missing=PaperUnknown)


def _back(number: str) -> HttpResponse:
    return redirect("web:service_order", number=number)
