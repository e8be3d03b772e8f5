"""Monthly use as it really runs: seasons, noise, journeys, closed shops, empty homes, orders that come and go."""

import numpy as np

from dianke.interfaces.cli.bench.seeded.points import MONTHS, FloatArray

Random = np.random.Generator

_SUMMER = np.array([{6: 0.45, 7: 1.0, 8: 1.0, 9: 0.5}.get(month.month, 0.0) for month in MONTHS])
_WINTER = np.array([{12: 1.0, 1: 1.0, 2: 0.8, 11: 0.35, 3: 0.25}.get(month.month, 0.0) for month in MONTHS])
# The spring festival of 2025 fell on 29 January: shops and works stand still at its turn.
_FESTIVAL = np.array([month.year == 2025 and month.month in (1, 2) for month in MONTHS])
_GROWTH = np.array([{4: 0.5, 5: 0.9, 6: 1.0, 7: 1.0, 8: 0.9, 9: 0.5}.get(month.month, 0.0) for month in MONTHS])
_SIZE = len(MONTHS)
_LONGEST_EMPTY = 10


def use_home(random: Random) -> FloatArray:
    """Return a home's kWh by month: one in three heats by electricity, one in thirty stands empty for a while."""
    base = 150 * random.lognormal(0, 0.5)
    cooling = random.uniform(0.2, 1.3)
    heating = random.uniform(0.4, 1.3) if random.random() < 0.35 else random.uniform(0.0, 0.3)
    kwh = base * (1 + cooling * _SUMMER + heating * _WINTER) * random.lognormal(0, 0.14, _SIZE)
    for month in np.flatnonzero(random.random(_SIZE) < 0.025):
        kwh[month] *= random.uniform(0.2, 0.7) if random.random() < 0.6 else random.uniform(1.3, 1.8)
    if random.random() < 0.06:
        kwh[random.integers(1, _SIZE) :] *= random.uniform(0.65, 1.6)
    return _empty_home(random, kwh)


def _empty_home(random: Random, kwh: FloatArray) -> FloatArray:
    draw = random.random()
    if draw < 0.004:
        return np.zeros(_SIZE)
    if draw < 0.034:
        start = int(random.integers(0, _SIZE))
        end = start + min(int(random.geometric(0.3)), _LONGEST_EMPTY)
        # With the switch off nothing runs; otherwise the refrigerator and the router do.
        kwh[start:end] = 0 if random.random() < 0.4 else random.uniform(5, 30)
    return kwh


def use_shop(random: Random, mean_kwh: float) -> FloatArray:
    """Return the kWh of a shop, office or school around a mean: cooling, the festival, a rebuilding now and then."""
    base = mean_kwh * random.lognormal(0, 0.5)
    kwh = base * (1 + random.uniform(0.1, 0.7) * _SUMMER + random.uniform(0, 0.4) * _WINTER)
    kwh *= random.lognormal(0, 0.1, _SIZE) * np.where(_FESTIVAL, random.uniform(0.6, 1.05), 1.0)
    if random.random() < 0.02:
        kwh[int(random.integers(0, _SIZE))] *= random.uniform(0.0, 0.4)
    if random.random() < 0.05:
        kwh[random.integers(1, _SIZE) :] *= random.uniform(0.7, 1.5)
    return kwh


def use_farm(random: Random) -> FloatArray:
    """Return a farm's kWh: two of five are pumps that rest all winter."""
    base = 900 * random.lognormal(0, 0.6)
    if random.random() < 0.4:
        return base * _GROWTH * random.lognormal(0, 0.3, _SIZE)
    return base * (1 + 0.4 * _SUMMER + 0.3 * _WINTER) * random.lognormal(0, 0.15, _SIZE)


def use_works(random: Random, kva: float) -> FloatArray:
    """Return the kWh of works on so many kVA: orders drift, the festival rests them, a month goes badly."""
    load = kva * 730 * random.uniform(0.15, 0.45)
    drift = np.exp(np.cumsum(random.normal(0, 0.04, _SIZE)))
    kwh = load * drift * random.lognormal(0, 0.07, _SIZE) * np.where(_FESTIVAL, random.uniform(0.5, 0.9), 1.0)
    if random.random() < 0.05:
        kwh[int(random.integers(0, _SIZE))] *= random.uniform(0.3, 0.8)
    return np.minimum(kwh, kva * 730 * 0.7)
