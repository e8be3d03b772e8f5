"""A cut-off sees what was known then, and nothing that came after it."""

from dataclasses import fields, replace
from datetime import date, timedelta

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.factories.risk_facts import Bill, gather, look

from dianke.domain.collection.rules.risk_history import (
    NONE,
    PaymentFacts,
    add_months,
    find_outcomes,
    make_grid,
    to_day_number,
)
from dianke.engine.risk.features import make_features

CUT = date(2026, 6, 30)


def test_days_late_run_to_the_payment_that_settled_the_bill_or_to_the_cut_off() -> None:
    facts = gather(
        [
            Bill(date(2026, 6, 15), 100_00, [(date(2026, 6, 20), 40_00)]),
            Bill(date(2026, 5, 15), 100_00, [(date(2026, 5, 10), 60_00), (date(2026, 5, 18), 40_00)]),
            Bill(date(2026, 4, 15), 100_00, [(date(2026, 4, 15), 100_00)]),
        ]
    )

    seen = look(facts, CUT)

    assert seen.days_late[0, :4].tolist() == [15, 3, 0, NONE]
    assert seen.paid_fen[0, :3].tolist() == [40_00, 100_00, 100_00]
    assert (seen.open_fen[0], seen.overdue_fen[0], seen.month_fen[0]) == (60_00, 60_00, 100_00)


def test_a_payment_that_became_known_later_is_not_known_yet() -> None:
    late_news = (date(2026, 6, 15), 100_00, date(2026, 7, 2))

    seen = look(gather([Bill(date(2026, 6, 15), 100_00, [late_news])]), CUT)

    assert seen.open_fen[0] == 100_00


def test_a_payment_that_is_reversed_later_stands_until_then() -> None:
    paid, reversed_later = (date(2026, 6, 10), 100_00), (date(2026, 6, 10), -100_00, date(2026, 7, 20))
    facts = gather([Bill(date(2026, 6, 15), 100_00, [paid, reversed_later])])

    assert look(facts, CUT).days_late[0, 0] == 0
    assert look(facts, date(2026, 7, 31)).days_late[0, 1] == 46


def test_a_bill_not_due_yet_is_owed_but_neither_late_nor_overdue() -> None:
    seen = look(gather([Bill(date(2026, 7, 10), 50_00)]), CUT)

    assert (seen.open_fen[0], seen.overdue_fen[0], seen.bills_due[0]) == (50_00, 0, 0)


def test_a_bill_that_was_taken_back_whole_is_none() -> None:
    facts = gather([Bill(date(2026, 5, 15), 100_00)])
    back = replace(
        facts,
        move_bill=np.append(facts.move_bill, 0),
        move_known=np.append(facts.move_known, to_day_number(CUT)),
        move_day=np.append(facts.move_day, to_day_number(CUT)),
        move_debit_fen=np.append(facts.move_debit_fen, -100_00),
        move_credit_fen=np.append(facts.move_credit_fen, 0),
    )

    assert look(back, CUT).bills_due[0] == 0
    assert look(back, CUT - timedelta(days=1)).bills_due[0] == 1


def test_days_since_the_last_bill_are_reckoned_at_the_daily_average() -> None:
    # 31 yuan for the 30 days before 30 May; from that day to the end of 30 June are 32.
    seen = look(gather([Bill(date(2026, 6, 15), 31_00)]), CUT)

    assert seen.unbilled_fen[0] == 32 * 31_00 // 30


def test_an_outcome_is_bad_when_a_bill_ahead_goes_later_than_the_days_allowed() -> None:
    bills = [
        Bill(date(2026, 7, 15), 10_00, [(date(2026, 8, 14), 10_00)], account=0),
        Bill(date(2026, 7, 15), 10_00, [(date(2026, 8, 15), 10_00)], account=1),
        Bill(date(2026, 6, 15), 10_00, account=2),
        Bill(date(2026, 10, 15), 10_00, account=3),
    ]

    outcome, late_fen = find_outcomes(gather(bills, accounts=4), on=CUT, months=3, late_days=30)

    assert outcome.tolist() == [0, 1, NONE, NONE]
    assert late_fen.tolist() == [0, 10_00, 0, 0]


def test_months_are_added_to_ends_of_months_and_to_short_ones() -> None:
    assert add_months(date(2026, 2, 28), 1) == date(2026, 3, 31)
    assert add_months(date(2026, 1, 30), 1) == date(2026, 2, 28)
    assert add_months(date(2026, 1, 15), -2) == date(2025, 11, 15)


BILLS = st.lists(
    st.builds(
        lambda at, paid, news, account: Bill(
            date(2026, 1, 15) + timedelta(days=30 * at),
            100_00,
            [(date(2026, 1, 10) + timedelta(days=paid), 100_00, date(2026, 1, 10) + timedelta(days=paid + news))],
            account,
        ),
        st.integers(0, 8), st.integers(0, 260), st.integers(0, 90), st.integers(0, 2),
    ),
    min_size=1, max_size=12,
)  # fmt: skip


@settings(max_examples=60, deadline=None)
@given(BILLS)
def test_changing_the_future_changes_no_feature(bills: list[Bill]) -> None:
    facts = gather(bills, accounts=3)

    past, future = look(_forget_future(facts), CUT), look(facts, CUT)

    for one in fields(past):
        np.testing.assert_array_equal(getattr(past, one.name), getattr(future, one.name))
    np.testing.assert_array_equal(make_features(make_grid(past)).values, make_features(make_grid(future)).values)


def _forget_future(facts: PaymentFacts) -> PaymentFacts:
    """Return facts as they would be if time had ended with the cut-off, and other things had happened after it."""
    moves, ahead = facts.move_known <= to_day_number(CUT), facts.bill_known > to_day_number(CUT)
    return replace(
        facts,
        bill_due=np.where(ahead, facts.bill_due + 7, facts.bill_due),
        bill_kwh_e2=np.where(ahead, 1, facts.bill_kwh_e2),
        move_bill=facts.move_bill[moves],
        move_known=facts.move_known[moves],
        move_day=facts.move_day[moves],
        move_debit_fen=facts.move_debit_fen[moves],
        move_credit_fen=facts.move_credit_fen[moves],
    )
