from datetime import date

import numpy as np

from dianke.engine import proration

JUNE = (date(2024, 6, 1).toordinal(), date(2024, 7, 1).toordinal())


def in_use(suspensions, *, span=JUNE):
    rows = [(first.toordinal(), last.toordinal()) for first, last in suspensions]
    return proration.days_in_use(
        np.array([span[0]]),
        np.array([span[1]]),
        suspended_start=np.array([first for first, _ in rows], dtype=np.int64),
        suspended_end=np.array([last for _, last in rows], dtype=np.int64),
        offsets=np.array([0, len(rows)]),
    ).tolist()


class TestDaysInUse:
    def test_are_all_days_without_a_suspension(self):
        assert in_use([]) == [30]

    def test_leave_out_a_suspension_of_fifteen_days(self):
        assert in_use([(date(2024, 6, 11), date(2024, 6, 26))]) == [15]

    def test_ignore_a_suspension_of_fourteen_days(self):
        assert in_use([(date(2024, 6, 11), date(2024, 6, 25))]) == [30]

    def test_measure_a_suspension_by_its_own_length_and_take_off_its_days_inside(self):
        # 20 May to 11 June is 22 days, ten of them in June
        assert in_use([(date(2024, 5, 20), date(2024, 6, 11))]) == [20]

    def test_take_shared_days_of_two_suspensions_off_once(self):
        assert in_use([(date(2024, 6, 1), date(2024, 6, 16)), (date(2024, 6, 6), date(2024, 6, 26))]) == [5]

    def test_do_not_join_two_short_suspensions(self):
        assert in_use([(date(2024, 6, 1), date(2024, 6, 11)), (date(2024, 6, 11), date(2024, 6, 21))]) == [30]

    def test_of_one_entry_do_not_touch_the_next(self):
        days = proration.days_in_use(
            np.array([JUNE[0], JUNE[0], JUNE[0]]),
            np.array([JUNE[1], JUNE[1], JUNE[1]]),
            suspended_start=np.array([JUNE[0], JUNE[0] + 5, JUNE[0] + 10]),
            suspended_end=np.array([JUNE[0] + 30, JUNE[0] + 25, JUNE[0] + 30]),
            offsets=np.array([0, 1, 2, 3]),
        )

        assert days.tolist() == [0, 10, 10]

    def test_of_an_entry_that_ended_before_the_period_are_none(self):
        assert in_use([], span=(JUNE[1], JUNE[0])) == [0]


class TestUseFactor:
    def test_is_a_whole_month_in_use_all_of_february(self):
        assert proration.use_factor(np.array([28, 13]), period_days=28).tolist() == [30, 13]

    def test_never_divides_by_thirty_one(self):
        # 15 sealed days leave 16 thirtieths of a month of 31 days
        assert proration.use_factor(np.array([31, 30, 16, 0]), period_days=31).tolist() == [30, 30, 16, 0]
