"""Hours as sheets print them become bands (TR-4); a condition that stands there in words is not guessed."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from dianke.domain.tariffs.rules.documents import (
    BadField,
    FaultList,
    as_mapping,
    get_decimal,
    get_list,
    get_mapping,
)
from dianke.domain.tariffs.rules.time_bands import check_bands
from dianke.domain.tariffs.types import (
    ALL_MONTHS,
    EVERY_DAY,
    EVERYBODY,
    MINUTES_PER_DAY,
    Audience,
    Band,
    BandLayer,
    DayCondition,
    PeriodKind,
    Structure,
    TemperatureRule,
)

STRUCTURES = {"single": Structure.SINGLE, "two_part": Structure.TWO_PART}
REST = "rest"

_PERIODS = {
    "sharp": (PeriodKind.SHARP, BandLayer.SHARP),
    "peak": (PeriodKind.PEAK, BandLayer.BASE),
    "flat": (PeriodKind.FLAT, BandLayer.BASE),
    "valley": (PeriodKind.VALLEY, BandLayer.BASE),
    "deep_valley": (PeriodKind.DEEP, BandLayer.DEEP),
}
_OVERLAYS = ("sharp", "deep_valley")
_NARROWING = frozenset(
    (
        "months",
        "structure",
        "usage_classes",
        "min_capacity_kva",
        "not_in",
        "holidays",
        "holiday_min_days",
        "rest_day_months",
    )
)
# Words of a sheet, and the keys of which one must say the same thing in a form that can be computed.
_WORDS = {
    "who": ("structure", "usage_classes", "min_capacity_kva"),
    "when": ("holidays", "holiday_min_days", "rest_day_months"),
    "also": ("event",),
}
_HOURS = re.compile(r"([0-2][0-9]):([0-5][0-9])-([0-2][0-9]):([0-5][0-9])", re.ASCII)


@dataclass(frozen=True, slots=True, kw_only=True)
class HoursRead:
    """The bands of one table of hours, and conditions that were left out because they are words only."""

    bands: tuple[Band, ...]
    left_out: tuple[str, ...] = ()


def read_hours(tou: Mapping[str, Any], *, path: str, faults: FaultList) -> HoursRead:
    """Return the bands of a `tou` block: `periods` rows, and overlays beside them that name their hours."""
    bands: list[Band] = []
    left_out: list[str] = []
    for index, row in enumerate(get_list(tou, "periods")):
        with faults.reading(f"{path}.periods[{index}]"):
            bands.extend(_read_row(row))
    for key in _OVERLAYS:
        with faults.reading(f"{path}.{key}"):
            found, words = _read_overlay(get_mapping(tou, key), key)
            bands.extend(found)
            left_out.extend(f"{path}.{key}.{word}" for word in words)
    before = len(faults.faults)
    with faults.reading(path):
        for fault in check_bands(bands):
            faults.add(
                path=path,
                value=fault.facts.get("hours"),
                code=fault.code.removeprefix("tariffs."),
                message=str(fault),
                remedy="name every hour once; lay sharp, deep_valley and holidays over it in own rows",
            )
    if len(faults.faults) > before:
        return HoursRead(bands=(), left_out=tuple(left_out))
    return HoursRead(bands=tuple(bands), left_out=tuple(left_out))


def _read_row(node: object) -> Iterator[Band]:
    row = as_mapping(node)
    unknown = [key for key in row if key not in _PERIODS and key not in _NARROWING]
    if unknown:
        raise BadField(
            path=str(unknown[0]),
            value=row[unknown[0]],
            name="unknown_key",
            reason=f"{unknown[0]} is no key of a row of hours",
            remedy=f"use {', '.join([*_PERIODS, *sorted(_NARROWING)])}",
        )
    template = _read_template(row)
    for key in _PERIODS:
        for text in get_list(row, key):
            yield _read_band(template, key, text)


def _read_overlay(node: Mapping[str, Any], key: str) -> tuple[list[Band], list[str]]:
    words = [word for word, keys in _WORDS.items() if word in node and not any(name in node for name in keys)]
    if "hours" not in node:
        return [], []
    # Who it is for and when it holds narrow the overlay: without them it would fall on everybody.
    if "who" in words or "when" in words:
        return [], words
    bands = [_read_band(_read_template(node), key, text) for text in get_list(node, "hours")]
    event = get_mapping(node, "event")
    if event:
        condition = DayCondition(event=_read_temperature_rule(event))
        months = read_months(event, "months")
        bands += [replace(band, layer=BandLayer.EVENT, condition=condition, months=months) for band in bands]
    return bands, words


def _read_template(node: Mapping[str, Any]) -> Band:
    condition = _read_condition(node)
    return Band(
        layer=BandLayer.BASE if condition.is_every_day else BandLayer.HOLIDAY,
        period=PeriodKind.FLAT,
        start_minute=0,
        end_minute=MINUTES_PER_DAY,
        months=read_months(node, "months"),
        audience=_read_audience(node),
        condition=condition,
    )


def _read_band(template: Band, key: str, text: object) -> Band:
    period, layer = _PERIODS[key]
    if template.layer is BandLayer.HOLIDAY:
        layer = BandLayer.HOLIDAY
    if text == REST:
        return replace(template, layer=layer, period=period, is_rest=True)
    start, end = read_span(text, key)
    return replace(template, layer=layer, period=period, start_minute=start, end_minute=end)


def read_span(text: object, key: str) -> tuple[int, int]:
    """Return start and end in minutes of hours such as 22:00-02:00."""
    match = _HOURS.fullmatch(str(text))
    if match:
        hour, minute, end_hour, end_minute = (int(part) for part in match.groups())
        start, end = hour * 60 + minute, end_hour * 60 + end_minute
        if start < MINUTES_PER_DAY and end <= MINUTES_PER_DAY and start != end:
            return start, end
    raise BadField(
        path=key,
        value=text,
        name="unreadable_hours",
        reason=f"{text} are no hours of a day",
        remedy='write "HH:MM-HH:MM", the end excluded, 24:00 for the end of the day',
    )


def read_months(node: Mapping[str, Any], key: str) -> frozenset[int]:
    """Return the months under a key; all of them if there is none."""
    value = node.get(key)
    if value is None or value == "all":
        return ALL_MONTHS
    months = [int(m) if isinstance(m, Decimal) and m == int(m) else 0 for m in get_list(node, key)]
    if not months or not ALL_MONTHS.issuperset(months) or len(set(months)) != len(months):
        raise BadField(
            path=key,
            value=value,
            name="unreadable_months",
            reason=f"{value} are no months",
            remedy="list the numbers 1 to 12, each once, or write all",
        )
    return frozenset(months)


def _read_audience(node: Mapping[str, Any]) -> Audience:
    name = node.get("structure")
    if name is not None and name not in STRUCTURES:
        raise unknown_structure(name)
    audience = Audience(
        structure=STRUCTURES[name] if name is not None else None,
        usage_classes=frozenset(str(item) for item in get_list(node, "usage_classes")),
        min_capacity_kva=get_decimal(node, "min_capacity_kva", decimals=4),
        excluded_areas=frozenset(str(item) for item in get_list(node, "not_in")),
    )
    return EVERYBODY if audience == EVERYBODY else audience


def _read_condition(node: Mapping[str, Any]) -> DayCondition:
    days = get_decimal(node, "holiday_min_days", decimals=0)
    condition = DayCondition(
        holidays=frozenset(str(item) for item in get_list(node, "holidays")),
        holiday_min_days=int(days or 0),
        rest_day_months=read_months(node, "rest_day_months") if "rest_day_months" in node else frozenset(),
    )
    return EVERY_DAY if condition == EVERY_DAY else condition


def _read_temperature_rule(node: Mapping[str, Any]) -> TemperatureRule:
    limit = get_decimal(node, "max_temperature_c", decimals=1)
    days = get_decimal(node, "successive_days", decimals=0)
    if limit is None or not node.get("station"):
        raise BadField(
            path="event",
            value=node,
            name="wrong_shape",
            reason="an event names its station and its temperature",
            remedy="write station, max_temperature_c, successive_days and months",
        )
    return TemperatureRule(station=str(node["station"]), min_temperature_c=limit, successive_days=int(days or 1))


def unknown_structure(name: object) -> BadField:
    """Return the fault of a structure that no bill knows."""
    return BadField(
        path="structure",
        value=name,
        name="unknown_structure",
        reason=f"{name} is no structure of a price",
        remedy=f"use {' or '.join(STRUCTURES)}",
    )
