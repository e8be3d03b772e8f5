"""The yardstick is taken from a file without any database."""

import json
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
from pyarrow import parquet

from dianke.engine.risk.yardstick import COLUMNS
from dianke.interfaces.cli import risk


def test_the_yardstick_prints_what_both_models_come_to(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    random = np.random.default_rng(2)
    columns = {name: random.integers(0, 9, 500) for name in COLUMNS}
    columns["default_next_month"] = (random.random(500) < 0.2 + 0.05 * columns["PAY_0"]).astype(np.int64)
    file = tmp_path / "cards.parquet"
    parquet.write_table(pa.table(columns), file)

    status = risk.run(["yardstick", str(file), "--folds", "2"])

    found = json.loads(capsys.readouterr().out)
    assert status == 0
    assert (found["rows"], found["folds"]) == (500, 2)
    assert 0.5 < found["SCORECARD"]["auc"] < 0.8
    assert "warning" not in found
