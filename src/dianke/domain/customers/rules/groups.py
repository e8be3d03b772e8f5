"""Which customers make a group (集团): whom a parent controls, and who is known to belong to the same one."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from dianke.domain.customers.types import RelationKind

LINKING = frozenset({RelationKind.PARENT, RelationKind.SAME_GROUP})
# More than half makes a member [P]: a smaller share is an investment, and of two halves neither decides.
_HALF_E4 = 5_000


@dataclass(frozen=True, slots=True)
class GroupLink:
    """A relation in force on the day; the first is the parent, if one is. The share is in 1e-4, or not known."""

    kind: RelationKind
    first_id: int
    second_id: int
    share_e4: int | None = None

    @property
    def joins(self) -> bool:
        """Tell whether it makes its two customers members of one group."""
        if self.kind is RelationKind.PARENT:
            return self.share_e4 is None or self.share_e4 > _HALF_E4
        return self.kind in LINKING


@dataclass(frozen=True, slots=True)
class CustomerGroup:
    """A group by its head and its members, the head first and the others by key."""

    head_id: int
    member_ids: tuple[int, ...]


def list_groups(links: Iterable[GroupLink]) -> list[CustomerGroup]:
    """Return every group that relations make, by the key of its head; whoever stands alone is in none."""
    joining = [link for link in links if link.joins]
    beside: dict[int, list[int]] = {}
    for link in joining:
        beside.setdefault(link.first_id, []).append(link.second_id)
        beside.setdefault(link.second_id, []).append(link.first_id)
    groups, seen = [], set[int]()
    for start in sorted(beside):
        if start not in seen:
            members = _reach(start, beside)
            seen |= members
            groups.append(_make_group(members, joining))
    return sorted(groups, key=lambda group: group.head_id)


def _reach(start: int, beside: dict[int, list[int]]) -> set[int]:
    found, waiting = {start}, [start]
    while waiting:
        new = set(beside[waiting.pop()]) - found
        found |= new
        waiting.extend(new)
    return found


def _make_group(members: set[int], links: Sequence[GroupLink]) -> CustomerGroup:
    parents = {link.first_id for link in links if link.kind is RelationKind.PARENT}
    children = {link.second_id for link in links if link.kind is RelationKind.PARENT}
    # Who controls others and is controlled by nobody; among equals, and where nobody controls, the one known longest.
    head = min(members, key=lambda one: (one in children, one not in parents, one))
    return CustomerGroup(head_id=head, member_ids=(head, *sorted(members - {head})))
