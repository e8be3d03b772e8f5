"""
The log-in of a browser session.

Django's own get_user and logout need the tables of django.contrib.auth, which this product does not have;
what they do with a session is done here, with the same keys.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.contrib import auth
from django.core.cache import cache
from django.http import HttpRequest
from django.utils.crypto import constant_time_compare

from dianke.platform.identity import sessions
from dianke.platform.identity.models import Staff

# Between password and code; afterwards the password is asked for again.
CODE_WITHIN = timedelta(minutes=5)

_BACKEND = "dianke.platform.identity.backends.StaffBackend"
_WAITING = "dianke_waits_for_code"


@dataclass(frozen=True)
class Waiting:
    """Somebody whose password was right and whose code is awaited."""

    staff_id: int
    onward: str


def find_person(request: HttpRequest) -> Staff | None:
    """Return whose session this is; a session from before a change of password is ended."""
    key = request.session.get(auth.SESSION_KEY)
    path = request.session.get(auth.BACKEND_SESSION_KEY)
    if key is None or path not in settings.AUTHENTICATION_BACKENDS:
        return None
    person = auth.load_backend(path).get_user(int(key))
    if not isinstance(person, Staff):
        return None
    if not constant_time_compare(request.session.get(auth.HASH_SESSION_KEY, ""), person.get_session_auth_hash()):
        request.session.flush()
        return None
    return person


def wait_for_code(request: HttpRequest, *, person: Staff, onward: str, at: datetime) -> None:
    """Keep in the session who may give a code next; the session opens no page yet."""
    request.session.flush()
    request.session[_WAITING] = [person.pk, at.timestamp(), onward]


def find_waiting(request: HttpRequest, *, at: datetime) -> Waiting | None:
    """Return whose code is awaited, or None when the password is too long ago."""
    kept = request.session.get(_WAITING)
    if not isinstance(kept, list) or at.timestamp() - kept[1] > CODE_WITHIN.total_seconds():
        return None
    return Waiting(staff_id=kept[0], onward=kept[2])


def start(request: HttpRequest, *, person: Staff, address: str, at: datetime) -> None:
    """Begin the session of a person under a new key, and enter it in their list."""
    request.session.pop(_WAITING, None)
    auth.login(request, person, backend=_BACKEND)
    sessions.open_session(
        staff=person,
        session_key=request.session.session_key or "",
        address=address,
        browser=request.headers.get("User-Agent", ""),
        at=at,
    )


def go_on(request: HttpRequest, *, person: Staff) -> None:
    """Let this session go on after its person's password was changed, under a new key."""
    old_key = request.session.session_key or ""
    request.session.cycle_key()
    # Django's own update_session_auth_hash asks for request.user, which only its middleware sets.
    request.session[auth.HASH_SESSION_KEY] = person.get_session_auth_hash()
    sessions.rename_session(old_key=old_key, new_key=request.session.session_key or "")


def note_seen(request: HttpRequest, *, at: datetime) -> None:
    """Note that the session is in use, at most once every few minutes."""
    key = request.session.session_key
    if key and cache.add(f"web.session_seen.{key}", 1, sessions.SEEN_EVERY.total_seconds()):
        sessions.note_seen(session_key=key, at=at)


def end(request: HttpRequest, *, login: str, at: datetime) -> None:
    """End the session and forget what it held."""
    if request.session.session_key:
        sessions.close_session(session_key=request.session.session_key, by_login=login, at=at)
    request.session.flush()
