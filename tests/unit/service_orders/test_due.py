"""Worked examples of docs/rules/clock.md and the edges around them."""

from datetime import timedelta

import pytest

from dianke.domain.service_orders.rules.due import ClockIsStopped, DueTimeOutOfRange, compute_due_time
from dianke.domain.service_orders.rules.hours import parse_pause, parse_working_hours
from dianke.domain.service_orders.types import DueTime, Promise, PromiseUnit
from dianke.kernel.calendar import load_mainland_calendar
from dianke.kernel.clock import parse_instant

SPLIT = "08:30-12:00,14:30-18:00"


def compute(amount: int, unit: str, start: str, *pauses: str, hours: str | None = None, day_end: float = 18) -> DueTime:
    return compute_due_time(
        promise=Promise(code="p", amount=amount, unit=PromiseUnit(unit), evidence="P", source="SRC-P"),
        started_at=parse_instant(start),
        calendar=load_mainland_calendar(),
        day_end=timedelta(hours=day_end),
        pauses=[parse_pause(pause) for pause in pauses],
        shifts=parse_working_hours(hours) if hours else (),
    )


def due(amount: int, unit: str, start: str, *pauses: str, hours: str | None = None, day_end: float = 18) -> str:
    return compute(amount, unit, start, *pauses, hours=hours, day_end=day_end).due_at.isoformat()


class TestWorkingDayPromise:
    @pytest.mark.parametrize(
        ("start", "end"),
        [
            ("2024-05-06T10:00", "2024-05-09T18:00:00+08:00"),  # Monday: 7, 8, 9 May
            ("2024-05-06T00:00", "2024-05-09T18:00:00+08:00"),  # its first minute
            ("2024-05-06T23:59", "2024-05-09T18:00:00+08:00"),  # after the end of its work: still Monday
            ("2024-05-18T10:00", "2024-05-22T18:00:00+08:00"),  # Saturday: 20, 21, 22 May
            ("2024-05-19T23:00", "2024-05-22T18:00:00+08:00"),  # Sunday: the same
            ("2024-05-06T16:30:00Z", "2024-05-10T18:00:00+08:00"),  # is Tuesday 00:30 in Shanghai
        ],
    )
    def test_counts_from_the_working_day_after_the_start(self, start: str, end: str):
        assert due(3, "WORKING_DAY", start) == end

    @pytest.mark.parametrize(
        ("start", "amount", "end"),
        [
            ("2024-04-26T15:00", 3, "2024-04-30"),  # Friday: make-up Sunday 28, 29, 30 April
            ("2024-04-26T15:00", 4, "2024-05-06"),  # 1 to 5 May are off
            ("2024-04-28T10:00", 7, "2024-05-10"),  # make-up Sunday as start: 29, 30, 6, 7, 8, 9, 10
            ("2024-05-01T10:00", 5, "2024-05-10"),  # a holiday as start: 6 to 10 May
            ("2024-05-10T10:00", 1, "2024-05-11"),  # the make-up Saturday is a due day
            ("2025-01-24T10:00", 5, "2025-02-07"),  # make-up Sunday 26, 27 January, 5, 6, 7 February
            ("2024-09-29T10:00", 3, "2024-10-09"),  # 30 September, 8, 9 October
            ("2024-12-30T10:00", 3, "2025-01-03"),  # 31 December, 2, 3 January
            ("2024-02-27T10:00", 3, "2024-03-01"),  # over 29 February
        ],
    )
    def test_follows_holidays_and_make_up_days(self, start: str, amount: int, end: str):
        assert due(amount, "WORKING_DAY", start) == f"{end}T18:00:00+08:00"

    @pytest.mark.parametrize(
        ("pauses", "end"),
        [
            (["2024-05-07T10:00/2024-05-07T10:01"], "2024-05-10"),  # one minute takes the whole day
            (
                ["2024-05-07T10:00/2024-05-08T09:00"],
                "2024-05-11",
            ),  # both days it touches: 9, 10, make-up Saturday 11
            (["2024-05-07/2024-05-08"], "2024-05-10"),  # up to midnight: the 8th is untouched
            (["2024-05-07T18:00/2024-05-07T23:00"], "2024-05-09"),  # the working day was over
            (["2024-05-07T17:59/2024-05-07T18:30"], "2024-05-10"),  # and here it was not
            (
                ["2024-05-06T00:00/2024-05-06T23:00"],
                "2024-05-09",
            ),  # the day of the start does not count anyway
            (["2024-05-11/2024-05-13"], "2024-05-09"),  # after the due time
            (["2024-05-09T18:00/2024-05-20"], "2024-05-09"),  # from the due time on
            (["2024-05-09T12:00/2024-05-12"], "2024-05-13"),  # touches the last day and the make-up Saturday
            (["2024-05-07T09:00/2024-05-08T09:00", "2024-05-08T08:00/2024-05-09T10:00"], "2024-05-13"),
            (["2024-05-08T09:00/2024-05-08T10:00", "2024-05-08T15:00/2024-05-08T16:00"], "2024-05-10"),
            (["2024-05-01/2024-05-31"], "2024-06-04"),  # 31 May, 3, 4 June
            (["2024-05-07/2026-05-07"], "2026-05-09"),  # two years: 7, 8 and make-up Saturday 9 May 2026
        ],
    )
    def test_leaves_out_the_days_a_pause_touches(self, pauses: list[str], end: str):
        assert due(3, "WORKING_DAY", "2024-05-06T10:00", *pauses) == f"{end}T18:00:00+08:00"

    def test_reads_pauses_in_any_offset(self):
        # 16:30 Z on Monday is 00:30 on Tuesday in Shanghai.
        assert due(3, "WORKING_DAY", "2024-05-06T10:00", "2024-05-06T16:30Z/2024-05-06T17:00Z") == (
            "2024-05-10T18:00:00+08:00"
        )

    def test_ends_when_the_utility_ends_its_day(self):
        assert due(1, "WORKING_DAY", "2024-05-06T10:00", day_end=17.5) == "2024-05-07T17:30:00+08:00"
        assert due(1, "WORKING_DAY", "2024-05-06T10:00", day_end=24) == "2024-05-08T00:00:00+08:00"

    def test_ignores_shifts(self):
        assert due(1, "WORKING_DAY", "2024-05-06T10:00", hours="09:00-10:00") == "2024-05-07T18:00:00+08:00"

    def test_has_no_due_time_before_an_open_pause_ends(self):
        with pytest.raises(ClockIsStopped, match="2024-05-08T12:00"):
            compute(3, "WORKING_DAY", "2024-05-06T10:00", "2024-05-08T12:00/")

    def test_is_due_before_an_open_pause_begins(self):
        assert due(3, "WORKING_DAY", "2024-05-06T10:00", "2024-05-09T18:00/") == "2024-05-09T18:00:00+08:00"


