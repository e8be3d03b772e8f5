"""Pages of final bills: ask for one, look at one, take it back, bill who takes over."""

from datetime import date
from http import HTTPStatus

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from dianke.application import final_bills
from dianke.application.final_bills import FinalPreview
from dianke.domain.billing.models import FinalBilling
from dianke.domain.billing.queries import bills as bill_queries
from dianke.domain.billing.queries import finals as queries
from dianke.domain.billing.queries import runs as run_queries
from dianke.domain.billing.types import FinalKind, FinalState, RunStatus
from dianke.domain.customers import queries as customers
from dianke.domain.customers.models import CustomerAccount
from dianke.interfaces.web.access import page_right
from dianke.interfaces.web.acting import carry_out
from dianke.interfaces.web.billing.run_steps import start_in_worker
from dianke.interfaces.web.components import formats
from dianke.interfaces.web.components.page import Crumb, Page
from dianke.interfaces.web.components.states import state_chip
from dianke.interfaces.web.finals import words
from dianke.interfaces.web.finals.form import FinalForm
from dianke.interfaces.web.people import Names
from dianke.interfaces.web.requests import StaffRequest
from dianke.interfaces.web.shell.errors import explain
from dianke.kernel.clock import SystemClock, to_shanghai
from dianke.kernel.errors import DomainError
from dianke.platform.audit.use_case import PermissionRefused


@require_http_methods(["GET", "POST"])
@page_right(final_bills.RIGHT)
def draft_final(request: StaffRequest, number: str) -> HttpResponse:
    """Ask for the final bill of an account: the form, then what it comes to, then the order itself."""
    account = _find_account(request, number)
    today = to_shanghai(SystemClock().now()).date()
    day = _read_day(request.POST.get("final_date") or request.GET.get("on"), today)
    meters = queries.list_meters(points=queries.list_route_points(account=account), on=day)
    form = FinalForm(request.POST or None, actor=request.actor, meters=meters, initial={"final_date": day})
    preview = None
    if request.method == "POST" and form.is_valid():
        if request.POST.get("act") == "ask":
            final = _ask(request, account, form)
            if final is not None:
                messages.success(request, _("The final bill is asked for; its run waits for review and issue."))
                return redirect("web:final", key=final.pk)
        else:
            preview = _preview(request, account, form)
    values = {
        "page": _head_of_form(account),
        "form": form,
        "preview": preview,
        "is_handover": form.is_bound and form.data.get("kind") == FinalKind.HANDOVER.value,
        "back_url": reverse("web:customer_account", args=[account.number]),
    }
    status = HTTPStatus.UNPROCESSABLE_ENTITY if form.errors else HTTPStatus.OK
    return render(request, "finals/form.html", values, status=status)


def _find_account(request: StaffRequest, number: str) -> CustomerAccount:
    account = customers.get_account(actor=request.actor.within(final_bills.RIGHT), number=number)
    if account is None:
        raise Http404
    return account


def _read_day(text: str | None, today: date) -> date:
    try:
        return date.fromisoformat(text or "")
    except ValueError:
        return today


def _preview(request: StaffRequest, account: CustomerAccount, form: FinalForm) -> FinalPreview | None:
    try:
        return final_bills.preview_final(
            actor=request.actor, account_number=account.number, order=form.read_order(), at=SystemClock().now()
        )
    except PermissionRefused:
        raise
    except DomainError as refusal:
        _refuse(form, refusal)
    return None


def _ask(request: StaffRequest, account: CustomerAccount, form: FinalForm) -> FinalBilling | None:
    try:
        return final_bills.ask_final(
            actor=request.actor,
            account_number=account.number,
            order=form.read_order(),
            at=SystemClock().now(),
            expected_fen=form.cleaned_data["seen_fen"],
        )
    except PermissionRefused:
        raise
    except DomainError as refusal:
        _refuse(form, refusal)
    return None


def _refuse(form: FinalForm, refusal: DomainError) -> None:
    form.add_error(refusal.field if refusal.field in form.fields else None, explain(refusal))


def _head_of_form(account: CustomerAccount) -> Page:
    return Page(
        title=_("Final bill of %(name)s") % {"name": account.customer.name},
        number=account.number,
        facts=[account.unit.name],
        crumbs=[
            Crumb(_("Customer list"), reverse("web:customers")),
            Crumb(account.number, reverse("web:customer_account", args=[account.number])),
        ],
        menu_url=reverse("web:customers"),
        help=[
            _("The final bill covers the days from the last billed reading to the final day."),
            _("Capacity and demand count by their days of thirty; yearly tiers end with the months of service."),
            _("Look at what it comes to first. Somebody else reviews and issues it; then the account is closed."),
        ],
    )


@require_GET
@page_right("billing.view")
def show_final(request: StaffRequest, key: int) -> HttpResponse:
    """Show a final bill: who, when, why, its bills, its run, and what comes after."""
    final = _find_final(request, key)
    run = final.run
    is_issued = run.status == RunStatus.ISSUED.value
    bills = bill_queries.filter_run(actor=request.actor, run_id=run.pk, is_issued=is_issued)
    names = Names([final.asked_by, final.settled_by])
    _start, end = run_queries.get_whole_period(run.cycle_month)
    values = {
        "page": _head(final),
        "final": final,
        "kind": words.KINDS[final.kind],
        "run": run,
        "is_issued": is_issued,
        "bills": list(bills.order_by("id")),
        "asker": names.of(final.asked_by),
        "settler": names.of(final.settled_by),
        "month_end": end,
        "has_days_left": final.kind == FinalKind.HANDOVER.value and final.final_date < end,
        "may_withdraw": final.state == FinalState.ASKED.value and request.actor.may(final_bills.RIGHT, final.unit.path),
        "may_open": _may_open(request, final, end),
    }
    return render(request, "finals/final.html", values)


def _find_final(request: StaffRequest, key: int) -> FinalBilling:
    try:
        return queries.get_final(actor=request.actor, key=key)
    except queries.FinalBillingNotFound as error:
        raise Http404 from error


def _may_open(request: StaffRequest, final: FinalBilling, end: date) -> bool:
    return (
        final.kind == FinalKind.HANDOVER.value
        and final.state == FinalState.ISSUED.value
        and final.opening_run_id is None
        and final.final_date < end
        and request.actor.may("billing.run", final.unit.path)
    )


def _head(final: FinalBilling) -> Page:
    return Page(
        title=_("Final bill of %(name)s") % {"name": final.customer_name},
        number=final.number,
        facts=[str(words.KINDS[final.kind]), formats.day(final.final_date), final.unit.name],
        crumbs=[
            Crumb(_("Customer list"), reverse("web:customers")),
            Crumb(final.account.number, reverse("web:customer_account", args=[final.account.number])),
        ],
        chips=[state_chip("final_billing", final.state)],
        menu_url=reverse("web:customers"),
    )


@require_POST
@page_right(final_bills.RIGHT)
def withdraw_final(request: StaffRequest, key: int) -> HttpResponse:
    """Take a final bill back."""
    _find_final(request, key)
    return carry_out(
        request,
        lambda: final_bills.withdraw_final(actor=request.actor, key=key),
        done=_("The final bill is withdrawn; the readings stay."),
        back=reverse("web:final", kwargs={"key": key}),
    )


@require_POST
@page_right("billing.run")
def start_opening(request: StaffRequest, key: int) -> HttpResponse:
    """Start the run of the days after a hand-over."""
    _find_final(request, key)
    return start_in_worker(
        request,
        lambda: final_bills.start_opening(actor=request.actor, key=key, at=SystemClock().now()),
        refused=reverse("web:final", args=[key]),
    )
