"""Find the account that something is agreed for."""

from dianke.domain.customers.models import CustomerAccount
from dianke.domain.customers.queries import accounts
from dianke.kernel.errors import DomainError
from dianke.platform.identity.types import Actor


class AgreementAccountUnknown(DomainError):
    """There is no account of the number within the actor's units."""

    code = "agreements.account_unknown"
    message = "no account {account} was found"


def get_account(actor: Actor, number: str) -> CustomerAccount:
    """
    Return the account of a number.

    :raises AgreementAccountUnknown: if it is not within the actor's units
    """
    account = accounts.get_account(actor=actor, number=number.strip())
    if account is None:
        raise AgreementAccountUnknown(field="account", account=number)
    return account
