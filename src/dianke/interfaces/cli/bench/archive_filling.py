"""Fills an empty archive through its own operations; imported once Django is ready."""

from collections.abc import Sequence
from datetime import date

from django.db import connections

from dianke.domain.customers import operations as customers
from dianke.domain.customers.models import Customer, CustomerAccount
from dianke.domain.customers.types import (
    AccountStatus,
    ContactRole,
    CustomerKind,
    NewAccount,
    NewContact,
    NewCustomer,
    NewLocation,
    UsageClass,
)
from dianke.domain.metering import operations as metering
from dianke.domain.metering.types import MeteringSide, NewUsagePoint
from dianke.domain.network import operations as network
from dianke.domain.network.types import NewArea
from dianke.interfaces.cli.bench.archive_rows import MadeCustomer, describe_customer
from dianke.platform.identity.types import Actor
from dianke.platform.org.operations import add_unit
from dianke.platform.org.types import UnitKind

_AT_ONCE = 50_000
_SINCE = date(2020, 5, 1)


def fill_archive(size: int) -> None:
    """Fill an empty archive: a station for ten thousand customers, a transformer area for two hundred."""
    actor = Actor.system("filling an archive to be measured")
    units, areas = _add_network(actor, size)
    for start in range(0, size, _AT_ONCE):
        serials = range(start, min(start + _AT_ONCE, size))
        made = [describe_customer(serial) for serial in serials]
        added = _add_customers(actor, units, serials, made)
        accounts = _add_accounts(actor, serials, made, added)
        _add_points(actor, areas, serials, made, accounts)
    _settle()


def _add_customers(
    actor: Actor, units: Sequence[int], serials: Sequence[int], made: Sequence[MadeCustomer]
) -> list[Customer]:
    new = [
        NewCustomer(
            unit_id=units[serial // 10_000],
            number=f"K{serial:09d}",
            name=one.name,
            kind=CustomerKind(one.kind),
            since_date=_SINCE,
        )
        for serial, one in zip(serials, made, strict=True)
    ]
    added = customers.add_customers(actor=actor, customers=new)
    contacts = [
        NewContact(customer_id=row.pk, name=row.name, role=ContactRole.OWNER, start_date=_SINCE, phone=one.phone)
        for row, one in zip(added, made, strict=True)
    ]
    customers.add_contacts(actor=actor, contacts=contacts)
    return added


def _add_accounts(
    actor: Actor, serials: Sequence[int], made: Sequence[MadeCustomer], added: Sequence[Customer]
) -> list[CustomerAccount]:
    new = [
        NewAccount(
            unit_id=row.unit_id,
            customer_id=row.pk,
            number=one.account,
            usage_class=UsageClass.COMMERCIAL_INDUSTRIAL if one.kind == "COMPANY" else UsageClass.RESIDENTIAL,
            opened_date=_SINCE,
            status=AccountStatus.SUSPENDED if serial % 1000 == 7 else AccountStatus.ACTIVE,
        )
        for serial, row, one in zip(serials, added, made, strict=True)
    ]
    return customers.add_accounts(actor=actor, accounts=new)


def _add_points(
    actor: Actor,
    areas: Sequence[int],
    serials: Sequence[int],
    made: Sequence[MadeCustomer],
    accounts: Sequence[CustomerAccount],
) -> None:
    locations = [
        NewLocation(unit_id=account.unit_id, code=f"L{serial:09d}", address=one.address)
        for serial, account, one in zip(serials, accounts, made, strict=True)
    ]
    places = customers.add_locations(actor=actor, locations=locations)
    points = [
        NewUsagePoint(
            unit_id=account.unit_id,
            code=f"P{serial:09d}",
            account_id=account.pk,
            location_id=place.pk,
            voltage="220V",
            metering_side=MeteringSide.LOW_LOW,
            area_id=areas[serial // 200],
        )
        for serial, account, place in zip(serials, accounts, places, strict=True)
    ]
    metering.add_usage_points(actor=actor, points=points)


def _add_network(actor: Actor, size: int) -> tuple[list[int], list[int]]:
    utility = add_unit(code="GS", name="测量供电公司", kind=UnitKind.UTILITY, parent=None)
    stations = [
        add_unit(code=f"GS{number:03d}", name=f"第 {number + 1} 供电所", kind=UnitKind.STATION, parent=utility)
        for number in range(size // 10_000 + 1)
    ]
    substation = network.add_substation(actor=actor, unit=utility, code="S1", name="测量变", voltage="110kV")
    feeder = network.add_feeder(actor=actor, substation=substation, code="F1", name="测量线", voltage="10kV")
    areas = network.add_areas(
        actor=actor,
        areas=[
            NewArea(
                unit_id=stations[number // 50].pk, feeder_id=feeder.pk, code=f"A{number:06d}", name=f"{number} 号台区"
            )
            for number in range(size // 200 + 1)
        ],
    )
    return [station.pk for station in stations], [area.pk for area in areas]


def _settle() -> None:
    """Let the database know what it holds, as its own daemon does within minutes."""
    with connections["owner"].cursor() as cursor:
        cursor.execute("vacuum analyze")
