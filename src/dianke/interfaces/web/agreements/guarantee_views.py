"""Guarantees: recorded with their paper, shown, released or called by two persons."""

from http import HTTPStatus
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from dianke.application import agreements
from dianke.domain.collection.types import RiskThing
from dianke.domain.customers.models import CustomerAccount
from dianke.domain.customers.queries.accounts import get_account
from dianke.domain.receivables.models import Guarantee
from dianke.domain.receivables.operations.guarantees import UnableToRecordGuarantee
from dianke.domain.receivables.queries import guarantees as queries
from dianke.domain.receivables.types import GuaranteeState
from dianke.interfaces.web.access import page_right
from dianke.interfaces.web.acting import carry_out
from dianke.interfaces.web.agreements import words
from dianke.interfaces.web.agreements.forms import GuaranteeForm
from dianke.interfaces.web.agreements.lists import draw_guarantee, get_today
from dianke.interfaces.web.components.page import Crumb, Page
from dianke.interfaces.web.components.papers import send_paper
from dianke.interfaces.web.people import Names
from dianke.interfaces.web.requests import StaffRequest
from dianke.interfaces.web.risk.leading import list_measures_of, prefill
from dianke.interfaces.web.shell.errors import explain
from dianke.kernel.clock import SystemClock
from dianke.platform.documents.operations import DocumentMissing, UnableToAddDocument


@require_http_methods(["GET", "POST"])
@page_right(agreements.PROPOSE)
def record_guarantee(request: StaffRequest, number: str) -> HttpResponse:
    """Record a guarantee for an account."""
    account = get_account(actor=request.actor.within(agreements.PROPOSE), number=number)
    if account is None:
        raise Http404
    form = GuaranteeForm(request.POST or None, request.FILES or None, initial={"valid_from": get_today()})
    prefill(request, account, form, amount="amount")
    if request.method == "POST" and form.is_valid():
        made = _record(request, account, form)
        if made is not None:
            messages.success(request, _now("The guarantee is recorded."))
            return redirect("web:guarantee", key=made.pk)
    head = Page(
        title=_now("Record a guarantee: %(name)s") % {"name": account.customer.name},
        number=account.number,
        facts=[account.unit.name],
        crumbs=[
            Crumb(_("Guarantees"), reverse("web:guarantees")),
            Crumb(account.number, reverse("web:customer_money", args=[account.number])),
        ],
        menu_url=reverse("web:guarantees"),
        help=[_("A guarantee books nothing: what a guarantor pays comes in as a payment of the account.")],
    )
    status = HTTPStatus.UNPROCESSABLE_ENTITY if request.method == "POST" else HTTPStatus.OK
    values = {"page": head, "form": form, "account": account}
    return render(request, "agreements/guarantee_form.html", values, status=status)


@require_GET
@page_right(agreements.VIEW)
def show_guarantee(request: StaffRequest, key: int) -> HttpResponse:
    """Show a guarantee with its papers and the acts on it."""
    guarantee, actor = _find(request, key), request.actor
    path, names = guarantee.account.unit.path, Names([guarantee.recorded_by, guarantee.asked_by, guarantee.decided_by])
    is_held, is_asked = guarantee.state == GuaranteeState.HELD.value, bool(guarantee.asked_state)
    may_ask = is_held and not is_asked and actor.may(agreements.PROPOSE, path)
    values: dict[str, Any] = {
        "page": _head(guarantee),
        "risk_measures": list_measures_of(request.actor, RiskThing.GUARANTEE, guarantee.pk),
        "guarantee": guarantee,
        "kind": words.GUARANTEE_KINDS[guarantee.kind],
        "papers": queries.list_papers(actor=actor, guarantee=guarantee),
        "recorder": names.of(guarantee.recorded_by),
        "asker": names.of(guarantee.asked_by),
        "decider": names.of(guarantee.decided_by),
        "asked": words.CHANGES.get(guarantee.asked_state, ""),
        "is_over": guarantee.valid_until_date < get_today(),
        "may_release": may_ask,
        "may_call": may_ask and guarantee.valid_until_date >= get_today(),
        "may_decide": is_held
        and is_asked
        and guarantee.asked_by != actor.login
        and actor.may(agreements.APPROVE, path),
        "release_hidden": {"to": GuaranteeState.RELEASED.value},
        "call_hidden": {"to": GuaranteeState.CALLED.value},
        "approve_hidden": {"decision": "approve"},
        "refuse_hidden": {"decision": "refuse"},
    }
    return render(request, "agreements/guarantee.html", values)


