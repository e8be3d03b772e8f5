"""Who acts, and what they may do where."""

from dataclasses import dataclass, field, replace
from enum import StrEnum
from functools import cached_property
from typing import Self

EVERY_UNIT = "/"
EVERY_RIGHT = "*"


class Department(StrEnum):
    """The departments of a supply company (职能部门) that posts belong to."""

    MARKETING = "MARKETING"
    BILLING = "BILLING"
    COUNTER = "COUNTER"
    METERING = "METERING"
    INSPECTION = "INSPECTION"
    DISPATCH = "DISPATCH"
    PLANNING = "PLANNING"
    SAFETY = "SAFETY"
    CONTACT_CENTER = "CONTACT_CENTER"
    AUDIT = "AUDIT"
    ADMINISTRATION = "ADMINISTRATION"


class LockKind(StrEnum):
    """What failures of a log-in are counted by."""

    LOGIN = "LOGIN"
    ADDRESS = "ADDRESS"


@dataclass(frozen=True)
class Grant:
    """One right within one unit and everything below it; lent when it comes from a person stood in for."""

    right: str
    unit_path: str
    lender: str = ""


@dataclass(frozen=True)
class Actor:
    """Somebody who acts: a person with posts, or the system itself with a stated reason."""

    login: str
    name: str
    grants: frozenset[Grant]
    staff_id: int | None = None
    unit_path: str = EVERY_UNIT
    origin: str = "web"
    address: str = ""
    posts: tuple[str, ...] = field(default=())
    # Logins of the absent people whose posts this actor holds today besides their own.
    deputises_for: tuple[str, ...] = field(default=())
    # The right that is being used, whose units alone count while it is; empty outside of an act.
    acting_by: str = ""

    @classmethod
    def system(cls, reason: str) -> Self:
        """Return the actor of set-up, migrations and jobs that no person started."""
        return cls(
            login="system",
            name=reason,
            grants=frozenset({Grant(EVERY_RIGHT, EVERY_UNIT)}),
            origin="system",
        )

    def within(self, right: str) -> Self:
        """
        Return the actor while they use a right: rows answer to them only where that right is held.

        Somebody with one post here and another there does not carry the rights of the one into the units of the
        other.
        """
        return replace(self, acting_by=right)

    @property
    def sees_every_unit(self) -> bool:
        """Tell whether any right, or the one being used, reaches the whole tree."""
        return EVERY_UNIT in self.list_unit_paths()

    def may(self, right: str, unit_path: str | None = None) -> bool:
        """Tell whether the actor holds a right at all, or within the unit of the path."""
        if unit_path is None:
            return right in self._rights or EVERY_RIGHT in self._rights
        return any(
            grant.right in {right, EVERY_RIGHT} and unit_path.startswith(grant.unit_path) for grant in self.grants
        )

    def covers(self, right: str, other: str | None = None) -> bool:
        """Tell whether a right reaches wherever another one does, or the one being used, or any of the actor's."""
        own = self.list_unit_paths(right)
        return bool(own) and all(path.startswith(own) for path in self.list_unit_paths(other))

    @cached_property
    def _rights(self) -> frozenset[str]:
        # A page asks for dozens of rights.
        return frozenset(grant.right for grant in self.grants)

    def find_lender(self, right: str) -> str:
        """Return on whose behalf the actor uses a right, or nothing when one of their own posts holds it."""
        lenders = {grant.lender for grant in self.grants if grant.right in {right, EVERY_RIGHT}}
        return "" if "" in lenders else min(lenders, default="")

    def list_unit_paths(self, right: str | None = None) -> tuple[str, ...]:
        """Return the shortest set of tree paths that the rights (or one right, or the one being used) reach."""
        wanted = right or self.acting_by
        paths = sorted({grant.unit_path for grant in self.grants if not wanted or grant.right in {wanted, EVERY_RIGHT}})
        reduced: list[str] = []
        for path in paths:
            if not any(path.startswith(known) for known in reduced):
                reduced.append(path)
        return tuple(reduced)
