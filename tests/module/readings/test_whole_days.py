"""Whole days of many points come in as matrices, once, and agree with their curves."""

from dataclasses import replace
from datetime import date
from pathlib import Path

import numpy as np
import pytest
from tests.factories import archive as factory
from tests.factories.archive import Archive

from dianke.domain.metering.models import UsagePoint
from dianke.domain.readings import operations, queries
from dianke.domain.readings.models import DailyUsage
from dianke.domain.readings.operations import UnableToRecordDays, WholeDays

pytestmark = pytest.mark.django_db

FIRST = date(2026, 1, 10)
LAST = date(2026, 1, 12)


@pytest.fixture
def archive() -> Archive:
    return factory.build_archive()


@pytest.fixture
def points(archive: Archive) -> list[UsagePoint]:
    built = [factory.add_point(archive) for _ in range(3)]
    for point in built:
        factory.install(archive, point)
    return built


def build_days(points: list[UsagePoint]) -> WholeDays:
    """Return three days of three points, of which the last two have curves; the last point feeds in at noon."""
    units = np.zeros((3, 3, 5), dtype=np.int64)
    units[:, :, 1] = 960
    units[:, :, 3] = np.array([[100], [200], [300]])
    wh = np.zeros((3, 2, 96), dtype=np.int32)
    wh[:, :, 64:72] = 1_200
    wh[:, :, :4] = np.array([250, 500, 750])[:, None, None]
    wh[2, :, 48] = -400
    fed = np.zeros((3, 3), dtype=np.int64)
    fed[2] = 40
    return WholeDays(
        first_day=FIRST,
        usage_point_ids=np.array([point.pk for point in points], dtype=np.int64),
        period_units=units,
        fed_units=fed,
        highest_wh=np.full((3, 3), 1_200, dtype=np.int64),
        wh=wh,
    )


def test_stores_usage_of_every_day_and_curves_of_the_last(
    archive: Archive, points: list[UsagePoint], tmp_path: Path
) -> None:
    stored = operations.record_whole_days(actor=archive.actor, root=tmp_path, days=build_days(points))

    rows = queries.list_daily_usage(actor=archive.actor, usage_point=points[2], start=FIRST, end=date(2026, 1, 13))
    assert stored == 9
    assert [(row.day, row.total_kwh_e2, row.peak_kwh_e2, row.valley_kwh_e2) for row in rows] == [
        (date(2026, 1, day), 1_260, 960, 300) for day in (10, 11, 12)
    ]
    assert [(row.generated_kwh_e2, row.demand_w, row.missing_slots) for row in rows] == [
        (40, 4_800, 96),
        (40, 4_800, 0),
        (40, 4_800, 0),
    ]


def test_gives_the_curve_of_each_point_back(archive: Archive, points: list[UsagePoint], tmp_path: Path) -> None:
    days = build_days(points)

    operations.record_whole_days(actor=archive.actor, root=tmp_path, days=days)

    for place, point in enumerate(points):
        curve = queries.get_curve(
            actor=archive.actor, root=tmp_path, usage_point=point, start=FIRST, end=date(2026, 1, 13)
        )
        assert curve is not None
        assert curve.is_present.any(axis=1).tolist() == [False, True, True]
        assert (curve.wh[1:] == days.wh[place]).all()


def test_agrees_with_the_sums_of_the_stored_curves(archive: Archive, points: list[UsagePoint], tmp_path: Path) -> None:
    operations.record_whole_days(actor=archive.actor, root=tmp_path, days=build_days(points))
    before = [row.total_kwh_e2 for row in _list_last_day(archive)]

    operations.sum_days(
        actor=archive.actor,
        root=tmp_path,
        days=[LAST],
        usage_point_ids=[point.pk for point in points],
    )

    assert [row.total_kwh_e2 for row in _list_last_day(archive)] == before
    assert [row.generated_kwh_e2 for row in _list_last_day(archive)] == [0, 0, 40]


def test_leaves_other_points_of_the_files_alone(archive: Archive, points: list[UsagePoint], tmp_path: Path) -> None:
    days = build_days(points)
    first, others = _pick(days, slice(0, 1)), _pick(days, slice(1, 3))

    operations.record_whole_days(actor=archive.actor, root=tmp_path, days=others)
    operations.record_whole_days(actor=archive.actor, root=tmp_path, days=first)

    curve = queries.get_curve(
        actor=archive.actor, root=tmp_path, usage_point=points[1], start=LAST, end=date(2026, 1, 13)
    )
    assert curve is not None
    assert (curve.wh[0] == days.wh[1, 1]).all()


def test_refuses_days_that_are_stored_already(archive: Archive, points: list[UsagePoint], tmp_path: Path) -> None:
    days = build_days(points)
    operations.record_whole_days(actor=archive.actor, root=tmp_path, days=days)
    doubled = replace(days, period_units=2 * days.period_units, wh=2 * days.wh, fed_units=2 * days.fed_units)

    with pytest.raises(UnableToRecordDays, match="has usage of"):
        operations.record_whole_days(actor=archive.actor, root=tmp_path, days=doubled)

    assert [row.total_kwh_e2 for row in _list_last_day(archive)] == [1_060, 1_160, 1_260]


def test_refuses_a_curve_that_is_not_its_day(archive: Archive, points: list[UsagePoint], tmp_path: Path) -> None:
    days = build_days(points)
    days.wh[1, 1, 70] += 6

    with pytest.raises(UnableToRecordDays, match="does not come to its day"):
        operations.record_whole_days(actor=archive.actor, root=tmp_path, days=days)

    assert not DailyUsage.objects.for_actor(archive.actor).exists()
    assert list(tmp_path.iterdir()) == []


def test_refuses_a_point_without_a_meter(archive: Archive, points: list[UsagePoint], tmp_path: Path) -> None:
    bare = factory.add_point(archive)

    with pytest.raises(UnableToRecordDays, match=f"point {bare.pk} has no meter"):
        operations.record_whole_days(actor=archive.actor, root=tmp_path, days=build_days([*points[:2], bare]))

    assert not DailyUsage.objects.for_actor(archive.actor).exists()


def test_refuses_a_point_of_another_unit(archive: Archive, points: list[UsagePoint], tmp_path: Path) -> None:
    stranger = factory.actor_of(archive.west, "readings.record")

    with pytest.raises(UnableToRecordDays, match="within your units"):
        operations.record_whole_days(actor=stranger, root=tmp_path, days=build_days(points))

    assert not DailyUsage.objects.for_actor(archive.actor).exists()


def test_refuses_shapes_that_do_not_fit_and_points_out_of_order(
    archive: Archive, points: list[UsagePoint], tmp_path: Path
) -> None:
    days = build_days(points)
    short = replace(days, fed_units=days.fed_units[:, :2])
    turned = replace(days, usage_point_ids=days.usage_point_ids[::-1])

    for wrong in (short, turned):
        with pytest.raises(UnableToRecordDays):
            operations.record_whole_days(actor=archive.actor, root=tmp_path, days=wrong)

    assert not DailyUsage.objects.for_actor(archive.actor).exists()


def _list_last_day(archive: Archive) -> list[DailyUsage]:
    return list(DailyUsage.objects.for_actor(archive.actor).filter(day=LAST).order_by("usage_point_id"))


def _pick(days: WholeDays, places: slice) -> WholeDays:
    return replace(
        days,
        usage_point_ids=days.usage_point_ids[places],
        period_units=days.period_units[places],
        fed_units=days.fed_units[places],
        highest_wh=days.highest_wh[places],
        wh=days.wh[places],
    )
