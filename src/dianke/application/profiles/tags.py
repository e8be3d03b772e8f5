"""Propose tags and their end, decide what somebody else proposed, check tags by hand."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from dianke.domain.customers.models import Customer
from dianke.domain.profiles.models import TagCheck, TagProposal
from dianke.domain.profiles.operations import proposals
from dianke.domain.profiles.operations.proposals import UnableToDecideTag, UnableToProposeTag
from dianke.domain.profiles.queries import tags as queries
from dianke.domain.profiles.rules.catalogue import list_needed_rights, list_plain_facts
from dianke.domain.profiles.types import Tag
from dianke.engine.tags.language import list_facts, read_condition
from dianke.kernel.errors import DomainError
from dianke.platform.audit.use_case import PermissionRefused, use_case
from dianke.platform.identity.separation import require_another_person
from dianke.platform.identity.types import Actor


class TagNotFound(DomainError):
    """There is no such tag for this person."""

    code = "profiles.tag_not_found"
    message = "there is no such tag"


@use_case(right="profiles.define")
def propose_tag(*, actor: Actor, code: str, content: Mapping[str, Any], reason: str, at: datetime) -> TagProposal:
    """
    Propose a tag; it is computed from the first run after another person approved it.

    :raises PermissionRefused: if its condition speaks of facts that the actor may not see
    :raises UnableToProposeTag: if its code or name is taken
    :raises ConditionNotUnderstood: if its condition cannot be read
    """
    condition = read_condition(content["when"], facts=list_plain_facts())
    for right in sorted(list_needed_rights(list_facts(condition), tags={})):
        if not actor.may(right):
            raise PermissionRefused(field="when", login=actor.login, right=right)
    if not reason.strip():
        raise UnableToProposeTag(field="reason", reason="say what it is wanted for")
    return proposals.propose_tag(code=code, content=content, reason=reason.strip(), login=actor.login, at=at)


@use_case(right="profiles.define")
def propose_retirement(*, actor: Actor, code: str, reason: str, at: datetime) -> TagProposal:
    """
    Propose that a tag is computed no more.

    :raises TagNotFound: if no tag of the code is in force for the actor
    :raises UnableToProposeTag: if no reason is given, or that was proposed already
    """
    _find_tag(actor, code)
    if not reason.strip():
        raise UnableToProposeTag(field="reason", reason="say why it is not wanted any more")
    return proposals.propose_retirement(code=code, reason=reason.strip(), login=actor.login, at=at)


@use_case(right="profiles.approve")
def decide_tag(*, actor: Actor, proposal_id: int, is_approved: bool, reason: str, at: datetime) -> TagProposal:
    """
    Approve or refuse what somebody else proposed.

    :raises UnableToDecideTag: if it is not open, or refused without a reason
    :raises SamePerson: if the actor proposed it
    """
    found = queries.filter_proposals(actor=actor).filter(pk=proposal_id).first()
    if found is None:
        raise UnableToDecideTag(field="proposal")
    require_another_person(actor=actor, operator_login=found.proposed_by, operated_on=found.proposed_at.date())
    if not is_approved and not reason.strip():
        raise UnableToProposeTag(field="reason", reason="say why it is refused")
    return proposals.decide(
        proposal_id=proposal_id, is_approved=is_approved, reason=reason.strip(), login=actor.login, at=at
    )


@use_case(right="profiles.define")
def check_tag(*, actor: Actor, code: str, customer_number: str, is_right: bool, note: str, at: datetime) -> TagCheck:
    """
    Record whether a customer's tag is right, after somebody looked.

    :raises TagNotFound: if the customer is not the actor's or does not have the tag
    """
    tag = _find_tag(actor, code)
    customer = Customer.objects.for_actor(actor).filter(number=customer_number).first()
    held = queries.list_held(actor=actor, customer_id=customer.pk, tags=[tag]) if customer else []
    if not held or customer is None:
        raise TagNotFound(field="customer")
    return proposals.record_check(
        customer_id=customer.pk, code=code, value=held[0].value, is_right=is_right, note=note.strip()[:200],
        login=actor.login, at=at,
    )  # fmt: skip


def _find_tag(actor: Actor, code: str) -> Tag:
    found = next((one for one in queries.list_seen_tags(actor=actor) if one.code == code), None)
    if found is None:
        raise TagNotFound(field="code")
    return found
