"""Files of banks in both layouts: what is written is read again; whatever happens to them on the way is told."""

from collections.abc import Callable
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.factories.bank_files import Row, write_text_answer, write_xml_answer

from dianke.domain.channels.rules.bank_files.codes import list_codes
from dianke.domain.channels.rules.bank_files.faults import Asked, check_answer, read_file
from dianke.domain.channels.rules.bank_files.rows import clean_text
from dianke.domain.channels.rules.bank_files.text_layout import read_text, write_text
from dianke.domain.channels.rules.bank_files.types import AnswerLine, FileKind, Head, Layout, RequestLine
from dianke.domain.channels.rules.bank_files.xml_layout import read_xml, write_xml

TODAY = date(2026, 2, 20)
ROWS: list[Row] = [
    ("000001", "4401000001", "289.99", "289.99", "PAID", "20260215", "R1"),
    ("000002", "4401000002", "100.00", "40.00", "PARTLY_PAID", "20260215", "R2"),
    ("000003", "4401000003", "12.30", "0.00", "INSUFFICIENT_FUNDS", "", ""),
]
ASKED = {
    1: Asked("4401000001", 289_99, False),
    2: Asked("4401000002", 100_00, False),
    3: Asked("4401000003", 12_30, False),
}
TEXT = write_text_answer(ROWS, batch="DK00000001")
XML = write_xml_answer(ROWS, batch="DK00000001")
texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=30)
requests = st.builds(
    RequestLine,
    serial=st.integers(1, 999_999),
    mandate=texts.map(clean_text),
    user_number=st.from_regex(r"[0-9]{10}", fullmatch=True),
    bank_account=st.from_regex(r"[0-9]{12,19}", fullmatch=True),
    holder=texts.map(clean_text),
    amount_fen=st.integers(1, 10**12),
    summary=texts.map(clean_text),
)
answers = st.builds(
    AnswerLine,
    serial=st.integers(1, 999_999),
    user_number=st.from_regex(r"[0-9]{10}", fullmatch=True),
    asked_fen=st.integers(1, 10**12),
    paid_fen=st.integers(0, 10**12),
    code=st.sampled_from(sorted(list_codes())),
    paid_on=st.none() | st.dates(date(2000, 1, 1), date(2099, 12, 31)),
    reference=texts.map(clean_text),
)


def list_codes_of(content: bytes) -> list[str]:
    return [fault.code for fault in read_file(content, kind=FileKind.ANSWER).faults]


def check(content: bytes) -> list[tuple[int, str, str, str]]:
    """Return place, column, value and code of each fault of a row."""
    found = check_answer(read_file(content, kind=FileKind.ANSWER), asked=ASKED, today=TODAY)
    return [(one.line, one.column, one.value, one.code) for row in found.bad_rows for one in row.faults]


class TestRoundTrip:
    @pytest.mark.parametrize(("write", "read"), [(write_text, read_text), (write_xml, read_xml)])
    def test_reads_every_request_and_answer_that_it_writes(
        self, write: Callable[..., bytes], read: Callable[..., object]
    ) -> None:
        @settings(max_examples=60, deadline=None)
        @given(st.lists(requests, max_size=6), st.lists(answers, max_size=6), texts.map(clean_text))
        def holds(asking: list[RequestLine], answering: list[AnswerLine], sender: str) -> None:
            for kind, lines in ((FileKind.REQUEST, asking), (FileKind.ANSWER, answering)):
                head = Head(kind, sender, "102", "DK00000001", date(2026, 2, 1), "2")

                file = read(write(head, lines), kind=kind)

                assert (file.head, list(file.lines), list(file.bad_rows), file.faults) == (head, lines, [], ())  # type: ignore[attr-defined]

        holds()

    def test_of_both_layouts_gives_the_same_lines(self) -> None:
        assert read_text(TEXT, kind=FileKind.ANSWER).lines == read_xml(XML, kind=FileKind.ANSWER).lines

    def test_takes_bars_and_line_ends_out_of_texts(self) -> None:
        head = Head(FileKind.REQUEST, "GZ001", "102", "DK00000001", date(2026, 2, 1))
        line = RequestLine(1, "M1", "4401000001", "6222000000000001", "广州|电\n机", 1)

        read = read_text(write_text(head, [line]), kind=FileKind.REQUEST)

        assert [one.holder for one in read.lines] == ["广州｜电 机"]


