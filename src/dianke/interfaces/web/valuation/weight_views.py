"""The weights: what is in force, the editor whose consistency the server checks, proposals and their decision."""

from collections.abc import Mapping
from datetime import date
from fractions import Fraction
from typing import Any

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET, require_POST

from dianke.application import valuation
from dianke.domain.valuation.operations.versions import ReasonMissing, VersionTooEarly
from dianke.domain.valuation.queries import versions as queries
from dianke.domain.valuation.queries.versions import VersionUnknown
from dianke.domain.valuation.rules.policy import get_criterion, get_policy
from dianke.domain.valuation.types import Month, VersionState
from dianke.engine.value.weights import (
    MOST_INCONSISTENT,
    MatrixInconsistent,
    MatrixUnfit,
    Weights,
    compute_weights,
    read_matrix,
)
from dianke.interfaces.web.access import page_right
from dianke.interfaces.web.acting import decide
from dianke.interfaces.web.components import formats
from dianke.interfaces.web.components.page import Chip, Crumb, Page
from dianke.interfaces.web.components.states import state_chip
from dianke.interfaces.web.people import Names
from dianke.interfaces.web.requests import StaffRequest
from dianke.interfaces.web.shell.errors import explain
from dianke.interfaces.web.valuation import words
from dianke.kernel.clock import SystemClock, to_shanghai
from dianke.kernel.errors import DomainError

_SIZE = 4
_VERSIONS = 20


@require_GET
@page_right(valuation.VIEW)
def show_weights(request: StaffRequest) -> HttpResponse:
    """Show the weights in force, the editor and the versions."""
    return _draw(request, {})


@require_POST
@page_right(valuation.VIEW)
def check_weights(request: StaffRequest) -> HttpResponse:
    """Say what the comparisons of the editor come to, and whether they may be proposed."""
    return render(request, "valuation/weights_check.html", {"check": _check(_read_upper(request.POST))})


@require_POST
@page_right(valuation.PROPOSE)
def propose_weights(request: StaffRequest) -> HttpResponse:
    """Propose what the editor holds; comparisons that contradict each other are refused."""
    upper, today = _read_upper(request.POST), to_shanghai(SystemClock().now()).date()
    valid_from = read_month(request.POST.get("valid_from", ""))
    try:
        if valid_from is None:
            raise VersionTooEarly(field="valid_from", day=request.POST.get("valid_from", ""), reason="no month")
        if valid_from < today.replace(day=1):
            raise VersionTooEarly(field="valid_from", day=valid_from.isoformat(), reason="that month is past")
        valuation.propose_weights(
            actor=request.actor, matrix=_fill(upper), basis=request.POST.get("basis", ""),
            policy_priced=request.POST.get("policy_priced", ""), valid_from=valid_from,
            note=request.POST.get("note", ""), at=SystemClock().now(),
        )  # fmt: skip
    except (MatrixUnfit, MatrixInconsistent, ReasonMissing, VersionTooEarly) as refusal:
        return _draw(request, {**request.POST.dict(), "error": explain(refusal)}, status=422)
    except ValueError:
        return _draw(request, {**request.POST.dict(), "error": _now("Choose from what is offered.")}, status=422)
    return redirect("web:value_weights")


@require_POST
@page_right(valuation.APPROVE)
def decide_weights(request: StaffRequest, code: str) -> HttpResponse:
    """Approve or refuse proposed weights."""
    return decide(
        request,
        approve=valuation.approve_weights,
        refuse=valuation.refuse_weights,
        code=code,
        approved=_now("Approved. The next rating from that day on goes by it."),
        back=reverse("web:value_weights"),
        missing=VersionUnknown,
    )


def read_month(text: str) -> date | None:
    """Return the first day of a month written as in a month field, or None."""
    try:
        return date.fromisoformat(f"{text}-01")
    except ValueError:
        return None


def next_month() -> date:
    """Return the first day of the month to come."""
    return Month(to_shanghai(SystemClock().now()).date().replace(day=1)).after


def _read_upper(given: Mapping[str, Any]) -> dict[str, str]:
    """Return the cells above the diagonal as they were typed."""
    return {
        f"c{row}{column}": str(given.get(f"c{row}{column}", "")).strip()
        for row in range(_SIZE)
        for column in range(row + 1, _SIZE)
    }


def _fill(upper: Mapping[str, str]) -> list[list[str]]:
    """Return the whole matrix: ones on the diagonal, reciprocals below it."""
    return [
        [
            "1" if row == column else upper[f"c{row}{column}"] if row < column else _turn(upper[f"c{column}{row}"])
            for column in range(_SIZE)
        ]
        for row in range(_SIZE)
    ]


def _turn(text: str) -> str:
    try:
        return str(1 / Fraction(text)) if len(text) <= 12 else text
    except (ValueError, ZeroDivisionError):
        return text


