"""Register readings come in: every fault is named, and one fault keeps all of them out."""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from decimal import Decimal

import pytest
from tests.factories import archive as factory
from tests.factories.archive import INSTALLED, NOW, Archive, values

from dianke.domain.metering import operations as metering
from dianke.domain.metering.models import UsagePoint
from dianke.domain.metering.queries import list_installations
from dianke.domain.metering.types import RegisterKind
from dianke.domain.readings import operations, queries
from dianke.domain.readings.models import MeterReading
from dianke.domain.readings.types import NewReading, ReadingFault, ReadingFaultCode, ReadingSource, RecordedReadings
from dianke.kernel.clock import at_midnight
from dianke.platform.identity.types import Actor

pytestmark = pytest.mark.django_db

Row = tuple[date, Mapping[str, str]]


@pytest.fixture
def archive() -> Archive:
    return factory.build_archive()


@pytest.fixture
def point(archive: Archive) -> UsagePoint:
    built = factory.add_point(archive)
    meter = factory.add_meter(archive, registers=(RegisterKind.TOTAL, RegisterKind.PEAK))
    factory.install(archive, built, meter=meter, shows={"total": "100", "peak": "10"})
    return built


def reading(
    archive: Archive,
    point: UsagePoint,
    moment: date | datetime,
    *,
    rolled_over: bool = False,
    **shown: str,
) -> NewReading:
    installation = list_installations(actor=archive.actor, usage_point=point)[0]
    return NewReading(
        installation_id=installation.pk,
        read_at=moment if isinstance(moment, datetime) else at_midnight(moment),
        values={name: Decimal(value) for name, value in shown.items()},
        rolled_over=rolled_over,
    )


def record(
    archive: Archive, *readings: NewReading, actor: Actor | None = None, replaces: bool = False
) -> RecordedReadings:
    return operations.record_readings(
        actor=actor or archive.actor,
        readings=readings,
        source=ReadingSource.FILE,
        batch="batch 1",
        at=NOW,
        replaces=replaces,
    )


def faults_of(archive: Archive, *readings: NewReading, actor: Actor | None = None) -> list[tuple[int, str, str, str]]:
    with pytest.raises(operations.UnableToRecordReadings) as refusal:
        record(archive, *readings, actor=actor)
    return [(f.index, f.code.value, f.register, f.limit) for f in refusal.value.faults]


def count(archive: Archive) -> int:
    return int(MeterReading.objects.for_actor(archive.actor).count())


def test_keeps_what_was_read_with_its_trail(archive: Archive, point: UsagePoint) -> None:
    recorded = record(archive, reading(archive, point, date(2026, 1, 1), total="120.1234", peak="11"))

    stored = MeterReading.objects.for_actor(archive.actor).get()
    assert recorded == RecordedReadings(stored=1, unchanged=0, replaced=0)
    assert (stored.total, stored.peak, stored.flat) == (Decimal("120.1234"), Decimal(11), None)
    assert (stored.source, stored.batch, stored.recorded_by, stored.recorded_at) == (
        "FILE",
        "batch 1",
        "system",
        NOW,
    )


def test_recording_the_same_again_changes_nothing(archive: Archive, point: UsagePoint) -> None:
    same = reading(archive, point, date(2026, 1, 1), total="120", peak="11")
    record(archive, same)

    assert record(archive, same) == RecordedReadings(stored=0, unchanged=1, replaced=0)
    assert count(archive) == 1


def test_another_value_of_the_moment_is_refused_unless_it_replaces(archive: Archive, point: UsagePoint) -> None:
    record(archive, reading(archive, point, date(2026, 1, 1), total="120", peak="11"))
    other = reading(archive, point, date(2026, 1, 1), total="121", peak="11")

    faults = faults_of(archive, other)
    replaced = record(archive, other, replaces=True)

    valid = queries.list_readings(actor=archive.actor, usage_point=point, start=at_midnight(INSTALLED), end=NOW)
    first = MeterReading.objects.for_actor(archive.actor).order_by("id")[0]
    assert faults == [(0, "differs_from_stored", "", "batch 1")]
    assert replaced == RecordedReadings(stored=1, unchanged=0, replaced=1)
    assert [row.total for row in valid] == [Decimal(121)]
    assert (first.total, first.replaced_by_id) == (Decimal(120), valid[0].pk)


@pytest.mark.parametrize(
    ("moment", "shown", "expected"),
    [
        (date(2025, 5, 31), {"total": "101"}, ("before_installation", "", "2025-06-01")),
        (NOW + timedelta(minutes=1), {"total": "101"}, ("in_the_future", "", "")),
        (date(2026, 1, 1), {}, ("nothing_read", "", "")),
        (date(2026, 1, 1), {"total": "101", "flat": "1"}, ("no_such_register", "flat", "total peak")),
        (date(2026, 1, 1), {"total": "1000000"}, ("too_many_digits", "total", "6")),
        (date(2026, 1, 1), {"total": "-0.5"}, ("negative", "total", "6")),
        (date(2026, 1, 1), {"total": "99"}, ("goes_back", "total", "100")),
        (date(2026, 1, 1), {"total": "150", "peak": "9.9999"}, ("goes_back", "peak", "10")),
    ],
)
def test_names_what_is_wrong_and_stores_nothing(
    archive: Archive,
    point: UsagePoint,
    moment: date | datetime,
    shown: dict[str, str],
    expected: tuple[str, str, str],
) -> None:
    good = reading(archive, point, date(2025, 6, 2), total="100", peak="10")

    faults = faults_of(archive, good, reading(archive, point, moment, **shown))

    assert [fault[1:] for fault in faults] == [expected]
    assert count(archive) == 0


