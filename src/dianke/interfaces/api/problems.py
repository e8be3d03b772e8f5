"""Refusals as problem details (RFC 9457)."""

import logging
from http import HTTPStatus
from typing import Any

from django.http import Http404, HttpRequest, JsonResponse
from ninja import NinjaAPI, Schema
from ninja.errors import AuthenticationError, HttpError, Throttled, ValidationError

from dianke.domain.service_orders.types import Refusal
from dianke.interfaces.web.shell.errors import explain
from dianke.kernel.errors import DomainError
from dianke.platform.audit.use_case import PermissionRefused

MEDIA_TYPE = "application/problem+json"
_LOG = logging.getLogger(__name__)
# Refusals that name a field and yet are about how things stand, not about what was sent.
_CONFLICTS = frozenset(
    {
        "archive.duplicates_found", "readings.unable_to_record_readings", "tariffs.no_version_in_force",
        "billing.unable_to_start_run", "billing.unable_to_issue_run", "billing.unable_to_withdraw_final",
        "billing.final_figures_changed", "credit.unable_to_object", "profiles.no_run_yet",
        "service_orders.changed", "service_orders.over", "service_orders.step_of_another", "service_orders.effect_done",
        "service_orders.change_order_open", "step_not_ready", "process_not_running",
    }
)  # fmt: skip
_FORBIDDEN = frozenset({"identity.same_person"})
# Which of several things is missing is told by the path; a value that names nothing is a field of the request.
_MISSING = ("no_such_", "not_found")


class ProblemField(Schema):
    """A field that is wrong."""

    field: str
    code: str
    message: str


class Problem(Schema):
    """Why a request was refused."""

    type: str
    title: str
    status: int
    detail: str
    code: str
    instance: str
    request_id: str
    errors: list[ProblemField]


REFUSALS: dict[Any, Any] = {frozenset({400, 401, 403, 404, 409, 422, 429}): Problem}


def answer_problem(
    request: HttpRequest,
    status: int,
    *,
    code: str,
    detail: str = "",
    errors: list[dict[str, str]] | None = None,
) -> JsonResponse:
    """Return a problem of a status with a stable code."""
    title = HTTPStatus(status).phrase
    body = {
        "type": f"urn:dianke:problem:{code}",
        "title": title,
        "status": status,
        "detail": detail or title,
        "code": code,
        "instance": request.path,
        "request_id": getattr(request, "request_id", ""),
        "errors": errors or [],
    }
    response = JsonResponse(body, status=status, content_type=MEDIA_TYPE, json_dumps_params={"ensure_ascii": False})
    if status == HTTPStatus.UNAUTHORIZED:
        response.headers["WWW-Authenticate"] = 'Bearer realm="dianke"'
    return response


def status_of(error: DomainError) -> HTTPStatus:
    """Return the status of a refusal."""
    name = error.code.rpartition(".")[2]
    if isinstance(error, PermissionRefused) or error.code in _FORBIDDEN:
        return HTTPStatus.FORBIDDEN
    if name.startswith(_MISSING[0]) or name.endswith(_MISSING[1]):
        return HTTPStatus.NOT_FOUND
    # The run is named by the path: what is refused about it is the state that it is in.
    if error.code in _CONFLICTS or error.field in {None, "run"}:
        return HTTPStatus.CONFLICT
    return HTTPStatus.UNPROCESSABLE_ENTITY


def add_handlers(api: NinjaAPI) -> None:
    """Let every refusal and fault of the interface answer as a problem."""
    # ninja takes the handler of the nearest class.
    handlers: dict[type[Exception], Any] = {
        DomainError: _answer_refusal,
        ValidationError: _answer_invalid,
        Throttled: _answer_throttled,
        AuthenticationError: _answer_unknown,
        HttpError: _answer_http,
        Http404: _answer_missing,
        Exception: _answer_fault,
    }
    for kind, handler in handlers.items():
        api.add_exception_handler(kind, handler)


def _answer_refusal(request: HttpRequest, error: DomainError) -> JsonResponse:
    fields = [error.as_dict() | {"message": explain(error)}] if error.field else []
    faults = getattr(error, "faults", ())
    fields += [
        {
            "field": f"readings[{fault.index}].{fault.register}".rstrip("."),
            "code": str(fault.code),
            "message": fault.limit,
        }
        for fault in faults
    ]
    # Every reason against an application stands for itself.
    fields += [
        {"field": error.field or "", "code": one.code, "message": f"{one.remedy} ({one.article})"}
        for one in error.facts.get("refusals", ())
        if isinstance(one, Refusal)
    ]
    return answer_problem(request, status_of(error), code=error.code, detail=explain(error), errors=fields)


def _answer_invalid(request: HttpRequest, error: ValidationError) -> JsonResponse:
    fields = [
        {
            "field": ".".join(str(step) for step in fault["loc"][1:]) or str(fault["loc"][0]),
            "code": str(fault["type"]),
            "message": str(fault["msg"]),
        }
        for fault in error.errors
    ]
    return answer_problem(
        request,
        HTTPStatus.UNPROCESSABLE_ENTITY,
        code="api.request_not_valid",
        detail="; ".join(f"{one['field']}: {one['message']}" for one in fields),
        errors=fields,
    )


def _answer_throttled(request: HttpRequest, error: Throttled) -> JsonResponse:
    response = answer_problem(request, HTTPStatus.TOO_MANY_REQUESTS, code="api.too_many_requests")
    response.headers["Retry-After"] = str(int(error.wait or 1) + 1)
    return response


def _answer_unknown(request: HttpRequest, error: AuthenticationError) -> JsonResponse:
    return answer_problem(request, HTTPStatus.UNAUTHORIZED, code="api.not_authenticated")


def _answer_http(request: HttpRequest, error: HttpError) -> JsonResponse:
    codes = {HTTPStatus.FORBIDDEN: "api.forbidden", HTTPStatus.BAD_REQUEST: "api.request_not_readable"}
    code = codes.get(HTTPStatus(error.status_code), "api.refused")
    return answer_problem(request, error.status_code, code=code, detail=error.message)


def _answer_missing(request: HttpRequest, error: Http404) -> JsonResponse:
    return answer_problem(request, HTTPStatus.NOT_FOUND, code="api.not_found")


def _answer_fault(request: HttpRequest, error: Exception) -> JsonResponse:
    _LOG.error("fault of the interface", exc_info=error)
    return answer_problem(request, HTTPStatus.INTERNAL_SERVER_ERROR, code="api.fault")
