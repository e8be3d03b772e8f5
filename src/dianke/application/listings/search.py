"""One search over the whole archive: name, pinyin, numbers, meter, usage point, address."""

from dataclasses import dataclass

from django.db.models import F

from dianke.domain.customers import queries as customers
from dianke.domain.customers.models import Customer, CustomerAccount
from dianke.domain.customers.rules import fold_search_text
from dianke.domain.metering import queries as metering
from dianke.domain.metering.models import UsagePoint
from dianke.platform.identity.types import Actor


@dataclass(frozen=True, slots=True)
class CustomerHit:
    """A customer that fits, with the accounts and the address of its first usage point."""

    customer: Customer
    account_numbers: tuple[str, ...]
    address: str


@dataclass(frozen=True, slots=True)
class SearchPage:
    """A page of hits; `next_after` is the key to go on from, None at the end."""

    hits: tuple[CustomerHit, ...]
    next_after: int | None


def search_archive(*, actor: Actor, text: str, limit: int = 20, after: int = 0) -> SearchPage:
    """Return the customers that a text fits by anything that is known of them, a page from a key on."""
    # One more than a page tells whether there is another.
    keys = find_customer_keys(actor=actor, text=text, limit=limit + 1, after=after)
    found = customers.list_customers_by_key(actor=actor, ids=keys[:limit])
    return SearchPage(hits=tuple(_describe(actor, found)), next_after=keys[limit - 1] if len(keys) > limit else None)


def find_customer_keys(*, actor: Actor, text: str, limit: int, after: int = 0) -> list[int]:
    """Return the keys of the customers that a text fits, lowest first, from a key on."""
    folded = fold_search_text(text)
    branches = customers.match_customers(actor=actor, text=folded)
    if branches:
        points = metering.match_points_by_number(actor=actor, text=folded)
        locations = customers.match_locations(actor=actor, text=folded)
        if locations is not None:
            points.append(UsagePoint.objects.for_actor(actor).filter(location__in=locations))
        branches += [branch.annotate(key=F("account__customer_id")).values("key") for branch in points]
    return customers.page_of_keys(branches, limit=limit, after=after)


def _describe(actor: Actor, found: list[Customer]) -> list[CustomerHit]:
    numbers: dict[int, list[str]] = {customer.pk: [] for customer in found}
    accounts = CustomerAccount.objects.for_actor(actor).filter(customer__in=found).order_by("number")
    for customer_id, number in accounts.values_list("customer_id", "number"):
        numbers[customer_id].append(number)
    addresses = dict(
        UsagePoint.objects.for_actor(actor)
        .filter(account__customer__in=found)
        .order_by("account__customer_id", "id")
        .distinct("account__customer_id")
        .values_list("account__customer_id", "location__address")
    )
    return [CustomerHit(customer, tuple(numbers[customer.pk]), addresses.get(customer.pk, "")) for customer in found]
