"""Falling use: a month against the same month of last year, with the change of the class taken out."""

from dataclasses import dataclass

import numpy as np

from dianke.domain.watching.rules.flagging import flag
from dianke.domain.watching.rules.policy import WatchPolicy
from dianke.domain.watching.types import Bools, Flags, Floats, Integers, Reason, ReasonCode, WatchList

UNKNOWN = -1
MONTHS = 3
_LIST = WatchList.FALLING_USE


@dataclass(frozen=True, slots=True)
class UseFacts:
    """
    Energy of a fleet in 1e-2 kWh; UNKNOWN where a month was not billed.

    Shapes: now (n, 3), the newest month last; before (n, 3), the same months a year earlier; classes (n,), a number
    for each class of use.
    """

    now: Integers
    before: Integers
    classes: Integers


@dataclass(frozen=True, slots=True)
class Falls:
    """Shapes (n,). Shares of the newest month: change against last year, of the class, corrected; NaN if unknown."""

    change: Floats
    class_change: Floats
    corrected: Floats


def measure_falls(use: UseFacts, *, policy: WatchPolicy) -> Falls:
    """Return the change of each customer, of its class, and what is left when the class's is taken out."""
    now, before = use.now[:, -1], use.before[:, -1]
    is_known = (now >= 0) & (before >= policy.get(_LIST, "least_kwh") * 100)
    change = np.full(now.size, np.nan)
    change[is_known] = now[is_known] / before[is_known] - 1
    class_change = np.full(now.size, np.nan)
    if policy.get(_LIST, "class_corrected"):
        _measure_classes(use.classes, change, is_known, policy.get(_LIST, "least_class"), class_change)
    factor = np.where(np.isnan(class_change) | (class_change <= -1), 1.0, 1 + class_change)
    return Falls(change, class_change, (1 + change) / factor - 1)


def find_falling(use: UseFacts, *, policy: WatchPolicy, is_living: Bools) -> Flags:
    """
    Return whose use fell by as much as the policy says; who has an entry already stays while it is below `keep`.

    Shapes: is_living (n,). A customer without either month is not judged.
    """
    falls = measure_falls(use, policy=policy)
    percent = np.where(np.isnan(falls.corrected), 0.0, -falls.corrected * 100)
    least = np.where(is_living, policy.get(_LIST, "keep_percent"), policy.get(_LIST, "watch_percent"))
    # Whole percents as people read them: a fall of exactly 30 % counts, whatever binary fractions make of it.
    percent = np.round(percent, 6).astype(np.float64)
    running, quarter = _count_running(use, policy), _measure_quarter(use)
    lost = np.where(np.isnan(falls.change), 0, use.before[:, -1] - use.now[:, -1])
    is_corrected = ~np.isnan(falls.class_change) & ~np.isnan(falls.change)

    def write_year(row: int) -> Reason:
        figures = {"now_kwh_e2": int(use.now[row, -1]), "before_kwh_e2": int(use.before[row, -1])}
        return Reason(ReasonCode.YEAR_ON_YEAR, {**figures, "change_e4": _scale(falls.change[row])})

    def write_class(row: int) -> Reason:
        figures = {"class_e4": _scale(falls.class_change[row]), "corrected_e4": _scale(falls.corrected[row])}
        return Reason(ReasonCode.CLASS_CORRECTED, figures)

    return flag(
        is_flagged=percent >= least,
        is_alarm=percent >= policy.get(_LIST, "alarm_percent"),
        weight=lost.astype(float),
        candidates=[
            (percent + 200, write_year),
            (np.where(is_corrected, percent + 100, 0.0), write_class),
            (np.where(use.now[:, -1] == 0, 90.0, 0.0), lambda _row: Reason(ReasonCode.NOTHING_USED, {})),
            (np.where(running >= 2, 50.0 + running, 0.0), lambda row: Reason(
                ReasonCode.MONTHS_FALLING, {"months": int(running[row])}
            )),
            (np.where(quarter < 0, -quarter * 50, 0.0), lambda row: Reason(
                ReasonCode.QUARTER_FELL, {"change_e4": _scale(quarter[row])}
            )),
        ],
    )  # fmt: skip


def _measure_classes(classes: Integers, change: Floats, is_known: Bools, least: int, found: Floats) -> None:
    for code in np.unique(classes[is_known]).tolist():
        of_class = classes == code
        own = change[of_class & is_known]
        if own.size >= least:
            found[of_class] = np.median(own)


def _count_running(use: UseFacts, policy: WatchPolicy) -> Integers:
    """Return how many months in a row, the newest last, fell by at least what keeps an entry."""
    least = 1 - policy.get(_LIST, "keep_percent") / 100
    is_known = (use.now >= 0) & (use.before > 0)
    fell = is_known & (use.now <= use.before * least)
    running: Integers = np.cumprod(fell[:, ::-1], axis=1).sum(axis=1)
    return running


def _measure_quarter(use: UseFacts) -> Floats:
    """Return the change of all months together, 0 where one is not known."""
    is_whole = ((use.now >= 0) & (use.before >= 0)).all(axis=1)
    before = use.before.sum(axis=1)
    is_whole &= before > 0
    change = np.zeros(is_whole.size)
    change[is_whole] = use.now.sum(axis=1)[is_whole] / before[is_whole] - 1
    return change


def _scale(share: float) -> int:
    return round(float(share) * 10_000)
