"""Sessions that people opened: who, since when, from where; and their end."""

from datetime import datetime, timedelta
from importlib import import_module
from typing import Any

from django.conf import settings
from django.contrib.sessions.models import Session

from dianke.platform.identity.models import Staff, StaffSession
from dianke.platform.identity.types import Actor
from dianke.platform.org.scoping import Scope

SEEN_EVERY = timedelta(minutes=5)

_SYSTEM = Actor.system("keeping the list of sessions")


def open_session(*, staff: Staff, session_key: str, address: str, browser: str, at: datetime) -> None:
    """Note a session that begins, and that the person has logged in."""
    StaffSession(
        staff=staff,
        session_key=session_key,
        started_at=at,
        seen_at=at,
        address=address[:64],
        browser=browser[:200],
    ).save()
    # Django does this in its own app, which is not installed here.
    Staff.objects.for_actor(_SYSTEM).filter(pk=staff.pk).update(last_login=at)


def rename_session(*, old_key: str, new_key: str) -> None:
    """Follow a session that goes on under a new key, as after a change of password."""
    StaffSession.objects.for_actor(_SYSTEM).filter(session_key=old_key).update(session_key=new_key)


def note_seen(*, session_key: str, at: datetime) -> None:
    """Note that a session is in use; the caller asks at most every SEEN_EVERY."""
    StaffSession.objects.for_actor(_SYSTEM).filter(session_key=session_key).update(seen_at=at)


def list_open_sessions(*, actor: Scope, staff: Staff, at: datetime) -> list[StaffSession]:
    """Return the sessions of a person that still open pages, the latest first."""
    rows = StaffSession.objects.for_actor(actor).filter(staff=staff, ended_at=None).order_by("-started_at", "-id")
    listed = list(rows[:200])
    keys = [row.session_key for row in listed]
    living = set(Session.objects.filter(session_key__in=keys, expire_date__gt=at).values_list("session_key", flat=True))
    return [row for row in listed if row.session_key in living]


def end_sessions(*, staff: Staff, by_login: str, at: datetime, only: int | None = None, keep: str = "") -> int:
    """
    End the sessions of a person and return how many ended.

    `only` names one session by its number, `keep` the key of one that goes on.
    """
    rows = StaffSession.objects.for_actor(_SYSTEM).filter(staff=staff, ended_at=None)
    if only is not None:
        rows = rows.filter(pk=only)
    if keep:
        rows = rows.exclude(session_key=keep)
    keys = list(rows.values_list("session_key", flat=True))
    for key in keys:
        _store(key).delete()
    return int(rows.filter(session_key__in=keys).update(ended_at=at, ended_by=by_login))


def close_session(*, session_key: str, by_login: str, at: datetime) -> None:
    """Note that a person left."""
    rows = StaffSession.objects.for_actor(_SYSTEM).filter(session_key=session_key, ended_at=None)
    rows.update(ended_at=at, ended_by=by_login)


def _store(key: str) -> Any:
    return import_module(settings.SESSION_ENGINE).SessionStore(key)
