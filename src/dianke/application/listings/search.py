"""One search over the whole archive: name, pinyin, numbers, meter, usage point, address."""

from dataclasses import dataclass
from typing import Any

from django.db.models import F, QuerySet

from dianke.domain.customers import queries as customers
from dianke.domain.customers.models import Customer, CustomerAccount
from dianke.domain.metering import queries as metering
from dianke.domain.metering.models import UsagePoint
from dianke.platform.identity.types import Actor


@dataclass(frozen=True, slots=True)
class CustomerHit:
    """A customer that fits, with the accounts and the address of its first usage point."""

    customer: Customer
    account_numbers: tuple[str, ...]
    address: str


def search_archive(*, actor: Actor, text: str, limit: int) -> list[CustomerHit]:
    """Return customers that a text fits by anything that is known of them, at most `limit`."""
    keys = find_customer_keys(actor=actor, text=text, limit=limit)
    return _describe(actor, customers.list_customers_by_key(actor=actor, ids=keys))


def find_customer_keys(*, actor: Actor, text: str, limit: int) -> list[int]:
    """Return the keys of customers that a text fits, lowest first."""
    return customers.find_keys(actor=actor, text=text, branches=_match, limit=limit)


def _match(actor: Actor, typed: customers.Typed) -> list[QuerySet[Any]]:
    points = metering.match_points_by_number(actor=actor, text=typed.folded)
    places = customers.match_locations(actor, typed)
    points.append(UsagePoint.objects.for_actor(actor).filter(location__in=places))
    supplied = [branch.annotate(key=F("account__customer_id")).values("key") for branch in points]
    return [*customers.match_customers(actor, typed), *supplied]


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
