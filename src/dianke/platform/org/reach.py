"""Whether the units that a write touches are the actor's own."""

from collections.abc import Iterable

from dianke.kernel.errors import DomainError
from dianke.platform.org.models import Unit
from dianke.platform.org.scoping import Scope


class UnitOutOfReach(DomainError):
    """A write aims at a unit that does not exist or that no right of the actor reaches."""

    code = "org.unit_out_of_reach"
    message = "unit {unit} does not exist or is not within your units"


def reaches(*, actor: Scope, unit_path: str) -> bool:
    """Tell whether any right of the actor reaches the unit of a tree path."""
    return any(unit_path.startswith(path) for path in actor.list_unit_paths())


def require_reach(*, actor: Scope, unit_ids: Iterable[int]) -> None:
    """
    Refuse unless every unit exists and lies within the actor's units.

    :raises UnitOutOfReach: naming the first that is not
    """
    wanted = set(unit_ids)
    found = dict(Unit.objects.for_actor(actor).filter(id__in=wanted).values_list("id", "path"))
    for unit_id in sorted(wanted):
        if unit_id not in found or not reaches(actor=actor, unit_path=found[unit_id]):
            raise UnitOutOfReach(field="unit", unit=unit_id)
