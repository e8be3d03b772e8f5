"""Accounts as the list of customers shows them: who, where, by which class."""

from django.db.models import Count, Q

from dianke.application.listings.search import find_customer_keys
from dianke.domain.customers.models import CustomerAccount
from dianke.domain.customers.types import AccountStatus
from dianke.platform.identity.types import Actor

_ARCHIVE = "archive.view"


def find_account_ids(*, actor: Actor, text: str, limit: int = 200) -> list[int]:
    """Return the keys of the accounts of the customers that a text finds."""
    keys = find_customer_keys(actor=actor, text=text, limit=limit)
    accounts = CustomerAccount.objects.for_actor(actor).filter(customer__in=keys)
    return list(accounts.order_by("id").values_list("id", flat=True))


def find_seen_account_ids(*, actor: Actor, text: str, limit: int = 200) -> list[int]:
    """
    Return the keys of the accounts that a text finds, for lists beside the archive.

    Who does not see the archive finds nobody by name, address or phone, which would tell whom a number is of: only
    by the number of an account or a customer, written whole.
    """
    if actor.covers(_ARCHIVE):
        return find_account_ids(actor=actor, text=text, limit=limit)
    reached = CustomerAccount.objects.for_actor(actor)
    named = reached.filter(Q(number=text.strip()) | Q(customer__number=text.strip()))
    found = set(named.values_list("id", flat=True)[:limit])
    if actor.may(_ARCHIVE):
        seen = find_account_ids(actor=actor.within(_ARCHIVE), text=text, limit=limit)
        found |= set(reached.filter(pk__in=seen).values_list("id", flat=True))
    return sorted(found)[:limit]


def count_by_class(*, actor: Actor) -> dict[str, int]:
    """Return how many accounts of each class are supplied."""
    rows = CustomerAccount.objects.for_actor(actor).exclude(
        status__in=(AccountStatus.CLOSED.value, AccountStatus.PLANNED.value)
    )
    return dict(rows.values_list("usage_class").annotate(n=Count("id")).order_by("-n"))
