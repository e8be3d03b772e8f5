"""The rule score is exact at every edge, and every point has its figure."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.factories.risk_facts import Bill, gather, look

from dianke.domain.collection.rules.risk_history import NONE, Snapshot, add_months
from dianke.domain.collection.rules.risk_loss import (
    Losses,
    assume_probabilities,
    choose_measures,
    compute_losses,
    explain_by_points,
    is_worth_proposing,
)
from dianke.domain.collection.rules.risk_rules import get_rules
from dianke.domain.collection.rules.risk_score import FIGURES, GROUPS, UNKNOWN, list_grades, score_accounts
from dianke.domain.collection.types import RiskMeasureKind

CUT = date(2026, 6, 30)
RULES = get_rules(on=CUT)


def see(days_late: Sequence[int], *, fen: int = 100_00, kwh: Sequence[int] | None = None) -> Snapshot:
    """Return one account whose bills, the latest first, were paid so many days late; 999 is not at all."""
    bills = []
    for at, days in enumerate(days_late):
        due = add_months(date(2026, 6, 15), -at)
        paid = [] if days == 999 else [(due + timedelta(days=days), fen)]
        bills.append(Bill(due, fen, paid, kwh_e2=(kwh or [200_00] * len(days_late))[at]))
    return look(gather(bills), CUT)


def score(snapshot: Snapshot) -> dict[str, int]:
    found = score_accounts(snapshot, rules=RULES)
    return {"TOTAL": int(found.score_e2[0]), **dict(zip(GROUPS, found.points_e2[0].tolist(), strict=True))}


def read_figures(snapshot: Snapshot) -> dict[str, int]:
    return dict(zip(FIGURES, score_accounts(snapshot, rules=RULES).figures[0].tolist(), strict=True))


def test_who_always_paid_in_time_has_all_points_of_payment_arrears_law_and_stability() -> None:
    found = score(see([0] * 12))

    assert found == {
        "TOTAL": 8421, "PAYMENT": 4000, "ARREARS": 1500, "LAW": 1500, "STABILITY": 1000, "PAPERS": 0, "SECURITY": 0,
        "EXTERNAL": UNKNOWN,
    }  # fmt: skip
    # 80 of the 95 that are known: EXTERNAL has no source.
    assert found["TOTAL"] == round(8000 / 95 * 100)


def test_papers_a_mandate_and_a_deposit_of_a_month_bring_the_whole_hundred() -> None:
    yes = np.array([True])
    snapshot = replace(see([0] * 12), has_contract=yes, has_papers=yes, has_mandate=yes, held_fen=np.array([100_00]))

    assert score(snapshot)["TOTAL"] == 10_000


@pytest.mark.parametrize(
    ("late", "points"),
    [
        # 15 for none late; mean of 12 bills over 30 days of 10; recency of 15 by weights 2^(-k/3).
        ([0] * 12, 1500 + 1000 + 1500),
        ([0] * 11 + [1], 1000 + 997 + 1474),
        ([1] + [0] * 11, 1000 + 997 + 1170),
        ([30, 30] + [0] * 10, 500 + 833 + 908),
        ([30] * 12, 0 + 0 + 0),
        ([45] * 12, 0 + 0 + 0),
    ],
)  # fmt: skip
def test_points_of_payment_fall_with_count_days_and_recency(late: list[int], points: int) -> None:
    # Paid within the cut-off, so that nothing is open of the oldest ones.
    snapshot = replace(see([0] * 12), days_late=np.array([late]))

    assert score(snapshot)["PAYMENT"] == points


@pytest.mark.parametrize(("overdue_fen", "points"), [(0, 1500), (100_00, 1000), (150_00, 750), (300_00, 0), (10**9, 0)])
def test_points_of_arrears_fall_to_none_at_three_months(overdue_fen: int, points: int) -> None:
    assert score(replace(see([0] * 12), overdue_fen=np.array([overdue_fen])))["ARREARS"] == points


@pytest.mark.parametrize(("thefts", "breaches", "points"), [(0, 0, 1500), (0, 1, 500), (0, 2, 0), (1, 0, 0), (1, 1, 0)])
def test_theft_and_repeated_breach_leave_no_points_of_law(thefts: int, breaches: int, points: int) -> None:
    snapshot = replace(see([0] * 12), thefts=np.array([thefts]), breaches=np.array([breaches]))

    assert score(snapshot)["LAW"] == points


def test_energy_that_falls_by_half_has_no_points_for_its_course() -> None:
    snapshot = see([0] * 12, kwh=[100_00] * 3 + [200_00] * 9)

    assert read_figures(snapshot)["fall_e4"] == 5000
    # Spread 43.3/175 = 0.2474: 6 × (1 − 0.0474/0.8) = 5.6445, in hundredths half up.
    assert score(snapshot)["STABILITY"] == 564


def test_groups_that_nothing_is_known_of_are_left_out_and_the_rest_scaled() -> None:
    found = score(see([0, 0, 0]))

    assert found["STABILITY"] == UNKNOWN
    assert found["TOTAL"] == round((40 + 15 + 15) / (40 + 15 + 15 + 5 + 10) * 10_000)


def test_who_never_had_a_bill_due_has_no_score_and_no_grade() -> None:
    found = score_accounts(look(gather([]), CUT), rules=RULES)

    assert found.score_e2.tolist() == [UNKNOWN]
    assert list_grades(found.score_e2, rules=RULES).tolist() == [""]


@pytest.mark.parametrize(
    ("score_e2", "grade"),
    [(10_000, "A"), (8500, "A"), (8499, "B"), (7000, "B"), (6999, "C"), (5500, "C"), (5499, "D"), (0, "D")],
)
def test_grades_begin_at_their_edges(score_e2: int, grade: str) -> None:
    assert list_grades(np.array([score_e2]), rules=RULES).tolist() == [grade]
    assert RULES.find_grade(score_e2).code == grade


@settings(max_examples=80, deadline=None)
@given(
    st.lists(st.sampled_from([0, 1, 10, 40, 999]), min_size=1, max_size=12),
    st.integers(0, 10**12),
    st.integers(1, 10**10),
)
def test_a_score_lies_within_its_bounds_and_more_debt_never_helps(late: list[int], debt_fen: int, fen: int) -> None:
    snapshot = see(late, fen=fen)
    worse = replace(snapshot, overdue_fen=snapshot.overdue_fen + debt_fen)

    before, after = score(snapshot), score(worse)

    assert 0 <= after["TOTAL"] <= before["TOTAL"] <= 10_000
    assert all(points == UNKNOWN or 0 <= points <= RULES.score.weights[name] * 100
               for name, points in before.items() if name != "TOTAL")  # fmt: skip


def test_the_reasons_of_a_score_are_the_groups_that_cost_most() -> None:
    scores = score_accounts(see([999] * 12), rules=RULES)

    reasons = explain_by_points(scores, weights=dict(RULES.score.weights))

    assert reasons == [["PAYMENT=4000", "ARREARS=1500", "SECURITY=1000"]]


def test_expected_loss_is_chance_times_bare_exposure_times_loss_given_default() -> None:
    snapshot = replace(
        see([0] * 12), open_fen=np.array([1000_00]), unbilled_fen=np.array([200_00]), held_fen=np.array([400_00])
    )

    found = compute_losses(snapshot, np.array([0.25]), rules=RULES)

    assert (found.probability_e6[0], found.exposure_fen[0]) == (250_000, 1200_00)
    # (1200 − 400) × 0.25 × 0.45
    assert found.expected_fen[0] == 90_00


def test_what_others_answer_for_covers_after_what_is_held() -> None:
    snapshot = replace(
        see([0] * 12), open_fen=np.array([1000_00]), unbilled_fen=np.array([200_00]), held_fen=np.array([400_00])
    )

    found = compute_losses(snapshot, np.array([0.25]), rules=RULES, guaranteed_fen=np.array([600_00]))

    assert (found.probability_e6[0], found.exposure_fen[0]) == (250_000, 1200_00)
    # (1200 − 400 − 600) × 0.25 × 0.45
    assert found.expected_fen[0] == 22_50


def test_what_is_held_beyond_the_exposure_leaves_nothing_to_lose() -> None:
    snapshot = replace(see([0] * 12), held_fen=np.array([10**9]))

    assert compute_losses(snapshot, np.array([0.9]), rules=RULES).expected_fen.tolist() == [0]


def test_a_grade_goes_late_as_often_as_was_seen_else_as_is_assumed() -> None:
    found = assume_probabilities(np.array(["A", "D", ""]), rules=RULES, observed={"A": 0.004})

    assert found.tolist() == [0.004, 0.30, 0.0]


def choose(*, expected_yuan: int, is_spared: bool = False, failed: str = "") -> RiskMeasureKind | None:
    found = choose_measures(
        grades=np.array(["D"]),
        losses=Losses(np.array([500_000]), np.array([10**9]), np.array([expected_yuan * 100])),
        month_fen=np.array([10_000_00]),
        is_spared=np.array([is_spared]),
        failed=[np.array([rule.kind.value == failed]) for rule in RULES.measures],
        rules=RULES,
    )
    return None if found[0] == NONE else RULES.measures[found[0]].kind


@pytest.mark.parametrize(
    ("expected_yuan", "kind"),
    [
        (1_000, RiskMeasureKind.EARLY_REMINDER),
        (1_001, RiskMeasureKind.SHORT_CYCLE),
        (5_001, RiskMeasureKind.PREPAY),
        (20_001, RiskMeasureKind.SECURITY),
    ],
)
def test_the_mildest_measure_that_is_enough_is_proposed(expected_yuan: int, kind: RiskMeasureKind) -> None:
    assert choose(expected_yuan=expected_yuan) is kind


def test_a_measure_after_which_the_account_went_late_is_not_enough_again() -> None:
    assert choose(expected_yuan=500, failed="EARLY_REMINDER") is RiskMeasureKind.SHORT_CYCLE


def test_a_home_or_a_household_in_need_is_only_ever_reminded() -> None:
    assert choose(expected_yuan=50_000, is_spared=True) is RiskMeasureKind.EARLY_REMINDER
    assert choose(expected_yuan=500, is_spared=True, failed="EARLY_REMINDER") is RiskMeasureKind.EARLY_REMINDER


@pytest.mark.parametrize(
    ("days_late", "expected_fen", "probability_e6", "grade", "is_worth"),
    [
        (1, 200_00, 50_000, "D", True),
        (0, 200_00, 50_000, "D", False),
        (1, 199_99, 50_000, "D", False),
        (1, 200_00, 49_999, "D", False),
        (1, 200_00, 50_000, "B", False),
    ],
)
def test_nothing_is_proposed_below_a_floor(
    days_late: int, expected_fen: int, probability_e6: int, grade: str, is_worth: bool
) -> None:
    losses = Losses(np.array([probability_e6]), np.array([10**9]), np.array([expected_fen]))

    found = is_worth_proposing(
        grades=np.array([grade]), losses=losses, snapshot=see([days_late] + [0] * 11), rules=RULES
    )

    assert found.tolist() == [is_worth]
