"""Writes of metering."""

from dianke.domain.metering.operations.archive import (
    UnableToAddMeter,
    UnableToAddUsagePoint,
    add_usage_point,
    add_usage_points,
    register_meter,
    register_meters,
)
from dianke.domain.metering.operations.installing import (
    UnableToInstallMeter,
    UnableToRemoveMeter,
    change_ratio,
    exchange_meter,
    install_meter,
    install_meters,
    remove_meter,
)
from dianke.domain.metering.operations.points import UnableToSetPointStatus, set_point_status

__all__ = [
    "UnableToAddMeter",
    "UnableToAddUsagePoint",
    "UnableToInstallMeter",
    "UnableToRemoveMeter",
    "UnableToSetPointStatus",
    "add_usage_point",
    "add_usage_points",
    "change_ratio",
    "exchange_meter",
    "install_meter",
    "install_meters",
    "register_meter",
    "register_meters",
    "remove_meter",
    "set_point_status",
]
