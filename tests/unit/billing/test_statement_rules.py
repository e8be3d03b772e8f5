"""Combined statements: whose a bill was, and when the first falls due."""

from datetime import date

import pytest

from dianke.domain.billing.rules.statements import Handover, ListedBill, find_due_date, find_owner

FIRST, SECOND, TODAY = 1, 2, 3
HANDOVERS = [Handover(date(2026, 3, 1), SECOND), Handover(date(2026, 1, 11), FIRST)]


@pytest.mark.parametrize(
    ("period_end", "owner"),
    [
        pytest.param(date(2026, 1, 1), FIRST, id="before the first hand-over"),
        pytest.param(date(2026, 1, 11), FIRST, id="the final bill is of who left"),
        pytest.param(date(2026, 1, 12), SECOND, id="the next day is of who came"),
        pytest.param(date(2026, 3, 1), SECOND, id="until the second hand-over"),
        pytest.param(date(2026, 4, 1), TODAY, id="then of who holds it today"),
    ],
)
def test_a_bill_is_of_who_held_the_account_on_its_last_day(period_end: date, owner: int) -> None:
    assert find_owner(period_end=period_end, handovers=HANDOVERS, holder_id=TODAY) == owner


def test_an_account_that_nobody_handed_over_is_of_who_holds_it() -> None:
    assert find_owner(period_end=date(2020, 1, 1), handovers=(), holder_id=TODAY) == TODAY


def test_the_earliest_due_date_counts() -> None:
    bills = [ListedBill(1, 100, date(2026, 2, 20)), ListedBill(2, 100, date(2026, 2, 10)), ListedBill(3, 100, None)]

    assert find_due_date(bills) == date(2026, 2, 10)
    assert find_due_date([ListedBill(1, 100, None)]) is None


def test_what_was_reversed_or_pays_back_is_not_waited_for() -> None:
    bills = [
        ListedBill(1, 100, date(2026, 2, 1)),
        ListedBill(2, -100, None, corrects_key=1),
        ListedBill(3, 80, date(2026, 2, 25), corrects_key=1),
        ListedBill(4, -20, date(2026, 2, 3)),
        ListedBill(5, 0, date(2026, 2, 2)),
    ]

    assert find_due_date(bills) == date(2026, 2, 25)
