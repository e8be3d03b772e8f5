"""Writes of the organisation."""

from django.db.models import Value
from django.db.models.functions import Concat, Substr

from dianke.kernel.errors import DomainError
from dianke.platform.org.models import Unit
from dianke.platform.org.scoping import Scope
from dianke.platform.org.types import UnitKind


class _Everything:
    """The scope of checks on the tree as a whole; units are nobody's own."""

    sees_every_unit = True

    def list_unit_paths(self, right: str | None = None) -> tuple[str, ...]:
        """Return the top of the tree."""
        return ("/",)


_SYSTEM = _Everything()


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
    if parent is None and _find_root() is not None:
        raise UnableToAddUnit(field="parent", unit=code, reason="the company exists already")
    if parent is not None and kind is UnitKind.UTILITY:
        raise UnableToAddUnit(field="kind", unit=code, reason="only the company stands at the top")
    if Unit.objects.for_actor(_SYSTEM).filter(code=code).exists():
        raise UnableToAddUnit(field="code", unit=code, reason="the code is taken")
    # The path holds the key, which exists only after the insert; until then it is one that no unit can have.
    unit = Unit(code=code, name=name, kind=kind.value, parent=parent, path=f"/new-{code}/")
    unit.save()
    unit.path = f"{parent.path if parent else '/'}{unit.pk}/"
    unit.save(update_fields=["path"])
    return unit


class UnableToMoveUnit(DomainError):
    """The unit cannot stand where it is wanted."""

    code = "org.unable_to_move_unit"
    message = "unit {unit} cannot be moved: {reason}"


def rename_unit(*, unit: Unit, name: str) -> None:
    """Give a unit another name; its code and its place stay."""
    unit.name = name
    unit.save(update_fields=["name"])


def move_unit(*, actor: Scope, unit: Unit, parent: Unit) -> int:
    """
    Hang a unit with everything below it under another parent and return how many units moved.

    The caller holds a transaction: the paths of the whole subtree change together or not at all.

    :raises UnableToMoveUnit: if the unit is the company, hangs there already, or would hang below itself
    """
    units = Unit.objects.for_actor(actor)
    # Two moves at once could each hang its unit below the other's, so moves wait for each other.
    locked = {one.pk: one for one in units.select_for_update().order_by("pk")}
    unit, parent = locked[unit.pk], locked[parent.pk]
    if unit.parent_id is None:
        raise UnableToMoveUnit(field="parent", unit=unit.code, reason="the company stands at the top")
    if unit.parent_id == parent.pk:
        raise UnableToMoveUnit(field="parent", unit=unit.code, reason="it stands there already")
    if parent.path.startswith(unit.path):
        raise UnableToMoveUnit(field="parent", unit=unit.code, reason="a unit cannot stand below itself")
    old, new = unit.path, f"{parent.path}{unit.pk}/"
    units.filter(pk=unit.pk).update(parent=parent)
    moved = units.filter(path__startswith=old).update(path=Concat(Value(new), Substr("path", len(old) + 1)))
    return int(moved)


def _find_root() -> Unit | None:
    root: Unit | None = Unit.objects.for_actor(_SYSTEM).filter(parent=None).first()
    return root
