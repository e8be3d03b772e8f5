"""Agreements on instalments: who proposes never approves, and large debts ask for a higher level."""

from datetime import datetime

from dianke.application.agreements.accounts import get_account
from dianke.domain.receivables.models import Agreement
from dianke.domain.receivables.operations import agreements
from dianke.domain.receivables.operations.agreements import NewAgreement
from dianke.domain.receivables.queries.agreements import get_agreement
from dianke.domain.receivables.rules.agreements import get_policy
from dianke.kernel.clock import to_shanghai
from dianke.platform.audit.use_case import PermissionRefused, use_case
from dianke.platform.identity.separation import require_another_person
from dianke.platform.identity.types import Actor

VIEW, PROPOSE, APPROVE = "payments.view", "agreements.propose", "agreements.approve"


@use_case(right=PROPOSE)
def propose_agreement(*, actor: Actor, account_number: str, new: NewAgreement, at: datetime) -> Agreement:
    """Propose that bills of an account are paid in instalments."""
    account = get_account(actor, account_number)
    return agreements.propose_agreement(actor=actor, account=account, new=new, login=actor.login, at=at)


@use_case(right=APPROVE)
def approve_agreement(*, actor: Actor, key: int, at: datetime, reason: str = "") -> Agreement:
    """
    Let an agreement hold that another person proposed.

    :raises SamePerson: if the actor proposed it, or stands in for who did
    :raises PermissionRefused: if the amount needs a higher level
    """
    agreement = get_agreement(actor=actor, key=key)
    _require_another(actor, agreement.proposed_by, agreement.proposed_at)
    _require_level(actor, agreement)
    return agreements.approve_agreement(actor=actor, agreement=agreement, reason=reason, login=actor.login, at=at)


@use_case(right=APPROVE)
def refuse_agreement(*, actor: Actor, key: int, reason: str, at: datetime) -> Agreement:
    """
    Refuse an agreement that another person proposed.

    :raises SamePerson: if the actor proposed it, or stands in for who did
    """
    agreement = get_agreement(actor=actor, key=key)
    _require_another(actor, agreement.proposed_by, agreement.proposed_at)
    return agreements.refuse_agreement(actor=actor, agreement=agreement, reason=reason, login=actor.login, at=at)


@use_case(right=PROPOSE)
def withdraw_agreement(*, actor: Actor, key: int, at: datetime) -> Agreement:
    """Take back a proposal of one's own that nobody decided."""
    agreement = get_agreement(actor=actor, key=key)
    return agreements.withdraw_agreement(actor=actor, agreement=agreement, login=actor.login, at=at)


@use_case(right=PROPOSE)
def ask_agreement_end(*, actor: Actor, key: int, reason: str, at: datetime) -> Agreement:
    """Ask that an agreement ends early."""
    agreement = get_agreement(actor=actor, key=key)
    return agreements.ask_end(actor=actor, agreement=agreement, reason=reason, login=actor.login, at=at)


@use_case(right=APPROVE)
def decide_agreement_end(*, actor: Actor, key: int, is_approved: bool, at: datetime) -> Agreement:
    """
    End an agreement early as another person asked, or let it go on.

    :raises SamePerson: if the actor asked for the end, or stands in for who did
    :raises PermissionRefused: if the amount needs a higher level
    """
    agreement = get_agreement(actor=actor, key=key)
    if agreement.end_asked_at is not None:
        _require_another(actor, agreement.end_asked_by, agreement.end_asked_at)
    _require_level(actor, agreement)
    return agreements.decide_end(actor=actor, agreement=agreement, is_approved=is_approved, login=actor.login, at=at)


def may_approve(actor: Actor, agreement: Agreement) -> bool:
    """Tell whether an actor's rights reach the account of an agreement and its amount."""
    path = agreement.account.unit.path
    return actor.may(APPROVE, path) and actor.may(_right_to_approve(agreement), path)


def _right_to_approve(agreement: Agreement) -> str:
    return get_policy(day=agreement.as_of_date).get_level(agreement.level).right


def _require_level(actor: Actor, agreement: Agreement) -> None:
    if not may_approve(actor, agreement):
        raise PermissionRefused(field="actor", login=actor.login, right=_right_to_approve(agreement))


def _require_another(actor: Actor, login: str, at: datetime) -> None:
    require_another_person(actor=actor, operator_login=login, operated_on=to_shanghai(at).date())
