"""People by name where tables hold logins."""

from collections.abc import Iterable

from django.utils.translation import gettext as _

from dianke.platform.identity import queries as identity

_SYSTEM = "system"


class Names:
    """Names of the logins that a page shows, fetched at once; a login that left no person shows itself."""

    def __init__(self, logins: Iterable[str | None]) -> None:
        wanted = {login for login in logins if login}
        self._names = identity.get_names(logins=wanted) if wanted else {}

    def of(self, login: str | None) -> str:
        """Return the name of a login, or nothing for nobody."""
        if login == _SYSTEM:
            return _("system")
        return self._names.get(login or "", login or "")
