"""A batch: its application with a list, how far its parts are, and buttons that move all of them."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from dianke.application import batch_supplies, service_orders
from dianke.application.batch_supplies import BatchFileFaulty
from dianke.application.batch_supplies.files import FLATS, METERS, list_faults, write_rejects, write_template
from dianke.application.imports.checking import Checked
from dianke.domain.customers.models import CustomerAccount
from dianke.domain.customers.types import AccountStatus
from dianke.domain.service_orders.models import ServiceOrder
from dianke.domain.service_orders.operations.accepting import ApplicationRefused
from dianke.domain.service_orders.queries import batches
from dianke.domain.service_orders.queries.facts import gather_account_facts
from dianke.domain.service_orders.types import OrderKind
from dianke.interfaces.web.access import page_right
from dianke.interfaces.web.components.page import Crumb, Page
from dianke.interfaces.web.customers.naming import hide_names
from dianke.interfaces.web.customers.uploads import read_upload
from dianke.interfaces.web.imports.words import language
from dianke.interfaces.web.requests import StaffRequest
from dianke.interfaces.web.service_orders import words
from dianke.interfaces.web.service_orders.batch_acts import ACTS, BatchAct, list_acts
from dianke.interfaces.web.service_orders.batch_forms import BatchForm, MeterListForm
from dianke.interfaces.web.service_orders.order_list import result_chip
from dianke.interfaces.web.service_orders.order_views import find_order
from dianke.interfaces.web.shell.errors import explain
from dianke.kernel.clock import SystemClock, to_shanghai
from dianke.kernel.errors import DomainError
from dianke.platform.audit.use_case import PermissionRefused

_SHOWN, _FAULTS_SHOWN = 100, 200
_LISTS = {"flats": FLATS, "meters": METERS}


@require_http_methods(["GET", "POST"])
@page_right(service_orders.ACCEPT)
def new_batch(request: StaffRequest, number: str) -> HttpResponse:
    """Take the application for an estate; every fault of its list is shown, and bad rows can be taken back."""
    account, now = _find_planned(request, number), SystemClock().now()
    facts = gather_account_facts(
        actor=request.actor.within(service_orders.ACCEPT), account=account, on=to_shanghai(now).date()
    )
    form = BatchForm(request.POST or None, request.FILES or None, facts=facts, today=to_shanghai(now).date())
    values: dict[str, Any] = {"faults": [], "refusals": []}
    if request.method == "POST" and form.is_valid():
        upload = read_upload(form.cleaned_data["file"])
        assert upload is not None  # noqa: S101 - the form asks for it
        try:
            order = batch_supplies.accept_batch(
                actor=request.actor, account_number=number, application=form.read(), content=upload.content,
                takes_good_rows=form.cleaned_data["takes_good_rows"], at=now,
            )  # fmt: skip
        except PermissionRefused:
            raise
        except BatchFileFaulty as refusal:
            values |= _draw_faults(request, refusal)
        except ApplicationRefused as refusal:
            values["refusals"] = [words.write_refusal(one) for one in refusal.facts["refusals"]]
        except DomainError as refusal:
            form.add_error(refusal.field if refusal.field in form.fields else None, explain(refusal))
        else:
            messages.success(request, _now("Accepted as %(number)s.") % {"number": order.number})
            return redirect("web:service_batch", number=order.number)
    values |= {"page": _head_of_new(account), "form": form, "back": reverse("web:customer_account", args=[number])}
    return render(request, "service_orders/batch_new.html", values, status=422 if request.method == "POST" else 200)


@require_GET
@page_right(service_orders.VIEW)
def show_batch(request: StaffRequest, number: str) -> HttpResponse:
    """Show how far the parts of a batch are, and what can be done with all of them."""
    return _render(request, _find_batch(request, number))


@require_POST
@page_right(service_orders.VIEW)
def load_meters(request: StaffRequest, number: str) -> HttpResponse:
    """Take the list of meters; every fault is shown."""
    order, form = _find_batch(request, number), MeterListForm(request.POST, request.FILES)
    upload = read_upload(request.FILES.get("file"))
    if not form.is_valid() or upload is None:
        return _render(request, order, meter_form=form, status=422)
    try:
        count = batch_supplies.name_meters(
            actor=request.actor, number=number, content=upload.content,
            takes_good_rows=form.cleaned_data["takes_good_rows"], at=SystemClock().now(),
        )  # fmt: skip
    except BatchFileFaulty as refusal:
        return _render(request, order, meter_form=form, status=422, **_draw_faults(request, refusal))
    messages.success(request, _now("%(count)s meters are named; they can be put up.") % {"count": count})
    return redirect("web:service_batch", number=number)


@require_POST
@page_right(service_orders.VIEW)
def move_parts(request: StaffRequest, number: str, act: str) -> HttpResponse:
    """
    Move a stretch of parts and answer with how far it is; the page asks again until all are through.

    Who has no script sees the page after each stretch and goes on by the button.
    """
    order = _find_batch(request, number)
    known = ACTS.get(act)
    if known is None:
        raise Http404
    after, done = _number(request, "after"), _number(request, "done")
    try:
        found = known.carry_out(request, order.number, after)
    except PermissionRefused:
        raise
    except DomainError as refusal:
        messages.error(request, explain(refusal))
        return _back(request, number)
    done += found.done
    for flat, why in found.failed:
        messages.warning(request, f"{flat}: {explain(why)}")
    if found.is_over or len(found.failed) == batch_supplies.AT_ONCE:
        messages.success(request, _now("%(count)s parts went on.") % {"count": done})
        return _back(request, number)
    values = {"order": order, "act": known, "given": known.read(request), "after": found.last, "done": done}
    values["total"] = done + _count_left(request, order, known)
    return render(request, "service_orders/batch_moving.html", values)


@require_GET
@page_right(service_orders.VIEW)
def give_template(request: StaffRequest, name: str) -> HttpResponse:
    """Give out the empty list of places or of meters."""
    spec = _LISTS.get(name)
    if spec is None:
        raise Http404
    answer = HttpResponse(write_template(spec), content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="{spec.name}.csv"'
    return answer


def _render(
    request: StaffRequest,
    order: ServiceOrder,
    *,
    meter_form: MeterListForm | None = None,
    status: int = 200,
    **more: Any,
) -> HttpResponse:
    actor = request.actor
    parts = list(batches.filter_parts(actor=actor, order=order)[:_SHOWN])
    hide_names(actor, parts, find=lambda row: row.account.customer)
    count = batches.count_parts(actor=actor, order=order)
    values = {
        "page": _head(order),
        "order": order,
        "count": count,
        "flats": len(order.asked.get("flats", [])),
        "parts": [(one, one.asked.get("flat", ""), result_chip(one)) for one in parts],
        "more": max(0, count.total - len(parts)),
        "waiting": [(words.step_title(step), number) for step, number in sorted(count.waiting.items())],
        "acts": list_acts(actor, order, count),
        "meter_form": meter_form or MeterListForm(),
        "may_name": actor.may("archive.edit", order.unit.path) and "install_meter" in count.waiting,
        **more,
    }
    return render(request, "service_orders/batch.html", values, status=status)


def _draw_faults(request: StaffRequest, refusal: BatchFileFaulty) -> dict[str, Any]:
    checked: Checked = refusal.facts["checked"]
    told = list_faults(checked, language())
    rejects = write_rejects(checked, language()).decode("utf-8-sig") if checked.bad else ""
    return {
        "faults": told[:_FAULTS_SHOWN],
        "fault_count": len(told),
        "good": refusal.facts["good"],
        "bad": refusal.facts["bad"],
        "rejects": rejects,
    }


def _count_left(request: StaffRequest, order: ServiceOrder, act: BatchAct) -> int:
    return batches.count_parts(actor=request.actor, order=order).waiting.get(act.step, 0)


def _back(request: StaffRequest, number: str) -> HttpResponse:
    address = reverse("web:service_batch", args=[number])
    if request.headers.get("HX-Request"):
        answer = HttpResponse(status=204)
        answer["HX-Redirect"] = address
        return answer
    return redirect(address)


def _find_batch(request: StaffRequest, number: str) -> ServiceOrder:
    order = find_order(request, number)
    if order.kind != OrderKind.BATCH.value:
        raise Http404
    return order


def _find_planned(request: StaffRequest, number: str) -> CustomerAccount:
    rows = CustomerAccount.objects.for_actor(request.actor, service_orders.ACCEPT).select_related("customer__unit")
    account: CustomerAccount | None = rows.filter(number=number, status=AccountStatus.PLANNED.value).first()
    if account is None:
        raise Http404
    return account


def _head(order: ServiceOrder) -> Page:
    return Page(
        title=_("Parts of the batch"),
        number=order.number,
        facts=[order.account.customer.name, order.unit.name],
        crumbs=[
            Crumb(_("Service orders")),
            Crumb(_("Orders"), reverse("web:service_orders")),
            Crumb(order.number, reverse("web:service_order", args=[order.number])),
        ],
        chips=[result_chip(order)],
        menu_url=reverse("web:service_orders"),
        help=[
            _("Each place has an order, a meter, a contract and an account of its own; plan and works are shared."),
            _("A button moves every part that can go on; what stands against one is told and stops no other."),
        ],
    )


def _head_of_new(account: CustomerAccount) -> Page:
    return Page(
        title=pgettext_lazy("service order", "Take the application of an estate"),
        number=account.number,
        facts=[account.customer.name, account.customer.unit.name],
        crumbs=[
            Crumb(_("Service orders")),
            Crumb(_("Orders"), reverse("web:service_orders")),
            Crumb(account.number, reverse("web:customer_account", args=[account.number])),
        ],
        menu_url=reverse("web:service_orders"),
        help=[_("The list is checked whole; nothing enters the archive while a row cannot stand, unless you say so.")],
    )


def _number(request: StaffRequest, name: str) -> int:
    text = request.POST.get(name, "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 12 else 0
