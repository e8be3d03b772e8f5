"""What conditions cannot say of the use of twenty-four months: trend, seasons, spread, months nearly without use."""

import numpy as np
from numpy.typing import NDArray

from dianke.engine.tags.types import UNKNOWN, Integers

YEAR = 12
_E4 = 10_000
_MOST = 100 * _E4
# Calendar months, January is 0: what is hot, what is cold, what is neither.
_SUMMER, _WINTER, _MILD = (5, 6, 7, 8), (0, 1, 10, 11), (3, 4, 9)

Floats = NDArray[np.float64]


def find_trend(months: Integers) -> Integers:
    """
    Return by how much use grew from one year to the next, as the median of what each month did against its twin.

    Comparing a month with the same month a year before takes the season out; the median takes single months out.
    Shapes: months (n, 24), the oldest first -> (n,). Units: kWh in 1e-2, UNKNOWN where none was billed; the growth
    in 1e-4, UNKNOWN with fewer than six pairs of months with use. Source: docs/rules/tags.md.
    """
    before, after = months[:, :YEAR], months[:, YEAR:]
    fits = (before > 0) & (after >= 0)
    ratio = np.where(fits, after / np.where(fits, before, 1), np.nan)
    count = fits.sum(axis=1)
    middle = _median(ratio, count)
    return np.where(count >= YEAR // 2, _clip(middle - 1), UNKNOWN)


def find_season(months: Integers, *, first_month: int) -> dict[str, Integers]:
    """
    Return how far use in hot and in cold months lies above that of mild ones, over the last twelve months.

    Shapes: months (n, 24); first_month is the calendar month (0 to 11) of the first column. Units: ratios in 1e-4,
    UNKNOWN where a season has no month billed or the mild months have no use. `weather_share` is the part of the use
    that lies above the mild level. Source: docs/rules/tags.md.
    """
    year = months[:, YEAR:]
    calendar = (first_month + np.arange(YEAR)) % YEAR
    mild = _mean(year, np.isin(calendar, _MILD))
    above: dict[str, Integers] = {}
    for name, season in (("summer_ratio", _SUMMER), ("winter_ratio", _WINTER)):
        mean = _mean(year, np.isin(calendar, season))
        fits = (mild > 0) & ~np.isnan(mean)
        above[name] = np.where(fits, _clip(np.divide(mean, mild, where=fits, out=np.zeros_like(mean))), UNKNOWN)
    known = year != UNKNOWN
    total = np.where(known, year, 0).sum(axis=1).astype(np.float64)
    over = np.where(known, np.maximum(year - np.nan_to_num(mild)[:, None], 0), 0).sum(axis=1)
    fits = (mild > 0) & (total > 0)
    above["weather_share"] = np.where(
        fits, _clip(np.divide(over, total, where=fits, out=np.zeros_like(total))), UNKNOWN
    )
    return above


def find_spread(months: Integers) -> Integers:
    """
    Return how restless use is: the median of |change against the same month a year before, less the trend|.

    Shapes: months (n, 24) -> (n,). Units: 1e-2 kWh -> 1e-4; UNKNOWN as `find_trend`. Source: docs/rules/tags.md.
    """
    before, after = months[:, :YEAR], months[:, YEAR:]
    fits = (before > 0) & (after >= 0)
    ratio = np.where(fits, after / np.where(fits, before, 1), np.nan)
    count = fits.sum(axis=1)
    middle = _median(ratio, count)
    away = np.abs(ratio - middle[:, None])
    return np.where(count >= YEAR // 2, _clip(_median(away, count)), UNKNOWN)


def sum_months(months: Integers, *, last: int, skip: int = 0) -> Integers:
    """
    Return the use of the last months, UNKNOWN of whom none of them was billed to.

    Shapes: months (n, m) -> (n,). Units kept.
    """
    end = months.shape[1] - skip
    part = months[:, end - last : end]
    known = part != UNKNOWN
    return np.where(known.any(axis=1), np.where(known, part, 0).sum(axis=1), UNKNOWN)


def divide(part: Integers, whole: Integers, *, scale: int = _E4) -> Integers:
    """Return part / whole in 1/scale, half up, UNKNOWN where either is or the whole is not positive. Shapes (n,)."""
    fits = (part != UNKNOWN) & (whole != UNKNOWN) & (whole > 0)
    safe = np.where(fits, whole, 1)
    return np.where(fits, (2 * np.where(fits, part, 0) * scale + safe) // (2 * safe), UNKNOWN)


def find_stability(before: Integers, after: Integers) -> int:
    """
    Return the population stability index of two counts of the same values, in 1e-4.

    Shapes: (k,) each -> scalar. Empty cells count as half a customer. Source: spec algorithms §3.1 (PSI).
    """
    if not before.sum() or not after.sum():
        return 0
    old = np.maximum(before, 0.5) / np.maximum(before, 0.5).sum()
    new = np.maximum(after, 0.5) / np.maximum(after, 0.5).sum()
    return round(float(((new - old) * np.log(new / old)).sum()) * _E4)


def _median(values: Floats, count: Integers) -> Floats:
    """Return the median of each row, of the numbers in it."""
    ranked = np.sort(values, axis=1)
    rows = np.arange(values.shape[0])
    low, high = np.maximum(count - 1, 0) // 2, count // 2
    high = np.minimum(high, values.shape[1] - 1)
    return np.asarray((ranked[rows, low] + ranked[rows, high]) / 2, dtype=np.float64)


def _mean(year: Integers, chosen: NDArray[np.bool_]) -> Floats:
    part = year[:, chosen]
    known = part != UNKNOWN
    count = known.sum(axis=1)
    total = np.where(known, part, 0).sum(axis=1)
    return np.where(count > 0, total / np.maximum(count, 1), np.nan)


def _clip(ratio: Floats) -> Integers:
    return np.rint(np.clip(np.nan_to_num(ratio) * _E4, -_MOST, _MOST)).astype(np.int64)
