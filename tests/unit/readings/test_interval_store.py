"""The store of curves gives back what was put in, whatever the order and the splits."""

import tempfile
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dianke.domain.readings import intervals
from dianke.domain.readings.intervals import IntervalValues

FIRST = date(2026, 1, 30)

Key = tuple[int, int, int]
KEYS = st.tuples(st.integers(1, 9), st.integers(0, 3), st.integers(0, 95))
BATCHES = st.lists(
    st.dictionaries(KEYS, st.integers(-(2**31), 2**31 - 1), min_size=1, max_size=30), min_size=1, max_size=3
)


def values_of(batch: dict[Key, int]) -> IntervalValues:
    keys = list(batch)
    return IntervalValues(
        usage_point_id=np.array([point for point, _, _ in keys], dtype=np.int64),
        day=np.array([FIRST + timedelta(days=day) for _, day, _ in keys], dtype="datetime64[D]"),
        slot=np.array([slot for _, _, slot in keys], dtype=np.uint8),
        wh=np.array(list(batch.values()), dtype=np.int32),
    )


def write(root: Path, batch: dict[Key, int]) -> None:
    with intervals.stage(root, values_of(batch)) as staged:
        staged.publish()


@settings(max_examples=25, suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(BATCHES)
def test_the_last_value_of_every_slot_comes_back(batches: list[dict[Key, int]]) -> None:
    expected: dict[Key, int] = {}
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        for batch in batches:
            write(root, batch)
            expected |= batch
        curves = {
            point: intervals.read_curve(root, usage_point_id=point, start=FIRST, end=FIRST + timedelta(days=4))
            for point in range(1, 10)
        }

    found = {
        (point, int(day), int(slot)): int(curve.wh[day, slot])
        for point, curve in curves.items()
        for day, slot in np.argwhere(curve.is_present)
    }
    assert found == expected


def test_what_is_not_published_is_never_seen(tmp_path: Path) -> None:
    write(tmp_path, {(1, 0, 0): 500})

    with intervals.stage(tmp_path, values_of({(1, 0, 0): 900, (2, 1, 0): 1})):
        pass

    curve = intervals.read_curve(tmp_path, usage_point_id=1, start=FIRST, end=FIRST + timedelta(days=1))
    assert curve.wh[0, 0] == 500
    assert list(tmp_path.rglob("*.part")) == []


def test_files_stand_in_partitions_of_day_and_bucket(tmp_path: Path) -> None:
    write(tmp_path, {(1, 0, 0): 500, (5, 0, 0): 1, (2, 1, 0): 1})

    files = sorted(str(path.relative_to(tmp_path)) for path in tmp_path.rglob("*.parquet"))

    assert files == ["day=2026-01-30/b=1/data.parquet", "day=2026-01-31/b=2/data.parquet"]
    assert intervals.list_days(tmp_path) == [FIRST, FIRST + timedelta(days=1)]


def test_sums_split_by_the_codes_of_the_day(tmp_path: Path) -> None:
    write(tmp_path, {(1, 0, 0): 100, (1, 0, 1): 200, (1, 0, 95): 400, (1, 0, 2): -50, (1, 1, 0): 7})
    codes = np.zeros(96, dtype=np.uint8)
    codes[1:] = 3

    sums = intervals.sum_days(
        tmp_path, days=[FIRST, FIRST + timedelta(days=1)], period_codes={FIRST: codes}, usage_point_ids=[1]
    )

    assert sums.period_wh.tolist() == [[100, 0, 0, 600, 0, 0], [0, 0, 0, 0, 0, 7]]
    assert (sums.generated_wh.tolist(), sums.highest_wh.tolist(), sums.slots.tolist()) == (
        [50, 0],
        [400, 7],
        [4, 1],
    )


def test_days_that_are_not_there_sum_to_nothing(tmp_path: Path) -> None:
    sums = intervals.sum_days(tmp_path, days=[FIRST])

    assert sums.period_wh.shape == (0, 6)


@pytest.mark.parametrize("codes", [np.zeros(95, dtype=np.uint8), np.full(96, 5, dtype=np.uint8)])
def test_codes_that_name_no_period_are_refused(tmp_path: Path, codes: np.ndarray) -> None:
    write(tmp_path, {(1, 0, 0): 100})

    with pytest.raises(ValueError, match="period code"):
        intervals.sum_days(tmp_path, days=[FIRST], period_codes={FIRST: codes})
