"""When bills fall due: days after issue, a day of the month, by class, the last bill; what a contract may fix."""

from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dianke.domain.billing.rules.contract_rates import get_contract_rates
from dianke.domain.billing.rules.due_dates import (
    DueRule,
    NoPaymentTermsInForce,
    find_due_date,
    find_rule_obstacle,
    get_bounds,
    get_standard_rule,
)
from dianke.domain.billing.types import DueRuleKind

AFTER, ON = DueRuleKind.DAYS_AFTER_ISSUE, DueRuleKind.DAY_OF_MONTH


def test_days_after_issue_are_days_of_the_calendar() -> None:
    assert find_due_date(DueRule(AFTER, 20), issued_on=date(2024, 2, 15)) == date(2024, 3, 6)


@pytest.mark.parametrize(
    ("day", "issued_on", "expected"),
    [
        (25, date(2026, 2, 1), date(2026, 2, 25)),
        (25, date(2026, 2, 20), date(2026, 2, 25)),
        (25, date(2026, 2, 21), date(2026, 3, 25)),
        (31, date(2026, 2, 1), date(2026, 2, 28)),
        (30, date(2024, 2, 1), date(2024, 2, 29)),
        (5, date(2026, 12, 20), date(2027, 1, 5)),
        (28, date(2026, 12, 29), date(2027, 1, 28)),
    ],
)
def test_a_day_of_the_month_leaves_five_days_and_is_the_last_where_a_month_lacks_it(
    day: int, issued_on: date, expected: date
) -> None:
    assert find_due_date(DueRule(ON, day), issued_on=issued_on) == expected


@settings(max_examples=50, deadline=None)
@given(day=st.integers(1, 31), issued_on=st.dates(date(2000, 1, 1), date(2099, 11, 30)))
def test_a_day_of_the_month_comes_within_five_to_thirty_six_days(day: int, issued_on: date) -> None:
    due = find_due_date(DueRule(ON, day), issued_on=issued_on)

    assert timedelta(days=5) <= due - issued_on <= timedelta(days=36)
    assert due.day == day or (due + timedelta(days=1)).day == 1


def test_homes_have_more_days_than_others_and_the_last_bill_fewest() -> None:
    day = date(2026, 2, 1)

    assert get_standard_rule(usage_class="RESIDENTIAL", issued_on=day) == DueRule(AFTER, 20)
    assert get_standard_rule(usage_class="COMMERCIAL_INDUSTRIAL", issued_on=day) == DueRule(AFTER, 15)
    assert get_standard_rule(usage_class="RESIDENTIAL", issued_on=day, is_final=True) == DueRule(AFTER, 7)


def test_a_day_before_all_terms_is_refused() -> None:
    with pytest.raises(NoPaymentTermsInForce):
        get_standard_rule(usage_class="RESIDENTIAL", issued_on=date(1999, 12, 31))


@pytest.mark.parametrize(
    ("rule", "obstacle"),
    [
        (DueRule(AFTER, 5), ""),
        (DueRule(AFTER, 60), ""),
        (DueRule(AFTER, 4), "days_outside"),
        (DueRule(AFTER, 61), "days_outside"),
        (DueRule(ON, 31), ""),
        (DueRule(ON, 32), "day_outside"),
    ],
)
def test_an_account_can_agree_on_rules_within_bounds(rule: DueRule, obstacle: str) -> None:
    assert find_rule_obstacle(rule) == obstacle
    assert (get_bounds().least_days, get_bounds().most_days_after_issue) == (5, 60)


def test_the_bounds_of_a_contract_cite_their_regulation() -> None:
    assert get_contract_rates(day=date(2026, 1, 1)).regulation == "REG-ELECTRICITY-USE-1996"
