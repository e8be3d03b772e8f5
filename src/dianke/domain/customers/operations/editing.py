"""Plain facts of customers and places; key data goes by `key_data`."""

import dataclasses
from decimal import Decimal

from dianke.domain.customers import rules
from dianke.domain.customers.models import Customer, ServiceLocation
from dianke.domain.customers.operations.entering import UnableToAddLocation, spell_short_name
from dianke.domain.customers.operations.reaching import require_customers
from dianke.domain.customers.rules.addresses import compose_address, find_parts_obstacle
from dianke.domain.customers.types import AddressParts, CustomerKind, NewLocation
from dianke.platform.identity.types import Actor
from dianke.platform.org.reach import require_reach


def change_customer(*, actor: Actor, customer: Customer, short_name: str, industry_code: str) -> Customer:
    """Give a customer another short name or trade."""
    require_customers(actor=actor, ids={customer.pk})
    short = spell_short_name(short_name.strip(), kind=CustomerKind(customer.kind))
    customer.short_name = short_name.strip()
    customer.short_name_initials, customer.short_name_pinyin = short.initials, short.full
    customer.industry_code = industry_code.strip()
    customer.save(update_fields=["short_name", "short_name_initials", "short_name_pinyin", "industry_code"])
    return customer


def change_location(
    *,
    actor: Actor,
    location: ServiceLocation,
    parts: AddressParts,
    longitude: Decimal | None,
    latitude: Decimal | None,
) -> ServiceLocation:
    """
    Give a place another address, its line composed of the parts.

    :raises UnableToAddLocation: if the parts or the coordinates cannot stand
    """
    require_reach(actor=actor, unit_ids=[location.unit_id])
    line = compose_address(parts)
    wanted = NewLocation(
        unit_id=location.unit_id, code=location.code, parts=parts, longitude=longitude, latitude=latitude
    )
    if not line:
        raise UnableToAddLocation(field="road", number=location.code, reason="the address is empty")
    if obstacle := rules.find_location_obstacle(wanted):
        raise UnableToAddLocation(field="longitude", number=location.code, reason=obstacle)
    if obstacle := find_parts_obstacle(parts):
        raise UnableToAddLocation(field="division_code", number=location.code, reason=obstacle)
    columns = {"address": line, "longitude": longitude, "latitude": latitude, **dataclasses.asdict(parts)}
    for name, value in columns.items():
        setattr(location, name, value)
    location.save(update_fields=list(columns))
    return location
