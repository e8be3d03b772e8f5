"""
The store of interval curves: Parquet files `day=YYYY-MM-DD/b=H/data.parquet`, read by DuckDB.

Long layout: usage_point_id, slot (0 to 95), wh. Energy taken from the grid is positive, energy fed in is
negative. A file holds a bucket of points for a day, ordered by point and slot, so that one point is a few row
groups. A late or corrected value takes the place of the one before it; files are replaced whole, so that
readers never see a part of one.
"""

import contextlib
import fcntl
import os
import uuid
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from dianke.domain.readings.rules import each_day
from dianke.domain.readings.types import DAY_PERIODS, SLOTS_A_DAY

BUCKETS = 4
ROW_GROUP = 96 * 1_000
# Writers wait for the disk most of their time.
_WRITERS = 4
WITHOUT_PERIODS = len(DAY_PERIODS)
"""The code of a slot whose period is not known: it counts in the total only."""


@dataclass(frozen=True, eq=False)
class IntervalValues:
    """Values of slots, one a row: usage_point_id int64, day datetime64[D], slot uint8, wh int32."""

    usage_point_id: npt.NDArray[np.int64]
    day: npt.NDArray[np.datetime64]
    slot: npt.NDArray[np.uint8]
    wh: npt.NDArray[np.int32]


@dataclass(frozen=True, eq=False)
class Curve:
    """A point's curve: days, Wh of each slot (days, 96), and whether the slot is known."""

    days: tuple[date, ...]
    wh: npt.NDArray[np.int64]
    is_present: npt.NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class DaySums:
    """Sums of days, one a row: taken Wh by period (n, 6), fed-in Wh, highest slot, known slots."""

    usage_point_id: npt.NDArray[np.int64]
    day: npt.NDArray[np.datetime64]
    period_wh: npt.NDArray[np.int64]
    generated_wh: npt.NDArray[np.int64]
    highest_wh: npt.NDArray[np.int64]
    slots: npt.NDArray[np.int64]


class StagedIntervals:
    """Files that are written but not yet seen by readers: publish them, or they vanish."""

    def __init__(self) -> None:
        self._files: dict[Path, Path] = {}

    def draft_of(self, final: Path) -> Path:
        """Return where the file that is to take a place is written meanwhile."""
        draft = self._files[final] = final.with_name(f".{uuid.uuid4().hex}.part")
        return draft

    def sum_days(self, period_codes: Mapping[date, npt.NDArray[np.uint8]] | None = None) -> DaySums:
        """Return the sums of the days as they will be once published."""
        return _sum_files(list(self._files.values()), period_codes)

    def publish(self) -> None:
        """Let the files take the place of the old ones."""
        for final, staged in self._files.items():
            os.replace(staged, final)
        self._files.clear()

    def discard(self) -> None:
        """Remove what was not published."""
        for staged in self._files.values():
            staged.unlink(missing_ok=True)


@contextlib.contextmanager
def stage(root: Path, values: IntervalValues) -> Iterator[StagedIntervals]:
    """
    Write values beside the stored ones and give a handle to publish them; writers wait for each other.

    The caller has made sure that no slot of a point comes twice.
    """
    with _staging(root) as staged:
        for folder, rows in _split(root, values):
            folder.mkdir(parents=True, exist_ok=True)
            final = folder / "data.parquet"
            draft = staged.draft_of(final)
            _write(draft, _merge(final, values, rows))
        yield staged


