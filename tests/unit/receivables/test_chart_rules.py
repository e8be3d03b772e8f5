"""The chart of accounts: unified levels from data, codes that units may add, accounts found by role and fund."""

import pytest

from dianke.domain.customers.types import UsageClass
from dianke.domain.receivables.rules import chart
from dianke.domain.receivables.rules.trial_balance import AccountSums, draw_trial_balance
from dianke.domain.receivables.types import Role

CODES = [account.code for account in chart.list_unified_accounts()]


def test_every_unified_account_has_those_above_it_and_at_most_three_levels() -> None:
    lonely = [code for code in CODES if chart.count_levels(code) > 1 and chart.find_parent_code(code) not in CODES]

    assert lonely == []
    assert {chart.count_levels(code) for code in CODES} == {1, 2, 3}
    assert len(set(CODES)) == len(CODES)


@pytest.mark.parametrize("usage_class", list(UsageClass))
@pytest.mark.parametrize("role", [Role.RECEIVABLE, Role.REVENUE])
def test_every_class_of_use_has_its_own_account(usage_class: UsageClass, role: Role) -> None:
    assert not chart.find_code(role, usage_class=usage_class.value).endswith(".99")


@pytest.mark.parametrize(
    ("name", "code"),
    [("农网还贷资金", "2241.01.01"), ("可再生能源电价附加", "2241.01.03"), ("某地方附加", "2241.01.99")],
)
def test_a_fund_is_found_by_its_name_and_an_unknown_one_goes_to_the_others(name: str, code: str) -> None:
    assert chart.find_fund_code(name) == code


@pytest.mark.parametrize(
    ("code", "obstacle"),
    [
        ("1122.01.01.01", ""),
        ("1122.01.01", "level_unified"),
        ("1122.01.01.01.01", "parent_missing"),
        ("1122-01-01-01", "code_unreadable"),
        ("1122.01.01.02", "code_taken"),
    ],
)
def test_units_add_levels_four_to_six_below_what_is_there(code: str, obstacle: str) -> None:
    assert chart.find_code_obstacle(code, known=[*CODES, "1122.01.01.02"]) == obstacle


def test_a_level_of_the_trial_balance_holds_everything_once() -> None:
    sums = [
        AccountSums("1122.01.01", debit_before_fen=500, debit_fen=300),
        AccountSums("1122.01.01.01", debit_fen=200, credit_fen=900),
        AccountSums("6001.01.01", credit_before_fen=500, credit_fen=500),
        AccountSums("1002.01", debit_fen=900),
    ]

    balance = draw_trial_balance(sums, level=3, is_debit={})

    rows = {row.code: (row.closing_debit_fen, row.closing_credit_fen) for row in balance.rows}
    assert rows["1122.01.01"] == (100, 0)
    assert rows["1122"] == (100, 0)
    assert (balance.total.debit_fen, balance.total.credit_fen) == (1400, 1400)
    assert balance.is_balanced