def _check(upper: Mapping[str, str]) -> dict[str, Any]:
    try:
        weights = compute_weights(read_matrix(_fill(upper)))
    except DomainError as unfit:
        return {"error": explain(unfit)}
    return _describe(weights)


def _describe(weights: Weights) -> dict[str, Any]:
    ratio = weights.consistency_ratio
    return {
        "rows": [(words.CRITERIA[at], f"{value:.4f}", f"{value * 100:.1f}") for at, value in enumerate(weights.values)],
        "lambda_max": f"{weights.lambda_max:.4f}",
        "index": f"{weights.consistency_index:.4f}",
        "ratio": f"{ratio:.4f}",
        "is_consistent": weights.is_consistent,
        "chip": Chip("ok", _now("consistent: CR %(ratio)s ≤ %(most)s") % {"ratio": f"{ratio:.4f}", "most": "0.1"})
        if weights.is_consistent
        else Chip(
            "bad", _now("refused: CR %(ratio)s > %(most)s") % {"ratio": f"{ratio:.4f}", "most": MOST_INCONSISTENT}
        ),
    }


def _draw(request: StaffRequest, given: Mapping[str, Any], *, status: int = 200) -> HttpResponse:
    actor, today = request.actor, to_shanghai(SystemClock().now()).date()
    in_force = queries.get_weights(actor=actor, on=today)
    versions = queries.list_weight_versions(actor=actor, limit=_VERSIONS)
    names = Names([one.proposed_by for one in versions] + [one.decided_by for one in versions])
    policy = get_policy(on=today)
    upper = _read_upper(given) if given else {
        f"c{row}{column}": in_force.matrix[row][column] for row in range(_SIZE) for column in range(row + 1, _SIZE)
    }  # fmt: skip
    values = {
        "page": _head(in_force.valid_from),
        "in_force": in_force,
        "matrix": _draw_matrix(in_force.matrix),
        "described": _check({key: in_force.matrix[int(key[1])][int(key[2])] for key in upper}),
        "basis": words.BASES[in_force.basis.value],
        "by_policy": words.POLICY_PRICED[in_force.policy_priced.value],
        "cuts": [(words.BASES[name.value], cuts) for name, cuts in policy.cuts.items()],
        "shares": [
            (words.CRITERIA[get_criterion(one).value], words.INDICATORS[one.value], formats.percent(share, 0))
            for one, share in policy.shares.items()
        ],
        "policy": policy,
        "editor": _draw_editor(upper),
        "check": _check(upper),
        "given": {"valid_from": f"{next_month():%Y-%m}", "basis": in_force.basis.value,
                  "policy_priced": in_force.policy_priced.value, **given},
        "bases": list(words.BASES.items()),
        "ways": list(words.POLICY_PRICED.items()),
        "error": given.get("error", ""),
        "may_propose": actor.may(valuation.PROPOSE),
        "versions": [
            (one, state_chip("valuation.version", one.state), names.of(one.proposed_by), names.of(one.decided_by),
             list(zip(words.CRITERIA.values(), [f"{float(weight):.4f}" for weight in one.weights], strict=True)),
             one.state == VersionState.PROPOSED.value and actor.may(valuation.APPROVE)
             and one.proposed_by != actor.login)
            for one in versions
        ],
    }  # fmt: skip
    return render(request, "valuation/weights.html", values, status=status)


def _draw_matrix(matrix: list[list[str]]) -> list[tuple[Any, list[str]]]:
    return [(words.CRITERIA[row], matrix[row]) for row in range(_SIZE)]


def _draw_editor(upper: Mapping[str, str]) -> list[tuple[Any, list[dict[str, Any]]]]:
    cells = _fill(upper)
    return [
        (
            words.CRITERIA[row],
            [
                {"name": f"c{row}{column}" if row < column else "", "value": cells[row][column],
                 "label": _now("%(row)s against %(column)s")
                 % {"row": words.CRITERIA[row], "column": words.CRITERIA[column]}}
                for column in range(_SIZE)
            ],
        )
        for row in range(_SIZE)
    ]  # fmt: skip


def _head(valid_from: date) -> Page:
    return Page(
        title=_("Weights of value"),
        facts=[_now("in force since %(day)s") % {"day": formats.day(valid_from)}],
        crumbs=[Crumb(_("Credit and value")), Crumb(_("Pyramid of value"), reverse("web:value"))],
        menu_url=reverse("web:value_weights"),
        help=[
            _("A cell says how many times the row weighs against the column: 1 equal, 3 more, 5 much more; or 1/3."),
            _("Comparisons that contradict each other (consistency ratio above 0.1) are refused."),
            _("One person proposes, another approves; the next rating from that month on goes by it."),
        ],
    )
