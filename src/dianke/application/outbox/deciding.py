"""Hold a message back, and let it go."""

from datetime import datetime

from dianke.platform.audit.use_case import use_case
from dianke.platform.identity.types import Actor
from dianke.platform.outbox import operations, queries
from dianke.platform.outbox.models import Message


@use_case(right="outbox.hold")
def hold_message(*, actor: Actor, key: int, reason: str, at: datetime) -> Message:
    """Keep a message back that has not gone."""
    message = queries.get_message(actor=actor, key=key, lock=True)
    return operations.hold_message(message=message, reason=reason, login=actor.login, at=at)


@use_case(right="outbox.hold")
def release_message(*, actor: Actor, key: int, reason: str, at: datetime) -> Message:
    """Let a message go that was held, or try one again that failed."""
    message = queries.get_message(actor=actor, key=key, lock=True)
    return operations.release_message(message=message, reason=reason, login=actor.login, at=at)
