"""Reads of identity."""

from collections.abc import Iterable
from datetime import date

from django.db.models import Count, Q, QuerySet

from dianke.kernel.errors import DomainError
from dianke.platform.identity.models import Deputyship, Post, PostAssignment, Staff
from dianke.platform.identity.types import EVERY_UNIT, Actor, Grant
from dianke.platform.org.scoping import Scope
from dianke.platform.prepared_statements import fetch_prepared

# Asked before every page: written out, because the ORM takes longer to put it together than the database to answer.
_HELD_POSTS = """
    select held.staff_id, person.login, person.name, post.name, post.rights, unit.parent_id is null, unit.path
    from identity_postassignment held
    join identity_staff person on person.id = held.staff_id
    join identity_post post on post.id = held.post_id
    join org_unit unit on unit.id = held.unit_id
    where held.period @> %(day)s::date and (held.staff_id = %(staff)s or held.staff_id in (
        select lent.absent_id from identity_deputyship lent join identity_staff absent on absent.id = lent.absent_id
        where lent.deputy_id = %(staff)s and lent.period @> %(day)s::date and absent.active))
    order by held.id
"""
_HOLDERS = """
    select distinct person.login, person.name
    from identity_postassignment held
    join identity_staff person on person.id = held.staff_id
    join identity_post post on post.id = held.post_id
    join org_unit unit on unit.id = held.unit_id
    where held.period @> %(day)s::date and person.active
      and post.rights @> array[%(right)s]::varchar[] and starts_with(%(path)s, unit.path)
    order by person.login
"""


class NoSuchStaff(DomainError):
    """Nobody active has that login."""

    code = "identity.no_such_staff"
    message = "nobody logs in as {login}"


def build_actor(*, staff: Staff, on: date, origin: str, address: str = "") -> Actor:
    """
    Return the actor that a person is on a day: the rights of the posts held then, each with its units.

    A deputy holds the posts of the absent person too; those grants name whom they are lent by.
    """
    grants: set[Grant] = set()
    posts: list[str] = []
    lenders: set[str] = set()
    held = fetch_prepared(_HELD_POSTS, {"staff": staff.pk, "day": on})
    for staff_id, login, name, post_name, rights, is_root, unit_path in held:
        # The root's own path is "/1/"; a post held there reaches everything.
        path = EVERY_UNIT if is_root else unit_path
        lender = "" if staff_id == staff.pk else login
        grants |= {Grant(right, path, lender) for right in rights}
        posts.append(f"{post_name}({name})" if lender else post_name)
        lenders |= {lender} - {""}
    return Actor(
        login=staff.login,
        name=staff.name,
        grants=frozenset(grants),
        staff_id=staff.pk,
        unit_path=staff.unit.path,
        origin=origin,
        address=address,
        posts=tuple(posts),
        deputises_for=tuple(sorted(lenders)),
    )


def get_staff(*, actor: Scope, login: str, right: str | None = None) -> Staff | None:
    """Return the person of a login within the actor's units (by one right, if named), active or not."""
    staff: Staff | None = Staff.objects.for_actor(actor, right).select_related("unit").filter(login=login).first()
    return staff


def find_staff(
    *, actor: Scope, right: str, text: str = "", unit_path: str = "", active: bool | None = None
) -> QuerySet[Staff]:
    """Return the people of the units that a right reaches, narrowed by login or name, unit and state."""
    rows: QuerySet[Staff] = Staff.objects.for_actor(actor, right).select_related("unit")
    if text:
        rows = narrow_staff(rows=rows, text=text)
    if unit_path:
        rows = rows.filter(unit__path__startswith=unit_path)
    if active is not None:
        rows = rows.filter(active=active)
    return rows


def narrow_staff(*, rows: QuerySet[Staff], text: str) -> QuerySet[Staff]:
    """Return the people whose login begins with a text or whose name holds it."""
    return rows.filter(Q(login__istartswith=text) | Q(name__contains=text))


def narrow_to_post(*, rows: QuerySet[Staff], post_code: str, on: date) -> QuerySet[Staff]:
    """Return the people who hold a post on a day, anywhere."""
    everything = Actor.system("finding who holds a post among people that the caller may see")
    held = PostAssignment.objects.for_actor(everything).filter(post__code=post_code, period__contains=on)
    return rows.filter(pk__in=held.values("staff"))


