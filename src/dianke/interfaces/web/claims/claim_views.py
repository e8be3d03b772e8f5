"""One claim: what it is, what approving it changes, what became of it, and the acts on it."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from dianke.application import claims
from dianke.application.ledger import VIEW as SEE_BOOKS
from dianke.domain.collection.types import RiskThing
from dianke.domain.receivables.models import Claim
from dianke.domain.receivables.queries import claims as queries
from dianke.domain.receivables.queries.standing import load_bills
from dianke.domain.receivables.rules import claims as rules
from dianke.domain.receivables.rules.chart import list_unified_accounts
from dianke.domain.receivables.rules.claims import Entry
from dianke.domain.receivables.types import ClaimKind, ClaimState
from dianke.interfaces.web.access import page_right
from dianke.interfaces.web.acting import carry_out
from dianke.interfaces.web.claims import words
from dianke.interfaces.web.claims.list_views import draw_state
from dianke.interfaces.web.components.page import Crumb, Page
from dianke.interfaces.web.people import Names
from dianke.interfaces.web.requests import StaffRequest
from dianke.interfaces.web.risk.leading import list_measures_of
from dianke.kernel.clock import SystemClock, to_shanghai
from dianke.kernel.money import spell_yuan
from dianke.platform.identity.types import Actor


@dataclass(frozen=True)
class DrawnEntry:
    """A pair of accounts that a step books an amount on, and when."""

    when: str
    debit: str
    credit: str
    amount_fen: int


@dataclass(frozen=True)
class DrawnItem:
    """A bill of a waiver."""

    item_id: int
    number: str
    amount_fen: int
    red_fen: int


@require_GET
@page_right(claims.VIEW)
def show_claim(request: StaffRequest, claim_id: int) -> HttpResponse:
    """Show a claim with what it changes and its history."""
    claim, actor = _find_claim(request, claim_id), request.actor
    names = Names([claim.asked_by, claim.decided_by, claim.paid_by])
    path = claim.account.unit.path
    is_asked = claim.state == ClaimState.ASKED.value
    values = {
        "approve_hidden": {"decision": "approve"},
        "refuse_hidden": {"decision": "refuse"},
        "page": _head(claim),
        "claim": claim,
        "risk_measures": list_measures_of(request.actor, RiskThing.DEPOSIT, claim.pk),
        "kind": words.KINDS[claim.kind],
        "consequence": words.CONSEQUENCES[claim.kind],
        "in_words": spell_yuan(claim.amount_fen),
        "level": words.LEVELS.get(claim.level, claim.level),
        "items": _list_items(actor, claim),
        "entries": _list_entries(claim),
        "vouchers": queries.list_vouchers(actor=actor, claim=claim) if actor.may(SEE_BOOKS) else [],
        "asker": names.of(claim.asked_by),
        "decider": names.of(claim.decided_by),
        "payer": names.of(claim.paid_by),
        "may_decide": is_asked and claim.asked_by != actor.login and claims.may_approve(actor, claim),
        "may_withdraw": is_asked and claim.asked_by == actor.login and actor.may(claims.ASK, path),
        "may_pay": claim.state == ClaimState.APPROVED.value and claim.is_paid_out and actor.may(claims.ASK, path),
        "today": to_shanghai(SystemClock().now()).date(),
    }
    return render(request, "claims/claim.html", values)


@require_POST
@page_right(claims.APPROVE)
def decide_claim(request: StaffRequest, claim_id: int) -> HttpResponse:
    """Approve or refuse what another person asked for."""
    reason, at = request.POST.get("reason", ""), SystemClock().now()
    if request.POST.get("decision") == "refuse":
        return _carry_out(
            request,
            claim_id,
            lambda: claims.refuse_claim(actor=request.actor, claim_id=claim_id, at=at, reason=reason),
            _("It is refused."),
        )
    return _carry_out(
        request,
        claim_id,
        lambda: claims.approve_claim(actor=request.actor, claim_id=claim_id, at=at, reason=reason),
        _("It is approved and booked."),
    )


@require_POST
@page_right(claims.ASK)
def withdraw_claim(request: StaffRequest, claim_id: int) -> HttpResponse:
    """Take one's own claim back."""
    return _carry_out(
        request,
        claim_id,
        lambda: claims.withdraw_claim(actor=request.actor, claim_id=claim_id, at=SystemClock().now()),
        _("It is taken back."),
    )


