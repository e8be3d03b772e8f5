"""An account's own terms of payment: one person proposes, another approves."""

from datetime import datetime

from dianke.application.claims.accounts import get_account
from dianke.domain.billing.models import AccountTerms
from dianke.domain.billing.operations import account_terms
from dianke.domain.billing.operations.account_terms import NewTerms
from dianke.domain.billing.queries.account_terms import get_terms
from dianke.kernel.clock import to_shanghai
from dianke.platform.audit.use_case import use_case
from dianke.platform.identity.separation import require_another_person
from dianke.platform.identity.types import Actor

_ASK, _APPROVE = "payments.ask", "payments.approve"


@use_case(right=_ASK)
def propose_account_terms(
    *, actor: Actor, account_number: str, new: NewTerms, reason: str, at: datetime
) -> AccountTerms:
    """Propose due rule, daily late fee by contract and order of settling for an account, from a day on."""
    account = get_account(actor, account_number)
    return account_terms.propose_terms(actor=actor, account=account, new=new, reason=reason, login=actor.login, at=at)


@use_case(right=_APPROVE)
def approve_account_terms(*, actor: Actor, terms_id: int, at: datetime, reason: str = "") -> AccountTerms:
    """
    Put terms in force that another person proposed.

    :raises SamePerson: if the actor proposed them, or stands in for who did
    """
    terms = _get_of_another(actor, terms_id)
    return account_terms.approve_terms(actor=actor, terms=terms, reason=reason, login=actor.login, at=at)


@use_case(right=_APPROVE)
def refuse_account_terms(*, actor: Actor, terms_id: int, at: datetime, reason: str) -> AccountTerms:
    """
    Refuse terms that another person proposed.

    :raises SamePerson: if the actor proposed them, or stands in for who did
    """
    terms = _get_of_another(actor, terms_id)
    return account_terms.refuse_terms(actor=actor, terms=terms, reason=reason, login=actor.login, at=at)


@use_case(right=_ASK)
def withdraw_account_terms(*, actor: Actor, terms_id: int, at: datetime) -> AccountTerms:
    """Take back a proposal of one's own that nobody decided."""
    terms = get_terms(actor=actor, terms_id=terms_id)
    return account_terms.withdraw_terms(actor=actor, terms=terms, login=actor.login, at=at)


def _get_of_another(actor: Actor, terms_id: int) -> AccountTerms:
    terms = get_terms(actor=actor, terms_id=terms_id)
    proposed_on = to_shanghai(terms.proposed_at).date()
    require_another_person(actor=actor, operator_login=terms.proposed_by, operated_on=proposed_on)
    return terms
