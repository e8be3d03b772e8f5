from datetime import datetime, timedelta

import pytest

from dianke.domain.service_orders.rules.hours import (
    UnreadablePause,
    UnreadableTimeOfDay,
    UnreadableWorkingHours,
    parse_pause,
    parse_time_of_day,
    parse_working_hours,
)
from dianke.domain.service_orders.types import Shift
from dianke.kernel.clock import SHANGHAI
from dianke.kernel.period import TimePeriod


def hours(count: float) -> timedelta:
    return timedelta(hours=count)


class TestParseTimeOfDay:
    def test_reads_hours_and_minutes_up_to_the_end_of_the_day(self):
        assert [parse_time_of_day(text) for text in ("00:00", "08:30", "24:00")] == [
            hours(0),
            hours(8.5),
            hours(24),
        ]

    @pytest.mark.parametrize("text", ["8:30", "24:01", "12:60", "noon", "", "12:00:00", "-1:00"])
    def test_refuses_every_other_text(self, text: str):
        with pytest.raises(UnreadableTimeOfDay):
            parse_time_of_day(text)


class TestParseWorkingHours:
    def test_reads_split_shifts_in_the_order_of_the_day(self):
        shifts = parse_working_hours("14:30-18:00, 08:30-12:00")

        assert shifts == (Shift(hours(8.5), hours(12)), Shift(hours(14.5), hours(18)))

    def test_lets_shifts_touch(self):
        assert len(parse_working_hours("00:00-12:00,12:00-24:00")) == 2

    @pytest.mark.parametrize(
        ("text", "reason"),
        [
            ("08:30", "has no end"),
            ("08:30-8", "not a time of day"),
            ("22:00-06:00", "write a night shift as two"),
            ("08:00-08:00", "write a night shift as two"),
            ("08:00-12:00,11:00-15:00", "shifts overlap"),
            ("08:00-12:00,", "has no end"),
        ],
    )
    def test_refuses_hours_that_are_none_and_says_why(self, text: str, reason: str):
        with pytest.raises(UnreadableWorkingHours, match=reason):
            parse_working_hours(text)


class TestParsePause:
    def test_reads_two_moments(self):
        pause = parse_pause("2024-05-08T10:00/2024-05-09")

        assert pause == TimePeriod(datetime(2024, 5, 8, 10, tzinfo=SHANGHAI), datetime(2024, 5, 9, tzinfo=SHANGHAI))

    @pytest.mark.parametrize("text", ["2024-05-08T10:00/", "2024-05-08T10:00/.."])
    def test_reads_a_pause_that_has_not_ended(self, text: str):
        assert parse_pause(text).end is None

    @pytest.mark.parametrize(
        "text",
        [
            "2024-05-08",
            "2024-05-08/2024-05-08",
            "2024-05-09/2024-05-08",
            "/2024-05-08",
            "a/b",
            "2024-05-08/P1D",
            "//",
        ],
    )
    def test_refuses_what_is_not_two_moments_in_order(self, text: str):
        with pytest.raises(UnreadablePause):
            parse_pause(text)
