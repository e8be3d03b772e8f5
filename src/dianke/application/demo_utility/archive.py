"""The demo utility's archive: network, customers, points, meters, by the operations of their modules."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from dianke.application.demo_utility import area, estate
from dianke.application.demo_utility.belongings import invent_identity
from dianke.application.demo_utility.designs import (
    BILLED_FROM,
    COMMERCE_PLAN,
    HOME_PLAN,
    PointDesign,
    TransformerDesign,
)
from dianke.application.demo_utility.registers import read_zero
from dianke.application.demo_utility.sources import AreaTransformer
from dianke.domain.billing.operations.first_terms import FirstTerms, set_first_terms
from dianke.domain.billing.operations.terms import Share
from dianke.domain.customers import operations as customers
from dianke.domain.customers.models import CustomerAccount
from dianke.domain.customers.types import NewAccount, NewCustomer, NewLocation
from dianke.domain.metering import operations as metering
from dianke.domain.metering.types import NewInstallation, NewMeter, NewUsagePoint
from dianke.domain.network import operations as network
from dianke.domain.network.models import Feeder, TransformerArea
from dianke.domain.network.types import NewArea, NewTransformer
from dianke.domain.readings import operations as readings
from dianke.domain.readings import queries as reading_queries
from dianke.domain.tariffs import queries as tariffs
from dianke.domain.tariffs.models import TariffPlan
from dianke.domain.tariffs.rules.choices import find_power_factor_standard
from dianke.domain.tariffs.types import PolicySet
from dianke.platform.identity.types import Actor
from dianke.platform.org import queries as org
from dianke.platform.org.models import Unit

_SUBSTATION = ("DEMO-S1", "东工 110 kV 变电站", "110kV")
_FEEDERS = (
    ("DEMO-F1", "东工一线", "DEMO-KFQ"),
    ("DEMO-F2", "东工二线", "DEMO-QS"),
    ("DEMO-F3", "滨湖线", "DEMO-BH"),
    ("DEMO-F4", "城关线", "DEMO-CG"),
)
_CYCLES = (("A", "例日 1 日 高压与城关台区"), ("B", "例日 1 日 滨湖小区"), ("C", "例日 1 日 滨湖新建小区"))
_ROUTE_NAMES = {
    "A-KFQ": "开发区高压", "A-QS": "青石高压", "A-BH": "滨湖高压", "A-CG": "城关高压", "A-A01": "城关台区",
}  # fmt: skip
_SINCE = date(2018, 3, 1)
_TERMS_SINCE = date(2025, 1, 1)
_ESTATE_KVA = Decimal(630)
_POLICY_REGION = "湖北"


@dataclass(frozen=True)
class Ground:
    """What customers stand on: units, feeders, areas, plans and policies by code."""

    units: Mapping[str, Unit]
    feeders: Mapping[str, Feeder]
    areas: Mapping[str, TransformerArea]
    plans: Mapping[str, TariffPlan]
    policies: PolicySet


def lay_network(*, actor: Actor, units: Mapping[str, Unit]) -> dict[str, Feeder]:
    """Add the substation and its feeders and return the feeders by code."""
    code, name, voltage = _SUBSTATION
    substation = network.add_substation(actor=actor, unit=units["DEMO-DJ"], code=code, name=name, voltage=voltage)
    return {
        code: network.add_feeder(
            actor=actor, substation=substation, code=code, name=name, voltage="10kV", unit=units[station]
        )
        for code, name, station in _FEEDERS
    }


def add_old_town(*, actor: Actor, feeder: Feeder) -> TransformerArea:
    """Add the old town's area with the transformer of the benchmark model."""
    plate = area.get_transformer()
    [row] = network.add_areas(actor=actor, areas=[_new_area(feeder, area.AREA_CODE, "城关 1 号台区")])
    network.add_transformers(actor=actor, transformers=[_design_public(row, feeder, plate)])
    return row


def add_estate(*, actor: Actor, feeder: Feeder, first: int, last: int) -> list[TransformerArea]:
    """Add the estate's areas from a place in their order up to, not including, another."""
    news = [_new_area(feeder, estate.area_code(index), f"滨湖小区 {index + 1} 号台区") for index in range(first, last)]
    rows = network.add_areas(actor=actor, areas=news)
    network.add_transformers(
        actor=actor,
        transformers=[
            NewTransformer(
                unit_id=feeder.unit_id,
                feeder_id=feeder.pk,
                area_id=row.pk,
                code=f"{row.code}-T1",
                name=f"{row.name}变压器",
                capacity_kva=_ESTATE_KVA,
                since_date=_SINCE,
            )
            for row in rows
        ],
    )
    return rows


