"""Contracts drafted from an account, and drafts written anew."""

from collections.abc import Callable, Mapping
from datetime import date
from http import HTTPStatus
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods

from dianke.application import contracts
from dianke.application.contracts.facts import gather_facts
from dianke.application.contracts.orders import DRAFT
from dianke.domain.contracts import queries
from dianke.domain.contracts.models import ContractVersion
from dianke.domain.contracts.types import ContractKind, VersionState
from dianke.domain.customers.models import CustomerAccount
from dianke.domain.customers.queries.accounts import get_account
from dianke.interfaces.web.access import page_right
from dianke.interfaces.web.components.page import Crumb, Page
from dianke.interfaces.web.contracts import words
from dianke.interfaces.web.contracts.forms import VersionForm
from dianke.interfaces.web.contracts.lists import get_today
from dianke.interfaces.web.requests import StaffRequest
from dianke.interfaces.web.service_orders.effects import find_contract_facts
from dianke.interfaces.web.shell.errors import explain
from dianke.kernel.clock import SystemClock
from dianke.kernel.errors import DomainError
from dianke.platform.audit.use_case import PermissionRefused


@require_http_methods(["GET", "POST"])
@page_right(DRAFT)
def draft_contract(request: StaffRequest, number: str) -> HttpResponse:
    """Draft a contract of a kind from what is known of an account."""
    account = get_account(actor=request.actor.within(DRAFT), number=number)
    if account is None:
        raise Http404
    today, known = get_today(), gather_facts(actor=request.actor, account=account, on=get_today())
    start, party = find_contract_facts(actor=request.actor, account_number=number, number=request.GET.get("order", ""))
    kind = _read_kind(request, {**known, **party})
    form = _make_form(request, kind, start or today, {**known, **party})

    def write() -> ContractVersion:
        return contracts.draft_contract(
            actor=request.actor, account_number=account.number, kind=kind, start=form.cleaned_data["start"],
            given={**form.read(), **party}, at=SystemClock().now(),
        )  # fmt: skip

    return _answer(request, account, form, write, kind=kind, url=reverse("web:customer_account", args=[account.number]))


@require_http_methods(["GET", "POST"])
@page_right(DRAFT)
def change_contract(request: StaffRequest, key: int) -> HttpResponse:
    """Write a draft, or what was refused, anew."""
    try:
        version = queries.get_version(actor=request.actor.within(DRAFT), key=key)
    except queries.ContractUnknown as unknown:
        raise Http404 from unknown
    if version.state not in (VersionState.DRAFT.value, VersionState.REFUSED.value):
        messages.error(request, _now("Only a draft is changed; renew what holds instead."))
        return redirect("web:contract", key=key)
    form = _make_form(request, ContractKind(version.kind), version.period.lower, version.parameters)

    def write() -> ContractVersion:
        return contracts.change_contract(
            actor=request.actor, key=key, start=form.cleaned_data["start"], given=form.read(), at=SystemClock().now()
        )

    return _answer(request, version.account, form, write, kind=None, url=reverse("web:contract", args=[key]))


def _make_form(request: StaffRequest, kind: ContractKind, start: date, known: Mapping[str, str]) -> VersionForm:
    template = queries.find_template(actor=request.actor, kind=kind, on=start)
    return VersionForm(request.POST or None, template=template, start=start, known=known)


def _read_kind(request: StaffRequest, known: Mapping[str, str]) -> ContractKind:
    asked = request.POST.get("kind") or request.GET.get("kind", "")
    if asked in words.KINDS:
        return ContractKind(asked)
    if "kV" in known.get("voltage", ""):
        return ContractKind.HIGH_VOLTAGE
    return ContractKind.RESIDENTIAL if "居民" in known.get("usage", "") else ContractKind.LOW_VOLTAGE


def _answer(
    request: StaffRequest,
    account: CustomerAccount,
    form: VersionForm,
    write: Callable[[], ContractVersion],
    *,
    kind: ContractKind | None,
    url: str,
) -> HttpResponse:
    if request.method == "POST" and form.is_valid():
        try:
            version = write()
        except PermissionRefused:
            raise
        except DomainError as refusal:
            field = "start" if refusal.field == "start" else f"p_{refusal.field}"
            form.add_error(field if field in form.fields else None, explain(refusal))
        else:
            messages.success(request, _now("The draft is written."))
            return redirect("web:contract", key=version.pk)
    values: dict[str, Any] = {
        "page": _head(account, is_new=kind is not None),
        "form": form,
        "kind": kind.value if kind else "",
        "kinds": words.KINDS.items(),
        "order": request.GET.get("order", ""),
        "back_url": url,
    }
    status = HTTPStatus.UNPROCESSABLE_ENTITY if request.method == "POST" else HTTPStatus.OK
    return render(request, "contracts/draft.html", values, status=status)


def _head(account: CustomerAccount, *, is_new: bool) -> Page:
    title = _now("Draft a contract: %(name)s") if is_new else _now("Change the draft: %(name)s")
    return Page(
        title=title % {"name": account.customer.name},
        number=account.number,
        facts=[account.unit.name],
        crumbs=[Crumb(_("Supply contracts"), reverse("web:contracts"))],
        menu_url=reverse("web:contracts"),
        help=[
            _("What the archive, the network, prices and guarantees know is filled in; what you write goes before it."),
            _("A draft may have gaps; it is proposed once what its clauses name is filled."),
        ],
    )
