"""A template that is filled in comes back with the values that were typed."""

import csv
import io

import pytest
from openpyxl import load_workbook

from dianke.application.imports import templates
from dianke.application.imports.checking import check_sheet
from dianke.application.imports.columns import Column, TableSpec
from dianke.application.imports.faults import Fault
from dianke.application.imports.files import Limits, SheetRow
from dianke.application.imports.parsing import convert_column
from dianke.application.imports.reading import read_bytes
from dianke.application.imports.rejects import write_csv_rejects, write_xlsx_rejects
from dianke.application.imports.report import LoadReport
from dianke.application.imports.tables import TABLES

LIMITS = Limits(size=1024 * 1024)
SPECS = [loader.spec for loader in TABLES.values()]


def filled(spec: TableSpec) -> list[str]:
    return [column.example for column in spec.columns]


def expected(column: Column) -> object:
    values, faults = convert_column(column, [column.example])
    assert faults == []
    return values[0]


@pytest.mark.parametrize("spec", SPECS, ids=lambda spec: spec.name)
def test_a_csv_template_comes_back_as_it_was_filled(spec: TableSpec) -> None:
    out = io.StringIO()
    csv.writer(out).writerow(filled(spec))
    content = templates.write_csv_template(spec) + out.getvalue().encode()

    checked = check_sheet(spec, read_bytes(content, LIMITS))

    assert checked.faults == []
    assert {name: values[0] for name, values in checked.values.items()} == {
        column.name: expected(column) for column in spec.columns
    }


@pytest.mark.parametrize("spec", SPECS, ids=lambda spec: spec.name)
def test_a_workbook_template_comes_back_as_it_was_filled(spec: TableSpec) -> None:
    book = load_workbook(io.BytesIO(templates.write_xlsx_template(spec)))
    for number, example in enumerate(filled(spec), start=1):
        book["数据"].cell(row=2, column=number, value=example or None)
    out = io.BytesIO()
    book.save(out)

    checked = check_sheet(spec, read_bytes(out.getvalue(), LIMITS))

    assert checked.faults == []
    assert {name: values[0] for name, values in checked.values.items()} == {
        column.name: expected(column) for column in spec.columns
    }


@pytest.mark.parametrize("spec", SPECS, ids=lambda spec: spec.name)
def test_an_empty_template_holds_no_rows(spec: TableSpec) -> None:
    sheets = [
        read_bytes(write(spec), LIMITS) for write in (templates.write_csv_template, templates.write_xlsx_template)
    ]

    assert [sheet.rows for sheet in sheets] == [[], []]


def test_a_workbook_template_explains_every_column() -> None:
    spec = TABLES["transformers"].spec

    book = load_workbook(io.BytesIO(templates.write_xlsx_template(spec)))

    explained = [row[1] for row in book["说明"].iter_rows(min_row=5, values_only=True)]
    assert explained == [column.name for column in spec.columns]


class TestRejects:
    def report(self) -> LoadReport:
        spec = TABLES["customers"].spec
        sheet = read_bytes('客户编号,客户名称\nK1,"=HYPERLINK(""x"")"\nK2,好,extra\n'.encode(), LIMITS)
        faults = (
            Fault(2, "value_too_long", "客户名称", "x", {"limit": "120"}),
            Fault(2, "taken", "客户编号", "K1"),
            Fault(3, "cells_too_many", "", "", {"found": "3", "expected": "2"}),
        )
        return LoadReport(spec=spec, file_name="a.csv", faults=faults, sheet=sheet, rejected_rows=sheet.rows)

    @pytest.mark.parametrize("write", [write_csv_rejects, write_xlsx_rejects])
    def test_rows_go_back_as_they_came_with_what_to_do(self, write: object) -> None:
        assert callable(write)

        sheet = read_bytes(write(self.report(), "zh"), LIMITS)

        assert sheet.titles == ("客户编号", "客户名称", "错误", "处理办法")
        assert sheet.rows == [
            SheetRow(
                2,
                [
                    "K1",
                    '=HYPERLINK("x")',
                    "客户名称：超过 120 个字符；客户编号：档案中已有",
                    "请缩短；请更换，或删除该行",
                ],
            ),
            SheetRow(
                3,
                [
                    "K2",
                    "好",
                    "该行有 3 格，表头有 2 格 [extra]",
                    "请删除多余的格；值中含分隔符时要加引号",
                ],
            ),
        ]

    def test_a_returned_file_can_be_loaded_again(self) -> None:
        spec = TABLES["customers"].spec
        again = write_csv_rejects(self.report(), "zh")

        checked = check_sheet(spec, read_bytes(again, LIMITS))

        assert "column_unknown" not in [fault.code for fault in checked.faults]
