"""Claims: levels by amount, what a waiver takes out of the books, what it may not ask for."""

from datetime import date

import pytest

from dianke.domain.receivables.rules.claims import (
    ON_APPROVAL,
    NoClaimLevelInForce,
    find_level,
    find_waiver_obstacle,
    get_level,
    split_waiver,
)
from dianke.domain.receivables.types import ClaimKind

DAY = date(2026, 3, 1)


@pytest.mark.parametrize(
    ("amount_fen", "code", "right"),
    [(5_000_00, "SECTION", "payments.approve"), (5_000_01, "UTILITY", "payments.approve_large")],
)
def test_the_level_follows_the_amount(amount_fen: int, code: str, right: str) -> None:
    level = find_level(amount_fen=amount_fen, day=DAY)

    assert (level.code, level.right) == (code, right)


def test_a_level_that_is_no_longer_known_needs_the_highest() -> None:
    assert get_level(code="GONE", day=DAY).right == "payments.approve_large"


def test_before_the_first_limits_nothing_is_approved() -> None:
    with pytest.raises(NoClaimLevelInForce):
        find_level(amount_fen=1, day=date(2019, 12, 31))


def test_a_waiver_takes_out_of_the_books_only_what_is_in_them() -> None:
    assert split_waiver({1: 300, 2: 50, 3: 10}, booked_fen={1: 100, 2: 80}) == {1: 100, 2: 50}


@pytest.mark.parametrize(
    ("amounts", "obstacle"),
    [
        ({1: 100}, ""),
        ({}, "nothing_entered"),
        ({1: 0}, "nothing_entered"),
        ({1: 101}, "more_than_late_fee"),
        ({2: 1}, "more_than_late_fee"),
    ],
)
def test_no_more_than_the_late_fee_of_a_bill_can_be_waived(amounts: dict[int, int], obstacle: str) -> None:
    assert find_waiver_obstacle(amounts, late_fees_fen={1: 100}) == obstacle


def test_every_kind_about_money_says_what_it_books() -> None:
    assert set(ClaimKind) - set(ON_APPROVAL) == {ClaimKind.LATE_FEE_WAIVER}
