import numpy as np
import pytest

from dianke.engine import power_factor
from dianke.engine.types import PowerFactorRow, PowerFactorTable

TWO_STEPS = PowerFactorTable(
    rows=(PowerFactorRow(limit=8_500, per_point=15_000), PowerFactorRow(limit=7_500, per_point=30_000))
)


def factor(active, reactive, *, decimals=2):
    value, _, _ = power_factor.power_factor(np.array([active]), np.array([reactive]), decimals=decimals)
    return int(value[0])


def percent(value, table, *, decimals=2):
    return power_factor.adjustment_percent(np.array([value]), table, decimals=decimals).tolist()


class TestPowerFactor:
    def test_is_rounded_half_up_to_two_decimals(self):
        assert factor(5_000_000, 5_900_000) == 65  # 0.6465
        assert factor(51_180_000, 11_010_000) == 98  # 0.9776

    @pytest.mark.parametrize(
        ("active", "reactive", "expected"), [(4, 3, 80), (7, 24, 28), (33, 56, 51), (3_300, 5_600, 51)]
    )
    def test_agrees_with_pythagorean_triples(self, active, reactive, expected):
        assert factor(active, reactive) == expected  # 4 / 5, 7 / 25, 33 / 65 = 0.5077

    def test_decides_an_edge_in_integers(self):
        # The edge 0.855 = 171 / 200 lies at sqrt(200^2 - 171^2) = 103.7256... of reactive energy
        active, last_above = 171 * 10**12, 103725599540325

        assert factor(active, last_above) == 86
        assert factor(active, last_above + 1) == 85

    def test_stays_exact_for_energies_whose_squares_pass_int64(self):
        assert factor(4 * 10**17, 3 * 10**17) == 80

    def test_counts_reverse_reactive_energy_like_forward(self):
        assert factor(4, -3) == 80

    def test_is_undefined_for_reactive_energy_alone(self):
        _, is_defined, is_undefined = power_factor.power_factor(np.array([0, 0, 5]), np.array([7, 0, 0]), decimals=2)

        assert is_defined.tolist() == [False, False, True]
        assert is_undefined.tolist() == [True, False, False]


class TestAssessedEnergy:
    def test_leaves_out_parallel_shares_and_keeps_sub_meters_in_series(self):
        kwh = power_factor.assessed_energy(np.array([2_000]), [np.array([200])], np.array([50]))

        assert kwh.tolist() == [1_850]


class TestAdjustmentPercent:
    @pytest.mark.parametrize(
        ("standard", "value", "expected"),
        [
            ("0.90", 98, -7_500),
            ("0.90", 91, -1_500),
            ("0.90", 90, 0),
            ("0.90", 65, 150_000),
            ("0.90", 22, 1_010_000),
            ("0.85", 94, -11_000),
            ("0.85", 80, 25_000),
            ("0.80", 91, -11_500),
            ("0.80", 54, 170_000),
        ],
    )
    def test_follows_the_national_tables(self, standard, value, expected):
        assert percent(value, power_factor.STANDARD_TABLES[standard]) == [expected]

    def test_looks_standards_up_with_two_decimals_whatever_is_shown(self):
        assert percent(874, power_factor.STANDARD_TABLES["0.90"], decimals=3) == [15_000]

    def test_adds_the_rows_of_a_table_of_its_own(self):
        # 0.70: ten points of 1.5 down to 0.75 and five of 3
        assert percent(70, TWO_STEPS) == [300_000]
        assert percent(80, TWO_STEPS) == [75_000]
        assert percent(85, TWO_STEPS) == [0]

    def test_adds_a_percent_below_a_limit(self):
        table = PowerFactorTable(
            rows=(PowerFactorRow(limit=7_000, percent=50_000), PowerFactorRow(limit=9_000, per_point=10_000))
        )

        assert percent(65, table) == [250_000]

    def test_charges_parts_of_a_point_where_the_factor_is_finer(self):
        # 0.845: half a point of 1.5
        assert percent(845, TWO_STEPS, decimals=3) == [7_500]

    def test_refuses_more_decimals_than_tables_have(self):
        with pytest.raises(ValueError, match="at most 4 decimals"):
            percent(1, TWO_STEPS, decimals=5)
