"""An actor cut down to one right: a write reaches the units of that right and no others."""

import dataclasses

from dianke.platform.identity.types import EVERY_RIGHT, Actor

EDIT = "archive.edit"


def narrow(actor: Actor, right: str = EDIT) -> Actor:
    """Return the actor with the grants of one right alone."""
    held = frozenset(grant for grant in actor.grants if grant.right in {right, EVERY_RIGHT})
    return dataclasses.replace(actor, grants=held)