@contextlib.contextmanager
def stage_days(
    root: Path, *, usage_point_ids: npt.NDArray[np.int64], first_day: date, wh: npt.NDArray[np.int32]
) -> Iterator[StagedIntervals]:
    """
    Write whole days of points beside the stored ones and give a handle to publish them.

    Shapes: usage_point_ids (n,), rising; wh (n, days, 96).
    """
    slots = np.arange(SLOTS_A_DAY, dtype=np.uint8)
    days = each_day(first_day, first_day + timedelta(days=wh.shape[1]))
    with _staging(root) as staged, ThreadPoolExecutor(_WRITERS) as writers:
        tasks = []
        for bucket in range(BUCKETS):
            rows = np.flatnonzero(usage_point_ids % BUCKETS == bucket)
            if not len(rows):
                continue
            points, slot = np.repeat(usage_point_ids[rows], SLOTS_A_DAY), np.tile(slots, len(rows))
            for at, day in enumerate(days):
                final = _path(root, day.isoformat(), bucket)
                final.parent.mkdir(parents=True, exist_ok=True)
                came = IntervalValues(
                    usage_point_id=points,
                    day=np.full(len(slot), np.datetime64(day, "D")),
                    slot=slot,
                    wh=wh[rows, at].ravel(),
                )
                tasks.append(writers.submit(_write_merged, staged.draft_of(final), final, came))
        for task in tasks:
            task.result()
        yield staged


def _write_merged(draft: Path, final: Path, came: IntervalValues) -> None:
    _write(draft, _merge(final, came, np.arange(len(came.wh))))


