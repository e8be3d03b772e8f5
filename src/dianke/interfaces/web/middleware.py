"""What happens to every request: a number, a language, somebody who acts, and an answer to refusals."""

import re
import uuid
from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import resolve_url
from django.utils import timezone, translation
from django.utils.cache import patch_vary_headers
from django.utils.http import urlencode

from dianke.interfaces.web.requests import address_of
from dianke.interfaces.web.shell import errors, sessions
from dianke.kernel.clock import SystemClock
from dianke.kernel.errors import DomainError
from dianke.platform.identity import queries as identity

_Answer = Callable[[HttpRequest], HttpResponse]
_SAFE_ID = re.compile(r"[A-Za-z0-9-]{8,64}")


class RequestIdMiddleware:
    """Gives each request a number, which the answer, the error page and the log carry."""

    def __init__(self, get_response: _Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Take the proxy's number when it is harmless, else make one."""
        given = request.headers.get("X-Request-ID", "")
        request.request_id = given if _SAFE_ID.fullmatch(given) else uuid.uuid4().hex  # type: ignore[attr-defined]
        response = self.get_response(request)
        response.headers["X-Request-ID"] = request.request_id  # type: ignore[attr-defined]
        return response


class ChosenLanguageMiddleware:
    """
    Speaks the language that the person switched to, else the default.

    Django's own LocaleMiddleware also follows the browser's list; on an office computer that list says in
    what language the browser was installed, not what its user reads.
    """

    def __init__(self, get_response: _Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Activate the language of the cookie while the request runs."""
        wanted = request.COOKIES.get(settings.LANGUAGE_COOKIE_NAME, "")
        language = wanted if wanted in dict(settings.LANGUAGES) else settings.LANGUAGE_CODE
        with translation.override(language):
            request.LANGUAGE_CODE = language
            response = self.get_response(request)
        response.headers.setdefault("Content-Language", language)
        patch_vary_headers(response, ["Cookie"])
        return response


class ActorMiddleware:
    """Says who acts, and sends everybody else to the log-in: a page is closed unless it says otherwise."""

    def __init__(self, get_response: _Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Set `person` and `actor`; both are None before the log-in."""
        person = sessions.find_person(request)
        now = SystemClock().now()
        request.person = person  # type: ignore[attr-defined]
        request.actor = person and identity.build_actor(  # type: ignore[attr-defined]
            staff=person, on=timezone.localdate(now), origin="web", address=address_of(request)
        )
        if person is not None:
            sessions.note_seen(request, at=now)
        response = self.get_response(request)
        if person is not None:
            # Counters share computers: after the log-out nothing may be left behind the back button.
            response.headers.setdefault("Cache-Control", "private, no-store")
        return response

    def process_view(
        self, request: HttpRequest, view: Any, args: tuple[Any, ...], kwargs: dict[str, Any]
    ) -> HttpResponse | None:
        """
        Ask for the log-in where the view has not been marked with `login_not_required`.

        Whoever has a first password changes it before they see any page.
        """
        if not getattr(view, "login_required", True):
            return None
        person = request.person  # type: ignore[attr-defined]
        if person is not None:
            must_change = person.must_change_password and not getattr(view, "before_password_change", False)
            return HttpResponseRedirect(resolve_url("web:password_change")) if must_change else None
        log_in = resolve_url(settings.LOGIN_URL)
        if request.headers.get("HX-Request"):
            # A fragment must not be filled with the log-in page, so htmx is told to leave the page.
            return HttpResponse(status=401, headers={"HX-Redirect": log_in})
        return HttpResponseRedirect(f"{log_in}?{urlencode({'next': request.get_full_path()})}")


class RefusalMiddleware:
    """Answers a refusal that no view caught with a page that says what was refused and why."""

    def __init__(self, get_response: _Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Pass the request on."""
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """Turn a DomainError into its page; leave every other exception alone."""
        return errors.refusal(request, exception) if isinstance(exception, DomainError) else None
