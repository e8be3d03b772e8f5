"""The service table: what differs by class, proposals compared with it, and their decision."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from dianke.application import valuation
from dianke.domain.valuation.models import ServiceTableVersion
from dianke.domain.valuation.operations.versions import ReasonMissing, ServiceTableUnfit, VersionTooEarly
from dianke.domain.valuation.queries import service as queries
from dianke.domain.valuation.queries.versions import VersionUnknown
from dianke.domain.valuation.types import Service, VersionState
from dianke.interfaces.web.access import page_right
from dianke.interfaces.web.acting import decide
from dianke.interfaces.web.components import formats
from dianke.interfaces.web.components.page import Crumb, Page
from dianke.interfaces.web.components.states import state_chip
from dianke.interfaces.web.people import Names
from dianke.interfaces.web.requests import StaffRequest
from dianke.interfaces.web.shell.errors import explain
from dianke.interfaces.web.valuation import words
from dianke.interfaces.web.valuation.weight_views import next_month, read_month
from dianke.kernel.clock import SystemClock, to_shanghai

_VERSIONS = 20
_NUMBERS = ("queue_place", "call_back_minutes", "visit_days")


@require_GET
@page_right(valuation.VIEW)
def show_table(request: StaffRequest) -> HttpResponse:
    """Show the table in force and the versions, each compared with it."""
    actor, today = request.actor, to_shanghai(SystemClock().now()).date()
    in_force = queries.list_services(on=today)
    versions = queries.list_tables(actor=actor, limit=_VERSIONS)
    names = Names([one.proposed_by for one in versions] + [one.decided_by for one in versions])
    values = {
        "page": _head(),
        "table": in_force[0].table,
        "rows": [_write_service(one) for one in in_force],
        "names": words.SERVICE_NAMES,
        "versions": [
            (one, state_chip("valuation.version", one.state), names.of(one.proposed_by), names.of(one.decided_by),
             _compare(in_force, one), _may_decide(request, one))
            for one in versions
        ],
        "may_propose": actor.may(valuation.PROPOSE),
    }  # fmt: skip
    return render(request, "valuation/service.html", values)


@require_http_methods(["GET", "POST"])
@page_right(valuation.PROPOSE)
def propose_table(request: StaffRequest) -> HttpResponse:
    """Propose another table, beginning with the one in force."""
    today = to_shanghai(SystemClock().now()).date()
    rows = {one.value_class.value: _as_row(one) for one in queries.list_services(on=today)}
    error = ""
    if request.method == "POST":
        rows = {code: _read_row(code, request.POST) for code in rows}
        valid_from = read_month(request.POST.get("valid_from", ""))
        try:
            if valid_from is None or valid_from < today.replace(day=1):
                raise VersionTooEarly(
                    field="valid_from", day=request.POST.get("valid_from", ""), reason="that month is past"
                )
            valuation.propose_service_table(
                actor=request.actor, rows=rows, valid_from=valid_from, note=request.POST.get("note", ""),
                at=SystemClock().now(),
            )  # fmt: skip
            return redirect("web:value_service")
        except (ServiceTableUnfit, ReasonMissing, VersionTooEarly) as refusal:
            error = explain(refusal)
        except ValueError:
            error = _now("Choose from what is offered.")
    values = {
        "page": _head(),
        "rows": [(code, words.CLASSES[code], row) for code, row in rows.items()],
        "names": words.SERVICE_NAMES,
        "channels": list(words.CHANNELS.items()),
        "approvals": list(words.APPROVALS.items()),
        "valid_from": request.POST.get("valid_from", f"{next_month():%Y-%m}"),
        "note": request.POST.get("note", ""),
        "error": error,
    }
    return render(request, "valuation/service_form.html", values, status=422 if error else 200)


@require_POST
@page_right(valuation.APPROVE)
def decide_table(request: StaffRequest, code: str) -> HttpResponse:
    """Approve or refuse a proposed table."""
    return decide(
        request,
        approve=valuation.approve_service_table,
        refuse=valuation.refuse_service_table,
        code=code,
        approved=_now("Approved. Service goes by it from that day on."),
        back=reverse("web:value_service"),
        missing=VersionUnknown,
    )


def describe_service(one: Service) -> dict[Any, Any]:
    """Return what a class is served with, as names and values."""
    cells = _write_service(one)["cells"]
    return dict(zip(words.SERVICE_NAMES.values(), cells, strict=True))


def _may_decide(request: StaffRequest, one: ServiceTableVersion) -> bool:
    is_open = one.state == VersionState.PROPOSED.value
    return is_open and request.actor.may(valuation.APPROVE) and one.proposed_by != request.actor.login


def _as_row(one: Service) -> dict[str, Any]:
    return {
        "queue_place": one.queue_place, "has_manager": one.has_manager, "call_back_minutes": one.call_back_minutes,
        "visit_days": one.visit_days, "channel": one.channel.value, "offers": one.offers,
        "approval": one.approval.value,
    }  # fmt: skip


def _read_row(code: str, given: Mapping[str, Any]) -> dict[str, Any]:
    row: dict[str, Any] = {name: _read_number(given.get(f"{code}-{name}", "")) for name in _NUMBERS}
    row["has_manager"] = given.get(f"{code}-has_manager") == "on"
    row |= {name: str(given.get(f"{code}-{name}", "")).strip() for name in ("channel", "offers", "approval")}
    return row


def _read_number(text: str) -> int | str:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 7 else text


def _write_service(one: Service) -> dict[str, Any]:
    return {
        "chip": words.draw_class(one.value_class.value),
        "cells": [
            formats.number(one.queue_place),
            _now("yes") if one.has_manager else _now("no"),
            formats.number(one.call_back_minutes),
            formats.number(one.visit_days) if one.visit_days else _now("no regular visits"),
            str(words.CHANNELS[one.channel.value]),
            one.offers or formats.NONE,
            str(words.APPROVALS[one.approval.value]),
        ],
    }


def _compare(in_force: Sequence[Service], version: ServiceTableVersion) -> list[tuple[Any, Any, str, str]]:
    """Return class, name, value in force and value of the version, where they differ."""
    found = []
    for now, then in zip(in_force, queries.read_rows(version.code, version.rows), strict=True):
        before, after = _write_service(now), _write_service(then)
        for name, old, new in zip(words.SERVICE_NAMES.values(), before["cells"], after["cells"], strict=True):
            if old != new:
                found.append((before["chip"], name, old, new))
    return found


def _head() -> Page:
    return Page(
        title=_("Service by class"),
        crumbs=[Crumb(_("Credit and value")), Crumb(_("Pyramid of value"), reverse("web:value"))],
        menu_url=reverse("web:value_service"),
        help=[
            _("What each class is served with; window, orders and contact centre read it here."),
            _("One person proposes another table, another approves it; it holds from its month on."),
        ],
    )
