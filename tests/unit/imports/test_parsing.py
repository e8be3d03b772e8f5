"""A cell is a right value or a named fault, never a guess."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dianke.application.imports.columns import Choice, Column, Kind
from dianke.application.imports.fault_messages import MESSAGES
from dianke.application.imports.faults import Fault
from dianke.application.imports.parsing import ErrorCell, FormulaCell, NumberCell, convert_column
from dianke.kernel.clock import SHANGHAI

CHOICES = (Choice("HIGH", "高压", "high", ("10千伏以上",)), Choice("LOW", "低压", "low"))


def column(kind: Kind, **options: Any) -> Column:
    known: dict[str, Any] = {
        "length": 10,
        "decimals": 2,
        "minimum": Decimal(-1000),
        "maximum": Decimal(1_000_000),
        "choices": CHOICES,
        "unit": "kVA",
    }
    return Column(name="x", zh="某列", kind=kind, **{**known, **options})


def outcome(of: Column, cell: str) -> Any:
    """Return the value of a cell, or the code of its fault."""
    values, faults = convert_column(of, [cell])
    return faults[0][1] if faults else values[0]


@pytest.mark.parametrize(
    ("kind", "cell", "expected"),
    [
        (Kind.TEXT, "  王晓明 ", "王晓明"),
        (Kind.TEXT, "'; drop table x; --", "value_too_long"),
        (Kind.TEXT, "<b>甲</b>", "<b>甲</b>"),
        (Kind.TEXT, "a\nb", "value_has_control_character"),
        (Kind.TEXT, "a\x07b", "value_has_control_character"),
        (Kind.TEXT, "a\u2028b", "value_has_control_character"),
        (Kind.TEXT, "a\ufffdb", "value_was_damaged"),
        (Kind.CODE, "ＡＢ１２", "AB12"),
        (Kind.CODE, "A B", "code_has_blank"),
        (Kind.CODES, "a；b, c", ("a", "b", "c")),
        (Kind.DECIMAL, "12.5", Decimal("12.5")),
        (Kind.DECIMAL, "-.5", Decimal("-0.5")),
        (Kind.DECIMAL, "１２", Decimal(12)),
        (Kind.DECIMAL, "12.500", Decimal("12.5")),
        (Kind.DECIMAL, "12.345", "number_too_fine"),
        (Kind.DECIMAL, "1,234.5", "number_has_thousands_marks"),
        (Kind.DECIMAL, "1 234", "number_has_thousands_marks"),
        (Kind.DECIMAL, "100kVA", "number_has_unit"),
        (Kind.DECIMAL, "100 千伏安", "number_has_unit"),
        (Kind.DECIMAL, "¥100", "number_has_unit"),
        (Kind.DECIMAL, "1.2E+05", "number_is_scientific"),
        (Kind.DECIMAL, "1_000", "number_has_unit"),
        (Kind.DECIMAL, "NaN", "not_a_number"),
        (Kind.DECIMAL, "inf", "not_a_number"),
        (Kind.DECIMAL, "1.2.3", "not_a_number"),
        (Kind.DECIMAL, "一百", "not_a_number"),
        (Kind.DECIMAL, "--1", "not_a_number"),
        (Kind.DECIMAL, "1000000.01", "number_too_large"),
        (Kind.DECIMAL, "-1000.01", "number_too_small"),
        (Kind.DATE, "2026-01-31", date(2026, 1, 31)),
        (Kind.DATE, "2026/1/3", date(2026, 1, 3)),
        (Kind.DATE, "2026.1.3", date(2026, 1, 3)),
        (Kind.DATE, "2026年1月3日", date(2026, 1, 3)),
        (Kind.DATE, "20260103", date(2026, 1, 3)),
        (Kind.DATE, "2026-01-31 00:00:00", date(2026, 1, 31)),
        (Kind.DATE, "2026-02-30", "date_impossible"),
        (Kind.DATE, "2026-13-01", "date_impossible"),
        (Kind.DATE, "1026-01-01", "date_out_of_range"),
        (Kind.DATE, "01/02/2026", "date_ambiguous"),
        (Kind.DATE, "46023", "not_a_date"),
        (Kind.DATE, "昨天", "not_a_date"),
        (Kind.MOMENT, "2026-02-01", datetime(2026, 2, 1, tzinfo=SHANGHAI)),
        (Kind.MOMENT, "2026-02-01 09:30", datetime(2026, 2, 1, 9, 30, tzinfo=SHANGHAI)),
        (Kind.MOMENT, "2026-02-01T01:30:00Z", datetime(2026, 2, 1, 9, 30, tzinfo=SHANGHAI)),
        (Kind.MOMENT, "2026-01-31 24:00", datetime(2026, 2, 1, tzinfo=SHANGHAI)),
        (Kind.MOMENT, "2026年2月1日 9时30分", datetime(2026, 2, 1, 9, 30, tzinfo=SHANGHAI)),
        (Kind.MOMENT, "2026-02-01 25:00", "not_a_moment"),
        (Kind.MOMENT, "2026-02-01 9点", "not_a_moment"),
        (Kind.CHOICE, "高压", "HIGH"),
        (Kind.CHOICE, "low", "LOW"),
        (Kind.CHOICE, "10千伏以上", "HIGH"),
        (Kind.CHOICE, "中压", "not_a_choice"),
        (Kind.CHOICES, "高压;低压", ("HIGH", "LOW")),
        (Kind.CHOICES, "高压 高压", "choice_twice"),
        (Kind.CHOICES, "高压,中压", "not_a_choice"),
        (Kind.FLAG, "是", True),
        (Kind.FLAG, "N", False),
        (Kind.FLAG, "也许", "not_a_flag"),
        (Kind.RATIO, "150/5", (Decimal(150), Decimal(5))),
        (Kind.RATIO, "10000 / 100", (Decimal(10000), Decimal(100))),
        (Kind.RATIO, "30", (Decimal(30), Decimal(1))),
        (Kind.RATIO, "150/0", "not_a_ratio"),
        (Kind.RATIO, "150/5A", "not_a_ratio"),
    ],
)
def test_a_cell_is_a_value_or_a_named_fault(kind: Kind, cell: str, expected: Any) -> None:
    assert outcome(column(kind), cell) == expected


@pytest.mark.parametrize(("cell", "expected"), [("7", 7), ("7.0", 7), ("7.5", "not_whole"), ("七", "not_a_number")])
def test_a_whole_number_has_no_decimals(cell: str, expected: Any) -> None:
    assert outcome(column(Kind.INTEGER, decimals=0), cell) == expected


def test_an_empty_cell_is_the_default_unless_it_is_required() -> None:
    assert outcome(column(Kind.TEXT, default="—"), "  ") == "—"
    assert outcome(column(Kind.TEXT, required=True), "  ") == "value_missing"


@pytest.mark.parametrize(
    ("kind", "cell", "expected"),
    [
        (Kind.DECIMAL, FormulaCell("=A1+1"), "formula"),
        (Kind.DECIMAL, ErrorCell("#N/A"), "spreadsheet_error"),
        (Kind.DECIMAL, NumberCell("12.5"), Decimal("12.5")),
        (Kind.CODE, NumberCell("3300001000000000"), "digits_lost"),
        (Kind.CODE, NumberCell("1000000016"), "1000000016"),
    ],
)
def test_a_workbooks_own_cells_are_told_apart(kind: Kind, cell: str, expected: Any) -> None:
    assert outcome(column(kind), cell) == expected


@given(st.sampled_from(Kind), st.text(max_size=60))
def test_no_text_is_more_than_a_value_or_a_fault(kind: Kind, cell: str) -> None:
    values, faults = convert_column(column(kind), [cell])

    assert len(values) == 1
    assert [code for _, code, _ in faults if code not in MESSAGES] == []


@given(st.decimals(min_value=-1000, max_value=1_000_000, places=2))
def test_every_number_in_range_is_read_back(value: Decimal) -> None:
    assert outcome(column(Kind.DECIMAL), f"{value:f}") == value


@given(st.dates(date(1900, 1, 1), date(2199, 12, 31)))
def test_every_day_is_read_back(day: date) -> None:
    assert outcome(column(Kind.DATE), day.isoformat()) == day


@pytest.mark.parametrize("code", sorted(MESSAGES))
@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_fault_is_told_with_a_remedy(code: str, language: str) -> None:
    names = ("limit", "found", "expected", "known", "known_zh", "first", "what", "what_zh", "since", "start",
             "unit", "reason", "reason_zh", "position", "second")  # fmt: skip
    fault = Fault(row=3, code=code, column="户号", value="x", facts=dict.fromkeys(names, "y"))

    message, remedy = fault.describe(language)

    assert message
    assert remedy
    assert "{" not in message + remedy
