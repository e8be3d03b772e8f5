import numpy as np

from dianke.engine import shares
from dianke.engine.types import ChargePlan, Share

LIGHTING = Share(name="lighting", price=70_000_000)
LIVING = Share(name="living", price=50_000_000)
RATIO = Share(name="ratio", price=60_000_000, is_ratio=True)
FROM_FLAT = Share(name="flat only", price=70_000_000, taken_from="flat")


def allot(rows, wanted, columns, periods, *, total=None):
    kwh = [np.array([value]) for value in columns]
    given, left = shares.allot_shares(
        rows,
        [np.array([value]) for value in wanted],
        np.array([sum(columns) if total is None else total]),
        kwh,
        periods=periods,
        unit=1,
    )
    return [int(each[0]) for each in given], [int(each[0]) for each in left]


class TestWantedShare:
    def test_rounds_a_ratio_of_the_total(self):
        # 10 % of 1,005 kWh = 100.5 -> 101
        kwh = shares.wanted_share(np.array([100_000]), np.array([100_500]), is_ratio=True, plan=ChargePlan())

        assert kwh.tolist() == [10_100]

    def test_rounds_a_fixed_energy(self):
        kwh = shares.wanted_share(np.array([250]), np.array([0]), is_ratio=False, plan=ChargePlan())

        assert kwh.tolist() == [300]


class TestAllotShares:
    def test_takes_fixed_shares_before_ratios(self):
        given, left = allot([RATIO, LIGHTING], [100, 950], [1_000], ["single"])

        assert given == [50, 950]
        assert left == [0]

    def test_cuts_fixed_shares_in_their_order(self):
        given, left = allot([LIGHTING, LIVING], [700, 600], [1_000], ["single"])

        assert given == [700, 300]
        assert left == [0]

    def test_takes_a_named_period_only_as_far_as_it_reaches(self):
        given, left = allot([FROM_FLAT], [2_000], [500, 1_500], ["peak", "flat"])

        assert given == [1_500]
        assert left == [500, 0]

    def test_leaves_the_periods_in_proportion(self):
        given, left = allot([LIGHTING], [600], [1_000, 2_000, 3_000], ["peak", "valley", "flat"])

        assert given == [600]
        assert left == [900, 1_800, 2_700]

    def test_takes_a_named_period_from_an_undivided_price(self):
        given, left = allot([FROM_FLAT], [200], [1_000], ["single"])

        assert given == [200]
        assert left == [800]

    def test_gives_nothing_from_a_period_that_was_not_read(self):
        given, left = allot([FROM_FLAT], [200], [1_000], ["peak"])

        assert given == [0]
        assert left == [1_000]

    def test_measures_what_is_there_by_the_total(self):
        given, left = allot([LIGHTING], [15], [3, 3, 3], ["peak", "valley", "flat"], total=20)

        assert given == [15]
        assert left == [0, 0, 0]


class TestDeductSubMeters:
    def test_leaves_the_rest_to_the_main_meter(self):
        main, is_negative = shares.deduct_sub_meters([np.array([1_000])], [np.array([300])])

        assert [column.tolist() for column in main] == [[700]]
        assert is_negative.tolist() == [False]

    def test_flags_a_main_meter_below_its_sub_meters(self):
        _, is_negative = shares.deduct_sub_meters([np.array([1_000, 50])], [np.array([300, 60])])

        assert is_negative.tolist() == [False, True]
