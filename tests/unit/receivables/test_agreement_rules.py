"""Plans of instalments: parts that add up, money that pays what is due first, the day that breaks them."""

from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dianke.domain.receivables.rules.agreements import (
    Movement,
    PartState,
    PlannedPart,
    find_plan_obstacle,
    get_policy,
    judge,
    list_due_dates,
    settle_plan,
    split_evenly,
    spread,
)
from dianke.domain.receivables.rules.late_fees import Owed, compute_late_fee, leave_out, list_owed
from dianke.domain.receivables.types import AgreementState, Component

DAY = date(2026, 3, 3)
POLICY = get_policy(day=DAY)
PRINCIPAL, LATE_FEE = Component.PRINCIPAL, Component.LATE_FEE
BILL = 7


def plan(*parts: tuple[date, int]) -> list[PlannedPart]:
    return [PlannedPart(day, fen) for day, fen in parts]


def test_equal_parts_leave_the_rest_to_the_last() -> None:
    assert split_evenly(amount_fen=100_00, count=3) == [33_33, 33_33, 33_34]
    assert split_evenly(amount_fen=5, count=1) == [5]


def test_a_day_that_a_month_has_not_is_its_last() -> None:
    assert list_due_dates(first=date(2027, 12, 31), count=3) == [
        date(2027, 12, 31), date(2028, 1, 31), date(2028, 2, 29),
    ]  # fmt: skip
    assert list_due_dates(first=date(2026, 3, 15), count=2, every_months=3) == [date(2026, 3, 15), date(2026, 6, 15)]


@pytest.mark.parametrize(
    ("parts", "obstacle"),
    [
        (plan((date(2026, 3, 20), 60), (date(2026, 4, 20), 40)), ""),
        (plan((date(2026, 3, 20), 60), (date(2026, 4, 20), 41)), "the instalments do not add up to the debt"),
        (plan((date(2026, 3, 20), 100), (date(2026, 4, 20), 0)), "every instalment must be above nothing"),
        (plan((date(2026, 4, 20), 60), (date(2026, 4, 20), 40)), "each instalment must fall due after the one before"),
        (plan((date(2026, 3, 2), 100)), "the first instalment falls due too late or in the past"),
        (plan((date(2026, 5, 5), 100)), "the first instalment falls due too late or in the past"),
        (plan((date(2026, 3, 20), 60), (date(2030, 4, 20), 40)), "the last instalment falls due too late"),
        ([], "the number of instalments is outside the limits"),
    ],
)
def test_a_plan_adds_up_within_its_limits(parts: list[PlannedPart], obstacle: str) -> None:
    assert find_plan_obstacle(parts, amount_fen=100, as_of=DAY, policy=POLICY) == obstacle


def test_large_debts_ask_for_the_higher_level() -> None:
    assert [POLICY.find_level(fen).code for fen in (50_000_00, 50_000_01)] == ["SECTION", "UTILITY"]
    assert POLICY.get_level("GONE").right == "payments.approve_large"


def test_money_pays_the_instalment_due_first_and_what_ran_since_stands_beside_the_plan() -> None:
    agreed = {(BILL, PRINCIPAL): 90, (BILL, LATE_FEE): 10}
    movements = [
        Movement(1, BILL, LATE_FEE, 12, 12),
        Movement(1, BILL, PRINCIPAL, 0, 38),
        Movement(2, BILL, PRINCIPAL, 0, 40),
        Movement(3, BILL, PRINCIPAL, 0, -40),
    ]

    first, second, back = settle_plan(agreed=agreed, amounts=[40, 30, 30], movements=movements)

    assert (first.parts, first.beside_fen) == ({1: 40, 2: 8}, 2)
    assert (second.parts, second.beside_fen) == ({2: 22, 3: 18}, 0)
    assert (back.parts, back.beside_fen) == ({2: -22, 3: -18}, 0)


