"""Which relations between customers can stand."""

from collections.abc import Collection, Iterable, Mapping
from datetime import date

from dianke.domain.customers.types import NewRelation, RelationKind

# Read the same from either side; they are kept with the smaller key first, so that a pair stands once.
MUTUAL = frozenset({RelationKind.SAME_GROUP, RelationKind.SAME_OWNER, RelationKind.SAME_CONTROLLER})
_WHOLE_E4 = 10_000


def find_relation_obstacle(relation: NewRelation) -> str | None:
    """Return why a relation cannot stand as described, or None."""
    if relation.customer_id == relation.other_id:
        return "nobody stands to themselves"
    if relation.end_date is not None and relation.end_date <= relation.start_date:
        return "it ends before it starts"
    if relation.share_e4 is not None and relation.kind is not RelationKind.PARENT:
        return "only a parent has a share"
    if relation.share_e4 is not None and not 0 < relation.share_e4 <= _WHOLE_E4:
        return "a share lies between 0 and 100 percent"
    return None


def order_pair(*, kind: RelationKind, customer_id: int, other_id: int) -> tuple[int, int]:
    """Return the two customers in the order in which the relation is kept."""
    if kind in MUTUAL and other_id < customer_id:
        return other_id, customer_id
    return customer_id, other_id


def closes_loop(*, parents: Mapping[int, Collection[int]], parent: int, child: int) -> bool:
    """Tell whether a customer would become its own parent, by the parents that each customer has."""
    waiting, seen = [parent], set[int]()
    while waiting:
        one = waiting.pop()
        if one == child:
            return True
        if one not in seen:
            seen.add(one)
            waiting.extend(parents.get(one, ()))
    return False


class RelationBook:
    """The relations of many customers as they stand, for judging new ones one after another without a question each."""

    def __init__(self, standing: Iterable[NewRelation]) -> None:
        self._standing: dict[tuple[int, int, RelationKind], list[NewRelation]] = {}
        self._parents: dict[int, list[int]] = {}
        for one in standing:
            self.take(one)

    def take(self, relation: NewRelation) -> None:
        """Let a relation stand."""
        key = _find_key(relation)
        self._standing.setdefault(key, []).append(relation)
        # Who was a parent once may be a child later: only what has no end closes a loop.
        if relation.kind is RelationKind.PARENT and relation.end_date is None:
            self._parents.setdefault(key[1], []).append(key[0])

    def holds(self, relation: NewRelation) -> bool:
        """Tell whether just this relation stands, for the same time and with the same share."""
        facts = (relation.start_date, relation.end_date, relation.share_e4)
        return any((one.start_date, one.end_date, one.share_e4) == facts for one in self._list_like(relation))

    def find_obstacle(self, relation: NewRelation) -> str | None:
        """Return why a relation cannot stand beside the others, or None."""
        if obstacle := find_relation_obstacle(relation):
            return obstacle
        if any(_overlap(one, relation) for one in self._list_like(relation)):
            return "it stands already in that time"
        first, second, kind = _find_key(relation)
        if kind is RelationKind.PARENT and closes_loop(parents=self._parents, parent=first, child=second):
            return "a firm would become its own parent"
        return None

    def _list_like(self, relation: NewRelation) -> list[NewRelation]:
        return self._standing.get(_find_key(relation), [])


def _find_key(relation: NewRelation) -> tuple[int, int, RelationKind]:
    first, second = order_pair(kind=relation.kind, customer_id=relation.customer_id, other_id=relation.other_id)
    return first, second, relation.kind


def _overlap(one: NewRelation, other: NewRelation) -> bool:
    """Tell whether two relations share a day; the end of each no longer belongs to it."""
    return one.start_date < (other.end_date or date.max) and other.start_date < (one.end_date or date.max)
