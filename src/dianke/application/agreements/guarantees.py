"""Guarantees of third parties and banks: recorded with their papers, released and called by two persons."""

from collections.abc import Sequence
from datetime import datetime

from dianke.application.agreements.accounts import get_account
from dianke.domain.receivables.models import Guarantee
from dianke.domain.receivables.operations import guarantees
from dianke.domain.receivables.operations.guarantees import NewGuarantee
from dianke.domain.receivables.queries.guarantees import get_guarantee, get_paper
from dianke.domain.receivables.types import GuaranteeState
from dianke.kernel.clock import to_shanghai
from dianke.platform.audit.use_case import use_case
from dianke.platform.documents import operations as documents
from dianke.platform.identity.separation import require_another_person
from dianke.platform.identity.types import Actor

_VIEW, _PROPOSE, _APPROVE = "payments.view", "agreements.propose", "agreements.approve"
_PAPER = "GUARANTEE"


@use_case(right=_PROPOSE)
def record_guarantee(
    *, actor: Actor, account_number: str, new: NewGuarantee, files: Sequence[tuple[str, bytes]], at: datetime
) -> Guarantee:
    """Record who stands for the debts of an account, with the papers that say so."""
    account = get_account(actor, account_number)
    papers = [
        documents.add_document(
            actor=actor, unit=account.unit, kind=_PAPER, title=name, file_name=name, content=content, at=at
        )
        for name, content in files
    ]
    return guarantees.record_guarantee(account=account, new=new, papers=papers, login=actor.login, at=at)


@use_case(right=_PROPOSE)
def ask_guarantee_change(*, actor: Actor, key: int, to: GuaranteeState, reason: str, at: datetime) -> Guarantee:
    """Ask that a guarantee is released or called."""
    guarantee = get_guarantee(actor=actor, key=key)
    return guarantees.ask_change(actor=actor, guarantee=guarantee, to=to, reason=reason, login=actor.login, at=at)


@use_case(right=_APPROVE)
def decide_guarantee_change(*, actor: Actor, key: int, is_approved: bool, at: datetime) -> Guarantee:
    """
    Release or call a guarantee as another person asked, or hold it on.

    :raises SamePerson: if the actor asked for it, or stands in for who did
    """
    guarantee = get_guarantee(actor=actor, key=key)
    if guarantee.asked_at is not None:
        asked_on = to_shanghai(guarantee.asked_at).date()
        require_another_person(actor=actor, operator_login=guarantee.asked_by, operated_on=asked_on)
    return guarantees.decide_change(actor=actor, guarantee=guarantee, is_approved=is_approved, login=actor.login, at=at)


@use_case(right=_VIEW)
def open_guarantee_paper(*, actor: Actor, key: int) -> bytes:
    """Return the bytes of a paper; who looked stands in the trail."""
    return documents.read_document(get_paper(actor=actor, key=key).document)
