"""What our middleware adds to a request."""

from typing import Any

from django.http import HttpRequest

from dianke.platform.identity.models import Staff
from dianke.platform.identity.types import Actor


class StaffRequest(HttpRequest):
    """The request of a person who has logged in, as every view of a page receives it."""

    actor: Actor
    person: Staff
    request_id: str
    htmx: Any


def actor_of(request: HttpRequest) -> Actor | None:
    """Return who acts, or None before the log-in and on pages of errors that came before the session."""
    return getattr(request, "actor", None)
