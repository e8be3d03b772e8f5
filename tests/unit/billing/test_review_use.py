"""What counts as suspicious use: zero, jumps, more than the capacity carries, estimates, first bills."""

from dataclasses import replace
from datetime import date
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.factories import review as factory
from tests.factories.review import BOOK, history, homes, is_found, works

from dianke.domain.billing.rules.review import use
from dianke.domain.billing.rules.review.facts import CLASSES, HISTORY_MONTHS
from dianke.domain.billing.rules.review.find import RULES, find_suspicious
from dianke.domain.billing.rules.review.parameters import ParameterBook
from dianke.domain.customers.types import UsageClass

SHOP = CLASSES.index(UsageClass.COMMERCIAL_INDUSTRIAL)
HOME = CLASSES.index(UsageClass.RESIDENTIAL)


def bills_before(*latest: int | None, usual: int = 20_000) -> Any:
    """Return thirteen months of the usual energy, the latest ones as named."""
    return history([*[usual] * (HISTORY_MONTHS - len(latest)), *latest])


def test_nothing_is_found_where_all_is_in_order() -> None:
    assert find_suspicious(homes(3), BOOK) == []
    assert find_suspicious(works(), BOOK) == []


def test_nothing_is_found_in_an_empty_shard() -> None:
    assert find_suspicious(homes(0), BOOK) == []


class TestZeroUse:
    @pytest.mark.parametrize(
        ("usage_class", "zeros_before", "is_suspicious"),
        [(HOME, 1, False), (HOME, 2, True), (SHOP, 1, False), (SHOP, 2, True)],
    )
    def test_is_found_from_three_cycles_on(self, usage_class: int, zeros_before: int, is_suspicious: bool) -> None:
        facts = homes(usage_class=usage_class, energy_kwh_e2=0, history=bills_before(*[0] * zeros_before))

        assert is_found(use.zero_use, facts) is is_suspicious

    @pytest.mark.parametrize(("zeros_before", "is_suspicious"), [(4, False), (5, True)])
    def test_of_homes_was_found_from_six_cycles_on_before_2025(self, zeros_before: int, is_suspicious: bool) -> None:
        facts = homes(usage_class=HOME, energy_kwh_e2=0, history=bills_before(*[0] * zeros_before))

        assert is_found(use.zero_use, facts, ParameterBook(on=date(2024, 12, 31))) is is_suspicious

    def test_counts_bills_and_not_months(self) -> None:
        facts = homes(usage_class=SHOP, energy_kwh_e2=0, history=bills_before(0, None, 0, None))

        assert use.count_zero_bills(facts).tolist() == [3]

    def test_ends_with_the_first_bill_of_some_use(self) -> None:
        facts = homes(usage_class=SHOP, energy_kwh_e2=0, history=bills_before(0, 0, 1, 0))

        assert use.count_zero_bills(facts).tolist() == [2]

    def test_is_no_news_of_a_suspended_account_or_of_sealed_transformers(self) -> None:
        idle = {"energy_kwh_e2": 0, "history": bills_before(0, 0, 0)}

        assert is_found(use.zero_use, works(**idle))
        assert not is_found(use.zero_use, works(**idle, is_account_suspended=True))
        assert not is_found(use.zero_use, works(**idle, live_kva_days_e4=0))

    def test_rests_with_the_season_that_rested_last_year(self) -> None:
        pump = history([0, 0, 0, 0, 0, *[50_000] * 6, 0, 0])
        stopped = history([50_000, 50_000, 0, 0, 0, *[50_000] * 6, 0, 0])
        never_used = history([0] * HISTORY_MONTHS)

        assert not is_found(use.zero_use, homes(usage_class=SHOP, energy_kwh_e2=0, history=pump))
        assert is_found(use.zero_use, homes(usage_class=SHOP, energy_kwh_e2=0, history=stopped))
        assert is_found(use.zero_use, homes(usage_class=SHOP, energy_kwh_e2=0, history=never_used))


