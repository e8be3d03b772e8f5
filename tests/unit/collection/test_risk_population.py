"""In a made-up population the models find what was put in, judged on months that they did not learn from."""

from datetime import date

import pytest
from tests.factories.risk_facts import gather_population

from dianke.application.risk import training
from dianke.domain.collection.rules.risk_rules import get_rules
from dianke.engine.risk.metrics import auc
from dianke.engine.risk.model import ModelKind, read_model
from dianke.engine.risk.validation import fit_final, judge_by_time

RULES = get_rules(on=date(2026, 7, 1))


def test_cut_offs_are_ends_of_months_whose_outcomes_are_all_known() -> None:
    found = training.list_cutoffs(first_bill=date(2025, 2, 2), today=date(2026, 7, 10), rules=RULES)

    assert (found[0], found[-1], len(found)) == (date(2025, 5, 31), date(2026, 2, 28), 10)
    # 30 June plus three months and 31 days is 31 October, whose end the cut-off of that day knows.
    assert training._close(found, RULES)[:2] == (5, 5)


def test_the_scorecard_finds_what_was_put_in_and_beats_the_rule_score() -> None:
    gathered = gather_population(1500)

    judged = judge_by_time(ModelKind.SCORECARD, gathered.sample, closed_by=gathered.closed_by)

    assert judged is not None
    rule = auc(-gathered.score_e2[judged.rows], gathered.sample.bad[judged.rows])
    assert judged.overall.auc > rule + 0.005
    assert judged.overall.auc > 0.85
    assert judged.overall.brier_skill > 0.2
    told = training._describe(gathered, [judged], judged, fit_final(ModelKind.SCORECARD, gathered.sample, judged))
    assert told["gain"] == pytest.approx(judged.overall.auc - rule, abs=1e-4)
    assert len(told["gains"]) == len(judged.windows) == len(told["models"]["SCORECARD"]["steps"])


def test_too_few_late_payers_teach_nothing() -> None:
    found = training._learn(gather_population(40), RULES)

    assert found["verdict"] == "TOO_FEW_BAD"
    assert "content" not in found


@pytest.mark.long
def test_a_large_population_brings_the_better_model_into_force() -> None:
    gathered = gather_population(6000)

    found = training._learn(gathered, RULES)

    metrics = found["metrics"]
    assert found["verdict"] == "IN_FORCE"
    assert set(metrics["models"]) == {kind.value for kind in ModelKind}
    assert metrics["gain"] >= 0.01
    assert min(metrics["gains"]) > 0
    assert read_model(found["content"]).kind.value == metrics["champion"] == found["kind"]
