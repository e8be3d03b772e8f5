"""Claims on accounts: who asks never approves, and large amounts ask for a higher level."""

from datetime import date, datetime

from dianke.application.claims.accounts import get_account
from dianke.domain.receivables.models import Claim
from dianke.domain.receivables.operations import claims
from dianke.domain.receivables.operations.claims import NewClaim
from dianke.domain.receivables.operations.prepayments import use_prepayments
from dianke.domain.receivables.queries.claims import get_claim
from dianke.domain.receivables.rules.claims import get_level
from dianke.domain.receivables.types import ClaimKind
from dianke.kernel.clock import to_shanghai
from dianke.platform.audit.use_case import PermissionRefused, use_case
from dianke.platform.identity.separation import require_another_person
from dianke.platform.identity.types import Actor

VIEW, ASK, APPROVE = "payments.view", "payments.ask", "payments.approve"


@use_case(right=ASK)
def ask_claim(*, actor: Actor, account_number: str, new: NewClaim, reason: str, at: datetime) -> Claim:
    """Ask for a waiver, a refund, or the taking, use or return of a deposit on an account."""
    account = get_account(actor, account_number)
    return claims.ask_claim(actor=actor, account=account, new=new, reason=reason, login=actor.login, at=at)


@use_case(right=APPROVE)
def approve_claim(*, actor: Actor, claim_id: int, at: datetime, reason: str = "") -> Claim:
    """
    Approve and book what another person asked for; a deposit that is used settles debts at once.

    :raises SamePerson: if the actor asked for it, or stands in for who did
    :raises PermissionRefused: if the amount needs a higher level
    """
    claim = _get_of_another(actor, claim_id)
    if not may_approve(actor, claim):
        raise PermissionRefused(field="actor", login=actor.login, right=right_to_approve(claim))
    claim = claims.approve_claim(actor=actor, claim=claim, reason=reason, login=actor.login, at=at)
    if claim.kind == ClaimKind.DEPOSIT_USE.value:
        use_prepayments(actor=actor, customer_account_ids=[claim.account_id], on=to_shanghai(at).date(), at=at)
    return claim


@use_case(right=APPROVE)
def refuse_claim(*, actor: Actor, claim_id: int, at: datetime, reason: str) -> Claim:
    """
    Refuse what another person asked for.

    :raises SamePerson: if the actor asked for it, or stands in for who did
    """
    claim = _get_of_another(actor, claim_id)
    return claims.refuse_claim(actor=actor, claim=claim, reason=reason, login=actor.login, at=at)


@use_case(right=ASK)
def withdraw_claim(*, actor: Actor, claim_id: int, at: datetime) -> Claim:
    """Take back a claim of one's own that nobody decided."""
    claim = get_claim(actor=actor, claim_id=claim_id)
    return claims.withdraw_claim(actor=actor, claim=claim, login=actor.login, at=at)


@use_case(right=ASK)
def pay_out_claim(*, actor: Actor, claim_id: int, reference: str, paid_on: date, at: datetime) -> Claim:
    """Record the number at the bank under which an approved refund or returned deposit was paid."""
    claim = get_claim(actor=actor, claim_id=claim_id)
    return claims.pay_out_claim(
        actor=actor, claim=claim, reference=reference, paid_on=paid_on, login=actor.login, at=at
    )


def right_to_approve(claim: Claim) -> str:
    """Return the right that the amount of a claim asks for."""
    return get_level(code=claim.level, day=to_shanghai(claim.asked_at).date()).right


def may_approve(actor: Actor, claim: Claim) -> bool:
    """Tell whether an actor's rights reach the account of a claim and its amount."""
    path = claim.account.unit.path
    return actor.may(APPROVE, path) and actor.may(right_to_approve(claim), path)


def _get_of_another(actor: Actor, claim_id: int) -> Claim:
    claim = get_claim(actor=actor, claim_id=claim_id)
    require_another_person(actor=actor, operator_login=claim.asked_by, operated_on=to_shanghai(claim.asked_at).date())
    return claim
