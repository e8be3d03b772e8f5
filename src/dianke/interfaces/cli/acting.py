"""Who acts on the command line: a shell account gives no rights, a password does."""

import getpass
import os
import sys

from dianke.application.administration import log_in as door
from dianke.kernel.clock import SystemClock
from dianke.kernel.errors import DomainError
from dianke.platform.identity import queries as identity
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
    password = _ask("DIANKE_PASSWORD", f"{login}: ")
    now = SystemClock().now()
    answer = door.check_password(login=login, password=password, address="", at=now, origin="cli")
    if answer.step is door.Step.CODE_WANTED and answer.person is not None:
        code = _ask("DIANKE_CODE", "code: ")
        answer = door.check_code(staff_id=answer.person.pk, one_time_code=code, address="", at=now, origin="cli")
    if answer.locked_until is not None:
        raise LoginRefused(field="password", reason=f"locked until {answer.locked_until:%H:%M} after too many failures")
    if answer.step is not door.Step.ACCEPTED or answer.person is None:
        raise LoginRefused(field="password", reason="the login or the password is wrong")
    if answer.person.must_change_password:
        raise LoginRefused(field="password", reason="change the first password on the staff site before")
    return identity.build_actor(staff=answer.person, on=now.date(), origin="cli")


def _ask(variable: str, prompt: str) -> str:
    given = os.environ.get(variable)
    if given is not None:
        return given
    if not sys.stdin.isatty():
        raise LoginRefused(field="password", reason=f"set {variable} or run it at a terminal")
    return getpass.getpass(prompt)
