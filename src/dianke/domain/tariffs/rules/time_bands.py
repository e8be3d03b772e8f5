"""
Hours of use as arrays: bands in layers become one period code for each quarter of an hour (TR-4).

Sharp hours cover peak hours, deep valley covers valley, bands of holidays cover both, and bands of hot days
cover everything. Within a layer nothing may overlap, and every quarter must be covered.
"""

from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from itertools import pairwise
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from dianke.domain.tariffs.types import (
    EVERY_DAY,
    MINUTES_PER_DAY,
    MINUTES_PER_SLOT,
    SLOTS_PER_DAY,
    Band,
    BandLayer,
    Consumer,
    DayCondition,
    DayStrip,
    EventDays,
    PeriodKind,
    Segment,
    Structure,
    TemperatureRule,
    format_minute,
)
from dianke.kernel.calendar import WorkingCalendar
from dianke.kernel.errors import DomainError
from dianke.kernel.period import DatePeriod

PeriodArray: TypeAlias = npt.NDArray[np.int8]

_EMPTY = -1


class TimeBandGap(DomainError):
    """Hours of a day belong to no period."""

    code = "tariffs.time_band_gap"
    message = "{hours} belong to no period {when}"


class TimeBandOverlap(DomainError):
    """Two bands of equal rank claim the same hours."""

    code = "tariffs.time_band_overlap"
    message = "{hours} are {first} and {second} at once {when}"


class TimeBandOffGrid(DomainError):
    """A band does not start or end on a quarter of an hour."""

    code = "tariffs.time_band_off_grid"
    message = "{hours} is not within a day on quarters of an hour"


class HolidaysUnknown(DomainError):
    """Bands depend on holidays of a year that is not loaded."""

    code = "tariffs.holidays_unknown"
    message = "the holidays of {year} are not loaded"


class EventDaysUnknown(DomainError):
    """Bands depend on temperatures that nobody handed in."""

    code = "tariffs.event_days_unknown"
    message = "the days on which {station} reaches {min_temperature_c} degrees are not known"


def lay_out_periods(
    *,
    bands: Sequence[Band],
    consumer: Consumer,
    period: DatePeriod,
    calendar: WorkingCalendar,
    event_days: EventDays,
) -> PeriodArray:
    """
    Return the period code of every quarter of an hour of a consumer's days.

    Shapes: (days of the period, 96) of int8; row 0 is the first day, column 0 begins at midnight.
    Units:  codes of PeriodKind (0 sharp, 1 peak, 2 flat, 3 valley, 4 deep), never another value.
    Raises: TimeBandGap, TimeBandOverlap, TimeBandOffGrid, HolidaysUnknown, EventDaysUnknown.
    Source: TR-4; the order of layers is that of BandLayer.
    """
    mine = [band for band in bands if band.audience.includes(consumer)]
    _require_event_days(mine, event_days)
    painted: dict[tuple[Band, ...], npt.NDArray[np.int8]] = {}
    codes = np.empty((period.days(), SLOTS_PER_DAY), dtype=np.int8)
    for row, day in enumerate(period.each_day()):
        held = tuple(
            band for band in mine if day.month in band.months and _holds_on(band.condition, day, calendar, event_days)
        )
        if held not in painted:
            painted[held] = paint_day(bands=held, when=f"on {day}")
        codes[row] = painted[held]
    return codes


def paint_day(*, bands: Iterable[Band], when: str) -> PeriodArray:
    """
    Return the 96 codes of a day on which exactly these bands hold; `when` only names the day in errors.

    :raises TimeBandGap: if a quarter is left over
    :raises TimeBandOverlap: if bands of equal rank, or sharp and deep hours of an ordinary day, overlap
    """
    by_layer: dict[BandLayer, list[Band]] = {layer: [] for layer in BandLayer}
    for band in bands:
        by_layer[band.layer].append(band)
    canvas = _paint_layer(by_layer[BandLayer.BASE], when)
    sharp = _paint_layer(by_layer[BandLayer.SHARP], when)
    deep = _paint_layer(by_layer[BandLayer.DEEP], when)
    # Sharp lies over peak and deep over valley: a sheet that lays both over the same hour contradicts itself.
    _refuse_overlap((sharp != _EMPTY) & (deep != _EMPTY), PeriodKind.SHARP, PeriodKind.DEEP, when)
    holiday = _paint_layer(by_layer[BandLayer.HOLIDAY], when)
    event = _paint_layer(by_layer[BandLayer.EVENT], when)
    for layer in (sharp, deep, holiday, event):
        canvas = np.where(layer == _EMPTY, canvas, layer)
    if (canvas == _EMPTY).any():
        raise TimeBandGap(when=when, hours=_name_hours(canvas == _EMPTY))
    return canvas


