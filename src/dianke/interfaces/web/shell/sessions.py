"""
The log-in of a browser session.

Django's own get_user and logout need the tables of django.contrib.auth, which this product does not have;
what they do with a session is done here, with the same keys.
"""

from django.conf import settings
from django.contrib import auth
from django.http import HttpRequest
from django.utils.crypto import constant_time_compare

from dianke.platform.identity.models import Staff


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


def start(request: HttpRequest, *, login: str, password: str) -> Staff | None:
    """Begin the session of the person whose password this is, under a new key; None if it is nobody's."""
    person = auth.authenticate(request, login=login, password=password)
    if not isinstance(person, Staff):
        return None
    auth.login(request, person)
    return person


def end(request: HttpRequest) -> None:
    """End the session and forget what it held."""
    request.session.flush()
