"""Which days take postings, and what stands in the way of closing and reopening."""

from datetime import date

import pytest

from dianke.domain.receivables.rules import periods
from dianke.domain.receivables.types import Books

MARCH = date(2026, 3, 1)
NEW = Books(None, frozenset(), frozenset())
CLOSED = Books(date(2026, 3, 10), frozenset({date(2026, 3, 4)}), frozenset({date(2026, 2, 1)}))


@pytest.mark.parametrize(
    ("books", "day", "booked"),
    [
        (NEW, date(2026, 3, 5), date(2026, 3, 5)),
        (CLOSED, date(2026, 3, 5), date(2026, 3, 11)),
        (CLOSED, date(2026, 3, 4), date(2026, 3, 4)),
        (CLOSED, date(2026, 2, 28), date(2026, 3, 11)),
        (CLOSED, date(2026, 3, 12), date(2026, 3, 12)),
    ],
)
def test_business_is_booked_on_its_day_or_the_first_after_closed_ones(books: Books, day: date, booked: date) -> None:
    assert periods.find_booking_day(books, occurred_on=day) == booked


def test_closing_a_day_takes_the_open_ones_before_it() -> None:
    days = periods.list_days_to_close(CLOSED, day=date(2026, 3, 13), first_day=MARCH)

    assert [day.day for day in days] == [11, 12, 13]


def test_closing_a_reopened_day_closes_it_alone() -> None:
    assert periods.list_days_to_close(CLOSED, day=date(2026, 3, 4), first_day=MARCH) == [date(2026, 3, 4)]


@pytest.mark.parametrize(
    ("closed_until", "reopened", "today", "before", "obstacle"),
    [
        (date(2026, 3, 31), frozenset(), date(2026, 3, 31), [], ""),
        (date(2026, 3, 31), frozenset(), date(2026, 3, 30), [], "not_over"),
        (date(2026, 3, 30), frozenset(), date(2026, 4, 1), [], "days_open"),
        (date(2026, 3, 31), frozenset({date(2026, 3, 9)}), date(2026, 4, 1), [], "days_open"),
        (date(2026, 3, 31), frozenset(), date(2026, 4, 1), [date(2026, 2, 1)], "month_before_open"),
    ],
)
def test_a_month_is_closed_when_its_days_and_the_months_before_are(
    closed_until: date, reopened: frozenset[date], today: date, before: list[date], obstacle: str
) -> None:
    books = Books(closed_until, reopened, frozenset())

    assert periods.find_month_obstacle(books, month=MARCH, today=today, months_with_postings=before) == obstacle


@pytest.mark.parametrize(
    ("start", "is_month", "obstacle"),
    [
        (date(2026, 2, 1), True, ""),
        (MARCH, True, "not_closed"),
        (date(2026, 2, 5), False, "month_closed"),
        (date(2026, 3, 5), False, ""),
        (date(2026, 3, 4), False, "not_closed"),
    ],
)
def test_what_is_closed_can_be_reopened(start: date, is_month: bool, obstacle: str) -> None:
    assert periods.find_reopening_obstacle(CLOSED, start=start, is_month=is_month) == obstacle


def test_months_are_reopened_from_the_last_one_back() -> None:
    books = Books(date(2026, 3, 31), frozenset(), frozenset({date(2026, 2, 1), MARCH}))

    assert periods.find_reopening_obstacle(books, start=date(2026, 2, 1), is_month=True) == "later_month_closed"
