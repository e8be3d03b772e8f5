"""Likenesses that somebody has to look at again."""

from collections.abc import Sequence
from datetime import datetime

from dianke.domain.customers.models import Customer, DuplicateSuspicion
from dianke.domain.customers.operations.reaching import require_customers
from dianke.domain.customers.types import DuplicateDecision
from dianke.platform.identity.types import Actor


def note_suspicion(
    *,
    actor: Actor,
    customer: Customer,
    other: Customer,
    score: int,
    reasons: Sequence[str],
    decision: DuplicateDecision,
    reason: str,
    at: datetime,
) -> DuplicateSuspicion:
    """Note that a customer was entered although another looks like it; who said it is another settles it."""
    require_customers(actor=actor, ids={customer.pk, other.pk})
    suspicion = DuplicateSuspicion(
        customer=customer,
        other=other,
        score=score,
        reasons=list(reasons),
        decision=decision.value,
        reason=reason.strip(),
        noted_by=actor.login,
        noted_at=at,
        settled_at=None if decision is DuplicateDecision.MERGE_LATER else at,
    )
    suspicion.save()
    return suspicion


def settle_suspicion(*, actor: Actor, suspicion: DuplicateSuspicion, at: datetime) -> DuplicateSuspicion:
    """Say that two customers are two after all."""
    require_customers(actor=actor, ids={suspicion.customer_id})
    suspicion.settled_at = at
    suspicion.save(update_fields=["settled_at"])
    return suspicion
