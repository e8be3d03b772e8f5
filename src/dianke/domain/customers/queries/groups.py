"""Groups of customers as they stood on a day; whose names a reader may see is for the caller to settle."""

from collections.abc import Collection
from datetime import date

from django.db.models import Q

from dianke.domain.customers.models import CustomerRelation
from dianke.domain.customers.rules import groups
from dianke.domain.customers.rules.groups import LINKING, CustomerGroup, GroupLink
from dianke.domain.customers.types import RelationKind
from dianke.platform.identity.types import Actor

# A group reaches over units; a part of it would look like the whole.
_WHOLE = Actor.system("finding everybody of a group")
_KINDS = [kind.value for kind in LINKING]


def find_group(*, customer_id: int, on: date) -> CustomerGroup | None:
    """Return the group that a customer belonged to on a day, or None."""
    links: dict[int, GroupLink] = {}
    known: set[int] = set()
    waiting: Collection[int] = {customer_id}
    while waiting:
        known |= set(waiting)
        found = _read(Q(customer__in=waiting) | Q(other__in=waiting), on)
        links |= found
        ends = {end for link in found.values() if link.joins for end in (link.first_id, link.second_id)}
        waiting = ends - known
    made = groups.list_groups(links.values())
    return next((group for group in made if customer_id in group.member_ids), None)


def list_groups(*, on: date) -> list[CustomerGroup]:
    """Return every group of a day, by the key of its head."""
    return groups.list_groups(_read(Q(), on).values())


def _read(where: Q, on: date) -> dict[int, GroupLink]:
    rows = CustomerRelation.objects.for_actor(_WHOLE).filter(where, kind__in=_KINDS, period__contains=on)
    values = rows.order_by("id").values_list("id", "kind", "customer_id", "other_id", "share_e4")
    return {
        key: GroupLink(RelationKind(kind), first_id, second_id, share)
        for key, kind, first_id, second_id, share in values
    }
