"""The old town's transformer area: the benchmark model's 111 customers, moved to an invented place."""

from collections import defaultdict
from dataclasses import dataclass, replace
from decimal import Decimal

from dianke.application.demo_utility import names
from dianke.application.demo_utility.designs import (
    COMMERCE_PLAN,
    CYCLE_BUSINESS,
    HOME_PLAN,
    HOME_TIMED_REGISTERS,
    SINGLE_REGISTERS,
    TIMED_REGISTERS,
    VOLTAGE_LOW,
    CurveDesign,
    MeterDesign,
    PanelDesign,
    PointDesign,
    TermsDesign,
)
from dianke.application.demo_utility.sources import AreaLoad, AreaNetwork, AreaTransformer, load_area
from dianke.domain.customers.types import CustomerKind, UsageClass
from dianke.domain.metering.types import MeteringSide

FIRST_SERIAL = 420_020_001
AREA_CODE = "DEMO-A01"
DAY_NOISE = 0.12
MOST_SHIFT_WEEKS = 6

# Added to every published coordinate: the town lies where no such town is.
LONGITUDE_SHIFT = Decimal("102.1850")
LATITUDE_SHIFT = Decimal("-23.4200")
_METRE = Decimal("0.00001")

_HOMES = "H0-"
_TIMED_HOME_EVERY = 6
_LARGE_HOUSEHOLD_EVERY = 17
LACKS_CLOSING_READING = 37

# Trades of the commercial loads in the order of the data set, with code and whether they chose time of use.
_SHOPS = (
    ("云泽鼓楼社区服务站", "8521", True),
    ("云泽柳林饭庄", "6210", False),
    ("云泽文庙书店", "5243", True),
    ("云泽青石巷茶馆", "6233", False),
    ("云泽城关豆腐坊", "1392", True),
    ("云泽鼓楼便利店", "5213", False),
    ("云泽南渡照相馆", "8060", True),
    ("云泽城关卫生服务站", "8423", False),
    ("云泽柳林洗衣店", "8030", True),
)


@dataclass(frozen=True, slots=True)
class MovedLine:
    """A cable of the area between two places of the invented town."""

    name: str
    kind: str
    length_km: float
    ends: tuple[tuple[Decimal, Decimal], tuple[Decimal, Decimal]]


def list_area() -> list[PointDesign]:
    """Return the 111 customers of the area, in the order of the data set."""
    network = load_area()
    places = {bus.bus: move(bus.longitude, bus.latitude) for bus in network.buses}
    panels = _assign_panels(network)
    shops = iter(_SHOPS)
    doors: dict[int, int] = defaultdict(int)
    copies: dict[str, int] = defaultdict(int)
    points = []
    for index, load in enumerate(network.loads):
        door = doors[load.bus]
        doors[load.bus] += 1
        copies[load.profile] += 1
        point = _design(
            index,
            load,
            door=door,
            place=places[load.bus],
            panels=panels.get(index),
            shift_weeks=_choose_shift(copies[load.profile]),
        )
        points.append(point if load.profile.startswith(_HOMES) else _make_shop(point, next(shops)))
    return points


def list_lines() -> list[MovedLine]:
    """Return the cables of the area between the places they were moved to."""
    network = load_area()
    places = {bus.bus: move(bus.longitude, bus.latitude) for bus in network.buses}
    return [
        MovedLine(line.name, line.kind, line.length_km, (places[line.from_bus], places[line.to_bus]))
        for line in network.lines
    ]


def get_transformer() -> AreaTransformer:
    """Return the nameplate of the area's transformer."""
    return load_area().transformer


def move(longitude: float, latitude: float) -> tuple[Decimal, Decimal]:
    """Return published coordinates moved to the invented town."""
    return Decimal(str(longitude)) + LONGITUDE_SHIFT, Decimal(str(latitude)) + LATITUDE_SHIFT


def _assign_panels(network: AreaNetwork) -> dict[int, PanelDesign]:
    """Put the panels of each node behind the meter of its first customer."""
    first_at = {load.bus: index for index, load in reversed(list(enumerate(network.loads)))}
    return {first_at[panel.bus]: PanelDesign(panel.profile, peak_w=panel.peak_w) for panel in network.panels}


def _choose_shift(copy: int) -> int:
    """Return the weeks that the copies of a shape lie apart, from the second on far from its neighbours."""
    return copy * 5 % (2 * MOST_SHIFT_WEEKS + 1) - MOST_SHIFT_WEEKS


def _design(
    index: int,
    load: AreaLoad,
    *,
    door: int,
    place: tuple[Decimal, Decimal],
    panels: PanelDesign | None,
    shift_weeks: int,
) -> PointDesign:
    is_timed = index % _TIMED_HOME_EVERY == 0
    return PointDesign(
        serial=FIRST_SERIAL + index,
        name=names.compose_person(index),
        kind=CustomerKind.PERSON,
        usage_class=UsageClass.RESIDENTIAL,
        household_size=5 if index % _LARGE_HOUSEHOLD_EVERY == 5 else 2 + index % 3,
        address=names.compose_old_town_address(load.bus, door),
        # Customers of one node stand beside each other, a few metres apart.
        coordinates=(place[0] + 3 * door * _METRE, place[1] - door * _METRE),
        unit_code="DEMO-CG",
        feeder_code="DEMO-F4",
        area_code=AREA_CODE,
        cycle_code=CYCLE_BUSINESS,
        route_code=f"{CYCLE_BUSINESS}-A01",
        voltage="220V",
        side=MeteringSide.LOW_LOW,
        meter=MeterDesign(
            registers=HOME_TIMED_REGISTERS if is_timed else SINGLE_REGISTERS,
            model="单相智能表 220 V 5(60) A",
        ),
        terms=TermsDesign(plan_code=HOME_PLAN, time_of_use=is_timed),
        curve=CurveDesign(
            shape=load.profile,
            peak_w=load.peak_w,
            shift_weeks=shift_weeks,
            spread=DAY_NOISE,
            panels=panels,
        ),
        lacks_closing_reading=index == LACKS_CLOSING_READING,
    )


def _make_shop(point: PointDesign, shop: tuple[str, str, bool]) -> PointDesign:
    name, industry_code, is_timed = shop
    return replace(
        point,
        name=name,
        kind=CustomerKind.COMPANY,
        industry_code=industry_code,
        usage_class=UsageClass.COMMERCIAL_INDUSTRIAL,
        household_size=0,
        voltage="380V",
        meter=MeterDesign(
            registers=TIMED_REGISTERS if is_timed else SINGLE_REGISTERS,
            model="三相智能表 3×220/380 V 5(60) A",
        ),
        terms=TermsDesign(plan_code=COMMERCE_PLAN, price_voltage=VOLTAGE_LOW, time_of_use=is_timed),
    )
