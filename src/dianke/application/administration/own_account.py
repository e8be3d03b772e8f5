"""What every person does with their own account."""

from datetime import datetime

from dianke.platform.audit.use_case import OWN_ACCOUNT, use_case
from dianke.platform.identity import one_time_codes, operations, passwords, sessions
from dianke.platform.identity.models import Staff
from dianke.platform.identity.types import Actor


@use_case(right=OWN_ACCOUNT)
def change_own_password(*, actor: Actor, person: Staff, password: str, session_key: str, at: datetime) -> None:
    """
    Take a password of the person's own choice and end their other sessions.

    :raises PasswordRefused: if it breaks a rule
    """
    _require_own(actor, person)
    passwords.require_good_password(staff=person, password=password)
    operations.set_password(staff=person, password=password, at=at)
    sessions.end_sessions(staff=person, by_login=actor.login, at=at, keep=session_key)


@use_case(right=OWN_ACCOUNT)
def choose_language(*, actor: Actor, person: Staff, language: str) -> None:
    """Keep the language that the person reads."""
    _require_own(actor, person)
    operations.set_language(staff=person, language=language)


@use_case(right=OWN_ACCOUNT)
def begin_one_time_codes(*, actor: Actor, person: Staff, at: datetime) -> str:
    """Return the secret for an authenticator; the log-in asks for codes once the first was right."""
    _require_own(actor, person)
    return one_time_codes.begin_enrolment(staff=person, at=at)


@use_case(right=OWN_ACCOUNT)
def confirm_one_time_codes(*, actor: Actor, person: Staff, one_time_code: str, at: datetime) -> list[str]:
    """
    Ask for codes at the log-in from now on and return the recovery codes.

    :raises CodeRefused: if the first code is wrong
    """
    _require_own(actor, person)
    return one_time_codes.confirm_enrolment(staff=person, one_time_code=one_time_code, at=at)


@use_case(right=OWN_ACCOUNT)
def remove_one_time_codes(*, actor: Actor, person: Staff) -> None:
    """Ask for the password alone again."""
    _require_own(actor, person)
    one_time_codes.remove(staff=person)


@use_case(right=OWN_ACCOUNT)
def end_own_sessions(*, actor: Actor, person: Staff, session_key: str, at: datetime, only: int | None = None) -> int:
    """End one session of the person, or all but the one that asks."""
    _require_own(actor, person)
    return sessions.end_sessions(staff=person, by_login=actor.login, at=at, only=only, keep=session_key)


def _require_own(actor: Actor, person: Staff) -> None:
    assert actor.staff_id == person.pk  # noqa: S101 - a wrong call is a bug, not an input
