"""Meters go up, come down, are exchanged and rescaled; what does not fit is refused and changes nothing."""

from datetime import date
from decimal import Decimal

import pytest
from tests.factories import archive as factory
from tests.factories.archive import INSTALLED, Archive, ratio, values

from dianke.domain.metering import operations, queries
from dianke.domain.metering.models import MeterAsset, MeterInstallation, UsagePoint
from dianke.domain.metering.types import MeteringSide, RegisterKind

pytestmark = pytest.mark.django_db

MID_JANUARY = date(2026, 1, 16)


@pytest.fixture
def archive() -> Archive:
    return factory.build_archive()


@pytest.fixture
def point(archive: Archive) -> UsagePoint:
    return factory.add_point(archive)


def spells(archive: Archive, point: UsagePoint) -> list[tuple[str, date, date | None, Decimal]]:
    return [
        (row.meter.asset_number, row.period.lower, row.period.upper, row.multiplier)
        for row in queries.list_installations(actor=archive.actor, usage_point=point)
    ]


class TestInstallMeter:
    def test_multiplies_both_ratios_exactly(self, archive: Archive, point: UsagePoint) -> None:
        meter = factory.install(archive, point, ct=ratio("150/5"), pt=ratio("10000/100"))

        assert spells(archive, point) == [(meter.asset_number, INSTALLED, None, Decimal(3000))]

    def test_refuses_a_ratio_without_an_exact_multiplier(self, archive: Archive, point: UsagePoint) -> None:
        with pytest.raises(operations.UnableToInstallMeter) as refusal:
            factory.install(archive, point, ct=ratio("100/3"))

        assert refusal.value.field == "ct"
        assert spells(archive, point) == []

    @pytest.mark.parametrize(
        ("shows", "register"),
        [
            ({"total": "1"}, "peak"),
            ({"total": "1", "peak": "1", "valley": "1"}, "valley"),
            ({"total": "1000000", "peak": "1"}, "total"),
            ({"total": "-1", "peak": "1"}, "total"),
            ({"total": "1.00001", "peak": "1"}, "total"),
            ({"total": "NaN", "peak": "1"}, "total"),
        ],
    )
    def test_refuses_readings_that_the_meter_cannot_show(
        self, archive: Archive, point: UsagePoint, shows: dict[str, str], register: str
    ) -> None:
        meter = factory.add_meter(archive, registers=(RegisterKind.TOTAL, RegisterKind.PEAK))

        with pytest.raises(operations.UnableToInstallMeter) as refusal:
            factory.install(archive, point, meter=meter, shows=shows)

        assert refusal.value.field == register
        assert spells(archive, point) == []

    def test_refuses_a_second_meter_at_the_point(self, archive: Archive, point: UsagePoint) -> None:
        first = factory.install(archive, point)

        with pytest.raises(operations.UnableToInstallMeter):
            factory.install(archive, point, on=MID_JANUARY)

        assert [spell[0] for spell in spells(archive, point)] == [first.asset_number]

    def test_refuses_a_meter_that_hangs_elsewhere(self, archive: Archive, point: UsagePoint) -> None:
        meter = factory.install(archive, point)
        other = factory.add_point(archive)

        with pytest.raises(operations.UnableToInstallMeter):
            factory.install(archive, other, meter=meter, on=MID_JANUARY)

        assert spells(archive, other) == []

    def test_refuses_a_point_beyond_the_actors_units(self, archive: Archive, point: UsagePoint) -> None:
        clerk = factory.actor_of(archive.west, "archive.edit")
        meter = operations.register_meter(actor=clerk, unit=archive.west, asset_number="W1", registers=factory.TOTAL)

        with pytest.raises(operations.UnableToInstallMeter) as refusal:
            operations.install_meter(
                actor=clerk, meter=meter, usage_point=point, on=INSTALLED, readings=values({"total": "0"})
            )

        assert refusal.value.field == "usage_point"
        assert spells(archive, point) == []


