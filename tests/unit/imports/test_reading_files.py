"""Files of any kind: read rightly or refused clearly, and never a crash."""

import io
import random
import zipfile
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from openpyxl import Workbook

from dianke.application.imports import files
from dianke.application.imports.checking import check_sheet
from dianke.application.imports.fault_messages import MESSAGES
from dianke.application.imports.files import Limits, Sheet, UnreadableFile
from dianke.application.imports.parsing import FormulaCell
from dianke.application.imports.reading import read_bytes, read_path
from dianke.application.imports.tables import TABLES

LIMITS = Limits(size=1024 * 1024, rows=1000)
TEXT = "户号,客户编号\n1000000016,甲乙丙\n"


def refusal_of(content: bytes, limits: Limits = LIMITS) -> tuple[str, int]:
    with pytest.raises(UnreadableFile) as refusal:
        read_bytes(content, limits)
    return refusal.value.fault.code, refusal.value.fault.row


def cells(sheet: Sheet) -> list[list[str]]:
    return [list(row.cells) for row in sheet.rows]


def workbook(rows: list[list[object]], title: str = "Sheet1") -> bytes:
    book = Workbook()
    book.active.title = title  # type: ignore[union-attr]
    for row in rows:
        book.active.append(row)  # type: ignore[union-attr]
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


@pytest.mark.parametrize(
    ("codec", "encoding"),
    [
        ("utf-8", "UTF-8"),
        ("utf-8-sig", "UTF-8 BOM"),
        ("gbk", "GB18030"),
        ("gb18030", "GB18030"),
        ("utf-16", "UTF-16"),
    ],
)
def test_the_encoding_is_found_and_told(codec: str, encoding: str) -> None:
    sheet = read_bytes(TEXT.encode(codec), LIMITS)

    assert (sheet.encoding, sheet.titles, cells(sheet)) == (
        encoding,
        ("户号", "客户编号"),
        [["1000000016", "甲乙丙"]],
    )


@pytest.mark.parametrize(("delimiter", "name"), [(",", "comma"), (";", "semicolon"), ("\t", "tab")])
def test_the_delimiter_is_found_and_told(delimiter: str, name: str) -> None:
    sheet = read_bytes(TEXT.replace(",", delimiter).encode(), LIMITS)

    assert (sheet.delimiter, len(sheet.titles)) == (name, 2)


@pytest.mark.parametrize("ending", ["\n", "\r\n", "\r"])
def test_lines_may_end_in_any_way(ending: str) -> None:
    sheet = read_bytes(TEXT.replace("\n", ending).encode(), LIMITS)

    assert cells(sheet) == [["1000000016", "甲乙丙"]]


def test_rows_keep_the_line_they_stand_in() -> None:
    sheet = read_bytes(b'a,b\n\n1,"x\ny"\n,\n2,z\n', LIMITS)

    assert [(row.line, list(row.cells)) for row in sheet.rows] == [(3, ["1", "x\ny"]), (6, ["2", "z"])]


@pytest.mark.parametrize(
    ("content", "code", "row"),
    [
        (b"", "file_empty", 0),
        (b" \n \n", "file_empty", 0),
        (b'a,b\n1,"open\n2,3\n', "csv_broken", 2),
        (b'a,b\n1,"x"y\n', "csv_broken", 2),
        (b"a,b\n1,\0\n", "not_a_table", 2),
        (b"a,b\n1,2\n1,\x07\n", "not_a_table", 3),
        (b"\xd0\xcf\x11\xe0 old workbook", "not_a_table", 0),
        (b"%PDF-1.7 \n", "not_a_table", 0),
        (b"PK\x03\x04 no archive", "workbook_broken", 0),
        (b"a,b\n1,\xff\xff\n", "encoding_unknown", 2),
        (("户号,客户名称\n" + "1,这是一行完整的中文\n" * 3).encode() + b"2,\xe4\xbd\n", "encoding_broken", 5),
        (b"a\n" + b"x" * 200_000, "csv_broken", 2),
    ],
)
def test_what_is_no_table_is_refused_with_its_place(content: bytes, code: str, row: int) -> None:
    assert refusal_of(content) == (code, row)


def test_too_many_rows_are_refused() -> None:
    assert refusal_of(b"a\n" + b"1\n" * 11, Limits(size=1000, rows=10)) == ("too_many_rows", 0)


def test_a_file_above_the_limit_is_refused_unread(tmp_path: Path) -> None:
    path = tmp_path / "large.csv"
    with path.open("wb") as file:
        file.truncate(100 * files.MIB)

    with pytest.raises(UnreadableFile) as refusal:
        read_path(path, Limits(size=64 * files.MIB))

    assert (refusal.value.fault.code, refusal.value.fault.facts["limit"]) == ("file_too_large", "64")