def test_names_a_reading_that_comes_twice(archive: Archive, point: UsagePoint) -> None:
    twice = [reading(archive, point, date(2026, 1, 1), total=total, peak="11") for total in ("120", "121")]

    assert faults_of(archive, *twice) == [(1, "comes_twice", "", "0")]


def test_holds_a_reading_against_the_stored_ones_around_it(archive: Archive, point: UsagePoint) -> None:
    record(
        archive,
        reading(archive, point, date(2026, 1, 1), total="120", peak="11"),
        reading(archive, point, date(2026, 1, 31), total="150", peak="13"),
    )

    faults = faults_of(
        archive,
        reading(archive, point, date(2026, 1, 10), total="119", peak="12"),
        reading(archive, point, date(2026, 1, 11), total="151", peak="12"),
        reading(archive, point, date(2026, 1, 12), total="130", peak="12"),
    )

    assert [(index, code, register) for index, code, register, _ in faults] == [
        (0, "goes_back", "total"),
        (1, "above_a_later_one", "total"),
    ]


def test_every_reading_below_a_high_one_is_named(archive: Archive, point: UsagePoint) -> None:
    days = [date(2026, 1, day) for day in (1, 2, 3, 4)]
    shown = ["120", "50", "60", "130"]

    faults = faults_of(
        archive,
        *(reading(archive, point, day, total=total, peak="11") for day, total in zip(days, shown, strict=True)),
    )

    assert [(index, code) for index, code, _, _ in faults] == [(1, "goes_back"), (2, "goes_back")]


def test_a_reading_with_another_fault_is_not_held_against_its_neighbours(archive: Archive, point: UsagePoint) -> None:
    faults = faults_of(
        archive,
        reading(archive, point, date(2026, 1, 1), total="9999999", peak="11"),
        reading(archive, point, date(2026, 1, 2), total="130", peak="11"),
    )

    assert [(index, code) for index, code, _, _ in faults] == [(0, "too_many_digits")]


def test_a_marked_rollover_may_go_back_and_an_unneeded_mark_is_named(archive: Archive, point: UsagePoint) -> None:
    record(archive, reading(archive, point, date(2026, 1, 1), total="999990", peak="11"))
    rolled = reading(archive, point, date(2026, 1, 2), total="12", peak="12", rolled_over=True)
    needless = reading(archive, point, date(2026, 1, 3), total="13", peak="13", rolled_over=True)

    faults = faults_of(archive, rolled, needless)

    assert faults == [(1, "rollover_not_seen", "", "")]
    assert record(archive, rolled).stored == 1


def test_the_demand_register_may_fall(archive: Archive) -> None:
    point = factory.add_point(archive)
    meter = factory.add_meter(archive, registers=(RegisterKind.TOTAL, RegisterKind.DEMAND))
    factory.install(archive, point, meter=meter)

    recorded = record(
        archive,
        reading(archive, point, date(2026, 1, 1), total="1", demand="5"),
        reading(archive, point, date(2026, 1, 2), total="2", demand="0"),
    )

    assert recorded.stored == 2


def test_a_removed_meter_is_read_up_to_the_day_of_its_removal(archive: Archive, point: UsagePoint) -> None:
    metering.remove_meter(
        actor=archive.actor,
        usage_point=point,
        on=date(2026, 1, 10),
        readings=values({"total": "200", "peak": "20"}),
    )
    on_the_day = reading(archive, point, date(2026, 1, 10), total="199", peak="20")

    faults = faults_of(
        archive,
        on_the_day,
        reading(archive, point, date(2026, 1, 9), total="201", peak="19"),
        reading(archive, point, date(2026, 1, 11), total="200", peak="20"),
    )

    assert [(index, code, register) for index, code, register, _ in faults] == [
        (1, "above_a_later_one", "total"),
        (2, "after_removal", ""),
    ]
    assert record(archive, on_the_day).stored == 1


def test_somebody_of_another_unit_records_nothing(archive: Archive, point: UsagePoint) -> None:
    clerk = factory.actor_of(archive.west, "readings.record")

    faults = faults_of(archive, reading(archive, point, date(2026, 1, 1), total="120"), actor=clerk)

    assert faults == [(0, "not_yours", "", "")]
    assert count(archive) == 0


def test_finding_faults_stores_nothing(archive: Archive, point: UsagePoint) -> None:
    found = operations.find_reading_faults(
        actor=archive.actor,
        readings=[
            reading(archive, point, date(2026, 1, 1), total="120", peak="11"),
            reading(archive, point, date(2026, 1, 2), total="110", peak="11"),
        ],
        at=NOW,
    )

    assert found == [ReadingFault(1, ReadingFaultCode.GOES_BACK, "total", "120")]
    assert count(archive) == 0