class TestProvisionalDueTime:
    def test_is_one_that_leaves_the_loaded_years(self):
        answer = compute(3, "WORKING_DAY", "2026-12-30T10:00")

        # 31 December, then Friday 1 and Monday 4 January 2027: the holiday is not known yet.
        assert answer.due_at.isoformat() == "2027-01-04T18:00:00+08:00"
        assert answer.unloaded_years == (2027,)

    def test_is_not_the_last_loaded_day(self):
        answer = compute(1, "WORKING_DAY", "2026-12-30T10:00")

        assert answer.due_at.isoformat() == "2026-12-31T18:00:00+08:00"
        assert not answer.is_provisional

    def test_is_one_counted_before_the_first_loaded_year(self):
        assert compute(1, "WORKING_DAY", "2022-12-29T10:00").unloaded_years == (2022,)

    def test_is_not_one_that_only_starts_before_the_first_loaded_year(self):
        assert not compute(1, "WORKING_DAY", "2022-12-31T10:00").is_provisional

    def test_names_every_year_that_is_missing(self):
        assert compute(1, "WORKING_DAY", "2026-06-01", "2026-06-02/2028-03-01").unloaded_years == (2027, 2028)

    def test_of_a_clock_in_shifts_needs_the_calendar_too(self):
        assert compute(30, "HOUR", "2026-12-30T10:00", hours=SPLIT).unloaded_years == (2027,)

    def test_of_a_clock_around_the_clock_needs_no_calendar(self):
        assert not compute(24, "HOUR", "2026-12-31T10:00").is_provisional


class TestCalendarDayPromise:
    def test_counts_every_day_from_the_day_after_the_start(self):
        assert due(7, "DAY", "2024-05-13T09:00") == "2024-05-20T18:00:00+08:00"

    def test_gives_way_to_the_next_working_day_when_nobody_works_on_the_last(self):
        # 24 April + 7 days is 1 May; 1 to 5 May are off.
        assert due(7, "DAY", "2024-04-24T09:00") == "2024-05-06T18:00:00+08:00"

    def test_may_end_on_a_make_up_day(self):
        assert due(7, "DAY", "2024-05-04T09:00") == "2024-05-11T18:00:00+08:00"

    def test_leaves_out_the_days_a_pause_touches(self):
        assert due(7, "DAY", "2024-05-13T09:00", "2024-05-18T10:00/2024-05-19T10:00") == "2024-05-22T18:00:00+08:00"

    def test_is_provisional_where_the_last_day_lies_in_an_unloaded_year(self):
        assert compute(7, "DAY", "2026-12-28").unloaded_years == (2027,)


