"""What counts as suspicious of the price, and what the rules are measured by."""

from datetime import date
from typing import Any

import numpy as np
import pytest
from tests.factories import review as factory
from tests.factories.review import BOOK, homes, is_found, works

from dianke.domain.billing.rules.review import price, use
from dianke.domain.billing.rules.review.facts import CLASSES, NO_DATE
from dianke.domain.billing.rules.review.find import find_suspicious
from dianke.domain.billing.rules.review.parameters import Override, ParameterBook, find_override_obstacle
from dianke.domain.customers.types import UsageClass

RESIDENTIAL, SHARED, FARMING, BUSINESS, LARGE = (CLASSES.index(one) for one in UsageClass)


@pytest.mark.parametrize(
    ("usage_class", "industry_code", "is_suspicious"),
    [
        (RESIDENTIAL, 0, False),
        (RESIDENTIAL, 6110, True),
        (SHARED, 8321, False),
        (SHARED, 3311, True),
        (FARMING, 111, False),
        (FARMING, 539, False),
        (FARMING, 610, True),
        (LARGE, 610, False),
        (LARGE, 4690, False),
        (LARGE, 4710, True),
        (BUSINESS, 111, False),
        (BUSINESS, 9700, False),
    ],
)
def test_class_goes_with_the_trade(usage_class: int, industry_code: int, is_suspicious: bool) -> None:
    facts = homes(usage_class=usage_class, industry_code=industry_code)

    assert is_found(price.class_against_industry, facts) is is_suspicious


NO_NUMBER = "a value is a whole number from 0 to a thousand million"
NO_TRADES = "a list of trades names two digits each, such as 06-46, 53"


class TestPowerFactorStandard:
    @pytest.mark.parametrize(
        ("usage_class", "industry_code", "kva_e4", "is_high_voltage", "expected_e2"),
        [
            (BUSINESS, 3311, 1_600_001, True, 90),
            (BUSINESS, 3311, 1_600_000, True, 85),
            (BUSINESS, 3311, 1_600_001, False, 85),
            (BUSINESS, 5211, 9_000_000, True, 85),
            (BUSINESS, 5211, 1_000_000, True, 85),
            (BUSINESS, 5211, 999_999, True, 0),
            (LARGE, 0, 4_000_000, True, 90),
            (FARMING, 111, 1_000_000, True, 80),
            (FARMING, 111, 999_999, True, 0),
            (RESIDENTIAL, 0, 9_000_000, True, 0),
            (SHARED, 0, 9_000_000, True, 0),
        ],
    )
    def test_is_that_of_class_trade_and_capacity(
        self, usage_class: int, industry_code: int, kva_e4: int, is_high_voltage: bool, expected_e2: int
    ) -> None:
        facts = works(
            usage_class=usage_class,
            industry_code=industry_code,
            contract_kva_e4=kva_e4,
            is_high_voltage=is_high_voltage,
            power_factor_standard_e2=expected_e2,
        )

        assert price.expect_standard(facts, BOOK).tolist() == [expected_e2]
        assert not is_found(price.power_factor_standard, facts)
        assert is_found(price.power_factor_standard, factory.change(facts, power_factor_standard_e2=70))

    @pytest.mark.parametrize(("standard_e2", "is_suspicious"), [(90, False), (85, False), (80, True), (0, True)])
    def test_of_a_business_of_unknown_trade_may_be_that_of_industry(
        self, standard_e2: int, is_suspicious: bool
    ) -> None:
        facts = works(industry_code=0, power_factor_standard_e2=standard_e2)

        assert is_found(price.power_factor_standard, facts) is is_suspicious

    def test_is_not_known_where_the_capacity_is_not(self) -> None:
        assert not is_found(price.power_factor_standard, works(contract_kva_e4=0, power_factor_standard_e2=80))
        assert is_found(price.power_factor_standard, homes(power_factor_standard_e2=85))


class TestPriceOutOfRange:
    @pytest.mark.parametrize(
        ("amount_fen", "is_suspicious"), [(5_999, True), (6_000, False), (22_000, False), (22_002, True)]
    )
    def test_of_homes_lies_between_thirty_fen_and_a_yuan_ten(self, amount_fen: int, is_suspicious: bool) -> None:
        assert is_found(price.price_out_of_range, homes(amount_fen=amount_fen)) is is_suspicious

    def test_of_two_parts_leaves_the_basic_charge_and_the_power_factor_out(self) -> None:
        idle = works(energy_kwh_e2=10_000, amount_fen=1_062_000, basic_fen=1_052_000, power_factor_fen=3_000)

        assert not is_found(price.price_out_of_range, idle)
        assert is_found(price.price_out_of_range, factory.change(idle, basic_fen=1_000_000))

    def test_says_nothing_of_a_few_kwh(self) -> None:
        assert not is_found(price.price_out_of_range, homes(energy_kwh_e2=1_999, amount_fen=1))
        assert is_found(price.price_out_of_range, homes(energy_kwh_e2=2_000, amount_fen=1))


