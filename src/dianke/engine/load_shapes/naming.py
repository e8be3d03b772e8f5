"""What a typical day is called: rules over its curve, the plainest word that holds."""

from enum import StrEnum

import numpy as np

from dianke.engine.load_shapes.days import Floats, scale, to_hours

NIGHT, MORNING, WORK, MIDDAY, EVENING, LATE = (0, 6), (6, 9), (8, 18), (10, 16), (17, 22), (21, 24)
_FLAT, _NIGHT, _WORK = 0.2, 1.25, 1.3


class ShapeName(StrEnum):
    """What a typical day is called."""

    FEED_IN = "FEED_IN"
    FLAT = "FLAT"
    NIGHT_USE = "NIGHT_USE"
    WORKING_HOURS = "WORKING_HOURS"
    DOUBLE_PEAK = "DOUBLE_PEAK"
    MIDDAY_PEAK = "MIDDAY_PEAK"
    MORNING_PEAK = "MORNING_PEAK"
    EVENING_PEAK = "EVENING_PEAK"
    LATE_EVENING = "LATE_EVENING"


def name_day(wh: Floats) -> ShapeName:
    """
    Return the name of a typical day. Shapes: (96,), energy of each quarter in any unit, feed-in negative.

    Feed-in: around midday more goes out than comes in. Flat: highest and lowest hour within 20 % of the mean. Night:
    0 to 6 o'clock take a quarter more an hour than the day. Working hours: 8 to 18 take 30 % more than the mean, and
    the evening less than they. Two peaks: morning or midday and evening both reach 80 % of the way to the top, and it
    falls below 60 % between. Else it is called after its highest hour.
    """
    hours = to_hours(wh[None, :])[0]
    if _mean(hours, MIDDAY) < 0 or (hours.min() < 0 and 10 <= int(hours.argmin()) < 16):
        return ShapeName.FEED_IN
    mean = hours.mean()
    if mean <= 0 or hours.max() - hours.min() <= _FLAT * 2 * mean:
        return ShapeName.FLAT
    if _mean(hours, NIGHT) >= _NIGHT * mean:
        return ShapeName.NIGHT_USE
    if _mean(hours, WORK) >= _WORK * mean and _mean(hours, EVENING) < _mean(hours, WORK):
        return ShapeName.WORKING_HOURS
    return _name_by_peaks(scale(hours[None, :])[0])


def _name_by_peaks(scaled: Floats) -> ShapeName:
    early, late = int(scaled[5:15].argmax()) + 5, int(scaled[16:24].argmax()) + 16
    dip = scaled[early : late + 1].min()
    if min(scaled[early], scaled[late]) >= 0.8 and dip < 0.6:
        return ShapeName.DOUBLE_PEAK
    top = int(scaled.argmax())
    if top < NIGHT[1] or top >= LATE[0]:
        return ShapeName.LATE_EVENING if top >= LATE[0] else ShapeName.NIGHT_USE
    if top < 10:
        return ShapeName.MORNING_PEAK
    return ShapeName.MIDDAY_PEAK if top < 16 else ShapeName.EVENING_PEAK


def _mean(hours: Floats, span: tuple[int, int]) -> float:
    return float(np.mean(hours[span[0] : span[1]]))