@require_POST
@page_right(claims.ASK)
def pay_out_claim(request: StaffRequest, claim_id: int) -> HttpResponse:
    """Record that the bank paid it."""
    _find_claim(request, claim_id)
    try:
        paid_on = date.fromisoformat(str(request.POST.get("paid_on", "")))
    except ValueError:
        messages.error(request, _("Choose a day."))
        return redirect("web:claim", claim_id=claim_id)
    reference = str(request.POST.get("reference", ""))
    return _carry_out(
        request,
        claim_id,
        lambda: claims.pay_out_claim(
            actor=request.actor, claim_id=claim_id, reference=reference, paid_on=paid_on, at=SystemClock().now()
        ),
        _("It is booked as paid out."),
    )


def _carry_out(request: StaffRequest, claim_id: int, act: Callable[[], Any], done: str) -> HttpResponse:
    back = reverse("web:claim", kwargs={"claim_id": claim_id})
    return carry_out(request, act, done=done, back=back, explain=words.explain_refusal, missing=queries.ClaimNotFound)


def _find_claim(request: StaffRequest, claim_id: int) -> Claim:
    try:
        return queries.get_claim(actor=request.actor.within(claims.VIEW), claim_id=claim_id)
    except queries.ClaimNotFound as missing:
        raise Http404 from missing


def _list_items(actor: Actor, claim: Claim) -> list[DrawnItem]:
    """Return the bills of a waiver; while it waits, with what of it a red entry would take out of the books."""
    items = queries.list_items(actor=actor, claim=claim)
    keys = [item.item_id for item in items]
    bills = load_bills(item_ids=keys)
    booked: dict[int, int] = {}
    if claim.state == ClaimState.ASKED.value:
        booked = queries.sum_booked_late_fees(actor=actor, account_id=claim.account_id, item_ids=keys)
    red = rules.split_waiver({item.item_id: item.amount_fen for item in items}, booked_fen=booked)
    return [
        DrawnItem(item.item_id, bills[item.item_id].number, item.amount_fen, red.get(item.item_id, 0))
        for item in items
        if item.item_id in bills
    ]


def _list_entries(claim: Claim) -> list[DrawnEntry]:
    """Return what approving, and paying out, books for a claim about money."""
    entry = rules.ON_APPROVAL.get(ClaimKind(claim.kind))
    if entry is None:
        return []
    drawn = [_draw_entry(_("when approved"), entry, claim.amount_fen)]
    if claim.is_paid_out:
        drawn.append(_draw_entry(_("when paid out"), rules.ON_PAYMENT, claim.amount_fen))
    return drawn


def _draw_entry(when: str, entry: Entry, amount_fen: int) -> DrawnEntry:
    def name(code: str) -> str:
        account = next(one for one in list_unified_accounts() if one.code == code)
        return f"{code} {account.name_en if get_language() == 'en' else account.name}"

    return DrawnEntry(when, name(entry.debit), name(entry.credit), amount_fen)


def _head(claim: Claim) -> Page:
    return Page(
        title=str(words.KINDS[claim.kind]),
        number=claim.number,
        facts=[claim.account.customer.name, claim.account.number, claim.account.unit.name],
        crumbs=[
            Crumb(_("Waivers, refunds, deposits"), reverse("web:claims")),
            Crumb(claim.account.number, reverse("web:claims_account", args=[claim.account.number])),
        ],
        chips=[draw_state(claim)],
        menu_url=reverse("web:claims"),
        help=[
            _("Who asks never approves; large amounts ask for a higher level."),
            _("Approving books it at once. What is paid out waits until the bank has a number for it."),
        ],
    )
