"""The simulated tax platform answers late, the same again and again, and refuses what cannot be."""

from pathlib import Path
from typing import Any

from dianke.application.invoices.simulated import SimulatedTaxPlatform


def document(**options: Any) -> dict[str, Any]:
    values: dict[str, Any] = {
        "number": "FP2026-0-00000001", "invoice_date": "2026-02-10", "state": "MADE", "platform_number": None,
        "seller": {"tax_number": "91420100MA4KXYW128"}, "buyer": {"name": "云泽铸造"},
        "lines": [{"total_amount": "289.99"}],
        "totals": {"net_amount": "256.63", "tax_amount": "33.36", "total_amount": "289.99"},
    }  # fmt: skip
    return {**values, **options}


def test_it_answers_late_and_then_always_the_same(tmp_path: Path) -> None:
    platform = SimulatedTaxPlatform(tmp_path)

    first = platform.submit(document())
    second = platform.submit(document(state="SENT"))
    third = SimulatedTaxPlatform(tmp_path).submit(document(state="ACCEPTED", platform_number="1"))

    assert (first.is_accepted, first.is_refused) == (False, False)
    assert second.is_accepted
    assert len(second.platform_number) == 20
    assert third == second


def test_it_refuses_another_invoice_under_a_number_that_it_knows(tmp_path: Path) -> None:
    platform = SimulatedTaxPlatform(tmp_path)
    platform.submit(document())

    answer = platform.submit(document(buyer={"name": "另一家"}))

    assert (answer.is_refused, answer.code) == (True, "DUPLICATE")


def test_it_refuses_sums_that_do_not_agree(tmp_path: Path) -> None:
    platform = SimulatedTaxPlatform(tmp_path)
    wrong = document(lines=[{"total_amount": "289.98"}])

    platform.submit(wrong)

    assert platform.submit(wrong).code == "SUMS"
