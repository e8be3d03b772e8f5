"""Quote cases: what is refused and how, what is left out, and figures worked by hand."""

from decimal import Decimal

import pytest

from dianke.domain.billing.rules.quote import CasesDiffer, UnableToReadCase, compile_cases, quote_case, quote_cases
from dianke.engine.calculate import calculate

PLAIN = {"usage": {"total_kwh": "100"}, "energy_price": {"single": "0.5"}}
CAPACITY_CHARGE = {"mode": "capacity", "price": "30"}
PERIOD = {"start": "2024-06-01", "end": "2024-07-01"}


def faults(case):
    """Return field and code of every error; a refused case has no total."""
    answer = quote_case(case)
    assert "total" not in answer
    return [(error["field"], error["code"]) for error in answer["errors"]]


def amounts(answer):
    return {line["code"]: line["amount"] for line in answer["lines"]}


class TestRefusals:
    @pytest.mark.parametrize(
        ("case", "field", "code"),
        [
            ({**PLAIN, "colour": "red"}, "colour", "unknown_field"),
            ({**PLAIN, "usage": {"total_kwh": "1e3"}}, "usage.total_kwh", "not_a_decimal"),
            ({**PLAIN, "usage": {"total_kwh": 0.5}}, "usage.total_kwh", "not_a_decimal"),
            ({**PLAIN, "usage": {"total_kwh": "NaN"}}, "usage.total_kwh", "not_a_decimal"),
            ({**PLAIN, "usage": {"total_kwh": "１００"}}, "usage.total_kwh", "not_a_decimal"),
            ({**PLAIN, "usage": {"total_kwh": True}}, "usage.total_kwh", "not_a_decimal"),
            ({**PLAIN, "usage": {"total_kwh": "9" * 16}}, "usage.total_kwh", "not_a_decimal"),
            ({**PLAIN, "usage": {"total_kwh": "-1"}}, "usage.total_kwh", "out_of_range"),
            ({**PLAIN, "usage": []}, "usage", "not_an_object"),
            ({**PLAIN, "energy_price": {"single": "-0.5"}}, "energy_price.single", "out_of_range"),
            ({**PLAIN, "energy_price": {}}, "energy_price", "missing_field"),
            ({**PLAIN, "energy_price": {"single": "1", "peak": "2"}}, "energy_price.single", "single_and_periods"),
            ({**PLAIN, "energy_price": {"tiers": []}}, "energy_price.tiers", "missing_field"),
            (
                {**PLAIN, "energy_price": {"tiers": [{"price": "1"}, {"price": "2"}]}},
                "energy_price.tiers[0].up_to_kwh",
                "missing_field",
            ),
            (
                {
                    **PLAIN,
                    "energy_price": {"tiers": [{"up_to_kwh": "9", "price": "1"}, {"up_to_kwh": "9", "price": "2"}]},
                },
                "energy_price.tiers[1].up_to_kwh",
                "limits_do_not_rise",
            ),
            (
                {**PLAIN, "energy_price": {"single": "1", "tiers": [{"price": "1"}]}},
                "energy_price.tiers[0].price",
                "unknown_field",
            ),
            (
                {**PLAIN, "energy_price": {"tiers": [{"up_to_kwh": "50", "price": "1"}]}},
                "energy_price.tiers[0].up_to_kwh",
                "tier_exceeded",
            ),
            ({**PLAIN, "energy_price": {"peak": "1"}}, "energy_price.flat", "price_missing"),
            ({**PLAIN, "meters": [{"registers": {}}]}, "usage", "meters_and_usage"),
            (
                {"meters": [{"registers": {"total": ["5", "3"]}}]},
                "meters[0].registers.total",
                "register_backwards",
            ),
            (
                {"meters": [{"rollover": True, "registers": {"total": ["5", "3"]}}]},
                "meters[0].digits",
                "missing_field",
            ),
            (
                {"meters": [{"digits": 4, "registers": {"total": ["5", "10000"]}}]},
                "meters[0].registers.total",
                "reading_exceeds_digits",
            ),
            ({"meters": [{"registers": {"total": ["5"]}}]}, "meters[0].registers.total", "wrong_count"),
            (
                {"meters": [{"multiplier": "10", "ct": ["50", "5"]}]},
                "meters[0].multiplier",
                "multiplier_twice",
            ),
            ({"meters": [{"ct": ["50", "0"]}]}, "meters[0].ct[1]", "out_of_range"),
            ({"usage": {"total_kwh": "5", "peak_kwh": "6"}}, "usage.flat_kwh", "flat_negative"),
            ({**PLAIN, "shares": [{"name": "a", "price": "1"}]}, "shares[0].fixed_kwh", "missing_field"),
            (
                {**PLAIN, "shares": [{"name": "a", "price": "1", "ratio": "0.1", "fixed_kwh": "1"}]},
                "shares[0].ratio",
                "fixed_and_ratio",
            ),
            ({**PLAIN, "shares": [{"ratio": "0.1", "price": "1"}]}, "shares[0].name", "missing_field"),
            (
                {**PLAIN, "transformer_loss": {"method": "ratio", "p0_kw": "1", "copper_ratio": "0"}},
                "transformer_loss.p0_kw",
                "unknown_field",
            ),
            (
                {**PLAIN, "transformer_loss": {"method": "formula", "p0_kw": "1", "pk_kw": "1", "sn_kva": "0"}},
                "transformer_loss.sn_kva",
                "out_of_range",
            ),
            ({**PLAIN, "transformer_loss": {}}, "transformer_loss.active_kwh", "missing_field"),
            ({"capacity": [{"kva": "1", "from": "2024-06-01"}]}, "period", "missing_field"),
            (
                {"period": PERIOD, "capacity": [{"kva": "1", "days": "3", "from": "2024-06-01"}]},
                "capacity[0].days",
                "days_and_dates",
            ),
            (
                {"period": PERIOD, "capacity": [{"kva": "1", "from": "2024-06-09", "to": "2024-06-02"}]},
                "capacity[0].to",
                "dates_reversed",
            ),
            ({"capacity": [{"kva": "1", "days": "1.5"}]}, "capacity[0].days", "not_whole"),
            ({"capacity": [{"kva": "1", "state": "asleep"}]}, "capacity[0].state", "not_a_choice"),
            ({"period": {"start": "2024-06-01", "end": "2024-06-01"}}, "period.end", "dates_reversed"),
            ({"period": {"start": "2024-02-30", "end": "2024-06-01"}}, "period.start", "unreadable_date"),
            (
                {"basic_charge": {"mode": "contract_demand", "price": "1"}},
                "basic_charge.contract_kw",
                "missing_field",
            ),
            ({**PLAIN, "power_factor": {}}, "power_factor.standard", "missing_field"),
            ({**PLAIN, "power_factor": {"standard": "0.95"}}, "power_factor.standard", "not_a_choice"),
            (
                {**PLAIN, "power_factor": {"table": [{"below": "0.9"}]}},
                "power_factor.table[0].percent",
                "missing_field",
            ),
            (
                {
                    **PLAIN,
                    "power_factor": {"table": [{"below": "0.9", "percent": "1"}, {"below": "0.9", "per_point": "1"}]},
                },
                "power_factor.table[0].below",
                "limit_repeated",
            ),
            (
                {
                    "usage": {"total_kwh": "0", "reactive_kvarh": "5"},
                    "power_factor": {"standard": "0.90"},
                },
                "usage.reactive_kvarh",
                "power_factor_undefined",
            ),
            ({**PLAIN, "funds": [{"name": "a", "price": "-1"}]}, "funds[0].price", "out_of_range"),
            ({**PLAIN, "funds": [{"name": "a", "price": "1", "on": "some"}]}, "funds[0].on", "not_a_choice"),
            ({**PLAIN, "funds": [{"name": "a", "price": "1", "included": "yes"}]}, "funds[0].included", "not_a_flag"),
            ({**PLAIN, "funds": {"name": "a"}}, "funds", "not_a_list"),
            ({**PLAIN, "tax_ratio": "1.13"}, "tax_ratio", "out_of_range"),
            ({**PLAIN, "rounding": {"line": 13}}, "rounding.line", "out_of_range"),
            ({**PLAIN, "currency": ""}, "currency", "not_a_text"),
        ],
    )
    def test_name_field_and_code(self, case, field, code):
        assert (field, code) in faults(case)

    def test_name_every_fault_of_a_case_at_once(self):
        case = {
            "id": "A1",
            "usage": {"total_kwh": "x", "peak": "1"},
            "energy_price": {"single": "-1"},
            "basic_charge": {"price": "1"},
        }

        assert quote_case(case)["id"] == "A1"
        assert faults(case) == [
            ("usage.peak", "unknown_field"),
            ("usage.total_kwh", "not_a_decimal"),
            ("basic_charge.mode", "missing_field"),
            ("energy_price.single", "out_of_range"),
        ]

    @pytest.mark.parametrize("case", [None, 5, "case", [], [{}]])
    def test_of_what_is_no_case(self, case):
        assert faults(case) == [("", "not_an_object")]

    def test_do_not_stop_the_other_cases(self):
        answers = quote_cases([PLAIN, {"usage": 1}, PLAIN])

        assert [answer.get("total") for answer in answers] == ["50.00", None, "50.00"]


