import numpy as np

from dianke.engine import registers
from dianke.engine.types import (
    BasicCharge,
    ChargePlan,
    Component,
    EnergyPrice,
    LoadFactorDiscount,
    Registers,
    Rounding,
    Scales,
    Usage,
)

ALL_DAY = ChargePlan()
BY_PERIOD = ChargePlan(energy=(EnergyPrice(codes=("peak", "flat"), components=(Component(prices=(1, 1)),)),))


def read(plan, *, size=1, **fields):
    return registers.measure_registers(plan, Registers(**fields), size=size)


class TestRegisterAdvance:
    def test_is_the_difference_of_two_readings(self):
        advance, is_backwards = registers.register_advance(np.array([595_380]), np.array([612_440]))

        assert advance.tolist() == [17_060]
        assert is_backwards.tolist() == [False]

    def test_wraps_a_marked_rollover_at_its_digits(self):
        # 6 digits: 999,990.00 -> 15.00 is 25.00
        advance, is_backwards = registers.register_advance(
            np.array([99_999_000]),
            np.array([1_500]),
            turn=np.array([100_000_000]),
            is_rollover=np.array([True]),
        )

        assert advance.tolist() == [2_500]
        assert is_backwards.tolist() == [False]

    def test_flags_a_register_that_runs_backwards_without_a_mark(self):
        advance, is_backwards = registers.register_advance(
            np.array([500, 500]),
            np.array([300, 900]),
            turn=np.array([100_000_000, 100_000_000]),
            is_rollover=np.array([False, False]),
        )

        assert advance.tolist() == [0, 400]
        assert is_backwards.tolist() == [True, False]

    def test_doubts_a_rollover_that_the_capacity_could_not_carry(self):
        # 100 kVA x 24 h x 30 d x 1.2 = 86,400 kWh
        plausible = registers.is_rollover_plausible(np.array([86_400, 86_401]), np.array([100, 100]), days=30)

        assert plausible.tolist() == [True, False]


class TestRegisterEnergy:
    def test_multiplies_before_it_rounds(self):
        # 170.60 x 3000 = 511,800 kWh; 1.00 x 7.5 = 7.5 -> 8 kWh
        energy = registers.register_energy(np.array([17_060, 100]), np.array([30_000, 75]), scale=3)

        assert energy.tolist() == [511_800, 8]

    def test_adds_the_segments_of_an_exchange_before_it_rounds(self):
        # 65.7 + 54.8 = 120.5 -> 121 kWh
        energy = registers.register_energy(np.array([657, 548]), np.array([1, 1]), offsets=np.array([0, 2]), scale=1)

        assert energy.tolist() == [121]

    def test_divides_by_a_ratio_that_is_no_finite_decimal(self):
        # 10 x 100 / 3 = 333.33 kWh
        energy = registers.register_energy(np.array([10]), np.array([100]), scale=0, divisor=3, decimals=2)

        assert energy.tolist() == [33_333]


