"""Features are what a history says, and hold nothing of the person."""

import numpy as np
import pytest

from dianke.engine.risk.features import make_features
from dianke.engine.risk.types import PaymentGrid

NAN = float("nan")
PROTECTED = ("age", "sex", "gender", "married", "education", "name", "household", "mark", "income", "address", "kind")


def make_grid(delay: list[float], billed: list[float], paid: list[float], **options: float) -> PaymentGrid:
    one = {"scale": 100.0, "open_amount": 0.0, "cover": 0.0, **options}
    return PaymentGrid(
        billed=np.array([billed]),
        owed=np.array([billed]),
        paid=np.array([paid]),
        delay=np.array([delay]),
        **{name: np.array([value]) for name, value in one.items()},
    )


def read(grid: PaymentGrid) -> dict[str, float]:
    found = make_features(grid)
    return dict(zip(found.names, found.values[0].tolist(), strict=True))


def test_delays_are_counted_weighed_by_recency_and_followed_back() -> None:
    found = read(make_grid([2.0, 0.5, NAN, 0.0], [100, 100, NAN, 100], [0, 100, NAN, 100], open_amount=100.0))

    weights = [1, 0.5 ** (1 / 3), 0.5]
    assert (found["late_count"], found["late_in_a_row"], found["cycles_since_late"]) == (2, 2, 0)
    assert (found["cycles_known"], found["long_delays"], found["delay_most"]) == (3, 1, 2.0)
    assert found["late_weighted"] == pytest.approx((weights[0] + weights[1]) / sum(weights))
    assert found["open_ratio"] == 1.0
    assert found["unpaid_share"] == pytest.approx(1 / 3)


def test_what_is_not_known_is_not_a_number_and_never_nought() -> None:
    found = read(make_grid([NAN] * 4, [NAN] * 4, [NAN] * 4, scale=0.0))

    assert np.isnan([found["late_count"], found["delay_mean"], found["use_mean"], found["open_ratio"]]).all()
    assert found["cycles_known"] == 0


def test_who_was_never_late_is_as_far_from_it_as_the_history_goes() -> None:
    found = read(make_grid([0.0] * 4, [100] * 4, [100] * 4))

    assert (found["cycles_since_late"], found["late_in_a_row"], found["paid_ratio_least"]) == (4, 0, 1.0)


def test_no_feature_is_of_the_person() -> None:
    names = make_features(make_grid([0.0], [1.0], [1.0])).names

    assert not [name for name in names for word in PROTECTED if word in name.split("_")]