class TestWholeFile:
    def test_that_nothing_happened_to_has_no_fault(self) -> None:
        assert (list_codes_of(TEXT), list_codes_of(XML), check(TEXT), check(XML)) == ([], [], [], [])

    @pytest.mark.parametrize("cut", [3, 40, 120, 200])
    def test_that_breaks_off_is_never_taken(self, cut: int) -> None:
        assert list_codes_of(TEXT[:-cut]) != []
        assert list_codes_of(XML[:-cut]) == ["xml_unreadable"]

    def test_without_its_trailer_is_told_to_break_off(self) -> None:
        assert list_codes_of(TEXT[: TEXT.index(b"T|3")]) == ["truncated"]

    def test_with_another_total_count_or_checksum_says_which(self) -> None:
        assert list_codes_of(TEXT.replace(b"T|3|329.99", b"T|3|329.98")) == ["total_wrong"]
        assert list_codes_of(TEXT.replace(b"T|3|", b"T|4|")) == ["count_wrong"]
        assert list_codes_of(TEXT.replace(b"|R1\r\n", b"|R9\r\n")) == ["checksum_wrong"]
        assert list_codes_of(XML.replace(b"<CtrlSum>329.99", b"<CtrlSum>329.98")) == ["total_wrong"]
        assert list_codes_of(XML.replace(b"<NbOfTxs>3", b"<NbOfTxs>4")) == ["count_wrong"]
        assert list_codes_of(XML.replace(b">R1<", b">R9<")) == ["checksum_wrong"]

    def test_with_a_changed_amount_fails_twice(self) -> None:
        assert list_codes_of(TEXT.replace(b"|40.00|", b"|90.00|")) == ["total_wrong", "checksum_wrong"]
        assert list_codes_of(XML.replace(b"<PdAmt>40.00", b"<PdAmt>90.00")) == ["total_wrong", "checksum_wrong"]

    def test_of_another_kind_or_of_nothing_is_told(self) -> None:
        request = write_text(Head(FileKind.REQUEST, "GZ001", "102", "DK1", TODAY), [])

        assert list_codes_of(request) == ["kind_wrong"]
        assert list_codes_of(b"") == ["file_empty"]
        assert list_codes_of(b"hello\r\n") == ["head_unreadable"]
        assert list_codes_of(b"<a/>") == ["namespace_wrong"]

    def test_with_entities_is_refused_before_they_grow(self) -> None:
        bomb = b"""<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b "bbbbbbbbbb"><!ENTITY c "&b;&b;&b;&b;&b;&b;&b;">]>
        <Document xmlns="urn:dianke:bank-file:1"><CstmrPmtStsRpt>&c;</CstmrPmtStsRpt></Document>"""
        outside = (
            b"""<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]><Document>&b;</Document>"""
        )

        assert list_codes_of(bomb) == ["xml_has_document_type"]
        assert list_codes_of(outside) == ["xml_has_document_type"]
        assert list_codes_of(b"<a>" * 60 + b"</a>" * 60) == ["xml_too_deep"]
        assert list_codes_of(b"<a>" + b"x" * 30_000 + b"</a>") == ["xml_text_too_long"]

    @settings(max_examples=150, deadline=None)
    @given(st.data())
    def test_in_which_any_byte_was_changed_is_never_taken_as_it_is(self, data: st.DataObject) -> None:
        place = data.draw(st.integers(0, len(TEXT) - 3))
        byte = data.draw(st.integers(0, 255).filter(lambda one: one != TEXT[place]))
        changed = TEXT[:place] + bytes([byte]) + TEXT[place + 1 :]

        file = read_file(changed, kind=FileKind.ANSWER)

        # The fingerprint may be written in capitals; nothing else may differ.
        assert file.faults != () or changed.lower() == TEXT.lower()


