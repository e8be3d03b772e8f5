from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dianke.kernel.clock import SHANGHAI
from dianke.kernel.period import (
    DatePeriod,
    InvalidPeriod,
    PeriodIsOpen,
    TimePeriod,
    UnableToSplitPeriod,
    merge_periods,
)

MAY = DatePeriod(date(2024, 5, 1), date(2024, 6, 1))

days = st.dates(date(2020, 1, 1), date(2030, 12, 31))


@st.composite
def periods(draw: st.DrawFn) -> DatePeriod:
    start = draw(days)
    length = draw(st.none() | st.integers(1, 400))
    return DatePeriod(start, None if length is None else start + timedelta(days=length))


def at(hour: int) -> datetime:
    return datetime(2024, 5, 8, hour, tzinfo=SHANGHAI)


class TestPeriod:
    def test_contains_its_start_but_not_its_end(self):
        assert [MAY.contains(date(2024, 5, 1)), MAY.contains(date(2024, 6, 1))] == [True, False]

    def test_without_end_contains_every_later_day(self):
        assert DatePeriod(date(2024, 5, 1)).contains(date(9999, 12, 31))

    def test_that_only_touches_another_does_not_overlap_it(self):
        june = DatePeriod(date(2024, 6, 1), date(2024, 7, 1))

        assert not MAY.overlaps(june)
        assert MAY.intersection(june) is None

    def test_intersects_an_open_period_up_to_its_own_end(self):
        common = MAY.intersection(DatePeriod(date(2024, 5, 20)))

        assert common == DatePeriod(date(2024, 5, 20), date(2024, 6, 1))

    def test_splits_into_parts_that_share_no_day(self):
        before, after = MAY.split(date(2024, 5, 15))

        assert (before.days(), after.days()) == (14, 17)
        assert not before.overlaps(after)

    @pytest.mark.parametrize("day", [date(2024, 5, 1), date(2024, 6, 1), date(2024, 4, 30)])
    def test_refuses_to_split_where_a_part_would_be_empty(self, day: date):
        with pytest.raises(UnableToSplitPeriod):
            MAY.split(day)

    @pytest.mark.parametrize("end", [date(2024, 5, 1), date(2024, 4, 30)])
    def test_refuses_an_end_that_is_not_after_the_start(self, end: date):
        with pytest.raises(InvalidPeriod):
            DatePeriod(date(2024, 5, 1), end)

    def test_of_days_refuses_a_moment(self):
        with pytest.raises(InvalidPeriod):
            DatePeriod(at(10))

    def test_of_moments_refuses_a_moment_without_offset(self):
        with pytest.raises(InvalidPeriod):
            TimePeriod(datetime(2024, 5, 8, 10))  # noqa: DTZ001 - the missing offset is the point

    def test_without_end_has_no_length(self):
        with pytest.raises(PeriodIsOpen):
            DatePeriod(date(2024, 5, 1)).days()
        with pytest.raises(PeriodIsOpen):
            TimePeriod(at(10)).length()

    def test_measures_real_time_across_a_change_of_the_offset(self):
        # Shanghai kept summer time from 1986 to 1991: on 4 May 1986 the hour after 02:00 did not exist.
        night = TimePeriod(datetime(1986, 5, 4, 0, tzinfo=SHANGHAI), datetime(1986, 5, 4, 6, tzinfo=SHANGHAI))

        assert night.length() == timedelta(hours=5)

    def test_is_written_with_two_dots_where_the_end_is_open(self):
        assert str(DatePeriod(date(2024, 5, 1))) == "2024-05-01/.."

    @given(periods(), days)
    def test_and_its_parts_contain_the_same_days(self, period: DatePeriod, day: date):
        cut = period.start + timedelta(days=1)
        parts = period.split(cut) if period.contains(cut) else (period,)

        assert sum(part.contains(day) for part in parts) == period.contains(day)

    @given(periods(), periods(), days)
    def test_intersection_holds_the_days_both_contain(self, one: DatePeriod, other: DatePeriod, day: date):
        common = one.intersection(other)

        assert (common is not None and common.contains(day)) == (one.contains(day) and other.contains(day))
        assert common == other.intersection(one)

    @given(periods(), st.lists(periods(), max_size=4), days)
    def test_less_others_holds_the_days_none_of_them_covers(
        self, period: DatePeriod, others: list[DatePeriod], day: date
    ):
        left = list(period.subtract(others))

        assert any(part.contains(day) for part in left) == (
            period.contains(day) and not any(other.contains(day) for other in others)
        )
        assert not any(a.overlaps(b) for a in left for b in left if a is not b)


class TestMergePeriods:
    def test_joins_what_overlaps_or_touches(self):
        merged = merge_periods([TimePeriod(at(14), at(16)), TimePeriod(at(9), at(12)), TimePeriod(at(12), at(13))])

        assert merged == [TimePeriod(at(9), at(13)), TimePeriod(at(14), at(16))]

    def test_swallows_everything_behind_an_open_period(self):
        merged = merge_periods([TimePeriod(at(9)), TimePeriod(at(10), at(11)), TimePeriod(at(20))])

        assert merged == [TimePeriod(at(9))]

    def test_compares_moments_of_different_offsets(self):
        merged = merge_periods([TimePeriod(at(9), at(10)), TimePeriod(datetime(2024, 5, 8, 1, 30, tzinfo=UTC), at(11))])

        assert merged == [TimePeriod(at(9), at(11))]
