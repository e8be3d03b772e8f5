"""Which days a month covers, and how Wh become units of daily usage."""

from datetime import date

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dianke.domain.readings import rules
from dianke.kernel.period import DatePeriod

JANUARY = date(2026, 1, 1)


@pytest.mark.parametrize(
    ("reading_day", "months", "start", "end"),
    [
        (1, 1, date(2026, 1, 1), date(2026, 2, 1)),
        (1, 2, date(2025, 12, 1), date(2026, 2, 1)),
        (15, 1, date(2025, 12, 15), date(2026, 1, 15)),
        (28, 2, date(2025, 11, 28), date(2026, 1, 28)),
    ],
)
def test_a_month_runs_from_reading_to_reading(reading_day: int, months: int, start: date, end: date) -> None:
    period = rules.month_period(month=JANUARY, reading_day=reading_day, months_per_period=months)

    assert period == DatePeriod(start, end)


@given(st.integers(1, 28), st.sampled_from([1, 2, 3, 6, 12]), st.dates(date(1990, 1, 1), date(2090, 1, 1)))
def test_months_follow_each_other_without_gap(reading_day: int, months: int, day: date) -> None:
    first = rules.month_period(month=day.replace(day=1), reading_day=reading_day, months_per_period=months)

    following = rules.month_period(
        month=rules.add_months(day.replace(day=1), months), reading_day=reading_day, months_per_period=months
    )

    assert first.end == following.start


@pytest.mark.parametrize(
    ("others", "obstacle"),
    [
        ([], None),
        ([DatePeriod(date(2025, 12, 1), JANUARY)], None),
        ([DatePeriod(date(2026, 2, 1), date(2026, 3, 1))], None),
        (
            [DatePeriod(date(2025, 12, 2), date(2026, 1, 2))],
            "the days from 2025-12-02 to 2026-01-02 belong to another month",
        ),
        (
            [DatePeriod(date(2025, 11, 1), date(2025, 12, 31))],
            "the days from 2025-12-31 to 2026-01-01 would belong to no month",
        ),
        (
            [DatePeriod(date(2026, 2, 2), date(2026, 3, 1))],
            "the days from 2026-02-01 to 2026-02-02 would belong to no month",
        ),
    ],
)
def test_no_day_belongs_to_two_months_or_to_none(others: list[DatePeriod], obstacle: str | None) -> None:
    january = DatePeriod(JANUARY, date(2026, 2, 1))

    assert rules.find_month_obstacle(january, others=others) == obstacle


@pytest.mark.parametrize(
    ("reading_day", "months", "is_possible"),
    [(1, 1, True), (28, 12, True), (0, 1, False), (29, 1, False), (1, 5, False)],
)
def test_a_cycle_fits_every_month_and_the_year(reading_day: int, months: int, is_possible: bool) -> None:
    obstacle = rules.find_cycle_obstacle(reading_day=reading_day, months_per_period=months)

    assert (obstacle is None) is is_possible


def test_units_are_rounded_half_up() -> None:
    total, parts = rules.sum_to_units(np.array([[4, 0], [5, 0], [1004, 2006]]))

    assert total.tolist() == [0, 1, 301]
    assert parts.tolist() == [[0, 0], [1, 0], [100, 201]]


@given(st.lists(st.lists(st.integers(0, 10**9), min_size=6, max_size=6), min_size=1, max_size=20))
def test_parts_add_up_to_the_rounded_total(period_wh: list[list[int]]) -> None:
    total, parts = rules.sum_to_units(np.array(period_wh))

    assert parts.sum(axis=1).tolist() == total.tolist()
    assert total.tolist() == [(sum(row) + 5) // 10 for row in period_wh]
    assert (parts >= 0).all()
