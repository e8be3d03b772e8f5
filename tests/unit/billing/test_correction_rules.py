"""Levels of approval by dated limits, and lines of two bills side by side."""

from datetime import date
from decimal import Decimal

import pytest

from dianke.domain.billing.rules.correction_levels import NoApprovalLevelInForce, find_level, get_level
from dianke.domain.billing.rules.corrections import NewLine, compare_lines, fingerprint, may_be, sum_differences
from dianke.domain.billing.types import CorrectionState

DAY = date(2026, 4, 20)


def line(code: str, amount: str, *, quantity: str = "1") -> NewLine:
    return NewLine(
        code=code,
        name="",
        quantity=Decimal(quantity),
        unit_name="kWh",
        price=Decimal("0.5"),
        amount=Decimal(amount),
        included=False,
        rule="TR-13",
    )


class TestLevel:
    @pytest.mark.parametrize(
        ("deciding_fen", "right"),
        [
            (0, "billing.approve_corrections"),
            (500_000, "billing.approve_corrections"),
            (500_001, "billing.approve_large_corrections"),
            (10**12, "billing.approve_large_corrections"),
        ],
    )
    def test_is_the_lowest_that_reaches_the_amount(self, deciding_fen: int, right: str) -> None:
        assert find_level(deciding_fen=deciding_fen, day=DAY).right == right

    def test_that_is_no_longer_known_needs_the_highest(self) -> None:
        assert get_level(code="GONE", day=DAY).right == "billing.approve_large_corrections"

    def test_is_missing_before_the_first_limits(self) -> None:
        with pytest.raises(NoApprovalLevelInForce):
            find_level(deciding_fen=1, day=date(2019, 12, 31))


class TestComparedLines:
    def test_stand_in_the_order_of_the_new_bill_with_the_lost_ones_last(self) -> None:
        found = compare_lines(
            [line("energy.single", "5"), line("basic.capacity", "9")], [line("energy.single", "4"), line("fund.A", "1")]
        )

        assert [(one.code, one.old.amount, one.new.amount, one.difference) for one in found] == [
            ("energy.single", 5, 4, -1),
            ("fund.A", 0, 1, 1),
            ("basic.capacity", 9, 0, -9),
        ]

    def test_differ_in_their_fingerprint_by_any_figure(self) -> None:
        prints = {
            fingerprint([line("a", "1")]),
            fingerprint([line("a", "2")]),
            fingerprint([line("a", "1", quantity="2")]),
        }

        assert len(prints) == 3


def test_differences_that_cancel_out_still_decide_the_level() -> None:
    assert sum_differences([(100, 40), (50, 110)]) == (0, 120)


@pytest.mark.parametrize(
    ("act", "states"),
    [
        ("change", {"DRAFT"}),
        ("ask", {"DRAFT"}),
        ("withdraw", {"DRAFT", "PENDING"}),
        ("approve", {"PENDING"}),
        ("reject", {"PENDING", "APPROVED"}),
        ("issue", {"APPROVED"}),
    ],
)
def test_act_fits_its_states_alone(act: str, states: set[str]) -> None:
    assert {state.value for state in CorrectionState if may_be(act, state)} == states