def test_what_a_corrected_bill_takes_off_pays_the_plan_too() -> None:
    agreed = {(BILL, PRINCIPAL): 90}

    (red,) = settle_plan(agreed=agreed, amounts=[50, 40], movements=[Movement(1, BILL, PRINCIPAL, -60, 0)])

    assert red.parts == {1: 50, 2: 10}


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.integers(1, 50), min_size=1, max_size=5),
    st.lists(st.tuples(st.sampled_from([1, 2]), st.sampled_from(list(Component)), st.integers(-30, 60)), max_size=12),
)
def test_every_fen_lands_on_an_instalment_or_beside_the_plan(
    amounts: list[int], moves: list[tuple[int, Component, int]]
) -> None:
    total = sum(amounts)
    agreed = {(1, PRINCIPAL): total // 2, (2, PRINCIPAL): total - total // 2}
    movements = [Movement(at, item, part, 0, fen) for at, (item, part, fen) in enumerate(moves)]
    days = list_due_dates(first=DAY, count=len(amounts))

    settled = settle_plan(agreed=agreed, amounts=amounts, movements=movements)
    parts = spread(plan=[PlannedPart(day, fen) for day, fen in zip(days, amounts, strict=True)], settlements=settled)

    assert sum(one.plan_fen + one.beside_fen for one in settled) == sum(fen for _item, _part, fen in moves)
    assert [part.paid_fen for part in parts] == [
        sum(one.parts.get(number, 0) for one in settled) for number in range(1, len(amounts) + 1)
    ]
    assert all(0 <= part.paid_fen <= part.amount_fen for part in parts)


@pytest.mark.parametrize(
    ("day", "paid", "state"),
    [
        (date(2026, 3, 23), 0, AgreementState.IN_FORCE),
        (date(2026, 3, 24), 0, AgreementState.BROKEN),
        (date(2026, 3, 24), 39, AgreementState.BROKEN),
        (date(2026, 3, 24), 40, AgreementState.IN_FORCE),
        (date(2026, 5, 1), 100, AgreementState.SETTLED),
    ],
)
def test_an_agreement_breaks_when_the_days_of_grace_are_over(day: date, paid: int, state: AgreementState) -> None:
    parts = [
        PartState(date(2026, 3, 20), 40, min(paid, 40)),
        PartState(date(2026, 4, 20), 60, max(paid - 40, 0)),
    ]

    assert judge(parts=parts, grace_days=3, on=day) is state


class TestLateFeesThatRest:
    DUE = date(2026, 2, 21)

    def compute(self, until: date, *spans: tuple[date, date | None], paid: list[tuple[date, int]] | None = None) -> int:
        owed = leave_out(list_owed(principal_fen=289_99, due_date=self.DUE, paid=paid or []), spans=spans)
        return compute_late_fee(due_date=self.DUE, until=until, owed=owed, is_residential=True).total_fen

    def test_stay_what_they_were_while_the_agreement_is_kept(self) -> None:
        frozen = (date(2026, 3, 4), None)

        assert self.compute(date(2026, 3, 3), frozen) == 2_90
        assert self.compute(date(2026, 6, 3), frozen) == 2_90
        assert self.compute(date(2026, 6, 3), frozen, paid=[(date(2026, 4, 1), 100_00)]) == 2_90

    def test_go_on_the_day_after_it_ended_with_what_is_left(self) -> None:
        frozen = (date(2026, 3, 4), date(2026, 4, 4))

        # Ten days on 289.99 before, ten days on 189.99 after.
        assert self.compute(date(2026, 4, 13), frozen, paid=[(date(2026, 4, 1), 100_00)]) == 4_80
        assert self.compute(date(2026, 4, 3), frozen) == 2_90

    def test_never_begin_where_the_bill_was_not_due_yet(self) -> None:
        assert self.compute(date(2026, 6, 3), (date(2026, 2, 1), None)) == 0

    def test_of_a_payment_on_the_day_that_it_ends_are_of_what_it_left(self) -> None:
        owed = [Owed(date(2026, 3, 1), 100), Owed(date(2026, 3, 10), 40)]

        assert leave_out(owed, spans=[(date(2026, 3, 5), date(2026, 3, 10))]) == [
            Owed(date(2026, 3, 1), 100), Owed(date(2026, 3, 5), 0), Owed(date(2026, 3, 10), 40),
        ]  # fmt: skip

    def test_rest_twice_when_it_was_agreed_twice(self) -> None:
        spans = [(date(2026, 3, 4), date(2026, 4, 4)), (date(2026, 4, 14), None)]

        assert self.compute(date(2026, 6, 3), *spans) == 5_80
