"""A small utility with a frozen January 2026, built through operations only."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import dianke.domain.tariffs as tariff_data
from dianke.application.tariffs.load_sheets import load_sheet_file
from dianke.domain.billing.operations.terms import set_terms
from dianke.domain.customers import operations as customers
from dianke.domain.customers.models import CustomerAccount
from dianke.domain.customers.types import CustomerKind, UsageClass
from dianke.domain.metering import operations as metering
from dianke.domain.metering.models import MeterInstallation, UsagePoint
from dianke.domain.metering.types import MeteringSide, Ratio, RegisterKind
from dianke.domain.network import operations as network
from dianke.domain.network.models import Feeder
from dianke.domain.readings import operations as readings
from dianke.domain.readings.models import CycleMonth, ReadingCycle, ReadingRoute
from dianke.domain.readings.types import NewReading, ReadingSource
from dianke.domain.tariffs.queries import get_plan
from dianke.kernel.clock import SHANGHAI
from dianke.kernel.ids import make_user_number
from dianke.platform.identity import operations as identity
from dianke.platform.identity.queries import build_actor
from dianke.platform.identity.types import Actor
from dianke.platform.org import operations as org
from dianke.platform.org.models import Unit
from dianke.platform.org.types import UnitKind

JANUARY = date(2026, 1, 1)
OPENING = datetime(2026, 1, 1, tzinfo=SHANGHAI)
CLOSING = datetime(2026, 2, 1, tzinfo=SHANGHAI)
LATER = datetime(2026, 2, 1, 8, tzinfo=SHANGHAI)
INSTALLED = date(2025, 6, 1)
SHEET_FOLDER = Path(tariff_data.__file__).parent / "data"
SHEETS = ("policies.yaml", "sheets/hubei.yaml", "sheets/guangdong.yaml")
HUBEI = "HB-CI"
GUANGZHOU = "GD-GZ-RES"

Values = Mapping[str, str]


@dataclass
class Utility:
    """Handles of the utility that tests go on with."""

    root: Unit
    feeder: Feeder
    cycle: ReadingCycle
    route: ReadingRoute
    actor: Actor
    runner: Actor
    issuer: Actor
    points: list[UsagePoint] = field(default_factory=list)
    pending: list[NewReading] = field(default_factory=list)


def build_utility(*, with_tariffs: bool = True) -> Utility:
    """Return a utility with a feeder, a cycle with one route, a clerk who runs and one who issues."""
    actor = Actor.system("building a test utility")
    root = org.add_unit(code="0", name="测试供电公司", kind=UnitKind.UTILITY, parent=None)
    if with_tariffs:
        for name in SHEETS:
            load_sheet_file(actor=actor, path=SHEET_FOLDER / name, loaded_at=LATER)
    substation = network.add_substation(actor=actor, unit=root, code="S-1", name="测试变", voltage="110kV")
    feeder = network.add_feeder(actor=actor, substation=substation, code="F-1", name="测试线", voltage="10kV")
    cycle = readings.add_cycle(actor=actor, unit=root, code="C1", name="例日 1 日")
    route = readings.add_route(actor=actor, cycle=cycle, code="R1", name="一段")
    return Utility(
        root=root,
        feeder=feeder,
        cycle=cycle,
        route=route,
        actor=actor,
        runner=add_clerk(root, "runner", ["billing.run", "billing.review", "billing.view"]),
        issuer=add_clerk(root, "issuer", ["billing.issue", "billing.review", "billing.view"]),
    )


def add_clerk(unit: Unit, login: str, rights: list[str]) -> Actor:
    """Return the actor of a new person who holds the rights at a unit."""
    staff = identity.add_staff(login=login, name=login, unit=unit, password="correct horse battery")
    post = identity.define_post(code=f"POST-{login}", name=login, rights=rights)
    identity.assign_post(staff=staff, post=post, unit=unit, start=date(2025, 1, 1))
    return build_actor(staff=staff, on=JANUARY, origin="cli")


def add_point(
    utility: Utility,
    *,
    start: Values,
    end: Values,
    terms: dict[str, Any] | None,
    plan: str = HUBEI,
    usage_class: UsageClass = UsageClass.COMMERCIAL_INDUSTRIAL,
    ct: Ratio | None = None,
    pt: Ratio | None = None,
    side: MeteringSide = MeteringSide.HIGH_HIGH,
    household_size: int = 0,
    parent: UsagePoint | None = None,
    kva: str | None = None,
) -> UsagePoint:
    """Return a new point with a meter, opening and closing readings, and terms from its first day."""
    serial = 100_000_001 + len(utility.points)
    account = _add_account(utility, serial, usage_class, household_size)
    point = _add_usage_point(utility, account, serial, side, parent)
    installation = _install(utility, point, serial, start, ct or Ratio(), pt or Ratio())
    if kva is not None:
        _add_transformer(utility, account, serial, kva)
    for moment, values in ((OPENING, start), (CLOSING, end)):
        if values:
            read = {name: Decimal(value) for name, value in values.items()}
            utility.pending.append(NewReading(installation_id=installation.pk, read_at=moment, values=read))
    if terms is not None:
        _set_terms(utility, point, plan, terms)
    utility.points.append(point)
    return point


def add_point_without_meter(utility: Utility) -> UsagePoint:
    """Return a new point that has terms and stands on the route, but no meter."""
    serial = 100_000_001 + len(utility.points)
    account = _add_account(utility, serial, UsageClass.RESIDENTIAL, 0)
    point = _add_usage_point(utility, account, serial, MeteringSide.LOW_LOW, None)
    plan = get_plan(actor=utility.actor, plan_code=GUANGZHOU)
    set_terms(actor=utility.actor, usage_point=point, start=INSTALLED, plan=plan, structure="SINGLE", time_of_use=False)
    utility.points.append(point)
    return point


def freeze_january(utility: Utility) -> CycleMonth:
    """Record what is pending, put the points on the route and return January, frozen."""
    actor = utility.actor
    readings.record_readings(actor=actor, readings=utility.pending, source=ReadingSource.FILE, batch="test", at=LATER)
    utility.pending.clear()
    readings.put_points_on_route(
        actor=actor, route=utility.route, usage_point_ids=[point.pk for point in utility.points]
    )
    month = readings.open_month(actor=actor, cycle=utility.cycle, month=JANUARY)
    readings.freeze_month(actor=actor, cycle_month=month, at=LATER)
    month.refresh_from_db()
    return month


def _add_transformer(utility: Utility, account: CustomerAccount, serial: int, kva: str) -> None:
    network.add_transformer(
        actor=utility.actor,
        feeder=utility.feeder,
        code=f"T{serial}",
        name="1 号变",
        capacity_kva=Decimal(kva),
        since_date=INSTALLED,
        account=account,
    )


def _set_terms(utility: Utility, point: UsagePoint, plan: str, terms: dict[str, Any]) -> None:
    found = get_plan(actor=utility.actor, plan_code=plan)
    set_terms(actor=utility.actor, usage_point=point, start=INSTALLED, plan=found, **terms)


def _add_usage_point(
    utility: Utility, account: CustomerAccount, serial: int, side: MeteringSide, parent: UsagePoint | None
) -> UsagePoint:
    return metering.add_usage_point(
        actor=utility.actor,
        code=f"P{serial}",
        account=account,
        location=customers.add_location(
            actor=utility.actor, unit=utility.root, code=f"L{serial}", address=f"测试路 {serial} 号"
        ),
        voltage="10kV",
        metering_side=side,
        feeder=utility.feeder,
        parent=parent,
    )


def _add_account(utility: Utility, serial: int, usage_class: UsageClass, household_size: int) -> CustomerAccount:
    customer = customers.add_customer(
        actor=utility.actor,
        unit=utility.root,
        number=f"K{serial}",
        name=f"测试用户{serial}",
        kind=CustomerKind.COMPANY,
        since_date=INSTALLED,
    )
    return customers.add_account(
        actor=utility.actor,
        customer=customer,
        number=make_user_number(serial),
        usage_class=usage_class,
        opened_date=INSTALLED,
        household_size=household_size,
    )


def _install(
    utility: Utility, point: UsagePoint, serial: int, start: Values, ct: Ratio, pt: Ratio
) -> MeterInstallation:
    meter = metering.register_meter(
        actor=utility.actor,
        unit=utility.root,
        asset_number=f"M{serial}",
        registers=[RegisterKind(name) for name in start],
        integer_digits=6,
    )
    return metering.install_meter(
        actor=utility.actor,
        meter=meter,
        usage_point=point,
        on=INSTALLED,
        readings={RegisterKind(name): Decimal("0") for name in start},
        ct=ct,
        pt=pt,
    )
