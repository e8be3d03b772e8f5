"""Usage points and meters enter the archive."""

from collections.abc import Iterable, Sequence
from typing import Any

from dianke.domain.customers.models import CustomerAccount, ServiceLocation
from dianke.domain.metering import rules
from dianke.domain.metering.models import MeterAsset, UsagePoint
from dianke.domain.metering.types import MeteringSide, NewMeter, NewUsagePoint, RegisterKind
from dianke.domain.network.models import Feeder, TransformerArea
from dianke.domain.network.rules import find_voltage_obstacle
from dianke.kernel.errors import DomainError
from dianke.platform.database.bulk import insert_rows
from dianke.platform.identity.types import Actor
from dianke.platform.org.models import Unit
from dianke.platform.org.reach import require_reach

BATCH = 2_000


class UnableToAddUsagePoint(DomainError):
    """The usage point cannot enter the archive."""

    code = "metering.unable_to_add_usage_point"
    message = "usage point {point} cannot be added: {reason}"


class UnableToAddMeter(DomainError):
    """The meter cannot enter the archive."""

    code = "metering.unable_to_add_meter"
    message = "meter {meter} cannot be added: {reason}"


def add_usage_point(
    *,
    actor: Actor,
    code: str,
    account: CustomerAccount,
    location: ServiceLocation,
    voltage: str,
    metering_side: MeteringSide,
    area: TransformerArea | None = None,
    feeder: Feeder | None = None,
    parent: UsagePoint | None = None,
    unit: Unit | None = None,
) -> UsagePoint:
    """
    Add a usage point to an account, in the account's unit unless another is named.

    :raises UnableToAddUsagePoint: if the code is taken or it hangs on nothing, or on what is not the actor's
    """
    new = NewUsagePoint(
        unit_id=unit.pk if unit else account.unit_id,
        code=code,
        account_id=account.pk,
        location_id=location.pk,
        voltage=voltage,
        metering_side=metering_side,
        feeder_id=feeder.pk if feeder else None,
        area_id=area.pk if area else None,
        parent_id=parent.pk if parent else None,
    )
    return add_usage_points(actor=actor, points=[new])[0]


def add_usage_points(*, actor: Actor, points: Sequence[NewUsagePoint]) -> list[UsagePoint]:
    """
    Add usage points in one go, all or none; a parent stands in the archive already.

    :raises UnableToAddUsagePoint: naming the first that cannot be added
    """
    require_reach(actor=actor, unit_ids=(new.unit_id for new in points))
    for code in find_taken(UsagePoint, "code", (new.code for new in points)):
        raise UnableToAddUsagePoint(field="code", point=code, reason="the code is taken")
    _require_surroundings(actor, points)
    rows = [
        UsagePoint(
            unit_id=new.unit_id,
            code=new.code,
            account_id=new.account_id,
            location_id=new.location_id,
            feeder_id=new.feeder_id,
            area_id=new.area_id,
            parent_id=new.parent_id,
            voltage=new.voltage,
            metering_side=new.metering_side.value,
        )
        for new in points
    ]
    return insert_rows(rows)


def _require_surroundings(actor: Actor, points: Sequence[NewUsagePoint]) -> None:
    visible = {
        "account": list_visible(actor, CustomerAccount, (new.account_id for new in points)),
        "location": list_visible(actor, ServiceLocation, (new.location_id for new in points)),
        "feeder": list_visible(actor, Feeder, (new.feeder_id for new in points)),
        "area": list_visible(actor, TransformerArea, (new.area_id for new in points)),
        "parent": list_visible(actor, UsagePoint, (new.parent_id for new in points)),
    }
    feeders = dict(
        TransformerArea.objects.for_actor(actor).filter(id__in=visible["area"]).values_list("id", "feeder_id")
    )
    for new in points:
        for what, ids in visible.items():
            key = getattr(new, f"{what}_id")
            if key is not None and key not in ids:
                raise UnableToAddUsagePoint(field=what, point=new.code, reason=f"its {what} is not within your units")
        area_feeder_id = feeders[new.area_id] if new.area_id is not None else None
        obstacle = rules.find_point_obstacle(new, area_feeder_id=area_feeder_id)
        if obstacle := obstacle or find_voltage_obstacle(new.voltage):
            raise UnableToAddUsagePoint(field="area", point=new.code, reason=obstacle)


def register_meter(
    *,
    actor: Actor,
    unit: Unit,
    asset_number: str,
    registers: Sequence[RegisterKind],
    integer_digits: int = 6,
    model: str = "",
) -> MeterAsset:
    """
    Add a meter as a thing; it is nowhere yet.

    :raises UnableToAddMeter: if the number is taken or the meter could not exist
    """
    new = NewMeter(
        unit_id=unit.pk,
        asset_number=asset_number,
        registers=tuple(registers),
        integer_digits=integer_digits,
        model=model,
    )
    return register_meters(actor=actor, meters=[new])[0]


def register_meters(*, actor: Actor, meters: Sequence[NewMeter]) -> list[MeterAsset]:
    """
    Add meters in one go, all or none.

    :raises UnableToAddMeter: naming the first that cannot be added
    """
    require_reach(actor=actor, unit_ids=(new.unit_id for new in meters))
    for number in find_taken(MeterAsset, "asset_number", (new.asset_number for new in meters)):
        raise UnableToAddMeter(field="asset_number", meter=number, reason="the number is taken")
    for new in meters:
        if obstacle := rules.find_meter_obstacle(new.registers, new.integer_digits):
            raise UnableToAddMeter(field="registers", meter=new.asset_number, reason=obstacle)
    rows = [
        MeterAsset(
            unit_id=new.unit_id,
            asset_number=new.asset_number,
            model=new.model,
            integer_digits=new.integer_digits,
            registers=[kind.value for kind in new.registers],
        )
        for new in meters
    ]
    return insert_rows(rows)


def list_visible(actor: Actor, model: Any, ids: Iterable[int | None]) -> set[int]:
    """Return which of the keys stand within the actor's units."""
    wanted = {key for key in ids if key is not None}
    return set(model.objects.for_actor(actor).filter(id__in=wanted).values_list("id", flat=True))


def find_taken(model: Any, field: str, keys: Iterable[str]) -> list[str]:
    """Return a key that is used twice among the new rows or stands in the table, whoever's it is."""
    wanted: set[str] = set()
    for key in keys:
        if key in wanted:
            return [key]
        wanted.add(key)
    system = Actor.system("checking that numbers are free")
    stored = model.objects.for_actor(system).filter(**{f"{field}__in": wanted})
    return list(stored.values_list(field, flat=True)[:1])
