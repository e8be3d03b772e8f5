"""Thresholds of watch lists: those in force, proposals, and what two persons make of them."""

from datetime import date
from functools import partial
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from dianke.application import watching
from dianke.domain.watching.models import WatchThresholds
from dianke.domain.watching.queries import policies as queries
from dianke.domain.watching.rules.policy import WatchPolicy
from dianke.domain.watching.types import PolicyState
from dianke.interfaces.web.access import page_right
from dianke.interfaces.web.acting import carry_out, decide
from dianke.interfaces.web.components import formats
from dianke.interfaces.web.components.page import Crumb, Page
from dianke.interfaces.web.components.states import state_chip
from dianke.interfaces.web.people import Names
from dianke.interfaces.web.requests import StaffRequest
from dianke.interfaces.web.shell.errors import explain
from dianke.interfaces.web.watching import words
from dianke.kernel.clock import SystemClock, to_shanghai
from dianke.kernel.errors import DomainError


@require_GET
@page_right(watching.VIEW)
def list_thresholds(request: StaffRequest) -> HttpResponse:
    """Show what is in force and what was proposed, with the figures that each proposal changes."""
    policy = queries.get_policy(actor=request.actor, on=_today())
    rows = queries.list_thresholds(actor=request.actor)
    names = Names([login for row in rows for login in (row.proposed_by, row.decided_by)])
    values = {
        "page": _head(_("Thresholds of watch lists"), policy),
        "groups": _list_groups(policy.figures),
        "rows": [_describe(request, row, policy, names) for row in rows],
        "may_propose": request.actor.may(watching.MANAGE),
    }
    return render(request, "watching/thresholds.html", values)


@require_http_methods(["GET", "POST"])
@page_right(watching.MANAGE)
def propose_thresholds(request: StaffRequest) -> HttpResponse:
    """Propose other figures; another person approves them."""
    policy = queries.get_policy(actor=request.actor, on=_today())
    if request.method == "POST":
        try:
            watching.propose_thresholds(
                actor=request.actor, figures=_read_figures(request, policy), valid_from=_read_day(request),
                reason=str(request.POST.get("reason", "")), at=SystemClock().now(),
            )  # fmt: skip
        except DomainError as refusal:
            return render(request, "watching/thresholds_new.html", _fill(request, policy, explain(refusal)), status=422)
        messages.success(request, _now("Another person decides on these thresholds."))
        return redirect("web:watching_thresholds")
    return render(request, "watching/thresholds_new.html", _fill(request, policy, ""))


@require_POST
@page_right(watching.APPROVE)
def decide_thresholds(request: StaffRequest, key: int) -> HttpResponse:
    """Approve or refuse what another person proposed."""
    return decide(
        request,
        approve=watching.approve_thresholds,
        refuse=watching.refuse_thresholds,
        key=key,
        approved=_now("They hold from their day on."),
        back=reverse("web:watching_thresholds"),
        missing=queries.ThresholdsUnknown,
    )


@require_POST
@page_right(watching.MANAGE)
def withdraw_thresholds(request: StaffRequest, key: int) -> HttpResponse:
    """Take one's own proposal back."""
    return carry_out(
        request,
        partial(watching.withdraw_thresholds, actor=request.actor, key=key, at=SystemClock().now()),
        done=_now("The proposal is taken back."),
        back=reverse("web:watching_thresholds"),
        missing=queries.ThresholdsUnknown,
    )


def _describe(request: StaffRequest, row: WatchThresholds, policy: WatchPolicy, names: Names) -> dict[str, Any]:
    is_open = row.state == PolicyState.PROPOSED.value
    is_own = row.proposed_by == request.actor.login
    changes = [
        (words.GROUPS[group], words.THRESHOLDS[name], policy.figures[group].get(name), value)
        for group, figures in row.figures.items()
        for name, value in figures.items()
        if group in policy.figures and policy.figures[group].get(name) != value and name in words.THRESHOLDS
    ]
    return {
        "row": row,
        "chip": state_chip("watching.thresholds", row.state),
        "changes": changes,
        "proposed_by": names.of(row.proposed_by),
        "decided_by": names.of(row.decided_by),
        "may_decide": is_open and not is_own and request.actor.may(watching.APPROVE),
        "may_withdraw": is_open and is_own and request.actor.may(watching.MANAGE),
    }


def _fill(request: StaffRequest, policy: WatchPolicy, error: str) -> dict[str, Any]:
    given = {name: request.POST[name] for name in request.POST}
    groups = [
        (label, [(f"{group}.{name}", text, given.get(f"{group}.{name}", str(value))) for name, text, value in rows])
        for group, label, rows in _list_groups(policy.figures)
    ]
    return {
        "page": _head(_("Propose thresholds"), policy),
        "groups": groups,
        "error": error,
        "reason": given.get("reason", ""),
        "valid_from": given.get("valid_from", formats.day(_today())),
    }


def _list_groups(figures: Any) -> list[tuple[str, Any, list[tuple[str, Any, int]]]]:
    return [
        (group, words.GROUPS[group], [(name, words.THRESHOLDS[name], value) for name, value in own.items()])
        for group, own in figures.items()
    ]


def _read_figures(request: StaffRequest, policy: WatchPolicy) -> dict[str, dict[str, Any]]:
    """Return what was typed; what is no whole number stays text, which the rules refuse."""
    return {
        group: {name: _read_number(str(request.POST.get(f"{group}.{name}", value))) for name, value in own.items()}
        for group, own in policy.figures.items()
    }


def _read_number(text: str) -> int | str:
    text = text.strip()
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else text


def _read_day(request: StaffRequest) -> date:
    try:
        return date.fromisoformat(str(request.POST.get("valid_from", "")))
    except ValueError:
        return date.min


def _today() -> date:
    return to_shanghai(SystemClock().now()).date()


def _head(title: Any, policy: WatchPolicy) -> Page:
    return Page(
        title=title,
        facts=[_now("in force since %(day)s") % {"day": formats.day(policy.valid_from)}],
        crumbs=[
            Crumb(_("Credit and value")),
            Crumb(_("Watch lists"), reverse("web:watching")),
        ],
        menu_url=reverse("web:watching_thresholds"),
        help=[
            _("All figures are whole numbers; they hold from a day on, never backwards."),
            _("Who proposes them never approves them."),
        ],
    )