@require_GET
@page_right(agreements.VIEW)
def show_paper(request: StaffRequest, key: int) -> HttpResponse:
    """Give a paper of a guarantee out."""
    try:
        paper = queries.get_paper(actor=request.actor.within(agreements.VIEW), key=key)
        content = agreements.open_guarantee_paper(actor=request.actor, key=key)
    except (queries.GuaranteeUnknown, DocumentMissing) as missing:
        raise Http404 from missing
    return send_paper(request, paper.document, content)


@require_POST
@page_right(agreements.PROPOSE)
def ask_change(request: StaffRequest, key: int) -> HttpResponse:
    """Ask that a guarantee is released or called."""
    is_call = request.POST.get("to") == GuaranteeState.CALLED.value
    to, reason = GuaranteeState.CALLED if is_call else GuaranteeState.RELEASED, request.POST.get("reason", "")
    return _act(
        request, key, _now("Another person decides on it now."),
        lambda: agreements.ask_guarantee_change(
            actor=request.actor, key=key, to=to, reason=reason, at=SystemClock().now()
        ),
    )  # fmt: skip


@require_POST
@page_right(agreements.APPROVE)
def decide_change(request: StaffRequest, key: int) -> HttpResponse:
    """Release or call a guarantee as another person asked, or hold it on."""
    is_approved = request.POST.get("decision") == "approve"
    return _act(
        request, key, _now("It is done as asked.") if is_approved else _now("The guarantee is held on."),
        lambda: agreements.decide_guarantee_change(
            actor=request.actor, key=key, is_approved=is_approved, at=SystemClock().now()
        ),
    )  # fmt: skip


def _record(request: StaffRequest, account: CustomerAccount, form: GuaranteeForm) -> Guarantee | None:
    file = form.cleaned_data["paper"]
    try:
        return agreements.record_guarantee(
            actor=request.actor, account_number=account.number, new=form.read(),
            files=[(file.name, file.read())], at=SystemClock().now(),
        )  # fmt: skip
    except UnableToAddDocument as refusal:
        form.add_error("paper", explain(refusal))
    except UnableToRecordGuarantee as refusal:
        form.add_error(refusal.field if refusal.field in form.fields else None, explain(refusal))
    return None


def _act(request: StaffRequest, key: int, done: str, act: Any) -> HttpResponse:
    back = reverse("web:guarantee", args=[key])
    return carry_out(request, act, done=done, back=back, missing=queries.GuaranteeUnknown)


def _find(request: StaffRequest, key: int) -> Guarantee:
    try:
        return queries.get_guarantee(actor=request.actor.within(agreements.VIEW), key=key)
    except queries.GuaranteeUnknown as unknown:
        raise Http404 from unknown


def _head(guarantee: Guarantee) -> Page:
    account = guarantee.account
    return Page(
        title=_now("Guarantee: %(name)s") % {"name": account.customer.name},
        number=guarantee.number,
        facts=[account.number, account.unit.name],
        chips=[draw_guarantee(guarantee, get_today())],
        crumbs=[
            Crumb(_("Guarantees"), reverse("web:guarantees")),
            Crumb(account.number, reverse("web:customer_money", args=[account.number])),
        ],
        menu_url=reverse("web:guarantees"),
        help=[
            _("Release it when the debts that it stands for are paid; call it when the customer does not pay."),
            _("A call books nothing: what the guarantor pays comes in as a payment of the account."),
        ],
    )
