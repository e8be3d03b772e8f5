"""Who looks like the customer that is about to enter."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from django.contrib.postgres.search import TrigramSimilarity
from django.db import connection, transaction
from django.db.models import Q

from dianke.domain.customers.models import Contact, Customer, CustomerAccount
from dianke.domain.customers.queries import hash_identity_number, hash_phone
from dianke.domain.customers.rules.addresses import drop_room
from dianke.domain.customers.rules.duplicates import SUSPICIOUS, Traits, Verdict, compare
from dianke.domain.customers.types import CustomerKind
from dianke.domain.metering.models import UsagePoint
from dianke.platform.identity.types import Actor

HITS_SHOWN = 8
_OF_NUMBERS = 20
_OF_NAMES = 40
_NEIGHBOURS = 300
_NAME_THRESHOLD = 0.5


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """What is known of the customer before it stands in the archive."""

    name: str
    kind: CustomerKind
    identity_number: str = ""
    phone: str = ""
    address: str = ""


@dataclass(frozen=True, slots=True)
class Duplicate:
    """A customer that looks the same, why, and what tells the two apart."""

    customer: Customer
    verdict: Verdict
    account_numbers: tuple[str, ...]
    addresses: tuple[str, ...]
    contacts: tuple[Contact, ...]


@dataclass(frozen=True, slots=True)
class Duplicates:
    """The likest first; `elsewhere` counts those of the same number in units that the actor does not see."""

    hits: tuple[Duplicate, ...]
    elsewhere: int


def find_duplicates(*, actor: Actor, candidate: Candidate, besides: int = 0) -> Duplicates:
    """Return the customers that look like a candidate, except one of a key."""
    identity = hash_identity_number(candidate.identity_number)
    phone = hash_phone(candidate.phone)
    keys = _find_by_numbers(actor, identity, phone)
    elsewhere = len(_find_by_numbers(Actor.system("counting customers of the same number"), identity, phone) - keys)
    if candidate.name.strip():
        keys |= _find_by_name(actor, candidate)
    if candidate.address.strip():
        keys |= _find_neighbours(actor, candidate.address)
    new = Traits(
        name=candidate.name,
        kind=candidate.kind,
        identity=identity,
        phones=frozenset([phone] if phone else []),
        addresses=frozenset({candidate.address} - {""}),
    )
    return Duplicates(_rank(actor, new, keys - {besides}), elsewhere)


def find_likenesses(*, actor: Actor, customer: Customer) -> tuple[Duplicate, ...]:
    """Return the customers that look like one of the archive, the likest first."""
    known = describe_customers(actor=actor, keys=[customer.pk]).get(customer.pk)
    if known is None:
        return ()
    candidate = Candidate(
        name=customer.name,
        kind=CustomerKind(customer.kind),
        identity_number=customer.identity_number,
        phone=next((contact.phone for contact in known.contacts if contact.phone), ""),
        address=next(iter(known.addresses), ""),
    )
    return find_duplicates(actor=actor, candidate=candidate, besides=customer.pk).hits


def describe_customers(*, actor: Actor, keys: Iterable[int]) -> dict[int, Duplicate]:
    """Return what tells customers apart, by key, without a verdict."""
    customers = Customer.objects.for_actor(actor).filter(id__in=set(keys), merged_into=None).select_related("unit")
    found = {customer.pk: customer for customer in customers}
    numbers: dict[int, list[str]] = defaultdict(list)
    addresses: dict[int, dict[str, None]] = defaultdict(dict)
    accounts = CustomerAccount.objects.for_actor(actor).filter(customer__in=found).order_by("number")
    for key, number, line in accounts.values_list("customer_id", "number", "location__address"):
        numbers[key].append(number)
        if line:
            addresses[key][line] = None
    points = UsagePoint.objects.for_actor(actor).filter(account__customer__in=found).order_by("id")
    for key, line in points.values_list("account__customer_id", "location__address"):
        addresses[key][line] = None
    contacts: dict[int, list[Contact]] = defaultdict(list)
    for contact in Contact.objects.for_actor(actor).filter(customer__in=found).order_by("-preferred", "id"):
        contacts[contact.customer_id].append(contact)
    return {
        key: Duplicate(customer, Verdict(0, ()), tuple(numbers[key]), tuple(addresses[key]), tuple(contacts[key]))
        for key, customer in found.items()
    }


def compare_customers(one: Duplicate, other: Duplicate) -> Verdict:
    """Return how much two customers of the archive are alike."""
    return compare(_read_traits(one), _read_traits(other))


def _rank(actor: Actor, new: Traits, keys: set[int]) -> tuple[Duplicate, ...]:
    hits = []
    for known in describe_customers(actor=actor, keys=keys).values():
        verdict = compare(new, _read_traits(known))
        if verdict.score >= SUSPICIOUS:
            hits.append(Duplicate(known.customer, verdict, known.account_numbers, known.addresses, known.contacts))
    hits.sort(key=lambda hit: (-hit.verdict.score, hit.customer.pk))
    return tuple(hits[:HITS_SHOWN])


def _read_traits(known: Duplicate) -> Traits:
    return Traits(
        name=known.customer.name,
        kind=CustomerKind(known.customer.kind),
        identity=known.customer.identity_hash,
        phones=frozenset(contact.phone_hash for contact in known.contacts if contact.phone_hash),
        addresses=frozenset(known.addresses),
    )


def _find_by_numbers(actor: Actor, identity: bytes | None, phone: bytes | None) -> set[int]:
    keys: set[int] = set()
    if identity:
        holders = Customer.objects.for_actor(actor).filter(identity_hash=identity, merged_into=None)
        keys |= set(holders.order_by("id").values_list("id", flat=True)[:_OF_NUMBERS])
    if phone:
        contacts = Contact.objects.for_actor(actor).filter(phone_hash=phone)
        keys |= set(contacts.order_by("id").values_list("customer_id", flat=True)[:_OF_NUMBERS])
    return keys


def _find_by_name(actor: Actor, candidate: Candidate) -> set[int]:
    customers = Customer.objects.for_actor(actor).filter(merged_into=None)
    name = candidate.name.strip()
    keys = set(customers.filter(name=name).order_by("id").values_list("id", flat=True)[:_OF_NAMES])
    if candidate.kind is CustomerKind.PERSON:
        # Persons of a similar name are too many to tell anything; those at the same place are found as neighbours.
        return keys
    others = customers.filter(~Q(kind=CustomerKind.PERSON.value), name__trigram_similar=name)
    ranked = others.annotate(likeness=TrigramSimilarity("name", name)).order_by("-likeness", "id")
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("select set_config('pg_trgm.similarity_threshold', %s, true)", [str(_NAME_THRESHOLD)])
        return keys | set(ranked.values_list("id", flat=True)[:_OF_NAMES])


def _find_neighbours(actor: Actor, address: str) -> set[int]:
    prefix = drop_room(address.strip())
    accounts = CustomerAccount.objects.for_actor(actor).filter(location__address__startswith=prefix)
    points = UsagePoint.objects.for_actor(actor).filter(location__address__startswith=prefix)
    return set(accounts.order_by("id").values_list("customer_id", flat=True)[:_NEIGHBOURS]) | set(
        points.order_by("id").values_list("account__customer_id", flat=True)[:_NEIGHBOURS]
    )
