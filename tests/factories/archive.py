"""A small archive without tariffs: two stations, a feeder, a transformer area, customers with meters."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from dianke.domain.customers import operations as customers
from dianke.domain.customers import queries
from dianke.domain.customers.models import Customer, CustomerAccount
from dianke.domain.customers.types import CustomerKind, UsageClass
from dianke.domain.metering import operations as metering
from dianke.domain.metering.models import MeterAsset, UsagePoint
from dianke.domain.metering.types import DIRECT, MeteringSide, Ratio, RegisterKind
from dianke.domain.network import operations as network
from dianke.domain.network.models import Feeder, TransformerArea
from dianke.domain.readings import operations as readings
from dianke.domain.readings.models import ReadingCycle, ReadingRoute
from dianke.kernel.clock import SHANGHAI
from dianke.kernel.ids import make_user_number
from dianke.platform.identity.types import Actor, Grant
from dianke.platform.org import operations as org
from dianke.platform.org.models import Unit
from dianke.platform.org.types import UnitKind

INSTALLED = date(2025, 6, 1)
NOW = datetime(2026, 2, 1, 8, tzinfo=SHANGHAI)
TOTAL = (RegisterKind.TOTAL,)


@dataclass
class Archive:
    """Handles that tests go on with; `east` and `west` are stations below `root`."""

    actor: Actor
    root: Unit
    east: Unit
    west: Unit
    feeder: Feeder
    area: TransformerArea
    serial: int = 0

    def next_serial(self) -> int:
        """Return a number that nothing in the archive has yet."""
        self.serial += 1
        return 100_000_000 + self.serial


def build_archive() -> Archive:
    """Return an archive with units, a substation, a feeder and a transformer area with its transformer."""
    actor = Actor.system("building a test archive")
    root = org.add_unit(code="GS", name="示例供电公司", kind=UnitKind.UTILITY, parent=None)
    east = org.add_unit(code="GSE", name="城东供电所", kind=UnitKind.STATION, parent=root)
    west = org.add_unit(code="GSW", name="城西供电所", kind=UnitKind.STATION, parent=root)
    substation = network.add_substation(actor=actor, unit=root, code="S1", name="城关变电站", voltage="110kV")
    feeder = network.add_feeder(
        actor=actor, substation=substation, code="F1", name="城关一线", voltage="10kV", unit=east
    )
    area = network.add_area(actor=actor, feeder=feeder, code="A1", name="建设路台区")
    network.add_transformer(
        actor=actor,
        feeder=feeder,
        code="T1",
        name="建设路公变",
        capacity_kva=Decimal(400),
        since_date=INSTALLED,
        area=area,
    )
    return Archive(actor=actor, root=root, east=east, west=west, feeder=feeder, area=area)


def actor_of(unit: Unit, *rights: str) -> Actor:
    """Return somebody who holds rights at a unit and below."""
    grants = frozenset(Grant(right, unit.path) for right in rights)
    return Actor(login=f"at-{unit.code}", name=unit.name, grants=grants, unit_path=unit.path)


def add_account(
    archive: Archive, *, name: str = "王晓明", kind: CustomerKind = CustomerKind.PERSON, unit: Unit | None = None
) -> CustomerAccount:
    """Return the account of a new customer at the eastern station, or where it is told."""
    serial = archive.next_serial()
    customer = customers.add_customer(
        actor=archive.actor,
        unit=unit or archive.east,
        number=f"K{serial}",
        name=name,
        kind=kind,
        since_date=INSTALLED,
    )
    return customers.add_account(
        actor=archive.actor,
        customer=customer,
        number=make_user_number(serial),
        usage_class=UsageClass.RESIDENTIAL,
        opened_date=INSTALLED,
    )


def add_point(archive: Archive, *, account: CustomerAccount | None = None, address: str = "建设路 8 号") -> UsagePoint:
    """Return a usage point of an account, hanging on the area."""
    account = account or add_account(archive)
    serial = archive.next_serial()
    location = customers.add_location(actor=archive.actor, unit=account.unit, code=f"L{serial}", address=address)
    return metering.add_usage_point(
        actor=archive.actor,
        code=f"P{serial}",
        account=account,
        location=location,
        voltage="220V",
        metering_side=MeteringSide.LOW_LOW,
        area=archive.area,
    )


def add_meter(archive: Archive, *, registers: tuple[RegisterKind, ...] = TOTAL, digits: int = 6) -> MeterAsset:
    """Return a meter in stock of the eastern station."""
    return metering.register_meter(
        actor=archive.actor,
        unit=archive.east,
        asset_number=f"M{archive.next_serial()}",
        registers=registers,
        integer_digits=digits,
    )


def install(
    archive: Archive,
    point: UsagePoint,
    *,
    meter: MeterAsset | None = None,
    on: date = INSTALLED,
    shows: Mapping[str, str] | None = None,
    ct: Ratio = DIRECT,
    pt: Ratio = DIRECT,
) -> MeterAsset:
    """Return the meter that was put up at a point, showing 0 unless told."""
    meter = meter or add_meter(archive)
    metering.install_meter(
        actor=archive.actor,
        meter=meter,
        usage_point=point,
        on=on,
        readings=values(dict.fromkeys(meter.registers, "0") if shows is None else shows),
        ct=ct,
        pt=pt,
    )
    return meter


def values(shown: Mapping[str, str]) -> dict[RegisterKind, Decimal]:
    """Return register values from texts."""
    return {RegisterKind(kind): Decimal(value) for kind, value in shown.items()}


def ratio(text: str) -> Ratio:
    """Return the ratio of a text such as 150/5."""
    primary, secondary = text.split("/")
    return Ratio(Decimal(primary), Decimal(secondary))


def add_route(archive: Archive, *points: UsagePoint) -> tuple[ReadingCycle, ReadingRoute]:
    """Return a monthly cycle and its route with the points on it."""
    cycle = readings.add_cycle(actor=archive.actor, unit=archive.root, code="C1", name="每月 1 日")
    route = readings.add_route(actor=archive.actor, cycle=cycle, code="R1", name="城关一段", unit=archive.east)
    readings.put_points_on_route(actor=archive.actor, route=route, usage_point_ids=[point.pk for point in points])
    return cycle, route


def found_customers(text: str, *, actor: Actor) -> list[Customer]:
    """Return the customers that are found by what is known of themselves."""
    keys = queries.find_keys(actor=actor, text=text, branches=queries.match_customers, limit=20)
    return queries.list_customers_by_key(actor=actor, ids=keys)