@contextlib.contextmanager
def _staging(root: Path) -> Iterator[StagedIntervals]:
    root.mkdir(parents=True, exist_ok=True)
    with (root / ".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        staged = StagedIntervals()
        try:
            yield staged
        finally:
            staged.discard()


def read_curve(root: Path, *, usage_point_id: int, start: date, end: date) -> Curve:
    """Return a point's curve from a day up to, not including, another; unknown slots are 0 and marked."""
    days = each_day(start, end)
    wh = np.zeros((len(days), SLOTS_A_DAY), dtype=np.int64)
    is_present = np.zeros((len(days), SLOTS_A_DAY), dtype=np.bool_)
    files = [path for day in days if (path := _path(root, day.isoformat(), usage_point_id % BUCKETS)).is_file()]
    if files:
        found = _query(
            "select day, slot, wh from read_parquet($files, hive_partitioning = true) where usage_point_id = $point",
            {"files": [str(path) for path in files], "point": usage_point_id},
        )
        row = (found["day"].astype("datetime64[D]") - np.datetime64(start, "D")).astype(np.int64)
        wh[row, found["slot"]] = found["wh"]
        is_present[row, found["slot"]] = True
    return Curve(days=tuple(days), wh=wh, is_present=is_present)


def sum_days(
    root: Path,
    *,
    days: Sequence[date],
    period_codes: Mapping[date, npt.NDArray[np.uint8]] | None = None,
    usage_point_ids: Sequence[int] | None = None,
) -> DaySums:
    """Return the sums of days, of all points or of those named; a day's codes give each slot its period."""
    files = [
        path for day in days for bucket in range(BUCKETS) if (path := _path(root, day.isoformat(), bucket)).is_file()
    ]
    return _sum_files(files, period_codes, usage_point_ids)


def list_days(root: Path) -> list[date]:
    """Return the days that the store holds anything of, in order."""
    return sorted(date.fromisoformat(folder.name.removeprefix("day=")) for folder in root.glob("day=*"))


_SUMS = """
select usage_point_id, day,
       {periods},
       coalesce(-sum(wh) filter (wh < 0), 0)::bigint as generated_wh,
       greatest(max(wh), 0)::bigint as highest_wh, count(*)::bigint as slots
  from (select v.usage_point_id, v.day::date as day, v.wh, coalesce(c.code, {unknown}) as code
          from read_parquet($files, hive_partitioning = true) v
          left join codes c on c.day = v.day::date and c.slot = v.slot
         where not $some or v.usage_point_id in (select unnest($points)))
 group by usage_point_id, day
 order by day, usage_point_id
"""


def _sum_files(
    files: Sequence[Path],
    period_codes: Mapping[date, npt.NDArray[np.uint8]] | None,
    usage_point_ids: Sequence[int] | None = None,
) -> DaySums:
    names = [f"p{code}" for code in range(WITHOUT_PERIODS + 1)]
    if not files:
        none = np.zeros(0, dtype=np.int64)
        return DaySums(none, none.astype("datetime64[D]"), np.zeros((0, len(names)), np.int64), none, none, none)
    periods = ", ".join(
        f"coalesce(sum(wh) filter (wh > 0 and code = {code}), 0)::bigint as {name}" for code, name in enumerate(names)
    )
    found = _query(
        _SUMS.format(periods=periods, unknown=WITHOUT_PERIODS),
        {
            "files": [str(path) for path in files],
            "some": usage_point_ids is not None,
            "points": [int(key) for key in usage_point_ids or ()],
        },
        codes=_codes_table(period_codes or {}),
    )
    return DaySums(
        usage_point_id=found["usage_point_id"],
        day=found["day"].astype("datetime64[D]"),
        period_wh=np.stack([found[name] for name in names], axis=1),
        generated_wh=found["generated_wh"],
        highest_wh=found["highest_wh"],
        slots=found["slots"],
    )


def _codes_table(period_codes: Mapping[date, npt.NDArray[np.uint8]]) -> Any:
    import pyarrow as pa

    for day, row in period_codes.items():
        if len(row) != SLOTS_A_DAY or not set(np.unique(row).tolist()) <= set(range(WITHOUT_PERIODS)):
            msg = f"{day} wants a period code from 0 to {WITHOUT_PERIODS - 1} for each of {SLOTS_A_DAY} slots"
            raise ValueError(msg)
    codes = [(day, slot, int(code)) for day, row in period_codes.items() for slot, code in enumerate(row)]
    return pa.table(
        {
            "day": pa.array([day for day, _, _ in codes], pa.date32()),
            "slot": pa.array([slot for _, slot, _ in codes], pa.uint8()),
            "code": pa.array([code for _, _, code in codes], pa.int32()),
        }
    )


def _query(sql: str, parameters: dict[str, Any], **tables: Any) -> dict[str, npt.NDArray[Any]]:
    import duckdb

    with duckdb.connect() as connection:
        for name, table in tables.items():
            connection.register(name, table)
        return connection.execute(sql, parameters).fetchnumpy()


def _path(root: Path, day: str, bucket: int) -> Path:
    return root / f"day={day}" / f"b={bucket}" / "data.parquet"


def _split(root: Path, values: IntervalValues) -> Iterator[tuple[Path, npt.NDArray[np.int64]]]:
    """Yield each partition's folder with the rows that belong into it, ordered by point and slot."""
    bucket = values.usage_point_id % BUCKETS
    order = np.lexsort((values.slot, values.usage_point_id, bucket, values.day))
    day, ordered = values.day[order], bucket[order]
    if not len(order):
        return
    cuts = np.flatnonzero((day[1:] != day[:-1]) | (ordered[1:] != ordered[:-1])) + 1
    for rows in np.split(order, cuts):
        yield _path(root, str(values.day[rows[0]]), int(bucket[rows[0]])).parent, rows


def _merge(final: Path, values: IntervalValues, rows: npt.NDArray[np.int64]) -> Any:
    import pyarrow as pa
    import pyarrow.parquet as pq

    point, slot, wh = values.usage_point_id[rows], values.slot[rows], values.wh[rows]
    if final.is_file():
        stored = pq.ParquetFile(final).read()
        old_point, old_slot = stored["usage_point_id"].to_numpy(), stored["slot"].to_numpy()
        is_kept = ~np.isin(old_point * SLOTS_A_DAY + old_slot, point * SLOTS_A_DAY + slot)
        point = np.concatenate([point, old_point[is_kept]])
        slot = np.concatenate([slot, old_slot[is_kept]])
        wh = np.concatenate([wh, stored["wh"].to_numpy()[is_kept]])
        order = np.lexsort((slot, point))
        point, slot, wh = point[order], slot[order], wh[order]
    return pa.table(
        {
            "usage_point_id": pa.array(point, pa.int64()),
            "slot": pa.array(slot, pa.uint8()),
            "wh": pa.array(wh, pa.int32()),
        }
    )


def _write(path: Path, table: Any) -> None:
    import pyarrow.parquet as pq

    with path.open("wb") as file:
        pq.write_table(table, file, compression="zstd", row_group_size=ROW_GROUP)
        file.flush()
        os.fsync(file.fileno())
