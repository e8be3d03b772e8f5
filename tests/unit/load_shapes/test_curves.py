"""Days of many points come out of the store as they went in, whole days only, weekends known."""

from datetime import date
from pathlib import Path

import numpy as np

from dianke.domain.load_shapes.queries.curves import read_days
from dianke.domain.readings.intervals import stage_days

MONDAY = date(2026, 1, 5)


def test_days_of_points_come_in_the_order_of_their_keys(tmp_path: Path) -> None:
    source = np.random.default_rng(1)
    keys = np.array([11, 12, 17])
    wh = source.integers(100, 900, (3, 7, 96), dtype=np.int32)
    with stage_days(tmp_path, usage_point_ids=keys, first_day=MONDAY, wh=wh) as staged:
        staged.publish()

    days = read_days(tmp_path, keys=[11, 17], start=MONDAY, end=date(2026, 1, 14))

    # The point in between was not asked for; two days of the nine are not stored.
    assert days.owner.tolist() == [0] * 7 + [1] * 7
    assert np.array_equal(days.wh, np.concatenate([wh[0], wh[2]]))
    assert days.is_weekend.tolist() == [False] * 5 + [True] * 2 + [False] * 5 + [True] * 2


def test_an_empty_store_has_no_days(tmp_path: Path) -> None:
    assert read_days(tmp_path, keys=[1, 2], start=MONDAY, end=date(2026, 1, 7)).owner.size == 0
