"""Limits of tiers."""

from decimal import Decimal

import pytest

from dianke.domain.tariffs.rules import tiers as tier_rules
from dianke.domain.tariffs.types import TierBlock, TierFacts, TierKind, TierSeason


@pytest.fixture
def guangzhou(versions) -> TierFacts:
    """Return the monthly tiers of Guangzhou."""
    return versions["GD-GZ-RES GD-GZ-RES"].tiers


@pytest.fixture
def annual() -> TierFacts:
    """Return annual tiers of 2760 and 4800 kWh, with 100 kWh a month for five persons."""
    blocks = (
        TierBlock(tier=1, upper_kwh=Decimal(2760), surcharge=Decimal(0)),
        TierBlock(tier=2, upper_kwh=Decimal(4800), surcharge=Decimal("0.05")),
        TierBlock(tier=3, upper_kwh=None, surcharge=Decimal("0.30")),
    )
    return TierFacts(
        kind=TierKind.ANNUAL,
        seasons=(TierSeason(blocks=blocks),),
        large_household_persons=5,
        large_household_kwh_per_month=Decimal(100),
    )


class TestGetLimits:
    def test_follow_the_season(self, guangzhou):
        assert tier_rules.get_limits(guangzhou, months=[1]) == (200, 400)
        assert tier_rules.get_limits(guangzhou, months=[5]) == (260, 600)

    def test_add_up_over_two_months_of_different_seasons(self, guangzhou):
        assert tier_rules.get_limits(guangzhou, months=[4, 5]) == (460, 1000)

    def test_grow_for_five_persons_each_month(self, guangzhou):
        assert tier_rules.get_limits(guangzhou, months=[10, 11], household_persons=5) == (660, 1200)
        assert tier_rules.get_limits(guangzhou, months=[10, 11], household_persons=4) == (460, 1000)

    def test_are_those_of_the_year_in_an_annual_scheme(self, annual):
        assert tier_rules.get_limits(annual, months=[3, 4]) == (2760, 4800)

    def test_shrink_with_the_months_of_service(self, annual):
        assert tier_rules.get_limits(annual, months=[6], months_of_service=7) == (1610, 2800)
        assert tier_rules.get_limits(annual, months=[6], months_of_service=7, household_persons=6) == (
            2310,
            3500,
        )


class TestCheckTiers:
    def test_passes_the_shipped_tiers(self, guangzhou, annual):
        assert tier_rules.check_tiers(guangzhou) == tier_rules.check_tiers(annual) == []

    def test_finds_months_twice_and_never(self, annual):
        blocks = annual.seasons[0].blocks
        seasons = (
            TierSeason(blocks=blocks, months=frozenset({1, 2, 3})),
            TierSeason(blocks=blocks, months=frozenset({3, 4})),
        )

        faults = tier_rules.check_tiers(TierFacts(kind=TierKind.MONTHLY, seasons=seasons))

        assert [fault.facts["reason"] for fault in faults] == [
            "months [5, 6, 7, 8, 9, 10, 11, 12] have no limits",
            "months [3] have two sets of limits",
        ]

    def test_finds_an_open_tier_that_is_not_the_last(self):
        blocks = (
            TierBlock(tier=1, upper_kwh=None, surcharge=Decimal(0)),
            TierBlock(tier=2, upper_kwh=Decimal(10), surcharge=Decimal(0)),
        )

        faults = tier_rules.check_tiers(TierFacts(kind=TierKind.MONTHLY, seasons=(TierSeason(blocks=blocks),)))

        assert [fault.facts["reason"] for fault in faults] == ["only the last tier, and it alone, is open above"]

    def test_finds_surcharges_that_fall(self, annual):
        first, second, _ = annual.seasons[0].blocks
        cheaper = TierBlock(tier=3, upper_kwh=None, surcharge=Decimal("0.01"))
        seasons = (TierSeason(blocks=(first, second, cheaper)),)

        faults = tier_rules.check_tiers(TierFacts(kind=TierKind.MONTHLY, seasons=seasons))

        assert [fault.facts["reason"] for fault in faults] == ["surcharges ['0', '0.05', '0.01'] fall"]


class TestOthers:
    def test_surcharges_start_at_nothing(self, guangzhou):
        assert tier_rules.list_surcharges(guangzhou, month=7) == (0, Decimal("0.05"), Decimal("0.30"))

    def test_seven_persons_may_choose_the_shared_price(self, guangzhou, annual):
        assert tier_rules.may_choose_shared_price(guangzhou, household_persons=7)
        assert not tier_rules.may_choose_shared_price(guangzhou, household_persons=6)
        assert not tier_rules.may_choose_shared_price(annual, household_persons=9)
