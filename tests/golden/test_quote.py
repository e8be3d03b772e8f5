"""The quote command against bills that others worked and published, real bills, and the national tables."""

import csv
import io
import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from tests.twin.expectations import mismatches

from dianke.domain.billing.rules.quote import quote_case
from dianke.engine.power_factor import STANDARD_TABLES
from dianke.interfaces.cli import quote

HERE = Path(__file__).parent
PUBLISHED = json.loads((HERE / "quote-open.json").read_text(encoding="utf-8"))

FUJIAN_PRICES = {"sharp": "0.88328874", "peak": "0.80103074", "flat": "0.58416874", "valley": "0.34861174"}


def fujian_bill(*, kva: str, kwh: dict[str, str], kvarh: tuple[str, str]) -> dict[str, Any]:
    """Return a two-part 1-10 kV bill of August 2025; its prices contain the funds of 0.02766875."""
    return {
        "usage": {
            **{f"{period}_kwh": energy for period, energy in kwh.items()},
            "reactive_import_kvarh": kvarh[0],
            "reactive_export_kvarh": kvarh[1],
        },
        "capacity": [{"kva": kva}],
        "basic_charge": {"mode": "capacity", "price": "25"},
        "power_factor": {"standard": "0.90", "base": "without_funds"},
        "energy_price": FUJIAN_PRICES,
        "funds": [{"name": "funds", "price": "0.02766875", "included": True}],
    }


class TestPublishedBills:
    def test_agree_through_the_command(
        self, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        cases = json.dumps([case["input"] for case in PUBLISHED]).encode()
        monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(cases), encoding="utf-8"))

        status = quote.run([])

        answers = json.loads(capsys.readouterr().out)
        wrong = {
            case["id"]: found
            for case, answer in zip(PUBLISHED, answers, strict=True)
            if (found := mismatches(answer, case["expect"]))
        }
        assert status == 0
        assert len(PUBLISHED) == 44
        assert wrong == {}

    @pytest.mark.parametrize("case", PUBLISHED, ids=[case["id"] for case in PUBLISHED])
    def test_agree_one_by_one(self, case: dict[str, Any]) -> None:
        assert mismatches(quote_case(case["input"]), case["expect"]) == []


class TestRealBills:
    def test_of_fujian_a_is_met_to_the_fen(self) -> None:
        kwh = {"sharp": "27531", "peak": "81516", "flat": "104580", "valley": "77487"}

        answer = quote_case(fujian_bill(kva="1260", kwh=kwh, kvarh=("36472", "8051")))

        assert answer["power_factor"] == "0.99"
        assert answer["power_factor_percent"] == "-0.75"
        assert answer["total"] == "207711.15"

    def test_of_fujian_b_is_one_fen_off_because_it_was_rounded_by_component(self) -> None:
        kwh = {"sharp": "32719", "peak": "86671", "flat": "101769", "valley": "42436"}

        answer = quote_case(fujian_bill(kva="1130", kwh=kwh, kvarh=("52110", "9570")))

        assert answer["power_factor"] == "0.97"
        assert answer["total"] == "199368.97"  # printed 199368.96

    @pytest.mark.parametrize(
        ("demand_kw", "printed"), [("30842.066223", "1202840.58"), ("1.933777", "75.42")], ids=["main", "share"]
    )
    def test_of_hubei_keep_the_decimals_of_demand(self, demand_kw: str, printed: str) -> None:
        case = {
            "usage": {"demand_kw": demand_kw},
            "basic_charge": {"mode": "actual_demand", "price": "39"},
        }

        assert quote_case(case)["subtotals"]["basic"] == printed

    def test_of_hubei_has_no_discount_line_at_175_kwh_per_kva(self) -> None:
        case = {
            "usage": {"total_kwh": "175000", "demand_kw": "500"},
            "capacity": [{"kva": "1000"}],
            "basic_charge": {
                "mode": "actual_demand",
                "price": "39",
                "discount": {"kwh_per_kva": "260", "ratio": "0.90"},
            },
        }

        assert [line["code"] for line in quote_case(case)["lines"]] == ["basic.demand"]

    def test_of_hubei_adjusts_a_base_that_was_rounded_by_price_line(self) -> None:
        case = {
            "usage": {"total_kwh": "1"},
            "energy_price": {"single": "6137186.50"},
            "power_factor": {"standard": "0.90", "value": "0.91"},
        }

        answer = quote_case(case)

        assert answer["power_factor_percent"] == "-0.15"
        assert answer["subtotals"]["power_factor"] == "-9205.78"  # printed -9205.79


class TestNationalTables:
    @pytest.mark.parametrize("standard", STANDARD_TABLES)
    def test_agree_with_all_101_printed_rows(self, standard: str) -> None:
        with (HERE / f"pf_adjust_{standard}.csv").open(encoding="utf-8") as file:
            printed = {row["pf"]: Decimal(row["percent"]) for row in csv.DictReader(file)}
        case = {"usage": {"total_kwh": "100"}, "energy_price": {"single": "1"}}

        computed = {
            factor: Decimal(
                quote_case({**case, "power_factor": {"standard": standard, "value": factor}})["power_factor_percent"]
            )
            for factor in printed
        }

        assert len(printed) == 101
        assert computed == printed
