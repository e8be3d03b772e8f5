"""The score of an archive: what faults weigh against records, by the weights of the day."""

from datetime import date

import pytest

from dianke.domain.audits.rules.scores import (
    ScorePolicyUnreadable,
    choose_score_policy,
    get_score_policy,
    read_score_policies,
    score_unit,
)

TEXT = """schema = "quality-score/v1"
[[version]]
code = "new"
valid_from = 2026-01-01
weights_e2 = { HIGH = 100, MEDIUM = 50, LOW = 0 }
[[version]]
code = "old"
valid_from = 2024-01-01
weights_e2 = { HIGH = 80, MEDIUM = 40, LOW = 10 }
"""
POLICY = get_score_policy(on=date(2026, 1, 1))


@pytest.mark.parametrize(
    ("high", "medium", "low", "records", "score_e2"),
    [
        (0, 0, 0, 7, 100_00),
        (1, 0, 0, 100, 99_00),
        (1, 2, 5, 100, 97_00),
        # A third of a record of three: 66.666… is rounded to the nearest hundredth.
        (1, 0, 0, 3, 66_67),
        # More faults than records leave nothing, and nothing less.
        (9, 0, 0, 4, 0),
    ],
)
def test_faults_take_their_weight(high: int, medium: int, low: int, records: int, score_e2: int) -> None:
    faults = {"HIGH": high, "MEDIUM": medium, "LOW": low}

    assert score_unit(faults=faults, records=records, policy=POLICY) == score_e2


def test_without_records_there_is_no_score() -> None:
    assert score_unit(faults={"HIGH": 0, "MEDIUM": 0, "LOW": 0}, records=0, policy=POLICY) is None


def test_weights_are_those_of_the_day() -> None:
    versions = read_score_policies(TEXT)

    assert [one.code for one in versions] == ["old", "new"]
    assert choose_score_policy(versions, on=date(2025, 12, 31)).code == "old"
    assert choose_score_policy(versions, on=date(2026, 1, 1)).code == "new"
    assert choose_score_policy(versions, on=date(2020, 1, 1)).code == "old"


@pytest.mark.parametrize(
    "text",
    [
        "no toml",
        'schema = "quality-score/v0"',
        'schema = "quality-score/v1"\nversion = []',
        TEXT.replace("MEDIUM = 40, ", ""),
        TEXT.replace("HIGH = 80", "HIGH = 101"),
        TEXT.replace("LOW = 0", "LOW = true"),
    ],
)
def test_a_file_that_is_wrong_is_refused_whole(text: str) -> None:
    with pytest.raises(ScorePolicyUnreadable):
        read_score_policies(text)
