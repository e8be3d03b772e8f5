"""Statements as CAMT.053 and CSV, and the rules that say whose money a booking is."""

from datetime import date

import pytest
from tests.factories.bank_files import write_camt, write_entry

from dianke.domain.channels.rules.matching import Known, MatchKind, MatchReason, find_sure, propose
from dianke.domain.channels.rules.reconciling import DifferenceKind, compare
from dianke.domain.channels.rules.statements.camt053 import read_camt053
from dianke.domain.channels.rules.statements.csv_layout import read_csv
from dianke.domain.channels.rules.statements.types import Entry

DAY = date(2026, 2, 15)
HOME = Known("4401000001", ("王小明", ""), 289_99)
PLANT = Known("4401000002", ("广州市白云铸造有限公司", "白云铸造"), 454_930_12)
KNOWN = {one.user_number: one for one in (HOME, PLANT)}


def list_faults(content: bytes) -> list[str]:
    return [fault.code for fault in read_camt053(content).faults]


class TestCamt:
    def test_gives_credits_and_debits_with_what_stands_beside_them(self) -> None:
        content = write_camt(
            [
                write_entry("E1", "289.99", name="王小明", text="户号4401000001电费", end_to_end="X1"),
                write_entry("E2", "12.50", way="DBIT", name="工商银行", text="手续费"),
            ],
            opening="1000.00",
            closing="1277.49",
        )

        read = read_camt053(content)

        assert (read.account, read.number, read.opening_fen, read.closing_fen) == (
            "3602000109000001", "S-0215", 100_000, 127_749,
        )  # fmt: skip
        assert [(one.reference, one.amount_fen, one.counterparty, one.booked_on) for one in read.entries] == [
            ("E1", 289_99, "王小明", DAY),
            ("E2", -12_50, "工商银行", DAY),
        ]
        assert (read.entries[0].remittance, read.entries[0].references) == ("户号4401000001电费", ("X1",))

    def test_opens_an_entry_of_many_into_its_transactions(self) -> None:
        part = "<TxDtls><Refs><EndToEndId>{0}</EndToEndId></Refs><Amt Ccy='CNY'>{1}</Amt></TxDtls>"
        entry = (
            "<Ntry><NtryRef>B1</NtryRef><Amt Ccy='CNY'>30.00</Amt><CdtDbtInd>CRDT</CdtDbtInd><Sts>BOOK</Sts>"
            "<BookgDt><Dt>2026-02-15</Dt></BookgDt><NtryDtls><Btch><MsgId>DK00000007</MsgId></Btch>"
            f"{part.format('A', '10.00')}{part.format('B', '20.00')}</NtryDtls></Ntry>"
        )

        read = read_camt053(write_camt([entry], opening="0.00", closing="30.00"))

        assert [(one.reference, one.amount_fen, one.references) for one in read.entries] == [
            ("B1#1", 10_00, ("A", "DK00000007")),
            ("B1#2", 20_00, ("B", "DK00000007")),
        ]
        broken = entry.replace(">20.00<", ">21.00<")
        assert list_faults(write_camt([broken], opening="0.00", closing="30.00")) == ["parts_do_not_add_up"]

    def test_that_does_not_lead_from_balance_to_balance_is_not_whole(self) -> None:
        content = write_camt([write_entry("E1", "10.00")], opening="0.00", closing="11.00")

        assert list_faults(content) == ["balance_wrong"]

    @pytest.mark.parametrize(
        ("old", "new", "code"),
        [
            ("Ccy='CNY'>10.00", "Ccy='USD'>10.00", "currency_wrong"),
            (">10.00<", ">10.005<", "amount_unreadable"),
            ("<NtryRef>E1</NtryRef>", "", "reference_missing"),
            (">CRDT</CdtDbtInd><Sts>", ">OTHER</CdtDbtInd><Sts>", "way_unknown"),
            ("camt.053.001.08", "camt.052.001.08", "namespace_wrong"),
            ("</Document>", "", "xml_unreadable"),
        ],
    )
    def test_says_what_cannot_be_read(self, old: str, new: str, code: str) -> None:
        content = write_camt([write_entry("E1", "10.00")], opening="0.00", closing="10.00").decode()

        assert code in list_faults(content.replace(old, new).encode())

    def test_with_a_document_type_is_refused(self) -> None:
        bomb = b'<?xml version="1.0"?><!DOCTYPE d [<!ENTITY a "aaaa">]><Document>&a;</Document>'

        assert list_faults(bomb) == ["xml_has_document_type"]


