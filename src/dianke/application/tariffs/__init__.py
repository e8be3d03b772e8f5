"""Tariffs come in: sheets are loaded, hot days recorded, a version not yet in force withdrawn."""

from dianke.application.tariffs.load_sheets import load_sheet_file, load_shipped_tariffs
from dianke.application.tariffs.record_temperature import record_temperature
from dianke.application.tariffs.withdraw_version import withdraw_version

__all__ = ["load_sheet_file", "load_shipped_tariffs", "record_temperature", "withdraw_version"]
