"""Models find what was put in, say the same from their stored form, and learn from nothing that lay ahead."""

import copy
import json

import numpy as np
import pytest

from dianke.engine.risk.model import ModelIsDamaged, ModelKind, RiskModel, fit, fit_line, read_model
from dianke.engine.risk.scorecard import Scorecard
from dianke.engine.risk.types import Features, Sample
from dianke.engine.risk.validation import judge_by_folds, judge_by_time, list_steps

KINDS = list(ModelKind)


def draw(rows: int = 3000, windows: int = 6) -> Sample:
    """Return rows whose outcome hangs on the first feature, and on the second where it is known."""
    random = np.random.default_rng(3)
    values = random.normal(size=(rows, 3))
    values[random.random(rows) < 0.2, 1] = np.nan
    chance = 1 / (1 + np.exp(2.5 - 1.6 * values[:, 0] - 0.8 * np.nan_to_num(values[:, 1])))
    bad = (random.random(rows) < chance).astype(np.int64)
    window = np.arange(rows) % windows
    return Sample(Features(("first", "second", "noise"), values), bad, bad * 10.0, window)


@pytest.fixture(scope="module")
def sample() -> Sample:
    return draw()


@pytest.mark.parametrize("kind", KINDS)
def test_a_stored_model_says_what_the_fitted_one_said(kind: ModelKind, sample: Sample) -> None:
    model = fit(kind, sample).calibrate(np.full(40, 0.3), np.array([0, 1] * 20))

    again = read_model(copy.deepcopy(model.as_data()))

    np.testing.assert_array_equal(again.predict(sample.features), model.predict(sample.features))
    assert again.as_data() == model.as_data()


@pytest.mark.parametrize("kind", KINDS)
def test_the_parts_of_a_row_add_up_to_its_probability(kind: ModelKind, sample: Sample) -> None:
    model = fit(kind, sample)

    said, parts = model.explain(sample.features)

    odds = np.log(said / (1 - said)) - parts.sum(axis=1)
    np.testing.assert_allclose(odds, odds[0], atol=1e-9)
    assert np.abs(parts).mean(axis=0).argmax() == 0


def test_trees_as_arrays_say_what_the_library_says(sample: Sample) -> None:
    from sklearn.ensemble import HistGradientBoostingClassifier

    from dianke.engine.risk.trees import _take_over

    theirs = HistGradientBoostingClassifier(max_iter=20, random_state=1).fit(sample.features.values, sample.bad)
    ours = _take_over(sample.features.names, theirs)

    odds = ours.base + ours.contribute(sample.features).sum(axis=1)

    expected = theirs.predict_proba(sample.features.values)[:, 1]
    np.testing.assert_allclose(1 / (1 + np.exp(-odds)), expected, atol=1e-12)


@pytest.mark.parametrize("kind", KINDS)
def test_a_feature_that_no_row_knows_is_left_alone(kind: ModelKind, sample: Sample) -> None:
    values = sample.features.values[:600].copy()
    values[:, 2] = np.nan
    unknown = Sample(Features(sample.features.names, values), sample.bad[:600], sample.amount[:600])

    _said, parts = fit(kind, unknown).explain(unknown.features)

    assert (parts[:, 2] == 0).all()


def test_trees_that_part_the_known_from_the_unknown_are_plain_json() -> None:
    values = np.zeros((400, 1))
    values[::2] = np.nan
    features = Features(("known",), values)
    bad = np.zeros(400, dtype=np.int64)
    bad[::2], bad[:40] = 1, 0
    model = fit(ModelKind.BOOSTED_TREES, Sample(features, bad, bad * 1.0))

    again = read_model(json.loads(json.dumps(model.as_data(), allow_nan=False)))

    said = again.predict(features)
    np.testing.assert_array_equal(said, model.predict(features))
    assert said[0] > said[1]


def test_a_model_that_was_changed_is_refused(sample: Sample) -> None:
    data = fit(ModelKind.SCORECARD, sample).as_data()
    data["body"]["intercept"] += 0.1

    with pytest.raises(ModelIsDamaged, match="checksum"):
        read_model(data)
    with pytest.raises(ModelIsDamaged, match="form"):
        read_model({**data, "form": "other/v9"})


def test_a_stored_model_has_no_nought_with_a_sign_which_a_database_would_lose() -> None:
    card = Scorecard(("one",), -0.0, (np.array([0.5]),), (np.array([-0.0, 0.25, -0.0]),))

    data = RiskModel(ModelKind.SCORECARD, card, shift=-0.0).as_data()

    assert "-0.0" not in json.dumps(data)
    assert read_model(data).as_data() == data


def test_other_features_than_those_learned_from_are_refused(sample: Sample) -> None:
    model = fit(ModelKind.SCORECARD, sample)

    with pytest.raises(ValueError, match="not those"):
        model.predict(Features(("other", "second", "noise"), sample.features.values))


def test_a_step_of_time_learns_only_from_outcomes_that_were_known() -> None:
    steps = list_steps(np.arange(6), [3, 4, 5, 9, 9, 9])

    assert [(train.tolist(), test) for train, test in steps] == [([0], 3), ([0, 1], 4), ([0, 1, 2], 5)]


def test_rows_of_later_cut_offs_change_nothing_of_what_was_said_before(sample: Sample) -> None:
    closed_by = [1, 2, 3, 4, 5, 6]
    before = judge_by_time(ModelKind.SCORECARD, sample, closed_by=closed_by)
    last = sample.window == 5
    flipped = Sample(sample.features, np.where(last, 1 - sample.bad, sample.bad), sample.amount, sample.window)

    after = judge_by_time(ModelKind.SCORECARD, flipped, closed_by=closed_by)

    assert before is not None
    assert after is not None
    np.testing.assert_array_equal(before.said, after.said)
    assert before.overall.auc > 0.8
    assert after.windows[-1].metrics.auc < 0.3


def test_no_step_is_judged_where_no_outcome_was_known_in_time(sample: Sample) -> None:
    assert judge_by_time(ModelKind.SCORECARD, sample, closed_by=[99] * 6) is None


def test_folds_judge_every_row_once_and_find_no_signal_in_noise(sample: Sample) -> None:
    noise = Sample(sample.features, np.random.default_rng(9).permutation(sample.bad), sample.amount)

    metrics, _areas, said = judge_by_folds(ModelKind.SCORECARD, noise)

    assert (said > 0).all()
    assert abs(metrics.auc - 0.5) < 0.04


def test_a_line_brings_overconfident_odds_back_to_what_came() -> None:
    random = np.random.default_rng(1)
    odds = random.normal(size=20_000)
    bad = (random.random(odds.size) < 1 / (1 + np.exp(-odds))).astype(np.int64)

    slope, shift = fit_line(1 / (1 + np.exp(-(2 * odds + 1))), bad)

    assert slope == pytest.approx(0.5, abs=0.03)
    assert shift == pytest.approx(-0.5, abs=0.05)
    assert fit_line(np.full(5, 0.2), np.zeros(5, dtype=np.int64)) == (1.0, 0.0)
