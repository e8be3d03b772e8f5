"""Back-billing as a bill: the lines of every published case add up to its total, and each step says how it came."""

import json
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from dianke.domain.billing.rules.back_bills import (
    NothingToBill,
    UnableToWorkCase,
    explain_back_bill,
    explain_lines,
    is_back_bill,
    work_back_bill,
    write_basis,
)
from dianke.domain.billing.rules.explanations import lines_of

TODAY = date(2024, 7, 1)
GOLDEN = Path(__file__).parents[2] / "golden"
THEFT = {"kind": "theft", "user": "power", "capacity_kw": "10", "price": "0.5"}


def list_cases() -> list[Any]:
    rows = json.loads((GOLDEN / "recover-hand.json").read_text("utf-8"))
    billable = [row for row in rows if row["input"].get("kind") != "late_fee" and "total" in row["expect"]]
    return [
        pytest.param(row["input"], row["expect"], id=row["id"]) for row in billable if Decimal(row["expect"]["total"])
    ]


@pytest.mark.parametrize(("case", "expected"), list_cases())
def test_lines_of_every_golden_case_add_up_to_its_total(case: dict[str, Any], expected: dict[str, str]) -> None:
    found = work_back_bill(case, today=TODAY)

    sums = {line.code: line.amount for line in found.lines}
    recovered = sums.get("recovery.energy", sums.get("recovery.basic", Decimal(0)))
    assert found.amount_fen == int(Decimal(expected["total"]) * 100)
    assert recovered == Decimal(expected.get("recovered", "0"))


@pytest.mark.parametrize(("case", "expected"), list_cases())
def test_every_golden_case_replays_from_what_it_keeps(case: dict[str, Any], expected: dict[str, str]) -> None:
    found = work_back_bill(case, today=TODAY)
    of_bill = {"price": {}, "supply": {}, "transformers": []}
    basis = write_basis(of_bill=of_bill, found=found, order="GZ-1", cause="THEFT", reason="x", bills=[])

    again = explain_back_bill(
        basis=json.loads(json.dumps(basis)), lines=lines_of(found.lines), issued_on=date(2030, 1, 1)
    )

    assert is_back_bill(basis)
    assert (again.is_equal, again.recomputed_total) == (True, expected["total"])


def test_steps_of_theft_lead_to_energy_and_penalty() -> None:
    energy, penalty = explain_lines(work_back_bill(THEFT, today=TODAY))

    assert [(step.kind, step.expression, step.result) for step in energy.steps][3:] == [
        ("recover_kwh", "10 × 180 × 12", "21,600"),
        ("recover_price", "", "0.5"),
        ("recover_recovered_unrounded", "21,600 × 0.5", "10,800"),
        ("recover_recovered", "", "10,800.00"),
    ]
    assert [(step.expression, step.result) for step in penalty.steps][-1] == ("10,800 × 3", "32,400.00")
    assert {step.rule for step in energy.steps} == {"TR-11"}


def test_a_line_that_differs_is_named() -> None:
    found = work_back_bill(THEFT, today=TODAY)
    of_bill = {"price": {}, "supply": {}, "transformers": []}
    basis = write_basis(of_bill=of_bill, found=found, order="GZ-1", cause="THEFT", reason="x", bills=[])
    basis["recovery"]["case"]["price"] = "0.6"

    again = explain_back_bill(basis=basis, lines=lines_of(found.lines), issued_on=TODAY)

    assert again.differences == [
        "recovery.energy: 10800.00 → 12960.00",
        "penalty.multiple: 32400.00 → 38880.00",
    ]


def test_energy_of_a_changed_class_was_billed_already() -> None:
    case = {"kind": "breach", "act": "class_change", "kwh": "650", "price_paid": "0.5", "price_due": "0.8"}

    found = work_back_bill(case, today=TODAY)

    assert (found.energy_kwh_e2, found.amount_fen) == (0, 58500)


@pytest.mark.parametrize(
    ("case", "codes"),
    [
        ({"kind": "late_fee"}, ["not_a_choice"]),
        ({"kind": "theft", "price": "1"}, ["missing_field"]),
        ({**THEFT, "price": None}, ["billing.price_needed"]),
        ({**THEFT, "price": "0.123456789"}, ["billing.figure_not_billable"]),
        ({**THEFT, "capacity_kw": "99999999999"}, ["billing.figure_not_billable"] * 4),
    ],
    ids=["late fee", "no energy", "no price", "nine decimals", "too large"],
)
def test_what_cannot_be_billed_is_refused(case: dict[str, Any], codes: list[str]) -> None:
    with pytest.raises(UnableToWorkCase) as refused:
        work_back_bill(case, today=TODAY)

    assert [fault.code for fault in refused.value.faults] == codes


def test_a_case_that_comes_to_nothing_makes_no_bill() -> None:
    with pytest.raises(NothingToBill):
        work_back_bill({"kind": "fuse", "normal_kwh": "1", "recorded_kwh": "2", "price": "1"}, today=TODAY)
