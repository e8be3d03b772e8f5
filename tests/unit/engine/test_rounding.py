from fractions import Fraction

import numpy as np

from dianke.engine import rounding
from dianke.engine.rounding import Product


class TestRoundHalfUp:
    def test_rounds_halves_away_from_zero_on_both_sides(self):
        tenths_of_fen = np.array([5, 14, 15, -5, -14, -15, 0])

        fen = rounding.round_half_up(Product((tenths_of_fen,), 3), decimals=2)

        assert fen.tolist() == [1, 1, 2, -1, -1, -2, 0]

    def test_divides_the_whole_product_once_by_thirty(self):
        # 315 kVA x 17 days x 23.20 yuan / 30 = 4141.20
        product = Product((np.array([315_0000]), np.array([17]), 23_2000), 8, divisor=30)

        fen = rounding.round_half_up(product, decimals=2)

        assert fen.tolist() == [414_120]

    def test_lifts_to_a_finer_scale(self):
        assert rounding.round_half_up(Product((np.array([7]),), 0), decimals=3).tolist() == [7_000]

    def test_takes_the_exact_path_only_for_rows_that_would_pass_int64(self):
        # 30,842.066223 kW x 39 yuan = 1,202,840.582697; in 1e-12 the second row passes 2^63
        kw_e12 = np.array([1_933_777_000_000, 30_842_066_223_000_000])

        fen = rounding.round_half_up(Product((kw_e12, 39_0000), 16), decimals=2)

        assert fen.dtype == np.int64
        assert fen.tolist() == [7_542, 120_284_058]

    def test_keeps_results_beyond_int64_as_python_integers(self):
        huge = np.array([2**62, 3])

        values = rounding.round_half_up(Product((huge, 8), 0), decimals=0)

        assert values.tolist() == [2**65, 24]

    def test_rounds_negative_rows_of_the_exact_path_away_from_zero(self):
        values = rounding.round_half_up(Product((np.array([-(2**62), 1]), 10), 1), decimals=0)

        assert values.tolist() == [-(2**62), 1]

    def test_gives_zero_for_a_zero_factor_however_large_the_others(self):
        values = rounding.round_half_up(Product((np.zeros(2, dtype=np.int64), 10**40), 3), decimals=2)

        assert values.tolist() == [0, 0]

    def test_takes_an_empty_fleet(self):
        nothing = np.zeros(0, dtype=np.int64)

        assert rounding.round_half_up(Product((nothing, 5), 2), decimals=0).tolist() == []

    def test_divides_by_a_divisor_wider_than_int64(self):
        values = rounding.round_half_up(Product((np.array([10**18]), 10**6), 24), decimals=0)

        assert values.tolist() == [1]


class TestExactSum:
    def test_never_wraps(self):
        columns = [np.array([2**62, 1]), np.array([2**62, 2])]

        assert rounding.exact_sum(columns, size=2).tolist() == [2**63, 3]

    def test_adds_nothing_to_zeros(self):
        assert rounding.exact_sum([], size=3).tolist() == [0, 0, 0]


class TestFractions:
    def test_keep_a_third_and_round_it_once(self):
        thirds = rounding.exact_quotients(Product((np.array([10, -5]),), 0, divisor=30))

        assert thirds.tolist() == [Fraction(1, 3), Fraction(-1, 6)]
        assert rounding.round_fractions(thirds, decimals=2).tolist() == [33, -17]

    def test_round_halves_away_from_zero(self):
        halves = np.array([Fraction(-5, 1000), Fraction(5, 1000)], dtype=object)

        assert rounding.round_fractions(halves, decimals=2).tolist() == [-1, 1]


class TestRescale:
    def test_rounds_to_whole_kwh_and_back(self):
        assert rounding.rescale(np.array([1_050, 1_049]), scale=2, to_scale=0).tolist() == [11, 10]
        assert rounding.rescale(np.array([11]), scale=0, to_scale=2).tolist() == [1_100]
