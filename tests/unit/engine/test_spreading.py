import numpy as np

from dianke.engine import spreading


class TestSpreadInProportion:
    def test_gives_exact_parts_where_they_are_whole(self):
        weights = [np.array([1_000]), np.array([2_000]), np.array([3_000])]

        parts = spreading.spread_in_proportion(np.array([600]), weights)

        assert [part.tolist() for part in parts] == [[100], [200], [300]]

    def test_raises_the_largest_remainder_so_that_the_parts_add_up(self):
        # 7 of 11 : 21 : 31 = 1.22, 2.33, 3.44 -> 1, 2, 3 and one more for the last
        weights = [np.array([11]), np.array([21]), np.array([31])]

        parts = spreading.spread_in_proportion(np.array([7]), weights)

        assert [part.tolist() for part in parts] == [[1], [2], [4]]

    def test_raises_the_earlier_column_among_equal_remainders(self):
        weights = [np.array([10]), np.array([10])]

        parts = spreading.spread_in_proportion(np.array([1]), weights)

        assert [part.tolist() for part in parts] == [[1], [0]]

    def test_divides_in_whole_units_only(self):
        weights = [np.array([1_00]), np.array([2_00])]

        parts = spreading.spread_in_proportion(np.array([10_00]), weights, unit=100)

        assert [part.tolist() for part in parts] == [[3_00], [7_00]]

    def test_leaves_rows_without_weight_to_the_caller(self):
        weights = [np.array([0, 1]), np.array([0, 1])]

        parts = spreading.spread_in_proportion(np.array([5, 4]), weights)

        assert [part.tolist() for part in parts] == [[0, 2], [0, 2]]

    def test_stays_exact_beyond_int64(self):
        weights = [np.array([10**12]), np.array([2 * 10**12])]

        parts = spreading.spread_in_proportion(np.array([3 * 10**12]), weights)

        assert [part.tolist() for part in parts] == [[10**12], [2 * 10**12]]


class TestSpreadOverRows:
    def test_shares_the_loss_of_a_transformer_by_energy(self):
        # 100 kWh over meters of 1, 1, 1 kWh; 10 over 30 and 70
        rows = spreading.spread_over_rows(np.array([100, 10]), np.array([1, 1, 1, 30, 70]), np.array([0, 3, 5]))

        assert rows.tolist() == [33, 34, 33, 3, 7]

    def test_gives_all_to_the_first_row_of_an_idle_group(self):
        rows = spreading.spread_over_rows(np.array([9]), np.array([0, 0]), np.array([0, 2]))

        assert rows.tolist() == [9, 0]


class TestRows:
    def test_sum_by_point_with_points_that_have_none(self):
        offsets = np.array([0, 2, 2, 3])

        assert spreading.sum_rows(np.array([1, 2, 5]), offsets).tolist() == [3, 0, 5]

    def test_sum_exactly_beyond_int64(self):
        rows = np.array([2**62, 2**62, -1])

        assert spreading.sum_rows(rows, np.array([0, 2, 3])).tolist() == [2**63, -1]

    def test_find_the_largest_of_a_point(self):
        offsets = np.array([0, 2, 2, 3])

        assert spreading.largest_of_rows(np.array([4, 9, 5]), offsets).tolist() == [9, 0, 5]

    def test_find_flags_of_points(self):
        flags, offsets = np.array([True, False, False]), np.array([0, 2, 3])

        assert spreading.any_of_rows(flags, offsets).tolist() == [True, False]
