"""Relations between customers: entered, ended."""

from collections.abc import Sequence
from datetime import date, datetime

from django.db.backends.postgresql.psycopg_any import DateRange
from django.db.models import Q

from dianke.domain.customers.models import CustomerRelation
from dianke.domain.customers.operations.reaching import require_customers
from dianke.domain.customers.queries.relations import map_parents, read_relation_book
from dianke.domain.customers.rules.relations import closes_loop, find_relation_obstacle, order_pair
from dianke.domain.customers.types import NewRelation, RelationKind
from dianke.kernel.errors import DomainError
from dianke.platform.database.bulk import insert_rows
from dianke.platform.identity.types import Actor

_EVERYBODY = Actor.system("finding a relation that stands already")


class UnableToRelate(DomainError):
    """The relation cannot be entered or ended."""

    code = "customers.unable_to_relate"
    message = "the relation cannot stand: {reason}"


def add_relation(*, actor: Actor, relation: NewRelation, at: datetime) -> CustomerRelation:
    """
    Enter how two customers stand to one another; both must be within the actor's units.

    :raises UnableToRelate: if it cannot stand, stands already, or a firm would become its own parent
    :raises CustomerOutOfReach: if one of them is not the actor's
    """
    if obstacle := find_relation_obstacle(relation):
        field = "share" if "share" in obstacle else "end_date" if "ends" in obstacle else "other"
        raise UnableToRelate(field=field, reason=obstacle)
    require_customers(actor=actor, ids={relation.customer_id, relation.other_id})
    first, second = order_pair(kind=relation.kind, customer_id=relation.customer_id, other_id=relation.other_id)
    period = DateRange(relation.start_date, relation.end_date)
    standing = CustomerRelation.objects.for_actor(_EVERYBODY).filter(
        Q(customer=first, other=second), kind=relation.kind.value, period__overlap=period
    )
    if standing.exists():
        raise UnableToRelate(field="other", reason="it stands already in that time")
    if relation.kind is RelationKind.PARENT and closes_loop(
        parents=map_parents(above=first), parent=first, child=second
    ):
        raise UnableToRelate(field="other", reason="a firm would become its own parent")
    row = _make(relation, actor, at)
    row.save()
    return row


def add_relations(*, actor: Actor, relations: Sequence[NewRelation], at: datetime) -> list[CustomerRelation]:
    """
    Enter how many customers stand to one another, in order, all or none.

    :raises UnableToRelate: naming what stands in the way of the first that cannot stand
    :raises CustomerOutOfReach: if one of the customers is not the actor's
    """
    ids = {key for one in relations for key in (one.customer_id, one.other_id)}
    require_customers(actor=actor, ids=ids)
    book = read_relation_book(customer_ids=ids)
    for one in relations:
        if obstacle := book.find_obstacle(one):
            raise UnableToRelate(field="other", reason=obstacle)
        book.take(one)
    rows = [_make(one, actor, at) for one in relations]
    insert_rows(rows)
    return rows


def _make(relation: NewRelation, actor: Actor, at: datetime) -> CustomerRelation:
    first, second = order_pair(kind=relation.kind, customer_id=relation.customer_id, other_id=relation.other_id)
    return CustomerRelation(
        customer_id=first,
        other_id=second,
        kind=relation.kind.value,
        share_e4=relation.share_e4,
        source=relation.source.strip(),
        note=relation.note.strip(),
        period=DateRange(relation.start_date, relation.end_date),
        entered_by=actor.login,
        entered_at=at,
    )


def end_relation(*, actor: Actor, relation: CustomerRelation, on: date) -> CustomerRelation:
    """
    Let a relation hold until a day, which no longer belongs to it.

    :raises UnableToRelate: if the day lies outside its time
    """
    if not relation.period.lower < on or (relation.period.upper is not None and relation.period.upper <= on):
        raise UnableToRelate(field="on", reason="the day lies outside its time")
    relation.period = DateRange(relation.period.lower, on)
    relation.save(update_fields=["period"])
    return relation
