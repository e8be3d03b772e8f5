"""Personal numbers are folded before they are compared, and wrong ones are told."""

import pytest

from dianke.domain.customers import rules
from dianke.domain.customers.rules.personal import find_bank_account_obstacle
from dianke.domain.customers.types import IdentityKind


@pytest.mark.parametrize(
    ("typed", "folded"),
    [
        ("139 0013 4418", "13900134418"),
        ("+86-139-0013-4418", "13900134418"),
        ("008613900134418", "13900134418"),
        ("１３９００１３４４１８", "13900134418"),
        ("(027) 8765-4321", "02787654321"),
        ("86543210", "86543210"),
    ],
)
def test_phone_is_folded_to_its_digits(typed: str, folded: str) -> None:
    assert rules.fold_phone(typed) == folded


def test_identity_number_is_folded_to_capitals_without_blanks() -> None:
    assert rules.fold_identity_number(" 110105 19491231 002x ") == "11010519491231002X"


def test_identity_card_with_the_right_check_digit_stands() -> None:
    assert rules.find_identity_obstacle(IdentityKind.ID_CARD, "11010519491231002X") is None


@pytest.mark.parametrize(
    "number", ["110105194912310021", "11010519491331002X", "1101051949123100", "A1010519491231002X"]
)
def test_identity_card_that_cannot_be_is_refused(number: str) -> None:
    assert rules.find_identity_obstacle(IdentityKind.ID_CARD, number) is not None


def test_every_slip_of_one_digit_of_an_identity_card_is_found() -> None:
    number = "11010519491231002X"
    slips = [
        number[:at] + digit + number[at + 1 :] for at in range(17) for digit in "0123456789" if digit != number[at]
    ]

    assert [slip for slip in slips if rules.find_identity_obstacle(IdentityKind.ID_CARD, slip) is None] == []


def test_unified_code_with_the_right_check_character_stands() -> None:
    assert rules.find_identity_obstacle(IdentityKind.USCC, "91350100M000100Y43") is None


@pytest.mark.parametrize("number", ["91350100M000100Y44", "91350100I000100Y43", "91350100M000100Y4"])
def test_unified_code_that_cannot_be_is_refused(number: str) -> None:
    assert rules.find_identity_obstacle(IdentityKind.USCC, number) is not None


def test_mobile_number_of_ten_digits_is_refused() -> None:
    assert rules.find_phone_obstacle("1390013441") == "a mobile number has 11 digits"
    assert rules.find_phone_obstacle("13900134418") is None


def test_masked_phone_is_compared_by_its_ends() -> None:
    assert rules.fold_masked_phone("139****4418") == "139*4418"
    assert rules.fold_masked_phone("139 **** 4418") == rules.mask_folded_phone("13900134418")


def test_whole_phone_is_no_masked_one() -> None:
    assert rules.fold_masked_phone("13900134418") == ""


def test_bank_account_of_seven_digits_is_refused() -> None:
    assert find_bank_account_obstacle("1234567") == "a bank account has 8 to 30 digits"
    assert find_bank_account_obstacle("12345678") is None
