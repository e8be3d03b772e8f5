"""The two steps of a log-in, its lock-out, and what the trail says of it."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from django.db import transaction

from dianke.kernel.errors import DomainError
from dianke.platform.audit.records import leave_record
from dianke.platform.identity import locks, one_time_codes
from dianke.platform.identity.backends import StaffBackend
from dianke.platform.identity.models import Staff
from dianke.platform.identity.types import Actor

_BACKEND = StaffBackend()
# What the trail calls somebody whose login nobody has; the text itself may be a password typed one field too early.
_UNKNOWN = "unknown"


class Step(StrEnum):
    """How far a log-in has come."""

    ACCEPTED = "ACCEPTED"
    CODE_WANTED = "CODE_WANTED"
    REFUSED = "REFUSED"
    LOCKED = "LOCKED"


@dataclass(frozen=True)
class Answer:
    """What a step of a log-in led to: the person unless it was refused, the end of the lock when it is locked."""

    step: Step
    person: Staff | None = None
    locked_until: datetime | None = None


class PasswordNotTheirs(DomainError):
    """Somebody at an open session does not know the password of its person."""

    code = "administration.password_not_theirs"
    message = "the present password is not right"


def check_password(*, login: str, password: str, address: str, at: datetime, origin: str = "web") -> Answer:
    """Take the first step: login and password. Failures are counted and lock the login, or the address."""
    login = login.strip()
    if lock := locks.find_lock(login=login, address=address, at=at):
        return Answer(step=Step.LOCKED, locked_until=lock.until)
    person = _BACKEND.authenticate(None, login=login, password=password)
    if person is None:
        return _refuse(login=login, address=address, at=at, origin=origin, cause="password")
    if one_time_codes.find_source(staff=person) is not None:
        return Answer(step=Step.CODE_WANTED, person=person)
    return _accept(person=person, address=address, origin=origin)


def check_code(*, staff_id: int, one_time_code: str, address: str, at: datetime, origin: str = "web") -> Answer:
    """Take the second step: a code of the authenticator, or a recovery code."""
    person = _BACKEND.get_user(staff_id)
    if person is None:
        return Answer(step=Step.REFUSED)
    if lock := locks.find_lock(login=person.login, address=address, at=at):
        return Answer(step=Step.LOCKED, locked_until=lock.until)
    try:
        one_time_codes.require_code(staff=person, one_time_code=one_time_code, at=at)
    except one_time_codes.CodeRefused:
        return _refuse(login=person.login, address=address, at=at, origin=origin, cause="one_time_code")
    return _accept(person=person, address=address, origin=origin)


def note_log_out(*, actor: Actor) -> None:
    """Say in the trail that somebody left."""
    _note("log_out", actor)


def require_own_password(*, actor: Actor, person: Staff, password: str, at: datetime) -> None:
    """
    Refuse unless whoever sits at the session knows its password; failures lock like those of a log-in.

    :raises PasswordNotTheirs: if it is wrong, or the login is locked
    """
    barred = locks.find_lock(login=person.login, address=actor.address, at=at)
    if barred is None and person.check_password(password):
        return
    if barred is None:
        locks.count_failure(login=person.login, address=actor.address, at=at)
        _note("refused", actor, cause="own_password")
    raise PasswordNotTheirs(field="old_password")


@transaction.atomic
def _accept(*, person: Staff, address: str, origin: str) -> Answer:
    locks.forget_failures(login=person.login)
    _note("accepted", _stand_in(person, address, origin))
    return Answer(step=Step.ACCEPTED, person=person)


@transaction.atomic
def _refuse(*, login: str, address: str, at: datetime, origin: str, cause: str) -> Answer:
    locks.count_failure(login=login, address=address, at=at)
    lock = locks.find_lock(login=login, address=address, at=at)
    person = _BACKEND.find(login)
    actor = _stand_in(person, address, origin)
    _note("refused", actor, cause=cause)
    if lock is None:
        return Answer(step=Step.REFUSED)
    _note("locked", actor, counted_by=lock.kind.value, until=lock.until.isoformat(timespec="seconds"))
    return Answer(step=Step.LOCKED, locked_until=lock.until)


def _stand_in(person: Staff | None, address: str, origin: str) -> Actor:
    """Return who the trail names: the person, without any right, or nobody known."""
    return Actor(
        login=person.login if person else _UNKNOWN,
        name=person.name if person else _UNKNOWN,
        grants=frozenset(),
        staff_id=person.pk if person else None,
        unit_path=person.unit.path if person else "/",
        origin=origin,
        address=address,
    )


def _note(act: str, actor: Actor, **facts: str | int | bool | None) -> None:
    leave_record(name=f"administration.log_in.{act}", right="", actor=actor, facts=facts)
