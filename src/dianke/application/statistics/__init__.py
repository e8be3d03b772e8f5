"""Average prices, two periods side by side, and the proof that the totals are the bills."""

from dianke.application.statistics.checks import check_totals
from dianke.application.statistics.questions import (
    ACCOUNT_MONTHS,
    FIRST_YEAR,
    LAST_YEAR,
    MOST_MONTHS,
    RIGHT,
    MonthsOutOfRange,
    Periods,
    UnitOutOfReach,
    compare_accounts,
    compare_periods,
    get_average_prices,
    list_units,
    within_reach,
)

__all__ = [
    "ACCOUNT_MONTHS",
    "FIRST_YEAR",
    "LAST_YEAR",
    "MOST_MONTHS",
    "RIGHT",
    "MonthsOutOfRange",
    "Periods",
    "UnitOutOfReach",
    "check_totals",
    "compare_accounts",
    "compare_periods",
    "get_average_prices",
    "list_units",
    "within_reach",
]
