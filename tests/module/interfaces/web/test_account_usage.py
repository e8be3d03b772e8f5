"""The usage of an account: months, years, a day against a week and a year before, and what is exported."""

import io
import re
from collections.abc import Callable
from datetime import date
from pathlib import Path

import numpy as np
import pytest
from django.db.backends.postgresql.psycopg_any import DateRange
from django.test import Client
from openpyxl import load_workbook
from tests.factories import utility as factory
from tests.factories.pages import Office

from dianke.application.listings import usage
from dianke.domain.metering import operations as metering
from dianke.domain.metering.models import MeterInstallation
from dianke.domain.metering.types import MeteringSide
from dianke.domain.readings import operations as readings
from dianke.domain.readings.intervals import IntervalValues
from dianke.platform.audit.models import UseCaseRecord
from dianke.platform.preferences.models import ListExport

LogIn = Callable[[str], Client]
DAY = date(2026, 1, 10)


def get(client: Client, office: Office, part: str, **query: str) -> str:
    """Return a part of the foundry's page."""
    answer = client.get(f"/customers/accounts/{office.account('foundry')}/{part}", query)
    assert answer.status_code == 200
    return answer.content.decode()


def cells_of(page: str, first: str) -> list[str]:
    """Return the numbers of the row that begins with a word."""
    # The values behind the chart stand first, the table that is seen last.
    row = [row for row in re.findall(r"<tr>(.*?)</tr>", page, re.DOTALL) if f">{first}<" in row][-1]
    return re.findall(r'<td class="num">([^<]*)</td>', row)


def export(log_in: LogIn, office: Office, **query: str) -> list[tuple[object, ...]]:
    """Return the rows of a workbook that somebody with the right exports."""
    factory.add_clerk(office.utility.root, "YZ7", ["archive.view", "archive.export"])
    answer = log_in("YZ7").get(f"/customers/accounts/{office.account('foundry')}/usage/export/", query)
    assert answer.status_code == 200
    return list(load_workbook(io.BytesIO(b"".join(answer.streaming_content))).active.values)


