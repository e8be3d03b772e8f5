"""Usage points and meters: they enter the archive, go up, come down, are exchanged and rescaled."""

from collections.abc import Sequence
from datetime import date

from dianke.application.archive.narrowing import EDIT, narrow
from dianke.domain.customers.models import CustomerAccount, ServiceLocation
from dianke.domain.metering import operations
from dianke.domain.metering.models import MeterAsset, MeterInstallation, UsagePoint
from dianke.domain.metering.types import DIRECT, MeteringSide, Ratio, RegisterKind, RegisterValues
from dianke.domain.network.models import Feeder, TransformerArea
from dianke.platform.audit.use_case import use_case
from dianke.platform.identity.types import Actor
from dianke.platform.org.models import Unit


@use_case(right=EDIT)
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
    """Add a usage point to an account."""
    return operations.add_usage_point(
        actor=narrow(actor),
        code=code,
        account=account,
        location=location,
        voltage=voltage,
        metering_side=metering_side,
        area=area,
        feeder=feeder,
        parent=parent,
        unit=unit,
    )


@use_case(right=EDIT)
def register_meter(
    *,
    actor: Actor,
    unit: Unit,
    asset_number: str,
    registers: Sequence[RegisterKind],
    integer_digits: int = 6,
    model: str = "",
) -> MeterAsset:
    """Add a meter as a thing."""
    return operations.register_meter(
        actor=narrow(actor),
        unit=unit,
        asset_number=asset_number,
        registers=registers,
        integer_digits=integer_digits,
        model=model,
    )


@use_case(right=EDIT)
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
    """Put a meter up at a usage point."""
    return operations.install_meter(
        actor=narrow(actor), meter=meter, usage_point=usage_point, on=on, readings=readings, ct=ct, pt=pt
    )


@use_case(right=EDIT)
def remove_meter(
    *,
    actor: Actor,
    usage_point: UsagePoint,
    on: date,
    readings: RegisterValues,
    rolled_over: bool = False,
    reason: str = "",
) -> MeterInstallation:
    """Take the meter of a point down."""
    return operations.remove_meter(
        actor=narrow(actor), usage_point=usage_point, on=on, readings=readings, rolled_over=rolled_over
    )


@use_case(right=EDIT)
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
    reason: str = "",
) -> MeterInstallation:
    """Take the meter of a point down and put another up the same day (换表)."""
    return operations.exchange_meter(
        actor=narrow(actor),
        usage_point=usage_point,
        on=on,
        removal_readings=removal_readings,
        meter=meter,
        install_readings=install_readings,
        ct=ct,
        pt=pt,
        rolled_over=rolled_over,
    )


@use_case(right=EDIT)
def change_ratio(
    *,
    actor: Actor,
    usage_point: UsagePoint,
    on: date,
    readings: RegisterValues,
    ct: Ratio | None = None,
    pt: Ratio | None = None,
    rolled_over: bool = False,
    reason: str = "",
) -> MeterInstallation:
    """Give the standing meter other ratios from a day on (换互感器)."""
    return operations.change_ratio(
        actor=narrow(actor),
        usage_point=usage_point,
        on=on,
        readings=readings,
        ct=ct,
        pt=pt,
        rolled_over=rolled_over,
    )
