"""Hours read back from tables, hot days, and what a page shows."""

from datetime import date, datetime
from decimal import Decimal

import numpy as np
import pytest

from dianke.application import tariffs
from dianke.domain.tariffs import operations, queries
from dianke.domain.tariffs.rules import sheets
from dianke.domain.tariffs.types import Consumer, PlanKind, PriceColumn, Structure
from dianke.kernel.calendar import load_mainland_calendar
from dianke.kernel.clock import SHANGHAI
from dianke.kernel.period import DatePeriod
from dianke.platform.identity.types import Actor
from dianke.platform.org.scoping import QueryWithoutActor

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 7, 1, 9, tzinfo=SHANGHAI)
SINGLE = Consumer(structure=Structure.SINGLE)


def get_version_of(actor: Actor, plan_code: str):
    """Return the row of a plan's latest version."""
    latest = queries.list_versions(actor=actor, plan_code=plan_code)[0]
    return queries.get_version(actor=actor, version_id=latest.id)


def record(actor: Actor, day: date, maximum: str):
    """Record a temperature of Guangzhou."""
    return tariffs.record_temperature(
        actor=actor,
        region="广州",
        day=day,
        max_temperature_c=Decimal(maximum),
        source="observatory",
        recorded_at=NOW,
    )


class TestBands:
    def test_come_back_as_they_were_read(self, provinces, actor):
        from importlib import resources

        data = resources.files("dianke.domain.tariffs").joinpath("data", "tou-rules-2025.yaml").read_bytes()
        read = {rules.region: rules for rules in sheets.read_file(name="x", data=data).time_rules}

        assert queries.list_bands(actor=actor, version=get_version_of(actor, "BJ-CI")) == read["北京"].bands
        assert queries.list_bands(actor=actor, version=get_version_of(actor, "FJ-CI")) == read["福建"].bands

    def test_are_none_where_a_sheet_names_no_hours(self, provinces, actor):
        assert queries.list_bands(actor=actor, version=get_version_of(actor, "GD-GZ-RES-SHARED")) == ()


class TestPeriodCodes:
    def test_follow_the_recorded_temperatures(self, provinces, actor):
        record(actor, date(2026, 6, 20), "35.0")
        record(actor, date(2026, 6, 21), "34.9")

        codes = queries.get_period_codes(
            actor=actor,
            version=get_version_of(actor, "GD-NORTH-CI"),
            consumer=SINGLE,
            period=DatePeriod(date(2026, 6, 19), date(2026, 6, 22)),
            calendar=load_mainland_calendar(),
        )

        assert (codes == 0).sum(axis=1).tolist() == [0, 12, 0]
        assert np.bincount(codes[1], minlength=5).tolist() == [12, 16, 36, 32, 0]


class TestRecordTemperature:
    def test_keeps_the_first_figure(self, provinces, actor):
        first = record(actor, date(2026, 6, 20), "35.0")

        assert record(actor, date(2026, 6, 20), "35.0") == first
        with pytest.raises(operations.UnableToRecordTemperature, match=r"35.0 is recorded from observatory"):
            record(actor, date(2026, 6, 20), "36.0")

    def test_wants_a_source(self, db, actor):
        with pytest.raises(operations.UnableToRecordTemperature, match="no source is given"):
            operations.record_temperature(
                actor=actor,
                region="广州",
                day=date(2026, 6, 20),
                max_temperature_c=Decimal(35),
                source=" ",
                recorded_at=NOW,
            )


class TestListPlans:
    def test_names_the_version_of_a_day(self, provinces, actor):
        plans = queries.list_plans(actor=actor, on=date(2026, 1, 15), kind=PlanKind.COMMERCIAL_INDUSTRIAL)

        assert [(plan.code, plan.sheet_id) for plan in plans] == [
            ("BJ-CI", ""),
            ("FJ-CI", ""),
            ("GD-NORTH-CI", ""),
            ("GD-PRD-CI", ""),
            ("GD-PRD5-CATALOGUE", ""),
            ("HB-CI", "HB-CI-2026-01"),
        ]

    def test_needs_somebody_who_asks(self, db):
        from dianke.domain.tariffs.models import PriceRow

        with pytest.raises(QueryWithoutActor):
            PriceRow.objects.all().count()


class TestVersionPage:
    def test_shows_the_sheet_as_printed(self, provinces, actor):
        page = queries.get_version_page(actor=actor, version_id=get_version_of(actor, "HB-CI").pk)

        assert page.plan.name == "湖北 · 工商业用电"
        assert page.columns == (
            PriceColumn.TD_ENERGY,
            PriceColumn.SHARP,
            PriceColumn.PEAK,
            PriceColumn.FLAT,
            PriceColumn.VALLEY,
            PriceColumn.DEMAND,
            PriceColumn.CAPACITY,
        )
        assert [(row.structure.value, row.voltage) for row in page.rows][:4] == [
            ("SINGLE", "<1kV"),
            ("SINGLE", "1-10(20)kV"),
            ("SINGLE", "35kV"),
            ("TWO_PART", "1-10(20)kV"),
        ]
        assert page.funds_price == Decimal("0.0452")
        assert [table.structure.value for table in page.hours] == ["SINGLE", "TWO_PART"]
        assert len(page.hours[0].strips) == 2
        assert [finding.difference for finding in page.version.findings][1] == Decimal("-0.0002")
        assert "residential tiers" in page.version.missing
        assert page.policies.number("DEMAND_EXCESS_MULTIPLE") == 2

    def test_shows_homes_with_tiers_and_the_shared_price_beside_them(self, provinces, actor):
        page = queries.get_version_page(actor=actor, version_id=get_version_of(actor, "GD-GZ-RES").pk)

        assert page.tiers.large_household_persons == 5
        assert [plan.code for plan in page.siblings] == ["GD-GZ-RES-SHARED"]
        assert [s.hours for s in page.hours[0].strips[0].segments] == [
            "00:00-08:00",
            "08:00-10:00",
            "10:00-12:00",
            "12:00-14:00",
            "14:00-19:00",
            "19:00-24:00",
        ]

    def test_shows_shared_hours_with_their_document(self, provinces, actor):
        page = queries.get_version_page(actor=actor, version_id=get_version_of(actor, "FJ-CI").pk)

        assert page.hours_document == "闽发改规〔2023〕8号"
        assert page.hours_stated["percents"] == "all: peak: 58; valley: -63"

    def test_is_refused_for_an_unknown_version(self, db, actor):
        with pytest.raises(queries.NoSuchPlan):
            queries.get_version_page(actor=actor, version_id=0)
