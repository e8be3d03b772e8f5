"""Reads of measures that lower grades ask for."""

from django.db.models import QuerySet

from dianke.domain.credit.models import GradeDemand
from dianke.kernel.errors import DomainError
from dianke.platform.org.scoping import Scope


class DemandUnknown(DomainError):
    """There is no such measure within the actor's units."""

    code = "credit.demand_unknown"
    message = "there is no measure {key}"


def filter_demands(*, actor: Scope) -> QuerySet[GradeDemand]:
    """Return the measures asked for in the actor's units; no order."""
    rows: QuerySet[GradeDemand] = GradeDemand.objects.for_actor(actor)
    return rows.select_related("customer", "unit", "notice")


def get_demand(*, actor: Scope, key: int, lock: bool = False) -> GradeDemand:
    """
    Return a measure that a grade asks for.

    :raises DemandUnknown: if there is none within the actor's units
    """
    rows = filter_demands(actor=actor)
    found = (rows.select_for_update(of=("self",)) if lock else rows).filter(pk=key).first()
    if found is None:
        raise DemandUnknown(field="key", key=key)
    return found
