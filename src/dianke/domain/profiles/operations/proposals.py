"""Write proposals of tags and what a second person said of them."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db.models import Max

from dianke.domain.profiles.models import TagCheck, TagProposal
from dianke.domain.profiles.rules.catalogue import list_built_in, read_proposed
from dianke.domain.profiles.types import SLOTS, TagAct, TagState
from dianke.kernel.errors import DomainError
from dianke.platform.identity.types import Actor

_SYSTEM = Actor.system("keeping proposals of tags")


class UnableToProposeTag(DomainError):
    """The tag cannot be proposed."""

    code = "profiles.unable_to_propose_tag"
    message = "the tag cannot be proposed: {reason}"


class UnableToDecideTag(DomainError):
    """The proposal is not open."""

    code = "profiles.unable_to_decide_tag"
    message = "the proposal was decided already"


def propose_tag(*, code: str, content: Mapping[str, Any], reason: str, login: str, at: datetime) -> TagProposal:
    """
    Write down a tag that somebody wants.

    :raises UnableToProposeTag: if its code or name is taken, or no slot is left
    :raises ConditionNotUnderstood: if its condition cannot be read
    """
    rows = TagProposal.objects.for_actor(_SYSTEM).select_for_update()
    living = rows.exclude(state=TagState.REFUSED.value).filter(act=TagAct.NEW.value)
    if code in {one.code for one in list_built_in()} or living.filter(code=code).exists():
        raise UnableToProposeTag(field="code", reason="another tag has this code")
    name = content["name"]
    names = {name for one in list_built_in() for name in (one.zh, one.en)}
    if not name or name in names or living.filter(content__name=name).exists():
        raise UnableToProposeTag(field="name", reason="a name is wanted that no other tag has")
    last = rows.aggregate(last=Max("slot"))["last"]
    slot = (last if last is not None else len(list_built_in()) - 1) + 1
    if slot >= SLOTS:
        raise UnableToProposeTag(field="code", reason="no more tags can be made")
    read_proposed(code=code, slot=slot, content=content)
    return _add(code=code, act=TagAct.NEW, slot=slot, content=dict(content), reason=reason, login=login, at=at)


def propose_retirement(*, code: str, reason: str, login: str, at: datetime) -> TagProposal:
    """
    Write down that somebody wants to retire a tag.

    :raises UnableToProposeTag: if that was proposed already
    """
    rows = TagProposal.objects.for_actor(_SYSTEM).filter(code=code, act=TagAct.RETIRE.value)
    if rows.exclude(state=TagState.REFUSED.value).exists():
        raise UnableToProposeTag(field="code", reason="its end was proposed already")
    return _add(code=code, act=TagAct.RETIRE, slot=None, content={}, reason=reason, login=login, at=at)


def decide(*, proposal_id: int, is_approved: bool, reason: str, login: str, at: datetime) -> TagProposal:
    """
    Write down what a second person said.

    :raises UnableToDecideTag: if it was decided already
    """
    rows = TagProposal.objects.for_actor(_SYSTEM).select_for_update()
    found: TagProposal | None = rows.filter(pk=proposal_id, state=TagState.PROPOSED.value).first()
    if found is None:
        raise UnableToDecideTag(field="proposal")
    found.state = (TagState.APPROVED if is_approved else TagState.REFUSED).value
    if not is_approved:
        # The slot held no value yet.
        found.slot = None
    found.decided_by, found.decided_at, found.decision_reason = login, at, reason
    found.save()
    return found


def record_check(
    *, customer_id: int, code: str, value: int, is_right: bool, note: str, login: str, at: datetime
) -> TagCheck:
    """Write down whether a customer's tag was right when somebody looked; the first look counts."""
    check: TagCheck
    check, _made = TagCheck.objects.for_actor(_SYSTEM).get_or_create(
        customer_id=customer_id,
        code=code,
        value=value,
        defaults={"is_right": is_right, "note": note, "checked_by": login, "checked_at": at},
    )
    return check


def _add(
    *, code: str, act: TagAct, slot: int | None, content: dict[str, Any], reason: str, login: str, at: datetime
) -> TagProposal:
    proposal = TagProposal(
        code=code, act=act.value, slot=slot, content=content, reason=reason, proposed_by=login, proposed_at=at
    )
    proposal.save()
    return proposal
