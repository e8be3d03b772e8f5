"""The supply plan of an order: drafted on a page of its own, shown on the order, extended, its drawing opened."""

from datetime import date
from functools import partial

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from dianke.application import service_orders
from dianke.application.service_orders import StepInput
from dianke.application.service_orders.planning import DrawingMissing, extend_plan
from dianke.application.service_orders.planning import open_drawing as read_drawing
from dianke.application.service_orders.rights import PLAN
from dianke.domain.service_orders.models import OrderStep, ServiceOrder
from dianke.domain.service_orders.operations.plans import PlanRefused
from dianke.domain.service_orders.queries import orders as queries
from dianke.domain.service_orders.queries.plans import (
    find_plan,
)
from dianke.interfaces.web.access import page_right
from dianke.interfaces.web.acting import carry_out
from dianke.interfaces.web.components.page import Crumb, Page
from dianke.interfaces.web.components.papers import send_paper
from dianke.interfaces.web.customers.uploads import read_upload
from dianke.interfaces.web.requests import StaffRequest
from dianke.interfaces.web.service_orders import words
from dianke.interfaces.web.service_orders.order_views import find_order
from dianke.interfaces.web.service_orders.plan_forms import WholePlan
from dianke.interfaces.web.shell.errors import explain
from dianke.kernel.clock import SystemClock
from dianke.kernel.errors import DomainError
from dianke.platform.audit.use_case import PermissionRefused
from dianke.platform.documents.operations import DocumentMissing

_DRAFTING = "draft_plan"


@require_http_methods(["GET", "POST"])
@page_right(PLAN)
def draft_plan(request: StaffRequest, number: str) -> HttpResponse:
    """Write the plan of an order and go on with it; refusals stand above the form."""
    order = find_order(request, number)
    step = next((one for one in queries.list_steps(actor=request.actor, order=order) if _waits(one)), None)
    if step is None:
        raise Http404
    before = find_plan(actor=request.actor, order=order)
    bound = (request.POST, request.FILES) if request.method == "POST" else (None, None)
    forms = WholePlan(*bound, actor=request.actor, order=order, before=before)
    refusals: list[dict[str, str]] = []
    if request.method == "POST" and forms.is_valid():
        try:
            _complete(request, order, step, forms)
        except PermissionRefused:
            raise
        except PlanRefused as refusal:
            refusals = [words.write_refusal(one) for one in refusal.facts["refusals"]]
        except DomainError as refusal:
            forms.plan.add_error(refusal.field if refusal.field in forms.plan.fields else None, explain(refusal))
        else:
            messages.success(request, _now("The plan is written; others countersign it."))
            return redirect("web:service_order", number=order.number)
    values = {"page": _head(order), "order": order, "forms": forms, "refusals": refusals, "before": before}
    return render(request, "service_orders/plan.html", values, status=422 if request.method == "POST" else 200)


def _waits(step: OrderStep) -> bool:
    return step.step == _DRAFTING and step.ended_at is None


def _complete(request: StaffRequest, order: ServiceOrder, step: OrderStep, forms: WholePlan) -> None:
    upload = read_upload(request.FILES.get("drawing"))
    revision = request.POST.get("revision", "")
    given = StepInput(plan=forms.read(), drawing=(upload.file_name, upload.content) if upload else None)
    service_orders.complete_step(
        actor=request.actor, number=order.number, serial=step.serial,
        revision=int(revision) if revision.isascii() and revision.isdigit() and len(revision) < 10 else 0,
        given=given, at=SystemClock().now(),
    )  # fmt: skip


@require_POST
@page_right(PLAN)
def extend(request: StaffRequest, number: str) -> HttpResponse:
    """Let a plan hold longer, as the customer asked."""
    find_order(request, number)
    try:
        until = date.fromisoformat(request.POST.get("until", ""))
    except ValueError as fault:
        raise Http404 from fault
    revision = request.POST.get("revision", "")
    act = partial(
        extend_plan, actor=request.actor, number=number, until=until, reason=request.POST.get("reason", ""),
        revision=int(revision) if revision.isascii() and revision.isdigit() and len(revision) < 10 else 0,
        at=SystemClock().now(),
    )  # fmt: skip
    back = f"{reverse('web:service_order', args=[number])}#plan"
    return carry_out(request, act, done=_now("The plan holds longer."), back=back, missing=queries.OrderNotFound)


@require_GET
@page_right(service_orders.VIEW)
def open_drawing(request: StaffRequest, number: str) -> HttpResponse:
    """Open the drawing of the plan."""
    try:
        document, content = read_drawing(actor=request.actor, number=number, at=SystemClock().now())
    except (queries.OrderNotFound, DrawingMissing, DocumentMissing) as missing:
        raise Http404 from missing
    return send_paper(request, document, content)


def _head(order: ServiceOrder) -> Page:
    return Page(
        title=_now("Draft the plan"),
        number=order.number,
        facts=[order.account.customer.name, words.kind_of(order.kind), order.unit.name],
        crumbs=[
            Crumb(_("Service orders")),
            Crumb(_("Orders"), reverse("web:service_orders")),
            Crumb(order.number, reverse("web:service_order", args=[order.number])),
        ],
        menu_url=reverse("web:service_orders"),
        help=[
            _("The plan is checked whole: every reason against it stands above with the article and the remedy."),
            _("A later version takes the place of this one; none is rewritten once the customer was answered."),
        ],
    )
