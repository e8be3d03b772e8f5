"""Decisions of metering: multipliers, what a meter must show when it is put up, taken down or rescaled."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from fractions import Fraction
from functools import lru_cache
from typing import Any, TypeVar

from dianke.domain.metering.types import NewInstallation, NewUsagePoint, Ratio, RegisterKind, RegisterValues

T = TypeVar("T")

MULTIPLIER_DECIMALS = 6
READING_DECIMALS = 4
MOST_DIGITS = 8

# Their values go up only; the demand register is set back at every reading.
_RISING = frozenset(RegisterKind) - {RegisterKind.DEMAND}


@lru_cache(maxsize=1_000)
def compute_multiplier(ct: Ratio, pt: Ratio) -> Decimal | None:
    """
    Return CT ratio times PT ratio (综合倍率), or None where it has no exact value in six decimals.

    Source: TR-1.1, M = CT × PT.
    """
    if min(ct.primary, ct.secondary, pt.primary, pt.secondary) <= 0:
        return None
    exact = Fraction(ct.primary) / Fraction(ct.secondary) * Fraction(pt.primary) / Fraction(pt.secondary)
    scaled = exact * 10**MULTIPLIER_DECIMALS
    if scaled.denominator != 1 or scaled.numerator >= 10**16:
        return None
    return Decimal(scaled.numerator).scaleb(-MULTIPLIER_DECIMALS).normalize() + 0


def find_point_obstacle(new: NewUsagePoint, *, area_feeder_id: int | None) -> str | None:
    """Return why a usage point cannot stand as described, or None."""
    if new.area_id is None and new.feeder_id is None:
        return "it hangs on no area and no feeder"
    if area_feeder_id is not None and new.feeder_id is not None and area_feeder_id != new.feeder_id:
        return "its area hangs on another feeder"
    return None


def find_meter_obstacle(registers: Sequence[RegisterKind], integer_digits: int) -> str | None:
    """Return why a meter cannot exist as described, or None."""
    if not registers:
        return "it has no register"
    if len(set(registers)) != len(registers):
        return "a register comes twice"
    if not 1 <= integer_digits <= MOST_DIGITS:
        return f"its digits before the point lie between 1 and {MOST_DIGITS}"
    return None


def find_readings_obstacle(
    readings: RegisterValues, *, registers: Sequence[str], integer_digits: int
) -> tuple[str, str] | None:
    """Return the register and why the readings of a day cannot be those of a meter, or None."""
    kinds = set(registers)
    for kind in kinds - set(readings):
        return kind, f"the register {kind} was not read"
    for kind, value in readings.items():
        if kind not in kinds:
            return kind, f"the meter has no register {kind}"
        if not value.is_finite() or value < 0:
            return kind, f"the register {kind} shows {value}"
        if value >= 10**integer_digits:
            return kind, f"the register {kind} shows {value} but has {integer_digits} digits before the point"
        if value != round(value, READING_DECIMALS):
            return kind, f"the register {kind} is read finer than {READING_DECIMALS} decimals"
    return None


def find_backwards_register(before: RegisterValues, after: RegisterValues, *, rolled_over: bool) -> str | None:
    """
    Return the first register that goes back without a marked rollover, or None.

    Source: TR-1.1, a register that falls is an exception unless the reading is marked as rolled over.
    """
    if rolled_over:
        return None
    for kind in RegisterKind:
        if kind in _RISING and kind in before and kind in after and after[kind] < before[kind]:
            return kind
    return None


def find_removal_obstacle(installation: NewInstallation) -> tuple[str, str] | None:
    """Return the field and why an installation cannot end as described, or None; an open one never."""
    if installation.removed_date is None:
        return ("removal_readings", "it was read but not removed") if installation.removal_readings else None
    if installation.removed_date <= installation.installed_date:
        return "removed_date", "it is removed before it has stood a day"
    if installation.removal_readings is None:
        return "removal_readings", "it was not read when it was removed"
    backwards = find_backwards_register(
        installation.readings, installation.removal_readings, rolled_over=installation.rolled_over
    )
    if backwards is not None:
        return backwards, f"the register {backwards} went back and no rollover is marked"
    return None


def find_change_obstacle(*, since: date, until: date | None, on: date) -> str | None:
    """Return why an installation cannot end on a day, or None."""
    if until is not None:
        return f"it was removed on {until} already"
    if on <= since:
        return f"it stands only since {since}"
    return None


def find_overlap(spells: Iterable[tuple[int, date, date | None, T]]) -> tuple[T, date] | None:
    """Return what starts while another of the same key still runs, and since when that runs, or None."""
    last: dict[int, tuple[date, date | None]] = {}
    for key, start, end, what in sorted(spells, key=lambda spell: spell[:2]):
        before = last.get(key)
        if before is not None and (before[1] is None or start < before[1]):
            return what, before[0]
        last[key] = (start, end)
    return None


def read_stored(stored: Mapping[str, Any]) -> RegisterValues:
    """Return the register values of a stored installation or removal."""
    return {kind: Decimal(stored[kind]) for kind in RegisterKind if kind in stored}
