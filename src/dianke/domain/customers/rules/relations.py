"""Which relations between customers can stand."""

from collections.abc import Collection, Mapping

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
