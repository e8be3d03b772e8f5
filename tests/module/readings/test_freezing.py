"""A month is frozen: a segment for each meter and ratio, worked by hand."""

from datetime import date, datetime
from decimal import Decimal

import pytest
from pytest_django import DjangoAssertNumQueries
from tests.factories import archive as factory
from tests.factories.archive import NOW, Archive, ratio, values

from dianke.domain.metering import operations as metering
from dianke.domain.metering.models import UsagePoint
from dianke.domain.metering.queries import get_standing_installation
from dianke.domain.metering.types import RegisterKind
from dianke.domain.readings import operations, queries
from dianke.domain.readings.models import CycleMonth, FrozenSegment
from dianke.domain.readings.types import FrozenMonth, NewReading, ReadingQuality, ReadingSource
from dianke.kernel.clock import at_midnight

pytestmark = pytest.mark.django_db

JANUARY = date(2026, 1, 1)
FEBRUARY = date(2026, 2, 1)


@pytest.fixture
def archive() -> Archive:
    return factory.build_archive()


def read(
    archive: Archive,
    point: UsagePoint,
    day: date,
    total: str,
    *,
    at: datetime | None = None,
    quality: ReadingQuality = ReadingQuality.ACTUAL,
    rolled_over: bool = False,
    **others: str,
) -> None:
    installation = get_standing_installation(actor=archive.actor, usage_point=point, on=day)
    assert installation is not None
    reading = NewReading(
        installation_id=installation.pk,
        read_at=at or at_midnight(day),
        values={name: Decimal(value) for name, value in {"total": total, **others}.items()},
        quality=quality,
        rolled_over=rolled_over,
    )
    operations.record_readings(actor=archive.actor, readings=[reading], source=ReadingSource.FILE, batch="test", at=NOW)


def freeze(archive: Archive, *points: UsagePoint) -> tuple[CycleMonth, FrozenMonth]:
    cycle, _ = factory.add_route(archive, *points)
    month = operations.open_month(actor=archive.actor, cycle=cycle, month=JANUARY)
    return month, operations.freeze_month(actor=archive.actor, cycle_month=month, at=NOW)


def segments(archive: Archive, month: CycleMonth, point: UsagePoint) -> list[FrozenSegment]:
    return queries.list_segments(actor=archive.actor, cycle_month=month, usage_point=point)


def test_one_meter_runs_from_opening_to_closing(archive: Archive) -> None:
    point = factory.add_point(archive)
    meter = factory.install(archive, point, ct=ratio("150/5"), pt=ratio("10000/100"))
    read(archive, point, JANUARY, "100.5")
    read(archive, point, date(2026, 1, 15), "120")
    read(archive, point, FEBRUARY, "170.25")

    month, found = freeze(archive, point)

    segment = segments(archive, month, point)[0]
    assert found == FrozenMonth(points=1, segments=1, points_without_meter=0, incomplete_segments=0)
    assert (segment.total_start, segment.total_end) == (Decimal("100.5"), Decimal("170.25"))
    assert (segment.start_date, segment.end_date, segment.sequence) == (JANUARY, FEBRUARY, 1)
    assert (segment.multiplier, segment.ct_ratio, segment.pt_ratio) == (Decimal(3000), "150/5", "10000/100")
    assert (segment.meter_number, segment.integer_digits) == (meter.asset_number, 6)
    assert (segment.peak_start, segment.rolled_over, segment.quality) == (None, False, "ACTUAL")


def test_an_exchange_makes_two_segments(archive: Archive) -> None:
    """(500 - 100) x 20 + (33 - 3) x 30 = 8,900 kWh."""
    point = factory.add_point(archive)
    factory.install(archive, point, ct=ratio("100/5"))
    read(archive, point, JANUARY, "100")
    new = factory.add_meter(archive)
    metering.exchange_meter(
        actor=archive.actor,
        usage_point=point,
        on=date(2026, 1, 16),
        removal_readings=values({"total": "500"}),
        meter=new,
        install_readings=values({"total": "3"}),
        ct=ratio("150/5"),
    )
    read(archive, point, FEBRUARY, "33")

    month, found = freeze(archive, point)

    first, second = segments(archive, month, point)
    assert (first.start_date, first.end_date, first.total_start, first.total_end) == (
        JANUARY,
        date(2026, 1, 16),
        Decimal(100),
        Decimal(500),
    )
    assert (second.start_date, second.end_date, second.total_start, second.total_end) == (
        date(2026, 1, 16),
        FEBRUARY,
        Decimal(3),
        Decimal(33),
    )
    assert [s.multiplier for s in (first, second)] == [Decimal(20), Decimal(30)]
    assert sum((s.total_end - s.total_start) * s.multiplier for s in (first, second)) == Decimal(8900)
    assert (found.segments, found.incomplete_segments) == (2, 0)