class TestShareCheckOverdue:
    @pytest.mark.parametrize(("set_date", "is_suspicious"), [("2025-02-01", False), ("2025-01-31", True)])
    def test_is_due_twelve_months_after_the_last(self, set_date: str, is_suspicious: bool) -> None:
        assert is_found(price.share_check_overdue, works(share_set_date=np.datetime64(set_date))) is is_suspicious

    def test_tells_both_days(self) -> None:
        found = price.share_check_overdue(works(share_set_date=np.datetime64("2024-12-31")), BOOK)

        assert factory.evidence(found) == {"checked_date": "2024-12-31", "due_date": "2025-12-31"}

    def test_is_nothing_without_shares(self) -> None:
        assert not is_found(price.share_check_overdue, works(share_set_date=NO_DATE))

    def test_of_the_day_a_month_lacks_is_due_the_day_after(self) -> None:
        later = price.add_months(np.array(["2024-02-29"], dtype="M8[D]"), np.array([12]))

        assert later.tolist() == [date(2025, 3, 1)]


class TestParameters:
    def override(
        self, values: dict[str, Any], *, usage_class: str = "", since: date = date(2026, 1, 1)
    ) -> ParameterBook:
        return ParameterBook(on=date(2026, 1, 1), overrides={1: [Override("zero_use", usage_class, since, values)]})

    def test_of_a_unit_take_the_place_of_the_defaults(self) -> None:
        idle = homes(energy_kwh_e2=0)

        assert not is_found(use.zero_use, idle)
        assert is_found(use.zero_use, idle, self.override({"cycles": 1}))

    def test_hold_for_their_class_their_unit_and_their_time_only(self) -> None:
        idle = homes(energy_kwh_e2=0)

        assert not is_found(use.zero_use, idle, self.override({"cycles": 1}, usage_class="AGRICULTURAL"))
        assert not is_found(use.zero_use, idle, self.override({"cycles": 1}, since=date(2026, 1, 2)))
        assert not is_found(use.zero_use, factory.change(idle, unit_ids=2), self.override({"cycles": 1}))

    def test_switch_a_rule_off(self) -> None:
        idle = homes(energy_kwh_e2=0, history=factory.history([0] * 13))

        assert [one.code for one in find_suspicious(idle, BOOK)] == ["zero_use"]
        assert find_suspicious(idle, self.override({"is_on": 0})) == []

    @pytest.mark.parametrize(
        ("rule", "values", "obstacle"),
        [
            ("zero_use", {"cycles": 2}, None),
            ("class_against_industry", {"allowed": ["01-05", "70"]}, None),
            ("nothing_such", {"cycles": 2}, "there is no such rule"),
            ("zero_use", {}, "no value is given"),
            ("zero_use", {"months": 2}, "the rule has no such value"),
            ("zero_use", {"cycles": -1}, NO_NUMBER),
            ("zero_use", {"cycles": True}, NO_NUMBER),
            ("zero_use", {"cycles": 10**12}, NO_NUMBER),
            ("class_against_industry", {"allowed": ["C33"]}, NO_TRADES),
            ("class_against_industry", {"allowed": ["46-06"]}, NO_TRADES),
            ("class_against_industry", {"allowed": []}, NO_TRADES),
            ("zero_use", {"is_on": 2}, "a switch is on or off"),
            ("two_part_not_charged", {"keeps_until_day": 20230631}, "there is no such day"),
            ("two_part_not_charged", {"keeps_until_day": 20230630}, None),
            ("jump_last_month", {"down_percent": 101}, "a share is at most 100 percent"),
            ("jump_last_month", {"up_percent": 300}, None),
            ("price_out_of_range", {"low_e4": 20_000}, "the lowest mean price is above the highest"),
            ("price_out_of_range", {"low_e4": 20_000, "high_e4": 30_000}, None),
        ],
    )
    def test_are_refused_where_the_rule_cannot_read_them(
        self, rule: str, values: dict[str, Any], obstacle: str | None
    ) -> None:
        assert find_override_obstacle(rule, values, on=date(2026, 1, 1)) == obstacle
