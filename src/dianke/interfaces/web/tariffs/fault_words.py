"""Faults of a sheet that is brought, in the reader's language: where, what is wrong, what to do."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from dianke.domain.tariffs.types import LoadFault
from dianke.interfaces.web.components import formats
from dianke.interfaces.web.components.page import Text

# What is wrong and what mends it, by the code of the fault; the value stands beside both.
FAULTS: dict[str, tuple[Text, Text]] = {
    "flat_differs": (_("the flat price by period is not the first-tier price"), _("check both against the notice")),
    "grid_twice": (_("a grid stands here twice, or without a name"), _("name each grid once")),
    "holidays_unknown": (_("the holidays are not known"), _("name them as the yearly notice does")),
    "invalid_tiers": (_("the tiers of the months do not fit together"), _("give every month its limits once, rising")),
    "negative_price": (_("the price is below zero"), _("prices are zero or more: check the sign against the sheet")),
    "overlapping_versions": (
        _("an approved version holds some of these days"),
        _("correct the dates: a plan has one version a day"),
    ),
    "price_out_of_range": (_("no energy price is that high"), _("write yuan, not fen")),
    "row_twice": (_("the sheet has two rows for this structure and voltage"), _("keep the one that is printed")),
    "sheet_ends_before_it_starts": (_("the last day is before the first"), _("correct the dates")),
    "sheet_without_address": (
        _("no address where the figures can be checked"),
        _("add the address of the publication"),
    ),
    "sheet_without_rows": (_("the sheet has no row of prices"), _("add the rows as printed")),
    "sheet_without_start": (_("the first day in force is missing"), _("find the day in the notice")),
    "surcharges_differ": (
        _("the step between tiers is not the same everywhere"),
        _("check the figures; voltages that differ need a sheet each"),
    ),
    "tier_price_missing": (_("a tier has no price"), _("complete the tiers from the notice")),
    "time_band_gap": (_("some hours of the day belong to no period"), _("name every hour of the day once")),
    "time_band_overlap": (
        _("some hours belong to two periods"),
        _("name every hour once; sharp, deep valley and holidays stand in rows of their own"),
    ),
    "time_band_off_grid": (_("hours begin or end between two quarters"), _("write quarters of an hour")),
    "too_many_decimals": (_("the figure is finer than published prices"), _("check the figure against the notice")),
    "unknown_column": (_("prices have no such column"), _("use the titles of the template")),
    "unknown_component": (
        _("no such part of a price"),
        _("use purchase, line loss, system operation or funds, or say which of them it belongs to"),
    ),
    "unknown_grade": (_("the grade of the evidence is not known"), _("write A, B or C")),
    "unknown_key": (_("a row of hours has no such word"), _("use the titles of the template")),
    "unknown_kind": (_("the kind of the sheet is not known"), _("choose one of the kinds of the template")),
    "unknown_period": (_("homes have no such hours"), _("use the periods of the template")),
    "unknown_schema": (_("the file is no price sheet"), _("write schema: tariff-sheet/v1")),
    "unknown_structure": (_("no such structure of a price"), _("write single or two-part")),
    "unknown_tier_scheme": (_("it is not said when the count starts anew"), _("write monthly or annual")),
    "unknown_unit": (_("the unit of the prices is not known"), _("convert the figures to yuan per kWh")),
    "unreadable_date": (_("this is no date"), _("write it like 2026-02-01")),
    "unreadable_file": (_("the text cannot be read here"), _("correct this line and upload the file again")),
    "unreadable_hours": (_("these are no hours of a day"), _("write them like 08:00-11:00, the end excluded")),
    "unreadable_months": (_("these are no months"), _("write the numbers 1 to 12, each once, or the whole year")),
    "unreadable_policy": (_("the entry is not complete"), _("complete it")),
    "unreadable_price": (
        _("this is no number"),
        _("write a plain number; empty means not found, n/a means that the sheet has no such price"),
    ),
    "unreadable_sheet_id": (
        _("the number of the sheet cannot be used"),
        _("write capital letters, digits and hyphens, such as HB-CI-2026-01"),
    ),
    "version_is_fixed": (
        _("this sheet is stored with other prices"),
        _("a version is never edited: give the changed prices a number and dates of their own"),
    ),
    "version_is_proposed": (
        _("this sheet waits for approval with other prices"),
        _("take that proposal back first, or use another number"),
    ),
    "version_is_withdrawn": (_("this sheet was withdrawn"), _("give it a number of its own")),
    "wrong_shape": (_("something else is expected here"), _("compare with the template")),
}

_FIELDS: dict[str, Text] = {
    "id": _("Sheet number"),
    "kind": _("Kind"),
    "unit": _("Unit of prices"),
    "effective.from": _("First day in force"),
    "effective.to": _("Last day in force"),
    "effective": _("Dates in force"),
    "evidence.grade": _("Evidence"),
    "evidence.urls": _("Address of the notice"),
    "rows": _("Prices"),
    "tou": _("Hours of use"),
    "schema": _("Schema"),
}
_COLUMNS: dict[str, Text] = {
    "structure": _("Structure"),
    "voltage": _("Voltage"),
    "td_energy": _("transmission and distribution"),
    "sharp": pgettext_lazy("short", "sharp"),
    "peak": pgettext_lazy("short", "peak"),
    "flat": pgettext_lazy("short", "flat"),
    "valley": pgettext_lazy("short", "valley"),
    "deep_valley": pgettext_lazy("short", "deep valley"),
    "months": _("Months"),
}
_CELL = re.compile(r"(.+)!([A-Z]+)(\d+)")
_LINE = re.compile(r"line (\d+)")
_ROW = re.compile(r"(rows|tou\.periods)\[(\d+)\](?:\.(\w+))?")


@dataclass(frozen=True)
class FaultLine:
    """One fault as the page tells it; `is_english` says that it has no words in the reader's language."""

    sheet: str
    place: Text
    value: str
    message: Text
    remedy: Text
    is_english: bool


def describe_faults(faults: Sequence[LoadFault]) -> list[FaultLine]:
    """Return faults in words."""
    return [_describe(fault) for fault in faults]


def _describe(fault: LoadFault) -> FaultLine:
    known = FAULTS.get(fault.code.removeprefix("tariffs."))
    message, remedy = known or (fault.message, fault.remedy)
    value = fault.value or (fault.message.partition(": ")[2] if fault.code == "tariffs.unreadable_file" else "")
    return FaultLine(fault.sheet, name_place(fault.path), value, message, remedy, is_english=known is None)


def name_place(path: str) -> Text:
    """Return where a fault is: the cell of a workbook, the line of a text, the row and column of a table."""
    if cell := _CELL.fullmatch(path):
        facts = {"sheet": cell[1], "row": cell[3], "column": cell[2]}
        return _now("sheet %(sheet)s, row %(row)s, column %(column)s") % facts
    if line := _LINE.fullmatch(path):
        return _now("line %(row)s") % {"row": line[1]}
    if row := _ROW.fullmatch(path):
        table = _now("Prices") if row[1] == "rows" else _now("Hours of use")
        where = _now("%(table)s, row %(row)s") % {"table": table, "row": int(row[2]) + 1}
        return f"{where} · {_COLUMNS.get(row[3], row[3])}" if row[3] else where
    return _FIELDS.get(path, path or formats.NONE)
