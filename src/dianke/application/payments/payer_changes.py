"""Who pays for several accounts, and for which: one person asks, another decides."""

from collections.abc import Sequence
from datetime import date, datetime

from dianke.domain.customers import queries as customers
from dianke.domain.customers.models import CustomerAccount
from dianke.domain.receivables.models import PayerChange
from dianke.domain.receivables.operations import payer_changes
from dianke.domain.receivables.operations.payer_changes import Wish
from dianke.domain.receivables.operations.payers import NewPayer
from dianke.domain.receivables.queries.payers import get_change
from dianke.domain.receivables.queries.payments import find_payer
from dianke.domain.receivables.types import PayerChangeKind, SpreadRule
from dianke.kernel.clock import to_shanghai
from dianke.kernel.errors import DomainError
from dianke.platform.audit.use_case import use_case
from dianke.platform.identity.separation import require_another_person
from dianke.platform.identity.types import Actor

_ASK, _APPROVE = "payments.ask", "payments.approve"


class AccountNotFound(DomainError):
    """There is no account of the number within the actor's units."""

    code = "payments.account_not_found"
    message = "there is no account {account}"


@use_case(right=_ASK)
def ask_payer(
    *,
    actor: Actor,
    number: str,
    name: str,
    account_number: str,
    spread: SpreadRule,
    account_numbers: Sequence[str],
    effective_date: date,
    reason: str,
    at: datetime,
) -> PayerChange:
    """
    Ask for a payer of the unit of its own account, which keeps what is left of its payments.

    :param account_numbers: the accounts that it shall pay for besides its own, in the order in which it pays
    :raises AccountNotFound: if one of the accounts is not there
    """
    own = _get_account(actor, account_number, "account")
    new = NewPayer(number=number, name=name, unit=own.unit, customer_account=own, spread=spread)
    wish = Wish(
        kind=PayerChangeKind.NEW,
        new=new,
        payer=None,
        accounts=_get_accounts(actor, account_numbers),
        effective_date=effective_date,
        reason=reason,
    )
    return payer_changes.ask_change(wish=wish, login=actor.login, at=at)


@use_case(right=_ASK)
def ask_payer_change(
    *,
    actor: Actor,
    number: str,
    kind: PayerChangeKind,
    account_numbers: Sequence[str],
    effective_date: date,
    reason: str,
    at: datetime,
) -> PayerChange:
    """
    Ask for a payer to take on or give up accounts from a day on, or to end.

    :raises AccountNotFound: if one of the accounts is not there
    """
    payer = find_payer(actor=actor, number=number)
    wish = Wish(
        kind=kind,
        new=payer_changes.name_known(payer),
        payer=payer,
        accounts=_get_accounts(actor, account_numbers),
        effective_date=effective_date,
        reason=reason,
    )
    return payer_changes.ask_change(wish=wish, login=actor.login, at=at)


@use_case(right=_ASK)
def withdraw_payer_change(*, actor: Actor, key: int, at: datetime) -> PayerChange:
    """Take back one's own wish that nobody has decided."""
    change = get_change(actor=actor, key=key, lock=True)
    return payer_changes.withdraw_change(change=change, login=actor.login, at=at)


@use_case(right=_APPROVE)
def approve_payer_change(*, actor: Actor, key: int, at: datetime, reason: str = "") -> PayerChange:
    """
    Carry out what another person asked for.

    :raises SamePerson: if the actor asked for it, or stands in for who did
    """
    return _decide(actor, key, is_approved=True, reason=reason, at=at)


@use_case(right=_APPROVE)
def refuse_payer_change(*, actor: Actor, key: int, reason: str, at: datetime) -> PayerChange:
    """
    Refuse what another person asked for.

    :raises SamePerson: if the actor asked for it, or stands in for who did
    """
    return _decide(actor, key, is_approved=False, reason=reason, at=at)


def _decide(actor: Actor, key: int, *, is_approved: bool, reason: str, at: datetime) -> PayerChange:
    change = get_change(actor=actor, key=key, lock=True)
    require_another_person(actor=actor, operator_login=change.asked_by, operated_on=to_shanghai(change.asked_at).date())
    return payer_changes.decide_change(
        actor=actor, change=change, is_approved=is_approved, reason=reason, login=actor.login, at=at
    )


def _get_accounts(actor: Actor, numbers: Sequence[str]) -> tuple[CustomerAccount, ...]:
    return tuple(_get_account(actor, number, "accounts") for number in dict.fromkeys(numbers))


def _get_account(actor: Actor, number: str, field: str) -> CustomerAccount:
    account = customers.get_account(actor=actor, number=number.strip())
    if account is None:
        raise AccountNotFound(field=field, account=number)
    return account
