"""An account's own terms of payment: what holds, what was agreed before, and the proposal that waits."""

from collections.abc import Callable
from datetime import date
from http import HTTPStatus
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from dianke.application import claims
from dianke.domain.billing.models import AccountTerms
from dianke.domain.billing.queries import account_terms as queries
from dianke.domain.billing.rules.due_dates import get_standard_rule
from dianke.domain.billing.types import TermsState
from dianke.domain.customers.models import CustomerAccount
from dianke.interfaces.web.access import page_right
from dianke.interfaces.web.acting import carry_out
from dianke.interfaces.web.claims import words
from dianke.interfaces.web.claims.account_views import find_account
from dianke.interfaces.web.claims.forms import TermsForm
from dianke.interfaces.web.components.page import Chip, Crumb, Page
from dianke.interfaces.web.components.states import state_chip
from dianke.interfaces.web.people import Names
from dianke.interfaces.web.requests import StaffRequest
from dianke.kernel.clock import SystemClock, to_shanghai
from dianke.kernel.errors import DomainError
from dianke.platform.audit.use_case import PermissionRefused
from dianke.platform.identity.types import Actor


@require_GET
@page_right(claims.VIEW)
def show_terms(request: StaffRequest, number: str) -> HttpResponse:
    """Show the terms of payment of an account, and the form for whoever may propose others."""
    return _render(request, find_account(request, number, claims.VIEW), TermsForm(initial={"start": _today()}))


@require_POST
@page_right(claims.ASK)
def propose_terms(request: StaffRequest, number: str) -> HttpResponse:
    """Propose terms from a day on."""
    account = find_account(request, number, claims.ASK)
    form = TermsForm(request.POST)
    if form.is_valid() and _propose(request, account, form):
        messages.success(request, _("Another person decides on it now."))
        return redirect("web:account_terms", number=account.number)
    return _render(request, account, form, status=HTTPStatus.UNPROCESSABLE_ENTITY)


@require_POST
@page_right(claims.APPROVE)
def decide_terms(request: StaffRequest, terms_id: int) -> HttpResponse:
    """Approve or refuse terms that another person proposed."""
    reason, at = request.POST.get("reason", ""), SystemClock().now()
    if request.POST.get("decision") == "refuse":
        return _carry_out(
            request,
            terms_id,
            lambda: claims.refuse_account_terms(actor=request.actor, terms_id=terms_id, at=at, reason=reason),
            _("It is refused."),
        )
    return _carry_out(
        request,
        terms_id,
        lambda: claims.approve_account_terms(actor=request.actor, terms_id=terms_id, at=at, reason=reason),
        _("The terms hold from their day on."),
    )


@require_POST
@page_right(claims.ASK)
def withdraw_terms(request: StaffRequest, terms_id: int) -> HttpResponse:
    """Take one's own proposal back."""
    return _carry_out(
        request,
        terms_id,
        lambda: claims.withdraw_account_terms(actor=request.actor, terms_id=terms_id, at=SystemClock().now()),
        _("It is taken back."),
    )


def _propose(request: StaffRequest, account: CustomerAccount, form: TermsForm) -> bool:
    try:
        claims.propose_account_terms(
            actor=request.actor,
            account_number=account.number,
            new=form.read_terms(),
            reason=form.cleaned_data["reason"],
            at=SystemClock().now(),
        )
    except PermissionRefused:
        raise
    except DomainError as refusal:
        form.add_error(refusal.field if refusal.field in form.fields else None, words.explain_refusal(refusal))
        return False
    return True


def _carry_out(request: StaffRequest, terms_id: int, act: Callable[[], Any], done: str) -> HttpResponse:
    try:
        number = queries.get_terms(actor=request.actor, terms_id=terms_id).account.number
    except queries.TermsNotFound as missing:
        raise Http404 from missing
    back = reverse("web:account_terms", kwargs={"number": number})
    return carry_out(request, act, done=done, back=back, explain=words.explain_refusal, missing=queries.TermsNotFound)


def _render(
    request: StaffRequest, account: CustomerAccount, form: TermsForm, *, status: int = HTTPStatus.OK
) -> HttpResponse:
    actor, today = request.actor, _today()
    rows = queries.list_terms_of_account(actor=actor.within(claims.VIEW), account_id=account.pk)
    names = Names(login for row in rows for login in (row.proposed_by, row.decided_by))
    drawn = [_draw(actor, row, names, today) for row in rows]
    standard = get_standard_rule(usage_class=account.usage_class, issued_on=today)
    values = {
        "approve_hidden": {"decision": "approve"},
        "refuse_hidden": {"decision": "refuse"},
        "page": _head(account),
        "account": account,
        "form": form,
        "waiting": next((one for one in drawn if one["terms"].state == TermsState.PROPOSED.value), None),
        "rows": [one for one in drawn if one["terms"].state != TermsState.PROPOSED.value],
        "in_force": next((one for one in drawn if one["is_in_force"]), None),
        "standard": words.describe_due_rule(standard.kind.value, standard.value),
        "may_ask": actor.may(claims.ASK, account.unit.path),
    }
    return render(request, "claims/terms.html", values, status=status)


def _draw(actor: Actor, terms: AccountTerms, names: Names, today: date) -> dict[str, Any]:
    start, end = terms.period.lower, terms.period.upper
    is_in_force = terms.state == TermsState.APPROVED.value and start <= today and (end is None or today < end)
    path, is_waiting = terms.account.unit.path, terms.state == TermsState.PROPOSED.value
    return {
        "terms": terms,
        "start": start,
        "end": end,
        "due": words.describe_due_rule(terms.due_rule, terms.due_value),
        "rate": words.describe_rate(terms.late_fee_rate),
        "order": words.ORDERS.get(terms.allocation_order, _("as the house sets it")),
        "chip": _draw_state(terms, is_in_force=is_in_force, is_over=end is not None and end <= today),
        "is_in_force": is_in_force,
        "proposer": names.of(terms.proposed_by),
        "decider": names.of(terms.decided_by),
        "may_decide": is_waiting and terms.proposed_by != actor.login and actor.may(claims.APPROVE, path),
        "may_withdraw": is_waiting and terms.proposed_by == actor.login and actor.may(claims.ASK, path),
    }


def _draw_state(terms: AccountTerms, *, is_in_force: bool, is_over: bool) -> Chip:
    if is_in_force:
        return state_chip("account_terms", "IN_FORCE")
    return state_chip("account_terms", "OVER" if terms.state == TermsState.APPROVED.value and is_over else terms.state)


def _today() -> date:
    return to_shanghai(SystemClock().now()).date()


def _head(account: CustomerAccount) -> Page:
    return Page(
        title=_("Terms of payment: %(name)s") % {"name": account.customer.name},
        number=account.number,
        facts=[account.unit.name],
        crumbs=[
            Crumb(_("Customer list"), reverse("web:customers")),
            Crumb(account.number, reverse("web:customer_account", args=[account.number])),
        ],
        menu_url=reverse("web:customers"),
        help=[
            _("When bills fall due, what a late day costs and what money settles first, where this account agreed it."),
            _("One person proposes, another approves. Bills issued before follow what held then."),
        ],
    )
