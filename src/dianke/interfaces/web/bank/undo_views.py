"""A match that was wrong: asked for on the page of the booking, decided there by another person."""

from typing import Any

from django.http import Http404, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _now
from django.views.decorators.http import require_POST

from dianke.application import bank_channels
from dianke.domain.channels.models import MatchUndo, StatementEntry
from dianke.domain.channels.queries import undo as queries
from dianke.domain.channels.queries.statements import get_entry
from dianke.domain.channels.types import ChangeState
from dianke.interfaces.web.access import page_right
from dianke.interfaces.web.acting import carry_out
from dianke.interfaces.web.bank import words
from dianke.interfaces.web.components.states import state_chip
from dianke.interfaces.web.payments.words import REASONS as PAYMENT_REASONS
from dianke.interfaces.web.people import Names
from dianke.interfaces.web.requests import StaffRequest
from dianke.interfaces.web.shell.errors import explain
from dianke.kernel.clock import SystemClock
from dianke.kernel.errors import DomainError
from dianke.platform.identity.types import Actor


def explain_change(refusal: DomainError) -> str:
    """Return why a match is not made or undone, in words."""
    reason = str(refusal.facts.get("reason", ""))
    text = words.UNDO_REASONS.get(reason) or PAYMENT_REASONS.get(reason)
    return str(text) if text else explain(refusal)


def describe_undo(actor: Actor, entry: StatementEntry) -> dict[str, Any]:
    """Return what the page of a booking shows of wishes to undo its match, and what the reader may do."""
    wishes = queries.list_undos(actor=actor, entry=entry)
    names = Names([name for one in wishes for name in (one.asked_by, one.decided_by)])
    is_asked = any(one.state == ChangeState.ASKED.value for one in wishes)
    may_ask = actor.may(bank_channels.RECONCILE) and not is_asked and not queries.find_obstacle(entry=entry)
    return {"undos": [_draw(actor, one, names) for one in wishes], "may_ask_undo": may_ask}


def _draw(actor: Actor, wish: MatchUndo, names: Names) -> dict[str, Any]:
    is_asked = wish.state == ChangeState.ASKED.value
    is_own = wish.asked_by == actor.login
    return {
        "wish": wish,
        "chip": state_chip("payment.change", wish.state),
        "was": state_chip("bank.entry", wish.was_state),
        "asked_by": names.of(wish.asked_by),
        "decided_by": names.of(wish.decided_by),
        "may_decide": is_asked and not is_own and actor.may(bank_channels.APPROVE),
        "may_withdraw": is_asked and is_own and actor.may(bank_channels.RECONCILE),
    }


@require_POST
@page_right(bank_channels.RECONCILE)
def ask_undo(request: StaffRequest, key: int) -> HttpResponse:
    """Ask for the match of a booking to be undone."""
    reason = str(request.POST.get("reason", ""))
    # A booking of another unit is not there, whatever the form holds.
    if get_entry(actor=request.actor, key=key) is None:
        raise Http404
    return carry_out(
        request,
        lambda: bank_channels.ask_undo(actor=request.actor, key=key, reason=reason, at=SystemClock().now()),
        done=_now("It waits for another person."),
        back=reverse("web:bank_entry", args=[key]),
        explain=explain_change,
    )


@require_POST
@page_right(bank_channels.APPROVE)
def decide_undo(request: StaffRequest, key: int) -> HttpResponse:
    """Undo a match as another person asked for, or leave it."""
    wish = _find(request, key)
    reason, is_approved = str(request.POST.get("reason", "")), request.POST.get("decision") == "approve"
    decide = bank_channels.approve_undo if is_approved else bank_channels.refuse_undo
    return carry_out(
        request,
        lambda: decide(actor=request.actor, key=key, reason=reason, at=SystemClock().now()),
        done=_now("The match is undone: the booking waits again.") if is_approved else _now("Refused."),
        back=reverse("web:bank_entry", args=[wish.entry_id]),
        explain=explain_change,
    )


@require_POST
@page_right(bank_channels.RECONCILE)
def withdraw_undo(request: StaffRequest, key: int) -> HttpResponse:
    """Take one's own wish back."""
    wish = _find(request, key)
    return carry_out(
        request,
        lambda: bank_channels.withdraw_undo(actor=request.actor, key=key, at=SystemClock().now()),
        done=_now("The wish is taken back."),
        back=reverse("web:bank_entry", args=[wish.entry_id]),
        explain=explain_change,
    )


def _find(request: StaffRequest, key: int) -> MatchUndo:
    try:
        return queries.get_undo(actor=request.actor, key=key)
    except queries.UndoUnknown as unknown:
        raise Http404 from unknown
