from datetime import date

import pytest

from dianke.kernel.calendar import CalendarRowError, load_mainland_calendar, read_calendar
from dianke.kernel.period import DatePeriod, PeriodIsOpen

HEADER = "date,kind,name_en,name_zh,iso_weekday,in_lieu_day"
CALENDAR = load_mainland_calendar()


class TestMainlandCalendar:
    def test_covers_the_years_that_are_loaded(self):
        assert (CALENDAR.first_year, CALENDAR.last_year) == (2023, 2026)
        assert not CALENDAR.covers(date(2022, 12, 31))
        assert CALENDAR.covers(date(2026, 12, 31))
        assert not CALENDAR.covers(date(2027, 1, 1))

    @pytest.mark.parametrize(
        ("day", "is_worked"),
        [
            (date(2024, 5, 8), True),  # an ordinary Wednesday
            (date(2024, 5, 18), False),  # an ordinary Saturday
            (date(2024, 5, 1), False),  # Labour Day
            (date(2024, 4, 28), True),  # Sunday worked for it
            (date(2026, 2, 23), False),  # Monday off in lieu
            (date(2026, 2, 28), True),  # Saturday worked for it
        ],
    )
    def test_knows_who_works(self, day: date, is_worked: bool):
        assert CALENDAR.is_working_day(day) is is_worked

    def test_tells_a_public_holiday_from_a_weekend(self):
        assert CALENDAR.is_public_holiday(date(2024, 5, 1))
        assert not CALENDAR.is_public_holiday(date(2024, 5, 18))
        assert not CALENDAR.is_public_holiday(date(2024, 4, 28))

    def test_adds_working_days_over_a_holiday_and_a_make_up_day(self):
        # Friday 26 April; Sunday 28 is worked, 1 to 5 May are off, Saturday 11 May is worked.
        assert CALENDAR.add_working_days(date(2024, 4, 26), 3) == date(2024, 4, 30)
        assert CALENDAR.add_working_days(date(2024, 4, 26), 4) == date(2024, 5, 6)
        assert CALENDAR.add_working_days(date(2024, 4, 26), 9) == date(2024, 5, 11)

    def test_adds_nothing_for_no_days(self):
        assert CALENDAR.add_working_days(date(2024, 5, 1), 0) == date(2024, 5, 1)

    def test_finds_the_next_working_day_after_a_working_day(self):
        assert CALENDAR.next_working_day(date(2024, 4, 30)) == date(2024, 5, 6)

    @pytest.mark.parametrize(("year", "worked"), [(2023, 249), (2024, 251), (2025, 248), (2026, 248)])
    def test_counts_the_working_days_of_a_year(self, year: int, worked: int):
        # Days of the year, less weekend days, less holidays on weekdays, plus make-up days:
        # 2023: 365-105-18+7 · 2024: 366-104-19+8 · 2025: 365-104-18+5 · 2026: 365-104-19+6
        assert CALENDAR.count_working_days(DatePeriod(date(year, 1, 1), date(year + 1, 1, 1))) == worked

    def test_counts_no_period_without_end(self):
        with pytest.raises(PeriodIsOpen):
            CALENDAR.count_working_days(DatePeriod(date(2024, 1, 1)))


class TestReadCalendar:
    @pytest.mark.parametrize(
        ("rows", "reason"),
        [
            (["2024-05-01,off,x,x,2,0"], "2024-05-01 is not weekday 2"),
            (["2024-05-01,holiday,x,x,3,0"], "unknown kind holiday"),
            (["2024-05-08,makeup_workday,x,x,3,0"], "2024-05-08 is worked anyway"),
            (["2024-05-01,off,x,x,3,0", "2024-05-01,off,x,x,3,0"], "2024-05-01 is listed twice"),
            (["2022-05-01,off,x,x,7,0", "2024-05-01,off,x,x,3,0"], "no rows for [2023]"),
            ([], "the table is empty"),
        ],
    )
    def test_refuses_a_table_that_contradicts_itself(self, rows: list[str], reason: str):
        with pytest.raises(CalendarRowError, match=reason.replace("[", r"\[")):
            read_calendar([HEADER, *rows])
