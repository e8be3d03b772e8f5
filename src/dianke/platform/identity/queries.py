"""Reads of identity."""

from collections.abc import Iterable
from datetime import date

from dianke.kernel.errors import DomainError
from dianke.platform.identity.models import PostAssignment, Staff
from dianke.platform.identity.types import EVERY_UNIT, Actor, Grant
from dianke.platform.org.scoping import Scope


def build_actor(*, staff: Staff, on: date, origin: str, address: str = "") -> Actor:
    """Return the actor that a person is on a day: the rights of the posts held then, each with its units."""
    system = Actor.system("resolving the rights of a person who logs in")
    assignments = (
        PostAssignment.objects.for_actor(system)
        .filter(staff=staff, period__contains=on)
        .select_related("post", "unit")
        .order_by("id")
    )
    grants: set[Grant] = set()
    posts: list[str] = []
    for assignment in assignments:
        # The root's own path is "/1/"; a post held there reaches everything.
        path = EVERY_UNIT if assignment.unit.parent_id is None else assignment.unit.path
        grants |= {Grant(right, path) for right in assignment.post.rights}
        posts.append(assignment.post.name)
    return Actor(
        login=staff.login,
        name=staff.name,
        grants=frozenset(grants),
        staff_id=staff.pk,
        unit_path=staff.unit.path,
        origin=origin,
        address=address,
        posts=tuple(posts),
    )


def list_staff(*, actor: Scope) -> list[Staff]:
    """Return the people of the actor's units."""
    return list(Staff.objects.for_actor(actor).select_related("unit").order_by("login", "id"))


def get_names(*, logins: Iterable[str]) -> dict[str, str]:
    """Return the name of each login that a page already shows, wherever the person works."""
    everybody = Actor.system("naming those whom a page shows by login")
    rows = Staff.objects.for_actor(everybody).filter(login__in=set(logins))
    return dict(rows.values_list("login", "name").order_by("login"))


def list_holders(*, right: str, unit_path: str, on: date) -> list[Staff]:
    """Return the active people who hold a right at a unit on a day, through a post there or above it."""
    everybody = Actor.system("naming those who may act next")
    assignments = (
        PostAssignment.objects.for_actor(everybody)
        .filter(post__rights__contains=[right], period__contains=on, staff__active=True)
        .select_related("staff", "unit")
        .order_by("staff__login", "id")
    )
    held = [one.staff for one in assignments if unit_path.startswith(one.unit.path)]
    return list(dict.fromkeys(held))


def get_actor(*, login: str, on: date, origin: str) -> Actor:
    """
    Return the actor that a login is on a day.

    :raises NoSuchStaff: if nobody active has the login
    """
    # A job or a command names the person; who may act as them was decided where the name was taken.
    staff = Staff._base_manager.filter(login=login, active=True).select_related("unit").first()
    if staff is None:
        raise NoSuchStaff(field="login", login=login)
    return build_actor(staff=staff, on=on, origin=origin)


class NoSuchStaff(DomainError):
    """Nobody active has that login."""

    code = "identity.no_such_staff"
    message = "nobody logs in as {login}"
