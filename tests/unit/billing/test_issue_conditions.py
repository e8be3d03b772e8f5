"""What must hold before a run is issued, and by whom."""

from dataclasses import replace

import pytest

from dianke.domain.billing.rules.runs import RunState, find_issue_obstacle, list_issue_conditions
from dianke.domain.billing.types import RunStatus

READY = RunState(status=RunStatus.CALCULATED, started_by="shen", shards_open=0, faults_open=0, bills=10, lines_differ=0)


def test_second_person_may_issue_a_run_in_order() -> None:
    assert find_issue_obstacle(READY, login="lu") is None


@pytest.mark.parametrize(
    ("state", "obstacle"),
    [
        (replace(READY, shards_open=1), "shards_calculated"),
        (replace(READY, faults_open=2), "faults_decided"),
        (replace(READY, lines_differ=1), "lines_add_up"),
        (replace(READY, bills=0), "bills_exist"),
        (replace(READY, suspicions_open=1), "suspicions_decided"),
        (replace(READY, corrections_open=1), "corrections_made"),
        (replace(READY, started_by="lu"), "second_person"),
        (replace(READY, exempted_by=frozenset({"lu", "shen"})), "exempted_by_another"),
        (replace(READY, status=RunStatus.CALCULATING), "not_calculated"),
        (replace(READY, status=RunStatus.CANCELLED), "not_calculated"),
    ],
)
def test_each_unmet_condition_stands_in_the_way(state: RunState, obstacle: str) -> None:
    assert find_issue_obstacle(state, login="lu") == obstacle


def test_every_condition_is_listed_with_its_count() -> None:
    state = replace(READY, faults_open=3, suspicions_open=4, exempted_by=frozenset({"shen"}))

    conditions = list_issue_conditions(state, login="lu")

    assert [(c.code, c.met, c.count) for c in conditions] == [
        ("shards_calculated", True, 0),
        ("faults_decided", False, 3),
        ("lines_add_up", True, 0),
        ("bills_exist", True, 10),
        ("suspicions_decided", False, 4),
        ("corrections_made", True, 0),
        ("second_person", True, 0),
        ("exempted_by_another", True, 0),
    ]
