"""Cases worked by hand (the arithmetic stands in each note), against the twin and against the product."""

import json
from pathlib import Path
from typing import Any

import pytest
from tests.twin.expectations import mismatches
from tests.twin.quote_twin import quote

from dianke.domain.billing.rules.quote import quote_case

CASES = json.loads((Path(__file__).parent / "hand_cases.json").read_text(encoding="utf-8"))
each_case = pytest.mark.parametrize("case", CASES, ids=[case["id"] for case in CASES])


@each_case
def test_the_twin_agrees_with_the_hand(case: dict[str, Any]) -> None:
    answer = quote(case["input"])

    assert mismatches(answer, case["expect"]) == []


@each_case
def test_the_product_agrees_with_the_hand(case: dict[str, Any]) -> None:
    answer = quote_case(case["input"])

    assert mismatches(answer, case["expect"]) == []


def test_every_hand_case_says_how_it_was_worked_and_has_an_id_of_its_own() -> None:
    ids = [case["id"] for case in CASES]

    assert all(case["note"] and case["expect"] for case in CASES)
    assert len(ids) == len(set(ids))
