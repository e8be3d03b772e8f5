"""Who acts on the command line: a shell account gives no rights, a password does."""

import getpass
import os
import sys

from dianke.kernel.clock import SystemClock
from dianke.kernel.errors import DomainError
from dianke.platform.identity import queries as identity
from dianke.platform.identity.backends import StaffBackend
from dianke.platform.identity.types import Actor


class LoginRefused(DomainError):
    """The login or its password is wrong, or none was given."""

    code = "login_refused"
    message = "log-in refused: {reason}"


def log_in(login: str | None) -> Actor:
    """
    Return the actor of a login; the password comes from DIANKE_PASSWORD or is asked for.

    :raises LoginRefused: if no login is named, or the password is wrong
    """
    if not login:
        raise LoginRefused(field="as", reason="name who acts with --as LOGIN")
    password = os.environ.get("DIANKE_PASSWORD")
    if password is None:
        if not sys.stdin.isatty():
            raise LoginRefused(field="password", reason="set DIANKE_PASSWORD or run it at a terminal")
        password = getpass.getpass(f"{login}: ")
    staff = StaffBackend().authenticate(None, login=login, password=password)
    if staff is None:
        raise LoginRefused(field="password", reason="the login or the password is wrong")
    return identity.build_actor(staff=staff, on=SystemClock().now().date(), origin="cli")