class TestUsage:
    @pytest.fixture(autouse=True)
    def _curves(self, office: Office, tmp_path: Path, settings: object) -> None:
        """Store 1 kW around the clock and 4 kW from 18:00 to 19:00; half of it a week, a fifth 52 weeks before."""
        settings.DATA_DIR = tmp_path  # type: ignore[attr-defined]
        wh = np.full(96, 250, dtype=np.int32)
        wh[72:76] = 1000
        key = office.points["foundry"].pk
        meters = MeterInstallation.objects.for_actor(office.actor).filter(usage_point=key)
        meters.update(period=DateRange(date(2024, 1, 1), None))
        for day, values in ((DAY, wh), (date(2026, 1, 3), wh // 2), (date(2025, 1, 11), wh // 5)):
            readings.record_intervals(
                actor=office.actor,
                root=tmp_path / "intervals",
                values=IntervalValues(
                    usage_point_id=np.full(96, key, dtype=np.int64),
                    day=np.full(96, day, dtype="datetime64[D]"),
                    slot=np.arange(96, dtype=np.uint8),
                    wh=values,
                ),
                period_codes={day: np.full(96, 2, dtype=np.uint8)},
            )

    def test_day_shows_power_energy_load_factor_and_the_week_before(
        self, office: Office, reviewer_pages: Client
    ) -> None:
        page = reviewer_pages.get(f"/customers/accounts/{office.account('foundry')}/day/").content.decode()

        # 92 quarters of 0.25 kWh and 4 of 1 kWh are 27 kWh; mean 1.125 kW of 4 kW is 28.1 %.
        assert "27.0 kWh · 负荷率 28.1%" in page
        assert "2026-01-10" in page
        assert "上周同日" in page
        assert "52 周前" in page
        assert '"colour": "tou-sharp", "start": 72, "end": 80' in page

    def test_day_can_be_chosen_and_an_empty_one_says_so(self, office: Office, reviewer_pages: Client) -> None:
        page = reviewer_pages.get(
            f"/customers/accounts/{office.account('foundry')}/day/", {"day": "2026-01-05"}
        ).content.decode()

        assert "当日没有曲线" in page
        assert 'value="2026-01-05"' in page

    @pytest.mark.parametrize("day", ["x", "2026-13-01", "0001-01-01", "9999-12-31", ""])
    def test_day_that_is_none_shows_a_page_all_the_same(self, day: str, office: Office, reviewer_pages: Client) -> None:
        answer = reviewer_pages.get(f"/customers/accounts/{office.account('foundry')}/day/", {"day": day})

        assert answer.status_code == 200

    def test_months_are_drawn_by_time_of_use(self, office: Office, reviewer_pages: Client) -> None:
        page = get(reviewer_pages, office, "usage/months/")

        # 27 and 13.5 kWh, all of them flat in what was summed.
        assert "1 个月 41 kWh" in page
        assert '"name": "\\u5e73", "values": [40.5]' in page

    def test_day_has_a_table_of_its_points_where_it_is_asked_for(self, office: Office, reviewer_pages: Client) -> None:
        page = get(reviewer_pages, office, "day/", table="1")

        row = re.search(r"<td class=\"n\">18:00</td>(.*?)</tr>", page)
        assert row is not None
        assert re.findall(r">([^<]+)</td>", row[1]) == ["4.00", "4.00", "4.00", "4.00", "4.00", "2.00", "0.80"]
        assert "96 点数据表" not in get(reviewer_pages, office, "day/")

    def test_years_are_compared_only_when_whole(self, office: Office, reviewer_pages: Client) -> None:
        page = get(reviewer_pages, office, "usage/years/")

        assert cells_of(page, "2026") == ["41", "–", "4", "1"]
        assert cells_of(page, "2025") == ["5", "–", "1", "1"]
        assert '"labels": ["2025", "2026"]' in page

    def test_months_of_a_year_stand_against_the_year_before(self, office: Office, reviewer_pages: Client) -> None:
        page = get(reviewer_pages, office, "usage/year/")

        # 40.5 kWh over 5.4 kWh.
        assert cells_of(page, "2026-01") == ["41", "41", "4.0", "+650.0%"]
        assert "<option>2025</option>" in page
        assert '"values": [5.4, null, null' in page

    @pytest.mark.parametrize("year", ["2025", "x", "0001", "9999", "２０２５", "20255", ""])
    def test_year_that_is_none_shows_a_part_all_the_same(
        self, year: str, office: Office, reviewer_pages: Client
    ) -> None:
        assert get(reviewer_pages, office, "usage/year/", year=year)

    def test_months_are_exported_as_shown(self, office: Office, log_in: LogIn) -> None:
        rows = export(log_in, office, what="year", year="2026")

        assert rows[0][:3] == ("月份", "电量（kWh）", "尖（kWh）")
        assert rows[1] == ("2026-01", 40.5, 0, 0, 40.5, 0, 0, 0, 4)
        assert rows[2] == (None,) * 9

    def test_day_is_exported_with_all_its_points(self, office: Office, log_in: LogIn) -> None:
        rows = export(log_in, office, what="day", day="2026-01-10")

        assert rows[0] == ("时间", "当日（kW）", "上周同日（kW）", "52 周前（kW）")
        assert len(rows) == 97 + 2
        assert rows[73] == ("18:00", 4, 2, 0.8)

    def test_export_carries_the_mark_and_is_entered_in_book_and_trail(self, office: Office, log_in: LogIn) -> None:
        rows = export(log_in, office, what="year", year="2026")

        number = office.account("foundry")
        taken = ListExport.objects.for_actor(office.actor).get()
        record = UseCaseRecord.objects.for_actor(office.actor).get(use_case="listings.exports.record_export")
        for words in (taken.number, "YZ7", office.utility.root.name, f"{number} 2026 年用电量", "1 行"):
            assert words in str(rows[-1][0])
        assert (taken.login, taken.page, taken.row_count) == ("YZ7", "customers.usage_year", 1)
        assert taken.query == f"number={number}&year=2026"
        assert (record.actor_login, record.facts["page"]) == ("YZ7", "customers.usage_year")

    def test_export_is_for_who_may_export(self, office: Office, log_in: LogIn) -> None:
        factory.add_clerk(office.utility.root, "YZ7", ["archive.view"])

        answer = log_in("YZ7").get(f"/customers/accounts/{office.account('foundry')}/usage/export/")

        assert answer.status_code == 403
        assert not ListExport.objects.for_actor(office.actor).exists()


class TestSummedPoints:
    def test_leave_out_a_sub_meter_of_the_same_account(self, office: Office) -> None:
        mall, kiosk = office.points["mall"], office.points["kiosk"]
        sub = metering.add_usage_point(
            actor=office.actor, code="P-sub", account=mall.account, location=mall.location, voltage="10kV",
            metering_side=MeteringSide.HIGH_HIGH, feeder=office.utility.feeder, parent=mall,
        )  # fmt: skip

        points = usage.list_summed_points(actor=office.actor, account=mall.account)

        assert points == [mall.pk]
        assert sub.pk not in points
        # The kiosk pays for itself: its own account counts it, whatever it hangs on.
        assert usage.list_summed_points(actor=office.actor, account=kiosk.account) == [kiosk.pk]
