"""Meters with their installations, register readings and curves come in from files."""

from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from tests.factories import archive as factory
from tests.factories.archive import Archive
from tests.module.imports.conftest import Load

from dianke.application.imports.report import LoadReport
from dianke.application.imports.tables.reading import SLOT_NAMES
from dianke.domain.metering.models import MeterAsset, MeterInstallation, UsagePoint
from dianke.domain.metering.queries import list_installations
from dianke.domain.readings import operations as readings
from dianke.domain.readings import queries
from dianke.domain.readings.models import DailyUsage, MeterReading

pytestmark = pytest.mark.django_db

METERS = (
    "资产编号,示数类型,整数位数,单位编码,计量点编号,装表日期,电流互感器变比,电压互感器变比,综合倍率,"
    "装表总示数,装表峰示数,拆表日期,拆表总示数,拆表峰示数\n"
)
READINGS = "资产编号,计量点编号,抄表时间,总示数,峰示数,翻转\n"


@pytest.fixture
def point(archive: Archive) -> UsagePoint:
    return factory.add_point(archive)


def faults(report: LoadReport) -> list[tuple[int, str, str]]:
    return [(fault.row, fault.column, fault.code) for fault in report.faults]


def count(archive: Archive, model: type) -> int:
    return int(model.objects.for_actor(archive.actor).count())  # type: ignore[attr-defined]


class TestMeters:
    def test_come_in_with_ratio_and_install_readings(self, archive: Archive, load: Load, point: UsagePoint) -> None:
        report = load(
            "meters",
            METERS
            + f"M1,总;峰,6,GSE,{point.code},2025-06-01,150/5,10000/100,3000,100.5,10,,,\n"
            + "M2,总,5,GSE,,,,,,,,,,\n",
        )

        row = list_installations(actor=archive.actor, usage_point=point)[0]
        assert (report.stored, report.faults) == (2, ())
        assert (row.meter.asset_number, row.multiplier, row.install_readings) == (
            "M1",
            Decimal(3000),
            {"total": "100.5", "peak": "10"},
        )
        assert (count(archive, MeterAsset), count(archive, MeterInstallation)) == (2, 1)

    def test_an_exchange_and_a_ratio_change_are_two_rows_each(
        self, archive: Archive, load: Load, point: UsagePoint
    ) -> None:
        report = load(
            "meters",
            METERS
            + f"M1,总,6,GSE,{point.code},2025-06-01,100/5,,20,0,,2025-09-01,500,\n"
            + f"M2,总,6,GSE,{point.code},2025-09-01,100/5,,,3,,2025-10-01,33,\n"
            + f"M2,总,6,GSE,{point.code},2025-10-01,200/5,,40,33,,,,\n",
        )

        rows = list_installations(actor=archive.actor, usage_point=point)
        assert report.faults == ()
        assert [(r.meter.asset_number, r.period.lower, r.period.upper, r.multiplier) for r in rows] == [
            ("M1", date(2025, 6, 1), date(2025, 9, 1), Decimal(20)),
            ("M2", date(2025, 9, 1), date(2025, 10, 1), Decimal(20)),
            ("M2", date(2025, 10, 1), None, Decimal(40)),
        ]

    def test_names_what_does_not_fit(self, archive: Archive, load: Load, point: UsagePoint) -> None:
        others = [factory.add_point(archive) for _ in range(4)]
        hanging = factory.install(archive, others[0])
        code = point.code

        report = load(
            "meters",
            METERS
            + f"M1,总;峰,6,GSE,{code},2025-06-01,150/5,,31,1,,,,\n"  # multiplier, peak not read
            + f"M2,总,6,GSE,{code},2025-06-01,100/3,,,1,5,,,\n"  # inexact, no peak register
            + f"M3,总,2,GSE,{code},2025-06-01,,,,100,,2025-06-01,9,\n"  # overflow, ends, goes back
            + "M4,总,6,GSE,,2025-06-01,,,,1,,,,\n"  # in stock but installed
            + f"M5,超峰,6,GSE,{code},2025-06-01,,,,1,,,,\n"  # unknown register
            + f"{hanging.asset_number},总,6,GSE,{others[1].code},2026-01-01,,,,1,,,,\n"  # hangs elsewhere
            + f"M7,总,6,GSE,{others[0].code},2026-01-01,,,,1,,,,\n"  # point has a meter
            + f"M8,总,6,GSE,{others[2].code},2025-06-01,,,,1,,,,\n"
            + f"M8,总,5,GSE,{others[3].code},2025-07-01,,,,1,,,,\n"  # another digit
            + "M9,总,6,GSE,P0,2025-06-01,,,,1,,,,\n",
        )

        assert faults(report) == [
            (2, "综合倍率", "multiplier_mismatch"),
            (2, "装表峰示数", "register_not_read"),
            (3, "电流互感器变比", "multiplier_inexact"),
            (3, "装表峰示数", "register_not_on_meter"),
            (4, "装表总示数", "register_overflows"),
            (4, "拆表日期", "ends_before_it_begins"),
            (4, "拆表总示数", "register_goes_back"),
            (5, "装表日期", "comes_only_with"),
            (5, "装表总示数", "comes_only_with"),
            (6, "示数类型", "not_a_choice"),
            (7, "资产编号", "meter_hangs_elsewhere"),
            (8, "计量点编号", "point_has_a_meter"),
            (10, "整数位数", "meter_facts_differ"),
            (11, "计量点编号", "not_found"),
        ]
        assert (count(archive, MeterAsset), count(archive, MeterInstallation)) == (1, 1)

    def test_times_that_overlap_within_the_file_are_named(
        self, archive: Archive, load: Load, point: UsagePoint
    ) -> None:
        report = load(
            "meters",
            METERS
            + f"M1,总,6,GSE,{point.code},2025-06-01,,,,1,,2025-09-02,5,\n"
            + f"M2,总,6,GSE,{point.code},2025-09-01,,,,1,,,,\n",
        )

        assert faults(report) == [(3, "计量点编号", "point_has_a_meter")]


