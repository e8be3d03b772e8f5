"""
What the seed's table leaves open is a switch or a figure of the policy, and each one moves the score.

The numbers are those of the list in docs/rules/credit.md.
"""

from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from tests.unit.credit.test_credit_score import HOUSE, items, score

from dianke.domain.credit.rules.policy import Policy, list_house_policies, read_policies
from dianke.domain.credit.types import CreditKind

ARREARS = [("arrear", "2024-07-10", "2024-07-20"), ("arrear", "2024-08-10", "2024-08-20")]
BRANCH_TRIPS = [("branch_trip", "2024-07-10"), ("branch_trip", "2024-09-10")]


def change_row(code: str, **changes: Any) -> Policy:
    """Return the house's policy with another row."""
    assert code in {row.id for row in HOUSE.rows}
    return HOUSE.change(rows=tuple(replace(row, **changes) if row.id == code else row for row in HOUSE.rows))


def change_windows(rows: str, months: int) -> Policy:
    return HOUSE.change(rows=tuple(replace(row, months=months) if row.rows == rows else row for row in HOUSE.rows))


def change_items(**changes: Any) -> Policy:
    kinds: Mapping[CreditKind, Any] = HOUSE.items
    return HOUSE.change(items={kind: tuple(replace(one, **changes) for one in own) for kind, own in kinds.items()})


class TestOpenPoints:
    def test_1_bonuses_only_refill_or_lift_above_the_maximum(self) -> None:
        helped = ("report_helped", "2024-07-01")

        assert items(helped)["law"] == "30"
        assert items(helped, policy=HOUSE.change(allow_overflow=True))["law"] == "40"

    @pytest.mark.parametrize(
        ("facts", "item", "worst", "together"),
        [
            # 30 - 20, and 30 - 10 - 20.
            (ARREARS, "commercial", "10", "0"),
            # 20 - 20 either way: below nothing an item does not fall.
            (BRANCH_TRIPS, "safety", "0", "0"),
            (ARREARS[:1], "commercial", "20", "20"),
        ],
    )
    def test_2_levels_of_one_fact_are_the_worst_or_add_up(
        self, facts: list[tuple[str, ...]], item: str, worst: str, together: str
    ) -> None:
        assert items(*facts)[item] == worst
        assert items(*facts, policy=HOUSE.change(levels_add_up=True))[item] == together

    def test_2_every_level_that_adds_up_is_a_reason(self) -> None:
        found = score(*ARREARS, policy=HOUSE.change(levels_add_up=True))

        assert [(one["rule"], one["points"]) for one in found["reasons"] if one["rule"] in ("CR-3.1", "CR-3.2")] == [
            ("CR-3.1", "-10"), ("CR-3.2", "-20"),
        ]  # fmt: skip

    @pytest.mark.parametrize(("months", "law"), [(12, "0"), (3, "30"), (24, "0")])
    def test_3_the_window_of_breaches_is_the_rows(self, months: int, law: str) -> None:
        assert items(("theft", "2024-07-10"), policy=change_windows("law", months))["law"] == law

    @pytest.mark.parametrize(("months", "commercial"), [(12, "10"), (1, "30"), (5, "20")])
    def test_3_the_window_of_arrears_is_the_rows(self, months: int, commercial: str) -> None:
        assert items(*ARREARS, policy=change_windows("commercial", months))["commercial"] == commercial

    @pytest.mark.parametrize(("months", "safety"), [(36, "10"), (12, "20")])
    def test_3_the_bonus_of_safety_takes_as_long_as_its_row_says(self, months: int, safety: str) -> None:
        # Two accidents of this year cost ten; the one before them stood in the way of the bonus for three years.
        facts = [
            ("substation_trip", "2023-06-01"),
            ("rules_incomplete", "2024-06-01"),
            ("rules_incomplete", "2024-07-01"),
        ]

        found = items(*facts, policy=change_row("CR-4.8", months=months), customer_since="2010-01-01")

        assert found["safety"] == safety

    @pytest.mark.parametrize(("is_counted", "commercial"), [(True, "0"), (False, "30")])
    def test_4_an_old_arrear_that_is_open_counts_or_not(self, is_counted: bool, commercial: str) -> None:
        policy = HOUSE.change(is_open_arrear_always_counted=is_counted)

        assert items(("arrear", "2022-03-10"), policy=policy)["commercial"] == commercial

    @pytest.mark.parametrize(("share", "management"), [("0.5", "2.5"), ("1", "5"), ("0", "0")])
    def test_5_who_was_never_judged_has_a_share(self, share: str, management: str) -> None:
        policy = HOUSE.change(not_judged_share=Decimal(share))

        assert items(policy=policy, management=None)["management"] == management

    @pytest.mark.parametrize(("points", "law", "grade"), [("-20", "10", "AA"), ("-30", "0", "D")])
    def test_6_the_illegible_points_of_damage_are_a_figure(self, points: str, law: str, grade: str) -> None:
        found = score(("damage", "2024-07-10"), policy=change_row("CR-5.5", points=Decimal(points)))

        assert (found["items"]["law"], found["grade"]) == (law, grade)

    @pytest.mark.parametrize(("is_zero_worst", "grade"), [(True, "D"), (False, "A")])
    def test_7_nothing_of_an_item_is_the_worst_grade_where_the_item_says_so(
        self, is_zero_worst: bool, grade: str
    ) -> None:
        found = score(("theft", "2024-07-10"), policy=change_items(is_zero_worst=is_zero_worst))

        assert (found["score"], found["grade"]) == ("70", grade)

    def test_8_cuts_of_the_grades_are_figures(self) -> None:
        cuts = tuple(replace(cut, from_points=cut.from_points - 5) for cut in HOUSE.grades)

        # 100 - 20 + 0: 80 is AA by the house's cuts; from 85 on it would be AAA.
        fact = ("substation_trip", "2024-07-10")
        assert (score(fact)["grade"], score(fact, management="0")["grade"]) == ("AA", "A")
        assert score(fact, management="0", policy=HOUSE.change(grades=cuts))["grade"] == "AA"

    def test_9_lighting_customers_have_rows_and_maxima_of_their_own(self) -> None:
        theft = ("theft", "2024-07-10")
        most = {kind: tuple(replace(one, most=one.most * 2) for one in own) for kind, own in HOUSE.items.items()}

        house = items(theft, kind="lighting", management=None, growth=None)
        doubled = items(theft, kind="lighting", management=None, growth=None, policy=HOUSE.change(items=most))

        assert house == {"payment": "50", "law": "20"}
        assert doubled == {"payment": "100", "law": "70"}


def test_a_file_from_before_the_switch_of_levels_goes_by_the_worst() -> None:
    text = """
schema = "credit/v1"
[[version]]
code = "OWN"
valid_from = 2024-01-01
source = "own"
allow_overflow = false
made_good = "IN_FOLLOWING_MONTH"
is_open_arrear_always_counted = true
not_judged_share = "0.5"
objection_days = 15
answer_working_days = 10
worst_grade = "D"
grace_days = 0
lighting_classes = []
grades = [{ code = "AAA", from = "0" }]
power = []
lighting = []
row = []
"""

    assert not read_policies(text)[0].levels_add_up
    assert not list_house_policies()[-1].levels_add_up
