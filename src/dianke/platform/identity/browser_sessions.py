"""The store of browser sessions: Django's own table, read by one plain statement, for every page asks for it."""

from typing import Any

from django.contrib.sessions.backends import db
from django.contrib.sessions.backends.base import UpdateError
from django.db import connection
from django.utils import timezone

from dianke.platform.prepared_statements import fetch_prepared

_READ = "select session_data from django_session where session_key = %s and expire_date > %s"
_WRITE = """
    update django_session set session_data = %s, expire_date = %s
    where session_key = %s and set_config('synchronous_commit', 'off', true) = 'off'
"""


class SessionStore(db.SessionStore):
    """Keeps sessions in the database, so that a log-out or a lock holds for every process at once."""

    def load(self) -> dict[str, Any]:
        """Return what the session holds; one that ended or never was is forgotten."""
        found = fetch_prepared(_READ, [self.session_key, timezone.now()])
        if not found:
            self._session_key = None
            return {}
        return self.decode(found[0][0])

    def save(self, must_create: bool = False) -> None:
        """
        Write the session.

        What a session holds is not worth a wait for the disk: after a crash of the database the last moment of it may
        be missing, and then somebody logs in again. A log-out removes the row and does wait.
        """
        if must_create or self.session_key is None:
            super().save(must_create=must_create)
            return
        expires = self.get_expiry_date()
        with connection.cursor() as cursor:
            cursor.execute(_WRITE, [self.encode(dict(self.items())), expires, self.session_key])
            if not cursor.rowcount:
                # Somebody ended the session meanwhile: it is not brought back.
                raise UpdateError
