"""Stages of a month: days that every month has, amounts that sum to the fen, prepayment that covers the first due."""

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dianke.domain.receivables.rules.stages import (
    OpenStage,
    compute_forecast,
    cover,
    find_due_dates,
    read_days,
    split_month,
)
from dianke.domain.receivables.types import StageBasis


@pytest.mark.parametrize(
    ("text", "days"),
    [
        ("6,16,26", (6, 16, 26)),
        ("5/20", (5, 20)),
        ("6、16，26", (6, 16, 26)),
        ("", ()),
        ("0,5", ()),
        ("5,32", ()),
        ("20,5", ()),
        ("5,5", ()),
        ("five", ()),
    ],
)
def test_days_are_read_in_their_order(text: str, days: tuple[int, ...]) -> None:
    assert read_days(text) == days


def test_a_day_that_a_month_has_not_is_its_last_and_stands_once() -> None:
    assert find_due_dates(month=date(2026, 2, 1), days=(10, 28, 31)) == [date(2026, 2, 10), date(2026, 2, 28)]


@pytest.mark.parametrize(
    ("basis", "fen"),
    [(StageBasis.LAST_BILL, 300_00), (StageBasis.AVERAGE_3, 200_01), (StageBasis.AGREED, 777)],
)
def test_a_month_is_expected_by_its_basis(basis: StageBasis, fen: int) -> None:
    billed = [300_00, 200_00, 100_02, 900_00]

    assert compute_forecast(basis=basis, billed_fen=billed, agreed_fen=777) == fen


def test_without_a_bill_or_with_a_red_one_nothing_is_expected() -> None:
    assert compute_forecast(basis=StageBasis.LAST_BILL, billed_fen=[], agreed_fen=None) == 0
    assert compute_forecast(basis=StageBasis.LAST_BILL, billed_fen=[-5], agreed_fen=None) == 0
    assert split_month(forecast_fen=2, coefficient=Decimal(1), count=3) == []


@settings(max_examples=50, deadline=None)
@given(st.integers(10, 10**9), st.integers(500, 1500), st.integers(1, 6))
def test_the_stages_come_to_the_month_times_its_coefficient(forecast: int, thousandths: int, count: int) -> None:
    stages = split_month(forecast_fen=forecast * 10, coefficient=Decimal(thousandths) / 1000, count=count)

    # Half a fen is rounded up, once.
    assert sum(stages) == (forecast * 10 * thousandths * 2 + 1000) // 2000
    assert max(stages) - min(stages) < count


def test_prepayment_covers_the_stage_that_is_due_first() -> None:
    stages = [
        OpenStage(2, date(2026, 3, 16), 100),
        OpenStage(1, date(2026, 3, 6), 100),
        OpenStage(3, date(2026, 3, 26), 100),
    ]

    assert cover(stages=stages, prepaid_fen=130) == {1: 100, 2: 30, 3: 0}
    assert cover(stages=stages, prepaid_fen=0) == {1: 0, 2: 0, 3: 0}