def test_a_ratio_change_makes_two_segments_of_one_meter(archive: Archive) -> None:
    """(240.5 - 200) x 20 + (300.5 - 240.5) x 40 = 810 + 2,400 = 3,210 kWh."""
    point = factory.add_point(archive)
    meter = factory.install(archive, point, ct=ratio("100/5"))
    read(archive, point, JANUARY, "200")
    metering.change_ratio(
        actor=archive.actor,
        usage_point=point,
        on=date(2026, 1, 11),
        readings=values({"total": "240.5"}),
        ct=ratio("200/5"),
    )
    read(archive, point, FEBRUARY, "300.5")

    month, _ = freeze(archive, point)

    first, second = segments(archive, month, point)
    assert first.meter_number == second.meter_number == meter.asset_number
    assert (first.total_end, second.total_start) == (Decimal("240.5"), Decimal("240.5"))
    assert sum((s.total_end - s.total_start) * s.multiplier for s in (first, second)) == Decimal(3210)


def test_what_was_not_read_stays_empty(archive: Archive) -> None:
    point = factory.add_point(archive)
    factory.install(archive, point)
    read(archive, point, JANUARY, "200")

    month, found = freeze(archive, point)

    segment = segments(archive, month, point)[0]
    assert (segment.total_start, segment.total_end) == (Decimal(200), None)
    assert found.incomplete_segments == 1


def test_a_point_without_a_meter_is_counted_and_listed(archive: Archive) -> None:
    point = factory.add_point(archive)

    month, found = freeze(archive, point)

    assert found == FrozenMonth(points=1, segments=0, points_without_meter=1, incomplete_segments=0)
    assert queries.list_points_without_meter(actor=archive.actor, cycle_month=month) == [point]


def test_a_meter_put_up_within_the_month_starts_with_what_it_showed(archive: Archive) -> None:
    point = factory.add_point(archive)
    factory.install(archive, point, on=date(2026, 1, 20), shows={"total": "7"})
    read(archive, point, FEBRUARY, "9")

    month, _ = freeze(archive, point)

    segment = segments(archive, month, point)[0]
    assert (segment.start_date, segment.total_start, segment.total_end) == (
        date(2026, 1, 20),
        Decimal(7),
        Decimal(9),
    )


def test_a_meter_removed_on_the_last_day_ends_with_its_removal(archive: Archive) -> None:
    point = factory.add_point(archive)
    factory.install(archive, point)
    read(archive, point, JANUARY, "10")
    metering.remove_meter(actor=archive.actor, usage_point=point, on=FEBRUARY, readings=values({"total": "30"}))

    month, _ = freeze(archive, point)

    assert [(s.end_date, s.total_end) for s in segments(archive, month, point)] == [(FEBRUARY, Decimal(30))]


def test_the_first_reading_of_the_day_closes_the_month_and_a_later_one_does_not(archive: Archive) -> None:
    point = factory.add_point(archive)
    factory.install(archive, point)
    read(archive, point, JANUARY, "10", at=at_midnight(JANUARY).replace(hour=9))
    read(archive, point, FEBRUARY, "30", at=at_midnight(FEBRUARY).replace(hour=7))
    read(archive, point, FEBRUARY, "31", at=at_midnight(FEBRUARY).replace(hour=8))

    month, _ = freeze(archive, point)

    segment = segments(archive, month, point)[0]
    assert (segment.total_start, segment.total_end) == (Decimal(10), Decimal(30))


@pytest.mark.parametrize(
    ("opening", "closing", "expected"),
    [
        (ReadingQuality.ACTUAL, ReadingQuality.ACTUAL, "ACTUAL"),
        (ReadingQuality.ACTUAL, ReadingQuality.DERIVED, "DERIVED"),
        (ReadingQuality.ESTIMATED, ReadingQuality.DERIVED, "ESTIMATED"),
    ],
)
def test_the_worse_quality_counts(
    archive: Archive, opening: ReadingQuality, closing: ReadingQuality, expected: str
) -> None:
    point = factory.add_point(archive)
    factory.install(archive, point)
    read(archive, point, JANUARY, "10", quality=opening)
    read(archive, point, FEBRUARY, "30", quality=closing)

    month, _ = freeze(archive, point)

    assert segments(archive, month, point)[0].quality == expected


def test_a_rollover_between_the_boundaries_is_kept(archive: Archive) -> None:
    point = factory.add_point(archive)
    factory.install(archive, point, shows={"total": "999000"})
    read(archive, point, JANUARY, "999990")
    read(archive, point, date(2026, 1, 15), "5", rolled_over=True)
    read(archive, point, FEBRUARY, "30")

    month, _ = freeze(archive, point)

    segment = segments(archive, month, point)[0]
    assert (segment.rolled_over, segment.total_start, segment.total_end) == (
        True,
        Decimal(999990),
        Decimal(30),
    )