def add_points(*, actor: Actor, ground: Ground, points: Sequence[PointDesign]) -> dict[int, int]:
    """Add the customers of the designs with all that is theirs and return their usage points by serial."""
    accounts = _add_accounts(actor, ground, points)
    _add_transformers(actor, ground, points, accounts)
    locations = _add_locations(actor, ground, points)
    keys: dict[int, int] = {}
    # A sub-meter names the point it hangs behind, which has to be there.
    for is_sub in (False, True):
        some = [point for point in points if (point.parent_serial is not None) is is_sub]
        keys |= _add_usage_points(actor, ground, some, accounts=accounts, locations=locations, parents=keys)
    _install_meters(actor, ground, points, keys)
    set_first_terms(
        actor=actor,
        terms=[_design_terms(point, ground, keys[point.serial]) for point in points if not point.lacks_terms],
    )
    return keys


def add_cycles(*, actor: Actor, unit: Unit, codes: Sequence[str]) -> None:
    """Add reading cycles."""
    for code, name in _CYCLES:
        if code in codes:
            readings.add_cycle(actor=actor, unit=unit, code=code, name=name)


def put_on_routes(*, actor: Actor, ground: Ground, points: Sequence[PointDesign], keys: Mapping[int, int]) -> None:
    """Let the points stand on the routes of their cycles."""
    cycles = {cycle.code: cycle for cycle in reading_queries.list_cycles(actor=actor)}
    routes: dict[tuple[str, str, str], list[int]] = {}
    for point in points:
        route = (point.cycle_code, point.route_code, point.unit_code)
        routes.setdefault(route, []).append(keys[point.serial])
    for (cycle_code, route_code, unit_code), point_keys in routes.items():
        name = _ROUTE_NAMES.get(route_code) or f"滨湖小区 {int(route_code[-3:])} 号台区"
        route_row = readings.add_route(
            actor=actor, cycle=cycles[cycle_code], code=route_code, name=name, unit=ground.units[unit_code]
        )
        readings.put_points_on_route(actor=actor, route=route_row, usage_point_ids=point_keys)


def read_ground(*, actor: Actor) -> Ground:
    """Return what customers stand on, as it is stored."""
    return Ground(
        units={unit.code: unit for unit in org.list_units(actor=actor)},
        feeders={feeder.code: feeder for feeder in Feeder.objects.for_actor(actor).order_by("id")},
        areas={row.code: row for row in TransformerArea.objects.for_actor(actor).order_by("id")},
        plans={code: tariffs.get_plan(actor=actor, plan_code=code) for code in (COMMERCE_PLAN, HOME_PLAN)},
        policies=tariffs.get_policies(actor=actor, on=BILLED_FROM, region=_POLICY_REGION),
    )


def _new_area(feeder: Feeder, code: str, name: str) -> NewArea:
    return NewArea(unit_id=feeder.unit_id, feeder_id=feeder.pk, code=code, name=name)


def _design_public(row: TransformerArea, feeder: Feeder, plate: AreaTransformer) -> NewTransformer:
    return NewTransformer(
        unit_id=feeder.unit_id,
        feeder_id=feeder.pk,
        area_id=row.pk,
        code=f"{row.code}-T1",
        name=f"{row.name}变压器",
        # The model's transformer, moved from 20 kV to the 10 kV of this feeder.
        model=plate.kind.replace("20/0.4", "10/0.4"),
        capacity_kva=Decimal(str(plate.capacity_kva)),
        since_date=_SINCE,
        no_load_loss_kw=Decimal(str(plate.no_load_loss_kw)),
        load_loss_kw=Decimal(str(plate.load_loss_kw)),
        no_load_current_percent=Decimal(str(plate.no_load_current_percent)),
        impedance_percent=Decimal(str(plate.impedance_percent)),
    )


def _add_accounts(actor: Actor, ground: Ground, points: Sequence[PointDesign]) -> dict[int, CustomerAccount]:
    people = customers.add_customers(
        actor=actor,
        customers=[
            NewCustomer(
                unit_id=ground.units[point.unit_code].pk,
                number=f"C{point.serial}",
                name=point.name,
                kind=point.kind,
                since_date=_SINCE,
                industry_code=point.industry_code,
                **_invent_identity(point),
            )
            for point in points
        ],
    )
    rows = customers.add_accounts(
        actor=actor,
        accounts=[
            NewAccount(
                unit_id=person.unit_id,
                customer_id=person.pk,
                number=point.account_number,
                usage_class=point.usage_class,
                household_size=point.household_size,
                opened_date=_SINCE,
            )
            for person, point in zip(people, points, strict=True)
        ],
    )
    return {point.serial: row for point, row in zip(points, rows, strict=True)}


def _invent_identity(point: PointDesign) -> dict[str, Any]:
    # Every fourth came before identity papers were asked for.
    if point.serial % 4 == 0:
        return {}
    kind, number = invent_identity(point.serial, point.kind)
    return {"identity_kind": kind, "identity_number": number}


