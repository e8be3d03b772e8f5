"""The same code on a public file of card payments comes to what honest work comes to, and to no more."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from dianke.engine.risk.model import ModelKind
from dianke.engine.risk.types import Sample
from dianke.engine.risk.validation import judge_by_folds
from dianke.engine.risk.yardstick import COLUMNS, LEAK_ABOVE, measure_yardstick, read_sample

FILE = Path(__file__).parents[5] / "shared/data/credit_default_taiwan_uci350/open/credit_default.parquet"
needs_file = pytest.mark.skipif(not FILE.exists(), reason="the public file of UCI 350 is not here")


def read_file(every: int = 1) -> Sample:
    from pyarrow import parquet

    table = parquet.read_table(FILE, columns=list(COLUMNS))
    return read_sample({name: table[name].to_numpy()[::every] for name in COLUMNS})


@needs_file
def test_a_part_of_the_file_comes_to_the_band_of_honest_results() -> None:
    metrics, _areas, _said = judge_by_folds(ModelKind.SCORECARD, read_file(every=3), folds=3)

    assert 0.73 < metrics.auc < LEAK_ABOVE


@needs_file
@pytest.mark.long
def test_the_whole_file_comes_to_the_band_of_honest_results() -> None:
    found = measure_yardstick(read_file())

    assert 0.755 < found["SCORECARD"]["auc"] < 0.785
    assert 0.770 < found["BOOSTED_TREES"]["auc"] < LEAK_ABOVE
    assert found["BOOSTED_TREES"]["auc"] > found["SCORECARD"]["auc"]
    assert "warning" not in found


def test_nothing_of_the_person_is_read_and_a_leak_is_told() -> None:
    random = np.random.default_rng(4)
    columns: dict[str, Any] = {name: random.integers(0, 5, 600) for name in COLUMNS}
    # The outcome stands in a column that a payment cannot know: this is what a leak looks like.
    columns["PAY_0"] = columns["default_next_month"] = random.integers(0, 2, 600)

    found = measure_yardstick(read_sample(columns), folds=2)

    assert not {"GENDER", "SEX", "EDUCATION", "MARRIAGE", "AGE"} & set(COLUMNS)
    assert "nobody could know" in found["warning"]
