"""What the meters of a point show on the days they are read, and where one meter gives way to another."""

from dataclasses import dataclass
from datetime import date

import numpy as np

from dianke.interfaces.cli.bench.seeded.points import CLOSING, DAYS_BILLED, OPENING, STEPS, TURN, Change, Point

Steps = dict[str, int]

_MONTH_BEFORE, _BILLED = -2, -1
_DEMAND_STEPS = 10_000


@dataclass(slots=True)
class Stay:
    """A meter at a point with its ratio; what it showed when it came and went, where that was within the months."""

    start: date
    end: date | None
    is_other_meter: bool
    ct: tuple[int, int]
    multiplier: float
    arrival: Steps | None = None
    departure: Steps | None = None


@dataclass(slots=True)
class Shown:
    """A reading: which stay, when, what; demand in 1e-4."""

    stay: int
    day: date
    steps: Steps
    demand_e4: int
    is_estimated: bool
    is_rolled_over: bool


def read_point(point: Point) -> tuple[list[Stay], list[Shown], float]:
    """Return the stays of a point's meters, the readings, and the kWh that the meter measured in the month before."""
    begin = OPENING if point.opened < OPENING else point.opened
    first = Stay(date(2020, 6, 1) if begin == OPENING else begin, None, True, point.ct, point.multiplier)
    stays, readings = [first], []
    steps = _whole(point, dict(point.opening_steps))
    if begin == OPENING:
        readings.append(_show(point, 0, OPENING, steps, False))
    else:
        first.arrival = dict(steps)
    before = 0.0
    if begin < TURN:
        after, rolled = _advance(point, steps, _through(point, _MONTH_BEFORE), point.multiplier)
        before = (after["total"] - steps["total"]) % _turn(point) / STEPS * point.multiplier
        steps = after
        readings.append(_show(point, 0, TURN, steps, rolled))
    kwh = _through(point, _BILLED)
    if point.change is not None:
        steps, kwh = _change(point, point.change, stays, steps, kwh)
    after, rolled = _advance(point, steps, kwh, stays[-1].multiplier)
    _write_wrong(point, after, steps)
    readings.append(_show(point, len(stays) - 1, CLOSING, after, rolled or point.marks_rollover))
    return stays, readings, before


def _through(point: Point, month: int) -> float:
    kwh = float(point.kwh[month]) + point.sub_kwh(month)
    return 0.0 if np.isnan(kwh) else kwh


def _change(point: Point, change: Change, stays: list[Stay], steps: Steps, kwh: float) -> tuple[Steps, float]:
    """Let the second stay begin, and return its first registers and what is used from then on."""
    old = stays[0]
    part = (change.day - TURN).days / DAYS_BILLED
    shown, _ = _advance(point, steps, kwh * part, old.multiplier)
    begin = dict.fromkeys(shown, 0) if change.is_other_meter else shown
    multiplier = old.multiplier * change.ct[0] / point.ct[0]
    old.end, old.departure = change.day, shown
    stays.append(Stay(change.day, None, change.is_other_meter, change.ct, multiplier, arrival=begin))
    return begin, kwh * (1 - part)


def _whole(point: Point, steps: Steps) -> Steps:
    return {kind: value % _turn(point) for kind, value in steps.items()}


def _turn(point: Point) -> int:
    return int(10**point.digits * STEPS)


def _advance(point: Point, steps: Steps, kwh: float, multiplier: float) -> tuple[Steps, bool]:
    """Return the registers after so much use, and whether one passed its last digit."""
    parts = {kind: round(kwh * share * STEPS / multiplier) for kind, share in point.split.items()}
    moved = {**parts, "total": sum(parts.values()) if parts else round(kwh * STEPS / multiplier)}
    after = {kind: (value + moved[kind]) % _turn(point) for kind, value in steps.items()}
    return after, any(after[kind] < steps[kind] for kind in steps)


def _write_wrong(point: Point, steps: Steps, opening: Steps) -> None:
    for register, slip in point.misreads.items():
        if slip.below_opening is not None:
            steps[register] = max(opening[register] - slip.below_opening, 0)
        else:
            steps[register] = steps[register] * slip.times + slip.plus


def _show(point: Point, stay: int, day: date, steps: Steps, is_rolled_over: bool) -> Shown:
    shown = dict(steps)
    if "reactive_import" in point.registers:
        # The angle of the power factor, on the whole of the register.
        tangent = float(np.sqrt(1 - point.power_factor**2) / point.power_factor)
        shown["reactive_import"] = round(steps["total"] * tangent)
        shown["reactive_export"] = 0
    demand = round(point.demand_kw / point.multiplier * _DEMAND_STEPS)
    return Shown(stay, day, shown, demand, day in point.estimated, is_rolled_over)
