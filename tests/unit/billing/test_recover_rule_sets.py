from datetime import date
from decimal import Decimal

import pytest

from dianke.domain.billing.rules.recover.rule_sets import (
    NoRuleSetInForce,
    UnknownRuleSet,
    get_rule_set,
    get_rule_set_in_force,
    list_rule_sets,
)
from dianke.domain.billing.rules.recover.types import BreachAct


class TestRuleSets:
    def test_follow_each_other_without_gap(self):
        sets = list_rule_sets()

        assert [rules.code for rules in sets] == ["RS-1996", "RS-2016", "RS-2024"]
        assert [rules.valid_to for rules in sets] == [sets[1].valid_from, sets[2].valid_from, None]

    @pytest.mark.parametrize(
        ("day", "code"),
        [
            (date(1996, 10, 8), "RS-1996"),
            (date(2016, 6, 30), "RS-1996"),
            (date(2016, 7, 1), "RS-2016"),
            (date(2024, 5, 31), "RS-2016"),
            (date(2024, 6, 1), "RS-2024"),
            (date(2099, 1, 1), "RS-2024"),
        ],
    )
    def test_are_chosen_by_the_day(self, day: date, code: str):
        assert get_rule_set_in_force(day=day, field="on").code == code

    def test_hold_nothing_before_the_first_day(self):
        with pytest.raises(NoRuleSetInForce):
            get_rule_set_in_force(day=date(1996, 10, 7), field="on")

    def test_refuse_an_unknown_code_and_list_the_known(self):
        with pytest.raises(UnknownRuleSet, match="RS-1996, RS-2016, RS-2024"):
            get_rule_set(rule_set="RS-2000")

    @pytest.mark.parametrize("rules", list_rule_sets(), ids=lambda rules: rules.code)
    def test_hold_the_figures_of_the_supply_rules(self, rules):
        fee, theft = rules.late_fee, rules.theft

        assert (fee.residential, fee.other, fee.other_earlier_year) == (
            Decimal("0.001"),
            Decimal("0.002"),
            Decimal("0.003"),
        )
        assert (fee.min_charge, fee.cap_ratio) == (Decimal(1), None)
        assert (theft.days, theft.hours_power, theft.hours_lighting, theft.multiple) == (180, 12, 6, 3)
        assert {kind: terms.is_half_period for kind, terms in rules.back_billing.items()} == {
            "meter_error": True,
            "wrong_wiring": False,
            "wrong_multiplier": False,
            "fuse": False,
        }
        assert {act: terms.multiple for act, terms in rules.breach.items() if terms.multiple} == {
            BreachAct.CLASS_CHANGE: 2,
            BreachAct.OVER_CAPACITY_TWO_PART: 3,
            BreachAct.SEALED_TWO_PART: 2,
        }
        assert {act: terms.yuan_per_kw for act, terms in rules.breach.items() if terms.yuan_per_kw} == {
            BreachAct.OVER_CAPACITY_OTHER: 50,
            BreachAct.SEALED_OTHER: 30,
            BreachAct.OWN_SOURCE: 500,
        }

    def test_call_only_the_figures_of_2024_unconfirmed_and_upper_limits(self):
        unconfirmed = {rules.code for rules in list_rule_sets() if rules.is_unconfirmed}
        capped = {rules.code for rules in list_rule_sets() if rules.multiples_are_caps}

        assert unconfirmed == capped == {"RS-2024"}
