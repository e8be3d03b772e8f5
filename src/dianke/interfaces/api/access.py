"""Who calls: a token, or the session of a person who has logged in."""

from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, cast

from django.conf import settings
from django.http import HttpRequest
from django.utils import timezone
from ninja.errors import AuthenticationError, HttpError
from ninja.security import APIKeyCookie, HttpBearer
from ninja.throttling import SimpleRateThrottle

from dianke.interfaces.web.requests import address_of
from dianke.kernel.clock import SystemClock
from dianke.platform.api_access import operations, queries
from dianke.platform.audit.use_case import PermissionRefused
from dianke.platform.identity.types import Actor

RATE = "600/m"


@dataclass(frozen=True)
class Caller:
    """Who acts, and under which name their idempotency keys and their rate are kept."""

    actor: Actor
    subject: str


class Token(HttpBearer):
    """A token in the header; a wrong one is refused even where a session stands beside it."""

    def authenticate(self, request: HttpRequest, token: str) -> Caller:
        """Return the caller of a token."""
        now = SystemClock().now()
        found = queries.find_token(secret=token, at=now)
        if found is None:
            raise AuthenticationError
        operations.note_use(token=found, at=now)
        actor = queries.build_token_actor(token=found, on=timezone.localdate(now), address=address_of(request))
        return Caller(actor, f"token:{found.pk}")


class Session(APIKeyCookie):
    """The cookie of a person who has logged in; writes want the token against forged requests too."""

    param_name = settings.SESSION_COOKIE_NAME

    def authenticate(self, request: HttpRequest, key: str | None) -> Caller | None:
        """Return the person of the session, which the middleware has found."""
        person: Any = getattr(request, "person", None)
        if person is None:
            return None
        if person.must_change_password:
            raise HttpError(HTTPStatus.FORBIDDEN, "the first password must be changed on the staff site")
        return Caller(cast("Any", request).actor, f"staff:{person.pk}")


class CallerThrottle(SimpleRateThrottle):
    """Counts the calls of each caller."""

    scope = "caller"

    def get_cache_key(self, request: HttpRequest) -> str | None:
        """Return under which name the calls are counted."""
        return f"api-rate-{caller_of(request).subject}"


def caller_of(request: HttpRequest) -> Caller:
    """Return who calls."""
    return cast("Caller", cast("Any", request).auth)


def actor_with(request: HttpRequest, right: str) -> Actor:
    """
    Return who acts, provided that they hold the right.

    :raises PermissionRefused: if they do not
    """
    actor = caller_of(request).actor
    if not actor.may(right):
        raise PermissionRefused(field="actor", login=actor.login, right=right)
    return actor.within(right)