@pytest.mark.parametrize(
    ("name", "code"), [("missing.csv", "file_missing"), (".", "file_unreadable"), ("a\0b", "file_unreadable")]
)
def test_a_name_that_is_no_file_is_refused(tmp_path: Path, name: str, code: str) -> None:
    with pytest.raises(UnreadableFile) as refusal:
        read_path(tmp_path / name, LIMITS)

    assert refusal.value.fault.code == code


def test_an_endless_device_is_read_up_to_the_limit_only() -> None:
    with pytest.raises(UnreadableFile) as refusal:
        read_path(Path("/dev/zero"), Limits(size=1000))

    assert refusal.value.fault.code == "file_too_large"


class TestWorkbooks:
    def test_cells_are_read_as_they_were_typed(self) -> None:
        sheet = read_bytes(workbook([["户号", "值", "日期"], ["0012", 5953.8, "2026-01-31"], [12, True, None]]), LIMITS)

        assert sheet.format == "xlsx"
        assert [(row.line, list(row.cells)) for row in sheet.rows] == [
            (2, ["0012", "5953.8", "2026-01-31"]),
            (3, ["12", "TRUE", ""]),
        ]

    def test_a_formula_is_told_and_a_text_with_an_equals_sign_is_text(self) -> None:
        book = Workbook()
        sheet = book.active
        assert sheet is not None
        sheet.append(["户号", "值"])
        sheet.append(["=1+1", "x"])
        sheet["B2"].value = "=text"
        sheet["B2"].data_type = "s"
        out = io.BytesIO()
        book.save(out)

        row = read_bytes(out.getvalue(), LIMITS).rows[0]

        assert [type(cell) for cell in row.cells] == [FormulaCell, str]

    def test_the_sheet_named_data_is_read(self) -> None:
        book = Workbook()
        book.active.append(["other"])  # type: ignore[union-attr]
        book.create_sheet("数据").append(["户号"])
        out = io.BytesIO()
        book.save(out)

        assert read_bytes(out.getvalue(), LIMITS).titles == ("户号",)

    def test_a_workbook_that_unpacks_too_large_is_refused(self) -> None:
        out = io.BytesIO()
        with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr("xl/worksheets/sheet1.xml", b" " * (9 * 1024 * 1024))

        assert refusal_of(out.getvalue())[0] == "workbook_too_large"

    def test_a_document_type_is_refused(self) -> None:
        out = io.BytesIO()
        with zipfile.ZipFile(out, "w") as archive:
            archive.writestr("xl/workbook.xml", b'<!DOCTYPE x [<!ENTITY a "b">]><x>&a;</x>')

        assert refusal_of(out.getvalue())[0] == "workbook_broken"

    def test_a_row_far_down_is_not_walked_to(self) -> None:
        book = Workbook()
        book.active["A1"] = "户号"  # type: ignore[index]
        book.active["A1048576"] = "x"  # type: ignore[index]
        out = io.BytesIO()
        book.save(out)

        assert refusal_of(out.getvalue(), Limits(size=1024 * 1024, rows=10))[0] == "too_many_rows"

    @pytest.mark.parametrize("seed", range(40))
    def test_damage_anywhere_is_refused_or_harmless(self, seed: int) -> None:
        content = bytearray(workbook([["户号", "客户编号"], ["1000000016", "KH1"], ["2", "KH2"]]))
        dice = random.Random(seed)  # noqa: S311 - damage, not secrets
        for _ in range(20):
            content[dice.randrange(4, len(content))] = dice.randrange(256)

        assert code_of(bytes(content)) in {"read", *MESSAGES}


def code_of(content: bytes) -> str:
    """Return what came of a file: read, or the code of its refusal."""
    try:
        sheet = read_bytes(content, LIMITS)
    except UnreadableFile as refusal:
        return refusal.fault.code
    for loader in TABLES.values():
        checked = check_sheet(loader.spec, sheet)
        assert [fault.code for fault in checked.faults if fault.code not in MESSAGES] == []
        assert all(fault.as_dict("zh")["message"] for fault in checked.faults)
    return "read"


@settings(max_examples=150, deadline=None)
@given(st.binary(max_size=400))
@example(b"\xef\xbb\xbf")
@example(b"\xff\xfe\x00\xd8")
@example("户号,客户编号\n".encode() + b"\xed\xa0\x80,1\n")
def test_any_bytes_are_read_or_refused(content: bytes) -> None:
    assert code_of(content) in {"read", *MESSAGES}


TITLES = [column.title_zh for column in TABLES["readings"].spec.columns]


@settings(max_examples=100, deadline=None)
@given(
    st.lists(st.sampled_from(TITLES), max_size=6),
    st.lists(st.lists(st.text(max_size=12), max_size=7), max_size=6),
    st.sampled_from([",", ";", "\t"]),
    st.sampled_from(["utf-8", "gb18030"]),
)
def test_any_table_of_any_text_is_read_or_refused(
    titles: list[str], rows: list[list[str]], delimiter: str, codec: str
) -> None:
    text = "\n".join(delimiter.join(row) for row in [titles, *rows])

    assert code_of(text.encode(codec, "replace")) in {"read", *MESSAGES}
