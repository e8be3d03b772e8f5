"""Measure the clustering on real homes: stability over bootstraps, Davies-Bouldin index, names."""

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dianke.engine.load_shapes.clusters import Found, find_kinds
from dianke.engine.load_shapes.days import SLOTS, Floats, PointDays, prepare_days
from dianke.engine.load_shapes.typical import describe_kinds, typical_days

COLUMNS = ("vid", "iso_week", "slot", "kwh")
_WEEK = 7


def read_homes(columns: Mapping[str, NDArray[Any]]) -> tuple[PointDays, int]:
    """Return the days of the homes and how many homes there are, from columns vid, iso_week, slot (0-671), kwh."""
    homes, home = np.unique(columns["vid"], return_inverse=True)
    weeks, week = np.unique(columns["iso_week"], return_inverse=True)
    kwh = np.full((homes.size, weeks.size, _WEEK * SLOTS), np.nan)
    kwh[home, week, columns["slot"].astype(np.int64)] = columns["kwh"]
    wh = kwh.reshape(-1, SLOTS) * 1000
    # Homes of the set feed nothing in: what is negative there is a fault of the meter.
    is_present = ~np.isnan(wh) & (wh >= 0)
    owner = np.repeat(np.arange(homes.size), weeks.size * _WEEK)
    is_weekend = np.tile(np.arange(weeks.size * _WEEK) % _WEEK >= 5, homes.size)
    days = prepare_days(np.nan_to_num(wh), is_present, owner=owner, is_weekend=is_weekend)
    kept, again = np.unique(days.owner, return_inverse=True)
    return PointDays(again, days.wh, days.is_weekend), int(kept.size)


def measure_homes(columns: Mapping[str, NDArray[Any]], *, draws: int = 20) -> dict[str, Any]:
    """Return what came of it as figures: points, days, each number of kinds, the kinds chosen with their names."""
    days, size = read_homes(columns)
    typical = typical_days(days, size=size)
    found = find_kinds(typical, draws=draws)
    return {"points": size, "days": int(days.owner.size), **tell(found, typical)}


def tell(found: Found, typical: Floats) -> dict[str, Any]:
    """Return the figures of what was found."""
    chosen = found.chosen
    return {
        "chosen": chosen.k,
        "rand_mean": round(chosen.rand_mean, 4),
        "rand_least": round(chosen.rand_least, 4),
        "davies_bouldin": round(chosen.davies_bouldin, 4),
        "tried": [
            {
                "k": one.k, "rand_mean": round(one.rand_mean, 4), "rand_least": round(one.rand_least, 4),
                "davies_bouldin": round(one.davies_bouldin, 4), "sizes": sorted(one.sizes, reverse=True),
            }
            for one in found.tried
        ],
        "shapes": [
            {"name": one.name.value, "points": one.count} for one in describe_kinds(found.kinds, typical)
        ],
    }  # fmt: skip
