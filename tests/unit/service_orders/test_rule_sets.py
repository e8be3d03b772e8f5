"""The rule sets that ship, which is chosen, and what a broken file says."""

from datetime import date
from importlib import resources

import pytest

from dianke.domain.service_orders.rules.rule_sets import (
    FILES,
    OrderRulesUnreadable,
    UnknownRuleSet,
    choose_rule_set,
    load_rule_sets,
    read_rule_sets,
)

DATA = resources.files("dianke.domain.service_orders.rules") / "data"
TEXTS = [(DATA / name).read_text("utf-8") for name in FILES]


class TestChooseRuleSet:
    @pytest.mark.parametrize(
        ("day", "code"),
        [
            (date(1996, 10, 8), "RS-1996"),
            (date(2016, 6, 30), "RS-1996"),
            (date(2016, 7, 1), "RS-2016"),
            (date(2024, 5, 31), "RS-2016"),
            (date(2024, 6, 1), "RS-2024"),
        ],
    )
    def test_takes_that_of_the_day_of_acceptance(self, day, code):
        assert choose_rule_set(load_rule_sets(), accepted_on=day).code == code

    def test_keeps_a_running_spell_under_its_own(self):
        chosen = choose_rule_set(load_rule_sets(), accepted_on=date(2024, 7, 1), spell_set="RS-2016")

        assert chosen.code == "RS-2016"

    def test_knows_none_before_1996(self):
        with pytest.raises(UnknownRuleSet):
            choose_rule_set(load_rule_sets(), accepted_on=date(1996, 10, 7))


class TestFigures:
    def test_change_within_an_era(self):
        of_2016 = load_rule_sets()[1]

        assert of_2016.get("two_part.choice_from", on=date(2023, 5, 31)).amount is None
        assert of_2016.get("two_part.choice_from", on=date(2023, 6, 1)).amount == 100

    def test_that_were_not_read_in_2024_say_so(self):
        carried = load_rule_sets()[2].get("remove.longest", on=date(2024, 6, 1))

        assert carried.evidence == "K"
        assert carried.article == "REG-SUPPLY-2024 (article not read), as REG-SUPPLY-1996 art. 28"

    def test_name_each_slip_of_the_article(self):
        assert len(load_rule_sets()[0].slips) == 11


class TestReadRuleSets:
    @pytest.mark.parametrize(
        ("before", "after"),
        [
            ('schema = "order-rules/v1"', 'schema = "order-rules/v2"'),
            ("amount = 24", "amount = 24.5"),
            ('unit = "TIMES"', 'unit = "PAGES"'),
            ('"suspend.shortest" = ', '"suspend.shortest_of_all" = '),
            ('amount = 24, unit = "MONTH"', 'amount = 730, unit = "DAY"'),
            ('article = "REG-SUPPLY-1996 art. 24"', 'article = "somewhere"'),
            ('evidence = "S"', 'evidence = "X"'),
            ('capacity = "BELOW"', 'capacity = "LESS"'),
            ("debts = true", "debts = 1"),
            ("valid_to = 2016-07-01", "valid_to = 2016-06-01"),
            ("MOVE_METER = ", "# "),
            ('"suspend.shortest" = { amount = 15', '"suspend.shortest" = { amount = 181'),
            ("valid_from", "valid_form"),
            ("[figure]", "[figure"),
        ],
    )
    def test_refuses_a_file_that_is_not_whole(self, before, after):
        assert before in TEXTS[0]

        with pytest.raises(OrderRulesUnreadable):
            read_rule_sets([TEXTS[0].replace(before, after), *TEXTS[1:]])

    def test_refuses_a_base_that_is_not_there_and_no_file_at_all(self):
        with pytest.raises(OrderRulesUnreadable):
            read_rule_sets(TEXTS[1:])
        with pytest.raises(OrderRulesUnreadable):
            read_rule_sets([])
