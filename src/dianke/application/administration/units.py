"""The tree of units: adding, renaming, moving."""

from dianke.application.administration.people import find_unit
from dianke.application.administration.reach import require_whole_utility
from dianke.platform.audit.use_case import use_case
from dianke.platform.identity.types import Actor
from dianke.platform.org import operations as org
from dianke.platform.org.models import Unit
from dianke.platform.org.types import UnitKind

ORG = "org.manage"


@use_case(right=ORG)
def add_unit(*, actor: Actor, code: str, name: str, kind: UnitKind, parent_code: str) -> Unit:
    """
    Add a unit below one of the actor's.

    :raises UnableToAddUnit: if the code is taken or the kind does not fit there
    """
    parent = find_unit(actor=actor, code=parent_code, right=ORG)
    return org.add_unit(code=code, name=name, kind=kind, parent=parent)


@use_case(right=ORG)
def rename_unit(*, actor: Actor, code: str, name: str) -> Unit:
    """Give a unit another name."""
    unit = find_unit(actor=actor, code=code, right=ORG)
    org.rename_unit(unit=unit, name=name)
    return unit


@use_case(right=ORG)
def move_unit(*, actor: Actor, code: str, parent_code: str, reason: str) -> int:
    """
    Hang a unit with everything below it under another parent and return how many units moved.

    Whoever holds posts above the new place reaches it from their next request on, and those above the old place
    no longer; so this is decided for the whole utility.

    :raises UnableToMoveUnit: if it would hang below itself
    """
    require_whole_utility(actor=actor, right=ORG)
    unit = find_unit(actor=actor, code=code, right=ORG)
    parent = find_unit(actor=actor, code=parent_code, right=ORG)
    return org.move_unit(actor=actor, unit=unit, parent=parent)
