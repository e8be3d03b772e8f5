import numpy as np
import pytest

from dianke.engine import intervals
from dianke.engine.intervals import MISSING, CurveShapeError
from dianke.engine.types import PERIODS

HOUR = 60
GUANGDONG = {
    "peak": [(10 * HOUR, 12 * HOUR), (14 * HOUR, 19 * HOUR)],
    "valley": [(0, 8 * HOUR)],
    "flat": [(8 * HOUR, 10 * HOUR), (12 * HOUR, 14 * HOUR), (19 * HOUR, 24 * HOUR)],
}


class TestSlotPeriods:
    def test_count_the_hours_of_each_period(self):
        periods = intervals.slot_periods(GUANGDONG, slots_per_day=96)

        counts = {period: int((periods == index).sum()) for index, period in enumerate(PERIODS)}
        assert counts == {"sharp": 0, "peak": 28, "flat": 36, "valley": 32, "deep": 0}

    def test_lay_sharp_over_peak_and_deep_over_valley(self):
        bands = {"peak": [(0, 720)], "sharp": [(60, 120)], "valley": [(720, 1_440)], "deep": [(780, 840)]}

        periods = intervals.slot_periods(bands, slots_per_day=24)

        assert [PERIODS[index] for index in periods[[0, 1, 2, 12, 13, 14]]] == [
            "peak",
            "sharp",
            "peak",
            "valley",
            "deep",
            "valley",
        ]

    def test_let_a_span_cross_midnight(self):
        bands = {"valley": [(23 * HOUR, 7 * HOUR)], "flat": [(7 * HOUR, 23 * HOUR)]}

        periods = intervals.slot_periods(bands, slots_per_day=24)

        assert np.flatnonzero(periods == PERIODS.index("valley")).tolist() == [0, 1, 2, 3, 4, 5, 6, 23]

    def test_refuse_an_hour_without_a_period(self):
        with pytest.raises(CurveShapeError, match="minute 480 belongs to no period"):
            intervals.slot_periods({"flat": [(0, 480)]}, slots_per_day=24)

    def test_refuse_a_span_that_cuts_a_slot(self):
        with pytest.raises(CurveShapeError, match="cuts a slot of 60 min"):
            intervals.slot_periods({"flat": [(0, 1_440)], "peak": [(510, 600)]}, slots_per_day=24)


class TestPeriodEnergy:
    PERIODS_OF_FOUR = np.array([PERIODS.index("valley"), PERIODS.index("peak")] * 2)

    def test_adds_the_slots_of_each_period_and_counts_what_is_missing(self):
        curves = np.array([[1, 10, 2, 20], [5, MISSING, 5, 7]], dtype=np.int32)

        energy, missing = intervals.period_energy(curves, self.PERIODS_OF_FOUR)

        assert {period: rows.tolist() for period, rows in energy.items()} == {
            "peak": [30, 7],
            "valley": [3, 10],
        }
        assert missing.tolist() == [0, 1]

    def test_does_not_overflow_the_curve_s_own_type(self):
        curves = np.full((1, 4), 2**31 - 1, dtype=np.int32)

        energy, _ = intervals.period_energy(curves, self.PERIODS_OF_FOUR)

        assert energy["peak"].tolist() == [2 * (2**31 - 1)]

    def test_refuses_a_map_of_another_length(self):
        with pytest.raises(CurveShapeError, match="curves have 3 values, the map 4"):
            intervals.period_energy(np.zeros((1, 3), dtype=np.int64), self.PERIODS_OF_FOUR)


class TestMaximumDemand:
    def test_of_quarter_hours_is_four_times_the_largest_energy(self):
        # 0.62 kWh in 15 min = 2.48 kW, x 40 = 99.2 kW
        curves = np.array([[10, 62, 30]])

        demand = intervals.maximum_demand(curves, slots_per_hour=4, multiplier=np.array([40]), scale=2, demand_scale=6)

        assert demand.demand_kw.tolist() == [99_200_000]
        assert demand.slot.tolist() == [1]

    def test_of_hours_is_the_hourly_mean(self):
        demand = intervals.maximum_demand(
            np.array([[150, 90]]), slots_per_hour=1, multiplier=None, scale=2, demand_scale=6
        )

        assert demand.demand_kw.tolist() == [1_500_000]

    def test_of_a_curve_without_values_is_none(self):
        demand = intervals.maximum_demand(
            np.array([[MISSING, MISSING]]), slots_per_hour=4, multiplier=None, scale=2, demand_scale=6
        )

        assert demand.demand_kw.tolist() == [0]
        assert demand.slot.tolist() == [-1]


class TestRegisterReadings:
    def test_run_on_from_the_start(self):
        readings = intervals.register_readings(np.array([100]), np.array([[1, 2, 3]]))

        assert readings.tolist() == [[100, 101, 103, 106]]

    def test_are_refused_over_missing_values(self):
        with pytest.raises(CurveShapeError, match="missing values"):
            intervals.register_readings(np.array([100]), np.array([[1, MISSING]]))


class TestCurvePlausibility:
    def test_allows_five_per_mille_against_the_register(self):
        curves = np.array([[500, 505], [500, 506], [500, MISSING]])

        plausible = intervals.is_curve_plausible(curves, np.array([1_000, 1_000, 500]), tolerance_permille=5)

        assert plausible.tolist() == [True, False, False]
