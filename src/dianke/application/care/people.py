"""Who looks after customers, as far as their post reaches into the units of whoever asks."""

from datetime import date

from dianke.kernel.clock import SystemClock
from dianke.kernel.errors import DomainError
from dianke.platform.identity import queries as identity
from dianke.platform.identity.models import Staff
from dianke.platform.identity.types import Actor

VIEW = "care.view"
WORK = "care.work"


class PersonUnknown(DomainError):
    """There is no such person within the actor's units."""

    code = "care.person_unknown"
    message = "there is no person {login} within your units"


def list_workers(*, actor: Actor, on: date) -> list[Staff]:
    """Return the people whose post lets them look after customers of the actor's units, by name."""
    paths = actor.list_unit_paths()
    people = {
        one.staff.pk: one.staff
        for one in identity.list_current_assignments(on=on)
        if WORK in one.post.rights
        and any(one.unit.path.startswith(path) or path.startswith(one.unit.path) for path in paths)
    }
    return sorted(people.values(), key=lambda one: (one.name, one.login))


def find_person(*, actor: Actor, login: str) -> Staff:
    """
    Return a person who looks after customers of the actor's units, or anybody at home there.

    :raises PersonUnknown: if there is none who may log in
    """
    scope = Actor.system("naming oneself") if login == actor.login else actor
    found = identity.get_staff(actor=scope, login=login)
    if found is None:
        workers = list_workers(actor=actor, on=SystemClock().now().date())
        found = next((one for one in workers if one.login == login), None)
    if found is None or not found.active:
        raise PersonUnknown(field="login", login=login)
    return found
