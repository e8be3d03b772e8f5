"""Masks show the ends of a value and never so much that the rest can be guessed."""

import pytest

from dianke.kernel import masks


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("420106198803121234", "4201**********1234"),
        ("42010619880312123X", "4201**********123X"),
        ("91420100MA4KXXXX1Y", "9142**********XX1Y"),
        ("420106880312123", "4201*******2123"),
        ("E12345678901", "E123****8901"),
        ("E1234567890", "********890"),
        ("E12345678", "******678"),
        ("12", "**"),
        ("", ""),
    ],
)
def test_identity_number_keeps_four_characters_at_each_end(text: str, shown: str) -> None:
    assert masks.mask_identity_number(text) == shown


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("13907214418", "139****4418"),
        ("02787654321", "027****4321"),
        ("+8613907214418", "+86*******4418"),
        ("87654321", "******21"),
        ("12345", "****5"),
        ("7", "*"),
        ("", ""),
    ],
)
def test_phone_keeps_its_first_three_and_last_four_digits(text: str, shown: str) -> None:
    assert masks.mask_phone(text) == shown


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("6222021001112341234", "***************1234"),
        ("123456", "**3456"),
        ("12345", "****5"),
        ("", ""),
    ],
)
def test_bank_account_keeps_its_last_four_digits(text: str, shown: str) -> None:
    assert masks.mask_bank_account(text) == shown


@pytest.mark.parametrize(
    ("text", "shown"),
    [("liming@example.com", "l***@example.com"), ("@example.com", "***@example.com"), ("liming", "l*****"), ("", "")],
)
def test_mail_address_keeps_its_first_letter_and_its_domain(text: str, shown: str) -> None:
    assert masks.mask_email(text) == shown


@pytest.mark.parametrize("mask", [masks.mask_identity_number, masks.mask_phone, masks.mask_bank_account])
@pytest.mark.parametrize("length", range(1, 24))
def test_mask_hides_a_third_at_least_whatever_the_length(mask, length: int) -> None:
    text = "1234567890123456789012345"[:length]

    shown = mask(text)

    assert len(shown) == length
    assert shown.count("*") * 3 >= length


@pytest.mark.parametrize(("text", "masked"), [("张伟", "张*"), ("云泽铸造公司", "云*****"), ("张", "*"), ("", "")])
def test_a_name_keeps_its_first_character(text: str, masked: str) -> None:
    assert masks.mask_name(text) == masked


@pytest.mark.parametrize(
    ("text", "masked"),
    [("云泽市东工大道 88 号", "云泽市东工大******"), ("东街1号", "东街**"), ("1号", "1*"), ("", "")],
)
def test_an_address_keeps_less_than_half(text: str, masked: str) -> None:
    assert masks.mask_address(text) == masked
