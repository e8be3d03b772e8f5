"""Titles of a file become columns of a table: exact, known from elsewhere, or close."""

import pytest

from dianke.application.imports import mapping
from dianke.application.imports.files import Sheet, SheetRow
from dianke.application.imports.tables import TABLES
from dianke.platform.import_batches.types import count_keys, find_ranges

CUSTOMERS = TABLES["customers"].spec
TRANSFORMERS = TABLES["transformers"].spec


@pytest.mark.parametrize(
    ("title", "column"),
    [
        ("客户编号", "number"),
        ("number", "number"),
        (" 客户编号* ", "number"),
        ("户名", "name"),
        ("用电客户名称", "name"),
        ("身份证号码", "identity_number"),
        ("登记人", ""),
        ("错误", ""),
        ("", ""),
    ],
)
def test_title_is_the_column_that_it_means(title: str, column: str) -> None:
    assert mapping.guess_mapping(CUSTOMERS, [title]) == {0: column}


def test_a_title_with_another_unit_is_another_column() -> None:
    guessed = mapping.guess_mapping(TRANSFORMERS, ["容量(kVA)", "容量(MVA)"])

    assert guessed == {0: "capacity_kva", 1: ""}


def test_an_exact_title_wins_over_one_that_comes_close_before_it() -> None:
    assert mapping.guess_mapping(CUSTOMERS, ["客户的名称", "客户名称"]) == {0: "", 1: "name"}


def test_columns_are_shown_with_samples_and_how_sure_they_are() -> None:
    rows = [SheetRow(2, ["K1", "甲"]), SheetRow(3, ["K1", ""]), SheetRow(4, ["K2"])]
    sheet = Sheet(format="csv", titles=("户名编号", "户名"), rows=rows)

    first, second = mapping.describe_columns(CUSTOMERS, sheet, {0: "number", 1: "name"})

    assert (first.samples, first.is_sure) == (("K1", "K2"), False)
    assert (second.samples, second.is_sure) == (("甲",), True)


def test_ranges_cover_the_keys_and_nothing_else() -> None:
    ranges = find_ranges([7, 3, 4, 5, 9, 8, 20])

    assert ranges == [(3, 5), (7, 9), (20, 20)]
    assert count_keys(ranges) == 7
    assert find_ranges([]) == []
