"""Reads of the organisation."""

from dianke.platform.org.models import Unit
from dianke.platform.org.scoping import Scope


def get_unit(*, actor: Scope, code: str) -> Unit:
    """Return the unit of a code."""
    unit: Unit = Unit.objects.for_actor(actor).get(code=code)
    return unit


def find_unit(*, actor: Scope, code: str) -> Unit | None:
    """Return the unit of a code, or None."""
    unit: Unit | None = Unit.objects.for_actor(actor).filter(code=code).first()
    return unit


def list_units(*, actor: Scope) -> list[Unit]:
    """Return the whole tree, parents first."""
    return list(Unit.objects.for_actor(actor).order_by("path", "id"))


def get_utility(*, actor: Scope) -> Unit | None:
    """Return the root of the tree, or None before it is set up."""
    unit: Unit | None = Unit.objects.for_actor(actor).filter(parent=None).order_by("id").first()
    return unit