def check_bands(bands: Sequence[Band]) -> list[DomainError]:
    """Return every gap and overlap that some months, structure and kind of day of the bands have."""
    faults: dict[str, DomainError] = {}
    for consumer in list_widest_consumers(bands):
        for _, months, held in _list_kinds_of_day(bands, consumer):
            try:
                paint_day(bands=held, when=f"in months {', '.join(str(month) for month in months)}")
            except (TimeBandGap, TimeBandOverlap, TimeBandOffGrid) as fault:
                faults.setdefault(str(fault), fault)
    return list(faults.values())


def list_structures(bands: Sequence[Band]) -> list[Structure]:
    """Return the structures whose days the bands can cover at all."""
    return [
        structure
        for structure in Structure
        if any(b.layer is BandLayer.BASE and b.audience.structure in (None, structure) for b in bands)
    ]


def describe_days(*, bands: Sequence[Band], consumer: Consumer) -> tuple[DayStrip, ...]:
    """Return the 24 hours of each kind of day, months with the same hours together, ordinary days first."""
    months_of: dict[tuple[DayCondition, tuple[Segment, ...]], list[int]] = {}
    for condition, months, held in _list_kinds_of_day(bands, consumer):
        segments = to_segments(paint_day(bands=held, when=f"in month {months[0]}"))
        months_of.setdefault((condition, segments), []).extend(months)
    return tuple(
        DayStrip(months=tuple(sorted(months)), segments=segments, condition=condition)
        for (condition, segments), months in months_of.items()
    )


def to_segments(codes: PeriodArray) -> tuple[Segment, ...]:
    """Return the stretches of one day's 96 codes."""
    starts = [0, *(np.flatnonzero(np.diff(codes)) + 1).tolist(), SLOTS_PER_DAY]
    return tuple(
        Segment(
            start_minute=first * MINUTES_PER_SLOT,
            end_minute=last * MINUTES_PER_SLOT,
            period=PeriodKind(int(codes[first])),
        )
        for first, last in pairwise(starts)
    )


def list_event_days(*, rule: TemperatureRule, max_temperature_c: Iterable[tuple[date, object]]) -> frozenset[date]:
    """
    Return the days on which a rule's temperature counts, from pairs of day and maximum of its station.

    With several successive days asked for, the last of them is the first that counts; a day that has no
    figure breaks the row. Sheets do not say which day of the row is meant: this is our reading (TR-4).
    """
    hot = {day for day, maximum in max_temperature_c if maximum >= rule.min_temperature_c}  # type: ignore[operator]
    return frozenset(
        day for day in hot if all(day - timedelta(days=back) in hot for back in range(rule.successive_days))
    )


def _paint_layer(bands: Iterable[Band], when: str) -> PeriodArray:
    canvas = np.full(SLOTS_PER_DAY, _EMPTY, dtype=np.int8)
    rests: list[Band] = []
    for band in bands:
        if band.is_rest:
            rests.append(band)
            continue
        slots = _mark_slots(band)
        taken = slots & (canvas != _EMPTY)
        if taken.any():
            first = PeriodKind(int(canvas[taken][0]))
            _refuse_overlap(taken & (canvas == first), first, band.period, when)
        canvas[slots] = band.period
    for rest in rests:
        if rest is not rests[0]:
            _refuse_overlap(canvas != _EMPTY, rests[0].period, rest.period, when)
        canvas[canvas == _EMPTY] = rest.period
    return canvas


