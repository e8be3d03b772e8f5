"""Figures of scores are those of their definitions, worked by hand."""

import numpy as np
import pytest

from dianke.engine.risk.metrics import auc, capture, draw_calibration, draw_roc, measure, stability

SCORE = np.array([0.1, 0.4, 0.35, 0.8])
BAD = np.array([0, 0, 1, 1])


def test_area_is_the_share_of_pairs_in_the_right_order() -> None:
    assert auc(SCORE, BAD) == 0.75
    assert auc(np.array([0.2, 0.2]), np.array([0, 1])) == 0.5
    assert np.isnan(auc(SCORE, np.zeros(4, dtype=np.int64)))


def test_figures_of_four_rows_are_exact() -> None:
    found = measure(SCORE, BAD, np.array([0.0, 0.0, 30.0, 70.0]))

    assert (found.rows, found.bad, found.auc, found.ks) == (4, 2, 0.75, 0.5)
    assert found.pr_auc == pytest.approx(0.5 * 1 + 0.5 * 2 / 3)
    assert found.brier == pytest.approx((0.01 + 0.16 + 0.4225 + 0.04) / 4)
    assert found.brier_skill == pytest.approx(1 - found.brier / 0.25)
    assert found.ece == pytest.approx((0.1 + 0.4 + 0.65 + 0.2) / 4)
    assert found.top_decile_amount == 0.7


def test_a_score_that_says_nothing_has_no_skill() -> None:
    found = measure(np.full(100, 0.3), np.array([1] * 30 + [0] * 70), np.ones(100))

    assert (found.auc, found.ks) == (0.5, 0.0)
    assert found.brier_skill == pytest.approx(0, abs=1e-12)


def test_the_tenth_with_the_highest_scores_holds_its_amount() -> None:
    assert capture(np.arange(20.0), np.arange(20.0)) == pytest.approx((19 + 18) / 190)


def test_a_distribution_is_stable_against_itself_and_not_when_moved() -> None:
    before = np.linspace(0, 1, 1000)

    assert stability(before, before) == pytest.approx(0, abs=1e-9)
    assert stability(before, np.clip(before + 0.3, 0, 1)) > 0.25


def test_pictures_run_from_corner_to_corner_and_count_every_row() -> None:
    roc = draw_roc(SCORE, BAD)

    assert (roc[0][0], roc[-1]) == (0.0, (1.0, 1.0))
    assert sum(count for _said, _came, count in draw_calibration(SCORE, BAD)) == 4
