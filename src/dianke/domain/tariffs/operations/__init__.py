"""Writes of tariffs."""

from dianke.domain.tariffs.operations.loading import (
    load_files,
    load_sheet_file,
    load_shipped_tariffs,
    propose_document,
    propose_file,
)
from dianke.domain.tariffs.operations.proposals import (
    UnableToDecideVersion,
    UnableToProposeVersion,
    approve_version,
    propose_revision,
    reject_version,
    take_back_version,
)
from dianke.domain.tariffs.operations.versions import (
    UnableToRecordTemperature,
    UnableToWithdrawVersion,
    record_temperature,
    withdraw_version,
)

__all__ = [
    "UnableToDecideVersion",
    "UnableToProposeVersion",
    "UnableToRecordTemperature",
    "UnableToWithdrawVersion",
    "approve_version",
    "load_files",
    "load_sheet_file",
    "load_shipped_tariffs",
    "propose_document",
    "propose_file",
    "propose_revision",
    "record_temperature",
    "reject_version",
    "take_back_version",
    "withdraw_version",
]
