"""What the registers of the designed meters show: at the month's ends, and where meter or ratio changes."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

import numpy as np

from dianke.application.demo_utility.curves import IntArray, make_noise
from dianke.application.demo_utility.designs import BILLED_FROM, CURVES_FROM, PointDesign
from dianke.application.demo_utility.loads import BILLED_DAY, SEED, list_bounds, list_multipliers
from dianke.domain.metering.types import RegisterKind
from dianke.domain.tariffs.types import PERIOD_NAMES

Values = Mapping[RegisterKind, Decimal]

_PERIODS = tuple(RegisterKind(name) for name in PERIOD_NAMES)
_STEP_DECIMALS = 2
_DEMAND_DECIMALS = 4
_DAYS_OF_A_YEAR = 365


@dataclass(frozen=True, slots=True)
class MonthValues:
    """
    A meter's registers through the billed month.

    `removal` and `installation` are read on the day of a change: what is taken down, what goes up.
    """

    opening: Values
    closing: Values
    removal: Values | None = None
    installation: Values | None = None
    rolled_over: bool = False


def read_month(point: PointDesign, *, units: IntArray, highest_wh: IntArray) -> MonthValues:
    """
    Return the register values of a point's month.

    Shapes: units (365, 5) of 1e-2 kWh, highest_wh (365,).
    Every difference times its multiplier is the energy of the curve exactly; reactive energy is the active
    energy times the tangent of the stated power factor, in whole steps.
    """
    first, last = BILLED_DAY, len(units)
    multipliers = list_multipliers(point)
    change = point.meter.changed_on
    middle = last if change is None else (change - CURVES_FROM).days
    steps = _choose_start(point, units, multipliers[0])
    opening = _show(point, steps, _find_demand(highest_wh, list_bounds(None)[-3], first, multipliers[0]))
    end_of_first = _add(point, steps, units[first:middle], multipliers[0])
    demand = _find_demand(highest_wh, first, middle, multipliers[0])
    if change is None:
        rolled_over = any(end_of_first[kind] < steps[kind] for kind in steps)
        return MonthValues(opening, _show(point, end_of_first, demand), rolled_over=rolled_over)
    removal = _show(point, end_of_first, demand)
    begin = dict.fromkeys(end_of_first, 0) if point.meter.exchanged_on else end_of_first
    installation = _show(point, begin, Decimal(0))
    end = _add(point, begin, units[middle:], multipliers[1])
    closing = _show(point, end, _find_demand(highest_wh, middle, last, multipliers[1]))
    return MonthValues(opening, closing, removal, installation)


def read_zero(point: PointDesign) -> Values:
    """Return the registers of a new meter."""
    return dict.fromkeys(point.meter.registers, Decimal(0))


def _choose_start(point: PointDesign, units: IntArray, multiplier: int) -> dict[RegisterKind, int]:
    """Return register steps at the month's start: some years of the point's own use, never more than fits."""
    years = (BILLED_FROM - point.meter.installed_date).days / _DAYS_OF_A_YEAR
    past = years * (1.0 + 0.1 * float(make_noise(seeds=np.array([point.serial + SEED]), size=1)[0, 0]))
    whole = 10 ** (point.meter.integer_digits + _STEP_DECIMALS)
    by_period = units.sum(axis=0) / multiplier * past
    kinds = [kind for kind in _PERIODS if kind in point.meter.registers]
    start = {kind: int(by_period[_PERIODS.index(kind)]) % whole for kind in kinds}
    total = sum(start.values()) if kinds else int(by_period.sum())
    if point.meter.rolls_over:
        # A little below the last digit, so that the total passes it within the month; flat takes the rest.
        total = whole - int(units[BILLED_DAY:].sum() / multiplier) * 2 // 5
        others = sum(steps for kind, steps in start.items() if kind is not RegisterKind.FLAT)
        start[RegisterKind.FLAT] = (total - others) % whole
    start[RegisterKind.TOTAL] = total % whole
    if RegisterKind.REACTIVE_IMPORT in point.meter.registers:
        start[RegisterKind.REACTIVE_IMPORT] = int(by_period.sum() * _tangent(point)) % whole
        start[RegisterKind.REACTIVE_EXPORT] = int(by_period.sum() / 1_000) % whole
    return start


def _add(
    point: PointDesign, start: Mapping[RegisterKind, int], units: IntArray, multiplier: int
) -> dict[RegisterKind, int]:
    whole = 10 ** (point.meter.integer_digits + _STEP_DECIMALS)
    used = units.sum(axis=0)
    added = {kind: int(used[code]) // multiplier for code, kind in enumerate(_PERIODS)}
    added[RegisterKind.TOTAL] = int(used.sum()) // multiplier
    added[RegisterKind.REACTIVE_IMPORT] = round(int(used.sum()) / multiplier * _tangent(point))
    added[RegisterKind.REACTIVE_EXPORT] = 0
    return {kind: (steps + added[kind]) % whole for kind, steps in start.items()}


def _tangent(point: PointDesign) -> float:
    factor = point.curve.power_factor
    return 0.0 if factor is None else float(np.sqrt(1.0 - factor * factor) / factor)


def _find_demand(highest_wh: IntArray, first: int, last: int, multiplier: int) -> Decimal:
    watts = 4 * int(highest_wh[first:last].max())
    # Half up at the fourth decimal of the register, in integers.
    units = (2 * watts * 10 + multiplier) // (2 * multiplier)
    return Decimal(units).scaleb(-_DEMAND_DECIMALS)


def _show(point: PointDesign, steps: Mapping[RegisterKind, int], demand: Decimal) -> Values:
    shown = {kind: Decimal(steps[kind]).scaleb(-_STEP_DECIMALS) for kind in steps if kind in point.meter.registers}
    if RegisterKind.DEMAND in point.meter.registers:
        shown[RegisterKind.DEMAND] = demand
    return shown
