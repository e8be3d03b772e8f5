"""Writes of identity."""

import re
from datetime import date, datetime, timedelta

from django.db import IntegrityError, transaction
from django.db.backends.postgresql.psycopg_any import DateRange

from dianke.kernel.clock import SystemClock
from dianke.kernel.errors import DomainError
from dianke.platform.identity import passwords
from dianke.platform.identity.models import Deputyship, Post, PostAssignment, Staff
from dianke.platform.identity.types import Actor
from dianke.platform.org.models import Unit

_PHONE = re.compile(r"[0-9 ()+-]{0,20}")


class UnableToAddStaff(DomainError):
    """The person cannot be added."""

    code = "identity.unable_to_add_staff"
    message = "staff {login} cannot be added: {reason}"


class UnfitPhone(DomainError):
    """Nobody can call that."""

    code = "identity.unfit_phone"
    message = "{phone} is no number to call"


class UnableToAssignPost(DomainError):
    """The person cannot hold the post for that time."""

    code = "identity.unable_to_assign_post"
    message = "{login} cannot hold the post {post}: {reason}"


class UnableToAddDeputy(DomainError):
    """The person cannot stand in for the other."""

    code = "identity.unable_to_add_deputy"
    message = "{deputy} cannot stand in for {absent}: {reason}"


class UnableToEnd(DomainError):
    """What is to end has ended, or has not begun to."""

    code = "identity.unable_to_end"
    message = "this cannot end on {day}: {reason}"


def add_staff(*, login: str, name: str, unit: Unit, password: str | None, must_change_password: bool = False) -> Staff:
    """
    Add a person; without a password nobody can log in as them until one is set.

    :raises UnableToAddStaff: if the login is taken
    """
    system = Actor.system("checking that a login is free")
    if Staff.objects.for_actor(system).filter(login=login).exists():
        raise UnableToAddStaff(field="login", login=login, reason="the login is taken")
    staff = Staff(login=login, name=name, unit=unit, must_change_password=must_change_password)
    if password is None:
        staff.set_unusable_password()
    else:
        staff.set_password(password)
    staff.save()
    return staff


def change_staff(*, staff: Staff, name: str, unit: Unit, office_phone: str | None = None) -> None:
    """
    Give a person another name, home unit or phone of their desk; their posts stay.

    :param office_phone: None leaves it as it is
    :raises UnfitPhone: if it holds anything but digits, spaces, dashes, brackets and a plus
    """
    if office_phone is not None:
        if not _PHONE.fullmatch(office_phone.strip()):
            raise UnfitPhone(field="office_phone", phone=office_phone)
        staff.office_phone = office_phone.strip()
    staff.name, staff.unit = name, unit
    staff.save(update_fields=["name", "unit", "office_phone"])


def set_active(*, staff: Staff, active: bool) -> None:
    """Let a person log in, or no longer; open sessions end with the next request."""
    staff.active = active
    staff.save(update_fields=["active"])


def set_language(*, staff: Staff, language: str) -> None:
    """Keep the language a person reads."""
    staff.language = language
    staff.save(update_fields=["language"])


def set_password(*, staff: Staff, password: str, must_change: bool = False, at: datetime | None = None) -> None:
    """Give a person a new password; sessions opened with the old one end."""
    staff.set_password(password)
    staff.must_change_password = must_change
    staff.save(update_fields=["password", "must_change_password"])
    passwords.remember_password(staff=staff, at=at or SystemClock().now())


def define_post(
    *, code: str, name: str, rights: list[str], name_en: str | None = None, department: str | None = None
) -> Post:
    """Add a post, or give an existing one the rights named; words that are not given stay as they are."""
    system = Actor.system("defining posts")
    words = {"name_en": name_en, "department": department}
    defaults = {key: value for key, value in words.items() if value is not None}
    post, _ = Post.objects.for_actor(system).update_or_create(
        code=code, defaults={"name": name, "rights": sorted(set(rights)), **defaults}
    )
    return post  # type: ignore[no-any-return]


def assign_post(*, staff: Staff, post: Post, unit: Unit, start: date, end: date | None = None) -> PostAssignment:
    """
    Let a person hold a post for a unit and below from a day on.

    :raises UnableToAssignPost: if they hold it there already at some time of it, or the days are turned round
    """
    if end is not None and end <= start:
        raise UnableToAssignPost(
            field="end", login=staff.login, post=post.name, reason="the last day lies before the first"
        )
    assignment = PostAssignment(staff=staff, post=post, unit=unit, period=DateRange(start, end))
    try:
        with transaction.atomic():
            assignment.save()
    except IntegrityError as error:
        raise UnableToAssignPost(
            field="start", login=staff.login, post=post.name, reason="they hold it there already"
        ) from error
    return assignment


def end_assignment(*, assignment: PostAssignment, end: date) -> None:
    """
    Let a post end before a day; one that never began is kept as an empty time, for the trail.

    :raises UnableToEnd: if it ended earlier
    """
    assignment.period = _shorten(assignment.period, end)
    assignment.save(update_fields=["period"])


def add_deputy(*, absent: Staff, deputy: Staff, start: date, last_date: date, reason: str) -> Deputyship:
    """
    Let a person stand in for an absent one, with the posts of the absent one, from a day to a last day.

    :raises UnableToAddDeputy: if both are one person, the days are turned round or the two overlap
    """
    facts = {"absent": absent.login, "deputy": deputy.login}
    if absent.pk == deputy.pk:
        raise UnableToAddDeputy(field="deputy", reason="nobody stands in for themselves", **facts)
    if last_date < start:
        raise UnableToAddDeputy(field="last_date", reason="the last day lies before the first", **facts)
    end = last_date + timedelta(days=1)
    deputyship = Deputyship(absent=absent, deputy=deputy, period=DateRange(start, end), reason=reason)
    try:
        with transaction.atomic():
            deputyship.save()
    except IntegrityError as error:
        raise UnableToAddDeputy(field="start", reason="they stand in already at that time", **facts) from error
    return deputyship


def end_deputyship(*, deputyship: Deputyship, end: date) -> None:
    """
    Let a deputyship end before a day.

    :raises UnableToEnd: if it ended earlier
    """
    deputyship.period = _shorten(deputyship.period, end)
    deputyship.save(update_fields=["period"])


def _shorten(period: DateRange, end: date) -> DateRange:
    if period.isempty or (period.upper is not None and period.upper <= end):
        raise UnableToEnd(field="end", day=end, reason="it ended earlier")
    # What has not begun becomes empty: the row stays, and gives nothing.
    return DateRange(empty=True) if end <= period.lower else DateRange(period.lower, end)