def test_the_demand_is_that_of_the_closing_reading(archive: Archive) -> None:
    point = factory.add_point(archive)
    meter = factory.add_meter(archive, registers=(RegisterKind.TOTAL, RegisterKind.DEMAND))
    factory.install(archive, point, meter=meter, shows={"total": "0", "demand": "0"})
    read(archive, point, JANUARY, "10", demand="0.3")
    read(archive, point, FEBRUARY, "30", demand="0.152")

    month, found = freeze(archive, point)

    assert segments(archive, month, point)[0].demand == Decimal("0.152")
    assert found.incomplete_segments == 0


def test_a_later_reading_or_ratio_leaves_the_frozen_month_alone(archive: Archive) -> None:
    point = factory.add_point(archive)
    factory.install(archive, point)
    read(archive, point, JANUARY, "10")
    read(archive, point, FEBRUARY, "30")
    month, _ = freeze(archive, point)
    installation = get_standing_installation(actor=archive.actor, usage_point=point, on=FEBRUARY)
    assert installation is not None

    operations.record_readings(
        actor=archive.actor,
        readings=[
            NewReading(installation_id=installation.pk, read_at=at_midnight(FEBRUARY), values={"total": Decimal(40)})
        ],
        source=ReadingSource.HAND_HELD,
        batch="correction",
        at=NOW,
        replaces=True,
    )

    assert segments(archive, month, point)[0].total_end == Decimal(30)


def test_a_frozen_month_is_not_frozen_again(archive: Archive) -> None:
    point = factory.add_point(archive)
    factory.install(archive, point)
    month, _ = freeze(archive, point)

    with pytest.raises(operations.UnableToFreezeMonth):
        operations.freeze_month(actor=archive.actor, cycle_month=month, at=NOW)

    assert len(segments(archive, month, point)) == 1


def test_a_month_that_is_not_over_is_not_frozen(archive: Archive) -> None:
    cycle, _ = factory.add_route(archive, factory.add_point(archive))
    month = operations.open_month(actor=archive.actor, cycle=cycle, month=JANUARY)

    with pytest.raises(operations.UnableToFreezeMonth):
        operations.freeze_month(actor=archive.actor, cycle_month=month, at=at_midnight(date(2026, 1, 31)))

    month.refresh_from_db()
    assert month.status == "OPEN"


def test_somebody_of_another_unit_freezes_nothing(archive: Archive) -> None:
    cycle, _ = factory.add_route(archive, factory.add_point(archive))
    month = operations.open_month(actor=archive.actor, cycle=cycle, month=JANUARY)
    clerk = factory.actor_of(archive.west, "readings.freeze")

    with pytest.raises(operations.UnableToFreezeMonth):
        operations.freeze_month(actor=clerk, cycle_month=month, at=NOW)

    month.refresh_from_db()
    assert month.status == "OPEN"


def test_costs_the_same_queries_however_many_points(
    archive: Archive, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    points = [factory.add_point(archive) for _ in range(4)]
    for point in points:
        factory.install(archive, point)
    cycle, _ = factory.add_route(archive, *points)
    month = operations.open_month(actor=archive.actor, cycle=cycle, month=JANUARY)

    with django_assert_num_queries(4):
        operations.freeze_month(actor=archive.actor, cycle_month=month, at=NOW)


class TestOpenMonth:
    def test_covers_the_calendar_month_when_read_on_the_first(self, archive: Archive) -> None:
        cycle, _ = factory.add_route(archive)

        month = operations.open_month(actor=archive.actor, cycle=cycle, month=date(2026, 1, 9))

        assert (month.month, month.period.lower, month.period.upper) == (JANUARY, JANUARY, FEBRUARY)

    def test_refuses_a_month_twice_and_a_gap(self, archive: Archive) -> None:
        cycle, _ = factory.add_route(archive)
        operations.open_month(actor=archive.actor, cycle=cycle, month=JANUARY)

        for month in (JANUARY, date(2026, 3, 1)):
            with pytest.raises(operations.UnableToOpenMonth):
                operations.open_month(actor=archive.actor, cycle=cycle, month=month)

        assert CycleMonth.objects.for_actor(archive.actor).count() == 1


class TestRoutes:
    def test_a_point_stands_on_one_route_only(self, archive: Archive) -> None:
        point = factory.add_point(archive)
        cycle, _ = factory.add_route(archive, point)
        other = operations.add_route(actor=archive.actor, cycle=cycle, code="R2", name="二段")

        with pytest.raises(operations.UnableToPutPointsOnRoute):
            operations.put_points_on_route(actor=archive.actor, route=other, usage_point_ids=[point.pk])
