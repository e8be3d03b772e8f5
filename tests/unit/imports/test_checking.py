"""Titles, widths and cells of a sheet, held against a table."""

import pytest

from dianke.application.imports.checking import Checked, check_sheet
from dianke.application.imports.files import Limits
from dianke.application.imports.reading import read_bytes
from dianke.application.imports.tables import TABLES

LIMITS = Limits(size=1024 * 1024)
GOOD = "资产编号,抄表时间,总示数\nM1,2026-02-01,12.5\n"


def check(text: str, table: str = "readings") -> Checked:
    return check_sheet(TABLES[table].spec, read_bytes(text.encode(), LIMITS))


def faults(checked: Checked) -> list[tuple[int, str, str, str]]:
    return [(fault.row, fault.column, fault.value, fault.code) for fault in checked.faults]


@pytest.mark.parametrize(
    "header",
    [
        "资产编号,抄表时间,总示数",
        "meter,read_at,total",
        "*资产编号, 抄表时间 ,总 示数",
        "METER,Read-At,TOTAL",
        "资产编号,抄表时间,总示数,错误,处理办法",
        "资产编号,抄表时间,总示数,",
    ],
)
def test_titles_may_be_chinese_or_english(header: str) -> None:
    checked = check(header + "\nM1,2026-02-01,12.5" + "," * (header.count(",") - 2) + "\n")

    assert faults(checked) == []
    assert (checked.values["meter"], checked.values["flat"]) == (["M1"], [None])


@pytest.mark.parametrize(
    ("header", "code"),
    [
        ("资产编号,抄表时间,总示数,超峰示数", "column_unknown"),
        ("资产编号,抄表时间,总示数,资产编号", "column_twice"),
        ("资产编号,总示数,峰示数,谷示数", "column_missing"),
        ("甲,乙,丙,丁", "header_unknown"),
        ("资产编号,抄表时间,总示数,", "title_missing"),
    ],
)
def test_a_header_that_does_not_fit_makes_the_file_unusable(header: str, code: str) -> None:
    checked = check(header + "\nM1,2026-02-01,12.5,1\n")

    assert [fault.code for fault in checked.faults] == [code]
    assert checked.is_unusable


@pytest.mark.parametrize(
    ("title", "code"),
    [("容量(kVA)", None), ("容量（KVA）", None), ("容量", None), ("容量(MVA)", "unit_of_column_unknown")],
)
def test_a_unit_in_a_title_is_the_columns_own(title: str, code: str | None) -> None:
    checked = check(
        f"变压器编码,变压器名称,{title},线路编码,状态起始日期\nT1,一号变,400,F1,2020-01-01\n", "transformers"
    )

    assert [fault.code for fault in checked.faults] == ([code] if code else [])


def test_every_fault_of_every_row_is_listed() -> None:
    checked = check(
        "资产编号,抄表时间,总示数,电量单位\n"
        ",2026-02-30,12.5,kWh\n"
        "M1,2026-02-01,1e5,MWh\n"
        "M1,2026-02-01\n"
        "M1,2026-02-01,1,kWh,extra\n"
        "M1,2026-02-01,1,度,\n"
    )

    assert faults(checked) == [
        (2, "抄表时间", "2026-02-30", "date_impossible"),
        (3, "总示数", "1e5", "number_is_scientific"),
        (3, "电量单位", "MWh", "not_a_choice"),
        (4, "", "", "cells_too_few"),
        (5, "", "", "cells_too_many"),
    ]
    assert checked.good() == [4]


def test_the_remedy_is_told_in_both_languages() -> None:
    fault = check(GOOD.replace("12.5", "12 kWh")).faults[0]

    assert fault.describe("zh") == ("数字后面带了单位", "请只写数字，单位为 —")
    assert fault.describe("en") == ("a unit stands behind the number", "write the number alone, in —")


@pytest.mark.parametrize("table", sorted(TABLES))
def test_titles_and_names_of_a_table_are_unique(table: str) -> None:
    columns = TABLES[table].spec.columns

    assert len({column.name for column in columns}) == len({column.zh for column in columns}) == len(columns)