class TestAnswers:
    def test_leave_out_what_has_no_meaning(self):
        assert quote_case({"id": 7}) == {
            "id": 7,
            "quantities": {},
            "lines": [],
            "subtotals": {},
            "total": "0.00",
        }

    def test_show_quantity_price_amount_and_rule_of_a_line(self):
        assert quote_case(PLAIN) == {
            "id": None,
            "quantities": {"total_kwh": "100"},
            "lines": [
                {
                    "code": "energy.single",
                    "name": "single",
                    "quantity": "100",
                    "unit": "kWh",
                    "price": "0.5",
                    "amount": "50.00",
                    "rule": "TR-8",
                }
            ],
            "subtotals": {"energy": "50.00"},
            "total": "50.00",
            "average_price": "0.5000",
        }

    def test_read_null_like_an_absent_field(self):
        assert quote_case({**PLAIN, "shares": None, "months": None}) == quote_case(PLAIN)

    def test_take_integers_and_exact_json_numbers(self):
        case = {"usage": {"total_kwh": 100}, "energy_price": {"single": Decimal("0.5")}}

        assert quote_case(case)["total"] == "50.00"

    def test_show_the_common_multiplier_only(self):
        meter = {"ct": ["10000", "30"], "registers": {"total": ["0", "3"]}}
        other = {"multiplier": "20", "registers": {"total": ["0", "1"]}}

        alone, together = quote_case({"meters": [meter]}), quote_case({"meters": [meter, other]})

        assert alone["quantities"] == {"multiplier": "333.333333333333", "total_kwh": "1000"}
        assert together["quantities"] == {"total_kwh": "1020"}

    def test_print_amounts_with_the_decimals_of_lines(self):
        answer = quote_case({**PLAIN, "rounding": {"line": 4, "total": 0}})

        assert amounts(answer) == {"energy.single": "50.0000"}
        assert answer["total"] == "50"

    def test_give_no_power_factor_where_nothing_flowed(self):
        answer = quote_case({"usage": {"total_kwh": "0"}, "power_factor": {"standard": "0.90"}})

        assert "power_factor" not in answer
        assert answer["power_factor_percent"] == "0"
        assert amounts(answer) == {"power_factor": "0.00"}

    def test_mark_a_fund_inside_the_price(self):
        fund = {"name": "inside", "price": "0.01", "included": True}

        answer = quote_case({**PLAIN, "funds": [fund]})

        assert answer["lines"][1]["included"] is True
        assert answer["subtotals"] == {"energy": "50.00"}
        assert answer["total"] == "50.00"


