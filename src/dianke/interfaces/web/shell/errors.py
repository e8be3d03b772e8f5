"""Pages of errors and refusals: what happened, and one way on."""

from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template import loader
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from dianke.application.rights import RIGHTS
from dianke.interfaces.web.components.page import Page, Text
from dianke.interfaces.web.requests import actor_of
from dianke.kernel.errors import DomainError
from dianke.platform.audit.use_case import PermissionRefused


@dataclass(frozen=True)
class ErrorText:
    """What an error page says."""

    title: Text
    explanation: Text


TEXTS = {
    HTTPStatus.BAD_REQUEST: ErrorText(
        _("The request cannot be read"),
        _("Part of the address or of the form is damaged. Nothing was changed."),
    ),
    HTTPStatus.FORBIDDEN: ErrorText(
        _("No permission"), _("None of your posts holds the right that this page needs. Nothing was changed.")
    ),
    HTTPStatus.NOT_FOUND: ErrorText(
        _("Nothing is found here"),
        _("The number may be mistyped, or the record belongs to a unit outside yours."),
    ),
    HTTPStatus.CONFLICT: ErrorText(_("Refused"), _("Nothing was changed.")),
}


def explain(error: DomainError) -> str:
    """Return the refusal in the reader's language, a reason within it too."""
    facts = {name: _translate_fact(name, fact) for name, fact in error.facts.items()}
    try:
        return gettext(error.message).format(**facts)
    except (KeyError, IndexError):
        return str(error)


def _translate_fact(name: str, fact: Any) -> Any:
    if name == "right":
        return gettext(RIGHTS.get(fact, fact))
    return gettext(fact) if name == "reason" and fact else fact


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """Answer a request that cannot be read."""
    return _answer(request, HTTPStatus.BAD_REQUEST)


def permission_denied(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """Answer a person without the right."""
    return _answer(request, HTTPStatus.FORBIDDEN)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """Answer a form that was opened in another session or too long ago."""
    note = gettext("The form was opened before the last log-in. Open the page again and repeat the step.")
    return _answer(request, HTTPStatus.FORBIDDEN, note=note)


def page_not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """Answer an address that leads nowhere."""
    return _answer(request, HTTPStatus.NOT_FOUND)


def server_error(request: HttpRequest) -> HttpResponse:
    """Answer a fault of ours; the template needs neither session nor database, for they may be the fault."""
    context = {"request_id": getattr(request, "request_id", "")}
    text = loader.render_to_string("shell/server_error.html", context)
    return HttpResponse(text, status=HTTPStatus.INTERNAL_SERVER_ERROR)


def refusal(request: HttpRequest, error: DomainError) -> HttpResponse:
    """Answer a use case that refused, outside a form that could show it."""
    status = HTTPStatus.FORBIDDEN if isinstance(error, PermissionRefused) else HTTPStatus.CONFLICT
    return _answer(request, status, note=explain(error), code=error.code)


def _answer(request: HttpRequest, status: HTTPStatus, *, note: str = "", code: str = "") -> HttpResponse:
    text = TEXTS[status]
    template = "shell/error.html" if actor_of(request) else "shell/error_outside.html"
    context = {
        "page": Page(title=text.title),
        "status": int(status),
        "explanation": text.explanation,
        "note": note,
        "code": code,
        "request_id": getattr(request, "request_id", ""),
    }
    return render(request, template, context, status=status)
