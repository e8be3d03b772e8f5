"""Enter who pays for several accounts, and which accounts from when to when."""

from datetime import date

from dianke.domain.customers import queries as customers
from dianke.domain.customers.models import CustomerAccount
from dianke.domain.receivables.models import Payer, PayerMember
from dianke.domain.receivables.operations import payers
from dianke.domain.receivables.queries.payments import find_payer
from dianke.domain.receivables.types import SpreadRule
from dianke.kernel.errors import DomainError
from dianke.platform.audit.use_case import use_case
from dianke.platform.identity.types import Actor

_KEEP = "ledger.keep"


class AccountNotFound(DomainError):
    """There is no account of the number within the actor's units."""

    code = "payments.account_not_found"
    message = "there is no account {account}"


@use_case(right=_KEEP)
def add_payer(*, actor: Actor, number: str, name: str, account_number: str, spread: SpreadRule) -> Payer:
    """Enter a payer of the unit of an account, which keeps what is left of its payments."""
    account = _get_account(actor, account_number)
    new = payers.NewPayer(number=number, name=name, unit=account.unit, customer_account=account, spread=spread)
    return payers.add_payer(actor=actor, new=new)


@use_case(right=_KEEP)
def add_member(*, actor: Actor, number: str, account_number: str, since_date: date) -> PayerMember:
    """Let a payer pay for an account from a day on."""
    payer = find_payer(actor=actor, number=number)
    account = _get_account(actor, account_number)
    return payers.add_member(actor=actor, payer=payer, account=account, since_date=since_date)


@use_case(right=_KEEP)
def end_member(*, actor: Actor, number: str, account_number: str, until_date: date) -> PayerMember:
    """Let a payer pay for an account no more from a day on."""
    payer = find_payer(actor=actor, number=number)
    account = _get_account(actor, account_number)
    return payers.end_member(actor=actor, payer=payer, account=account, until_date=until_date)


def _get_account(actor: Actor, number: str) -> CustomerAccount:
    account = customers.get_account(actor=actor, number=number)
    if account is None:
        raise AccountNotFound(field="account", account=number)
    return account
