"""Who asks for a new supply, and what stands at the place: debts elsewhere, other accounts, what a bankrupt left."""

from datetime import date
from typing import Any

from django.db.models import QuerySet

from dianke.domain.customers.models import CustomerAccount
from dianke.domain.customers.types import AccountStatus
from dianke.domain.receivables.queries.debts import get_position
from dianke.domain.service_orders.models import ServiceOrder
from dianke.domain.service_orders.types import OrderKind
from dianke.platform.identity.types import Actor

_SUPPLIED = (AccountStatus.ACTIVE.value, AccountStatus.SUSPENDED.value)
_SYSTEM = Actor.system("looking at who had a place before")


def find_applicant_debt(*, actor: Actor, account: CustomerAccount, on: date) -> int:
    """Return what the customer of an account owes at all others, in fen."""
    others = CustomerAccount.objects.for_actor(actor).filter(customer_id=account.customer_id).exclude(pk=account.pk)
    keys = others.order_by("pk").values_list("pk", flat=True)
    return sum(get_position(actor=actor, customer_account_id=key, on=on).owed_fen for key in keys)


def is_place_taken(*, account: CustomerAccount) -> bool:
    """Return whether another account is supplied at the very place, whoever's unit it is in."""
    return _list_at_place(account).filter(status__in=_SUPPLIED).exists()


def find_bankrupt_debt(*, account: CustomerAccount, on: date) -> int:
    """Return what bankrupts who were supplied at the place still owe, in fen."""
    closed = _list_at_place(account).filter(status=AccountStatus.CLOSED.value)
    bankrupt = ServiceOrder.objects.for_actor(_SYSTEM).filter(
        account__in=list(closed), kind=OrderKind.BANKRUPTCY.value, result="ARCHIVED"
    )
    keys = bankrupt.order_by("account_id").values_list("account_id", flat=True).distinct()
    return sum(get_position(actor=_SYSTEM, customer_account_id=key, on=on).owed_fen for key in keys)


def _list_at_place(account: CustomerAccount) -> QuerySet[Any]:
    rows: QuerySet[Any] = CustomerAccount.objects.for_actor(_SYSTEM).exclude(pk=account.pk)
    place = account.location
    if place is None:
        return rows.none()
    # The folded line has an index of trigrams, which serves equality too.
    return rows.filter(location__address_folded=place.address_folded)
