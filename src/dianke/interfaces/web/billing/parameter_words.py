"""What the values are called that the review measures by, and how each is written."""

import re
from collections.abc import Callable, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from dianke.interfaces.web.components import formats
from dianke.interfaces.web.components.page import Text

_CITATION = re.compile(r"REG-[A-Z0-9]+(?:-[A-Z0-9]+)*")

NAMES: dict[str, Text] = {
    "is_on": _("Rule in use"),
    "cycles": _("Bills in a row"),
    "up_percent": _("Rise from"),
    "down_percent": _("Fall to"),
    "z_e1": _("Robust deviations"),
    "spread_percent": _("Least deviation, of the median"),
    "least_months": _("Bills needed"),
    "wild_percent": _("With fewer bills only from"),
    "near_percent": _("Alike within"),
    "least_kwh": _("Least energy"),
    "rollover_from_percent": _("Rollover believed from"),
    "tolerance_register_e4": _("Tolerance of the register"),
    "limit_percent": _("Limit, of the capacity"),
    "direct_single_phase_kva": _("Direct, single phase"),
    "direct_three_phase_kva": _("Direct, three phases"),
    "ratio_kva_e1": _("For each step of the ratio"),
    "spare_percent": _("With what is spare"),
    "young_days": _("Young account up to"),
    "known_percent": _("Where others were billed, from"),
    "allowed": _("Trades that go with it"),
    "is_due_for_all": _("Due for all commerce and industry"),
    "threshold_kva": _("Threshold"),
    "keeps_until_day": _("One part kept by accounts opened before"),
    "industry": _("Trades that are industry"),
    "from_kva": _("Standard applies from"),
    "industry_above_kva": _("High-voltage industry above"),
    "industry_e2": _("Standard of high-voltage industry"),
    "other_e2": _("Standard of others"),
    "farming_e2": _("Standard of farming"),
    "days_a_year": _("Days in a calendar year"),
    "months": _("Verified every"),
    "low_e4": _("Lowest mean price"),
    "high_e4": _("Highest mean price"),
}


# Why values are refused, as the rules say it; they know no languages, so that the texts are entered here.
OBSTACLES: Sequence[Text] = (
    _("there is no such rule"),
    _("no value is given"),
    _("the rule has no such value"),
    _("a list of trades names two digits each, such as 06-46, 53"),
    _("a value is a whole number from 0 to a thousand million"),
    _("a switch is on or off"),
    _("there is no such day"),
    _("a share is at most 100 percent"),
    _("the lowest mean price is above the highest"),
)


def name_value(name: str) -> str:
    """Return a value's name in words."""
    return str(NAMES.get(name, name))


def write_value(name: str, value: Any) -> str:
    """Return a value with its unit; a list of trades as the file writes it."""
    if isinstance(value, list):
        return ", ".join(one.replace("-", "–") for one in value)
    if name.startswith("is_"):
        return _now("yes") if value else _now("no")
    if name == "keeps_until_day":
        return formats.day(date(value // 10_000, value // 100 % 100, value % 100))
    writing = next((one for ending, one in _WRITING if name.endswith(ending)), None)
    return writing(value) if writing else f"{value:,}"


def _scaled(decimals: int, unit: str = "") -> Callable[[int], str]:
    def write(value: int) -> str:
        return f"{Decimal(value).scaleb(-decimals):,f} {unit}".strip()

    return write


def _counted(text: Text) -> Callable[[int], str]:
    return lambda value: str(text) % {"count": value}


_WRITING: Sequence[tuple[str, Callable[[int], str]]] = (
    ("tolerance_register_e4", lambda value: f"{value // 10_000:,}"),
    ("_kva_e1", _scaled(1, "kVA")),
    ("_percent", lambda value: f"{value:,}%"),
    ("_kwh", _scaled(0, "kWh")),
    ("_kva", _scaled(0, "kVA")),
    ("z_e1", _scaled(1)),
    ("_e2", _scaled(2)),
    ("_e4", lambda value: _now("%(price)s yuan/kWh") % {"price": _scaled(4)(value)}),
    ("months", _counted(_("%(count)s months"))),
    ("_days", _counted(_("%(count)s days"))),
    ("days_a_year", _counted(_("%(count)s days"))),
)


# Kept in smaller steps than anybody types.
IN_WHOLE = {"tolerance_register_e4": 10_000}
_SCALES = (("_kva_e1", 1), ("z_e1", 1), ("_e2", 2), ("_e4", 4))
_UNITS: Sequence[tuple[str, Text]] = (
    ("_kva_e1", "kVA"),
    ("_percent", "%"),
    ("_kwh", "kWh"),
    ("_kva", "kVA"),
    ("months", _("months")),
    ("_days", _("days")),
    ("days_a_year", _("days")),
    ("low_e4", _("yuan/kWh")),
    ("high_e4", _("yuan/kWh")),
)


def get_scale(name: str) -> int:
    """Return with how many decimals a value is typed."""
    if name in IN_WHOLE:
        return 0
    return next((scale for ending, scale in _SCALES if name.endswith(ending)), 0)


def name_unit(name: str) -> str:
    """Return the unit that a value is typed in, or nothing."""
    return str(next((unit for ending, unit in _UNITS if name.endswith(ending)), ""))


def write_source(source: str) -> tuple[str, list[str]]:
    """Return a source as a page says it, and the regulations it cites."""
    words = [_now("our own default") if part.strip() == "house" else part.strip() for part in source.split(",")]
    return ", ".join(one for one in words if not one.startswith("REG-")), _CITATION.findall(source)
