"""Customers, accounts and places enter the archive."""

import dataclasses
from collections.abc import Iterable, Sequence
from datetime import date
from decimal import Decimal

from dianke.domain.customers import rules
from dianke.domain.customers.models import Customer, CustomerAccount, ServiceLocation
from dianke.domain.customers.queries.hashes import hash_identity_number
from dianke.domain.customers.rules.addresses import compose_address, find_parts_obstacle
from dianke.domain.customers.types import (
    AccountStatus,
    AddressParts,
    CustomerKind,
    NamePinyin,
    NewAccount,
    NewCustomer,
    NewLocation,
    UsageClass,
)
from dianke.kernel.errors import DomainError
from dianke.platform.database.bulk import insert_rows
from dianke.platform.identity.types import Actor
from dianke.platform.org.models import Unit
from dianke.platform.org.reach import require_reach

_SHORT_INITIALS = 60
_SHORT_PINYIN = 200


class UnableToAddCustomer(DomainError):
    """The customer cannot enter the archive."""

    code = "customers.unable_to_add_customer"
    message = "customer {number} cannot be added: {reason}"


class UnableToAddAccount(DomainError):
    """The account cannot be opened."""

    code = "customers.unable_to_add_account"
    message = "account {number} cannot be added: {reason}"


class UnableToAddLocation(DomainError):
    """The place cannot enter the archive."""

    code = "customers.unable_to_add_location"
    message = "place {number} cannot be added: {reason}"


def add_customer(
    *,
    actor: Actor,
    unit: Unit,
    number: str,
    name: str,
    kind: CustomerKind,
    since_date: date,
    industry_code: str = "",
) -> Customer:
    """
    Add a customer to a unit's archive.

    :raises UnableToAddCustomer: if the number is taken or the name is empty
    """
    new = NewCustomer(
        unit_id=unit.pk,
        number=number,
        name=name,
        kind=kind,
        since_date=since_date,
        industry_code=industry_code,
    )
    return add_customers(actor=actor, customers=[new])[0]


def add_customers(*, actor: Actor, customers: Sequence[NewCustomer]) -> list[Customer]:
    """
    Add customers in one go, all or none.

    :raises UnableToAddCustomer: naming the first whose number is taken or whose name is empty
    """
    require_reach(actor=actor, unit_ids=(new.unit_id for new in customers))
    for number in _find_taken(Customer, "number", (new.number for new in customers)):
        raise UnableToAddCustomer(field="number", number=number, reason="the number is taken")
    rows = []
    for new in customers:
        if not new.name.strip():
            raise UnableToAddCustomer(field="name", number=new.number, reason="the name is empty")
        rows.append(_make_customer(new))
    return insert_rows(rows)


def spell_short_name(short_name: str, *, kind: CustomerKind) -> NamePinyin:
    """Return the pinyin of a short name, cut to its columns."""
    if not short_name:
        return NamePinyin(initials="", full="")
    pinyin = rules.spell_name(short_name, kind=kind)
    return NamePinyin(initials=pinyin.initials[:_SHORT_INITIALS], full=pinyin.full[:_SHORT_PINYIN])


def _make_customer(new: NewCustomer) -> Customer:
    pinyin = rules.spell_name(new.name, kind=new.kind)
    short = spell_short_name(new.short_name, kind=new.kind)
    identity = rules.fold_identity_number(new.identity_number)
    return Customer(
        unit_id=new.unit_id,
        number=new.number,
        name=new.name,
        name_initials=pinyin.initials,
        name_pinyin=pinyin.full,
        short_name=new.short_name,
        short_name_initials=short.initials,
        short_name_pinyin=short.full,
        kind=new.kind.value,
        industry_code=new.industry_code,
        since_date=new.since_date,
        identity_kind=new.identity_kind.value if new.identity_kind and identity else "",
        identity_number=identity,
        identity_hash=hash_identity_number(identity),
        importance=new.importance.value,
    )