class TestJump:
    @pytest.mark.parametrize(
        ("energy_kwh_e2", "is_suspicious"),
        [(39_999, False), (40_000, True), (10_001, False), (10_000, False), (0, True)],
    )
    def test_is_twice_or_half_and_at_least_two_hundred_kwh_away_at_homes(
        self, energy_kwh_e2: int, is_suspicious: bool
    ) -> None:
        facts = homes(energy_kwh_e2=energy_kwh_e2)

        assert is_found(use.jump_last_month, facts) is is_suspicious
        assert is_found(use.jump_last_year, facts) is is_suspicious

    def test_tells_reference_ratio_and_what_is_usual(self) -> None:
        found = use.jump_last_month(homes(energy_kwh_e2=60_000), BOOK)

        assert factory.evidence(found) == {
            "energy_kwh_e2": 60_000,
            "reference_kwh_e2": 20_000,
            "percent": 300,
            "median_kwh_e2": 20_000,
            "z_e1": 250,
        }

    def test_is_no_jump_where_the_point_always_swings(self) -> None:
        swinging = history([10_000, 60_000] * 6 + [10_000])

        assert not is_found(use.jump_last_month, homes(energy_kwh_e2=55_000, history=swinging))

    def test_is_explained_by_the_same_season_of_last_year(self) -> None:
        summer = history([20_000, 62_000, *[20_000] * 11])

        assert not is_found(use.jump_last_month, homes(energy_kwh_e2=60_000, history=summer))
        assert is_found(use.jump_last_month, homes(energy_kwh_e2=120_000, history=summer))

    def test_against_last_year_is_explained_by_two_bills_on_the_new_level(self) -> None:
        grown = bills_before(60_000, 60_000)
        just_grown = bills_before(20_000, 60_000)

        assert not is_found(use.jump_last_year, homes(energy_kwh_e2=60_000, history=grown))
        assert is_found(use.jump_last_year, homes(energy_kwh_e2=60_000, history=just_grown))

    def test_needs_a_wild_ratio_where_little_is_known(self) -> None:
        young = history([*[None] * 10, 20_000, 20_000, 20_000])

        assert not is_found(use.jump_last_month, homes(energy_kwh_e2=99_999, history=young))
        assert is_found(use.jump_last_month, homes(energy_kwh_e2=100_000, history=young))

    def test_compares_with_the_last_bill_of_a_two_monthly_cycle(self) -> None:
        two_monthly = history([None if month % 2 == 0 else 20_000 for month in range(HISTORY_MONTHS)])

        assert is_found(use.jump_last_month, homes(energy_kwh_e2=60_000, history=two_monthly))

    def test_wants_a_bill_to_compare_with(self) -> None:
        nothing = history([None] * HISTORY_MONTHS)

        assert not is_found(use.jump_last_month, homes(energy_kwh_e2=1_000_000, history=nothing))
        assert not is_found(use.jump_last_year, homes(energy_kwh_e2=1_000_000, history=nothing))

    @given(
        usual=st.lists(st.integers(15_000, 25_000), min_size=HISTORY_MONTHS, max_size=HISTORY_MONTHS),
        factor=st.integers(10, 1_000),
    )
    def test_ten_times_the_usual_is_found_however_the_usual_wavers(self, usual: list[int], factor: int) -> None:
        facts = homes(energy_kwh_e2=max(usual) * factor, history=history(list(usual)))

        assert is_found(use.jump_last_month, facts)
        assert is_found(use.jump_last_year, facts)

    @given(
        usual=st.lists(st.integers(0, 10**9), min_size=HISTORY_MONTHS, max_size=HISTORY_MONTHS),
        at=st.integers(0, HISTORY_MONTHS - 1),
    )
    def test_what_was_billed_last_month_is_never_a_jump_against_it(self, usual: list[int], at: int) -> None:
        facts = homes(energy_kwh_e2=usual[-1], history=history(list(usual)))

        assert not is_found(use.jump_last_month, facts)

    @given(st.lists(st.integers(0, 10**9), min_size=HISTORY_MONTHS, max_size=HISTORY_MONTHS), st.integers(0, 10**9))
    def test_the_order_of_points_changes_nothing(self, usual: list[int], energy: int) -> None:
        two = homes(2, history=history(list(usual), size=2))
        two = replace(two, figures=replace(two.figures, energy_kwh_e2=np.array([energy, usual[-1]])))
        turned = replace(two, figures=replace(two.figures, energy_kwh_e2=np.array([usual[-1], energy])))

        assert (1 - use.jump_last_month(turned, BOOK).positions).tolist() == use.jump_last_month(
            two, BOOK
        ).positions.tolist()


