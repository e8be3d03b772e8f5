"""Load the demo utility: each step is one transaction and is done once, so that a broken load goes on."""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from dianke.application.demo_utility import archive, belongings, loads, organisation, proposals, usage
from dianke.application.demo_utility.area import list_area
from dianke.application.demo_utility.designs import (
    BILLED_FROM,
    CYCLE_BUSINESS,
    CYCLE_GROWN,
    CYCLE_HOMES,
    HOME_PLAN,
    PointDesign,
)
from dianke.application.demo_utility.estate import MOST_HOMES, count_areas, list_estate
from dianke.application.demo_utility.sources import HOMES
from dianke.application.demo_utility.trades import list_trades
from dianke.domain.audits.models import QualityPass
from dianke.domain.invoicing.operations import parties
from dianke.domain.metering.models import UsagePoint
from dianke.domain.readings import operations as readings
from dianke.domain.readings import queries as reading_queries
from dianke.domain.readings.models import RoutePoint
from dianke.kernel.errors import DomainError
from dianke.platform.audit.use_case import use_case
from dianke.platform.identity import operations as identity
from dianke.platform.identity import queries as identity_queries
from dianke.platform.identity.types import Actor
from dianke.platform.org import queries as org

RIGHT = "demo.load_utility"
# A year of days and a month of quarters of so many homes fit into a gigabyte.
_MEASURED_AT_ONCE = 5_000


class UnableToLoadDemo(DomainError):
    """The demo utility cannot be loaded here, or not in that size."""

    code = "demo.unable_to_load"
    message = "the demo utility cannot be loaded: {reason}"


@dataclass(frozen=True, slots=True)
class DemoState:
    """How much of the demo utility is there."""

    is_founded: bool
    is_measured: bool
    homes: int
    is_growth_measured: bool
    is_audited: bool
    has_proposal: bool


def get_state(*, actor: Actor) -> DemoState:
    """
    Return how much of the demo utility is there.

    :raises UnableToLoadDemo: if another utility lives in the database
    """
    utility = org.get_utility(actor=actor)
    if utility is None:
        return DemoState(
            is_founded=False,
            is_measured=False,
            homes=0,
            is_growth_measured=False,
            is_audited=False,
            has_proposal=False,
        )
    if utility.code != organisation.UTILITY_CODE:
        raise UnableToLoadDemo(field="database", reason=f"{utility.name} lives in this database")
    on_routes = RoutePoint.objects.for_actor(actor)
    homes = on_routes.filter(route__cycle__code__in=(CYCLE_HOMES, CYCLE_GROWN)).count()
    opened = {month.cycle.code for month in reading_queries.list_months(actor=actor)}
    return DemoState(
        is_founded=True,
        is_measured={CYCLE_BUSINESS, CYCLE_HOMES} <= opened,
        homes=homes,
        is_growth_measured=CYCLE_GROWN in opened,
        is_audited=QualityPass.objects.for_actor(actor).exclude(finished_at=None).exists(),
        has_proposal=proposals.has_proposal(actor=actor),
    )


def check_homes(*, state: DemoState, homes: int) -> None:
    """
    Refuse a number of homes that cannot be loaded.

    :raises UnableToLoadDemo: if it is too small or large, or the estate was grown to another number already
    """
    if not HOMES <= homes <= MOST_HOMES:
        raise UnableToLoadDemo(field="homes", reason=f"the estate has {HOMES} to {MOST_HOMES} homes")
    if state.homes > HOMES and homes not in (HOMES, state.homes):
        raise UnableToLoadDemo(
            field="homes",
            reason=f"the estate has {state.homes} homes and grows once; start from an empty database",
        )


def list_designs() -> list[PointDesign]:
    """Return the points every demo utility has: trades, the old town, the measured homes."""
    return [*list_trades(), *list_area(), *list_estate(HOMES)]


