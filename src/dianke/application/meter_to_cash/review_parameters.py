"""Four eyes on what the review measures by: propose, approve, reject, take back."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from dianke.domain.billing.models import ReviewParameter, ReviewParameterProposal
from dianke.domain.billing.operations import review_parameters as operations
from dianke.domain.billing.queries.review_parameters import get_proposal
from dianke.platform.audit.use_case import use_case
from dianke.platform.identity.types import Actor
from dianke.platform.org.models import Unit
from dianke.platform.org.reach import require_reach

PROPOSE, APPROVE = "billing.set_review", "billing.approve_review"


@use_case(right=PROPOSE)
def propose_review_parameter(
    *,
    actor: Actor,
    unit: Unit,
    rule: str,
    usage_class: str,
    from_date: date,
    values: Mapping[str, Any],
    reason: str,
    at: datetime,
) -> ReviewParameterProposal:
    """Propose values of a unit in place of the house's, from a day on."""
    require_reach(actor=actor, unit_ids=[unit.pk])
    return operations.propose(
        actor=actor,
        unit=unit,
        code=rule,
        usage_class=usage_class,
        from_date=from_date,
        values=values,
        reason=reason,
        at=at,
    )


@use_case(right=APPROVE)
def approve_review_parameter(*, actor: Actor, key: int, reason: str, at: datetime) -> ReviewParameter:
    """Put what another person proposed in force from its day on."""
    proposal = get_proposal(actor=actor, key=key, lock=True)
    return operations.approve(actor=actor, proposal=proposal, reason=reason, at=at)


@use_case(right=APPROVE)
def reject_review_parameter(*, actor: Actor, key: int, reason: str, at: datetime) -> None:
    """Refuse what another person proposed, with the reason."""
    operations.reject(actor=actor, proposal=get_proposal(actor=actor, key=key, lock=True), reason=reason, at=at)


@use_case(right=PROPOSE)
def take_back_review_parameter(*, actor: Actor, key: int, reason: str, at: datetime) -> None:
    """Take back one's own proposal while nobody has decided it."""
    operations.take_back(actor=actor, proposal=get_proposal(actor=actor, key=key, lock=True), reason=reason, at=at)
