"""Whom and what an administrator reaches, and what nobody gives to themselves."""

from datetime import date

from django.utils import timezone

from dianke.kernel.clock import SystemClock
from dianke.kernel.errors import DomainError
from dianke.platform.identity import queries as identity
from dianke.platform.identity.models import Staff
from dianke.platform.identity.types import EVERY_UNIT, Actor
from dianke.platform.org.models import Unit
from dianke.platform.org.reach import UnitOutOfReach

STAFF = "staff.manage"


class PersonOutOfReach(DomainError):
    """Nobody of the administrator's units has the login."""

    code = "administration.person_out_of_reach"
    message = "nobody of your units logs in as {login}"


class PersonHoldsMore(DomainError):
    """The person holds posts at units beyond the administrator's."""

    code = "administration.person_holds_more"
    message = "{login} holds a post at {unit}, which is not within your units"


class OwnRightsComeFromAnother(DomainError):
    """Somebody wants to give themselves a post, a deputyship or a right."""

    code = "administration.own_rights"
    message = "another person decides what {login} may do"


class WholeUtilityWanted(DomainError):
    """What counts for the whole utility is to be changed from one of its units."""

    code = "administration.whole_utility_wanted"
    message = "this counts for the whole utility and needs a post there"


def today() -> date:
    """Return the utility's date."""
    return timezone.localdate(SystemClock().now())


def find_person(*, actor: Actor, login: str) -> Staff:
    """
    Return a person of the units where the actor manages staff.

    :raises PersonOutOfReach: if nobody there has the login
    """
    person = identity.get_staff(actor=actor, login=login, right=STAFF)
    if person is None:
        raise PersonOutOfReach(field="login", login=login)
    return person


def require_all_of_person(*, actor: Actor, person: Staff) -> None:
    """
    Refuse to touch the log-in of somebody who holds posts beyond the actor's units.

    A branch's administrator could otherwise take over the company's by giving them a new password.

    :raises PersonHoldsMore: naming the first unit
    """
    for assignment in identity.list_assignments(staff=[person]):
        ended = assignment.period.isempty or (assignment.period.upper and assignment.period.upper <= today())
        if not ended and not actor.may(STAFF, assignment.unit.path):
            raise PersonHoldsMore(field="login", login=person.login, unit=assignment.unit.name)


def require_not_oneself(*, actor: Actor, person: Staff) -> None:
    """
    Refuse what would change the actor's own rights.

    :raises OwnRightsComeFromAnother: if the person is the actor, or one they stand in for
    """
    if person.pk == actor.staff_id or person.login in actor.deputises_for:
        raise OwnRightsComeFromAnother(field="login", login=person.login)


def require_whole_utility(*, actor: Actor, right: str) -> None:
    """
    Refuse whoever holds the right at a unit only.

    :raises WholeUtilityWanted: if they do
    """
    if not actor.may(right, EVERY_UNIT):
        raise WholeUtilityWanted(field="actor")


def require_unit(*, actor: Actor, unit: Unit, right: str) -> None:
    """
    Refuse a unit that the right does not reach.

    :raises UnitOutOfReach: if it does not
    """
    if not actor.may(right, unit.path):
        raise UnitOutOfReach(field="unit", unit=unit.code)