class TestDistance:
    def test_is_measured_in_robust_deviations(self) -> None:
        before = np.array([[100, 100, 100, 100, 100, 100, 100, 110, 110, 110, 110, 110]])

        median, z_e1 = use.measure_distance(
            np.array([200]), before, np.ones((1, 12), dtype=bool), spread_percent=np.array([8])
        )

        assert (median.tolist(), z_e1.tolist()) == ([100], [125])

    def test_of_a_fall_is_measured_as_a_ratio_where_seasons_differ(self) -> None:
        before = np.array([[20_000, 20_000, 30_000, 40_000] * 3])
        billed, spread = np.ones((1, 12), dtype=bool), np.array([8])

        to_a_tenth = use.measure_distance(np.array([2_500]), before, billed, spread_percent=spread)
        to_nothing = use.measure_distance(np.array([0]), before, billed, spread_percent=spread)

        # In kWh 22,500 of 7,413; as a ratio 2.282 of 0.3006, the logarithms of 24,495 to 2,500 and of 24,495 to 20,000.
        assert [column.tolist() for column in to_a_tenth] == [[25_000], [75]]
        assert to_nothing[1][0] > to_a_tenth[1][0]

    def test_is_nothing_without_bills(self) -> None:
        median, z_e1 = use.measure_distance(
            np.array([200]), np.zeros((1, 12)), np.zeros((1, 12), dtype=bool), spread_percent=np.array([8])
        )

        assert (median.tolist(), z_e1.tolist()) == ([0], [0])


class TestUseOverCapacity:
    @pytest.mark.parametrize(("energy_kwh_e2", "is_suspicious"), [(29_760_000, False), (29_760_001, True)])
    def test_is_more_than_the_transformers_carry_around_the_clock(
        self, energy_kwh_e2: int, is_suspicious: bool
    ) -> None:
        # 400 kVA × 24 h × 31 days = 297,600 kWh.
        assert is_found(use.use_over_capacity, works(energy_kwh_e2=energy_kwh_e2)) is is_suspicious

    @pytest.mark.parametrize(("energy_kwh_e2", "is_suspicious"), [(1_964_160, False), (1_964_161, True)])
    def test_is_more_than_a_direct_meter_carries_where_there_is_no_transformer(
        self, energy_kwh_e2: int, is_suspicious: bool
    ) -> None:
        # 22 kVA × 1.2 × 24 h × 31 days = 19,641.6 kWh.
        assert is_found(use.use_over_capacity, homes(energy_kwh_e2=energy_kwh_e2)) is is_suspicious

    def test_goes_by_the_current_transformers_behind_a_public_one(self) -> None:
        facts = homes(is_single_phase=False, segments=factory.meters(multiplier_e6=np.array([30_000_000])))

        found = use.use_over_capacity(factory.change(facts, energy_kwh_e2=8_838_721), BOOK)

        # 30 × 3.3 kVA × 1.2 = 118.8 kVA; × 744 h = 88,387.2 kWh.
        assert factory.evidence(found) == {
            "energy_kwh_e2": 8_838_721, "kva_e4": 1_188_000, "days": 31, "limit_kwh_e2": 8_838_720,
        }  # fmt: skip

    def test_is_not_known_at_high_voltage_without_a_transformer(self) -> None:
        assert not is_found(use.use_over_capacity, homes(is_high_voltage=True, energy_kwh_e2=10**12))


class TestEstimatedTwice:
    @pytest.mark.parametrize(
        ("this", "last", "is_suspicious"), [(True, True, True), (True, False, False), (False, True, False)]
    )
    def test_wants_an_estimate_in_both_months(self, this: bool, last: bool, is_suspicious: bool) -> None:
        facts = homes(was_estimated=last, segments=factory.meters(is_estimated=np.array([this])))

        assert is_found(use.estimated_twice, facts) is is_suspicious


class TestFirstBill:
    nothing = history([None] * HISTORY_MONTHS)

    @pytest.mark.parametrize(("opened", "is_news"), [("2025-11-01", True), ("2025-10-31", False)])
    def test_is_news_of_a_young_account(self, opened: str, is_news: bool) -> None:
        facts = homes(history=self.nothing, opened_date=np.datetime64(opened))

        assert is_found(use.first_bill, facts) is is_news

    def test_of_an_old_account_is_news_where_the_others_were_billed(self) -> None:
        facts = homes(2)
        facts.history.is_billed[0] = False

        assert is_found(use.first_bill, facts)

    def test_wants_no_decision(self) -> None:
        from dianke.domain.billing.rules.review.find import list_suspicions

        facts = homes(history=self.nothing, opened_date=np.datetime64("2026-01-10"))

        assert [(one.code, one.state) for one in list_suspicions(facts, find_suspicious(facts, BOOK))] == [
            ("first_bill", "NOTED")
        ]


def test_every_rule_has_a_cause_and_parameters() -> None:
    from dianke.domain.billing.rules.review.causes import CAUSES
    from dianke.domain.billing.rules.review.parameters import list_defaults

    codes = {rule.__name__ for rule in RULES}

    assert codes == set(CAUSES) == set(list_defaults())
