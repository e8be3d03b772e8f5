"""The estate on the lake: 17 measured homes, and as many more made from them as are asked for."""

from datetime import date
from decimal import Decimal

from dianke.application.demo_utility import names
from dianke.application.demo_utility.designs import (
    CYCLE_GROWN,
    CYCLE_HOMES,
    HOME_PLAN,
    HOME_TIMED_REGISTERS,
    SINGLE_REGISTERS,
    CurveDesign,
    MeterDesign,
    PanelDesign,
    PointDesign,
    ShareDesign,
    TermsDesign,
)
from dianke.application.demo_utility.sources import HOMES
from dianke.domain.customers.types import CustomerKind, UsageClass
from dianke.domain.metering.types import MeteringSide, RegisterKind

FIRST_SERIAL = 420_100_001
MOST_HOMES = 50_000
HOMES_AN_AREA = 240
DAY_NOISE = 0.12
MOST_SHIFT_WEEKS = 6
# The lake's shore, a kilometre and more south-east of the old town.
_SHORE = (Decimal("114.0200"), Decimal("29.9900"))
_STEP = Decimal("0.00015")
_AREA_STEP = Decimal("0.0040")

# Buildings of the data set whose panels the demo keeps; the other homes have none.
WITH_PANELS = (2, 5, 9, 12, 16)
_TIMED_EVERY = 4
_LARGE_HOUSEHOLD_EVERY = 11
LACKS_CLOSING_READING = 4
LACKS_TERMS = 11
# Homes with a flaw that the review finds.
RUNS_AN_INN = 3
EXCHANGED_WITHOUT_TICKET = 8
KEEPS_A_SHOP = 10
PEAK_MISREAD = 13
ALSO_RUNS_AN_INN = 15
_INN = "6130"
_EXCHANGED_ON = date(2026, 1, 19)
_SHOP = ShareDesign(name="自建房小卖部", price=Decimal("0.735686"), fixed_kwh=Decimal(60))


def area_code(area: int) -> str:
    """Return the code of an estate area, counted from 0."""
    return f"DEMO-B{area + 1:03d}"


def count_areas(homes: int) -> int:
    """Return how many areas the homes fill: the measured ones have an area of their own."""
    return 1 + -(-(homes - HOMES) // HOMES_AN_AREA) if homes > HOMES else 1


def list_estate(homes: int, first: int = 0) -> list[PointDesign]:
    """Return homes from a place in the order up to the number asked for; 17 are measured."""
    return [_design(index) for index in range(first, homes)]


def _design(index: int) -> PointDesign:
    is_measured = index < HOMES
    area, place = (0, index) if is_measured else divmod(index - HOMES, HOMES_AN_AREA)
    area += 0 if is_measured else 1
    is_timed = index % _TIMED_EVERY == 1
    cycle_code = CYCLE_HOMES if is_measured else CYCLE_GROWN
    return PointDesign(
        serial=FIRST_SERIAL + index,
        # Names go on where those of the old town end.
        name=names.compose_person(1_000 + index),
        kind=CustomerKind.PERSON,
        usage_class=UsageClass.RESIDENTIAL,
        household_size=5 if index % _LARGE_HOUSEHOLD_EVERY == 7 else 2 + index % 3,
        address=names.compose_estate_address(area, place),
        coordinates=_place(area, place),
        unit_code="DEMO-BH",
        feeder_code="DEMO-F3",
        area_code=area_code(area),
        cycle_code=cycle_code,
        route_code=f"{cycle_code}-{area_code(area).removeprefix('DEMO-')}",
        voltage="220V",
        side=MeteringSide.LOW_LOW,
        industry_code=_INN if index in (RUNS_AN_INN, ALSO_RUNS_AN_INN) else "",
        meter=MeterDesign(
            registers=HOME_TIMED_REGISTERS if is_timed else SINGLE_REGISTERS,
            model="单相智能表 220 V 5(60) A",
            exchanged_on=_EXCHANGED_ON if index == EXCHANGED_WITHOUT_TICKET else None,
        ),
        terms=TermsDesign(plan_code=HOME_PLAN, time_of_use=is_timed, shares=(_SHOP,) if index == KEEPS_A_SHOP else ()),
        curve=_design_curve(index),
        lacks_closing_reading=index == LACKS_CLOSING_READING,
        lacks_terms=index == LACKS_TERMS,
        lacks_ticket=index == EXCHANGED_WITHOUT_TICKET,
        misread=(RegisterKind.PEAK, Decimal(30)) if index == PEAK_MISREAD else None,
    )


def _design_curve(index: int) -> CurveDesign:
    home = index % HOMES
    if index < HOMES:
        panels = PanelDesign("home", home=home) if index in WITH_PANELS else None
        return CurveDesign(shape="home", home=home, panels=panels, is_derived=False)
    shift = index // HOMES * 5 % (2 * MOST_SHIFT_WEEKS + 1) - MOST_SHIFT_WEEKS
    return CurveDesign(shape="home", home=home, shift_weeks=shift, spread=DAY_NOISE)


def _place(area: int, place: int) -> tuple[Decimal, Decimal]:
    row, column = divmod(place, 16)
    down, right = divmod(area, 10)
    return (
        _SHORE[0] + right * _AREA_STEP + column * _STEP,
        _SHORE[1] - down * _AREA_STEP - row * _STEP,
    )
