"""Who acts, and what they may do where."""

from dataclasses import dataclass, field
from typing import Self

EVERY_UNIT = "/"
EVERY_RIGHT = "*"


@dataclass(frozen=True)
class Grant:
    """One right within one unit and everything below it."""

    right: str
    unit_path: str


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

    @classmethod
    def system(cls, reason: str) -> Self:
        """Return the actor of set-up, migrations and jobs that no person started."""
        return cls(
            login="system",
            name=reason,
            grants=frozenset({Grant(EVERY_RIGHT, EVERY_UNIT)}),
            origin="system",
        )

    @property
    def sees_every_unit(self) -> bool:
        """Tell whether any right reaches the whole tree."""
        return any(grant.unit_path == EVERY_UNIT for grant in self.grants)

    def may(self, right: str, unit_path: str | None = None) -> bool:
        """Tell whether the actor holds a right at all, or within the unit of the path."""
        return any(
            grant.right in {right, EVERY_RIGHT} and (unit_path is None or unit_path.startswith(grant.unit_path))
            for grant in self.grants
        )

    def list_unit_paths(self, right: str | None = None) -> tuple[str, ...]:
        """Return the shortest set of tree paths that the rights (or one right) reach."""
        paths = sorted({g.unit_path for g in self.grants if right is None or g.right in {right, EVERY_RIGHT}})
        reduced: list[str] = []
        for path in paths:
            if not any(path.startswith(known) for known in reduced):
                reduced.append(path)
        return tuple(reduced)
