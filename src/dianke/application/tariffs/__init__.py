"""Tariffs come in: sheets are proposed and approved, hot days recorded, a version not yet in force withdrawn."""

from dianke.application.tariffs.load_sheets import load_sheet_file, load_shipped_tariffs
from dianke.application.tariffs.proposals import (
    approve_version,
    propose_file,
    propose_revision,
    reject_version,
    take_back_version,
)
from dianke.application.tariffs.record_temperature import record_temperature
from dianke.application.tariffs.withdraw_version import find_withdrawal, withdraw_version

__all__ = [
    "approve_version",
    "find_withdrawal",
    "load_sheet_file",
    "load_shipped_tariffs",
    "propose_file",
    "propose_revision",
    "record_temperature",
    "reject_version",
    "take_back_version",
    "withdraw_version",
]
