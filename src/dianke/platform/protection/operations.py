"""Writes of the register of unmaskings."""

from datetime import datetime

from dianke.platform.identity.types import Actor
from dianke.platform.protection.models import Unmasking


def record_unmasking(
    *,
    actor: Actor,
    unit_id: int,
    kind: str,
    thing: tuple[str, int],
    customer_number: str,
    reason: str,
    at: datetime,
) -> Unmasking:
    """Enter that the actor saw a value whole."""
    row = Unmasking(
        unit_id=unit_id,
        at=at,
        kind=kind,
        thing_label=thing[0],
        thing_key=thing[1],
        customer_number=customer_number,
        actor_login=actor.login,
        actor_name=actor.name,
        address=actor.address,
        reason=reason[:400],
    )
    row.save()
    return row
