"""Power factor and the percentage by which charges are adjusted (功率因数调整电费)."""

from fractions import Fraction
from functools import lru_cache

import numpy as np

from dianke.engine.rounding import exact_sum, rescale
from dianke.engine.types import BoolArray, IntArray, PowerFactorRow, PowerFactorTable

UNIT = 10_000  # limits of tables are in 1e-4
POINT = UNIT // 100  # what "every 0.01" costs per_point for
MAX_DECIMALS = 4


def power_factor(
    active_kwh: IntArray, reactive_kvarh: IntArray, *, decimals: int
) -> tuple[IntArray, BoolArray, BoolArray]:
    """
    Return the power factor rounded half up, where it is defined, and where it should be but is not.

    The square root is estimated in floating point; rows that come near a rounding edge are decided in
    integers, so that the result is exact.

    Shapes: active_kwh, reactive_kvarh (n,) -> three (n,). Units: one energy unit; 10 ** -decimals.
    Errors: none; without active and reactive energy there is no factor, with reactive energy alone the
            last array is True and a person decides.
    Source: TR-5.2 (W_P / sqrt(W_P^2 + W_Q^2), half up before the table), REG-PF-1983.
    """
    power = 10**decimals
    active, reactive = active_kwh.astype(np.float64), np.abs(reactive_kvarh.astype(np.float64))
    is_defined = np.asarray(active_kwh > 0, dtype=bool)
    is_undefined = ~is_defined & np.asarray(reactive_kvarh != 0, dtype=bool)
    ratio = np.divide(active, np.hypot(active, reactive), out=np.zeros(active.size), where=is_defined)
    scaled = ratio * power + 0.5
    value = np.floor(scaled).astype(np.int64)
    is_near_edge = is_defined & (np.abs(scaled - np.rint(scaled)) < 1e-6)
    for row in np.flatnonzero(is_near_edge):
        edge = round(float(scaled[row]))
        value[row] = edge if _reaches(int(active_kwh[row]), int(reactive_kvarh[row]), edge, power) else edge - 1
    return value, is_defined, is_undefined


def assessed_energy(active_kwh: IntArray, excluded_kwh: list[IntArray], sub_meter_kwh: IntArray | None) -> IntArray:
    """
    Return the active energy of the ratio: without parallel shares, with sub-meters in series.

    Shapes: (n,), k arrays (n,), (n,) or None -> (n,). Units: one energy unit. Errors: none.
    Source: TR-5.2 (套表 take part, 并接 are excluded).
    """
    assessed = active_kwh - exact_sum(excluded_kwh, size=active_kwh.size)
    return assessed if sub_meter_kwh is None else exact_sum([assessed, sub_meter_kwh], size=assessed.size)


def adjustment_percent(value: IntArray, table: PowerFactorTable, *, decimals: int) -> IntArray:
    """
    Return the percentage of a power factor: negative is a reduction, positive a surcharge.

    Shapes: value (n,) -> (n,). Units: 10 ** -decimals (at most 4); percent in the table's scale.
    Errors: ValueError for more than four decimals.
    Source: TR-5.3 (look-up by the rounded factor), REG-PF-1983.
    """
    if decimals > MAX_DECIMALS:
        msg = f"power factors have at most {MAX_DECIMALS} decimals"
        raise ValueError(msg)
    places = decimals if table.decimals is None else min(table.decimals, decimals)
    looked_up = rescale(value, scale=decimals, to_scale=places)
    return np.asarray(_percents(table, places)[np.clip(looked_up, 0, 10**places)])


def standard_table(standard: str, *, percent_scale: int = 4) -> PowerFactorTable:
    """
    Return one of the three national tables: standard "0.90", "0.85" or "0.80".

    Units: percent in 10 ** -percent_scale. Errors: KeyError for another standard.
    Source: TR-5.3, REG-PF-1983 (水电财字(83)215号, 查对表).
    """
    top, rows = _STANDARDS[standard]
    unit = 10 ** (percent_scale - 2)
    return PowerFactorTable(
        top_percent=top * unit,
        rows=tuple(PowerFactorRow(limit=limit * POINT, per_point=cost * unit) for limit, cost in rows),
        decimals=2,
    )


# Top reduction and steps: below a limit every 0.01 costs so much; limits in 0.01, percent in 0.01.
_STANDARDS: dict[str, tuple[int, tuple[tuple[int, int], ...]]] = {
    "0.90": (-75, ((95, 15), (90, 50), (70, 100), (65, 200))),
    "0.85": (-110, ((94, 15), (90, 10), (85, 50), (65, 100), (60, 200))),
    "0.80": (-130, ((92, 15), (90, 10), (80, 50), (60, 100), (55, 200))),
}
STANDARD_TABLES = {standard: standard_table(standard) for standard in _STANDARDS}
"""The national tables, percent in 1e-4."""


def _reaches(active: int, reactive: int, edge: int, power: int) -> bool:
    """Return whether factor x power >= edge - 1/2, in integers."""
    doubled = 2 * edge - 1
    return 4 * power * power * active * active >= doubled * doubled * (active * active + reactive * reactive)


@lru_cache(maxsize=64)
def _percents(table: PowerFactorTable, decimals: int) -> IntArray:
    """Percent of every factor from 0 to 1."""
    step = UNIT // 10**decimals
    rows = sorted(table.rows, key=lambda row: -row.limit)
    percents = np.array([_percent_of(table.top_percent, rows, value * step) for value in range(10**decimals + 1)])
    percents.setflags(write=False)
    return percents


def _percent_of(top: int, rows: list[PowerFactorRow], value: int) -> int:
    percent = Fraction(top)
    floors = [row.limit for row in rows[1:]] + [0]
    for row, floor in zip(rows, floors, strict=True):
        if value < row.limit:
            percent += row.percent + Fraction(row.per_point * (row.limit - max(value, floor)), POINT)
    size = (2 * abs(percent.numerator) + percent.denominator) // (2 * percent.denominator)
    return -size if percent < 0 else size
