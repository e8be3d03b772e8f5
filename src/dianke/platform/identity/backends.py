"""Log-in by login and password."""

from typing import Any

from django.http import HttpRequest

from dianke.platform.identity.models import Staff


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
        return Staff._base_manager.filter(pk=user_id, active=True).select_related("unit").first()
