"""
Meters come off for a time and go up again (暂拆, 复装).

The account, its contract and its capacity stay. Own transformers are sealed while the meters are off, so that the basic
charge stops with the removal and begins with the reinstallation.
"""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal

from dianke.application.service_orders.connecting import MeterNotFound
from dianke.application.service_orders.final_bill import DayNotCome, RegisterNotRead
from dianke.application.service_orders.leaving import list_standing
from dianke.application.service_orders.work import MeterGiven, MeterToInstall, Work
from dianke.domain.metering import operations as metering
from dianke.domain.metering.models import MeterAsset, MeterInstallation
from dianke.domain.metering.types import PointStatus, Ratio, RegisterKind
from dianke.domain.network import operations as network
from dianke.domain.network.models import Transformer, TransformerSpell
from dianke.domain.network.types import TransformerState
from dianke.domain.readings.models import MeterReading
from dianke.domain.service_orders.models import EffectKind, OrderEffect, ServiceOrder
from dianke.domain.service_orders.queries.removals import find_removal
from dianke.kernel.clock import at_midnight
from dianke.kernel.errors import DomainError
from dianke.platform.identity.types import Actor

_RUNNING = (TransformerState.RUNNING.value, TransformerState.HOT_STANDBY.value)


class NothingToReinstall(DomainError):
    """No meter of the account is off for a time."""

    code = "service_orders.nothing_to_reinstall"
    message = "no meter of account {account} is off for a time"


def remove_temporarily(work: Work) -> None:
    """
    Take every meter of the account off today with what it shows; own transformers that run are sealed.

    What was read of the day need not be entered again.

    :raises DayNotCome: before the day that was agreed
    :raises RegisterNotRead: if a register is missing
    :raises UnableToRemoveMeter: if a value cannot be, beside the ones before
    """
    order, today = work.order, work.today
    if today < order.effective_on:
        raise DayNotCome(field="day", number=order.number, day=order.effective_on)
    for standing in list_standing(order, actor=work.actor):
        values = {**_find_reading(work.actor, standing, today), **work.given.values.get(standing.pk, {})}
        metering.remove_meter(
            actor=work.actor, usage_point=standing.usage_point, on=today,
            readings=require_registers(standing.meter, values), rolled_over=standing.pk in work.given.rolled_over,
        )  # fmt: skip
        metering.set_point_status(actor=work.actor, usage_point=standing.usage_point, status=PointStatus.REMOVED)
        work.note(EffectKind.METER_OFF, key=standing.pk, number=standing.meter.asset_number, on=today)
    for transformer in _list_running(work):
        network.set_transformer_state(
            actor=work.actor, transformer=transformer, state=TransformerState.COLD_SEALED, from_date=today
        )
        work.note(EffectKind.CAPACITY, key=transformer.pk, number=transformer.code, on=today)


def list_unread(order: ServiceOrder, *, actor: Actor, on: date) -> list[MeterInstallation]:
    """Return the meters that hang and were not read on a day: what they show is entered as they come off."""
    return [one for one in list_standing(order, actor=actor) if not _find_reading(actor, one, on)]


def _find_reading(actor: Actor, standing: MeterInstallation, day: date) -> Mapping[str, Decimal]:
    """Return what the reader recorded of a meter for the start of a day."""
    rows = MeterReading.objects.for_actor(actor).filter(installation=standing, replaced_by=None)
    read: MeterReading | None = rows.filter(read_at=at_midnight(day)).first()
    known = {name: getattr(read, name) for name in standing.meter.registers} if read else {}
    return {name: value for name, value in known.items() if value is not None}


def require_registers(meter: MeterAsset, values: Mapping[str, Decimal]) -> dict[RegisterKind, Decimal]:
    """
    Return what the registers of a meter show, each of them.

    :raises RegisterNotRead: if one is missing
    """
    missing = [name for name in meter.registers if name not in values]
    if missing:
        raise RegisterNotRead(field="readings", meter=meter.asset_number, registers=", ".join(missing))
    return {RegisterKind(name): values[name] for name in meter.registers}


def _list_running(work: Work) -> list[Transformer]:
    """Return the transformers of the account whose capacity is charged."""
    rows = TransformerSpell.objects.for_actor(work.actor).filter(
        transformer__account_id=work.order.account_id, period__endswith=None, state__in=_RUNNING
    )
    return [row.transformer for row in rows.select_related("transformer").order_by("transformer__code")]


