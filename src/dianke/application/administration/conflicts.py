"""Posts and people that hold together what two must do."""

from collections.abc import Iterable
from dataclasses import dataclass

from dianke.application.administration.reach import STAFF, today
from dianke.application.rights import CONFLICTING_RIGHTS
from dianke.platform.audit.use_case import PermissionRefused
from dianke.platform.identity import queries as identity
from dianke.platform.identity.models import Post, Staff
from dianke.platform.identity.types import EVERY_UNIT, Actor


@dataclass(frozen=True)
class Held:
    """A right of a person, and where it comes from."""

    right: str
    post: Post
    unit_path: str
    unit_name: str
    lender: Staff | None = None


@dataclass(frozen=True)
class PostConflict:
    """A post that joins a pair by itself."""

    post: Post
    pairs: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class PersonConflict:
    """A person who holds a pair at units that overlap."""

    person: Staff
    first: Held
    second: Held


def find_pairs(rights: Iterable[str]) -> tuple[tuple[str, str], ...]:
    """Return the pairs among the rights that one person should not hold."""
    held = set(rights)
    return tuple(pair for pair in CONFLICTING_RIGHTS if held.issuperset(pair))


def list_post_conflicts(*, actor: Actor) -> list[PostConflict]:
    """Return the posts that hold too much by themselves."""
    _require(actor)
    found = [PostConflict(post=post, pairs=find_pairs(post.rights)) for post in identity.list_posts(actor=actor)]
    return [conflict for conflict in found if conflict.pairs]


def list_person_conflicts(*, actor: Actor, wanted: Staff | None = None) -> list[PersonConflict]:
    """Return who of the actor's units (or whether one person) holds too much today, by posts and as deputies."""
    _require(actor)
    found = []
    for person, held in _collect_held().items():
        if actor.may(STAFF, person.unit.path) and wanted in {None, person}:
            found += [conflict for pair in CONFLICTING_RIGHTS if (conflict := _find_conflict(person, held, pair))]
    return found


def _require(actor: Actor) -> None:
    if not actor.may(STAFF):
        raise PermissionRefused(field="actor", login=actor.login, right=STAFF)


def _collect_held() -> dict[Staff, list[Held]]:
    own: dict[Staff, list[Held]] = {}
    for assignment in identity.list_current_assignments(on=today()):
        path = EVERY_UNIT if assignment.unit.parent_id is None else assignment.unit.path
        own.setdefault(assignment.staff, []).extend(
            Held(right=right, post=assignment.post, unit_path=path, unit_name=assignment.unit.name)
            for right in assignment.post.rights
        )
    everything = {person: list(held) for person, held in own.items()}
    for deputyship in identity.list_current_deputyships(on=today()):
        lent = own.get(deputyship.absent, [])
        everything.setdefault(deputyship.deputy, []).extend(
            Held(one.right, one.post, one.unit_path, one.unit_name, lender=deputyship.absent) for one in lent
        )
    return everything


def _find_conflict(person: Staff, held: list[Held], pair: tuple[str, str]) -> PersonConflict | None:
    for first in held:
        for second in held:
            if (first.right, second.right) == pair and _overlap(first.unit_path, second.unit_path):
                return PersonConflict(person=person, first=first, second=second)
    return None


def _overlap(first: str, second: str) -> bool:
    return first.startswith(second) or second.startswith(first)
