"""Values of key data stand or are refused before anybody is asked to agree."""

import pytest

from dianke.domain.customers.rules.key_data import PARTS, find_value_obstacle, fold_value
from dianke.domain.customers.types import KeyField

BANK = {"bank_name": "云泽农商行", "bank_code": "", "holder": "王晓明", "number": "6222 0000 0000 0001"}


def test_every_field_names_its_parts() -> None:
    assert set(PARTS) == set(KeyField)


def test_numbers_are_folded_and_strangers_left_out() -> None:
    folded = fold_value(KeyField.BANK_ACCOUNT, {**BANK, "stranger": "x"})

    assert folded == {"bank_name": "云泽农商行", "bank_code": "", "holder": "王晓明", "number": "6222000000000001"}


@pytest.mark.parametrize(
    ("field", "value"),
    [
        (KeyField.NAME, {"name": "王晓明"}),
        (KeyField.KIND, {"kind": "COMPANY"}),
        (KeyField.IDENTITY, {"kind": "ID_CARD", "number": "11010519491231002X"}),
        (KeyField.IMPORTANCE, {"importance": "SPECIAL"}),
        (KeyField.USAGE_CLASS, {"usage_class": "RESIDENTIAL"}),
        (KeyField.HOUSEHOLD_SIZE, {"persons": "7"}),
        (KeyField.BANK_ACCOUNT, BANK),
    ],
)
def test_a_right_value_stands(field: KeyField, value: dict[str, str]) -> None:
    assert find_value_obstacle(field, fold_value(field, value)) is None


@pytest.mark.parametrize(
    ("field", "value"),
    [
        (KeyField.NAME, {"name": " "}),
        (KeyField.KIND, {"kind": "ROBOT"}),
        (KeyField.IDENTITY, {"kind": "ID_CARD", "number": "110105194912310021"}),
        (KeyField.IDENTITY, {"kind": "", "number": "11010519491231002X"}),
        (KeyField.HOUSEHOLD_SIZE, {"persons": "-1"}),
        (KeyField.HOUSEHOLD_SIZE, {"persons": "many"}),
        (KeyField.BANK_ACCOUNT, {**BANK, "number": "123"}),
        (KeyField.BANK_ACCOUNT, {**BANK, "holder": ""}),
        (KeyField.BANK_ACCOUNT, {**BANK, "bank_code": "12345"}),
    ],
)
def test_a_wrong_value_is_refused(field: KeyField, value: dict[str, str]) -> None:
    assert find_value_obstacle(field, fold_value(field, value)) is not None
