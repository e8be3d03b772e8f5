"""What a recovery case is refused for, and how."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from dianke.domain.billing.rules.recover.case import recover_case, recover_cases
from dianke.domain.billing.rules.recover.fields import KIND_FIELDS
from dianke.domain.billing.rules.recover.schema import describe_cases

TODAY = date(2024, 7, 1)

THEFT = {"kind": "theft", "user": "power", "capacity_kw": "10", "price": "0.5"}
CLASS_CHANGE = {"kind": "breach", "act": "class_change", "kwh": "1", "price_paid": "0.3", "price_due": "0.8"}
SEALED = {"kind": "breach", "act": "sealed_two_part", "kva": "1", "months": "1", "basic_price": "20"}
WIRING = {"kind": "wrong_wiring", "recorded_kwh": "10", "correction_factor": "2"}
MULTIPLIER = {"kind": "wrong_multiplier", "kwh": "10", "used": "30", "right": "40"}
LATE = {"kind": "late_fee", "amount": "10", "class": "other", "due_on": "2024-03-10", "paid_on": "2024-03-12"}


def faults(case: object) -> list[tuple[str, str]]:
    """Return field and code of every fault, and prove that a refused case comes back without figures."""
    answer = recover_case(case, today=TODAY)

    assert set(answer) <= {"id", "errors"}
    return [(error["field"], error["code"]) for error in answer["errors"]]


class TestRefusal:
    @pytest.mark.parametrize(
        ("case", "expected"),
        [
            ("theft", [("", "not_an_object")]),
            (None, [("", "not_an_object")]),
            ([], [("", "not_an_object")]),
            ({}, [("kind", "missing_field")]),
            ({"kind": "murder"}, [("kind", "not_a_choice")]),
            ({"kind": ["theft"]}, [("kind", "not_a_choice")]),
            ({"kind": "theft"}, [("capacity_kw", "missing_field")]),
            ({"kind": "theft", "capacity_kw": "1"}, [("user", "missing_field")]),
            ({**THEFT, "kwh": "5"}, [("kwh", "conflicting_fields")]),
            ({**THEFT, "user": "homes"}, [("user", "not_a_choice")]),
            ({**THEFT, "multple": "2"}, [("multple", "unknown_field")]),
            ({**THEFT, "recorded_kwh": "2"}, [("recorded_kwh", "unknown_field")]),
            ({**THEFT, "hours_per_day": "25"}, [("hours_per_day", "out_of_range")]),
            ({**THEFT, "days": "-1"}, [("days", "out_of_range")]),
            ({**THEFT, "price": "-0.5"}, [("price", "out_of_range")]),
            ({**THEFT, "rule_set": "RS-1066"}, [("rule_set", "unknown_rule_set")]),
            ({**THEFT, "on": "1990-01-01"}, [("on", "no_rule_set_in_force")]),
            ({**THEFT, "on": "yesterday"}, [("on", "unreadable_date")]),
            ({**THEFT, "on": 20240101}, [("on", "unreadable_date")]),
            ({**THEFT, "penalty_on": "both"}, [("penalty_on", "not_a_choice")]),
            ({**THEFT, "multiple": "3.1"}, [("multiple", "multiple_above_maximum")]),
            ({"kind": "breach"}, [("act", "missing_field")]),
            ({"kind": "breach", "act": "arson"}, [("act", "not_a_choice")]),
            (
                {"kind": "breach", "act": "class_change"},
                [("kwh", "missing_field"), ("price_paid", "missing_field"), ("price_due", "missing_field")],
            ),
            ({**CLASS_CHANGE, "price_due": "0.2"}, [("price_due", "price_due_below_paid")]),
            ({**CLASS_CHANGE, "multiple": "2.5"}, [("multiple", "multiple_above_maximum")]),
            (
                {"kind": "breach", "act": "sealed_two_part"},
                [("months", "missing_field"), ("basic_price", "missing_field"), ("kva", "missing_field")],
            ),
            ({**SEALED, "kw": "1"}, [("kw", "conflicting_fields")]),
            ({"kind": "breach", "act": "own_source"}, [("kva", "missing_field")]),
            (
                {"kind": "breach", "act": "moved_device", "residential": "yes"},
                [("residential", "not_a_flag")],
            ),
            (
                {"kind": "meter_error"},
                [("recorded_kwh", "missing_field"), ("error_ratio", "missing_field")],
            ),
            (
                {"kind": "meter_error", "recorded_kwh": "10", "error_ratio": "-1"},
                [("error_ratio", "error_ratio_too_low")],
            ),
            (
                {"kind": "meter_error", "recorded_kwh": "-10", "error_ratio": "0"},
                [("recorded_kwh", "out_of_range")],
            ),
            ({**WIRING, "correction_factor": "-2"}, [("correction_factor", "true_kwh_negative")]),
            ({**WIRING, "half_period": True}, [("half_period", "half_period_not_for_kind")]),
            ({**MULTIPLIER, "half_period": True}, [("half_period", "half_period_not_for_kind")]),
            ({**MULTIPLIER, "used": "0"}, [("used", "out_of_range")]),
            ({**MULTIPLIER, "right": "0"}, [("right", "out_of_range")]),
            (
                {"kind": "fuse", "half_period": True},
                [
                    ("normal_kwh", "missing_field"),
                    ("recorded_kwh", "missing_field"),
                    ("half_period", "half_period_not_for_kind"),
                ],
            ),
            ({**LATE, "amount": "-5"}, [("amount", "out_of_range")]),
            ({**LATE, "class": "lighting"}, [("class", "not_a_choice")]),
            ({**LATE, "due_on": "2024-02-30"}, [("due_on", "unreadable_date")]),
            ({**LATE, "paid_on": None}, [("paid_on", "missing_field")]),
            ({**LATE, "cross_year": "half"}, [("cross_year", "not_a_choice")]),
            ({**LATE, "due_on": "1990-01-01"}, [("due_on", "no_rule_set_in_force")]),
        ],
    )
    def test_names_the_field_and_the_code(self, case: object, expected: list[tuple[str, str]]):
        assert faults(case) == expected

    @pytest.mark.parametrize(
        "price",
        [
            *("", "abc", "1,5", "1e3", "NaN", "Infinity", "+1", " 1", "1.", ".5", "０.5", "1_0", "0.5\n"),
            *("1" * 16, "0." + "1" * 31, 10**15, Decimal("NaN"), Decimal("1E+400"), Decimal("1E-31")),
            *(True, 0.5, [], {}),
        ],
    )
    def test_reads_no_number_that_is_not_a_plain_decimal(self, price: object):
        assert faults({**THEFT, "price": price}) == [("price", "not_a_decimal")]

    def test_finds_every_fault_at_once(self):
        case = {
            "kind": "late_fee",
            "amount": "x",
            "class": "y",
            "due_on": "z",
            "rule_set": "RS-0",
            "extra": 1,
        }

        assert sorted(faults(case)) == [
            ("amount", "not_a_decimal"),
            ("class", "not_a_choice"),
            ("due_on", "unreadable_date"),
            ("extra", "unknown_field"),
            ("paid_on", "missing_field"),
            ("rule_set", "unknown_rule_set"),
        ]


class TestRecoverCases:
    def test_lets_a_bad_case_not_stop_the_others(self):
        answers = recover_cases([{**THEFT, "id": "a"}, {"id": "b"}, {**THEFT, "id": 3}], today=TODAY)

        assert [answer.get("id") for answer in answers] == ["a", "b", 3]
        assert [answer.get("total") for answer in answers] == ["43200.00", None, "43200.00"]

    def test_gives_no_id_to_a_case_without_one(self):
        assert "id" not in recover_case(THEFT, today=TODAY)

    def test_leaves_the_precision_of_its_caller_alone(self):
        recover_case(THEFT, today=TODAY)

        assert Decimal(1) / Decimal(3) == Decimal("0.3333333333333333333333333333")

    def test_reads_numbers_that_json_kept_exact(self):
        answer = recover_case({**THEFT, "capacity_kw": 10, "price": Decimal("0.5")}, today=TODAY)

        assert answer["total"] == "43200.00"

    def test_keeps_every_digit_of_long_factors(self):
        case = {**SEALED, "kva": "9" * 15, "basic_price": "9" * 15, "penalty_on": "unrounded"}

        # (10^15 - 1)^2 has thirty digits, two more than Python's decimals keep by themselves.
        assert recover_case(case, today=TODAY)["recovered"] == "999999999999998000000000000001.00"

    def test_shows_the_way_to_the_result(self):
        answer = recover_case({**THEFT, "rule_set": "RS-1996"}, today=TODAY)

        assert [(step["name"], step["value"], step["unit"]) for step in answer["steps"]] == [
            ("capacity", "10", "kW"),
            ("days", "180", "day"),
            ("hours_per_day", "12", "h/day"),
            ("kwh", "21600", "kWh"),
            ("price", "0.5", "yuan/kWh"),
            ("recovered_unrounded", "10800.00", "yuan"),
            ("recovered", "10800.00", "yuan"),
            ("multiple", "3", ""),
            ("penalty_base", "10800.00", "yuan"),
            ("penalty", "32400.00", "yuan"),
        ]


class TestDescribeCases:
    def test_describes_every_kind_and_refuses_what_it_does_not_know(self):
        schema: dict[str, Any] = describe_cases()

        kinds = {kind: schema["$defs"][kind] for kind in KIND_FIELDS}

        assert all(described["additionalProperties"] is False for described in kinds.values())
        assert {kind: described["required"] for kind, described in kinds.items()} == {
            "theft": ["kind"],
            "breach": ["kind", "act"],
            "meter_error": ["kind", "recorded_kwh", "error_ratio"],
            "wrong_wiring": ["kind", "recorded_kwh", "correction_factor"],
            "wrong_multiplier": ["kind", "kwh", "used", "right"],
            "fuse": ["kind", "normal_kwh", "recorded_kwh"],
            "late_fee": ["kind", "amount", "class", "due_on", "paid_on"],
        }

    def test_lists_the_words_of_a_choice(self):
        late_fee = describe_cases()["$defs"]["late_fee"]["properties"]

        assert late_fee["class"]["enum"] == ["residential", "other"]
        assert late_fee["cross_year"]["enum"] == ["split", "all_at_higher", "new_year_only", None]
        assert late_fee["rule_set"]["enum"] == ["RS-1996", "RS-2016", "RS-2024", None]