class TestCapacity:
    @pytest.mark.parametrize(
        ("entry", "expected"),
        [
            ({}, "30.00"),
            ({"days": "31"}, "30.00"),
            ({"days": "16"}, "16.00"),
            ({"days": "0"}, "0.00"),
        ],
    )
    def test_counts_thirtieths_of_days(self, entry, expected):
        case = {"capacity": [{"kva": "1", **entry}], "basic_charge": CAPACITY_CHARGE}

        assert quote_case(case)["total"] == expected

    @pytest.mark.parametrize(
        ("entry", "expected"),
        [
            ({}, "30.00"),
            ({"days": "28"}, "30.00"),
            ({"from": "2023-02-15"}, "14.00"),
            ({"to": "2023-02-15"}, "14.00"),
            ({"suspended": [{"from": "2023-02-10", "to": "2023-02-24"}]}, "30.00"),
            ({"suspended": [{"from": "2023-02-10", "to": "2023-02-25"}]}, "13.00"),
            ({"suspended": [{"from": "2023-02-20", "to": "2023-03-20"}]}, "19.00"),
            ({"days": "20", "suspended": [{"from": "2023-02-10", "to": "2023-02-24"}]}, "20.00"),
            ({"days": "20", "suspended": [{"from": "2023-02-10", "to": "2023-02-25"}]}, "5.00"),
        ],
    )
    def test_counts_a_whole_february_as_a_month(self, entry, expected):
        case = {
            "period": {"start": "2023-02-01", "end": "2023-03-01"},
            "capacity": [{"kva": "1", **entry}],
            "basic_charge": CAPACITY_CHARGE,
        }

        assert quote_case(case)["total"] == expected

    def test_counts_the_largest_of_an_interlocked_group(self):
        entries = [{"kva": "800", "interlock": "a"}, {"kva": "630", "interlock": "a"}, {"kva": "100"}]

        answer = quote_case({"capacity": entries, "basic_charge": CAPACITY_CHARGE})

        assert answer["lines"][0]["quantity"] == "900"
        assert answer["total"] == "27000.00"


class TestCompileCases:
    def test_makes_one_fleet_of_cases_that_share_a_plan(self):
        cases = [{**PLAIN, "usage": {"total_kwh": kwh}} for kwh in ("1", "20.5", "300")]

        calculation = calculate(*compile_cases(cases))

        assert calculation.total.tolist() == [50, 1_050, 15_000]

    def test_refuses_cases_of_another_plan(self):
        with pytest.raises(CasesDiffer, match="prices or rounding"):
            compile_cases([PLAIN, {**PLAIN, "energy_price": {"single": "0.6"}}])

    def test_refuses_cases_with_other_kinds_of_data(self):
        metered = {"meters": [{"registers": {"total": ["0", "1"]}}], "energy_price": {"single": "0.5"}}

        with pytest.raises(CasesDiffer, match="kinds of data"):
            compile_cases([PLAIN, metered])

    def test_refuses_a_case_that_cannot_be_read(self):
        with pytest.raises(UnableToReadCase, match="not_a_decimal"):
            compile_cases([{"usage": {"total_kwh": "x"}}])
