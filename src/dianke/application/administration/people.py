"""Adding people, changing them, and their log-ins."""

from dataclasses import dataclass
from datetime import datetime

from dianke.application.administration.reach import (
    STAFF,
    find_person,
    require_all_of_person,
    require_not_oneself,
    require_unit,
)
from dianke.domain.customers.queries.managers import count_held
from dianke.kernel.clock import to_shanghai
from dianke.kernel.errors import DomainError
from dianke.platform.audit.use_case import use_case
from dianke.platform.identity import locks, one_time_codes, operations, passwords, sessions
from dianke.platform.identity.models import Staff
from dianke.platform.identity.types import Actor
from dianke.platform.org import queries as org
from dianke.platform.org.models import Unit
from dianke.platform.org.reach import UnitOutOfReach


class PersonHoldsCustomers(DomainError):
    """Customers, visits or next steps hang on the person; they are handed over first."""

    code = "administration.person_holds_customers"
    message = "{customers} customers, {visits} visits and {steps} next steps hang on the person: hand them over first"


@dataclass(frozen=True)
class FirstPassword:
    """A password that an administrator hands over: shown once, changed at the first log-in."""

    person: Staff
    password: str


@use_case(right=STAFF)
def add_person(*, actor: Actor, login: str, name: str, unit_code: str) -> FirstPassword:
    """
    Add a person with a first password that they must change.

    :raises UnableToAddStaff: if the login is taken
    :raises UnitOutOfReach: if the unit is not within the actor's
    """
    unit = find_unit(actor=actor, code=unit_code, right=STAFF)
    password = passwords.draw_password()
    person = operations.add_staff(login=login, name=name, unit=unit, password=password, must_change_password=True)
    return FirstPassword(person=person, password=password)


@use_case(right=STAFF)
def change_person(*, actor: Actor, login: str, name: str, unit_code: str, office_phone: str | None = None) -> Staff:
    """
    Give a person another name, home unit or phone of their desk.

    :param office_phone: None leaves it as it is
    :raises UnfitPhone: if it is no number to call
    """
    person = find_person(actor=actor, login=login)
    unit = find_unit(actor=actor, code=unit_code, right=STAFF)
    operations.change_staff(staff=person, name=name, unit=unit, office_phone=office_phone)
    return person


@use_case(right=STAFF)
def deactivate_person(*, actor: Actor, login: str, reason: str, at: datetime) -> None:
    """
    Close a person's log-in and end their sessions; what they did keeps their name.

    :raises PersonHoldsCustomers: if customers, visits or next steps would be left with nobody
    """
    person = _take(actor, login)
    held = count_held(staff=person, on=to_shanghai(at).date())
    if not held.is_nothing:
        raise PersonHoldsCustomers(field="login", customers=held.customers, visits=held.visits, steps=held.steps)
    operations.set_active(staff=person, active=False)
    sessions.end_sessions(staff=person, by_login=actor.login, at=at)


@use_case(right=STAFF)
def reactivate_person(*, actor: Actor, login: str, reason: str) -> None:
    """Open a person's log-in again, with the posts they still hold."""
    operations.set_active(staff=_take(actor, login), active=True)


@use_case(right=STAFF)
def reset_password(*, actor: Actor, login: str, at: datetime) -> FirstPassword:
    """Give a person a new first password, end their sessions and forget the failures of their log-in."""
    person = _take(actor, login)
    password = passwords.draw_password()
    operations.set_password(staff=person, password=password, must_change=True, at=at)
    sessions.end_sessions(staff=person, by_login=actor.login, at=at)
    locks.forget_failures(login=person.login)
    return FirstPassword(person=person, password=password)


@use_case(right=STAFF)
def unlock_person(*, actor: Actor, login: str) -> None:
    """Let a person who failed too often try again at once."""
    locks.forget_failures(login=_take(actor, login).login)


@use_case(right=STAFF)
def remove_second_step(*, actor: Actor, login: str, reason: str) -> None:
    """Take the one-time codes away from somebody who lost their authenticator and their recovery codes."""
    one_time_codes.remove(staff=_take(actor, login))


@use_case(right=STAFF)
def end_sessions_of_person(*, actor: Actor, login: str, at: datetime, only: int | None = None) -> int:
    """End one session of a person, or all of them."""
    person = _take(actor, login)
    return sessions.end_sessions(staff=person, by_login=actor.login, at=at, only=only)


def find_unit(*, actor: Actor, code: str, right: str) -> Unit:
    """
    Return the unit of a code where the actor holds the right.

    :raises UnitOutOfReach: if there is none
    """
    unit = org.find_unit(actor=actor, code=code)
    if unit is None:
        raise UnitOutOfReach(field="unit", unit=code)
    require_unit(actor=actor, unit=unit, right=right)
    return unit


def _take(actor: Actor, login: str) -> Staff:
    person = find_person(actor=actor, login=login)
    require_not_oneself(actor=actor, person=person)
    require_all_of_person(actor=actor, person=person)
    return person
