"""One customer over all modules: what supplies it, what its numbers lead to, what waits for somebody."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.db.models import QuerySet

from dianke.domain.customers.models import (
    AccountAlias,
    Customer,
    CustomerAccount,
    CustomerDocument,
    ServiceLocation,
)
from dianke.domain.metering.models import MeterInstallation, UsagePoint
from dianke.domain.network.models import Transformer
from dianke.platform.identity.types import Actor
from dianke.platform.org.kept_statements import KeptStatements

_LONGEST_CHAIN = 10
_POINTS, _OWNED = (KeptStatements(is_prepared=True) for _of in range(2))
# A stand-in: no account has such a key.
_ACCOUNT = -1


@dataclass(frozen=True, slots=True)
class SupplyFacts:
    """What the head of the page says of an account's supply."""

    # Key and code of each point.
    usage_points: tuple[tuple[int, str], ...]
    location_ids: tuple[int, ...]
    address: str
    voltage: str
    capacity_kva: Decimal

    @property
    def usage_point_ids(self) -> tuple[int, ...]:
        """Return the keys of the points."""
        return tuple(key for key, _code in self.usage_points)


def get_account_of_alias(*, actor: Actor, number: str) -> CustomerAccount | None:
    """Return the account that bore a number in an earlier system, or None where it is not one alone."""
    rows = AccountAlias.objects.for_actor(actor).filter(number=number).select_related("account")
    found = list(rows.order_by("id")[:2])
    return found[0].account if len(found) == 1 else None


def follow_merges(*, actor: Actor, customer: Customer) -> Customer:
    """Return the customer that a merged one was kept as, over several merges if need be; itself if it was not."""
    kept = customer
    for _ in range(_LONGEST_CHAIN):
        if kept.merged_into_id is None:
            break
        further = Customer.objects.for_actor(actor).filter(pk=kept.merged_into_id).select_related("unit").first()
        if further is None:
            break
        kept = further
    return kept


def get_supply_facts(*, actor: Actor, account: CustomerAccount) -> SupplyFacts:
    """Return the points, places, first address, voltage and own transformer capacity of an account."""
    values = {_ACCOUNT: account.pk}
    rows = _POINTS.ask(actor=actor, write=_write_points, values=values)
    owned = _OWNED.ask(
        actor=actor,
        write=lambda scope: (
            Transformer.objects.for_actor(scope).filter(account_id=_ACCOUNT).values_list("capacity_kva")
        ),
        values=values,
    )
    return SupplyFacts(
        usage_points=tuple((row[0], row[1]) for row in rows),
        location_ids=tuple(dict.fromkeys(row[2] for row in rows)),
        address=rows[0][3] if rows else "",
        voltage=rows[0][4] if rows else "",
        capacity_kva=sum((kva for (kva,) in owned), Decimal(0)),
    )


def _write_points(actor: Actor) -> QuerySet[UsagePoint, tuple[int, str, int, str, str]]:
    rows: QuerySet[UsagePoint] = UsagePoint.objects.for_actor(actor).filter(account_id=_ACCOUNT)
    return rows.order_by("code", "id").values_list("id", "code", "location_id", "location__address", "voltage")


def list_locations(*, actor: Actor, location_ids: Sequence[int]) -> list[ServiceLocation]:
    """Return the places of keys by code."""
    return list(ServiceLocation.objects.for_actor(actor).filter(id__in=location_ids).order_by("code", "id"))


def list_installations(*, actor: Actor, usage_point_ids: Sequence[int]) -> list[MeterInstallation]:
    """Return every meter and ratio that points have had, newest first."""
    rows = MeterInstallation.objects.for_actor(actor).filter(usage_point__in=usage_point_ids)
    return list(rows.select_related("meter", "usage_point").order_by("usage_point__code", "-period", "id"))


def filter_documents(*, actor: Actor, customer: Customer) -> QuerySet[CustomerDocument]:
    """Return the documents of a customer, those too whose bytes are gone."""
    rows: QuerySet[CustomerDocument] = CustomerDocument.objects.for_actor(actor).filter(customer=customer)
    return rows.select_related("document", "account")
