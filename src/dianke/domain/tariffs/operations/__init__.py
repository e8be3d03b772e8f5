"""Writes of tariffs."""

from dianke.domain.tariffs.operations.loading import (
    load_files,
    load_sheet_file,
    load_shipped_tariffs,
)
from dianke.domain.tariffs.operations.versions import (
    UnableToRecordTemperature,
    UnableToWithdrawVersion,
    record_temperature,
    withdraw_version,
)

__all__ = [
    "UnableToRecordTemperature",
    "UnableToWithdrawVersion",
    "load_files",
    "load_sheet_file",
    "load_shipped_tariffs",
    "record_temperature",
    "withdraw_version",
]
