"""Curves of many points at once out of the store of intervals, block by block."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

import numpy as np

from dianke.domain.load_shapes.types import SLOTS
from dianke.engine.load_shapes.days import Integers, PointDays, prepare_days
from dianke.platform.database.fetching import fetch_columns

_POINTS = """
select p.id, p.account_id, p.unit_id from metering_usagepoint p
 where exists (select from readings_dailyusage d
                where d.usage_point_id = p.id and d.day >= %(start)s and d.day < %(end)s)
 order by p.id
"""


@dataclass(frozen=True, slots=True)
class MeasuredPoints:
    """Points that have curves in some days. Shapes (n,): keys, rising; account; unit."""

    keys: Integers
    account: Integers
    unit: Integers


def list_measured(*, start: date, end: date) -> MeasuredPoints:
    """Return the points that have a curve from a day up to, not including, another."""
    found = fetch_columns(_POINTS, {"start": start, "end": end}, ("id", "account", "unit"))
    return MeasuredPoints(found["id"], found["account"], found["unit"])


def read_days(root: Path, *, keys: Sequence[int], start: date, end: date) -> PointDays:
    """
    Return the whole days of points; their owner is the place in `keys`, which rise.

    Days that a point has nothing of are left out, as are days with a gap.
    """
    files = _list_files(root, start, end)
    size = (end - start).days
    wh = np.zeros((len(keys) * size, SLOTS), dtype=np.float64)
    is_present = np.zeros((len(keys) * size, SLOTS), dtype=bool)
    if files and keys:
        import duckdb

        with duckdb.connect() as connection:
            found = connection.execute(
                "select usage_point_id, day, slot, wh from read_parquet($files, hive_partitioning = true)"
                " where usage_point_id between $first and $last",
                {"files": [str(path) for path in files], "first": int(keys[0]), "last": int(keys[-1])},
            ).fetchnumpy()
        place = np.searchsorted(keys, found["usage_point_id"])
        is_known = np.asarray(keys)[np.minimum(place, len(keys) - 1)] == found["usage_point_id"]
        day = (found["day"].astype("datetime64[D]") - np.datetime64(start, "D")).astype(np.int64)
        row = (place * size + day)[is_known]
        wh[row, found["slot"][is_known]] = found["wh"][is_known]
        is_present[row, found["slot"][is_known]] = True
    weekdays = np.array([(start + timedelta(days=step)).weekday() for step in range(size)])
    return prepare_days(
        wh, is_present, owner=np.repeat(np.arange(len(keys)), size), is_weekend=np.tile(weekdays >= 5, len(keys))
    )


def _list_files(root: Path, start: date, end: date) -> list[Path]:
    days = [start + timedelta(days=step) for step in range((end - start).days)]
    return [path for day in days for path in sorted((root / f"day={day.isoformat()}").glob("b=*/data.parquet"))]