def add_account(
    *,
    actor: Actor,
    customer: Customer,
    number: str,
    usage_class: UsageClass,
    opened_date: date,
    unit: Unit | None = None,
    status: AccountStatus = AccountStatus.ACTIVE,
    household_size: int = 0,
    closed_date: date | None = None,
    location: ServiceLocation | None = None,
) -> CustomerAccount:
    """
    Open a settlement account for a customer, in the customer's unit unless another is named.

    :raises UnableToAddAccount: if the number is taken, the customer is not the actor's, or the dates cross
    """
    new = NewAccount(
        unit_id=unit.pk if unit else customer.unit_id,
        customer_id=customer.pk,
        number=number,
        usage_class=usage_class,
        opened_date=opened_date,
        status=status,
        household_size=household_size,
        closed_date=closed_date,
        location_id=location.pk if location else None,
    )
    return add_accounts(actor=actor, accounts=[new])[0]


def add_accounts(*, actor: Actor, accounts: Sequence[NewAccount]) -> list[CustomerAccount]:
    """
    Open accounts in one go, all or none.

    :raises UnableToAddAccount: naming the first that cannot be opened
    """
    require_reach(actor=actor, unit_ids=(new.unit_id for new in accounts))
    wanted = {new.customer_id for new in accounts}
    visible = set(Customer.objects.for_actor(actor).filter(id__any_of=wanted).values_list("id", flat=True))
    for number in _find_taken(CustomerAccount, "number", (new.number for new in accounts)):
        raise UnableToAddAccount(field="number", number=number, reason="the number is taken")
    for new in accounts:
        if new.customer_id not in visible:
            raise UnableToAddAccount(
                field="customer", number=new.number, reason="the customer is not within your units"
            )
        if obstacle := rules.find_account_obstacle(new):
            raise UnableToAddAccount(field="closed_date", number=new.number, reason=obstacle)
    rows = [
        CustomerAccount(
            unit_id=new.unit_id,
            customer_id=new.customer_id,
            number=new.number,
            usage_class=new.usage_class.value,
            status=new.status.value,
            household_size=new.household_size,
            opened_date=new.opened_date,
            closed_date=new.closed_date,
            location_id=new.location_id,
        )
        for new in accounts
    ]
    return insert_rows(rows)


def add_location(
    *,
    actor: Actor,
    unit: Unit,
    code: str,
    address: str = "",
    longitude: Decimal | None = None,
    latitude: Decimal | None = None,
    parts: AddressParts | None = None,
) -> ServiceLocation:
    """
    Add a place that can be supplied.

    :raises UnableToAddLocation: if the code is taken, the address empty or the coordinates impossible
    """
    new = NewLocation(
        unit_id=unit.pk,
        code=code,
        address=address,
        parts=parts or AddressParts(),
        longitude=longitude,
        latitude=latitude,
    )
    return add_locations(actor=actor, locations=[new])[0]


def add_locations(*, actor: Actor, locations: Sequence[NewLocation]) -> list[ServiceLocation]:
    """
    Add places in one go, all or none; a line that is not given is composed of its parts.

    :raises UnableToAddLocation: naming the first that cannot be added
    """
    require_reach(actor=actor, unit_ids=(new.unit_id for new in locations))
    for code in _find_taken(ServiceLocation, "code", (new.code for new in locations)):
        raise UnableToAddLocation(field="code", number=code, reason="the code is taken")
    rows = [_make_location(new) for new in locations]
    return insert_rows(rows)


def _make_location(new: NewLocation) -> ServiceLocation:
    line = new.address.strip() or compose_address(new.parts)
    if not line:
        raise UnableToAddLocation(field="address", number=new.code, reason="the address is empty")
    if obstacle := rules.find_location_obstacle(new):
        raise UnableToAddLocation(field="longitude", number=new.code, reason=obstacle)
    if obstacle := find_parts_obstacle(new.parts):
        raise UnableToAddLocation(field="division_code", number=new.code, reason=obstacle)
    return ServiceLocation(
        unit_id=new.unit_id,
        code=new.code,
        address=line,
        longitude=new.longitude,
        latitude=new.latitude,
        **dataclasses.asdict(new.parts),
    )


def _find_taken(model: type, field: str, keys: Iterable[str]) -> list[str]:
    """Return keys that are used twice among the new rows or stand in the table, whoever's they are."""
    wanted: set[str] = set()
    twice = [key for key in keys if key in wanted or wanted.add(key)]  # type: ignore[func-returns-value]
    system = Actor.system("checking that numbers are free")
    stored = model.objects.for_actor(system).filter(**{f"{field}__any_of": wanted})  # type: ignore[attr-defined]
    return [*twice, *stored.values_list(field, flat=True)[:1]]
