"""Propose an agreement: choose bills, draw a plan, change its days and amounts, propose."""

from http import HTTPStatus
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods

from dianke.application import agreements
from dianke.domain.customers.models import CustomerAccount
from dianke.domain.customers.queries.accounts import get_account
from dianke.domain.receivables.models import Agreement
from dianke.domain.receivables.operations.agreements import UnableToAgree
from dianke.domain.receivables.queries.agreements import find_items_under_agreement
from dianke.domain.receivables.queries.debts import get_position
from dianke.domain.receivables.rules.agreements import AgreementPolicy, PlannedPart, get_policy
from dianke.interfaces.web.access import page_right
from dianke.interfaces.web.agreements import words
from dianke.interfaces.web.agreements.forms import AgreementForm, PartForm, build_rows, read_rows
from dianke.interfaces.web.agreements.lists import get_today
from dianke.interfaces.web.components.page import Crumb, Page
from dianke.interfaces.web.requests import StaffRequest
from dianke.interfaces.web.risk.leading import prefill
from dianke.interfaces.web.shell.errors import explain
from dianke.kernel.clock import SystemClock


@require_http_methods(["GET", "POST"])
@page_right(agreements.PROPOSE)
def propose_agreement(request: StaffRequest, number: str) -> HttpResponse:
    """Draw a plan for bills of an account, and propose it."""
    account = get_account(actor=request.actor.within(agreements.PROPOSE), number=number)
    if account is None:
        raise Http404
    today = get_today()
    policy = get_policy(day=today)
    position = get_position(actor=request.actor.within(agreements.PROPOSE), customer_account_id=account.pk, on=today)
    form = AgreementForm(
        request.POST or None,
        debts=position.debts,
        taken=set(find_items_under_agreement(account_ids=[account.pk])),
        today=today,
        most=policy.most_instalments,
    )
    prefill(request, account, form, reason="reason")
    rows: list[PartForm] = []
    if request.method == "POST" and form.is_valid():
        if request.POST.get("step") == "preview":
            return _render(request, account, form, build_rows(form.draw_plan()), policy)
        rows = read_rows(request.POST, policy.most_instalments)
        made = _propose(request, account, form, rows)
        if made is not None:
            messages.success(request, _now("Another person decides on it now."))
            return redirect("web:agreement", key=made.pk)
    status = HTTPStatus.UNPROCESSABLE_ENTITY if request.method == "POST" else HTTPStatus.OK
    return _render(request, account, form, rows, policy, status=status)


def _propose(
    request: StaffRequest, account: CustomerAccount, form: AgreementForm, rows: list[PartForm]
) -> Agreement | None:
    if not rows:
        form.add_error(None, _now("Draw the plan first."))
        return None
    # Each row says what is wrong with it, not the first alone.
    checked = [row.is_valid() for row in rows]
    if not all(checked):
        return None
    plan: list[PlannedPart] = [row.read() for row in rows]
    try:
        return agreements.propose_agreement(
            actor=request.actor, account_number=account.number, new=form.read(plan), at=SystemClock().now()
        )
    except UnableToAgree as refusal:
        form.add_error(refusal.field if refusal.field in form.fields else None, explain(refusal))
    return None


def _render(
    request: StaffRequest,
    account: CustomerAccount,
    form: AgreementForm,
    rows: list[PartForm],
    policy: AgreementPolicy,
    *,
    status: int = HTTPStatus.OK,
) -> HttpResponse:
    is_drawn = bool(rows) and form.is_bound and form.is_valid_so_far
    values: dict[str, Any] = {
        "page": _head(account),
        "account": account,
        "form": form,
        "rows": rows,
        "amount_fen": form.amount_fen if is_drawn else None,
        "policy": policy,
        "after_break": words.AFTER_BREAK[policy.after_break.value],
    }
    return render(request, "agreements/propose.html", values, status=status)


def _head(account: CustomerAccount) -> Page:
    return Page(
        title=_now("Agree on instalments: %(name)s") % {"name": account.customer.name},
        number=account.number,
        facts=[account.unit.name],
        crumbs=[
            Crumb(_("Agreements on instalments"), reverse("web:agreements")),
            Crumb(account.number, reverse("web:customer_money", args=[account.number])),
        ],
        menu_url=reverse("web:agreements"),
        help=[
            _("Choose the bills and draw a plan; days and amounts may then be changed as long as they add up."),
            _("Late fees are those of today: they are part of the plan. Another person approves it."),
            _("While it is kept its bills are not dunned for, and nobody is cut off for them."),
        ],
    )
