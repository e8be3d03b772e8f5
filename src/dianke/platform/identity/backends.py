"""Log-in by login and password."""

from typing import Any

from django.db import connection
from django.http import HttpRequest

from dianke.platform.identity.models import Staff
from dianke.platform.org.models import Unit
from dianke.platform.prepared_statements import fetch_prepared

_STAFF_FIELDS = [field.attname for field in Staff._meta.concrete_fields]
_UNIT_FIELDS = [field.attname for field in Unit._meta.concrete_fields]
_COLUMNS = [*(f"person.{name}" for name in _STAFF_FIELDS), *(f"unit.{name}" for name in _UNIT_FIELDS)]
_PERSON_OF_SESSION = (
    f"select {', '.join(_COLUMNS)} from identity_staff person join org_unit unit on unit.id = person.unit_id"  # noqa: S608 - names of our own columns
    " where person.id = %s and person.active"
)


class StaffBackend:
    """Checks a password and finds the person of a session."""

    def authenticate(
        self, request: HttpRequest | None, login: str | None = None, password: str | None = None, **_: Any
    ) -> Staff | None:
        """Return the person whose password this is, or None."""
        if not login or password is None:
            return None
        staff = self.find(login)
        if staff is None:
            # Spends the time of a check, so that a stranger cannot tell which logins exist.
            Staff(login=login).set_password(password)
            return None
        return staff if staff.check_password(password) and staff.active else None

    def find(self, login: str) -> Staff | None:
        """Return the person of a login, active or not."""
        # Before the log-in there is no actor yet; this is the one read that may run without one.
        return Staff._base_manager.filter(login=login).select_related("unit").first()

    def get_user(self, user_id: int) -> Staff | None:
        """Return the person of a session while they may log in."""
        # Asked before every page: written out, for the ORM takes longer to put it together than the database to answer.
        found = fetch_prepared(_PERSON_OF_SESSION, [user_id])
        if not found:
            return None
        person = Staff.from_db(connection.alias, _STAFF_FIELDS, found[0][: len(_STAFF_FIELDS)])
        person.unit = Unit.from_db(connection.alias, _UNIT_FIELDS, found[0][len(_STAFF_FIELDS) :])
        return person
