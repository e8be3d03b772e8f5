"""
Call-backs of gateways of online payment.

The answer is one of four, whatever was sent: taken, worth nothing, too large, no such gateway. Nobody learns from it
whether an order exists; a gateway that hears anything but the first sends again later.
"""

from http import HTTPStatus

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, JsonResponse
from django.http.request import RawPostDataException, UnreadablePostError
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from dianke.application import acquirers
from dianke.domain.channels.queries.acquirers import AcquirerUnknown
from dianke.interfaces.web.requests import address_of
from dianke.kernel.clock import SystemClock

MOST_BYTES = 16 * 1024


@csrf_exempt
@login_not_required
@require_POST
def take_call_back(request: HttpRequest, code: str) -> JsonResponse:
    """Take a call of a gateway: its size first, then its signature, then what it tells."""
    body = _read_body(request)
    if body is None:
        return _answer(HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
    if not code.isascii() or not code.isalnum():
        return _answer(HTTPStatus.NOT_FOUND)
    headers = {name.lower(): value for name, value in request.headers.items()}
    try:
        is_taken = acquirers.take_call_back(
            code=code, headers=headers, body=body, address=address_of(request), at=SystemClock().now()
        )
    except AcquirerUnknown:
        return _answer(HTTPStatus.NOT_FOUND)
    return _answer(HTTPStatus.OK if is_taken else HTTPStatus.UNAUTHORIZED)


def _read_body(request: HttpRequest) -> bytes | None:
    """Return the bytes as they came, or None where there are more than a call-back has."""
    try:
        length = int(request.META.get("CONTENT_LENGTH") or 0)
    except ValueError:
        return None
    if not 0 <= length <= MOST_BYTES:
        return None
    try:
        return request.read(MOST_BYTES)
    except (UnreadablePostError, RawPostDataException):
        return b""


def _answer(status: HTTPStatus) -> JsonResponse:
    return JsonResponse({"code": "SUCCESS" if status is HTTPStatus.OK else "FAIL"}, status=status)
