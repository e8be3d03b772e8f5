import numpy as np
import pytest

from dianke.engine import basic
from dianke.engine.rounding import round_half_up
from dianke.engine.types import BasicCharge, Capacity, LoadFactorDiscount, Scales

SCALES = Scales()
KVA = 10_000
KW = 1_000_000
CONTRACT = BasicCharge(
    mode="contract_demand",
    prices=(390_000,),
    floor_ratio=400_000,
    band_ratio=1_050_000,
    excess_multiple=2_000_000,
    discount=LoadFactorDiscount(kwh_per_kva=260_000_000, ratio=900_000),
)


def rows(kva, **fields):
    return Capacity(kva=np.array(kva) * KVA, offsets=np.array([0, len(kva)]), **fields)


def fen(product):
    return round_half_up(product, decimals=2).tolist()


class TestCapacityInUse:
    def test_counts_hot_standby_and_leaves_out_sealed_units(self):
        capacity = rows([1_000, 1_000, 1_000], is_charged=np.array([True, True, False]))

        assert basic.capacity_in_use(capacity).tolist() == [2_000 * KVA * 30]

    def test_counts_thirtieths_of_each_unit(self):
        # 1000 x 10 + 500 x 20 + 630 x 30 = 38,900 kVA-days
        capacity = rows([1_000, 500, 630], factor=np.array([10, 20, 30]))

        assert basic.capacity_in_use(capacity).tolist() == [38_900 * KVA]

    def test_counts_the_largest_of_an_interlocked_group(self):
        capacity = rows([800, 630, 315], group=np.array([1, 1, 0]))

        assert basic.capacity_in_use(capacity).tolist() == [(800 + 315) * KVA * 30]

    def test_counts_the_interlocked_unit_that_was_longest_in_use(self):
        # 1000 kVA x 10 days against 500 kVA x 30 days
        capacity = rows([1_000, 500], factor=np.array([10, 30]), group=np.array([1, 1]))

        assert basic.capacity_in_use(capacity).tolist() == [500 * KVA * 30]

    def test_keeps_groups_of_one_point_and_of_others_apart(self):
        capacity = Capacity(
            kva=np.array([100, 200, 400, 300]) * KVA,
            offsets=np.array([0, 3, 4]),
            group=np.array([1, 1, 2, 1]),
        )

        assert basic.capacity_in_use(capacity).tolist() == [600 * KVA * 30, 300 * KVA * 30]

    def test_keeps_price_versions_apart(self):
        capacity = rows([315, 315], factor=np.array([10, 20]), version=np.array([0, 1]))

        assert basic.capacity_in_use(capacity, version=1).tolist() == [315 * KVA * 20]


class TestCapacityCharge:
    def test_is_rounded_once_on_the_whole_product(self):
        # (1000 x 10 + 500 x 20 + 630 x 30) / 30 x 15 = 19,450.00
        charge = basic.capacity_charge(np.array([38_900 * KVA]), 150_000, None, divisor=30, scales=SCALES)

        assert fen(charge) == [1_945_000]

    def test_is_multiplied_by_a_part_of_a_month(self):
        # 1 x 9.75 x 0.95342466 = 9.2959 (months to four decimals here)
        charge = basic.capacity_charge(np.array([30 * KVA]), 97_500, np.array([9_534]), divisor=30, scales=SCALES)

        assert fen(charge) == [930]


class TestContractDemand:
    def demand(self, *, declared, measured, floor_kva=0, charge=CONTRACT):
        return basic.contract_demand(
            charge,
            np.array([declared]) * KW,
            np.array([measured]) * KW,
            np.array([floor_kva]) * KVA,
            scales=SCALES,
        )

    def test_charges_the_declared_value_up_to_the_band(self):
        demand = self.demand(declared=1_000, measured=1_050)

        assert demand.billed_kw.tolist() == [1_000 * KW]
        assert demand.excess_kw.tolist() == [0]

    def test_charges_twice_what_exceeds_the_band(self):
        # 1,200 - 1,050 = 150 kW: 1,000 + 2 x 150
        demand = self.demand(declared=1_000, measured=1_200)

        assert demand.excess_kw.tolist() == [150 * KW]
        assert demand.billed_kw.tolist() == [1_300 * KW]

    def test_raises_a_low_declaration_to_forty_percent_of_capacity(self):
        demand = self.demand(declared=228, measured=228, floor_kva=800)

        assert demand.contract_kw.tolist() == [320 * KW]
        assert demand.billed_kw.tolist() == [320 * KW]

    def test_charges_the_band_below_an_excess_in_the_other_reading(self):
        charge = BasicCharge(
            mode="contract_demand",
            prices=(390_000,),
            band_ratio=1_050_000,
            excess_multiple=2_000_000,
            is_band_charged=True,
        )

        above = self.demand(declared=1_000, measured=1_200, charge=charge)
        below = self.demand(declared=1_000, measured=1_040, charge=charge)

        assert above.billed_kw.tolist() == [1_350 * KW]
        assert below.billed_kw.tolist() == [1_000 * KW]


class TestDemandCharge:
    @pytest.mark.parametrize(("demand_kw_e6", "expected_fen"), [(30_842_066_223, 120_284_058), (1_933_777, 7_542)])
    def test_keeps_six_decimals_of_demand(self, demand_kw_e6, expected_fen):
        charge = basic.demand_charge(np.array([demand_kw_e6]), CONTRACT, None, scales=SCALES)

        assert fen(charge) == [expected_fen]

    def test_weighs_two_prices_by_their_days(self):
        # 300 kW x (10 x 38.40 + 21 x 40.80) / 31 = 12,007.74
        change = BasicCharge(mode="actual_demand", prices=(384_000, 408_000), price_days=(10, 21))

        assert fen(basic.demand_charge(np.array([300 * KW]), change, None, scales=SCALES)) == [1_200_774]

    def test_of_an_excess_is_a_multiple_of_the_price(self):
        # 150 kW x 39 x 2 = 11,700.00
        assert fen(basic.excess_charge(np.array([150 * KW]), CONTRACT, None, scales=SCALES)) == [1_170_000]


class TestLoadFactorDiscount:
    def test_begins_at_260_kwh_per_kva_and_not_below(self):
        energy = np.array([26_000_000, 25_999_999])

        is_discounted = basic.is_load_factor_discounted(energy, np.array([1_000, 1_000]) * KVA, CONTRACT, scales=SCALES)

        assert is_discounted.tolist() == [True, False]

    def test_needs_a_capacity(self):
        is_discounted = basic.is_load_factor_discounted(np.array([100]), np.array([0]), CONTRACT, scales=SCALES)

        assert is_discounted.tolist() == [False]

    def test_counts_sealed_capacity_too(self):
        capacity = rows([1_000, 1_000], is_charged=np.array([True, False]))

        assert basic.listed_capacity(capacity).tolist() == [2_000 * KVA]


class TestFloorCapacity:
    def test_takes_units_in_use_for_some_of_the_month_unprorated(self):
        capacity = rows([1_000, 500, 315], factor=np.array([15, 0, 30]), is_charged=np.array([True, True, False]))

        assert basic.floor_capacity(capacity).tolist() == [1_000 * KVA]
