"""Writes of identity."""

from datetime import date

from django.db.backends.postgresql.psycopg_any import DateRange

from dianke.kernel.errors import DomainError
from dianke.platform.identity.models import Post, PostAssignment, Staff
from dianke.platform.identity.types import Actor
from dianke.platform.org.models import Unit


class UnableToAddStaff(DomainError):
    """The person cannot be added."""

    code = "identity.unable_to_add_staff"
    message = "staff {login} cannot be added: {reason}"


def add_staff(*, login: str, name: str, unit: Unit, password: str | None) -> Staff:
    """
    Add a person; without a password nobody can log in as them until one is set.

    :raises UnableToAddStaff: if the login is taken
    """
    system = Actor.system("checking that a login is free")
    if Staff.objects.for_actor(system).filter(login=login).exists():
        raise UnableToAddStaff(field="login", login=login, reason="the login is taken")
    staff = Staff(login=login, name=name, unit=unit)
    if password is None:
        staff.set_unusable_password()
    else:
        staff.set_password(password)
    staff.save()
    return staff


def set_password(*, staff: Staff, password: str) -> None:
    """Give a person a new password; sessions opened with the old one end."""
    staff.set_password(password)
    staff.save(update_fields=["password"])


def define_post(*, code: str, name: str, rights: list[str]) -> Post:
    """Add a post, or give an existing one the rights named."""
    system = Actor.system("defining posts")
    post, _ = Post.objects.for_actor(system).update_or_create(
        code=code, defaults={"name": name, "rights": sorted(rights)}
    )
    return post  # type: ignore[no-any-return]


def assign_post(*, staff: Staff, post: Post, unit: Unit, start: date, end: date | None = None) -> PostAssignment:
    """Let a person hold a post for a unit and below from a day on."""
    assignment = PostAssignment(staff=staff, post=post, unit=unit, period=DateRange(start, end))
    assignment.save()
    return assignment
