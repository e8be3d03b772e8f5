"""A sheet typed into the template is read as the same plain data as a sheet of text, and every value has its cell."""

import io
import zipfile
from datetime import date
from decimal import Decimal

import pytest
from tests.factories.workbooks import PRICE_ROWS, write_workbook

from dianke.application.tariffs.workbook_template import write_template
from dianke.application.tariffs.workbooks import UnreadableWorkbook, read_typed_sheet
from dianke.domain.tariffs.rules import sheets
from dianke.domain.tariffs.types import Price, PriceColumn, ReadFile, Structure


def read(data: bytes) -> ReadFile:
    typed = read_typed_sheet(data)
    return sheets.read_plain(name="sheet.xlsx", sha256="0" * 64, document=typed.document)


def list_faults(data: bytes) -> list[tuple[str, str, str]]:
    typed = read_typed_sheet(data)
    file = sheets.read_plain(name="sheet.xlsx", sha256="0" * 64, document=typed.document)
    return [(typed.find_place(fault.path), fault.value, fault.code) for fault in file.faults]


def test_holds_dates_evidence_rows_parts_and_hours() -> None:
    file = read(write_workbook())

    assert file.faults == ()
    (version,) = file.versions
    assert (version.plan_code, version.sheet_id, version.region) == ("HB-CI", "HB-CI-2026-02", "湖北")
    assert (version.start, version.end, version.evidence.grade) == (date(2026, 2, 1), None, "B")
    assert (version.evidence.urls, version.evidence.regulations) == (("https://example.org/sheet",), ("REG-526-2023",))
    single, two_part = version.rows
    assert (single.structure, single.voltage, two_part.structure) == (Structure.SINGLE, "<1kV", Structure.TWO_PART)
    assert {part.label or part.code: part.price for part in version.components} == {
        "代理购电价格": Decimal("0.38447"),
        "政府性基金及附加": Decimal("0.0452"),
        "农网还贷资金": Decimal("0.02"),
    }
    assert {band.period.name for band in version.bands} == {"PEAK", "VALLEY", "FLAT", "SHARP"}


def test_prices_are_exact_and_keep_their_three_states() -> None:
    (version,) = read(write_workbook()).versions

    single, two_part = version.rows
    assert single.prices[PriceColumn.FLAT].value == Decimal("0.735686")
    assert two_part.prices[PriceColumn.FLAT].value == Decimal("0.651886")
    assert (two_part.prices[PriceColumn.DEMAND].value, two_part.prices[PriceColumn.CAPACITY].value) == (
        42,
        Decimal("26.3"),
    )
    # Empty was not found; n/a does not exist.
    assert two_part.prices[PriceColumn.PEAK] == Price(value=None)
    assert not single.prices[PriceColumn.DEMAND].exists
    assert not single.prices[PriceColumn.CAPACITY].exists


def test_faults_name_their_cells() -> None:
    first, second = PRICE_ROWS
    data = write_workbook(
        head={"执行起日": "二月一日", "证据等级": "D", "公告网址": None},
        prices=[{**first, "平段": "七毛三"}, {**second, "平段": -0.65}],
        parts=[{"项目": "神秘费用", "价格": 0.1}],
    )

    assert list_faults(data) == [
        ("表头!B6", "二月一日", "tariffs.unreadable_date"),
        ("表头!B8", "D", "tariffs.unknown_grade"),
        ("evidence.urls", "", "tariffs.sheet_without_address"),
        ("价格!G2", "七毛三", "tariffs.unreadable_price"),
        ("价格!G3", "-0.65", "tariffs.negative_price"),
        ("构成!B2", "0.1", "tariffs.unknown_component"),
    ]


def test_formulas_are_no_prices() -> None:
    first, _second = PRICE_ROWS

    faults = list_faults(write_workbook(prices=[{**first, "平段": "=D2+0.1"}]))

    assert faults == [("价格!G2", "=D2+0.1", "tariffs.unreadable_price")]


def test_hours_with_a_gap_are_told() -> None:
    faults = list_faults(write_workbook(hours=[{"月份": "全年", "高峰": "16:00-24:00", "平段": "08:00-16:00"}]))

    assert [(place[:3], code) for place, _value, code in faults] == [("时段!", "tariffs.time_band_gap")]


def test_empty_template_has_faults_and_breaks_nothing() -> None:
    assert {code for _place, _value, code in list_faults(write_template())} >= {
        "tariffs.unreadable_sheet_id", "tariffs.unknown_kind", "tariffs.sheet_without_start",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"PK\x03\x04 broken", "it is damaged"),
        (b"schema: tariff-sheet/v1", "it is damaged"),
        (b"", "it is damaged"),
    ],
)
def test_what_is_no_workbook_is_refused(data: bytes, reason: str) -> None:
    with pytest.raises(UnreadableWorkbook, match=reason):
        read_typed_sheet(data)


@pytest.mark.parametrize("name", ["表头", "价格"])
def test_workbook_without_a_needed_sheet_is_refused(name: str) -> None:
    with pytest.raises(UnreadableWorkbook, match=f"it has no sheet {name}"):
        read_typed_sheet(write_workbook(without=name))


def test_workbook_that_unpacks_to_too_much_is_refused() -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/worksheets/sheet1.xml", b" " * 40_000_000)

    with pytest.raises(UnreadableWorkbook, match="larger than any price sheet"):
        read_typed_sheet(out.getvalue())


def test_entities_are_refused() -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("xl/workbook.xml", b'<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>')

    with pytest.raises(UnreadableWorkbook, match="document type"):
        read_typed_sheet(out.getvalue())