def _add_locations(actor: Actor, ground: Ground, points: Sequence[PointDesign]) -> dict[int, int]:
    rows = customers.add_locations(
        actor=actor,
        locations=[
            NewLocation(
                unit_id=ground.units[point.unit_code].pk,
                code=f"L{point.serial}",
                address=point.address,
                longitude=point.coordinates[0] if point.coordinates else None,
                latitude=point.coordinates[1] if point.coordinates else None,
            )
            for point in points
        ],
    )
    return {point.serial: row.pk for point, row in zip(points, rows, strict=True)}


def _add_transformers(
    actor: Actor, ground: Ground, points: Sequence[PointDesign], accounts: Mapping[int, CustomerAccount]
) -> None:
    owned = [(point, number, own) for point in points for number, own in enumerate(point.transformers, start=1)]
    rows = network.add_transformers(
        actor=actor,
        transformers=[
            _design_own(point, number, own, ground=ground, account=accounts[point.serial])
            for point, number, own in owned
        ],
    )
    for row, (_, _, own) in zip(rows, owned, strict=True):
        for since, state in own.spells[1:]:
            network.set_transformer_state(actor=actor, transformer=row, state=state, from_date=since)


def _design_own(
    point: PointDesign, number: int, own: TransformerDesign, *, ground: Ground, account: CustomerAccount
) -> NewTransformer:
    since, state = own.spells[0]
    plate = own.plate
    return NewTransformer(
        unit_id=ground.units[point.unit_code].pk,
        feeder_id=ground.feeders[point.feeder_code].pk,
        account_id=account.pk,
        code=f"T{point.serial}-{number}",
        name=f"{number} 号变",
        capacity_kva=Decimal(own.capacity_kva),
        since_date=since,
        state=state,
        interlock_group=own.interlock_group,
        no_load_loss_kw=plate.no_load_loss_kw if plate else None,
        load_loss_kw=plate.load_loss_kw if plate else None,
        no_load_current_percent=plate.no_load_current_percent if plate else None,
        impedance_percent=plate.impedance_percent if plate else None,
    )


def _add_usage_points(
    actor: Actor,
    ground: Ground,
    points: Sequence[PointDesign],
    *,
    accounts: Mapping[int, CustomerAccount],
    locations: Mapping[int, int],
    parents: Mapping[int, int],
) -> dict[int, int]:
    rows = metering.add_usage_points(
        actor=actor,
        points=[
            NewUsagePoint(
                unit_id=ground.units[point.unit_code].pk,
                code=point.point_code,
                account_id=accounts[point.serial].pk,
                location_id=locations[point.serial],
                voltage=point.voltage,
                metering_side=point.side,
                feeder_id=ground.feeders[point.feeder_code].pk,
                area_id=ground.areas[point.area_code].pk if point.area_code else None,
                parent_id=parents[point.parent_serial] if point.parent_serial is not None else None,
            )
            for point in points
        ],
    )
    return {point.serial: row.pk for point, row in zip(points, rows, strict=True)}


def _install_meters(actor: Actor, ground: Ground, points: Sequence[PointDesign], keys: Mapping[int, int]) -> None:
    meters = metering.register_meters(
        actor=actor,
        meters=[
            NewMeter(
                unit_id=ground.units[point.unit_code].pk,
                asset_number=f"3310{point.serial}",
                registers=point.meter.registers,
                integer_digits=point.meter.integer_digits,
                model=point.meter.model,
            )
            for point in points
        ],
    )
    metering.install_meters(
        actor=actor,
        installations=[
            NewInstallation(
                meter_id=meter.pk,
                usage_point_id=keys[point.serial],
                installed_date=point.meter.installed_date,
                readings=read_zero(point),
                ct=point.meter.ct,
                pt=point.meter.pt,
            )
            for meter, point in zip(meters, points, strict=True)
        ],
    )


def _design_terms(point: PointDesign, ground: Ground, usage_point_id: int) -> FirstTerms:
    design = point.terms
    return FirstTerms(
        usage_point_id=usage_point_id,
        start=_TERMS_SINCE,
        plan_id=ground.plans[design.plan_code].pk,
        structure=design.structure,
        price_voltage=design.price_voltage,
        time_of_use=design.time_of_use,
        basic_mode=design.basic_mode,
        contract_kw=design.contract_kw,
        power_factor_standard=find_power_factor_standard(
            usage_class=point.usage_class.value,
            capacity_kva=point.capacity_kva,
            is_high_voltage=point.is_high_voltage,
            is_industrial=point.is_industrial,
            policies=ground.policies,
        ),
        loss_method=design.loss_method,
        loss_factor=design.loss_factor,
        loss_iron_kwh=design.loss_iron_kwh,
        loss_iron_kvarh=design.loss_iron_kvarh,
        shares=tuple(
            Share(
                name=share.name,
                price=share.price,
                fixed_kwh=share.fixed_kwh,
                ratio=share.ratio,
                in_power_factor=share.in_power_factor,
                in_power_factor_base=share.in_power_factor_base,
                with_funds=share.with_funds,
            )
            for share in design.shares
        ),
    )