def _mark_slots(band: Band) -> npt.NDArray[np.bool_]:
    start, end = band.start_minute, band.end_minute
    if (
        start % MINUTES_PER_SLOT
        or end % MINUTES_PER_SLOT
        or not (0 <= start < MINUTES_PER_DAY and 0 <= end <= MINUTES_PER_DAY)
    ):
        raise TimeBandOffGrid(hours=f"{format_minute(start)}-{format_minute(end)}")
    slot = np.arange(SLOTS_PER_DAY) * MINUTES_PER_SLOT
    if start < end:
        return (slot >= start) & (slot < end)
    return (slot >= start) | (slot < end)


def _refuse_overlap(taken: npt.NDArray[np.bool_], first: PeriodKind, second: PeriodKind, when: str) -> None:
    if taken.any():
        raise TimeBandOverlap(when=when, hours=_name_hours(taken), first=first.name.lower(), second=second.name.lower())


def _name_hours(marked: npt.NDArray[np.bool_]) -> str:
    codes = marked.astype(np.int8)
    edges = np.flatnonzero(np.diff(codes, prepend=0, append=0)).tolist()
    return ", ".join(
        f"{format_minute(first * MINUTES_PER_SLOT)}-{format_minute(last * MINUTES_PER_SLOT)}"
        for first, last in zip(edges[::2], edges[1::2], strict=True)
    )


def _holds_on(condition: DayCondition, day: date, calendar: WorkingCalendar, event_days: EventDays) -> bool:
    if condition.is_every_day:
        return True
    if condition.event is not None and day in event_days[condition.event]:
        return True
    if not (condition.holidays or condition.holiday_min_days or condition.rest_day_months):
        return False
    if not calendar.covers(day):
        raise HolidaysUnknown(year=day.year)
    if calendar.is_public_holiday(day):
        names, length = _describe_holiday(day, calendar)
        return bool(condition.holidays & names) or 0 < condition.holiday_min_days <= length
    return day.month in condition.rest_day_months and not calendar.is_working_day(day)


def _describe_holiday(day: date, calendar: WorkingCalendar) -> tuple[frozenset[str], int]:
    # Festivals that the yearly notice joins into one holiday (国庆节、中秋节) share their hours.
    one = timedelta(days=1)
    first = last = day
    while calendar.is_public_holiday(first - one):
        first -= one
    while calendar.is_public_holiday(last + one):
        last += one
    length = (last - first).days + 1
    names = {calendar.special_days[first + index * one].name_zh for index in range(length)}
    return frozenset(names), length


def _require_event_days(bands: Iterable[Band], event_days: EventDays) -> None:
    for band in bands:
        rule = band.condition.event
        if rule is not None and rule not in event_days:
            raise EventDaysUnknown(station=rule.station, min_temperature_c=rule.min_temperature_c)


def _list_kinds_of_day(
    bands: Sequence[Band], consumer: Consumer
) -> list[tuple[DayCondition, list[int], tuple[Band, ...]]]:
    """Return, for each condition alone, the months on which the same bands hold, and these bands."""
    mine = [band for band in bands if band.audience.includes(consumer)]
    kinds: dict[tuple[DayCondition, tuple[Band, ...]], list[int]] = {}
    for condition in _list_conditions(mine):
        for month in sorted(_months_of(mine, condition)):
            held = tuple(b for b in mine if month in b.months and b.condition in (EVERY_DAY, condition))
            kinds.setdefault((condition, held), []).append(month)
    return [(condition, months, held) for (condition, held), months in kinds.items()]


def _list_conditions(bands: Iterable[Band]) -> list[DayCondition]:
    return list(dict.fromkeys([EVERY_DAY, *(band.condition for band in bands)]))


def _months_of(bands: Iterable[Band], condition: DayCondition) -> set[int]:
    if condition == EVERY_DAY:
        return set(range(1, 13))
    return {month for band in bands if band.condition == condition for month in band.months}


def list_widest_consumers(bands: Sequence[Band]) -> list[Consumer]:
    """Return, for each structure that can be covered, one consumer of every narrow band and one of none."""
    classes = sorted({name for band in bands for name in band.audience.usage_classes})
    capacities = [b.audience.min_capacity_kva for b in bands if b.audience.min_capacity_kva is not None]
    consumers = []
    for structure in list_structures(bands):
        consumers.append(Consumer(structure=structure))
        consumers.extend(
            Consumer(structure=structure, usage_class=name, capacity_kva=max(capacities, default=None))
            for name in classes or ([""] if capacities else [])
        )
    return consumers
