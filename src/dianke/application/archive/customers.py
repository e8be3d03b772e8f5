"""Customers, accounts and places enter the archive."""

from datetime import date
from decimal import Decimal

from dianke.application.archive.narrowing import EDIT, narrow
from dianke.domain.customers import operations
from dianke.domain.customers.models import Customer, CustomerAccount, ServiceLocation
from dianke.domain.customers.types import CustomerKind, UsageClass
from dianke.platform.audit.use_case import use_case
from dianke.platform.identity.types import Actor
from dianke.platform.org.models import Unit


@use_case(right=EDIT)
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
    """Add a customer to a unit's archive."""
    return operations.add_customer(
        actor=narrow(actor),
        unit=unit,
        number=number,
        name=name,
        kind=kind,
        since_date=since_date,
        industry_code=industry_code,
    )


@use_case(right=EDIT)
def add_account(
    *,
    actor: Actor,
    customer: Customer,
    number: str,
    usage_class: UsageClass,
    opened_date: date,
    unit: Unit | None = None,
    household_size: int = 0,
) -> CustomerAccount:
    """Open a settlement account for a customer."""
    return operations.add_account(
        actor=narrow(actor),
        customer=customer,
        number=number,
        usage_class=usage_class,
        opened_date=opened_date,
        unit=unit,
        household_size=household_size,
    )


@use_case(right=EDIT)
def add_location(
    *,
    actor: Actor,
    unit: Unit,
    code: str,
    address: str,
    longitude: Decimal | None = None,
    latitude: Decimal | None = None,
) -> ServiceLocation:
    """Add a place that can be supplied."""
    return operations.add_location(
        actor=narrow(actor), unit=unit, code=code, address=address, longitude=longitude, latitude=latitude
    )
