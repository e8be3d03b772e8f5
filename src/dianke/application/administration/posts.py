"""What a post may do, who holds it, and who stands in for whom."""

from collections.abc import Sequence
from datetime import date

from dianke.application.administration.people import find_unit
from dianke.application.administration.reach import (
    STAFF,
    OwnRightsComeFromAnother,
    PersonOutOfReach,
    find_person,
    require_all_of_person,
    require_not_oneself,
    require_unit,
    require_whole_utility,
    today,
)
from dianke.application.rights import RIGHTS
from dianke.kernel.errors import DomainError
from dianke.platform.audit.use_case import use_case
from dianke.platform.identity import operations
from dianke.platform.identity import queries as identity
from dianke.platform.identity.models import Deputyship, Post, PostAssignment
from dianke.platform.identity.template import PostTemplate, read_template
from dianke.platform.identity.types import Actor, Department


class UnknownRight(DomainError):
    """A post is to hold a right that does not exist."""

    code = "administration.unknown_right"
    message = "there is no right {right}"


class NoSuchPost(DomainError):
    """No post has the code."""

    code = "administration.no_such_post"
    message = "there is no post {post}"


class PostExists(DomainError):
    """A post has the code already."""

    code = "administration.post_exists"
    message = "a post {post} exists already"


class NoSuchAssignment(DomainError):
    """What is to end is not there, or not within the actor's units."""

    code = "administration.no_such_assignment"
    message = "this post or deputyship is not within your units"


@use_case(right=STAFF)
def load_template(*, actor: Actor) -> int:
    """Add the posts of the template that the utility lacks, leave those it has, and return how many came."""
    require_whole_utility(actor=actor, right=STAFF)
    known = {post.code for post in identity.list_posts(actor=actor)}
    missing = [post for post in read_template().posts if post.code not in known]
    for post in missing:
        define_from_template(post)
    return len(missing)


def define_from_template(post: PostTemplate) -> Post:
    """
    Add one post as the template has it.

    :raises UnknownRight: if the template names a right that does not exist
    """
    _require_known(post.rights)
    return operations.define_post(
        code=post.code,
        name=post.name,
        name_en=post.name_en,
        department=post.department.value,
        rights=list(post.rights),
    )


@use_case(right=STAFF)
def add_post(
    *, actor: Actor, code: str, name: str, name_en: str, department: Department, rights: Sequence[str]
) -> Post:
    """
    Add a post with its rights.

    :raises PostExists: if the code is taken
    """
    require_whole_utility(actor=actor, right=STAFF)
    if identity.find_post(actor=actor, code=code) is not None:
        raise PostExists(field="code", post=code)
    _require_known(rights)
    return operations.define_post(
        code=code, name=name, name_en=name_en, department=department.value, rights=list(rights)
    )


@use_case(right=STAFF)
def change_post(
    *, actor: Actor, code: str, name: str, name_en: str, department: Department, rights: Sequence[str]
) -> Post:
    """
    Give a post other words or rights; whoever holds it has them from their next request on.

    :raises OwnRightsComeFromAnother: if the actor holds the post, themselves or as a deputy
    """
    require_whole_utility(actor=actor, right=STAFF)
    post = _find_post(actor, code)
    _require_known(rights)
    if set(rights) != set(post.rights):
        _require_not_held(actor, post)
    return operations.define_post(
        code=code, name=name, name_en=name_en, department=department.value, rights=list(rights)
    )


@use_case(right=STAFF)
def assign_post(
    *, actor: Actor, login: str, post_code: str, unit_code: str, start: date, last_date: date | None = None
) -> PostAssignment:
    """
    Let a person hold a post for a unit and below, to a last day or until it is ended.

    :raises OwnRightsComeFromAnother: if the person is the actor
    :raises UnableToAssignPost: if they hold it there already
    """
    person = find_person(actor=actor, login=login)
    require_not_oneself(actor=actor, person=person)
    unit = find_unit(actor=actor, code=unit_code, right=STAFF)
    end = None if last_date is None else date.fromordinal(last_date.toordinal() + 1)
    post = _find_post(actor, post_code)
    return operations.assign_post(staff=person, post=post, unit=unit, start=start, end=end)


@use_case(right=STAFF)
def end_assignment(*, actor: Actor, assignment_id: int) -> PostAssignment:
    """
    Let a post that a person holds end today; one that has not begun never begins.

    :raises NoSuchAssignment: if it is not within the actor's units
    """
    assignment = identity.find_assignment(actor=actor, assignment_id=assignment_id)
    if assignment is None:
        raise NoSuchAssignment(field="assignment")
    require_not_oneself(actor=actor, person=assignment.staff)
    require_unit(actor=actor, unit=assignment.unit, right=STAFF)
    operations.end_assignment(assignment=assignment, end=today())
    return assignment


@use_case(right=STAFF)
def add_deputy(
    *, actor: Actor, absent_login: str, deputy_login: str, start: date, last_date: date, reason: str
) -> Deputyship:
    """
    Let somebody act with the posts of an absent person from a day to a last day.

    :raises OwnRightsComeFromAnother: if the actor would stand in themselves
    :raises PersonHoldsMore: if the absent person holds posts beyond the actor's units
    """
    absent = find_person(actor=actor, login=absent_login)
    deputy = find_person(actor=actor, login=deputy_login)
    require_not_oneself(actor=actor, person=deputy)
    require_all_of_person(actor=actor, person=absent)
    if not deputy.active:
        raise PersonOutOfReach(field="deputy", login=deputy_login)
    return operations.add_deputy(absent=absent, deputy=deputy, start=start, last_date=last_date, reason=reason)


@use_case(right=STAFF)
def end_deputyship(*, actor: Actor, deputyship_id: int) -> Deputyship:
    """
    Let a deputyship end today; one that has not begun never begins.

    :raises NoSuchAssignment: if the absent person is not of the actor's units
    """
    deputyship = identity.find_deputyship(actor=actor, deputyship_id=deputyship_id, right=STAFF)
    if deputyship is None:
        raise NoSuchAssignment(field="deputyship")
    operations.end_deputyship(deputyship=deputyship, end=today())
    return deputyship


def _require_known(rights: Sequence[str]) -> None:
    for right in rights:
        if right not in RIGHTS:
            raise UnknownRight(field="rights", right=right)


def _require_not_held(actor: Actor, post: Post) -> None:
    held = identity.list_holders_of_post(actor=actor, post=post, on=today())
    mine = {actor.login, *actor.deputises_for}
    if any(assignment.staff.login in mine for assignment in held):
        raise OwnRightsComeFromAnother(field="rights", login=actor.login)


def _find_post(actor: Actor, code: str) -> Post:
    post = identity.find_post(actor=actor, code=code)
    if post is None:
        raise NoSuchPost(field="post", post=code)
    return post
