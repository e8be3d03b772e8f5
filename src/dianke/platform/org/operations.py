"""Writes of the organisation."""

from dianke.kernel.errors import DomainError
from dianke.platform.org.models import Unit
from dianke.platform.org.types import UnitKind


class UnableToAddUnit(DomainError):
    """The unit does not fit into the tree."""

    code = "org.unable_to_add_unit"
    message = "unit {unit} cannot be added: {reason}"


def add_unit(*, code: str, name: str, kind: UnitKind, parent: Unit | None) -> Unit:
    """
    Add a unit below its parent; only the company itself has none.

    :raises UnableToAddUnit: if a second root, or a root that is not the company, would arise
    """
    if parent is None and kind is not UnitKind.UTILITY:
        raise UnableToAddUnit(field="parent", unit=code, reason="only the company stands at the top")
    # The path holds the key, which exists only after the insert; the closed dummy keeps the check true.
    unit = Unit(code=code, name=name, kind=kind.value, parent=parent, path=f"/new-{code}/")
    unit.save()
    unit.path = f"{parent.path if parent else '/'}{unit.pk}/"
    unit.save(update_fields=["path"])
    return unit