def count_staff_by_unit(*, actor: Scope) -> dict[int, int]:
    """Return how many active people work at each unit, by its key."""
    rows = Staff.objects.for_actor(actor).filter(active=True).values_list("unit_id").annotate(people=Count("id"))
    return dict(rows.order_by("unit_id"))


def find_holder(*, actor: Scope, right: str, on: date) -> Staff | None:
    """Return somebody who can log in and holds a right by a post of their own on a day, or None."""
    held = PostAssignment.objects.for_actor(actor).filter(post__rights__contains=[right], period__contains=on)
    rows = Staff.objects.for_actor(actor).filter(active=True, pk__in=held.values("staff"))
    staff: Staff | None = rows.order_by("id").first()
    return staff


def list_posts(*, actor: Scope) -> list[Post]:
    """Return every post of the utility, by department and code."""
    return list(Post.objects.for_actor(actor).order_by("department", "code"))


def find_post(*, actor: Scope, code: str) -> Post | None:
    """Return the post of a code, or None."""
    post: Post | None = Post.objects.for_actor(actor).filter(code=code).first()
    return post


def list_assignments(*, staff: Iterable[Staff]) -> list[PostAssignment]:
    """Return every post that people hold, held or will hold, the latest first."""
    # Whoever may see a person sees all their posts, though one of them lies at another unit.
    everything = Actor.system("naming the posts of people that the caller was allowed to see")
    rows = PostAssignment.objects.for_actor(everything).filter(staff__in=list(staff))
    return list(rows.select_related("post", "unit", "staff").order_by("-period", "id"))


def find_assignment(*, actor: Scope, assignment_id: int) -> PostAssignment | None:
    """Return a post that a person holds at the actor's units."""
    rows = PostAssignment.objects.for_actor(actor).select_related("staff", "post", "unit")
    found: PostAssignment | None = rows.filter(pk=assignment_id).first()
    return found


def find_deputyship(*, actor: Scope, deputyship_id: int, right: str) -> Deputyship | None:
    """Return a deputyship for a person of the units where the actor holds the right."""
    rows = Deputyship.objects.for_actor(actor, right).select_related("absent", "deputy")
    found: Deputyship | None = rows.filter(pk=deputyship_id).first()
    return found


def list_holders_of_post(*, actor: Scope, post: Post, on: date) -> list[PostAssignment]:
    """Return who holds a post on a day, at the actor's units."""
    rows = PostAssignment.objects.for_actor(actor).filter(post=post, period__contains=on, staff__active=True)
    return list(rows.select_related("staff", "unit").order_by("unit__path", "staff__login"))


def list_deputyships(*, staff: Staff) -> list[Deputyship]:
    """Return who stands in for a person and for whom they stand in, the latest first."""
    everything = Actor.system("naming the deputies of a person that the caller was allowed to see")
    rows = Deputyship.objects.for_actor(everything).filter(Q(absent=staff) | Q(deputy=staff))
    return list(rows.select_related("absent", "deputy").order_by("-period", "id"))


def list_current_deputyships(*, on: date) -> list[Deputyship]:
    """Return every deputyship of a day."""
    everything = Actor.system("telling what deputies hold")
    rows = Deputyship.objects.for_actor(everything).filter(period__contains=on, absent__active=True)
    return list(rows.select_related("absent", "deputy__unit").order_by("id"))


def list_current_assignments(*, on: date) -> list[PostAssignment]:
    """Return every post that somebody active holds on a day, in the whole utility."""
    everything = Actor.system("telling what people hold together")
    rows = PostAssignment.objects.for_actor(everything).filter(period__contains=on, staff__active=True)
    return list(rows.select_related("staff", "staff__unit", "post", "unit").order_by("staff__login", "id"))


def list_staff(*, actor: Scope) -> list[Staff]:
    """Return the people of the actor's units."""
    return list(Staff.objects.for_actor(actor).select_related("unit").order_by("login", "id"))


def get_names(*, logins: Iterable[str]) -> dict[str, str]:
    """Return the name of each login that a page already shows, wherever the person works."""
    return dict(fetch_prepared("select login, name from identity_staff where login = any(%s)", [list(set(logins))]))


def list_holders(*, right: str, unit_path: str, on: date) -> dict[str, str]:
    """
    Return the names by login of the active people who hold a right at a unit on a day, through a post there or above.

    Deputies are not among them: they act when they see the work, but nobody is told to ask them.
    """
    return dict(fetch_prepared(_HOLDERS, {"right": right, "path": unit_path, "day": on}))


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