class TestRows:
    def test_that_the_batch_did_not_ask_for_are_named_with_place_column_and_value(self) -> None:
        strange = [*ROWS, ("000009", "4401000009", "1.00", "1.00", "PAID", "20260215", "")]

        assert check(write_text_answer(strange, batch="DK00000001")) == [(5, "serial", "9", "serial_unknown")]

    @pytest.mark.parametrize(
        ("row", "expected"),
        [
            (("000001", "4401000001", "289.99", "300.00", "PAID", "20260215", ""), ("paid", "300.00", "paid_too_much")),
            (("000001", "4401000001", "289.99", "1.00", "PAID", "20260215", ""), ("paid", "1.00", "paid_does_not_fit")),
            (("000001", "4401000001", "289.90", "0.00", "1001", "", ""), ("asked", "289.90", "asked_differs")),
            (("000001", "4401000002", "289.99", "0.00", "1001", "", ""), ("user_number", "4401000002", "user_differs")),
            (("000001", "4401000001", "289.99", "289.99", "PAID", "", ""), ("paid_on", "", "day_missing")),
            (("000001", "4401000001", "289.99", "289.99", "PAID", "20990101", ""),
             ("paid_on", "20990101", "day_ahead")),
            (("000001", "4401000001", "289.99", "0.00", "7777", "", ""), ("code", "7777", "code_unknown")),
            (("000001", "4401000001", "289.9", "0.00", "1001", "", ""), ("asked", "289.9", "amount_unreadable")),
            (("x", "4401000001", "289.99", "0.00", "1001", "", ""), ("serial", "x", "serial_unreadable")),
            (("000001", "4401000001", "289.99", "0.00", "1001", "20260231", ""),
             ("paid_on", "20260231", "day_unreadable")),
        ],
    )  # fmt: skip
    def test_that_cannot_be_are_told_apart(self, row: Row, expected: tuple[str, str, str]) -> None:
        content = write_text_answer([row], batch="DK00000001")

        assert check(content) == [(2, *expected)]
        assert read_file(content, kind=FileKind.ANSWER).faults == ()

    def test_that_stand_twice_are_both_left_out_and_the_good_ones_kept(self) -> None:
        content = write_text_answer([*ROWS, ROWS[0]], batch="DK00000001")

        found = check_answer(read_file(content, kind=FileKind.ANSWER), asked=ASKED, today=TODAY)

        assert [line.serial for line in found.good] == [2, 3]
        assert [(row.line, row.faults[0].code) for row in found.bad_rows] == [(2, "serial_twice"), (5, "serial_twice")]

    def test_that_were_answered_before_keep_their_first_answer(self) -> None:
        asked = {**ASKED, 1: Asked("4401000001", 289_99, True)}

        found = check_answer(read_file(TEXT, kind=FileKind.ANSWER), asked=asked, today=TODAY)

        assert [row.faults[0].code for row in found.bad_rows] == ["line_answered"]
        assert [line.serial for line in found.good] == [2, 3]

    def test_with_characters_that_no_encoding_has_come_back_alone(self) -> None:
        lines = TEXT.split(b"\r\n")
        body = b"\r\n".join([lines[0], lines[1].replace(b"R1", b"\xff\xff"), lines[2], lines[3]]) + b"\r\n"
        content = body + b"T|3|40.00|" + __import__("hashlib").sha256(body).hexdigest().encode() + b"\r\n"

        file = read_file(content, kind=FileKind.ANSWER)

        assert [(row.line, row.faults[0].code) for row in file.bad_rows] == [(2, "characters_bad")]
        assert (len(file.lines), file.faults) == (2, ())


class TestCodes:
    def test_are_known_to_both_layouts_by_another_word_each(self) -> None:
        codes = list_codes().values()

        assert len({one.write(Layout.TEXT) for one in codes}) == len(codes)
        assert len({one.write(Layout.XML) for one in codes}) == len(codes)
        assert {one.evidence for one in codes} == {"K", "P"}

    def test_say_what_may_be_asked_again(self) -> None:
        codes = list_codes()

        assert codes["INSUFFICIENT_FUNDS"].may_resend
        assert not codes["ACCOUNT_CLOSED"].may_resend