class TestReadings:
    @pytest.fixture
    def meter(self, archive: Archive, point: UsagePoint) -> str:
        return str(factory.install(archive, point, shows={"total": "100"}).asset_number)

    def test_are_stored_by_meter_or_by_point(self, archive: Archive, load: Load, point: UsagePoint, meter: str) -> None:
        report = load(
            "readings",
            READINGS + f"{meter},,2026-01-01,120.5,,\n,{point.code},2026-01-31 24:00,150,,否\n",
        )

        stored = MeterReading.objects.for_actor(archive.actor).order_by("read_at")
        assert (report.stored, report.faults) == (2, ())
        assert [(r.read_at.isoformat(), r.total, r.source) for r in stored] == [
            ("2025-12-31T16:00:00+00:00", Decimal("120.5"), "FILE"),
            ("2026-01-31T16:00:00+00:00", Decimal(150), "FILE"),
        ]

    def test_loading_the_same_file_again_stores_nothing_new(self, archive: Archive, load: Load, meter: str) -> None:
        content = READINGS + f"{meter},,2026-01-01,120.5,,\n"
        load("readings", content)

        report = load("readings", content)

        assert (report.stored, report.unchanged, report.faults) == (0, 1, ())
        assert count(archive, MeterReading) == 1

    def test_names_what_does_not_fit(self, archive: Archive, load: Load, point: UsagePoint, meter: str) -> None:
        factory.install(archive, other := factory.add_point(archive))
        load("readings", READINGS + f"{meter},,2026-01-01,120,,\n")

        report = load(
            "readings",
            READINGS
            + f"{meter},,2025-05-31,100,,\n"
            + f"{meter},,2026-01-02,119,,\n"
            + f"{meter},,2026-01-03,121,5,\n"
            + f"{meter},,2026-01-04,1000000,,\n"
            + f"{meter},,2026-02-02,122,,\n"
            + f"{meter},,2026-01-05,122,,是\n"
            + f"{meter},,2026-01-01,120.1,,\n"
            + f"{meter},{other.code},2026-01-06,123,,\n"
            + f"{meter},,2026-01-07,,,\n"
            + "M0,,2026-01-08,1,,\n"
            + ",,2026-01-08,1,,\n"
            + f"{meter},,2026-01-09,124,,\n"
            + f"{meter},,2026-01-09,124,,\n",
        )

        assert faults(report) == [
            (2, "抄表时间", "before_installation"),
            (3, "总示数", "register_goes_back"),
            (4, "峰示数", "register_not_on_meter"),
            (5, "总示数", "register_overflows"),
            (6, "抄表时间", "in_the_future"),
            (7, "翻转", "rollover_not_seen"),
            (8, "抄表时间", "reading_differs"),
            (9, "计量点编号", "meter_and_point_differ"),
            (10, "总示数", "nothing_read"),
            (11, "资产编号", "not_found"),
            (12, "资产编号", "value_missing"),
            (14, "抄表时间", "comes_twice"),
        ]
        assert count(archive, MeterReading) == 1

    def test_the_remedy_names_the_value_before(self, load: Load, meter: str) -> None:
        report = load("readings", READINGS + f"{meter},,2026-01-01,99,,\n")

        assert report.faults[0].describe("zh")[0] == "示数倒走：此前为 100"

    def test_an_unknown_unit_is_refused(self, archive: Archive, load: Load, meter: str) -> None:
        report = load("readings", f"资产编号,抄表时间,总示数,电量单位\n{meter},2026-01-01,0.12,MWh\n")

        assert faults(report) == [(2, "电量单位", "not_a_choice")]
        assert count(archive, MeterReading) == 0

    def test_good_rows_are_kept_and_bad_ones_go_back(self, archive: Archive, load: Load, meter: str) -> None:
        report = load(
            "readings",
            READINGS + f"{meter},,2026-01-01,120,,\n{meter},,2026-01-02,1,,\n{meter},,2026-01-03,121,,\n",
            keep_good=True,
        )

        assert (report.stored, report.rejected, count(archive, MeterReading)) == (2, 1, 2)
        assert [row.line for row in report.rejected_rows] == [3]

    def test_a_ratio_change_takes_the_reading_of_its_day(self, archive: Archive, load: Load, point: UsagePoint) -> None:
        load(
            "meters",
            METERS
            + f"X1,总,6,GSE,{factory.add_point(archive).code},2025-06-01,100/5,,,0,,2026-01-10,50,\n"
            + f"X1,总,6,GSE,{point.code},2026-01-10,200/5,,,50,,,,\n",
        )

        report = load("readings", READINGS + "X1,,2026-01-10,50,,\nX1,,2026-01-09,49,,\n")

        placed = MeterReading.objects.for_actor(archive.actor).order_by("read_at")
        assert report.faults == ()
        assert [row.installation.multiplier for row in placed] == [Decimal(20), Decimal(40)]


