"""Acts on a version of a contract: proposed, decided, signed, filed, renewed, ended."""

from datetime import date
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from dianke.application import contracts
from dianke.application.contracts.orders import APPROVE, DRAFT, FILE, VIEW
from dianke.domain.contracts.models import ContractSignature
from dianke.domain.contracts.queries import ContractUnknown, get_version
from dianke.domain.contracts.types import Party
from dianke.interfaces.web.access import page_right
from dianke.interfaces.web.acting import carry_out, decide
from dianke.interfaces.web.customers.uploads import read_upload
from dianke.interfaces.web.requests import StaffRequest
from dianke.kernel.clock import SystemClock


@require_POST
@page_right(DRAFT)
def propose_contract(request: StaffRequest, key: int) -> HttpResponse:
    """Hand a draft to another person."""
    return _act(
        request, key, _("Another person decides on it now."),
        lambda: contracts.propose_contract(actor=request.actor, key=key, at=SystemClock().now()),
    )  # fmt: skip


@require_POST
@page_right(APPROVE)
def decide_contract(request: StaffRequest, key: int) -> HttpResponse:
    """Approve or refuse what another person drafted."""
    return decide(
        request,
        approve=contracts.approve_contract,
        refuse=contracts.refuse_contract,
        approved=_("It is approved; nobody changes its words from now on."),
        back=reverse("web:contract", args=[key]),
        missing=ContractUnknown,
        key=key,
    )


@require_POST
@page_right(DRAFT)
def withdraw_contract(request: StaffRequest, key: int) -> HttpResponse:
    """Give a version up that was not signed by both."""
    return _act(
        request, key, _("It is given up."),
        lambda: contracts.withdraw_contract(actor=request.actor, key=key, at=SystemClock().now()),
    )  # fmt: skip


@require_POST
@page_right(FILE)
def sign_contract(request: StaffRequest, key: int) -> HttpResponse:
    """Record that a party signed: by the copy on paper, or by the simulated signer."""
    party = Party.SUPPLIER if request.POST.get("party") == Party.SUPPLIER.value else Party.CUSTOMER
    signer = request.POST.get("signer", "")
    if request.POST.get("way") == "simulated":
        return _act(
            request, key, _("The simulated signature is recorded."),
            lambda: _sign_simulated(request, key, party, signer),
        )  # fmt: skip
    upload = read_upload(request.FILES.get("copy"))
    if upload is None:
        return _ask_again(request, key, _("Choose the signed copy."))
    return _act(
        request, key, _("The signature is recorded."),
        lambda: contracts.sign_on_paper(
            actor=request.actor, key=key, party=party, signer=signer, file_name=upload.file_name,
            content=upload.content, at=SystemClock().now(),
        ),
    )  # fmt: skip


@require_POST
@page_right(FILE)
def file_contract(request: StaffRequest, key: int) -> HttpResponse:
    """Write down where the signed paper lies."""
    place = request.POST.get("place", "")
    return _act(
        request, key, _("It is filed."),
        lambda: contracts.file_contract(actor=request.actor, key=key, place=place, at=SystemClock().now()),
    )  # fmt: skip


@require_POST
@page_right(DRAFT)
def renew_contract(request: StaffRequest, key: int) -> HttpResponse:
    """Draft the version that follows one in force."""
    made: list[int] = []

    def renew() -> None:
        made.append(contracts.renew_contract(actor=request.actor, key=key, at=SystemClock().now()).pk)

    answer = _act(request, key, _("The next version is drafted."), renew)
    return redirect("web:contract", key=made[0]) if made and request.actor.may(VIEW) else answer


@require_POST
@page_right(APPROVE)
def end_contract(request: StaffRequest, key: int) -> HttpResponse:
    """Let a contract end ahead of its term."""
    reason = request.POST.get("reason", "")
    try:
        on = date.fromisoformat(request.POST.get("on", ""))
    except ValueError:
        return _ask_again(request, key, _("Give the day before which it ends."))
    return _act(
        request, key, _("It ends before that day."),
        lambda: contracts.end_contract(actor=request.actor, key=key, on=on, reason=reason),
    )  # fmt: skip


@require_POST
@page_right(VIEW)
def prove_signatures(request: StaffRequest, key: int) -> HttpResponse:
    """Hold every signature against its kept file once more."""

    def tell(proven: dict[int, bool]) -> str:
        values = {"whole": sum(proven.values()), "count": len(proven)}
        return _("%(whole)s of %(count)s signatures fit the kept files.") % values

    return _act(request, key, tell, lambda: contracts.prove_signatures(actor=request.actor, key=key))


def _sign_simulated(request: StaffRequest, key: int, party: Party, signer: str) -> ContractSignature:
    service = contracts.SimulatedSigner(settings.DATA_DIR / "signing")
    at = SystemClock().now()
    return contracts.sign_with_key(actor=request.actor, key=key, party=party, signer=signer, service=service, at=at)


def _ask_again(request: StaffRequest, key: int, words: str) -> HttpResponse:
    """Say what the form lacks; a contract of another unit is not there, whatever the form holds."""
    try:
        get_version(actor=request.actor, key=key)
    except ContractUnknown as absent:
        raise Http404 from absent
    messages.error(request, words)
    return redirect("web:contract", key=key)


def _act(request: StaffRequest, key: int, done: Any, act: Any) -> HttpResponse:
    return carry_out(request, act, done=done, back=reverse("web:contract", args=[key]), missing=ContractUnknown)
