"""Curves come in, their days are summed, and a point's curve comes out again."""

from datetime import date
from decimal import Decimal
from pathlib import Path

import numpy as np
import pytest
from tests.factories import archive as factory
from tests.factories.archive import Archive

from dianke.domain.metering.models import UsagePoint
from dianke.domain.readings import operations, queries
from dianke.domain.readings.intervals import IntervalValues
from dianke.domain.readings.models import DailyUsage
from dianke.domain.readings.types import DAY_PERIODS

pytestmark = pytest.mark.django_db

DAY = date(2026, 1, 10)
PEAK, VALLEY = DAY_PERIODS.index("peak"), DAY_PERIODS.index("valley")


@pytest.fixture
def archive() -> Archive:
    return factory.build_archive()


@pytest.fixture
def point(archive: Archive) -> UsagePoint:
    built = factory.add_point(archive)
    factory.install(archive, built)
    return built


def curve(point: UsagePoint, slots: dict[int, int], day: date = DAY) -> IntervalValues:
    return IntervalValues(
        usage_point_id=np.full(len(slots), point.pk, dtype=np.int64),
        day=np.full(len(slots), day, dtype="datetime64[D]"),
        slot=np.array(list(slots), dtype=np.uint8),
        wh=np.array(list(slots.values()), dtype=np.int32),
    )


def codes() -> dict[date, np.ndarray]:
    """Peak from 08:00 to 22:00, valley otherwise."""
    row = np.full(96, VALLEY, dtype=np.uint8)
    row[32:88] = PEAK
    return {DAY: row}


def daily(archive: Archive, point: UsagePoint) -> list[tuple[int, ...]]:
    rows = queries.list_daily_usage(actor=archive.actor, usage_point=point, start=DAY, end=date(2026, 1, 12))
    return [
        (r.total_kwh_e2, r.peak_kwh_e2, r.valley_kwh_e2, r.generated_kwh_e2, r.demand_w, r.missing_slots) for r in rows
    ]


def test_sums_a_day_by_period(archive: Archive, point: UsagePoint, tmp_path: Path) -> None:
    """Valley 1,004 Wh, peak 2,006 Wh, fed in 250 Wh: 3.01 = 2.01 + 1.00 kWh, 0.25 kWh, 2 kW."""
    values = curve(point, {0: 504, 1: 500, 32: 506, 33: 500, 34: 500, 35: 500, 40: -250})

    operations.record_intervals(actor=archive.actor, root=tmp_path, values=values, period_codes=codes())

    assert daily(archive, point) == [(301, 201, 100, 25, 2024, 89)]


def test_a_day_without_codes_gets_its_total_only(archive: Archive, point: UsagePoint, tmp_path: Path) -> None:
    operations.record_intervals(actor=archive.actor, root=tmp_path, values=curve(point, {0: 504, 32: 506}))
    total_only = daily(archive, point)

    summed = operations.sum_days(
        actor=archive.actor, root=tmp_path, days=[DAY], usage_point_ids=[point.pk], period_codes=codes()
    )

    assert total_only == [(101, 0, 0, 0, 2024, 94)]
    assert (summed, daily(archive, point)) == (1, [(101, 51, 50, 0, 2024, 94)])


def test_a_late_value_joins_the_day_and_a_correction_takes_the_old_ones_place(
    archive: Archive, point: UsagePoint, tmp_path: Path
) -> None:
    operations.record_intervals(actor=archive.actor, root=tmp_path, values=curve(point, {0: 500, 1: 500}))

    operations.record_intervals(actor=archive.actor, root=tmp_path, values=curve(point, {1: 600, 2: 400}))

    found = queries.get_curve(actor=archive.actor, root=tmp_path, usage_point=point, start=DAY, end=date(2026, 1, 11))
    assert found is not None
    assert found.wh[0, :4].tolist() == [500, 600, 400, 0]
    assert found.is_present[0, :4].tolist() == [True, True, True, False]
    assert daily(archive, point) == [(150, 0, 0, 0, 2400, 93)]


def test_summing_one_point_leaves_the_others_of_its_file_alone(
    archive: Archive, point: UsagePoint, tmp_path: Path
) -> None:
    others = [factory.add_point(archive) for _ in range(4)]
    for other in others:
        factory.install(archive, other)
        operations.record_intervals(
            actor=archive.actor, root=tmp_path, values=curve(other, {0: 1000}), period_codes=codes()
        )

    operations.record_intervals(actor=archive.actor, root=tmp_path, values=curve(point, {0: 500}))

    assert [daily(archive, other) for other in others] == [[(100, 0, 100, 0, 4000, 95)]] * 4


def test_refuses_a_day_before_the_meter_stood(archive: Archive, point: UsagePoint, tmp_path: Path) -> None:
    with pytest.raises(operations.UnableToRecordIntervals) as refusal:
        operations.record_intervals(
            actor=archive.actor, root=tmp_path, values=curve(point, {0: 500}, day=date(2025, 5, 31))
        )

    assert refusal.value.field == "day"
    assert list(tmp_path.rglob("*.parquet")) == []


def test_refuses_a_point_of_another_unit(archive: Archive, point: UsagePoint, tmp_path: Path) -> None:
    clerk = factory.actor_of(archive.west, "readings.record")

    with pytest.raises(operations.UnableToRecordIntervals):
        operations.record_intervals(actor=clerk, root=tmp_path, values=curve(point, {0: 500}))

    assert DailyUsage.objects.for_actor(archive.actor).count() == 0
    assert queries.get_curve(actor=clerk, root=tmp_path, usage_point=point, start=DAY, end=DAY) is None


def test_refuses_a_slot_that_comes_twice(archive: Archive, point: UsagePoint, tmp_path: Path) -> None:
    once = curve(point, {0: 500})
    twice = IntervalValues(
        usage_point_id=np.repeat(once.usage_point_id, 2),
        day=np.repeat(once.day, 2),
        slot=np.repeat(once.slot, 2),
        wh=np.repeat(once.wh, 2),
    )

    with pytest.raises(operations.UnableToRecordIntervals):
        operations.record_intervals(actor=archive.actor, root=tmp_path, values=twice)

    assert list(tmp_path.rglob("*.parquet")) == []


def test_a_failure_while_summing_leaves_the_store_as_it_was(
    archive: Archive, point: UsagePoint, tmp_path: Path
) -> None:
    operations.record_intervals(actor=archive.actor, root=tmp_path, values=curve(point, {0: 500}))
    bad_codes = {DAY: np.full(96, 1000, dtype=np.int64)}

    with pytest.raises(ValueError, match="period code"):
        operations.record_intervals(
            actor=archive.actor, root=tmp_path, values=curve(point, {0: 900}), period_codes=bad_codes
        )

    found = queries.get_curve(actor=archive.actor, root=tmp_path, usage_point=point, start=DAY, end=date(2026, 1, 11))
    assert found is not None
    assert found.wh[0, 0] == 500
    assert list(tmp_path.rglob(".*.part")) == []
    assert Decimal(daily(archive, point)[0][0]) == Decimal(50)
