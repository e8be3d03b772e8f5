"""How customers stand to one another, as far as a reader may see."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import date

from django.db.models import Q

from dianke.domain.customers.models import Customer, CustomerRelation
from dianke.domain.customers.rules.relations import RelationBook
from dianke.domain.customers.types import NewRelation, RelationKind
from dianke.kernel.errors import DomainError
from dianke.platform.identity.types import Actor
from dianke.platform.org.reach import reaches

# A relation is of two units; each of its ends is shown to whoever reaches it.
_BOTH_ENDS = Actor.system("reading relations of a customer that the reader reaches, the other end hidden if need be")
_MOST_STEPS = 12


class RelationUnknown(DomainError):
    """There is no such relation within the actor's units."""

    code = "customers.relation_unknown"
    message = "there is no relation {key}"


@dataclass
class Network:
    """Customers that hang together: those the reader may see by key, and the relations between them."""

    customers: dict[int, Customer] = field(default_factory=dict)
    # Keys of customers of units that the reader does not reach.
    hidden: set[int] = field(default_factory=set)
    relations: dict[int, CustomerRelation] = field(default_factory=dict)
    # How many steps each customer lies from where the walk began.
    steps: dict[int, int] = field(default_factory=dict)
    is_cut: bool = False


def list_relations(*, actor: Actor, customer: Customer) -> list[CustomerRelation]:
    """Return the relations of a customer from either side, those in force and past ones, newest first."""
    rows = _read(Q(customer=customer) | Q(other=customer))
    return sorted(rows, key=lambda one: (one.period.lower, one.pk), reverse=True)


def get_relation(*, actor: Actor, key: int, right: str | None = None) -> CustomerRelation:
    """
    Return a relation either end of which the actor reaches.

    :raises RelationUnknown: if there is none
    """
    found = _read(Q(pk=key))
    paths = actor.list_unit_paths(right)
    for one in found:
        if any(end.unit.path.startswith(path) for end in (one.customer, one.other) for path in paths):
            return one
    raise RelationUnknown(field="relation", key=key)


def walk_relations(*, actor: Actor, customer: Customer, on: date, steps: int = 3, most: int = 60) -> Network:
    """Return who hangs together with a customer on a day, step by step; nothing behind a hidden one is walked to."""
    found = Network(customers={customer.pk: customer}, steps={customer.pk: 0})
    edge: Collection[int] = [customer.pk]
    for step in range(1, min(steps, _MOST_STEPS) + 1):
        rows = _read((Q(customer__in=edge) | Q(other__in=edge)) & Q(period__contains=on))
        reached: set[int] = set()
        for row in rows:
            for end in (row.customer, row.other):
                if end.pk in found.steps:
                    continue
                if len(found.steps) >= most:
                    found.is_cut = True
                    continue
                found.steps[end.pk] = step
                if reaches(actor=actor, unit_path=end.unit.path):
                    found.customers[end.pk] = end
                    reached.add(end.pk)
                else:
                    found.hidden.add(end.pk)
            if row.customer_id in found.steps and row.other_id in found.steps:
                found.relations[row.pk] = row
        edge = reached
        if not edge:
            break
    return found


def map_parents(*, above: int) -> Mapping[int, Collection[int]]:
    """Return who the parents of a customer are, and theirs, up to the top."""
    parents: dict[int, list[int]] = {}
    waiting = [above]
    while waiting:
        rows = CustomerRelation.objects.for_actor(_BOTH_ENDS).filter(
            kind=RelationKind.PARENT.value, other__in=waiting, period__endswith=None
        )
        pairs = [(child, parent) for child, parent in rows.values_list("other_id", "customer_id")]
        waiting = []
        for child, parent in pairs:
            parents.setdefault(child, []).append(parent)
            if parent not in parents and parent not in waiting:
                waiting.append(parent)
    return parents


def read_relation_book(*, customer_ids: Collection[int]) -> RelationBook:
    """Return the relations of some customers as they stand, and who is whose parent, for judging many new ones."""
    rows = CustomerRelation.objects.for_actor(_BOTH_ENDS).filter(
        Q(customer__in=customer_ids) | Q(kind=RelationKind.PARENT.value, period__endswith=None)
    )
    return RelationBook(
        NewRelation(
            customer_id=first,
            other_id=second,
            kind=RelationKind(kind),
            start_date=period.lower,
            end_date=period.upper,
            share_e4=share,
        )
        for first, second, kind, period, share in rows.values_list(
            "customer_id", "other_id", "kind", "period", "share_e4"
        ).iterator()
    )


def _read(where: Q) -> list[CustomerRelation]:
    rows = CustomerRelation.objects.for_actor(_BOTH_ENDS).filter(where)
    return list(rows.select_related("customer__unit", "other__unit").order_by("id"))