class TestIntervals:
    def row(self, point: UsagePoint, day: str, unit: str, values: list[str]) -> str:
        return ",".join([point.code, day, unit, *values, *[""] * (96 - len(values))]) + "\n"

    @property
    def header(self) -> str:
        return ",".join(["计量点编号", "日期", "数值单位", *SLOT_NAMES]) + "\n"

    def test_are_stored_in_watt_hours_and_summed(
        self, archive: Archive, load: Load, point: UsagePoint, tmp_path: Path
    ) -> None:
        factory.install(archive, point)

        report = load(
            "intervals",
            self.header
            + self.row(point, "2026-01-01", "kWh", ["1", "0.5005", "", "-0.25"])
            + self.row(point, "2026-01-02", "kW", ["2", "0.002"]),
        )

        curve = queries.get_curve(
            actor=archive.actor,
            root=tmp_path / "intervals",
            usage_point=point,
            start=date(2026, 1, 1),
            end=date(2026, 1, 3),
        )
        daily = queries.list_daily_usage(
            actor=archive.actor, usage_point=point, start=date(2026, 1, 1), end=date(2026, 1, 3)
        )
        assert (report.stored, report.faults) == (2, ())
        assert curve is not None
        assert curve.wh[:, :4].tolist() == [[1000, 501, 0, -250], [500, 1, 0, 0]]
        assert curve.is_present[0, :4].tolist() == [True, True, False, True]
        assert [(d.total_kwh_e2, d.generated_kwh_e2, d.missing_slots) for d in daily] == [
            (150, 25, 93),
            (50, 0, 94),
        ]

    def test_names_what_does_not_fit(self, archive: Archive, load: Load, point: UsagePoint, tmp_path: Path) -> None:
        factory.install(archive, point)

        report = load(
            "intervals",
            self.header
            + self.row(point, "2025-05-31", "kWh", ["1"])
            + self.row(point, "2026-03-01", "kWh", ["1"])
            + self.row(point, "2026-01-01", "MWh", ["1"])
            + self.row(point, "2026-01-02", "kWh", [])
            + self.row(point, "2026-01-03", "kWh", ["2000001"])
            + self.row(point, "2026-01-04", "kWh", ["1"])
            + self.row(point, "2026-01-04", "kWh", ["1"]),
        )

        assert faults(report) == [
            (2, "日期", "no_meter_then"),
            (3, "日期", "in_the_future"),
            (4, "数值单位", "not_a_choice"),
            (5, "00:00", "nothing_read"),
            (6, "00:00", "number_too_large"),
            (8, "计量点编号", "comes_twice"),
        ]
        assert list(tmp_path.rglob("*.parquet")) == []
        assert count(archive, DailyUsage) == 0


def test_a_month_can_be_frozen_from_files_alone(archive: Archive, load: Load) -> None:
    """Two points on a route, read at both ends: 30 and 45 kWh."""
    account = factory.add_account(archive).number
    load("places", "地址编码,用电地址,单位编码\nL1,建设路,GSE\n")
    load("routes", "抄表段编码,抄表段名称,抄表周期编码,抄表周期名称,单位编码\nR1,一段,C1,每月 1 日,GSE\n")
    load(
        "usage-points",
        "计量点编号,户号,地址编码,台区编码,电压等级,计量方式,抄表段编码\n"
        f"P1,{account},L1,A1,220V,低供低计,R1\nP2,{account},L1,A1,220V,低供低计,R1\n",
    )
    load(
        "meters",
        "资产编号,示数类型,单位编码,计量点编号,装表日期,装表总示数\n"
        "M1,总,GSE,P1,2025-06-01,0\nM2,总,GSE,P2,2025-06-01,0\n",
    )
    load(
        "readings",
        "资产编号,抄表时间,总示数\nM1,2026-01-01,10\nM2,2026-01-01,20\nM1,2026-02-01,40\nM2,2026-02-01,65\n",
    )
    cycle = queries.list_cycles(actor=archive.actor)[0]
    month = readings.open_month(actor=archive.actor, cycle=cycle, month=date(2026, 1, 1))

    frozen = readings.freeze_month(actor=archive.actor, cycle_month=month, at=factory.NOW)

    rows = month.segments.model.objects.for_actor(archive.actor).order_by("usage_point__code")
    assert (frozen.segments, frozen.incomplete_segments) == (2, 0)
    assert [row.total_end - row.total_start for row in rows] == [Decimal(30), Decimal(45)]
