import numpy as np

from dianke.engine import pricing
from dianke.engine.rounding import round_half_up
from dianke.engine.types import Scales, Tier, TierScheme

SCALES = Scales()
ANNUAL = TierScheme(
    is_surcharge=True,
    tiers=(Tier(up_to_kwh=216_000, price=0), Tier(up_to_kwh=480_000, price=5), Tier(up_to_kwh=None, price=30)),
    limit_divisor=12,
)


def fen(product):
    return round_half_up(product, decimals=2).tolist()


class TestEnergyCharge:
    def test_prices_with_all_eight_decimals(self):
        # 27,531 kWh x 0.88328874 = 24,317.82 yuan
        assert fen(pricing.energy_charge(np.array([2_753_100]), 88_328_874, scales=SCALES)) == [2_431_782]

    def test_rounds_a_negative_price_away_from_zero(self):
        # 1 kWh x -0.005 = -0.01
        assert fen(pricing.energy_charge(np.array([100]), -500_000, scales=SCALES)) == [-1]


class TestFundQuantity:
    def test_adds_the_shares_that_bear_the_fund(self):
        kwh = pricing.fund_quantity(np.array([1_000]), [np.array([200]), np.array([30])])

        assert kwh.tolist() == [1_230]


class TestTierLimits:
    def test_of_two_months_are_double(self):
        scheme = TierScheme(tiers=(Tier(up_to_kwh=20_000, price=1), Tier(up_to_kwh=None, price=2)))

        limits = pricing.tier_limits(scheme, np.array([20_000, 15_000]), None, size=2, scales=SCALES)

        assert [limit.tolist() for limit in limits] == [[40_000, 30_000]]

    def test_of_a_year_are_cut_to_the_months_of_service(self):
        # connected in October: 3 of 12 months of 2,160 and 4,800 kWh
        limits = pricing.tier_limits(ANNUAL, np.array([30_000]), None, size=1, scales=SCALES)

        assert [limit.tolist() for limit in limits] == [[54_000], [120_000]]

    def test_may_differ_by_point(self):
        own = (np.array([316_000, 216_000]), np.array([580_000, 480_000]))

        limits = pricing.tier_limits(ANNUAL, None, own, size=2, scales=SCALES)

        assert [limit.tolist() for limit in limits] == [[316_000, 216_000], [580_000, 480_000]]


class TestTierQuantities:
    LIMITS = (np.array([20_000]), np.array([40_000]))

    def test_include_the_upper_limit(self):
        tiers = pricing.tier_quantities(np.array([20_000]), None, self.LIMITS)

        assert [tier.tolist() for tier in tiers] == [[20_000], [0], [0]]

    def test_fill_one_block_after_the_other(self):
        tiers = pricing.tier_quantities(np.array([65_000]), None, self.LIMITS)

        assert [tier.tolist() for tier in tiers] == [[20_000], [20_000], [25_000]]

    def test_go_on_where_earlier_bills_stopped(self):
        tiers = pricing.tier_quantities(np.array([15_000]), np.array([30_000]), self.LIMITS)

        assert [tier.tolist() for tier in tiers] == [[0], [10_000], [5_000]]


class TestFreeQuota:
    def test_is_the_quota_of_the_months(self):
        kwh = pricing.free_quota(np.array([9_000]), np.array([1_500]), np.array([20_000]), scales=SCALES)

        assert kwh.tolist() == [3_000]

    def test_never_exceeds_what_was_used(self):
        kwh = pricing.free_quota(np.array([800]), np.array([1_500]), None, scales=SCALES)

        assert kwh.tolist() == [800]


class TestFixedCharge:
    def test_is_multiplied_by_a_part_of_a_month(self):
        # 9.75 x 0.9534 = 9.29565
        charge = pricing.fixed_charge(97_500, np.array([9_534]), size=1, scales=SCALES)

        assert fen(charge) == [930]

    def test_is_one_month_without_months(self):
        assert fen(pricing.fixed_charge(37_400, None, size=2, scales=SCALES)) == [374, 374]


class TestRatioCharge:
    def test_is_a_ratio_of_money(self):
        # 5,477.509 fen would need a finer base: 54.78 x 0.10 = 5.478 -> 5.48
        assert fen(pricing.ratio_charge(np.array([5_478]), 100_000, base_scale=2, ratio_scale=6)) == [548]


class TestNetOfTax:
    def test_splits_a_total_that_includes_tax(self):
        # 113.00 / 1.13 = 100.00; 207,711.15 / 1.13 = 183,815.18
        net, tax = pricing.net_of_tax(np.array([11_300, 20_771_115]), 130_000, scales=SCALES, decimals=2)

        assert net.tolist() == [10_000, 18_381_518]
        assert tax.tolist() == [1_300, 2_389_597]
