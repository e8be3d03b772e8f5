"""One masked value is shown whole: the reason is asked for, then the value comes once and is not kept."""

from typing import Any

from django.http import Http404, HttpResponse, QueryDict
from django.shortcuts import render
from django.views.decorators.http import require_GET, require_POST

from dianke.application.protection import registry, unmask
from dianke.application.protection.registry import ProtectedValue
from dianke.interfaces.web.access import page_right
from dianke.interfaces.web.requests import StaffRequest
from dianke.interfaces.web.shell.errors import explain
from dianke.kernel.clock import SystemClock
from dianke.platform.audit.use_case import PermissionRefused

# Somebody who reads a number out needs no longer; a screen left alone shows it no more.
SHOWN_SECONDS = 60


@require_GET
@page_right("archive.view")
def ask_reason(request: StaffRequest) -> HttpResponse:
    """Ask why the value is needed."""
    value = _find_masked(request, request.GET)
    return _answer(request, "protection/ask.html", value)


@require_POST
@page_right("archive.view")
def show_value(request: StaffRequest) -> HttpResponse:
    """Show the value whole, or ask again when the reason says nothing."""
    wanted = {"reference": request.POST.get("ref", ""), "kind": request.POST.get("kind", "")}
    reason = request.POST.get("reason", "")
    try:
        value = unmask.unmask(actor=request.actor, reason=reason, at=SystemClock().now(), **wanted)
    except registry.NoSuchValue as refusal:
        raise Http404 from refusal
    except unmask.ReasonMissing as refusal:
        value = _find_masked(request, request.POST)
        return _answer(request, "protection/ask.html", value, fault=explain(refusal), reason=reason)
    return _answer(request, "protection/shown.html", value, seconds=SHOWN_SECONDS)


@require_GET
@page_right("archive.view")
def hide_value(request: StaffRequest) -> HttpResponse:
    """Put the mask back."""
    value = _find_masked(request, request.GET)
    facts = {"ref": value.reference, "kind": value.kind.code, "value": value.masked}
    response = render(request, "protection/masked.html", facts)
    response.headers["Cache-Control"] = "private, no-store"
    return response


def _find_masked(request: StaffRequest, given: QueryDict) -> ProtectedValue:
    try:
        kind = registry.get_kind(given.get("kind", ""))
        if not request.actor.may(kind.right):
            raise PermissionRefused(field="actor", login=request.actor.login, right=kind.right)
        return registry.find_value(actor=request.actor, reference=given.get("ref", ""), kind=kind, right=kind.right)
    except registry.NoSuchValue as refusal:
        raise Http404 from refusal


def _answer(request: StaffRequest, template: str, value: ProtectedValue, **more: Any) -> HttpResponse:
    response = render(request, template, {"value": value, **more})
    response.headers["Cache-Control"] = "private, no-store"
    return response
