"""Features from payment history: ratios, delays and their course; the same for every source of history."""

import numpy as np

from dianke.engine.risk.types import Booleans, Features, Floats, PaymentGrid

# After so many cycles a late payment counts half.
HALF_LIFE = 3.0
_DELAYS, _RATIOS = 6, 3
_MOST = 1e6


def make_features(grid: PaymentGrid) -> Features:
    """
    Return the features of each row of a history.

    Nothing of the person stands in it: no age, sex, family, place, name or mark. What is not known is nan; ratios
    are cut at ±10^6 so that no single row decides.

    Shapes: grid of (n, m) -> (n, f). Units: ratios of the scale, cycles, counts. Errors: none.
    Source: design of our own; the indicators are those of spec algorithms §3.1 (late count, days late, recency).
    """
    columns: dict[str, Floats] = {}
    with np.errstate(invalid="ignore", divide="ignore"):
        _add_amounts(columns, grid)
        _add_payments(columns, grid)
        _add_delays(columns, grid)
    values = np.column_stack(list(columns.values()))
    np.clip(values, -_MOST, _MOST, out=values)
    return Features(tuple(columns), values)


def _add_amounts(columns: dict[str, Floats], grid: PaymentGrid) -> None:
    scale = np.where(grid.scale > 0, grid.scale, np.nan)
    used = grid.billed / scale[:, None]
    columns["scale_log"] = np.log1p(np.maximum(grid.scale, 0))
    columns["use_latest"] = used[:, 0]
    columns["use_mean"] = _mean(used)
    columns["use_most"] = _most(used)
    columns["use_trend"] = _mean(used[:, :3]) - _mean(used[:, 3:])
    columns["use_spread"] = _spread(used)
    columns["open_ratio"] = grid.open_amount / scale
    columns["cover_ratio"] = grid.cover / scale


def _add_payments(columns: dict[str, Floats], grid: PaymentGrid) -> None:
    scale = np.where(grid.scale > 0, grid.scale, np.nan)
    ratio = np.where(grid.owed > 0, grid.paid / grid.owed, np.nan)
    for at in range(min(_RATIOS, ratio.shape[1])):
        columns[f"paid_ratio_{at + 1}"] = np.minimum(ratio[:, at], 10)
    columns["paid_ratio_mean"] = _mean(np.minimum(ratio, 1.0))
    columns["paid_ratio_least"] = _most(-np.minimum(ratio, 1.0)) * -1
    columns["paid_mean"] = _mean(grid.paid) / scale
    columns["paid_latest"] = grid.paid[:, 0] / scale
    owed = np.nansum(np.maximum(grid.owed, 0), axis=1)
    columns["unpaid_share"] = np.where(owed > 0, 1 - np.nansum(grid.paid, axis=1) / owed, np.nan)


def _add_delays(columns: dict[str, Floats], grid: PaymentGrid) -> None:
    delay = grid.delay
    known, late = ~np.isnan(delay), delay > 0
    for at in range(min(_DELAYS, delay.shape[1])):
        columns[f"delay_{at + 1}"] = delay[:, at]
    weights = 0.5 ** (np.arange(delay.shape[1]) / HALF_LIFE)
    total = (weights * known).sum(axis=1)
    columns["late_count"] = np.where(known.any(axis=1), late.sum(axis=1), np.nan)
    columns["late_weighted"] = np.where(total > 0, (weights * late).sum(axis=1) / total, np.nan)
    columns["delay_weighted"] = np.where(
        total > 0, (weights * np.where(known, np.maximum(delay, 0), 0)).sum(axis=1) / total, np.nan
    )
    columns["delay_mean"] = _mean(np.maximum(delay, 0))
    columns["delay_most"] = _most(delay)
    columns["long_delays"] = np.where(known.any(axis=1), (delay >= 1).sum(axis=1), np.nan)
    columns["late_in_a_row"] = _count_in_a_row(late, known)
    columns["cycles_since_late"] = np.where(late.any(axis=1), np.argmax(late, axis=1), float(delay.shape[1]))
    columns["delay_course"] = _mean(np.maximum(delay[:, :3], 0)) - _mean(np.maximum(delay[:, 3:], 0))
    columns["cycles_known"] = known.sum(axis=1).astype(np.float64)


def _count_in_a_row(late: Booleans, known: Booleans) -> Floats:
    """Return how many of the latest cycles with a bill were late one after the other."""
    runs = np.zeros(late.shape[0])
    goes_on = np.ones(late.shape[0], dtype=bool)
    for at in range(late.shape[1]):
        goes_on &= late[:, at] | ~known[:, at]
        runs += goes_on & late[:, at]
    return runs


def _mean(values: Floats) -> Floats:
    counted = (~np.isnan(values)).sum(axis=1)
    found: Floats = np.where(counted > 0, np.nansum(values, axis=1) / np.maximum(counted, 1), np.nan)
    return found


def _most(values: Floats) -> Floats:
    most = np.where(np.isnan(values), -np.inf, values).max(axis=1)
    found: Floats = np.where(np.isneginf(most), np.nan, most)
    return found


def _spread(values: Floats) -> Floats:
    mean = _mean(values)
    square = _mean((values - mean[:, None]) ** 2)
    found: Floats = np.where(mean > 0, np.sqrt(square) / np.where(mean > 0, mean, 1), np.nan)
    return found
