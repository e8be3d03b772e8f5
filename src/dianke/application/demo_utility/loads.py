"""The curves of the designed points: what each takes from the grid and feeds in, quarter by quarter."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache

import numpy as np
import numpy.typing as npt

from dianke.application.demo_utility import curves
from dianke.application.demo_utility.curves import Array, CodeArray, IntArray
from dianke.application.demo_utility.designs import (
    BILLED_FROM,
    BILLED_TO,
    CURVES_FROM,
    CurveDesign,
    PanelDesign,
    PointDesign,
)
from dianke.application.demo_utility.sources import (
    DAYS,
    SLOTS,
    TRADE_SHAPES,
    WeekSeries,
    load_area_shape,
    load_home_panels,
    load_homes,
    load_trade,
)

ALL_DAYS = (BILLED_TO - CURVES_FROM).days
BILLED_DAY = (BILLED_FROM - CURVES_FROM).days
SEED = 2026
_HOME = "home"
# So many points at a time that their quarters stay in the cache of the processor.
_CHUNK = 8
_GROWN_CHUNK = 64
_COLUMNS = ("units", "fed_units", "highest_wh", "wh")


@dataclass(frozen=True, eq=False)
class Usage:
    """
    What points used from the first day of their curves on, exactly as their registers count it.

    Shapes: units (n, 365, 5) of 1e-2 kWh by period; fed_units (n, 365); highest_wh (n, 365); wh (n, k, 96) of
    the last k days, taken positive and fed in negative.
    """

    units: IntArray
    fed_units: IntArray
    highest_wh: IntArray
    wh: npt.NDArray[np.int32]


@dataclass(frozen=True, eq=False)
class _Varied:
    """A shape as several points follow it: energies of days, where they come from, quarters of the last."""

    day_mwh: Array
    source_days: IntArray
    slot_mwh: Array


def build_usage(points: Sequence[PointDesign], codes: Mapping[str, CodeArray]) -> Usage:
    """
    Return the usage of points with the curves of all days.

    :param codes: the period of each quarter (365, 96) by the code of the plan
    """
    parts = [_build_chunk(points[start : start + _CHUNK], codes) for start in range(0, len(points), _CHUNK)]
    return _join(parts)


def build_grown_usage(points: Sequence[PointDesign], codes: CodeArray) -> Usage:
    """
    Return the usage of homes made from the measured ones, with curves of the billed month only.

    :param codes: the period of each quarter (365, 96), the same every day
    """
    places = [place for group in _group(points).values() for place in group]
    parts = []
    for group in _group(points).values():
        for start in range(0, len(group), _GROWN_CHUNK):
            chunk = [points[place] for place in group[start : start + _GROWN_CHUNK]]
            parts.append(_build_grown_chunk(chunk, codes))
    return _take(_join(parts), np.argsort(places))


def _build_chunk(points: Sequence[PointDesign], codes: Mapping[str, CodeArray]) -> Usage:
    taken = np.zeros((len(points), ALL_DAYS, SLOTS))
    for key, places in _group(points).items():
        taken[places] = _vary([points[place] for place in places], key, 0).slot_mwh
    fed = np.zeros_like(taken)
    for place, point in enumerate(points):
        if point.curve.panels:
            net = taken[place] - _load_panels(point.curve.panels)
            taken[place], fed[place] = np.maximum(net, 0), np.maximum(-net, 0)
    return _round(points, taken, fed, codes)


def _build_grown_chunk(points: Sequence[PointDesign], codes: CodeArray) -> Usage:
    key = (points[0].curve.shape, points[0].curve.home)
    series = _load_series(key)
    varied = _vary(points, key, BILLED_DAY)
    base = curves.sum_periods(series.mwh[None], codes[:1].repeat(DAYS, axis=0))[0]
    sums = curves.share_out(base[varied.source_days], varied.day_mwh)
    sums[:, BILLED_DAY:] = curves.sum_periods(varied.slot_mwh, codes[BILLED_DAY:])
    ones = np.ones((len(points), 12), dtype=np.int64)
    units = curves.round_days(sums, bounds=list_bounds(None), steps=ones)
    wh = curves.spread_slots(varied.slot_mwh, codes[BILLED_DAY:], units[:, BILLED_DAY:])
    # Of the days whose curve is not kept the highest quarter rises and falls with the day.
    energy = np.maximum(base.sum(axis=-1)[varied.source_days], 1)
    highest = np.rint(series.mwh.max(axis=-1)[varied.source_days] / energy * varied.day_mwh / 1_000)
    highest[:, BILLED_DAY:] = wh.max(axis=-1)
    return _pack(units, np.zeros(highest.shape), highest, wh)


def list_bounds(changed_on: date | None) -> IntArray:
    """Return the day numbers where months begin, and where a meter changes within the billed one."""
    starts = {date(2025, month, 1) for month in range(2, 13)} | {BILLED_FROM, BILLED_TO}
    if changed_on is not None:
        starts.add(changed_on)
    return np.array(sorted((start - CURVES_FROM).days for start in starts), dtype=np.int64)


def list_days() -> list[date]:
    """Return the days of the curves."""
    return [CURVES_FROM + timedelta(days=day) for day in range(ALL_DAYS)]


def list_multipliers(point: PointDesign) -> list[int]:
    """Return the multiplier of each spell of the billed month: two where the ratio or the meter changes."""
    meter = point.meter
    first = int(meter.ct.primary / meter.ct.secondary * meter.pt.primary / meter.pt.secondary)
    if meter.changed_on is None:
        return [first]
    later = meter.new_ct or meter.ct
    return [first, int(later.primary / later.secondary * meter.pt.primary / meter.pt.secondary)]


def _round(points: Sequence[PointDesign], taken: Array, fed: Array, codes: Mapping[str, CodeArray]) -> Usage:
    units = np.zeros((len(points), ALL_DAYS, curves.PERIODS))
    wh = np.zeros(taken.shape)
    by_kind: dict[tuple[str, date | None], list[int]] = defaultdict(list)
    for place, point in enumerate(points):
        by_kind[point.terms.plan_code, point.meter.changed_on].append(place)
    for (plan_code, changed_on), places in by_kind.items():
        steps = [[m[0]] * 11 + m for m in (list_multipliers(points[place]) for place in places)]
        sums = curves.sum_periods(taken[places], codes[plan_code])
        bounds = list_bounds(changed_on)
        units[places] = curves.round_days(sums, bounds=bounds, steps=np.array(steps, dtype=np.int64))
        wh[places] = curves.spread_slots(taken[places], codes[plan_code], units[places])
    fed_units, fed_wh = _round_fed(fed)
    return _pack(units, fed_units, wh.max(axis=-1), wh - fed_wh)


def _round_fed(fed: Array) -> tuple[Array, Array]:
    flat = np.zeros((ALL_DAYS, SLOTS), dtype=np.int8)
    ones = np.ones((len(fed), 12), dtype=np.int64)
    units = curves.round_days(curves.sum_periods(fed, flat), bounds=list_bounds(None), steps=ones)
    return units[..., 0], curves.spread_slots(fed, flat, units)


def _pack(units: Array, fed_units: Array, highest_wh: Array, wh: Array) -> Usage:
    return Usage(units.astype(np.int64), fed_units.astype(np.int64), highest_wh.astype(np.int64), wh.astype(np.int32))


def _join(parts: Sequence[Usage]) -> Usage:
    return Usage(*(np.concatenate([getattr(part, column) for part in parts]) for column in _COLUMNS))


def _take(usage: Usage, places: IntArray) -> Usage:
    return Usage(*(getattr(usage, column)[places] for column in _COLUMNS))


def _group(points: Sequence[PointDesign]) -> dict[tuple[str, int], list[int]]:
    groups: dict[tuple[str, int], list[int]] = defaultdict(list)
    for place, point in enumerate(points):
        groups[point.curve.shape, point.curve.home].append(place)
    return groups


def _vary(points: Sequence[PointDesign], key: tuple[str, int], first_slot_day: int) -> _Varied:
    series = _load_series(key)
    designs = [point.curve for point in points]
    aligned = curves.align_weeks(first_source=series.first_day, first_target=CURVES_FROM, days=ALL_DAYS)
    shifts = np.array([design.shift_weeks for design in designs], dtype=np.int64)
    energies = curves.scale_days(series, np.array([_factor(design, series) for design in designs]))
    by_day = curves.vary_days(
        np.take_along_axis(energies, curves.move_weeks(np.arange(DAYS), shifts), axis=-1),
        seeds=np.array([point.serial + SEED for point in points], dtype=np.int64),
        spreads=np.array([design.spread for design in designs]),
    )
    day_mwh, source_days = by_day[:, aligned], curves.move_weeks(aligned, shifts)
    kept = source_days[:, first_slot_day:]
    ratio = day_mwh[:, first_slot_day:] / np.maximum(series.mwh.sum(axis=-1)[kept], 1)
    return _Varied(day_mwh, source_days, np.rint(series.mwh[kept] * ratio[..., None]))


def _factor(design: CurveDesign, series: WeekSeries) -> float:
    if design.shape == _HOME:
        return 1.0
    if design.shape in TRADE_SHAPES:
        return design.mean_w * 1_000 * 24 * DAYS / series.total_mwh
    return design.peak_w / 1_000


@cache
def _load_series(key: tuple[str, int]) -> WeekSeries:
    shape, home = key
    if shape == _HOME:
        return load_homes()[home]
    return load_trade(shape) if shape in TRADE_SHAPES else load_area_shape(shape)


def _load_panels(panels: PanelDesign) -> Array:
    is_home = panels.shape == _HOME
    series = load_home_panels()[panels.home] if is_home else load_area_shape(panels.shape)
    aligned = curves.align_weeks(first_source=series.first_day, first_target=CURVES_FROM, days=ALL_DAYS)
    factor = 1.0 if is_home else panels.peak_w / 1_000
    return np.asarray(np.rint(series.mwh[aligned] * factor))