class TestRemoveMeter:
    def test_ends_the_time_of_the_meter(self, archive: Archive, point: UsagePoint) -> None:
        factory.install(archive, point, shows={"total": "10"})

        removed = operations.remove_meter(
            actor=archive.actor, usage_point=point, on=MID_JANUARY, readings=values({"total": "45.5"})
        )

        removed.refresh_from_db()
        assert removed.period.upper == MID_JANUARY
        assert removed.removal_readings == {"total": "45.5"}

    def test_refuses_a_register_that_went_back_without_a_mark(self, archive: Archive, point: UsagePoint) -> None:
        factory.install(archive, point, shows={"total": "10"})

        with pytest.raises(operations.UnableToRemoveMeter) as refusal:
            operations.remove_meter(
                actor=archive.actor, usage_point=point, on=MID_JANUARY, readings=values({"total": "9"})
            )

        assert refusal.value.field == "total"
        assert spells(archive, point)[0][2] is None

    def test_keeps_the_mark_of_a_rollover(self, archive: Archive, point: UsagePoint) -> None:
        factory.install(archive, point, shows={"total": "999999"})

        removed = operations.remove_meter(
            actor=archive.actor,
            usage_point=point,
            on=MID_JANUARY,
            readings=values({"total": "12"}),
            rolled_over=True,
        )

        assert removed.removal_readings == {"total": "12", "rolled_over": True}

    @pytest.mark.parametrize("on", [INSTALLED, date(2025, 5, 31)])
    def test_refuses_a_day_before_the_meter_stood(self, archive: Archive, point: UsagePoint, on: date) -> None:
        factory.install(archive, point)

        with pytest.raises(operations.UnableToRemoveMeter):
            operations.remove_meter(actor=archive.actor, usage_point=point, on=on, readings=values({"total": "9"}))

        assert spells(archive, point)[0][2] is None

    def test_refuses_a_point_without_a_meter(self, archive: Archive, point: UsagePoint) -> None:
        with pytest.raises(operations.UnableToRemoveMeter):
            operations.remove_meter(
                actor=archive.actor, usage_point=point, on=MID_JANUARY, readings=values({"total": "9"})
            )


class TestExchangeMeter:
    def test_puts_the_new_meter_up_the_same_day_with_the_same_ratio(self, archive: Archive, point: UsagePoint) -> None:
        old = factory.install(archive, point, ct=ratio("100/5"))
        new = factory.add_meter(archive)

        operations.exchange_meter(
            actor=archive.actor,
            usage_point=point,
            on=MID_JANUARY,
            removal_readings=values({"total": "500"}),
            meter=new,
            install_readings=values({"total": "3"}),
        )

        assert spells(archive, point) == [
            (old.asset_number, INSTALLED, MID_JANUARY, Decimal(20)),
            (new.asset_number, MID_JANUARY, None, Decimal(20)),
        ]


class TestChangeRatio:
    def test_opens_a_new_time_of_the_same_meter_with_the_reading_of_the_day(
        self, archive: Archive, point: UsagePoint
    ) -> None:
        meter = factory.install(archive, point, ct=ratio("100/5"))

        changed = operations.change_ratio(
            actor=archive.actor,
            usage_point=point,
            on=MID_JANUARY,
            readings=values({"total": "500"}),
            ct=ratio("200/5"),
        )

        before = queries.list_installations(actor=archive.actor, usage_point=point)[0]
        assert spells(archive, point) == [
            (meter.asset_number, INSTALLED, MID_JANUARY, Decimal(20)),
            (meter.asset_number, MID_JANUARY, None, Decimal(40)),
        ]
        assert before.removal_readings == changed.install_readings == {"total": "500"}

    def test_refuses_the_ratio_that_stands(self, archive: Archive, point: UsagePoint) -> None:
        factory.install(archive, point, ct=ratio("100/5"))

        with pytest.raises(operations.UnableToRemoveMeter) as refusal:
            operations.change_ratio(
                actor=archive.actor,
                usage_point=point,
                on=MID_JANUARY,
                readings=values({"total": "500"}),
                ct=ratio("100/5"),
            )

        assert refusal.value.field == "ct"
        assert len(spells(archive, point)) == 1


class TestArchiveOfPoints:
    def test_refuses_a_point_that_hangs_on_nothing(self, archive: Archive, point: UsagePoint) -> None:
        with pytest.raises(operations.UnableToAddUsagePoint):
            operations.add_usage_point(
                actor=archive.actor,
                code="P1",
                account=point.account,
                location=point.location,
                voltage="220V",
                metering_side=MeteringSide.LOW_LOW,
            )

        assert UsagePoint.objects.for_actor(archive.actor).count() == 1

    def test_refuses_a_voltage_that_is_not_nominal(self, archive: Archive, point: UsagePoint) -> None:
        with pytest.raises(operations.UnableToAddUsagePoint):
            operations.add_usage_point(
                actor=archive.actor,
                code="P1",
                account=point.account,
                location=point.location,
                voltage="230 V",
                metering_side=MeteringSide.LOW_LOW,
                area=archive.area,
            )

    def test_refuses_an_asset_number_twice(self, archive: Archive) -> None:
        meter = factory.add_meter(archive)

        with pytest.raises(operations.UnableToAddMeter):
            operations.register_meter(
                actor=archive.actor,
                unit=archive.east,
                asset_number=meter.asset_number,
                registers=factory.TOTAL,
            )

        assert MeterAsset.objects.for_actor(archive.actor).count() == 1

    def test_a_meter_in_stock_hangs_nowhere(self, archive: Archive) -> None:
        factory.add_meter(archive)

        assert MeterInstallation.objects.for_actor(archive.actor).count() == 0