@use_case(right=RIGHT)
def found_utility(*, actor: Actor, passwords: dict[str, str]) -> int:
    """Add the utility with its people, network, customers and meters; return how many customers."""
    units = organisation.found_units()
    organisation.engage_people(units=units, passwords=passwords)
    feeders = archive.lay_network(actor=actor, units=units)
    archive.add_old_town(actor=actor, feeder=feeders["DEMO-F4"])
    archive.add_estate(actor=actor, feeder=feeders["DEMO-F3"], first=0, last=1)
    archive.add_cycles(actor=actor, unit=units[organisation.UTILITY_CODE], codes=(CYCLE_BUSINESS, CYCLE_HOMES))
    points = list_designs()
    count = _add(actor, points)
    belongings.add_belongings(actor=actor, points=points)
    return count


@use_case(right=RIGHT)
def measure_utility(*, actor: Actor, root: Path, at: datetime) -> int:
    """Store the curves and readings of the first points and open the month; return how many curves."""
    points = list_designs()
    codes = usage.read_codes(actor=actor)
    usage.record_month(
        actor=actor,
        root=root,
        points=points,
        keys=_find_keys(actor, points),
        usage=loads.build_usage(points, codes),
        at=at,
    )
    _open_months(actor, (CYCLE_BUSINESS, CYCLE_HOMES))
    utility = org.get_unit(actor=actor, code=organisation.UTILITY_CODE)
    parties.set_seller(actor=actor, unit=utility, party=organisation.SELLER, login=actor.login, at=at)
    return len(points)


@use_case(right=RIGHT)
def grow_estate(*, actor: Actor, homes: int) -> int:
    """Add homes beyond the measured ones, with areas and a cycle of their own; return how many."""
    ground = archive.read_ground(actor=actor)
    archive.add_estate(actor=actor, feeder=ground.feeders["DEMO-F3"], first=1, last=count_areas(homes))
    archive.add_cycles(actor=actor, unit=ground.units[organisation.UTILITY_CODE], codes=(CYCLE_GROWN,))
    return _add(actor, list_estate(homes, HOMES))


@use_case(right=RIGHT)
def measure_growth(*, actor: Actor, root: Path, homes: int, at: datetime) -> int:
    """Store daily usage, the billed month's curves and readings of the grown homes, and open their month."""
    points = list_estate(homes, HOMES)
    codes = usage.read_codes(actor=actor)[HOME_PLAN]
    for start in range(0, len(points), _MEASURED_AT_ONCE):
        some = points[start : start + _MEASURED_AT_ONCE]
        usage.record_month(
            actor=actor,
            root=root,
            points=some,
            keys=_find_keys(actor, some),
            usage=loads.build_grown_usage(some, codes),
            at=at,
        )
    _open_months(actor, (CYCLE_GROWN,))
    return len(points)


def _add(actor: Actor, points: list[PointDesign]) -> int:
    ground = archive.read_ground(actor=actor)
    keys = archive.add_points(actor=actor, ground=ground, points=points)
    archive.put_on_routes(actor=actor, ground=ground, points=points, keys=keys)
    return len(points)


def _find_keys(actor: Actor, points: list[PointDesign]) -> dict[int, int]:
    serials = {point.account_number: point.serial for point in points}
    rows = UsagePoint.objects.for_actor(actor).filter(account__number__in=serials)
    return {serials[number]: key for number, key in rows.values_list("account__number", "id")}


def _open_months(actor: Actor, codes: tuple[str, ...]) -> None:
    for cycle in reading_queries.list_cycles(actor=actor):
        if cycle.code in codes:
            readings.open_month(actor=actor, cycle=cycle, month=BILLED_FROM)


@use_case(right=RIGHT)
def renew_passwords(*, actor: Actor, passwords: dict[str, str]) -> None:
    """Give everybody of the demo utility a new password."""
    for staff in identity_queries.list_staff(actor=actor):
        if staff.login in passwords:
            identity.set_password(staff=staff, password=passwords[staff.login])
