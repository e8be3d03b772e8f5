"""What the night does to orders: capacity whose time is over counts again."""

from datetime import datetime

from dianke.application.service_orders.rights import SEAL
from dianke.domain.service_orders.operations import spells
from dianke.kernel.clock import to_shanghai
from dianke.platform.audit.use_case import use_case
from dianke.platform.identity.types import Actor


@use_case(right=SEAL)
def charge_ended_spells(*, actor: Actor, at: datetime) -> int:
    """Let sealed capacity be charged again whose term is over, whether or not the customer asked; return how many."""
    return spells.charge_ended(actor=actor, on=to_shanghai(at).date(), at=at)
