"""Interval curves (96 or 24 values a day) to energy by period and maximum demand."""

from dataclasses import dataclass

import numpy as np

from dianke.engine.rounding import Product, exact_product, narrow, round_half_up
from dianke.engine.types import PERIODS, BoolArray, IntArray

MISSING = -1
"""What stands in a curve where no value was received."""


class CurveShapeError(ValueError):
    """A curve and its map of periods have different lengths, or a day has another number of slots."""


@dataclass(frozen=True, slots=True, eq=False)
class MaximumDemand:
    """Largest demand of each point and the slot it happened in, counted from the first (-1: no value)."""

    demand_kw: IntArray
    slot: IntArray


def slot_periods(hours: dict[str, list[tuple[int, int]]], *, slots_per_day: int) -> IntArray:
    """
    Return the period of each slot of a day, as an index of PERIODS.

    Shapes: spans of minutes [start, end) by period -> (slots_per_day,). A span may cross midnight.
    Units:  minutes of the day.
    Errors: CurveShapeError for slots without a period, or a span that cuts a slot.
    Source: TR-4 (half-open spans; sharp over peak, deep valley over valley, all over flat).
    """
    minutes = 1_440 // slots_per_day
    periods = np.full(slots_per_day, -1, dtype=np.int64)
    for period in ("flat", "valley", "deep", "peak", "sharp"):
        for start, end in hours.get(period, ()):
            if start % minutes or end % minutes:
                raise CurveShapeError(f"{period} {start}-{end} min cuts a slot of {minutes} min")
            length = (end - start) % 1_440 or 1_440
            slots = (start // minutes + np.arange(length // minutes)) % slots_per_day
            periods[slots] = PERIODS.index(period)
    if (periods < 0).any():
        slot = int(np.flatnonzero(periods < 0)[0])
        raise CurveShapeError(f"minute {slot * minutes} belongs to no period")
    return periods


def period_energy(curves: IntArray, periods: IntArray) -> tuple[dict[str, IntArray], IntArray]:
    """
    Return the energy of each point by period, and how many values are missing.

    Shapes: curves (n, t), periods (t,) as indexes of PERIODS -> (n,) a period, (n,).
    Units:  the unit of the curves (Wh, 0.01 kWh); MISSING marks a value that was not received and counts 0.
    Errors: CurveShapeError if the lengths differ.
    Source: TR-4 (every slot of 24 h has one period).
    """
    if curves.shape[1] != periods.size:
        raise CurveShapeError(f"curves have {curves.shape[1]} values, the map {periods.size}")
    is_missing = curves == MISSING
    values = np.where(is_missing, 0, curves)
    energy = {
        period: values[:, periods == index].sum(axis=1, dtype=np.int64)
        for index, period in enumerate(PERIODS)
        if (periods == index).any()
    }
    return energy, is_missing.sum(axis=1)


def maximum_demand(
    curves: IntArray, *, slots_per_hour: int, multiplier: IntArray | None, scale: int, demand_scale: int
) -> MaximumDemand:
    """
    Return the largest mean power of a slot: 15-minute demand, or the hourly mean of hourly curves.

    Shapes: curves (n, t), multiplier (n,) or None -> (n,), (n,).
    Units:  curves 10 ** -scale kWh a slot; out 10 ** -demand_scale kW.
    Errors: none; a point without any value has demand 0 in slot -1.
    Source: TR-3.1 (maximum demand of the period, 15 min).
    """
    slot = curves.argmax(axis=1)
    largest = np.take_along_axis(curves, slot[:, None], axis=1)[:, 0].astype(np.int64)
    has_value = largest != MISSING
    factors: tuple[IntArray | int, ...] = (np.where(has_value, largest, 0), slots_per_hour)
    if multiplier is not None:
        factors = (*factors, multiplier)
    demand = round_half_up(Product(factors, scale), decimals=demand_scale)
    return MaximumDemand(demand, np.where(has_value, slot, -1))


def register_readings(start: IntArray, energy: IntArray) -> IntArray:
    """
    Return the running register of a curve: the reading at the start and after every slot.

    Shapes: start (n,), energy (n, t) without missing values -> (n, t + 1).
    Units:  one energy unit. Errors: CurveShapeError for a curve with missing values.
    Source: TR-1.1 (the difference of two readings is the energy between them).
    """
    if (energy == MISSING).any():
        raise CurveShapeError("a register cannot run over missing values")
    return narrow(np.cumsum(np.concatenate([start[:, None], energy], axis=1), axis=1))


def is_curve_plausible(curves: IntArray, registers: IntArray, *, tolerance_permille: int) -> BoolArray:
    """
    Return whether the sum of a complete curve agrees with the advance of the register.

    Shapes: curves (n, t), registers (n,) -> (n,). Units: one energy unit; 1/1000 of the register.
    Errors: none; curves with missing values are not plausible.
    Source: TR-1.1; tolerance of 5 per mille by V08 of the validation rules.
    """
    is_complete = (curves != MISSING).all(axis=1)
    difference = np.abs(curves.sum(axis=1, dtype=np.int64) - registers)
    is_close = exact_product(difference, 1_000) <= exact_product(registers, tolerance_permille)
    return np.asarray(is_complete & is_close, dtype=bool)