class TestCsv:
    def test_is_read_by_the_names_of_its_columns_in_either_encoding(self) -> None:
        text = (
            "工商银行对账单\n账号,记账日期,交易流水号,借方发生额,贷方发生额（元）,对方户名,附言\n"
            '36020001,2026-02-15,S1,,"1,289.99",王小明,户号4401000001\n36020001,20260215,S2,12.50,,工商银行,手续费\n'
        )

        both = [read_csv(text.encode("gb18030")), read_csv(text.encode("utf-8-sig"))]

        for read in both:
            assert (read.account, read.faults) == ("36020001", ())
            assert [(one.reference, one.amount_fen, one.booked_on) for one in read.entries] == [
                ("S1", 1_289_99, DAY),
                ("S2", -12_50, DAY),
            ]

    def test_takes_amounts_with_a_mark_of_their_way(self) -> None:
        read = read_csv(
            "日期,流水号,金额,借贷标志\n2026/2/15,S1,10.00,贷\n".replace("日期", "交易日期").encode(), account="1"
        )

        assert [(one.amount_fen, one.booked_on) for one in read.entries] == [(10_00, DAY)]

    def test_says_which_column_is_missing_and_which_cell_is_wrong(self) -> None:
        assert read_csv("记账日期,收入\n".encode(), account="1").faults[0].value == ""
        assert read_csv("记账日期,收入\n".encode(), account="1").faults[0].column == "reference"
        wrong = read_csv("记账日期,流水号,收入,支出\n2026-02-31,S1,1,\n2026-02-01,S2,x,\n".encode(), account="1")
        assert [(one.line, one.code) for one in wrong.faults] == [(2, "day_unreadable"), (3, "amount_unreadable")]
        assert read_csv("记账日期,流水号,收入\n2026-02-01,S1,1\n".encode()).faults[0].code == "account_missing"


def match(**facts: object) -> list[tuple[str, int, MatchReason]]:
    entry = Entry(reference="E", booked_on=DAY, **{"amount_fen": 289_99, **facts})  # type: ignore[arg-type]
    found = propose(entry, known=KNOWN, like=[HOME, PLANT], batches=frozenset({"DK00000007"}))
    return [(one.target, one.confidence, one.reason) for one in found]


class TestMatching:
    def test_is_sure_of_a_user_number_and_surer_with_the_name(self) -> None:
        assert match(remittance="电费4401000001")[0] == ("4401000001", 96, MatchReason.USER_NUMBER)
        assert match(remittance="电费4401000001", counterparty="王小明")[0] == (
            "4401000001", 99, MatchReason.USER_NUMBER_AND_NAME,
        )  # fmt: skip

    def test_knows_a_virtual_account_by_its_end(self) -> None:
        assert match(virtual_account="9558" + "4401000002", amount_fen=1)[0] == (
            "4401000002", 99, MatchReason.VIRTUAL_ACCOUNT,
        )  # fmt: skip

    def test_is_not_sure_of_two_numbers_nor_of_a_longer_one(self) -> None:
        two = propose(Entry("E", DAY, 1, remittance="4401000001 4401000002"), known=KNOWN, like=[], batches=frozenset())

        assert [one.reason for one in two] == [MatchReason.SEVERAL_USER_NUMBERS] * 2
        assert find_sure(two) is None
        assert match(remittance="14401000001", amount_fen=1) == []

    def test_proposes_by_name_and_amount_without_being_sure(self) -> None:
        found = match(counterparty="广州市白云铸造有限公司", amount_fen=454_930_12)

        assert found == [("4401000002", 90, MatchReason.AMOUNT_AND_NAME)]
        assert match() == [("4401000001", 40, MatchReason.AMOUNT)]

    def test_knows_the_money_of_a_batch_and_what_the_bank_takes_back(self) -> None:
        credit = propose(Entry("E", DAY, 1, references=("DK00000007",)), known={}, batches=frozenset({"DK00000007"}))
        back = propose(
            Entry("E", DAY, -1, references=("DK00000007/000012",)), known={}, batches=frozenset({"DK00000007"})
        )

        assert [(one.kind, one.target) for one in credit] == [(MatchKind.WITHHOLDING, "DK00000007")]
        assert [(one.kind, one.target) for one in back] == [(MatchKind.RETURNED, "DK00000007/000012")]
        assert propose(Entry("E", DAY, 1, references=("DK00000008",)), known={}, batches=frozenset()) == []


def test_comparison_tells_what_matches_and_how_the_rest_differs() -> None:
    found = compare({"A": 1, "B": 2, "C": 3}, {"A": 1, "C": 4, "D": 5})

    assert (found.matched, found.ours_fen, found.theirs_fen) == (1, 6, 10)
    assert [(one.reference, one.kind, one.ours_fen, one.theirs_fen) for one in found.differences] == [
        ("B", DifferenceKind.OURS_ONLY, 2, 0),
        ("C", DifferenceKind.AMOUNT, 3, 4),
        ("D", DifferenceKind.THEIRS_ONLY, 0, 5),
    ]
