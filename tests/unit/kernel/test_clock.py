from datetime import UTC, date, datetime, timedelta

import pytest

from dianke.kernel.clock import (
    SHANGHAI,
    FixedClock,
    SystemClock,
    UnreadableDate,
    UnreadableInstant,
    add_elapsed,
    at_midnight,
    parse_date,
    parse_instant,
)


class TestParseInstant:
    @pytest.mark.parametrize(
        ("text", "iso"),
        [
            ("2024-05-06T10:00", "2024-05-06T10:00:00+08:00"),
            ("2024-05-06 10:00:30", "2024-05-06T10:00:30+08:00"),
            ("2024-05-06", "2024-05-06T00:00:00+08:00"),
            ("2024-05-06T16:30:00Z", "2024-05-07T00:30:00+08:00"),
            ("2024-05-06T10:00+08:00", "2024-05-06T10:00:00+08:00"),
            (" 2024-05-06T10:00-05:00 ", "2024-05-06T23:00:00+08:00"),
        ],
    )
    def test_reads_iso_and_answers_in_shanghai(self, text: str, iso: str):
        assert parse_instant(text).isoformat() == iso

    @pytest.mark.parametrize(
        "text", ["", "soon", "2024-02-30", "2024-05-06T25:00", "06.05.2024", "0001-01-01T00:00+14:00"]
    )
    def test_refuses_what_is_no_moment_and_names_the_field(self, text: str):
        with pytest.raises(UnreadableInstant) as refusal:
            parse_instant(text, field="from")

        assert refusal.value.as_dict()["field"] == "from"


class TestParseDate:
    def test_reads_year_month_day(self):
        assert parse_date("2024-02-29") == date(2024, 2, 29)

    @pytest.mark.parametrize("text", ["2023-02-29", "20240229", "2024-W10-1", "2024-02-29T00:00", "", "２０２４-02-29"])
    def test_refuses_every_other_form(self, text: str):
        with pytest.raises(UnreadableDate):
            parse_date(text)


class TestClocks:
    def test_of_the_machine_tells_shanghai_time(self):
        assert SystemClock().now().tzinfo is SHANGHAI

    def test_that_stands_still_answers_the_moment_it_was_set_to(self):
        clock = FixedClock(datetime(2024, 5, 6, 2, 0, tzinfo=UTC))

        assert clock.now().isoformat() == "2024-05-06T10:00:00+08:00"


class TestAddElapsed:
    def test_adds_real_time_over_midnight(self):
        start = datetime(2024, 5, 6, 23, 30, tzinfo=SHANGHAI)

        assert add_elapsed(start, timedelta(minutes=45)).isoformat() == "2024-05-07T00:15:00+08:00"

    def test_adds_real_time_where_the_zone_once_changed_its_offset(self):
        start = at_midnight(date(1986, 5, 4))

        assert add_elapsed(start, timedelta(hours=5)).isoformat() == "1986-05-04T06:00:00+09:00"
