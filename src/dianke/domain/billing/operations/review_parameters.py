"""Values of a unit for the review: proposed by one person, put in force by another, from a day that has not passed."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from django.utils import timezone

from dianke.domain.billing.models import ReviewParameter, ReviewParameterProposal
from dianke.domain.billing.rules.review.parameters import find_override_obstacle
from dianke.domain.billing.types import ProposalState
from dianke.kernel.errors import DomainError
from dianke.platform.identity.separation import require_another_person
from dianke.platform.identity.types import Actor
from dianke.platform.org.models import Unit

_LIVE = (ProposalState.PROPOSED.value, ProposalState.APPROVED.value)
_REASON_LENGTH = 200


class UnableToSetReviewParameter(DomainError):
    """The rule has no such parameter, or not with that value, or not from that day."""

    code = "billing.unable_to_set_review_parameter"
    message = "{rule} cannot be measured so: {reason}"


class UnableToDecideProposal(DomainError):
    """The proposal is decided already, or the decision says too little."""

    code = "billing.unable_to_decide_proposal"
    message = "the proposal for {rule} stays as it is: {reason}"


def propose(
    *,
    actor: Actor,
    unit: Unit,
    code: str,
    usage_class: str,
    from_date: date,
    values: Mapping[str, Any],
    reason: str,
    at: datetime,
) -> ReviewParameterProposal:
    """
    Propose values for a unit and the units below it, from a day on; they measure nothing until they are approved.

    :raises UnableToSetReviewParameter: if the rule does not know the values, no reason is given, the day has passed,
        or it has values or a proposal already
    """
    if not reason.strip():
        raise UnableToSetReviewParameter(field="reason", rule=code, reason="a reason is needed")
    proposal = ReviewParameterProposal(
        unit=unit,
        code=code,
        usage_class=usage_class,
        from_date=from_date,
        values=dict(values),
        reason=reason.strip()[:_REASON_LENGTH],
        proposed_by=actor.login,
        proposed_at=at,
    )
    _require_possible(actor, proposal, at)
    rivals = ReviewParameterProposal.objects.for_actor(actor).filter(
        unit=unit, code=code, usage_class=usage_class, from_date=from_date, state__in=_LIVE
    )
    if rivals.exists():
        raise UnableToSetReviewParameter(field="from_date", rule=code, reason="that day has a proposal already")
    proposal.save()
    return proposal


def approve(*, actor: Actor, proposal: ReviewParameterProposal, reason: str, at: datetime) -> ReviewParameter:
    """
    Put what another person proposed in force from its day on.

    :raises UnableToDecideProposal: if it is decided already
    :raises UnableToSetReviewParameter: if its day has passed meanwhile, or has values already
    :raises SamePerson: if the actor proposed it, or stands in for who did
    """
    _require_open(proposal)
    _require_second_person(actor, proposal)
    _require_possible(actor, proposal, at)
    row = ReviewParameter(
        unit=proposal.unit,
        code=proposal.code,
        usage_class=proposal.usage_class,
        from_date=proposal.from_date,
        values=proposal.values,
        reason=proposal.reason,
        set_by=proposal.proposed_by,
        set_at=at,
    )
    row.save()
    _decide(proposal, ProposalState.APPROVED, decided_by=actor.login, reason=reason, at=at)
    return row


def reject(*, actor: Actor, proposal: ReviewParameterProposal, reason: str, at: datetime) -> None:
    """
    Refuse what another person proposed, saying why; it stays to be read.

    :raises UnableToDecideProposal: if it is decided already, or no reason is given
    :raises SamePerson: if the actor proposed it, or stands in for who did
    """
    _require_open(proposal)
    _require_second_person(actor, proposal)
    if not reason.strip():
        raise UnableToDecideProposal(field="reason", rule=proposal.code, reason="a rejection says why")
    _decide(proposal, ProposalState.REJECTED, decided_by=actor.login, reason=reason, at=at)


def take_back(*, actor: Actor, proposal: ReviewParameterProposal, reason: str, at: datetime) -> None:
    """
    Take back a proposal of one's own before anybody decides it.

    :raises UnableToDecideProposal: if it is decided already, or is somebody else's
    """
    _require_open(proposal)
    if proposal.proposed_by != actor.login:
        raise UnableToDecideProposal(field="actor", rule=proposal.code, reason="only who proposed it takes it back")
    _decide(proposal, ProposalState.WITHDRAWN, decided_by="", reason=reason, at=at)


def _require_possible(actor: Actor, proposal: ReviewParameterProposal, at: datetime) -> None:
    """Refuse values that the rule cannot take, and days on which something is in force or was measured already."""
    code, day = proposal.code, proposal.from_date
    if day < timezone.localdate(at):
        raise UnableToSetReviewParameter(field="from_date", rule=code, reason="the day has passed")
    if obstacle := find_override_obstacle(code, proposal.values, on=day, usage_class=proposal.usage_class):
        raise UnableToSetReviewParameter(field="values", rule=code, reason=obstacle)
    rows = ReviewParameter.objects.for_actor(actor).filter(
        unit=proposal.unit, code=code, usage_class=proposal.usage_class, from_date=day
    )
    if rows.exists():
        raise UnableToSetReviewParameter(field="from_date", rule=code, reason="that day has values already")


def _require_open(proposal: ReviewParameterProposal) -> None:
    if proposal.state != ProposalState.PROPOSED.value:
        raise UnableToDecideProposal(field="state", rule=proposal.code, reason="it is decided already")


def _require_second_person(actor: Actor, proposal: ReviewParameterProposal) -> None:
    proposed_on = timezone.localdate(proposal.proposed_at)
    require_another_person(actor=actor, operator_login=proposal.proposed_by, operated_on=proposed_on)


def _decide(
    proposal: ReviewParameterProposal, state: ProposalState, *, decided_by: str, reason: str, at: datetime
) -> None:
    proposal.state, proposal.decided_by, proposal.decided_at = state.value, decided_by, at
    proposal.decision_reason = reason.strip()[:_REASON_LENGTH]
    proposal.save(update_fields=["state", "decided_by", "decided_at", "decision_reason"])