def list_taken_off(order: ServiceOrder, *, actor: Actor) -> list[MeterInstallation]:
    """Return where the meters of an account hung that are off now, by point."""
    keys = [one.key for one in _list_effects(order, EffectKind.METER_OFF, actor)]
    rows = MeterInstallation.objects.for_actor(actor).filter(pk__in=keys).select_related("meter", "usage_point__unit")
    return list(rows.order_by("usage_point__code", "id"))


def ask_for_meters(order: ServiceOrder, *, actor: Actor) -> tuple[MeterToInstall, ...]:
    """Return the meters that go up again: the one that hung there is likely, with what it showed."""
    return tuple(
        MeterToInstall(
            key=one.usage_point_id, place=one.usage_point.code, registers=tuple(one.meter.registers),
            number=one.meter.asset_number, ct=Ratio(one.ct_primary, one.ct_secondary),
            pt=Ratio(one.pt_primary, one.pt_secondary),
            first={name: Decimal(value) for name, value in _read_removal(one).items()},
        )
        for one in list_taken_off(order, actor=actor)
    )  # fmt: skip


def _read_removal(one: MeterInstallation) -> dict[str, str]:
    """Return what the registers showed as the meter came off."""
    stored = one.removal_readings or {}
    return {name: stored[name] for name in one.meter.registers if name in stored}


def reinstall(work: Work) -> None:
    """
    Put the same or another meter up at every point today; the transformers that were sealed run again.

    :raises DayNotCome: before the day that was agreed
    :raises NothingToReinstall: if no meter is off
    :raises MeterNotFound: if a number is not in the register of meters
    :raises RegisterNotRead: if a register is missing
    :raises UnableToInstallMeter: if the meter hangs elsewhere, or a value cannot be
    """
    order, today = work.order, work.today
    if today < order.effective_on:
        raise DayNotCome(field="day", number=order.number, day=order.effective_on)
    taken_off = list_taken_off(order, actor=work.actor)
    if not taken_off:
        raise NothingToReinstall(field="meter", account=order.account.number)
    sealed = [one.key for one in _list_effects(order, EffectKind.CAPACITY, work.actor)]
    for before in taken_off:
        put_up(work, before, work.given.meters.get(before.usage_point_id))
    for transformer in Transformer.objects.for_actor(work.actor).filter(pk__in=sealed).order_by("code"):
        network.set_transformer_state(
            actor=work.actor, transformer=transformer, state=TransformerState.RUNNING, from_date=today
        )
        work.note(EffectKind.CAPACITY, key=transformer.pk, number=transformer.code, on=today)


def put_up(work: Work, before: MeterInstallation, given: MeterGiven | None) -> MeterInstallation:
    """
    Put a meter up at the point where another hung, and the point back into use.

    :raises MeterNotFound: if its number is not in the register of meters
    :raises RegisterNotRead: if a register is missing
    """
    meter = find_meter(work, given.number if given else "")
    assert given is not None  # noqa: S101 - without one there is no number, and that was refused
    metering.set_point_status(actor=work.actor, usage_point=before.usage_point, status=PointStatus.ACTIVE)
    installed = metering.install_meter(
        actor=work.actor, meter=meter, usage_point=before.usage_point, on=work.today,
        readings=require_registers(meter, given.values), ct=given.ct, pt=given.pt,
    )  # fmt: skip
    work.note(EffectKind.METER_BACK, key=installed.pk, number=meter.asset_number, on=work.today)
    return installed


def find_meter(work: Work, number: str) -> MeterAsset:
    """
    Return a meter of the register by its number.

    :raises MeterNotFound: if there is none within reach
    """
    meter: MeterAsset | None = MeterAsset.objects.for_actor(work.actor).filter(asset_number=number.strip()).first()
    if meter is None:
        raise MeterNotFound(field="meter", meter=number)
    return meter


def _list_effects(order: ServiceOrder, kind: EffectKind, actor: Actor) -> list[OrderEffect]:
    """Return what the removal that stands brought about; nothing once the meters are back."""
    removal = find_removal(actor=actor, account=order.account)
    if removal is None:
        return []
    return list(OrderEffect.objects.for_actor(actor).filter(order=removal, kind=kind.value).order_by("id"))
