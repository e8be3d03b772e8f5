"""Fills an empty archive by COPY, history included; imported once Django is ready."""

from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import Any

import pghistory
from django.db import connections, transaction

from dianke.domain.customers.queries.hashes import hash_phone, hash_phone_mask
from dianke.domain.customers.rules import spell_name
from dianke.domain.customers.types import AccountStatus, ContactRole, CustomerKind, NamePinyin, UsageClass
from dianke.domain.metering.types import MeteringSide
from dianke.domain.network import operations as network
from dianke.domain.network.types import NewArea
from dianke.interfaces.cli.bench.archive_rows import MadeCustomer, describe_customer
from dianke.interfaces.cli.bench.bare import bare_tables
from dianke.platform.crypto.cipher import encrypt
from dianke.platform.database.bulk import quicken_triggers
from dianke.platform.database.copying import copy_rows
from dianke.platform.identity.types import Actor
from dianke.platform.org.operations import add_unit
from dianke.platform.org.types import UnitKind

_AT_ONCE = 50_000
_SINCE = "2020-05-01"
# By table the columns that are filled; the others have a default in the database. Keys count from 1.
_COLUMNS = {
    "customers_customer": (
        "id", "unit_id", "number", "name", "name_initials", "name_pinyin", "kind", "industry_code", "since_date",
    ),
    "customers_contact": ("id", "customer_id", "name", "role", "phone", "phone_hash", "phone_mask_hash", "period"),
    "customers_customeraccount": (
        "id", "unit_id", "customer_id", "number", "usage_class", "status", "household_size", "opened_date",
    ),
    "customers_servicelocation": ("id", "unit_id", "code", "address"),
    "metering_usagepoint": (
        "id", "unit_id", "code", "account_id", "location_id", "area_id", "voltage", "metering_side", "status",
    ),
}  # fmt: skip

_Made = Sequence[tuple[int, MadeCustomer]]


def fill_archive(size: int) -> None:
    """Fill an empty archive: a station for ten thousand customers, a transformer area for two hundred."""
    units, areas = _add_network(Actor.system("filling an archive to be measured"), size)
    with bare_tables(list(_COLUMNS)):
        for start in range(0, size, _AT_ONCE):
            made = [(serial, describe_customer(serial)) for serial in range(start, min(start + _AT_ONCE, size))]
            with transaction.atomic(), pghistory.context(actor="bench", use_case="bench.fill", reason=""):
                quicken_triggers()
                for table, rows in _list_rows(made, units, areas):
                    copy_rows(table=table, columns=_COLUMNS[table], rows=rows)
    _settle()


def _list_rows(
    made: _Made, units: Sequence[int], areas: Sequence[int]
) -> Iterator[tuple[str, Iterator[Sequence[Any]]]]:
    """Yield tables and their rows, those that others refer to first."""
    yield "customers_customer", (_customer(serial, one, units[serial // 10_000]) for serial, one in made)
    yield "customers_contact", (_contact(serial, one) for serial, one in made)
    yield "customers_customeraccount", (_account(serial, one, units[serial // 10_000]) for serial, one in made)
    yield (
        "customers_servicelocation",
        ((serial + 1, units[serial // 10_000], f"L{serial:09d}", one.address) for serial, one in made),
    )
    yield (
        "metering_usagepoint",
        (_point(serial, units[serial // 10_000], areas[serial // 200]) for serial, _one in made),
    )


def _customer(serial: int, one: MadeCustomer, unit: int) -> Sequence[Any]:
    spelt = _spell(one.name, one.kind)
    return serial + 1, unit, f"K{serial:09d}", one.name, spelt.initials, spelt.full, one.kind, "", _SINCE


@lru_cache(maxsize=100_000)
def _spell(name: str, kind: str) -> NamePinyin:
    return spell_name(name, kind=CustomerKind(kind))


def _contact(serial: int, one: MadeCustomer) -> Sequence[Any]:
    sealed = (encrypt(one.phone, purpose="phone"), hash_phone(one.phone), hash_phone_mask(one.phone))
    key = serial + 1
    return key, key, one.name, ContactRole.OWNER.value, *(_bytes(value) for value in sealed), f"[{_SINCE},)"


def _bytes(value: bytes | None) -> str | None:
    return None if value is None else rf"\x{value.hex()}"


def _account(serial: int, one: MadeCustomer, unit: int) -> Sequence[Any]:
    usage = UsageClass.COMMERCIAL_INDUSTRIAL if one.kind == CustomerKind.COMPANY.value else UsageClass.RESIDENTIAL
    status = AccountStatus.SUSPENDED if serial % 1000 == 7 else AccountStatus.ACTIVE
    return serial + 1, unit, serial + 1, one.account, usage.value, status.value, 0, _SINCE


def _point(serial: int, unit: int, area: int) -> Sequence[Any]:
    key = serial + 1
    return key, unit, f"P{serial:09d}", key, key, area, "220V", MeteringSide.LOW_LOW.value, "ACTIVE"


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
