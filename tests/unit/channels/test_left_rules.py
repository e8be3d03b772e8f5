"""What money that left is proposed to be, and how both sides of a balance come together."""

from datetime import date
from typing import Any

import pytest

from dianke.domain.channels.rules.balance import Gap, Item, Lines, StatementBalances, as_comparison, reconcile
from dianke.domain.channels.rules.left import (
    ClaimAtBank,
    LeftFacts,
    NoFeeRuleInForce,
    find_fee_rule,
    propose_claim,
    propose_left,
)
from dianke.domain.channels.rules.matching import find_sure
from dianke.domain.channels.rules.reconciling import DifferenceKind
from dianke.domain.channels.rules.statements.types import Entry

DAY = date(2026, 2, 6)
FEE = find_fee_rule(on=DAY)
FACTS = LeftFacts(
    came={"IN-000001": 900_00, "77": 900_00},
    claims={"SQ-000007": ClaimAtBank("SQ-000007", 20_00), "PAID-1": ClaimAtBank("SQ-000007", 20_00)},
    cheques={"30204471": [120_00], "12": [120_00]},
)


def propose(fen: int, text: str, **more: Any) -> list[tuple[str, str, int]]:
    entry = Entry("OUT-1", DAY, -fen, remittance=text, **more)
    return [(one.kind.value, one.target, one.confidence) for one in propose_left(entry, facts=FACTS, fee=FEE)]


@pytest.mark.parametrize(
    ("fen", "text", "found"),
    [
        (900_00, "退汇 IN-000001", [("TRANSFER", "IN-000001", 99)]),
        (899_99, "退汇 IN-000001", [("TRANSFER", "IN-000001", 70)]),
        # A short number may be anything.
        (900_00, "第 77 号", [("TRANSFER", "77", 90)]),
        (20_00, "退费 SQ-000007", [("CLAIM", "SQ-000007", 99)]),
        (20_01, "退费 SQ-000007", [("CLAIM", "SQ-000007", 70)]),
        (20_00, "PAID-1", [("CLAIM", "SQ-000007", 99)]),
        (120_00, "退票 30204471", [("BOUNCE", "30204471", 99)]),
        (120_00, "12", [("BOUNCE", "12", 90)]),
        (119_00, "退票 30204471", []),
        (3_50, "网银手续费", [("FEE", "", 97)]),
        (1000_01, "手续费", [("FEE", "", 80)]),
        (3_50, "划出", []),
    ],
)
def test_money_that_left_is_proposed_by_what_it_names(fen: int, text: str, found: list[Any]) -> None:
    assert propose(fen, text) == found


def test_a_return_names_a_short_number_for_certain_and_a_fee_goes_to_nobody() -> None:
    assert propose(900_00, "77", is_return=True) == [("TRANSFER", "77", 99)]
    assert propose(3_50, "手续费", counterparty_account="6222") == [("FEE", "", 80)]
    assert propose_left(Entry("E", DAY, 3_50, remittance="手续费"), facts=FACTS, fee=FEE) == []


def test_a_booking_does_not_give_itself_back() -> None:
    entry = Entry("IN-000001", DAY, -900_00, remittance="划出")

    assert propose_left(entry, facts=FACTS, fee=FEE) == []


def test_money_that_came_for_a_claim_is_sure_of_a_deposit_alone() -> None:
    entry = Entry("SQ-000007", DAY, 20_00)

    for is_sure, found in ((True, True), (False, False)):
        one = propose_claim(entry, FACTS.claims, is_sure=is_sure)
        assert one is not None
        assert (find_sure([one]) is not None) is found


def test_no_fee_is_known_before_its_rule() -> None:
    with pytest.raises(NoFeeRuleInForce):
        find_fee_rule(on=date(1999, 9, 30))


def told(name: str, first: int, last: int, opening: int, closing: int) -> StatementBalances:
    return StatementBalances(name, date(2026, 2, first), date(2026, 2, last), opening, closing)


def put(
    ours: int, lines: dict[int, int], statements: list[StatementBalances], items: tuple[Item, ...] = (), day: int = 9
) -> Any:
    by_day = [(date(2026, 2, on), fen) for on, fen in sorted(lines.items())]
    return reconcile(day=date(2026, 2, day), ours_fen=ours, lines=Lines(by_day), statements=statements, items=items)


class TestBalance:
    def test_what_was_there_before_our_books_is_no_difference(self) -> None:
        balance = put(30, {4: 5, 5: 25}, [told("A", 5, 5, 105, 130)])

        assert (balance.base_fen, balance.closing_fen, balance.difference_fen) == (100, 130, 0)

    def test_items_of_both_sides_bring_both_to_one_balance(self) -> None:
        items = (
            Item("batch:1", "1", DAY, 40, 0), Item("entry:2", "2", DAY, 0, -7), Item("claim:3", "3", DAY, -5, -6)
        )  # fmt: skip
        balance = put(35, {5: -13}, [told("A", 5, 5, 0, -13)], items)

        assert [one.kind for one in items] == [
            DifferenceKind.OURS_ONLY, DifferenceKind.THEIRS_ONLY, DifferenceKind.AMOUNT,
        ]  # fmt: skip
        assert (balance.adjusted_theirs_fen, balance.adjusted_ours_fen, balance.difference_fen) == (27, 27, 0)
        assert [(one.reference, one.ours_fen, one.theirs_fen) for one in as_comparison(balance).differences] == [
            ("batch:1", 40, 0), ("entry:2", 0, -7), ("claim:3", -5, -6),
        ]  # fmt: skip

    def test_bookings_after_the_last_statement_count_on(self) -> None:
        balance = put(30, {5: 25, 8: 5}, [told("A", 5, 5, 0, 25)])

        assert (balance.closing_fen, balance.closing_name, balance.difference_fen) == (30, "A", 0)

    def test_of_several_statements_of_a_day_the_last_of_the_chain_counts(self) -> None:
        chain = [told("second", 5, 5, 10, 25), told("first", 5, 5, 0, 10)]

        assert put(25, {5: 25}, [chain[1], chain[0]]).difference_fen == 0
        assert put(25, {5: 25}, [told("first", 5, 5, 0, 10), told("again", 5, 5, 0, 25)]).gaps == ()

    def test_a_gap_is_told_and_left_over(self) -> None:
        balance = put(12, {5: 10, 7: 2}, [told("A", 5, 5, 0, 10), told("B", 7, 7, 15, 17)])

        assert balance.gaps == (Gap("B", date(2026, 2, 7), 5),)
        assert balance.difference_fen == 5

    def test_without_a_balance_nothing_is_said(self) -> None:
        balance = put(12, {5: 12}, [])

        assert (balance.closing_fen, balance.adjusted_theirs_fen, balance.difference_fen) == (None, None, None)
