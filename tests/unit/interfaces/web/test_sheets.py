"""Lists as files: nothing becomes a formula, numbers are numbers, the mark stands in the last line."""

import csv
import io
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
from openpyxl import load_workbook

from dianke.interfaces.web import sheets

TRICKS = ["=1+1", "+SUM(A1)", "-2+3", "@cmd", "\t=1", "\r=1", "＝1+1", "  =1+1"]


def read_xlsx(rows: list[list[sheets.Cell]], **more: Any) -> Any:
    content = b"".join(sheets.write_xlsx(titles=["a", "b"], rows=rows, **more))
    return load_workbook(io.BytesIO(content)).active


def read_csv(rows: list[list[sheets.Cell]], **more: Any) -> list[list[str]]:
    content = b"".join(sheets.write_csv(titles=["a", "b"], rows=rows, **more))
    return list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline="")))


@pytest.mark.parametrize("text", TRICKS)
def test_csv_takes_the_edge_off_what_looks_like_a_formula(text: str) -> None:
    assert read_csv([[text, "x"]])[1] == [f"'{text}", "x"]


@pytest.mark.parametrize("text", [*TRICKS, "<b>&\"'", "铸造厂\n二车间"])
def test_xlsx_keeps_every_text_as_text(text: str) -> None:
    cell = read_xlsx([[text, None]])["A2"]

    assert (cell.data_type, cell.value) == ("s", text.replace("\r", "\n"))


def test_csv_leaves_negative_numbers_as_numbers() -> None:
    assert read_csv([[Decimal("-12.50"), -3]])[1] == ["-12.50", "-3"]


@pytest.mark.parametrize(("value", "text"), [("0E-8", "0.00000000"), ("1E+3", "1000"), ("-0.00", "-0.00")])
def test_numbers_are_written_without_a_power_of_ten(value: str, text: str) -> None:
    assert read_csv([[Decimal(value), 1]])[1] == [text, "1"]
    assert read_xlsx([[Decimal(value), 1]])["A2"].value == Decimal(text)


def test_xlsx_writes_a_text_alike_however_often_it_stands() -> None:
    sheet = read_xlsx([["居民", "a & b"], ["居民", "a & b"], ["", " x"]])

    assert [[cell.value for cell in row] for row in sheet.iter_rows(min_row=2)] == [
        ["居民", "a & b"], ["居民", "a & b"], [None, " x"],
    ]  # fmt: skip


def test_xlsx_writes_numbers_days_and_words() -> None:
    moment = datetime(2026, 1, 31, 16, 30, tzinfo=UTC)

    sheet = read_xlsx([[Decimal("454930.12"), date(2026, 1, 31)], ["Paid", moment]])

    assert [[cell.value for cell in row] for row in sheet.iter_rows(min_row=2)] == [
        [454930.12, datetime(2026, 1, 31)],  # noqa: DTZ001 - a day of a sheet has no zone
        ["Paid", "2026-02-01 00:30:00"],
    ]
    assert sheet["B2"].number_format == r"yyyy\-mm\-dd"


def test_xlsx_drops_signs_that_a_workbook_cannot_hold() -> None:
    assert read_xlsx([["a\x00\x0bb", ""]])["A2"].value == "ab"


def test_mark_is_the_last_line_and_the_printed_foot_of_a_workbook() -> None:
    sheet = read_xlsx([["x", 1]], note="Export 7 · A&B", footer="Export 7 · A&B")

    assert sheet.cell(sheet.max_row, 1).value == "Export 7 · A&B"
    assert sheet.oddFooter.left.text == "Export 7 · A&&B"


def test_mark_is_a_remark_in_the_last_line_of_a_csv() -> None:
    assert read_csv([["x", 1]], note="Export 7")[-1] == ["# Export 7"]


def test_rows_leave_before_the_last_one_is_asked_for() -> None:
    asked: list[int] = []

    def rows() -> Any:
        for index in range(60_000):
            asked.append(index)
            yield [f"row {index} {hash(str(index))}", index]

    first = next(iter(sheets.write_xlsx(titles=["a", "b"], rows=rows())))

    assert len(first) >= sheets.CHUNK_BYTES
    assert len(asked) < 60_000