class TestMinuteAndHourPromise:
    @pytest.mark.parametrize(
        ("amount", "unit", "start", "end"),
        [
            (45, "MINUTE", "2024-05-06T23:30", "2024-05-07T00:15:00+08:00"),
            (
                90,
                "MINUTE",
                "2024-05-01T12:00",
                "2024-05-01T13:30:00+08:00",
            ),  # a holiday is a day like any other
            (120, "MINUTE", "2024-12-31T23:00", "2025-01-01T01:00:00+08:00"),
            (24, "HOUR", "2024-02-28T10:00", "2024-02-29T10:00:00+08:00"),
            (24, "HOUR", "2024-05-06T10:00:00Z", "2024-05-07T18:00:00+08:00"),
        ],
    )
    def test_runs_around_the_clock(self, amount: int, unit: str, start: str, end: str):
        assert due(amount, unit, start) == end

    @pytest.mark.parametrize(
        ("pauses", "end"),
        [
            (["2024-05-06T10:10/2024-05-06T10:40"], "11:15"),
            (["2024-05-06T10:10/2024-05-06T10:40", "2024-05-06T10:30/2024-05-06T10:50"], "11:25"),  # overlap
            (["2024-05-06T10:10/2024-05-06T10:20", "2024-05-06T10:20/2024-05-06T10:30"], "11:05"),  # touch
            (["2024-05-06T09:00/2024-05-06T10:30"], "11:15"),  # starts inside a pause
            (["2024-05-06T08:00/2024-05-06T09:00"], "10:45"),  # over before the start
            (["2024-05-06T10:45/2024-05-06T12:00"], "10:45"),  # begins at the due time
            (["2024-05-06T10:44/2024-05-06T12:00"], "12:01"),  # begins a minute earlier
            (["2024-05-06T10:45/"], "10:45"),  # open, but the promise was due
        ],
    )
    def test_stops_for_pauses(self, pauses: list[str], end: str):
        assert due(45, "MINUTE", "2024-05-06T10:00", *pauses) == f"2024-05-06T{end}:00+08:00"

    @pytest.mark.parametrize("hours", [None, SPLIT])
    def test_has_no_due_time_before_an_open_pause_ends(self, hours: str | None):
        with pytest.raises(ClockIsStopped):
            compute(45, "MINUTE", "2024-05-06T10:00", "2024-05-06T10:30/..", hours=hours)

    def test_refuses_to_leave_the_calendar(self):
        with pytest.raises(DueTimeOutOfRange):
            compute(24, "HOUR", "9999-12-31T10:00")


class TestPromiseInShifts:
    @pytest.mark.parametrize(
        ("amount", "unit", "start", "end"),
        [
            (
                45,
                "MINUTE",
                "2024-05-06T11:30",
                "2024-05-06T14:45:00+08:00",
            ),  # 30 before noon, 15 after the break
            (30, "MINUTE", "2024-05-06T11:30", "2024-05-06T12:00:00+08:00"),  # used up as the shift ends
            (45, "MINUTE", "2024-05-06T12:00", "2024-05-06T15:15:00+08:00"),  # starts in the break
            (45, "MINUTE", "2024-05-06T06:00", "2024-05-06T09:15:00+08:00"),  # starts before work
            (45, "MINUTE", "2024-05-06T18:00", "2024-05-07T09:15:00+08:00"),  # starts after work
            (45, "MINUTE", "2024-05-17T17:30", "2024-05-20T08:45:00+08:00"),  # over a weekend
            (45, "MINUTE", "2024-04-30T17:45", "2024-05-06T09:00:00+08:00"),  # over a holiday
            (45, "MINUTE", "2024-05-10T17:45", "2024-05-11T09:00:00+08:00"),  # into a make-up Saturday
            (24, "HOUR", "2024-04-28T17:30", "2024-05-07T11:00:00+08:00"),  # 0.5 + 7 + 7 + 7 + 2.5
        ],
    )
    def test_runs_in_working_hours_only(self, amount: int, unit: str, start: str, end: str):
        assert due(amount, unit, start, hours=SPLIT) == end

    def test_stops_for_the_part_of_a_pause_that_lies_in_a_shift(self):
        assert due(45, "MINUTE", "2024-05-06T11:30", "2024-05-06T11:45/2024-05-06T14:40", hours=SPLIT) == (
            "2024-05-06T15:10:00+08:00"
        )

    def test_passes_over_a_pause_of_days(self):
        assert due(45, "MINUTE", "2024-05-06T17:45", "2024-05-06T18:00/2024-05-20T09:00", hours=SPLIT) == (
            "2024-05-20T09:30:00+08:00"
        )

    def test_runs_through_midnight_in_a_night_shift_written_as_two(self):
        assert due(3, "HOUR", "2024-05-06T22:00", hours="20:00-24:00,00:00-04:00") == "2024-05-07T01:00:00+08:00"
