"""Buckets of ageing, kinds and levels of bad debt, and what is expected of open bills."""

from datetime import date

import pytest

from dianke.domain.collection.rules import write_offs
from dianke.domain.collection.rules.buckets import find_bucket, list_buckets
from dianke.domain.collection.rules.forecast import (
    IssuedDay,
    Measured,
    expect,
    fill_history,
    find_paid_share,
    list_issue_days,
    take_share,
)

DAY = date(2026, 6, 1)


@pytest.mark.parametrize(
    ("days", "code"),
    [
        (-400, "NOT_DUE"),
        (0, "NOT_DUE"),
        (1, "D1_30"),
        (30, "D1_30"),
        (31, "D31_60"),
        (365, "D181_365"),
        (366, "OVER_YEAR"),
    ],
)
def test_every_day_lies_in_one_bucket(days: int, code: str) -> None:
    assert find_bucket(days_overdue=days, on=DAY) == code


def test_buckets_follow_each_other_without_a_gap() -> None:
    buckets = list_buckets(on=DAY)

    assert [one.first_day for one in buckets[1:]] == [one.last_day + 1 for one in buckets[:-1]]


@pytest.mark.parametrize(("fen", "level"), [(1, "UNIT"), (5_000_000, "UNIT"), (5_000_001, "UTILITY")])
def test_level_of_approval_goes_by_the_amount(fen: int, level: str) -> None:
    assert write_offs.get_rules(on=DAY).find_level(fen).code == level


@pytest.mark.parametrize(
    ("code", "is_closed", "due", "obstacle"),
    [
        ("CLOSED", False, date(2020, 1, 1), "account_not_closed"),
        ("CLOSED", True, None, ""),
        ("OVER_YEARS", False, date(2023, 6, 2), "not_old_enough"),
        ("OVER_YEARS", False, date(2023, 6, 1), ""),
        ("OVER_YEARS", False, None, "not_old_enough"),
        ("BANKRUPT", False, None, ""),
    ],
)
def test_kind_of_bad_debt_wants_what_the_archive_says(
    code: str, is_closed: bool, due: date | None, obstacle: str
) -> None:
    kind = write_offs.get_rules(on=DAY).find_kind(code)

    assert kind is not None
    assert write_offs.find_obstacle(kind, is_closed=is_closed, oldest_due=due, on=DAY) == obstacle


def test_debt_of_a_leap_day_is_three_years_old_on_the_first_of_march() -> None:
    kind = write_offs.BadDebtKind("OVER_YEARS", needs_closed_account=False, least_years=3)

    assert write_offs.find_obstacle(kind, is_closed=False, oldest_due=date(2024, 2, 29), on=date(2027, 2, 28)) != ""
    assert write_offs.find_obstacle(kind, is_closed=False, oldest_due=date(2024, 2, 29), on=date(2027, 3, 1)) == ""


def test_forecast_takes_the_share_of_the_cell_else_of_the_class_else_nothing() -> None:
    history = {("HOME", 0): Measured(200, 150), ("HOME", 1): Measured(100, 0)}
    now = {cell: Measured(1001, 0) for cell in (("HOME", 0), ("HOME", 1), ("HOME", 2), ("FARM", 0))}

    expected = expect(now, history=history)

    # 1001 × 150/200 = 750.75; of the class 150/300 = 500.5, up to 501.
    assert expected == {("HOME", 0): 751, ("HOME", 1): 0, ("HOME", 2): 501, ("FARM", 0): 0}


def test_forecast_takes_fewer_days_where_a_class_has_no_longer_history() -> None:
    long, short = {("HOME", 0): Measured(200, 100)}, {("HOME", 0): Measured(9, 9), ("FARM", 1): Measured(50, 10)}

    filled = fill_history(long, shorter=short, now=[("HOME", 0), ("FARM", 0)])

    assert filled == {("HOME", 0): Measured(200, 100), ("FARM", 1): Measured(50, 10)}


def test_share_of_bills_is_that_of_each_day_of_those_old_enough_and_grows_with_the_days() -> None:
    on = date(2026, 6, 30)
    issued = [
        IssuedDay(date(2026, 4, 1), 1000, {0: 100, 10: 500, 40: 900}),
        IssuedDay(date(2026, 6, 25), 1000, {1: 1000}),
    ]

    shares = [find_paid_share(issued, days=days, on=on) for days in (0, 5, 10, 60, 100)]

    # 100 of 2000; then 1000 of 1900; then 500 of the 900 of the older; then no more than the 400 that are left.
    assert shares == [(one, 10**9) for one in (50_000_000, 550_000_000, 800_000_000, 10**9, 10**9)]
    assert find_paid_share([], days=5, on=on) == (0, 0)
    assert [take_share(333, share) for share in [*shares, (0, 0)]] == [17, 183, 266, 333, 333, 0]


def test_months_to_be_billed_follow_the_calendar_else_the_last_issue() -> None:
    usual = {"last_month": date(2026, 1, 1), "last_issue": date(2026, 1, 31), "on": date(2026, 2, 10), "months": 1}

    free = list_issue_days(**usual, planned={}, until=date(2026, 4, 10))
    planned = list_issue_days(**usual, planned={date(2026, 2, 1): date(2026, 2, 5)}, until=date(2026, 3, 10))
    every_other = list_issue_days(**{**usual, "months": 2}, planned={}, until=date(2026, 6, 1))
    at_rest = list_issue_days(**{**usual, "on": date(2026, 6, 1)}, planned={}, until=date(2026, 9, 1))

    assert free == [(date(2026, 2, 1), date(2026, 2, 28)), (date(2026, 3, 1), date(2026, 3, 31))]
    # Planned for a day that has passed: it is expected tomorrow.
    assert planned == [(date(2026, 2, 1), date(2026, 2, 11))]
    assert every_other == [(date(2026, 3, 1), date(2026, 3, 31)), (date(2026, 5, 1), date(2026, 5, 31))]
    assert at_rest == []
