"""Every row of the table of points, levels, clamps, bonuses, windows; the score is a function of a set of facts."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dianke.domain.credit.rules.case import score_case
from dianke.domain.credit.rules.policy import list_house_policies, shift_months
from dianke.domain.credit.rules.scoring import CustomerFacts, score_customer
from dianke.domain.credit.types import SCORED_TYPES, CreditKind, Fact, MadeGood

TODAY = date(2026, 1, 1)
HOUSE = list_house_policies()[-1]


def score(*facts: tuple[str, ...], policy: Any = None, **others: Any) -> dict[str, Any]:
    rows = [dict(zip(("type", "on", "cleared_on"), one, strict=False)) for one in facts]
    case = {
        "kind": "power", "facts": rows, "management": "5", "growth": "5", "as_of": "2024-12-31",
        # A customer for less than a year, so that no bonus refills what is tried.
        "customer_since": "2024-06-01",
    } | others  # fmt: skip
    return score_case(case, today=TODAY, policy=policy)


def items(*facts: tuple[str, ...], **others: Any) -> dict[str, str]:
    found: dict[str, str] = score(*facts, **others)["items"]
    return found


class TestRows:
    @pytest.mark.parametrize(
        ("facts", "item", "points"),
        [
            ([("arrear", "2024-03-10", "2024-03-20")], "commercial", "20"),
            ([("arrear", "2024-03-10", "2024-04-20")], "commercial", "20.5"),
            ([("arrear", "2024-03-10", "2024-05-09")], "commercial", "20"),
            ([("arrear", "2024-03-10", "2024-05-10")], "commercial", "10"),
            ([("arrear", "2024-03-10", "2024-06-10")], "commercial", "0"),
            ([("arrear", "2024-12-20")], "commercial", "20"),
            # Months that lack the day: 31 July to the end of September is two months, a day less is not.
            ([("arrear", "2024-07-31", "2024-09-30")], "commercial", "10"),
            ([("arrear", "2024-07-31", "2024-09-29")], "commercial", "20"),
            ([("wrong_account", "2024-03-10")], "commercial", "20"),
            ([("wrong_account", "2024-03-10"), ("reported_debtor", "2024-03-11")], "commercial", "30"),
            ([("plant_accident", "2024-03-10")] * 2, "safety", "10"),
            ([("branch_trip", "2024-03-10")], "safety", "10"),
            ([("branch_trip", "2024-03-10"), ("branch_trip", "2024-05-10")], "safety", "0"),
            ([("substation_trip", "2024-03-10")], "safety", "0"),
            ([("accident_concealed", "2024-03-10")], "safety", "10"),
            ([("unlicensed_operator", "2024-03-10")] * 3, "safety", "5"),
            ([("rules_incomplete", "2024-03-10")], "safety", "15"),
            ([("theft", "2024-03-10")], "law", "0"),
            ([("breach", "2024-03-10")], "law", "10"),
            ([("breach", "2024-03-10"), ("breach", "2024-11-10")], "law", "0"),
            ([("obstruction", "2024-03-10")], "law", "20"),
            ([("damage", "2024-03-10")], "law", "10"),
            ([("breach", "2024-03-10"), ("report_helped", "2024-04-10")], "law", "20"),
            ([("bad_faith", "2024-03-10")], "cooperation", "0"),
            ([("no_test_cooperation", "2024-03-10")], "cooperation", "5"),
            ([("no_inspection_cooperation", "2024-03-10")], "cooperation", "5"),
            ([("not_rectified", "2024-03-10")], "cooperation", "0"),
            ([("dispatch_disobeyed", "2024-03-10")], "cooperation", "0"),
        ],
    )
    def test_moves_its_item(self, facts: list[tuple[str, ...]], item: str, points: str) -> None:
        found = items(*facts)

        assert {**found} == {
            "commercial": "30", "safety": "20", "law": "30", "cooperation": "10", "management": "5", "growth": "5",
            item: points,
        }  # fmt: skip

    @pytest.mark.parametrize(
        ("months", "points"),
        [
            (["2024-03-05", "2024-04-05"], "10"),
            (["2024-03-05", "2024-04-05", "2024-05-05"], "0"),
            (["2024-02-05", "2024-03-05", "2024-05-05"], "10"),
            (["2024-03-05", "2024-05-05", "2024-07-05"], "20"),
            (["2024-03-05", "2024-03-25"], "20"),
        ],
    )
    def test_arrears_are_levels_by_months_in_a_row(self, months: list[str], points: str) -> None:
        assert items(*(("arrear", day, day) for day in months))["commercial"] == points

    def test_each_arrear_made_good_brings_its_half_point(self) -> None:
        found = items(("arrear", "2024-03-10", "2024-04-01"), ("arrear", "2024-04-10", "2024-05-31"))

        assert found["commercial"] == "11"

    def test_an_item_is_clamped_once_after_its_sum(self) -> None:
        found = items(("theft", "2024-03-10"), ("theft", "2024-04-10"), ("report_helped", "2024-05-10"))

        assert found["law"] == "0"

    def test_years_without_arrears_and_accidents_refill(self) -> None:
        found = items(
            ("wrong_account", "2024-03-10"), ("unlicensed_operator", "2024-03-10"), customer_since="2019-05-01"
        )

        assert (found["commercial"], found["safety"]) == ("25", "20")

    def test_an_accident_of_the_last_three_years_takes_the_bonus_but_no_points(self) -> None:
        facts = [("plant_accident", "2022-06-01"), ("rules_incomplete", "2024-03-10")]

        assert items(*facts, customer_since="2019-05-01")["safety"] == "15"


class TestWindows:
    @pytest.mark.parametrize(
        ("on", "as_of", "law"),
        [
            ("2023-12-31", "2024-12-31", "30"),
            ("2024-01-01", "2024-12-31", "0"),
            ("2024-12-31", "2024-12-31", "0"),
            ("2025-01-01", "2024-12-31", "30"),
            ("2023-02-28", "2024-02-29", "30"),
            ("2023-03-01", "2024-02-29", "0"),
            ("2024-02-29", "2025-02-28", "0"),
            ("2024-02-28", "2025-02-28", "30"),
            ("2024-02-29", "2025-03-01", "30"),
        ],
    )
    def test_count_twelve_months_half_open(self, on: str, as_of: str, law: str) -> None:
        assert items(("theft", on), as_of=as_of, customer_since="2020-01-01")["law"] == law

    def test_an_arrear_still_open_counts_however_old_it_is(self) -> None:
        given = [("arrear", "2022-03-10")]

        assert items(*given, customer_since="2019-01-01")["commercial"] == "0"
        closed = HOUSE.change(is_open_arrear_always_counted=False)
        assert items(*given, customer_since="2024-06-01", policy=closed)["commercial"] == "30"

    @pytest.mark.parametrize(("since", "bonus"), [("2023-12-31", True), ("2024-01-01", False), (None, False)])
    def test_the_year_without_arrears_must_be_whole(self, since: str | None, bonus: bool) -> None:
        rules = [one["rule"] for one in score(customer_since=since)["reasons"]]

        assert ("CR-3.7" in rules) is bonus

    @pytest.mark.parametrize(
        ("day", "months", "shifted"),
        [
            (date(2024, 2, 29), -12, date(2023, 2, 28)),
            (date(2024, 2, 29), -36, date(2021, 2, 28)),
            (date(2024, 12, 31), 2, date(2025, 2, 28)),
            (date(2023, 3, 31), -1, date(2023, 2, 28)),
            (date(1, 1, 1), -1, date.min),
        ],
    )
    def test_months_end_on_the_last_day_where_the_day_is_missing(self, day: date, months: int, shifted: date) -> None:
        assert shift_months(day, months) == shifted


class TestGrades:
    @pytest.mark.parametrize(
        ("management", "facts", "total", "grade"),
        [
            ("5", ["plant_accident"] * 2, "90", "AAA"),
            ("4.9", ["plant_accident"] * 2, "89.9", "AA"),
            ("5", ["obstruction", "bad_faith"], "80", "AA"),
            ("5", ["obstruction", "bad_faith", "plant_accident", "rules_incomplete"], "70", "A"),
            ("5", ["breach", "bad_faith", "plant_accident", "rules_incomplete"], "60", "B"),
            ("5", ["breach", "bad_faith", "substation_trip"], "50", "C"),
            ("4.5", ["breach", "bad_faith", "substation_trip"], "49.5", "D"),
        ],
    )
    def test_are_half_open(self, management: str, facts: list[str], total: str, grade: str) -> None:
        found = score(*((one, "2024-07-01") for one in facts), management=management)

        assert (found["score"], found["grade"]) == (total, grade)

    def test_nothing_of_payment_or_law_is_the_worst_whatever_the_total(self) -> None:
        assert [score(*one)["grade"] for one in ([("theft", "2024-07-01")], [("arrear", "2024-07-01")])] == ["D", "D"]

    def test_lighting_customers_have_two_items(self) -> None:
        clean = score(kind="lighting")
        worst = score(("theft", "2024-07-01"), ("breach", "2024-07-01"), kind="lighting")

        assert (clean["items"], clean["grade"]) == ({"payment": "50", "law": "50"}, "AAA")
        assert (worst["items"], worst["score"], worst["grade"]) == ({"payment": "50", "law": "0"}, "50", "D")

    def test_a_new_customer_has_half_of_what_was_never_judged(self) -> None:
        found = score(management=None, growth=None)

        assert (found["items"]["management"], found["items"]["growth"], found["score"]) == ("2.5", "2.5", "95")


class TestReasons:
    def test_name_item_points_fact_and_rule(self) -> None:
        found = score(("arrear", "2024-07-10", "2024-08-10"), management="4")

        assert found["reasons"] == [
            {
                "item": "commercial", "points": "-10", "rule": "CR-3.1",
                "fact": {"type": "arrear", "on": "2024-07-10", "cleared_on": "2024-08-10"},
            },
            {
                "item": "commercial", "points": "0.5", "rule": "CR-3.4",
                "fact": {"type": "arrear", "on": "2024-07-10", "cleared_on": "2024-08-10"},
            },
            {
                "item": "management", "points": "-1", "rule": "CR-7.1",
                "fact": {"type": "management", "on": "2024-12-31", "value": "4"},
            },
        ]  # fmt: skip


class TestSwitches:
    def test_overflow_lifts_an_item_above_its_maximum(self) -> None:
        found = items(("report_helped", "2024-07-01"), policy=HOUSE.change(allow_overflow=True))

        assert found["law"] == "40"

    def test_an_arrear_paid_within_its_month_is_made_good_where_the_policy_says_so(self) -> None:
        policy = HOUSE.change(made_good=MadeGood.BY_FOLLOWING_MONTH)

        assert items(("arrear", "2024-07-01", "2024-07-05"), policy=policy)["commercial"] == "20.5"


DAYS = st.integers(-5, 500).map(lambda back: date(2024, 12, 31) - timedelta(days=back))


@st.composite
def some_facts(draw: Any) -> list[Fact]:
    rows = draw(st.lists(st.tuples(st.sampled_from(SCORED_TYPES), DAYS, st.one_of(st.none(), st.integers(0, 120)))))
    return [Fact(one, on, None if lasts is None else on + timedelta(days=lasts)) for one, on, lasts in rows]


@settings(max_examples=60, deadline=None)
@given(some_facts(), st.randoms(), st.sampled_from(CreditKind))
def test_the_order_of_facts_changes_nothing(facts: list[Fact], shuffler: Any, kind: CreditKind) -> None:
    given_ = CustomerFacts(kind=kind, facts=facts, as_of=date(2024, 12, 31), customer_since=date(2019, 1, 1))
    shuffled = list(facts)
    shuffler.shuffle(shuffled)
    other = CustomerFacts(kind=kind, facts=shuffled, as_of=date(2024, 12, 31), customer_since=date(2019, 1, 1))

    first, second = score_customer(given_, policy=HOUSE), score_customer(other, policy=HOUSE)

    assert first == second
    most = {item.code: item.most for item in HOUSE.items[kind]}
    assert all(Decimal(0) <= points <= most[code] for code, points in first.items.items())
