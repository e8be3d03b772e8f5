"""Trend, seasons and spread of twenty-four months of use."""

import numpy as np

from dianke.engine.tags import indicators
from dianke.engine.tags.types import UNKNOWN


def months(first: int, second: int) -> np.ndarray:
    return np.array([[first] * 12 + [second] * 12], dtype=np.int64)


def test_growth_is_what_the_middle_month_did_against_its_twin() -> None:
    use = months(10_000, 12_000)
    use[0, 20] = 900_000

    assert indicators.find_trend(use).tolist() == [2_000]
    assert indicators.find_spread(use).tolist() == [0]


def test_nothing_is_said_of_fewer_than_six_pairs() -> None:
    use = months(10_000, 12_000)
    use[0, :7] = UNKNOWN

    assert indicators.find_trend(use).tolist() == [UNKNOWN]
    assert indicators.find_spread(use).tolist() == [UNKNOWN]


def test_summer_is_measured_against_mild_months() -> None:
    use = months(10_000, 10_000)
    use[0, 12 + 5 : 12 + 9] = 20_000

    found = indicators.find_season(use, first_month=0)

    assert found["summer_ratio"].tolist() == [20_000]
    assert found["winter_ratio"].tolist() == [10_000]
    # 40,000 above the mild level of 160,000 in all.
    assert found["weather_share"].tolist() == [2_500]


def test_a_season_without_bills_is_not_known() -> None:
    found = indicators.find_season(months(UNKNOWN, UNKNOWN), first_month=3)

    assert {name: column.tolist() for name, column in found.items()} == {
        "summer_ratio": [UNKNOWN], "winter_ratio": [UNKNOWN], "weather_share": [UNKNOWN],
    }  # fmt: skip


def test_stability_is_nought_for_the_same_shares_and_grows_with_the_move() -> None:
    before = np.array([500, 500])

    assert indicators.find_stability(before, before * 3) == 0
    assert indicators.find_stability(before, np.array([250, 750])) == 2_747
