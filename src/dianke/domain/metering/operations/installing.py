"""Meters are put up, taken down, exchanged and rescaled."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from django.db.backends.postgresql.psycopg_any import DateRange
from django.db.models import Q

from dianke.domain.metering import rules
from dianke.domain.metering.models import MeterAsset, MeterInstallation, UsagePoint
from dianke.domain.metering.types import DIRECT, NewInstallation, Ratio, RegisterKind, RegisterValues
from dianke.kernel.errors import DomainError
from dianke.platform.identity.types import Actor

BATCH = 2_000


class UnableToInstallMeter(DomainError):
    """The meter cannot be put up there."""

    code = "metering.unable_to_install_meter"
    message = "meter {meter} cannot be installed at {point}: {reason}"


class UnableToRemoveMeter(DomainError):
    """The meter cannot be taken down, exchanged or rescaled on that day."""

    code = "metering.unable_to_remove_meter"
    message = "the meter at {point} cannot be changed on {on}: {reason}"


def install_meter(
    *,
    actor: Actor,
    meter: MeterAsset,
    usage_point: UsagePoint,
    on: date,
    readings: RegisterValues,
    ct: Ratio = DIRECT,
    pt: Ratio = DIRECT,
) -> MeterInstallation:
    """
    Put a meter up at a usage point from a day on, every register read; its multiplier is CT × PT.

    :raises UnableToInstallMeter: if a reading is missing or impossible, the ratio has no exact multiplier,
        the meter hangs elsewhere or the point has a meter on that day
    """
    new = NewInstallation(
        meter_id=meter.pk, usage_point_id=usage_point.pk, installed_date=on, readings=readings, ct=ct, pt=pt
    )
    return install_meters(actor=actor, installations=[new])[0]


def install_meters(*, actor: Actor, installations: Sequence[NewInstallation]) -> list[MeterInstallation]:
    """
    Put meters up in one go, all or none; with a removal where it is history already.

    :raises UnableToInstallMeter: naming the first that cannot be put up
    """
    # Locked in the order of their keys: two people who put up the same meter wait for each other.
    meters = _lock(actor, MeterAsset, {new.meter_id for new in installations})
    points = _lock(actor, UsagePoint, {new.usage_point_id for new in installations})
    rows = [_build(new, meters.get(new.meter_id), points.get(new.usage_point_id)) for new in installations]
    _require_free(rows, meters, points)
    return list(MeterInstallation.objects.bulk_create(rows, batch_size=BATCH))


def remove_meter(
    *,
    actor: Actor,
    usage_point: UsagePoint,
    on: date,
    readings: RegisterValues,
    rolled_over: bool = False,
) -> MeterInstallation:
    """
    Take the meter of a point down on a day, every register read.

    :raises UnableToRemoveMeter: if there is none, a reading is missing, or a register went back unmarked
    """
    standing = _lock_standing(actor, usage_point, on)
    _close(standing, on=on, readings=readings, rolled_over=rolled_over)
    return standing


def exchange_meter(
    *,
    actor: Actor,
    usage_point: UsagePoint,
    on: date,
    removal_readings: RegisterValues,
    meter: MeterAsset,
    install_readings: RegisterValues,
    ct: Ratio | None = None,
    pt: Ratio | None = None,
    rolled_over: bool = False,
) -> MeterInstallation:
    """
    Take the meter of a point down and put another up the same day (换表); the ratios stay unless named.

    :raises UnableToRemoveMeter: if the old meter cannot come down
    :raises UnableToInstallMeter: if the new one cannot go up
    """
    old = _lock_standing(actor, usage_point, on)
    _close(old, on=on, readings=removal_readings, rolled_over=rolled_over)
    return install_meter(
        actor=actor,
        meter=meter,
        usage_point=usage_point,
        on=on,
        readings=install_readings,
        ct=ct or Ratio(old.ct_primary, old.ct_secondary),
        pt=pt or Ratio(old.pt_primary, old.pt_secondary),
    )


def change_ratio(
    *,
    actor: Actor,
    usage_point: UsagePoint,
    on: date,
    readings: RegisterValues,
    ct: Ratio | None = None,
    pt: Ratio | None = None,
    rolled_over: bool = False,
) -> MeterInstallation:
    """
    Give the standing meter other ratios from a day on (换互感器); the reading of the day ends and begins.

    Source: TR-1.1, a ratio change is the same two-segment sum even if the meter body stays.

    :raises UnableToRemoveMeter: if there is no meter, a reading is missing or the ratios are the same
    """
    standing = _lock_standing(actor, usage_point, on)
    old_ct = Ratio(standing.ct_primary, standing.ct_secondary)
    old_pt = Ratio(standing.pt_primary, standing.pt_secondary)
    ct, pt = ct or old_ct, pt or old_pt
    if (ct, pt) == (old_ct, old_pt):
        raise UnableToRemoveMeter(field="ct", point=usage_point.code, on=on, reason="the ratios are the same")
    _close(standing, on=on, readings=readings, rolled_over=rolled_over)
    return install_meter(
        actor=actor, meter=standing.meter, usage_point=usage_point, on=on, readings=readings, ct=ct, pt=pt
    )


def _lock(actor: Actor, model: Any, ids: set[int]) -> dict[int, Any]:
    rows = model.objects.for_actor(actor).filter(id__in=ids).select_for_update(of=("self",)).order_by("id")
    return {row.pk: row for row in rows}


def _build(new: NewInstallation, meter: MeterAsset | None, point: UsagePoint | None) -> MeterInstallation:
    if meter is None or point is None:
        raise UnableToInstallMeter(
            field="meter" if meter is None else "usage_point",
            meter=meter.asset_number if meter else new.meter_id,
            point=point.code if point else new.usage_point_id,
            reason="it is not within your units",
        )
    multiplier = rules.compute_multiplier(new.ct, new.pt)
    if multiplier is None:
        raise UnableToInstallMeter(
            field="ct",
            meter=meter.asset_number,
            point=point.code,
            reason=f"{new.ct} × {new.pt} has no exact multiplier in six decimals",
        )
    if obstacle := find_installation_obstacle(new, meter):
        raise UnableToInstallMeter(field=obstacle[0], meter=meter.asset_number, point=point.code, reason=obstacle[1])
    return MeterInstallation(
        usage_point=point,
        meter=meter,
        period=DateRange(new.installed_date, new.removed_date),
        ct_primary=new.ct.primary,
        ct_secondary=new.ct.secondary,
        pt_primary=new.pt.primary,
        pt_secondary=new.pt.secondary,
        multiplier=multiplier,
        install_readings=_as_stored(new.readings),
        removal_readings=_as_stored(new.removal_readings, new.rolled_over) if new.removal_readings else None,
    )


def find_installation_obstacle(new: NewInstallation, meter: MeterAsset) -> tuple[str, str] | None:
    """Return the field and why a meter cannot be put up with these readings, or None."""
    known = {"registers": meter.registers, "integer_digits": meter.integer_digits}
    obstacle = rules.find_readings_obstacle(new.readings, **known)
    if obstacle is None and new.removal_readings is not None:
        obstacle = rules.find_readings_obstacle(new.removal_readings, **known)
    return obstacle or rules.find_removal_obstacle(new)


def _require_free(
    rows: Sequence[MeterInstallation], meters: dict[int, MeterAsset], points: dict[int, UsagePoint]
) -> None:
    # Whoever put the other meter up: an overlap is one also where the actor may not look.
    system = Actor.system("checking that a meter and a point are free")
    stored = MeterInstallation.objects.for_actor(system).filter(Q(meter_id__in=meters) | Q(usage_point_id__in=points))
    for key, label in (("meter_id", "the meter hangs"), ("usage_point_id", "the point has a meter")):
        found = rules.find_overlap(
            [
                (getattr(row, key), row.period.lower, row.period.upper, row)
                for row in [*stored, *rows]
                if getattr(row, key) in (meters if key == "meter_id" else points)
            ]
        )
        if found is not None:
            row, since = found
            raise UnableToInstallMeter(
                field="installed_date",
                meter=meters[row.meter_id].asset_number if row.meter_id in meters else row.meter_id,
                point=points[row.usage_point_id].code if row.usage_point_id in points else row.usage_point_id,
                reason=f"{label} elsewhere since {since}" if key == "meter_id" else f"{label} since {since}",
            )


def _lock_standing(actor: Actor, usage_point: UsagePoint, on: date) -> MeterInstallation:
    standing: MeterInstallation | None = (
        MeterInstallation.objects.for_actor(actor)
        .filter(usage_point=usage_point)
        .select_related("meter")
        .select_for_update(of=("self",))
        .order_by("-period")
        .first()
    )
    if standing is None:
        raise UnableToRemoveMeter(field="usage_point", point=usage_point.code, on=on, reason="it has no meter")
    if obstacle := rules.find_change_obstacle(since=standing.period.lower, until=standing.period.upper, on=on):
        raise UnableToRemoveMeter(field="on", point=usage_point.code, on=on, reason=obstacle)
    return standing


def _close(standing: MeterInstallation, *, on: date, readings: RegisterValues, rolled_over: bool) -> None:
    meter = standing.meter
    closed = NewInstallation(
        meter_id=meter.pk,
        usage_point_id=standing.usage_point_id,
        installed_date=standing.period.lower,
        readings=rules.read_stored(standing.install_readings),
        removed_date=on,
        removal_readings=readings,
        rolled_over=rolled_over,
    )
    if obstacle := find_installation_obstacle(closed, meter):
        raise UnableToRemoveMeter(field=obstacle[0], point=standing.usage_point.code, on=on, reason=obstacle[1])
    standing.period = DateRange(standing.period.lower, on)
    standing.removal_readings = _as_stored(readings, rolled_over)
    standing.save(update_fields=["period", "removal_readings"])


def _as_stored(readings: RegisterValues, rolled_over: bool = False) -> dict[str, str | bool]:
    stored: dict[str, str | bool] = {kind.value: f"{readings[kind]:f}" for kind in RegisterKind if kind in readings}
    if rolled_over:
        stored["rolled_over"] = True
    return stored
