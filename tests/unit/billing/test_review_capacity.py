"""What counts as suspicious of capacity: demand, suspensions, the basic charge."""

from datetime import date

import numpy as np
import pytest
from tests.factories import review as factory
from tests.factories.review import BOOK, homes, is_found, works

from dianke.domain.billing.rules.review import capacity
from dianke.domain.billing.rules.review.facts import BASIC_MODES, CLASSES
from dianke.domain.billing.rules.review.parameters import ParameterBook
from dianke.domain.billing.types import BasicMode
from dianke.domain.customers.types import UsageClass

HALF = {"running_kva_e4": 2_000_000, "always_kva_e4": 2_000_000, "live_kva_days_e4": 2_000_000 * 31, "sealed_days": 31}
SEALED = {"running_kva_e4": 0, "always_kva_e4": 0, "live_kva_days_e4": 0, "sealed_days": 31}


class TestDemandOverCapacity:
    @pytest.mark.parametrize(("demand_kw_e6", "is_suspicious"), [(420_000_000, False), (420_000_001, True)])
    def test_is_more_than_five_percent_above_what_runs(self, demand_kw_e6: int, is_suspicious: bool) -> None:
        assert is_found(capacity.demand_over_capacity, works(demand_kw_e6=demand_kw_e6)) is is_suspicious

    def test_is_not_known_without_a_transformer(self) -> None:
        assert not is_found(capacity.demand_over_capacity, homes(demand_kw_e6=10**12))


class TestSuspensionInUse:
    @pytest.mark.parametrize(("energy_kwh_e2", "is_suspicious"), [(999, False), (1_000, True)])
    def test_is_found_from_ten_kwh_where_all_is_sealed(self, energy_kwh_e2: int, is_suspicious: bool) -> None:
        facts = works(**SEALED, energy_kwh_e2=energy_kwh_e2, demand_kw_e6=0)

        assert is_found(capacity.suspension_in_use, facts) is is_suspicious

    @pytest.mark.parametrize(("energy_kwh_e2", "is_suspicious"), [(14_880_000, False), (14_880_001, True)])
    def test_is_found_where_the_rest_cannot_carry_the_energy(self, energy_kwh_e2: int, is_suspicious: bool) -> None:
        # 200 kVA × 744 h = 148,800 kWh.
        facts = works(**HALF, energy_kwh_e2=energy_kwh_e2)

        assert is_found(capacity.suspension_in_use, facts) is is_suspicious

    @pytest.mark.parametrize(("demand_kw_e6", "is_suspicious"), [(200_000_000, False), (200_000_001, True)])
    def test_is_found_where_the_rest_cannot_carry_the_demand(self, demand_kw_e6: int, is_suspicious: bool) -> None:
        assert is_found(capacity.suspension_in_use, works(**HALF, demand_kw_e6=demand_kw_e6)) is is_suspicious

    def test_demand_before_a_seal_within_the_month_is_nothing(self) -> None:
        facts = works(**{**HALF, "sealed_days": 10}, demand_kw_e6=300_000_000)

        assert not is_found(capacity.suspension_in_use, facts)

    def test_is_nothing_where_nothing_is_sealed(self) -> None:
        assert not is_found(capacity.suspension_in_use, works(live_kva_days_e4=0))


@pytest.mark.parametrize(("days", "is_suspicious"), [(184, False), (185, True)])
def test_suspension_of_more_than_half_a_year_is_found(days: int, is_suspicious: bool) -> None:
    facts = works(**SEALED, suspended_days_in_year=days)

    assert is_found(capacity.suspension_too_long, facts) is is_suspicious


def test_suspension_that_has_ended_is_not_too_long() -> None:
    assert not is_found(capacity.suspension_too_long, works(suspended_days_in_year=300))


class TestTwoPartNotCharged:
    one_part = {"is_two_part": False, "basic_mode": BASIC_MODES.index(BasicMode.NONE), "basic_fen": 0}  # noqa: RUF012 - read only

    @pytest.mark.parametrize(("kva_e4", "is_suspicious"), [(3_149_999, False), (3_150_000, True)])
    def test_industry_on_one_part_is_found_from_315_kva(self, kva_e4: int, is_suspicious: bool) -> None:
        facts = works(**self.one_part, contract_kva_e4=kva_e4)

        assert is_found(capacity.two_part_not_charged, facts) is is_suspicious

    @pytest.mark.parametrize(("opened", "is_suspicious"), [("2023-05-31", False), ("2023-06-01", True)])
    def test_trade_that_was_on_one_part_before_the_duty_may_keep_it(self, opened: str, is_suspicious: bool) -> None:
        facts = works(**self.one_part, industry_code=5211, opened_date=np.datetime64(opened))

        assert is_found(capacity.two_part_not_charged, facts) is is_suspicious

    def test_trade_was_not_bound_before_the_duty_came(self) -> None:
        before = ParameterBook(on=date(2023, 5, 1))
        trade = works(**self.one_part, industry_code=5211)
        large = works(**self.one_part, usage_class=CLASSES.index(UsageClass.LARGE_INDUSTRIAL))

        assert not is_found(capacity.two_part_not_charged, trade, before)
        assert is_found(capacity.two_part_not_charged, large, before)

    def test_two_parts_for_nothing_are_found(self) -> None:
        found = capacity.two_part_not_charged(works(basic_fen=0), BOOK)

        assert factory.evidence(found) == {
            "kva_e4": 4_000_000, "threshold_kva": 315, "parts": 2, "basic_fen": 0,
        }  # fmt: skip

    def test_nothing_is_due_where_all_is_sealed_or_no_demand_was_measured(self) -> None:
        by_demand = BASIC_MODES.index(BasicMode.ACTUAL_DEMAND)

        assert not is_found(capacity.two_part_not_charged, works(**SEALED, basic_fen=0))
        assert not is_found(capacity.two_part_not_charged, works(basic_mode=by_demand, demand_kw_e6=0, basic_fen=0))
        assert is_found(capacity.two_part_not_charged, works(basic_mode=by_demand, demand_kw_e6=1, basic_fen=0))

    def test_homes_owe_no_basic_charge(self) -> None:
        assert not is_found(capacity.two_part_not_charged, homes(contract_kva_e4=9_000_000))
