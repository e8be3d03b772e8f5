"""Whether the customers and accounts that a write touches are within the actor's units."""

from collections.abc import Collection

from dianke.domain.customers.models import Customer, CustomerAccount
from dianke.kernel.errors import DomainError
from dianke.platform.identity.types import Actor


class CustomerOutOfReach(DomainError):
    """A write aims at a customer that does not exist or is not within the actor's units."""

    code = "customers.out_of_reach"
    message = "the customer does not exist or is not within your units"


def require_customers(*, actor: Actor, ids: Collection[int]) -> None:
    """
    Refuse unless every customer is within the actor's units.

    :raises CustomerOutOfReach: if one is not
    """
    if Customer.objects.for_actor(actor).filter(id__in=ids).count() != len(set(ids)):
        raise CustomerOutOfReach(field="customer")


def require_accounts(*, actor: Actor, ids: Collection[int]) -> None:
    """
    Refuse unless every account is within the actor's units.

    :raises CustomerOutOfReach: if one is not
    """
    if CustomerAccount.objects.for_actor(actor).filter(id__in=ids).count() != len(set(ids)):
        raise CustomerOutOfReach(field="account")