class TestMeasureRegisters:
    def test_takes_the_missing_flat_from_the_rounded_total(self):
        # 10.4 -> 10, 3.5 -> 4, 3.5 -> 4: flat 2, so that the periods add up
        measured = read(
            ALL_DAY,
            start={"total": np.array([0]), "peak": np.array([0]), "valley": np.array([0])},
            end={"total": np.array([1_040]), "peak": np.array([350]), "valley": np.array([350])},
            multiplier=np.array([1]),
        )

        (part,) = measured.parts
        assert {kind: rows.tolist() for kind, rows in part.values.items()} == {
            "total": [1_000],
            "peak": [400],
            "valley": [400],
            "flat": [200],
        }

    def test_prices_a_read_flat_as_read(self):
        measured = read(
            BY_PERIOD,
            start={"total": np.array([336_400]), "flat": np.array([154_100])},
            end={"total": np.array([344_400]), "flat": np.array([157_900])},
            multiplier=np.array([60]),
        )

        (part,) = measured.parts
        assert part.values["total"].tolist() == [480_000]
        assert part.values["flat"].tolist() == [228_000]

    def test_counts_a_lone_total_as_flat_where_energy_is_priced_by_period(self):
        measured = read(
            BY_PERIOD,
            start={"total": np.array([0])},
            end={"total": np.array([500])},
            multiplier=np.array([1]),
        )

        assert measured.parts[0].values["flat"].tolist() == [500]

    def test_adds_up_the_periods_of_a_meter_without_total(self):
        measured = read(
            ALL_DAY,
            start={"peak": np.array([0]), "valley": np.array([0])},
            end={"peak": np.array([4_000]), "valley": np.array([6_000])},
            multiplier=np.array([1]),
        )

        (part,) = measured.parts
        assert part.values["total"].tolist() == [10_000]
        assert "flat" not in part.values

    def test_joins_the_segments_of_a_ratio_change_in_mid_period(self):
        # (1500 - 1400) x 20 + (1580 - 1500) x 30 = 4400 kWh for the first point
        measured = read(
            ALL_DAY,
            size=2,
            start={"total": np.array([140_000, 150_000, 0])},
            end={"total": np.array([150_000, 158_000, 700])},
            multiplier=np.array([20, 30, 1]),
            offsets=np.array([0, 2, 3]),
        )

        assert measured.parts[0].values["total"].tolist() == [440_000, 700]
        assert measured.segments.values["total"].tolist() == [200_000, 240_000, 700]

    def test_raises_the_total_by_adjustments_of_periods(self):
        measured = read(
            ALL_DAY,
            start={"total": np.array([0]), "peak": np.array([0])},
            end={"total": np.array([1_000]), "peak": np.array([300])},
            multiplier=np.array([1]),
            add={"flat": np.array([3_100])},
        )

        (part,) = measured.parts
        assert part.values["flat"].tolist() == [3_800]  # 10 - 3 before the adjustment, then + 31
        assert part.values["total"].tolist() == [4_100]

    def test_lets_an_adjustment_of_the_total_stand_alone(self):
        measured = read(
            ALL_DAY,
            start={"total": np.array([0]), "peak": np.array([0])},
            end={"total": np.array([1_000]), "peak": np.array([300])},
            multiplier=np.array([1]),
            add={"flat": np.array([3_100]), "total": np.array([500])},
        )

        assert measured.parts[0].values["total"].tolist() == [1_500]

    def test_names_points_whose_registers_run_backwards(self):
        measured = read(
            ALL_DAY,
            size=2,
            start={"total": np.array([0, 900])},
            end={"total": np.array([100, 100])},
            multiplier=np.array([1, 1]),
        )

        assert [(fault.code, fault.field, fault.points.tolist()) for fault in measured.faults] == [
            ("register_backwards", "registers.total", [1])
        ]

    def test_names_points_whose_periods_exceed_the_total(self):
        measured = read(
            ALL_DAY,
            start={"total": np.array([0]), "peak": np.array([0])},
            end={"total": np.array([100]), "peak": np.array([300])},
            multiplier=np.array([1]),
        )

        assert [(fault.code, fault.points.tolist()) for fault in measured.faults] == [("flat_negative", [0])]

    def test_keeps_price_versions_apart(self):
        measured = read(
            ALL_DAY,
            start={"total": np.array([0, 1_000])},
            end={"total": np.array([1_000, 3_000])},
            multiplier=np.array([1, 1]),
            offsets=np.array([0, 2]),
            version=np.array([0, 1]),
        )

        assert [part.values["total"].tolist() for part in measured.parts] == [[1_000], [2_000]]

    def test_keeps_the_unrounded_total_for_the_discount(self):
        discount = LoadFactorDiscount(kwh_per_kva=260_000_000, ratio=900_000)
        plan = ChargePlan(basic=BasicCharge(mode="actual_demand", prices=(1,), discount=discount))

        measured = read(
            plan,
            start={"total": np.array([0])},
            end={"total": np.array([25_999_960])},
            multiplier=np.array([1]),
        )

        assert measured.total_unrounded_kwh.tolist() == [25_999_960]
        assert measured.parts[0].values["total"].tolist() == [26_000_000]


class TestDemand:
    def test_of_several_meters_adds_up(self):
        measured = read(
            ALL_DAY,
            start={},
            end={},
            demand=np.array([15, 20]),
            multiplier=np.array([1_500, 100]),
            offsets=np.array([0, 2]),
        )

        assert measured.demand_kw.tolist() == [245_000_000]  # 0.15 x 1500 + 0.20 x 100 = 245 kW

    def test_of_an_exchange_is_the_larger(self):
        measured = read(
            ChargePlan(is_largest_demand=True),
            start={},
            end={},
            demand=np.array([15, 20]),
            multiplier=np.array([100, 100]),
            offsets=np.array([0, 2]),
        )

        assert measured.demand_kw.tolist() == [20_000_000]

    def test_is_missing_where_no_meter_shows_one(self):
        measured = read(
            ALL_DAY,
            size=2,
            start={},
            end={},
            demand=np.array([15, 0]),
            present={"demand": np.array([True, False])},
            multiplier=np.array([100, 100]),
        )

        assert measured.has_demand.tolist() == [True, False]

    def test_of_resupplied_users_follows_their_shifts(self):
        kw = registers.resupplied_demand(np.array([1_800_00]), kwh_per_kw=180, scale=2, demand_scale=6)

        assert kw.tolist() == [10_000_000]  # 1800 kWh of lighting = 10 kW


class TestMeasureUsage:
    def test_lets_a_total_win_over_the_periods(self):
        parts = ({"total": np.array([2_000]), "peak": np.array([300]), "flat": np.array([300])},)

        measured = registers.measure_usage(BY_PERIOD, Usage(parts=parts), size=1)

        assert measured.parts[0].values["total"].tolist() == [2_000]
        assert measured.parts[0].values["flat"].tolist() == [300]

    def test_rounds_to_the_decimals_of_the_plan(self):
        plan = ChargePlan(scales=Scales(energy=3), rounding=Rounding(quantity=1))

        measured = registers.measure_usage(plan, Usage(parts=({"total": np.array([1_050])},)), size=1)

        assert measured.parts[0].values["total"].tolist() == [1_100]
