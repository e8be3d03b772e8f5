"""The twin against bills that others worked and published, and against real bills."""

import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from tests.twin.expectations import mismatches
from tests.twin.quote_twin import quote

PUBLISHED = json.loads((Path(__file__).parent / "quote-open.json").read_text(encoding="utf-8"))

FUJIAN_PRICES = {"sharp": "0.88328874", "peak": "0.80103074", "flat": "0.58416874", "valley": "0.34861174"}


def fujian_bill(*, kva: str, kwh: tuple[str, str, str, str], kvarh: tuple[str, str]) -> dict[str, Any]:
    """Return a two-part 1-10 kV bill of August 2025; its prices contain the funds of 0.02766875."""
    usage = dict(zip(("sharp_kwh", "peak_kwh", "flat_kwh", "valley_kwh"), kwh, strict=True))
    return {
        "usage": {**usage, "reactive_import_kvarh": kvarh[0], "reactive_export_kvarh": kvarh[1]},
        "capacity": [{"kva": kva}],
        "basic_charge": {"mode": "capacity", "price": "25"},
        "power_factor": {"standard": "0.90", "base": "without_funds"},
        "energy_price": FUJIAN_PRICES,
        "funds": [{"name": "all", "price": "0.02766875", "included": True}],
    }


@pytest.mark.parametrize("case", PUBLISHED, ids=[case["id"] for case in PUBLISHED])
def test_reproduces_every_published_bill(case: dict[str, Any]) -> None:
    answer = quote(case["input"])

    assert mismatches(answer, case["expect"]) == []


def test_reproduces_the_first_fujian_bill_to_the_fen() -> None:
    case = fujian_bill(kva="1260", kwh=("27531", "81516", "104580", "77487"), kvarh=("36472", "8051"))

    answer = quote(case)

    assert answer["power_factor"] == "0.99"
    assert answer["power_factor_percent"] == "-0.75"
    assert answer["total"] == "207711.15"


def test_reproduces_the_second_fujian_bill_but_for_the_fen_of_its_finer_lines() -> None:
    case = fujian_bill(kva="1130", kwh=("32719", "86671", "101769", "42436"), kvarh=("52110", "9570"))

    answer = quote(case)

    assert answer["power_factor"] == "0.97"
    assert answer["power_factor_percent"] == "-0.75"
    assert answer["total"] == "199368.97"  # printed 199368.96


@pytest.mark.parametrize(
    ("demand_kw", "charge"), [("30842.066223", "1202840.58"), ("1.933777", "75.42")], ids=["point", "share"]
)
def test_prices_demand_with_all_its_decimals(demand_kw: str, charge: str) -> None:
    case = {
        "usage": {"demand_kw": demand_kw},
        "basic_charge": {"mode": "actual_demand", "price": "39"},
    }

    answer = quote(case)

    assert answer["subtotals"]["basic"] == charge


def test_gives_no_discount_at_175_kwh_per_kva() -> None:
    case = {
        "usage": {"total_kwh": "175000", "demand_kw": "500"},
        "capacity": [{"kva": "1000"}],
        "basic_charge": {
            "mode": "actual_demand",
            "price": "39",
            "discount": {"kwh_per_kva": "260", "ratio": "0.90"},
        },
    }

    answer = quote(case)

    assert [line["code"] for line in answer["lines"]] == ["basic.demand"]


def test_adjusts_the_hubei_base_within_the_fen_of_its_finer_lines() -> None:
    case = {
        "usage": {"total_kwh": "1"},
        "energy_price": {"single": "6137186.50"},
        "power_factor": {"standard": "0.90", "value": "0.91"},
    }

    answer = quote(case)

    assert answer["power_factor_percent"] == "-0.15"
    assert abs(Decimal(answer["subtotals"]["power_factor"]) - Decimal("-9205.79")) == Decimal("0.01")
