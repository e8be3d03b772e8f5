"""Writes: once for a key, however often they arrive."""

from collections.abc import Callable
from typing import Annotated

from django.http import HttpRequest, HttpResponse
from ninja import Header, Schema

from dianke.interfaces.api.access import caller_of
from dianke.kernel.clock import SystemClock
from dianke.platform.api_access import operations

IdempotencyKey = Annotated[
    str,
    Header(
        alias="Idempotency-Key",
        min_length=8,
        max_length=80,
        pattern=r"^[\x21-\x7e]+$",
        description="a new one for each act; the same request again within 24 hours gets the same answer",
    ),
]


def answer_write(request: HttpRequest, *, key: str, write: Callable[[], Schema], status: int = 201) -> HttpResponse:
    """
    Do a write once for its key and answer; a repeated request gets the first answer and says so.

    :raises KeyUsedForAnother: if the key stands for another request
    """
    answer = operations.answer_once(
        subject=caller_of(request).subject,
        key=key,
        request=f"{request.method} {request.path}\n".encode() + request.body,
        at=SystemClock().now(),
        write=lambda: (status, write().model_dump_json()),
    )
    response = HttpResponse(answer.body, status=answer.status, content_type="application/json")
    if answer.is_replayed:
        response.headers["Idempotency-Replayed"] = "true"
    return response
