"""The store of sessions: what is read, what is written, what stays gone."""

import pytest
from django.contrib.sessions.backends.base import UpdateError
from django.contrib.sessions.models import Session

from dianke.platform.identity.browser_sessions import SessionStore

pytestmark = pytest.mark.django_db


def make_session() -> SessionStore:
    session = SessionStore()
    session["opened"] = "户 1"
    session.create()
    session["opened"] = "户 2"
    session.save()
    return session


def test_session_is_found_again_with_what_was_saved_last() -> None:
    key = make_session().session_key

    assert dict(SessionStore(key).items()) == {"opened": "户 2"}


def test_session_past_its_time_holds_nothing() -> None:
    session = make_session()
    session.set_expiry(-1)
    session.save()

    later = SessionStore(session.session_key)

    assert dict(later.items()) == {}
    assert later.session_key is None


def test_session_that_somebody_ended_is_not_brought_back() -> None:
    session = make_session()
    Session.objects.filter(session_key=session.session_key).delete()

    with pytest.raises(UpdateError):
        session.save()

    assert Session.objects.count() == 0


def test_unknown_key_holds_nothing() -> None:
    assert dict(SessionStore("x" * 32).items()) == {}
